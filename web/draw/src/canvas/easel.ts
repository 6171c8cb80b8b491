/**
 * Paints the sheet: ink that has dried on one canvas, and over it what still moves: the stroke
 * under the pen, ghosts, the part that would be taken, a duet's answer, a replay.
 */

import { fit, mixView, pad, sameView, unite, type View } from '../geometry'
import { countOf, likeliest } from '../growing'
import { reducedMotion, type Painter } from './frames'
import { inkBox, type Kept } from '../storage/kept'
import { playingSeconds, pointsAt, timeline } from '../outputs/timeline'
import { paperBox, penPlace, type Line, type Sheet } from '../sheet'
import type { Batch, Store } from '../store'
import { drawGrowing } from './growing_ink'
import {
  drawLine, fitCanvas, look, outlineOf, penWidth, pixelRatio, sizeOf, wipe, type Palette,
} from './ink'

/** How many ghosts are shown, and how faint. */
const GHOSTS = 3
const GHOST_INK = 0.26

export interface Easel {
  paint: Painter
  view(): View
}

export function createEasel(
  dry: HTMLCanvasElement,
  wet: HTMLCanvasElement,
  store: Store,
  palette: () => Palette,
): Easel {
  const paper = dry.getContext('2d')!
  const over = wet.getContext('2d')!
  let view: View | null = null
  let wetBefore = false
  let painted: { lines: readonly Line[]; view: View | null; palette: Palette | null } =
    { lines: [], view: null, palette: null }

  function wanted(sheet: Sheet): View {
    const ink = inkBox(sheet.lines)
    const box = unite(paperBox(sheet), ink && pad(ink, 8))!
    const { width, height } = sizeOf(dry)
    return fit(box, width, height)
  }

  /** Steps towards the view that shows everything; at once while the pen is down. */
  function moveView(sheet: Sheet, resized: boolean): boolean {
    const goal = wanted(sheet)
    if (!view || resized || reducedMotion()) view = goal
    else if (store.live.peek()) return false
    else if (!sameView(view, goal)) {
      const next = mixView(view, goal, 0.2)
      const near = Math.abs(next.scale / goal.scale - 1) < 1e-3 &&
        Math.hypot(next.x - goal.x, next.y - goal.y) < 0.3
      view = near ? goal : next
      return !near
    }
    return false
  }

  function paint(now: number): boolean {
    const resized = fitCanvas(dry)
    fitCanvas(wet)
    const sheet = store.sheet.peek()
    const moving = moveView(sheet, resized)
    const flight = store.flight.peek()
    const replaying = store.replay.peek() !== null
    const hidden = flight ? flight.lines.length : 0
    const lines = replaying ? [] : sheet.lines.slice(0, sheet.lines.length - hidden)
    paintDry(lines, resized)
    // An empty canvas over an empty one costs a frame on slow machines: nothing is touched.
    const wetNow = replaying || isWet()
    if (wetNow || wetBefore) wipe(over)
    wetBefore = wetNow
    if (!wetNow) return moving
    look(over, view!, ratio())
    if (replaying) return paintReplay(sheet, now) || moving
    paintWet()
    return moving
  }

  /** Whether anything is to be seen over the dry ink. */
  function isWet(): boolean {
    const batch = store.batch.peek()
    const shown = batch?.kind === 'duet' || store.scrub.peek() || store.settings.peek().ghosts
    return store.live.peek() !== null || Boolean(batch && shown)
  }

  function ratio(): number {
    return pixelRatio(dry)
  }

  function paintDry(lines: readonly Line[], resized: boolean): void {
    const colours = palette()
    const same = !resized && painted.palette === colours && painted.view === view &&
      painted.lines.length <= lines.length &&
      painted.lines.every((line, i) => line === lines[i])
    if (!same) wipe(paper)
    look(paper, view!, ratio())
    for (const line of lines.slice(same ? painted.lines.length : 0)) {
      drawLine(paper, line, view!, colours)
    }
    painted = { lines, view, palette: colours }
  }

  function paintWet(): void {
    const batch = store.batch.peek()
    if (batch) paintBatch(batch)
    const live = store.live.peek()
    if (!live) return
    over.fillStyle = palette().ink
    over.fill(outlineOf(live.points, live.hasPressure ? live.pressure : undefined, false))
  }

  function paintBatch(batch: Batch): void {
    const scrub = store.scrub.peek()
    if (batch.kind === 'duet') return ghost(batch, 0, 1, 1)
    if (batch.kind !== 'complete') return
    if (scrub) return ghost(batch, scrub.slot, scrub.part, 0.75)
    if (!store.settings.peek().ghosts) return
    for (const slot of likeliest(batch.lines, GHOSTS)) ghost(batch, slot, 1, GHOST_INK)
  }

  function ghost(batch: Batch, slot: number, part: number, ink: number): void {
    const line = batch.lines[slot]
    const start = penPlace(batch.base.lines)
    over.globalAlpha = ink
    drawGrowing(over, line, 0, countOf(line, part), start, penWidth(view!), palette().model)
    over.globalAlpha = 1
  }

  function paintReplay(sheet: Sheet, now: number): boolean {
    const part = (now - store.replay.peek()!) / (1000 * playingSeconds(timed(sheet)))
    let left = pointsAt(timeline(timed(sheet)), part)
    for (const line of sheet.lines) {
      const count = line.points.length / 2
      drawLine(over, line, view!, palette(), Math.min(count, left))
      left -= count
    }
    if (part > 1.05) store.replay.value = null
    return true
  }

  return { paint, view: () => view ?? { scale: 1, x: 0, y: 0 } }
}

/** What the animation's clock reads of a sheet. */
function timed({ lines, width, height }: Sheet): Kept {
  return { strokes: [...lines], width, height, title: '', date: 0 }
}
