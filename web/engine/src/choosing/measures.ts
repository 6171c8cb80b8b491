/** What the features of strokes and of forms have in common: a drawing's points, pen-down segments. */

import { hypot } from '../numeric'
import type { Rows } from '../stroke3'

/** Features of a drawing by name, in the order that a chooser knows them. */
export type Numbers = Map<string, number>

/** Segments between points: where they begin, their steps and lengths. */
export interface Segments {
  count: number
  /** Of each: the number of the point that it begins at. */
  from: Int32Array
  startX: Float64Array
  startY: Float64Array
  stepX: Float64Array
  stepY: Float64Array
  size: Float64Array
}

/** The segments from the named points to the points after them. */
export function segmentsFrom(points: Float64Array, from: ArrayLike<number>): Segments {
  const count = from.length
  const array = () => new Float64Array(count)
  const out = {
    count,
    from: Int32Array.from(from),
    startX: array(),
    startY: array(),
    stepX: array(),
    stepY: array(),
    size: array(),
  }
  for (let k = 0; k < count; k++) {
    const at = 2 * from[k]
    out.startX[k] = points[at]
    out.startY[k] = points[at + 1]
    out.stepX[k] = points[at + 2] - points[at]
    out.stepY[k] = points[at + 3] - points[at + 1]
    out.size[k] = hypot(out.stepX[k], out.stepY[k])
  }
  return out
}

/** Numbers of the points after which the pen lifts, or after which it stays down; not the last. */
export function pointsBefore(rows: Rows, lifts: boolean): number[] {
  const out: number[] = []
  for (let k = 0; 3 * (k + 1) < rows.length; k++) {
    if (rows[3 * k + 2] > 0.5 === lifts) out.push(k)
  }
  return out
}

/** First and last points of strokes. */
export function strokeEnds(rows: Rows): { first: number[]; last: number[] } {
  const count = rows.length / 3
  const first: number[] = []
  const last: number[] = []
  for (let k = 0; k < count; k++) {
    if (k === 0 || rows[3 * k - 1] > 0.5) first.push(k)
    if (k === count - 1 || rows[3 * k + 2] > 0.5) last.push(k)
  }
  return { first, last }
}

/** The box of points: left, top, right, bottom. */
export function boxOf(points: Float64Array, first = 0, end = points.length / 2): number[] {
  const box = [Infinity, Infinity, -Infinity, -Infinity]
  for (let k = first; k < end; k++) {
    for (const axis of [0, 1]) {
      box[axis] = Math.min(box[axis], points[2 * k + axis])
      box[2 + axis] = Math.max(box[2 + axis], points[2 * k + axis])
    }
  }
  return box
}

export function distance(points: Float64Array, a: number, b: number): number {
  return hypot(points[2 * b] - points[2 * a], points[2 * b + 1] - points[2 * a + 1])
}

/** Angle from one step to the next. */
export function turnBetween(s: Segments, before: number, after: number): number {
  const [ax, ay, bx, by] = [s.stepX[before], s.stepY[before], s.stepX[after], s.stepY[after]]
  return Math.atan2(ax * by - ay * bx, ax * bx + ay * by)
}

/** Sums of weights by bin. */
export function weighedCounts(
  bins: ArrayLike<number>,
  weights: ArrayLike<number>,
  count: number,
): Float64Array {
  const out = new Float64Array(count)
  for (let k = 0; k < bins.length; k++) out[bins[k]] += weights[k]
  return out
}

export function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
