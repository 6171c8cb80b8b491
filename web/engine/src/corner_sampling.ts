/** A line's points at even steps from corner to corner, closer where it bends; as in Python. */

import type { Drawing, Stroke } from './api'
import { hypot } from './numeric'
import { simplify } from './simplify'

const CORNER = (50 * Math.PI) / 180 // a turn from this on, between the arms to both sides
const ARM = 1 / 3 // of a step: the arms' length
const LOOKS = 8 // places along an arm at which turns are looked for
const HALVINGS = 4 // of a step at most
const STRAY = 1.4 // RDP tolerances that a line may stray from a step before the step is halved

/** A polyline and the length along it up to each point. */
export interface Line {
  points: ArrayLike<number>
  length: Float64Array
}

/**
 * The drawing with the few points that a data set keeps of it.
 *
 * @param step Of the points between corners, in the drawing's unit; 0: RDP alone.
 * @param tolerance Of the RDP that comes last; 0: none, and the drawing stays as it is.
 */
export function reducePoints(drawing: Drawing, step: number, tolerance: number): Drawing {
  if (!(step > 0 && tolerance > 0)) return simplify(drawing, tolerance)
  const strokes = drawing.strokes.map((s) => sampleStroke(s, step, STRAY * tolerance))
  return simplify({ strokes }, tolerance)
}

function sampleStroke(points: Stroke, step: number, tolerance: number): Stroke {
  const line = lineOf(points)
  const count = points.length / 2
  if (count < 3 || !(line.length[count - 1] > 0)) return points
  const places = placesOf(line, findCorners(line, step * ARM), step, tolerance)
  return Float32Array.from(places.flatMap((place) => pointAt(line, place)))
}

/** A polyline, x and y in turn, with its lengths. */
export function lineOf(points: ArrayLike<number>): Line {
  const length = new Float64Array(points.length / 2)
  for (let k = 1; k < length.length; k++) {
    const [x, y] = [points[2 * k] - points[2 * k - 2], points[2 * k + 1] - points[2 * k - 1]]
    length[k] = length[k - 1] + Math.sqrt(x * x + y * y)
  }
  return { points, length }
}

/**
 * Lengths along the line at which it begins, turns sharply, and ends.
 *
 * @param arm Of the line to both sides of a place: what the turn there is between.
 */
export function findCorners(line: Line, arm: number): number[] {
  const whole = line.length[line.length.length - 1]
  const count = Math.floor(whole / (arm / LOOKS)) + 1
  if (count < 2 * LOOKS + 2) return [0, whole]
  const step = whole / (count - 1)
  const at = Float64Array.from({ length: count }, (_, k) => (k === count - 1 ? whole : k * step))
  const places = Array.from(at, (place) => pointAt(line, place))
  const turn = new Float64Array(count - 2 * LOOKS)
  for (let k = 0; k < turn.length; k++) {
    const [before, here, after] = [places[k], places[k + LOOKS], places[k + 2 * LOOKS]]
    const [ax, ay] = [here[0] - before[0], here[1] - before[1]]
    const [bx, by] = [after[0] - here[0], after[1] - here[1]]
    turn[k] = Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by))
  }
  const corners = [0]
  for (let k = 0; k < turn.length; k++) {
    if (isSharpest(turn, k)) corners.push(at[k + LOOKS])
  }
  return [...corners, whole]
}

/** Whether a turn is a corner, and the sharpest within an arm to either side. */
function isSharpest(turn: Float64Array, k: number): boolean {
  if (turn[k] < CORNER) return false
  const last = Math.min(turn.length, k + LOOKS + 1)
  for (let j = Math.max(0, k - LOOKS); j < last; j++) {
    if (turn[j] > turn[k] || (turn[j] === turn[k] && j < k)) return false
  }
  return true
}

/** Lengths along the line at which points are put. */
function placesOf(line: Line, corners: number[], step: number, tolerance: number): number[] {
  const most = 2 ** HALVINGS
  const out = [0]
  for (let c = 0; c + 1 < corners.length; c++) {
    const begin = corners[c]
    const run = corners[c + 1] - begin
    const steps = Math.max(1, Math.floor(run / step + 0.5))
    for (let s = 0; s < steps; s++) {
      const low = begin + (run * s) / steps
      const high = begin + (run * (s + 1)) / steps
      let [place, parts] = [0, most] // the step from place to place + parts, in sixteenths
      while (place < most) {
        const a = low + ((high - low) * place) / most
        const b = low + ((high - low) * (place + parts)) / most
        if (parts > 1 && strays(line, a, b, tolerance)) {
          parts /= 2
          continue
        }
        out.push(b)
        place += parts
        while (parts < most && place % (2 * parts) === 0) parts *= 2
      }
    }
  }
  return out
}

/** Whether the line between two places is somewhere farther from their chord than that. */
function strays(line: Line, first: number, last: number, tolerance: number): boolean {
  const { points, length } = line
  const [px, py] = pointAt(line, first)
  const [qx, qy] = pointAt(line, last)
  const [vx, vy] = [qx - px, qy - py]
  const square = vx * vx + vy * vy
  for (let k = firstOver(length, first, true); k < length.length && length[k] < last; k++) {
    const [wx, wy] = [points[2 * k] - px, points[2 * k + 1] - py]
    const share = square > 0 ? Math.min(1, Math.max(0, (wx * vx + wy * vy) / square)) : 0
    if (hypot(wx - share * vx, wy - share * vy) > tolerance) return true
  }
  return false
}

export function pointAt({ points, length }: Line, place: number): [number, number] {
  const k = Math.min(Math.max(firstOver(length, place, false), 1), length.length - 1)
  const run = length[k] - length[k - 1]
  const share = run > 0 ? (place - length[k - 1]) / run : 0
  const [x, y] = [points[2 * k - 2], points[2 * k - 1]]
  return [x + share * (points[2 * k] - x), y + share * (points[2 * k + 1] - y)]
}

/** The first of ascending values that is at least a place; with `over`: beyond it. */
function firstOver(values: Float64Array, place: number, over: boolean): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] < place || (over && values[middle] === place)) low = middle + 1
    else high = middle
  }
  return low
}
