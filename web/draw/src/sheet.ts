/**
 * The sheet of paper: its lines in the pen's order. Every change makes a new sheet, so that undo
 * is only going back.
 */

import type { Drawing } from '../../engine/src/api'
import type { Box, Kept, KeptModel, KeptStroke } from './storage/kept'
import { inkBox } from './storage/kept'
import { arcLengths, hasExtent, placed, type View } from './geometry'

export type Line = KeptStroke

export interface Sheet {
  readonly lines: readonly Line[]
  /** Size of the paper, CSS px at the time it was begun. */
  readonly width: number
  readonly height: number
  /** Whether the drawing has come to an end: what follows begins a new stroke. */
  readonly lifted: boolean
}

/** Longest pause that a drawing remembers, ms. */
const LONGEST_PAUSE = 1000
/** Points lie on a grid of so many steps a unit: that of links, so that a link is the very drawing. */
const STEPS = 4
/** How fast a model's line is said to have been drawn, units a millisecond. */
const MODEL_SPEED = 0.45

export function emptySheet(width: number, height: number): Sheet {
  return { lines: [], width, height, lifted: false }
}

/** Milliseconds from the first point to the last. */
export function duration(sheet: Sheet): number {
  const times = sheet.lines[sheet.lines.length - 1]?.times
  return times?.length ? times[times.length - 1] : 0
}

/** Add a person's stroke, whose times begin with 0, after a pause of so many milliseconds. */
export function addStroke(sheet: Sheet, line: Line, pause = 0): Sheet {
  const begin = sheet.lines.length ? duration(sheet) + Math.min(pause, LONGEST_PAUSE) : 0
  const times = line.times?.map((time) => time + begin)
  const added = { ...line, points: onGrid(line.points), times }
  return { ...sheet, lines: [...sheet.lines, added], lifted: false }
}

function onGrid(points: Float32Array): Float32Array {
  return points.map((value) => Math.round(value * STEPS) / STEPS)
}

/** Add a model's lines; `ended` says whether the model came to its end with them. */
export function addModelLines(sheet: Sheet, lines: readonly Line[], ended: boolean): Sheet {
  let begin = duration(sheet)
  const timed = lines.map((line) => {
    const first = begin
    const times = arcLengths(line.points).map((way) => first + way / MODEL_SPEED)
    begin = (times[times.length - 1] ?? first) + 150
    return { ...line, points: onGrid(line.points), times }
  })
  return { ...sheet, lines: [...sheet.lines, ...timed], lifted: ended }
}

export function clearSheet(sheet: Sheet): Sheet {
  return emptySheet(sheet.width, sheet.height)
}

/** Where the pen is: the last point of the last line. */
export function penPlace(lines: readonly Line[]): [number, number] | null {
  const points = lines[lines.length - 1]?.points
  return points?.length ? [points[points.length - 2], points[points.length - 1]] : null
}

/** Whether a line goes on, without lifting, where the one before it ended. */
export function goesOn(before: Line | undefined, line: Line): boolean {
  if (!before || line.by === 'person' || before.points.length < 2) return false
  const end = before.points.length
  return (
    before.points[end - 2] === line.points[0] && before.points[end - 1] === line.points[1]
  )
}

/** What a model is told: strokes, with lines that go on joined; null where there is no start. */
export function startOf(sheet: Sheet): Drawing | null {
  const strokes: Float32Array[] = []
  sheet.lines.forEach((line, i) => {
    if (goesOn(sheet.lines[i - 1], line) && strokes.length) {
      strokes.push(joined(strokes.pop()!, line.points.subarray(2)))
    } else if (hasExtent(line.points)) strokes.push(line.points)
  })
  return strokes.length ? { strokes } : null
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** The paper and whatever runs over its edge. */
export function paperBox(sheet: Sheet): Box {
  return { x: 0, y: 0, width: sheet.width, height: sheet.height }
}

/** A drawing from elsewhere, fitted on this sheet's paper as the person's own lines. */
export function fromDrawing(sheet: Sheet, drawing: Drawing, part = 0.7): Sheet {
  const strokes = drawing.strokes.filter((points) => points.length >= 2)
  const view = middle(inkBox(strokes.map((points) => ({ points }))), sheet, part)
  const lines = strokes.map((points): Line => ({ points: placed(points, view), by: 'person' }))
  return addModelLines(emptySheet(sheet.width, sheet.height), lines, false)
}

/** Puts a box in the middle of the sheet, `part` of it large at most. */
export function middle(box: Box | null, sheet: Sheet, part: number, most = Infinity): View {
  if (!box) return { scale: 1, x: sheet.width / 2, y: sheet.height / 2 }
  const scale = Math.min(
    most,
    (part * sheet.width) / Math.max(box.width, 1e-6),
    (part * sheet.height) / Math.max(box.height, 1e-6),
  )
  return {
    scale,
    x: sheet.width / 2 - scale * (box.x + box.width / 2),
    y: sheet.height / 2 - scale * (box.y + box.height / 2),
  }
}

export interface KeptFacts {
  title: string
  model?: KeptModel
  seed: number
  temperature?: number
  date: number
}

/** The sheet as it is kept, linked and written; of the model only where it drew along. */
export function keptOf(sheet: Sheet, facts: KeptFacts): Kept {
  const drew = sheet.lines.some((line) => line.by === 'model')
  const { title, date, model, seed, temperature } = facts
  const shared = { strokes: [...sheet.lines], width: sheet.width, height: sheet.height }
  return drew ? { ...shared, title, date, model, seed, temperature } : { ...shared, title, date }
}

export function sheetOf(kept: Pick<Kept, 'strokes' | 'width' | 'height'>, lifted = false): Sheet {
  return { lines: kept.strokes, width: kept.width, height: kept.height, lifted }
}
