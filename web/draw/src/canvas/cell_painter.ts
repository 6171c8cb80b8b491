/** Paints one cell: what is on the sheet, and the model's line as it grows. */

import { contains, fit, mixBox, pad, sameBox, sameView, unite, type View } from '../geometry'
import { countOf } from '../growing'
import { inkBox, type Box } from '../storage/kept'
import { reducedMotion, type Painter } from './frames'
import { penPlace, type Sheet } from '../sheet'
import type { Batch, Store } from '../store'
import { drawGrowing } from './growing_ink'
import {
  drawLine, fitCanvas, look, penWidth, pixelRatio, sizeOf, wipe, type Palette,
} from './ink'
import { createStock } from './stock'

/** After so many frames at rest what a moving view has blurred is painted sharply. */
const REST = 6
/** So many settled points go into the stock at once: each time it is copied. Fewer need none. */
const SETTLED = 192

interface Painted {
  batch: Batch | null
  turn: number
  news: number
  part: number
  palette: Palette | null
  ended: boolean
}

const NOTHING: Painted = { batch: null, turn: 0, news: 0, part: 1, palette: null, ended: false }

export interface CellPainter {
  paint: Painter
  /** Where the cell shows the sheet, in the canvas's CSS px. */
  view(): View
}

export function createCellPainter(
  canvas: HTMLCanvasElement,
  slot: number,
  store: Store,
  palette: () => Palette,
): CellPainter {
  const context = canvas.getContext('2d')!
  let painted = NOTHING
  let frame: Box | null = null
  let view: View = { scale: 1, x: 0, y: 0 }
  const stock = createStock(document.createElement('canvas'))
  let rested = 0
  let blurred = false
  let shifted = view // the cell's view that the stock was painted for

  /** What the cell ought to show: the start with room around it, and all of the line. */
  function wanted(batch: Batch): Box {
    const { box } = batch.lines[slot]
    const { scale, x, y } = batch.place
    const ink = box && {
      x: box.x * scale + x, y: box.y * scale + y,
      width: box.width * scale, height: box.height * scale,
    }
    const room = 0.03 * Math.min(batch.base.width, batch.base.height)
    const begun = inkBox(batch.base.lines)
    if (!begun && ink && batch.lines[slot].ended) return squareAround(pad(ink, 3 * room), 0)
    const first = roomFor(begun, batch.base)
    return ink && !contains(first, ink) ? unite(first, pad(ink, room))! : first
  }

  /** Steps towards the frame that is wanted; true while it has not arrived. */
  function moveFrame(batch: Batch): boolean {
    const goal = wanted(batch)
    const anew = !frame || painted.batch !== batch || reducedMotion()
    const next = anew ? goal : mixBox(frame!, goal, 0.18)
    const arrived = anew || sameBox(next, goal)
    // A line that still grows moves its goal by a hair with each point: no frame for that.
    if (arrived && !anew && sameBox(frame!, goal) && !batch.lines[slot].ended) return false
    frame = arrived ? goal : next
    return !arrived
  }

  function paint(): boolean {
    const resized = fitCanvas(canvas)
    const batch = store.batch.peek()
    const line = batch?.lines[slot]
    if (!batch || !line || batch.kind === 'duet') {
      if (painted.batch || resized) wipe(context)
      painted = NOTHING
      return false
    }
    const scrub = store.scrub.peek()
    const part = scrub?.slot === slot ? scrub.part : 1
    const now = palette()
    const before = frame
    const moving = moveFrame(batch)
    const moved = !before || !same(before, frame!)
    rested = moved ? 0 : rested + 1
    const anew = resized || !before || painted.batch !== batch || painted.turn !== line.turn ||
      painted.palette !== now
    const sharpen = blurred && rested > REST
    const changed = anew || moved || sharpen || painted.news !== line.news ||
      painted.part !== part || painted.ended !== line.ended
    if (changed) {
      const { width, height } = sizeOf(canvas)
      view = fit(frame!, width, height, 4)
      // What has ended is painted once more, in one piece: no seams where the news met.
      const whole = part < 1 || line.settled < SETTLED || (line.ended && !moving)
      if (whole) repaint(batch, part, now)
      else paintGrowing(batch, now, anew || sharpen, moving)
    }
    painted = { batch, turn: line.turn, news: line.news, part, palette: now, ended: line.ended }
    return moving || blurred
  }

  /** The line while it grows: what is settled of it from the stock. */
  function paintGrowing(batch: Batch, colours: Palette, anew: boolean, moving: boolean): void {
    const line = batch.lines[slot]
    if (anew || stock.count < 0 || !stock.covers(wanted(batch))) fillStock(batch, colours, moving)
    if (line.settled - stock.count >= SETTLED) {
      add(stock.context, stock.view, stock.ratio, batch, colours, stock.count, line.settled)
      stock.count = line.settled
    }
    wipe(context)
    stock.show(context, view, ratio())
    add(context, view, ratio(), batch, colours, stock.count, line.count)
    blurred = !sameView(view, shifted)
  }

  /** Begin the stock anew; while the frame moves, for the view that it moves to. */
  function fillStock(batch: Batch, colours: Palette, moving: boolean): void {
    const { width, height } = sizeOf(canvas)
    shifted = moving ? fit(wanted(batch), width, height, 4) : view
    stock.renew(shifted, width, height, ratio())
    for (const line of batch.base.lines) drawLine(stock.context, line, stock.view, colours)
  }

  function ratio(): number {
    return pixelRatio(canvas)
  }

  function repaint(batch: Batch, part: number, colours: Palette): void {
    const { count } = batch.lines[slot]
    wipe(context)
    look(context, view, ratio())
    for (const line of batch.base.lines) drawLine(context, line, view, colours)
    if (part < 1) {
      context.globalAlpha = 0.22
      add(context, view, ratio(), batch, colours, 0, count)
      context.globalAlpha = 1
    }
    add(context, view, ratio(), batch, colours, 0, countOf(batch.lines[slot], part))
    stock.count = -1
    blurred = false
  }

  /** Draw points of the line on a canvas that shows this view. */
  function add(
    on: CanvasRenderingContext2D,
    under: View,
    pixels: number,
    batch: Batch,
    colours: Palette,
    from: number,
    to: number,
  ): void {
    const { scale, x, y } = batch.place
    const here = {
      scale: under.scale * scale, x: under.x + under.scale * x, y: under.y + under.scale * y,
    }
    look(on, here, pixels)
    const start = penPlace(batch.base.lines)
    drawGrowing(on, batch.lines[slot], from, to, start, penWidth(here, scale), colours.model)
    look(on, under, pixels)
  }

  return { paint, view: () => view }
}

function same(a: Box, b: Box): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height
}

/** Room for a typical drawing around what there is: a square, inside the paper where it can be. */
function roomFor(ink: Box | null, sheet: Sheet): Box {
  const typical = 0.78 * Math.min(sheet.width, sheet.height)
  if (!ink) return squareAround({ x: sheet.width / 2, y: sheet.height / 2, width: 0, height: 0 }, typical)
  const square = squareAround(ink, typical)
  const x = within(square.x, square.width, sheet.width)
  const y = within(square.y, square.height, sheet.height)
  return squareAround(unite({ ...square, x, y }, pad(ink, 0.07 * typical))!, 0)
}

function within(at: number, size: number, room: number): number {
  return size > room ? at : Math.min(Math.max(at, 0), room - size)
}

/** The square around a box's middle, of this side at least. */
function squareAround(box: Box, least: number): Box {
  const side = Math.max(box.width, box.height, least)
  return {
    x: box.x + (box.width - side) / 2, y: box.y + (box.height - side) / 2,
    width: side, height: side,
  }
}
