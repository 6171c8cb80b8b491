/** Keeping: the gallery, the link with the drawing in it, and replay. */

import type { Config } from './config'
import { wake } from './frames'
import { openGallery, type GalleryStore } from './gallery_store'
import type { Kept } from './kept'
import { decodeLink, encodeLink } from './link'
import type { Session } from './session'
import { keptOf, sheetOf } from './sheet'
import type { Store } from './store'

export function createKeeping(store: Store, session: Session, config: Config) {
  let gallery: Promise<GalleryStore> | undefined

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

  function open(): Promise<GalleryStore> {
    return (gallery ??= openGallery())
  }

  async function refresh(): Promise<void> {
    store.gallery.value = await (await open()).list()
  }

  async function attempt(act: (gallery: GalleryStore) => Promise<unknown>): Promise<boolean> {
    try {
      await act(await open())
      await refresh()
      return true
    } catch (error) {
      gallery = undefined
      store.fail(error)
      return false
    }
  }

  async function keep(): Promise<void> {
    if (!store.sheet.value.lines.length) return store.say('The sheet is empty.')
    if (await attempt((gallery) => gallery.add(kept()))) store.tell('Kept in the gallery.')
  }

  async function remove(id: string): Promise<void> {
    await attempt((gallery) => gallery.remove(id))
  }

  async function look(): Promise<void> {
    store.panel.value = 'gallery'
    await attempt(async () => undefined)
  }

  /** Put the drawing into the page's own address, and on the clipboard where that is allowed. */
  async function link(): Promise<void> {
    try {
      const hash = await encodeLink(kept())
      const address = location.href.replace(/#.*$/, '') + (hash.startsWith('#') ? hash : `#${hash}`)
      history.replaceState(null, '', address)
      const copied = await copy(address)
      store.tell(copied ? 'The link is copied.' : 'The link is in the address bar.')
    } catch (error) {
      store.fail(error)
    }
  }

  /** A drawing that came in the address; what is on the sheet can be had back with undo. */
  async function openLink(): Promise<void> {
    if (location.hash.length < 2) return
    try {
      const drawing = await decodeLink(location.hash)
      if (drawing) restore(drawing)
    } catch (error) {
      store.fail(error)
    }
  }

  /** A kept drawing on the sheet, with the seed and temperature it was drawn with. */
  function restore(drawing: Kept): void {
    const { seed, temperature } = drawing
    if (seed !== undefined) store.set({ seed })
    if (temperature !== undefined) store.set({ temperature })
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
