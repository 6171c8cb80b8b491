/** What goes on between the sheet and the model: endings begin, grow, are taken or dropped. */

import type { CompleteOptions, DrawOptions, Drawing, Run } from '../../engine/src/api'
import { contains, SAME_PLACE, type View } from './geometry'
import { countOf, firstStroke, grow, linesOf, newGrowing, type Growing } from './growing'
import { inkBox } from './storage/kept'
import { addModelLines, addStroke, clearSheet, middle, paperBox, penPlace, startOf } from './sheet'
import type { Line, Sheet } from './sheet'
import type { Batch, Store } from './store'

/** What the session needs of the page around it. */
export interface Surroundings {
  /** Something has changed that must be painted. */
  wake(): void
  /** Milliseconds. */
  now(): number
  /** The first ink since the pen was lifted has come. */
  firstInk?(penUp: number): void
  /** Lines are about to be taken from this cell. */
  fly?(slot: number, lines: readonly Line[]): void
}

/** How long after the pen is up a new stroke may still keep endings from beginning, ms. */
const SETTLE = 5
/** How large a typical drawing of the model is on the paper. */
const TYPICAL = 0.62

export function createSession(store: Store, around: Surroundings) {
  let penUp = -1
  let waiting: ReturnType<typeof setTimeout> | undefined

  /** Stop what grows; what a duet has drawn so far is on the paper and stays. */
  function cancel(): void {
    clearTimeout(waiting)
    const batch = store.batch.value
    if (!batch) return
    batch.run.cancel()
    store.scrub.value = null
    store.batch.value = null
    store.growing.value = false
    if (batch.kind === 'duet') commitDuet(batch, batch.lines[0].count)
  }

  /** Endings of what is on the sheet; after the pen, or whenever the sheet has changed. */
  function begin(): void {
    cancel()
    const start = startOf(store.sheet.value)
    const model = store.model.value
    around.wake()
    if (!model || !start || store.duet.value) return
    const options: CompleteOptions = {
      ...drawOptions(store),
      lifted: store.sheet.value.lifted,
      zoom: 1 / unitOf(store),
    }
    attempt(() => show('complete', model.complete(start, options), SAME_PLACE))
  }

  /** The model draws one stroke of its own. */
  function answer(): void {
    cancel()
    const start = startOf(store.sheet.value)
    const model = store.model.value
    if (!model || !start) return
    const seed = store.settings.value.seed + store.past.value.length
    const options: CompleteOptions = {
      ...drawOptions(store), n: 1, seed, choose: 'raw', lifted: true, zoom: 1 / unitOf(store),
    }
    attempt(() => show('duet', model.complete(start, options), SAME_PLACE))
  }

  /** Whole drawings, from nothing. */
  function fromNothing(): void {
    const model = store.model.value
    if (!model) return
    whole('sample', () => model.sample(drawOptions(store)))
  }

  /** Variations of what is on the sheet. */
  function vary(): void {
    const model = store.model.value
    const drawing = startOf(store.sheet.value)
    if (!model || !drawing) return
    const { strength } = store.settings.value
    whole('vary', () => model.vary(drawing, { ...drawOptions(store), strength }), SAME_PLACE)
  }

  /** Drawings on the way from one to another. */
  function walk(from: Drawing, to: Drawing): void {
    const model = store.model.value
    if (!model?.info.redraws) return
    whole('walk', () => model.interpolate(from, to, drawOptions(store)))
  }

  /** New drawings come in units of the model's data, and begin in the middle of the paper. */
  function middleOfPaper(): View {
    const { width, height } = store.sheet.value
    return { scale: unitOf(store), x: width / 2, y: height / 2 }
  }

  function whole(kind: Batch['kind'], start: () => Run, place = middleOfPaper()): void {
    cancel()
    attempt(() => show(kind, start(), place))
  }

  function attempt(start: () => void): void {
    try {
      start()
    } catch (error) {
      store.fail(error)
    }
  }

  function show(kind: Batch['kind'], run: Run, place: View): void {
    const { number, seed } = store.settings.value
    const n = kind === 'duet' ? 1 : number
    const goesOn = kind === 'complete' || kind === 'duet'
    const base = goesOn ? store.sheet.value : clearSheet(store.sheet.value)
    const lines = Array.from({ length: n }, newGrowing)
    const batch: Batch = { kind, base, lines, place, seed, run }
    store.batch.value = batch
    store.growing.value = true
    void follow(batch)
  }

  async function follow(batch: Batch): Promise<void> {
    batch.run.finished.catch(() => undefined)
    try {
      for await (const news of batch.run) {
        if (store.batch.peek() !== batch) return
        for (const ink of news) grow(batch.lines[ink.slot], ink)
        if (penUp >= 0 && batch.lines.some((line) => line.count)) {
          around.firstInk?.(penUp)
          penUp = -1
        }
        around.wake()
        if (batch.kind === 'duet' && duetIsDone(batch)) return
      }
      await batch.run.finished
      if (store.batch.peek() === batch) finish(batch)
    } catch (error) {
      if (store.batch.peek() !== batch) return
      store.growing.value = false
      store.fail(error)
    }
  }

  function finish(batch: Batch): void {
    store.growing.value = false
    for (const line of batch.lines) line.ended = true
    if (batch.kind === 'duet') return void duetIsDone(batch)
    const what = batch.kind === 'complete' ? 'endings' : 'drawings'
    store.say(`${batch.lines.length} ${what} are there.`)
    around.wake()
  }

  function duetIsDone(batch: Batch): boolean {
    const count = firstStroke(batch.lines[0])
    if (!count) return false
    batch.run.cancel()
    store.batch.value = null
    store.growing.value = false
    commitDuet(batch, count)
    return true
  }

  function commitDuet(batch: Batch, count: number): void {
    const end = firstStroke(batch.lines[0])
    const points = end ? Math.min(end, count) : count
    if (!points || store.sheet.value !== batch.base) return
    const lines = linesOf(batch.lines[0], points, penPlace(batch.base.lines), batch.place)
    store.commit(addModelLines(store.sheet.value, lines, false))
    store.say('The model has drawn a stroke.')
    around.wake()
  }

  /** Take a cell's line, or part (0 to 1) of it, and go on from there. */
  function take(slot: number, part = 1): void {
    const batch = store.batch.value
    const line = batch?.lines[slot]
    if (!batch || !line?.count || batch.kind === 'duet') return
    const count = countOf(line, part)
    const ended = line.ended && count === line.count
    const lines = takenLines(batch, line, count)
    around.fly?.(slot, lines)
    batch.run.cancel()
    store.batch.value = null
    store.scrub.value = null
    store.commit(addModelLines(batch.base, lines, ended))
    store.say(part < 1 ? `Took ${Math.round(100 * part)} % of drawing ${slot + 1}.`
      : `Took drawing ${slot + 1}.`)
    begin()
  }

  /** The same with other chances. */
  function again(): void {
    const kind = store.batch.value?.kind
    store.set({ seed: store.settings.value.seed + 1 })
    redraw(kind)
  }

  /** What was asked for last, once more: after a setting or the model has changed. */
  function redraw(kind = store.batch.value?.kind): void {
    if (kind === 'sample') fromNothing()
    else if (kind === 'vary') vary()
    else if (kind === 'walk') lastWalk?.()
    else begin()
  }

  let lastWalk: (() => void) | undefined

  /** A person's stroke has ended. */
  function strokeDone(line: Line, pause: number): void {
    store.commit(addStroke(store.sheet.value, line, pause))
    penUp = around.now()
    clearTimeout(waiting)
    waiting = setTimeout(store.duet.value ? answer : begin, SETTLE)
    around.wake()
  }

  function undo(): void {
    cancel()
    if (!store.undo()) return store.say('There is nothing to undo.')
    store.say(`Undone. ${describe(store.sheet.value)}`)
    begin()
  }

  function redo(): void {
    cancel()
    if (!store.redo()) return store.say('There is nothing to do again.')
    store.say(`Done again. ${describe(store.sheet.value)}`)
    begin()
  }

  function clear(): void {
    cancel()
    if (store.clear()) store.say('A fresh sheet.')
    around.wake()
  }

  /** Another drawing on the sheet, as one step that can be undone. */
  function put(sheet: Sheet): void {
    cancel()
    store.commit(sheet)
    begin()
  }

  function toggleDuet(): void {
    cancel()
    store.duet.value = !store.duet.value
    store.say(store.duet.value ? 'Duet: you draw a stroke, the model draws a stroke.' : 'Duet is off.')
    begin()
  }

  return {
    cancel, begin, answer, fromNothing, vary, take, again, redraw, strokeDone, undo, redo, clear,
    put, toggleDuet,
    walk(from: Drawing, to: Drawing): void {
      lastWalk = () => walk(from, to)
      lastWalk()
    },
  }
}

export type Session = ReturnType<typeof createSession>

/** What is on a sheet, in words. */
export function describe(sheet: Sheet): string {
  const yours = sheet.lines.filter((line) => line.by === 'person').length
  const models = sheet.lines.length - yours
  if (!sheet.lines.length) return 'The sheet is empty.'
  return `On the sheet: ${yours} of your lines, ${models} of the model's.`
}

/** Sheet units per unit of the model's data: a typical drawing of it fits well on the paper. */
export function unitOf(store: Store): number {
  const { width, height } = store.sheet.value
  const extent = store.model.value?.info.extent || 1
  return (TYPICAL * Math.min(width, height)) / extent
}

function drawOptions(store: Store): DrawOptions {
  const { number, seed, temperature, penTemperature, choose, plain } = store.settings.value
  return {
    n: number,
    seed,
    plain,
    temperature: temperature ?? undefined,
    penTemperature: penTemperature ?? undefined,
    choose: choose ?? undefined,
  }
}

/**
 * The lines that come onto the sheet; new drawings, and variations that would run off the paper, in
 * the middle of it and no larger than it.
 */
export function takenLines(batch: Batch, line: Growing, count: number): Line[] {
  const from = penPlace(batch.base.lines)
  const lines = linesOf(line, count, from, batch.place)
  const goesOn = batch.kind === 'complete' || batch.kind === 'duet'
  const ink = inkBox(lines)
  const stays = batch.kind === 'vary' && ink !== null && contains(paperBox(batch.base), ink)
  if (goesOn || stays) return lines
  const view = middle(ink, batch.base, 0.86, 1)
  const { scale, x, y } = batch.place
  const centred = {
    scale: scale * view.scale, x: x * view.scale + view.x, y: y * view.scale + view.y,
  }
  return linesOf(line, count, null, centred)
}
