/** Keeping: the gallery, the link with the drawing in it, and replay. */

import type { Config } from '../config'
import { wake } from '../canvas/frames'
import { openGallery, type Gallery } from './gallery_store'
import type { Kept } from './kept'
import { decodeLink, encodeLink, type LinkedDrawing, type LinkSettings } from './link'
import type { Session } from '../session'
import { keptOf, sheetOf } from '../sheet'
import { checked, type Settings } from '../settings'
import type { Store } from '../store'

export function createKeeping(store: Store, session: Session, config: Config) {
  let gallery: Promise<Gallery> | undefined

  /** The sheet with what is known of it. */
  function kept(): Kept {
    const info = store.model.value?.info
    const { seed, temperature } = store.settings.value
    return keptOf(store.sheet.value, {
      title: config.title,
      date: Date.now(),
      seed,
      temperature: temperature ?? info?.temperature,
      model: info && {
        name: info.name, digest: info.digest,
        artist: config.artist || info.artist, licence: config.licence || info.licence,
      },
    })
  }

  function open(): Promise<Gallery> {
    return (gallery ??= openGallery())
  }

  async function refresh(): Promise<void> {
    store.gallery.value = await (await open()).list()
  }

  async function attempt(act: (gallery: Gallery) => Promise<unknown>): Promise<void> {
    try {
      await act(await open())
      await refresh()
    } catch (error) {
      gallery = undefined
      store.fail(error)
    }
  }

  async function keep(): Promise<void> {
    if (!store.sheet.value.lines.length) return store.say('The sheet is empty.')
    await attempt(async (gallery) => {
      await gallery.add(kept())
      store.tell(gallery.note ?? 'Kept in the gallery.')
    })
  }

  async function remove(id: number): Promise<void> {
    await attempt((gallery) => gallery.remove(id))
  }

  async function look(): Promise<void> {
    store.panel.value = 'gallery'
    await attempt(async ({ note }) => note && store.tell(note))
  }

  /** Put the drawing into the page's own address, and on the clipboard where that is allowed. */
  async function link(): Promise<void> {
    try {
      const hash = await encodeLink(linked())
      const address = `${location.href.replace(/#.*$/, '')}#${hash}`
      history.replaceState(null, '', address)
      const copied = await copy(address)
      store.tell(copied ? 'The link is copied.' : 'The link is in the address bar.')
    } catch (error) {
      store.fail(error)
    }
  }

  /** The sheet and what draws on from it the same way. */
  function linked(): LinkedDrawing {
    const { strokes, width, height, title, model } = kept()
    const { temperature, penTemperature, seed, number, choose, plain } = store.settings.value
    return {
      strokes, width, height, start: strokes.length,
      settings: {
        title, model, seed, n: number, plain, lifted: store.sheet.value.lifted,
        temperature: temperature ?? undefined,
        penTemperature: penTemperature ?? undefined,
        choose: choose ?? undefined,
      },
    }
  }

  /** A drawing that came in the address; what is on the sheet can be had back with undo. */
  async function openLink(): Promise<void> {
    try {
      const drawing = await decodeLink(location.hash)
      if (!drawing) return
      store.settings.value = { ...store.settings.value, ...settingsOf(drawing.settings) }
      store.duet.value = false
      session.put(sheetOf(drawing, drawing.settings.lifted === true))
    } catch (error) {
      store.fail(error)
    }
  }

  /** A kept drawing on the sheet, with the seed and temperature it was drawn with. */
  function restore(drawing: Kept): void {
    const { seed, temperature } = drawing
    store.set(settingsOf({ seed: seed ?? store.settings.value.seed, temperature }))
    session.put(sheetOf(drawing))
  }

  function replay(): void {
    if (!store.sheet.value.lines.length) return
    store.replay.value = store.replay.value === null ? performance.now() : null
    store.say(store.replay.value === null ? 'Replay stopped.' : 'Replay.')
    wake()
  }

  return { kept, keep, remove, look, link, openLink, restore, replay }
}

export type Keeping = ReturnType<typeof createKeeping>

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** The settings that a link or a kept drawing asks for; what it does not say is the default. */
function settingsOf(settings: LinkSettings): Partial<Settings> {
  const { seed, temperature, penTemperature, choose, plain, n } = settings
  const asked = checked({ seed, temperature, penTemperature, choose, plain, number: n })
  const { number } = asked
  return {
    seed: asked.seed, temperature: asked.temperature, penTemperature: asked.penTemperature,
    choose: asked.choose, plain: asked.plain,
    ...(n === undefined ? {} : { number: Math.min(12, Math.max(1, Math.round(number))) }),
  }
}
