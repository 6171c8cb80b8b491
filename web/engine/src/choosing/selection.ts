/** Choice among many drawings: the likeliest, or those that differ most. */

import type { Drawing, Stroke } from '../api'
import { cumulative, roundHalfEven, searchLeft, searchRight, sum } from '../numeric'

/** Times as many are drawn as are chosen. */
export const OVERDRAWN = 4
/** Times as many are accepted, where there is a chooser, as are then chosen. */
export const ACCEPTED = 2
const UNLIKELY = 0.25 // share that cannot be chosen as different: what fails differs most
const POINTS = 64 // at equal steps of a drawing's ink, by which two are compared

/**
 * The places of `count` drawings, the best first.
 *
 * @param drawings As the model drew them, without the line between the points.
 * @param nats What a point of each costs.
 * @param count At most as many as there are.
 * @param startPoints So many points at the beginning of each are a person's.
 */
export function chosen(
  drawings: readonly Drawing[],
  nats: ArrayLike<number>,
  count: number,
  choose: 'likely' | 'different',
  startPoints = 0,
): number[] {
  const order = drawings.map((_, k) => k).sort((a, b) => nats[a] - nats[b] || a - b)
  if (choose === 'likely') return order.slice(0, count)
  const most = Math.max(count, roundHalfEven(order.length * (1 - UNLIKELY)))
  const left = order.slice(0, most)
  const away = distances(
    left.map((k) => drawings[k]),
    startPoints,
  )
  return spreadOut(away, left.length, count).map((k) => left[k])
}

/** Places such that the nearest two of them are as far apart as can be found; the first is 0. */
export function spreadOut(away: Float64Array, size: number, count: number): number[] {
  const places = [0]
  const nearest = away.slice(0, size)
  while (places.length < count) {
    for (const k of places) nearest[k] = -1
    let farthest = 0
    for (let k = 1; k < size; k++) if (nearest[k] > nearest[farthest]) farthest = k
    places.push(farthest)
    for (let k = 0; k < size; k++) {
      nearest[k] = Math.min(nearest[k], away[farthest * size + k])
    }
  }
  return places
}

/**
 * How differently drawings of one frame look: D × D, in their unit.
 *
 * Mean distance from the points of one to the nearest point of the other, both ways. Endings are
 * compared without the start that they share; new drawings with their boxes' middles together.
 */
export function distances(drawings: readonly Drawing[], startPoints = 0): Float64Array {
  const points = drawings.map((d) => comparedPoints(d, startPoints))
  const size = drawings.length
  const out = new Float64Array(size * size)
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      out[a * size + b] = out[b * size + a] = chamfer(points[a], points[b])
    }
  }
  return out
}

function chamfer(a: Float64Array, b: Float64Array): number {
  const nearestA = new Float64Array(POINTS).fill(Infinity)
  const nearestB = new Float64Array(POINTS).fill(Infinity)
  for (let i = 0; i < POINTS; i++) {
    for (let j = 0; j < POINTS; j++) {
      const dx = a[2 * i] - b[2 * j]
      const dy = a[2 * i + 1] - b[2 * j + 1]
      const square = dx * dx + dy * dy
      if (square < nearestA[i]) nearestA[i] = square
      if (square < nearestB[j]) nearestB[j] = square
    }
  }
  return (sum(nearestA.map(Math.sqrt)) + sum(nearestB.map(Math.sqrt))) / (2 * POINTS)
}

/** Points at equal steps of what the model drew. */
function comparedPoints(drawing: Drawing, startPoints: number): Float64Array {
  const strokes = strokesAfter(drawing, startPoints)
  const candidates: number[] = []
  const weights: number[] = []
  for (const stroke of strokes) {
    const even = evenly(stroke, POINTS)
    const length = lengthsUpTo(stroke)
    for (let k = 0; k < POINTS; k++) {
      candidates.push(even[2 * k], even[2 * k + 1])
      weights.push(length[length.length - 1] + 1e-9)
    }
  }
  const ends = cumulative(weights)
  const whole = sum(weights)
  const points = new Float64Array(2 * POINTS)
  for (let k = 0; k < POINTS; k++) {
    const place = searchLeft(ends, ((k + 0.5) / POINTS) * whole)
    points[2 * k] = candidates[2 * place]
    points[2 * k + 1] = candidates[2 * place + 1]
  }
  return startPoints ? points : centred(points)
}

/** The strokes from the start's last point on. */
function strokesAfter(drawing: Drawing, startPoints: number): Stroke[] {
  const strokes: Stroke[] = []
  let left = Math.max(0, startPoints - 1)
  for (const stroke of drawing.strokes) {
    const count = stroke.length / 2
    if (count > left) strokes.push(stroke.subarray(2 * left))
    left = Math.max(0, left - count)
  }
  return strokes
}

function centred(points: Float64Array): Float64Array {
  for (const axis of [0, 1]) {
    const own = points.filter((_, k) => k % 2 === axis)
    const middle = (Math.min(...own) + Math.max(...own)) / 2
    for (let k = axis; k < points.length; k += 2) points[k] -= middle
  }
  return points
}

/** `count` points at equal steps along a stroke, both ends kept: x and y in turn. */
export function evenly(stroke: Stroke, count: number): Float32Array {
  const length = lengthsUpTo(stroke)
  const last = length.length - 1
  const out = new Float32Array(2 * count)
  for (let k = 0; k < count; k++) {
    const at = k === count - 1 ? length[last] : k * (length[last] / (count - 1))
    const from = Math.min(searchRight(length, at) - 1, last)
    for (const axis of [0, 1]) {
      const a = stroke[2 * from + axis]
      const slope =
        from < last ? (stroke[2 * from + 2 + axis] - a) / (length[from + 1] - length[from]) : 0
      out[2 * k + axis] = slope * (at - length[from]) + a
    }
  }
  return out
}

/** The length along the line up to each point; 0 at the first. */
function lengthsUpTo(stroke: Stroke): Float64Array {
  const steps = new Float64Array(stroke.length / 2)
  for (let k = 1; k < steps.length; k++) {
    const dx = stroke[2 * k] - stroke[2 * k - 2]
    const dy = stroke[2 * k + 1] - stroke[2 * k - 1]
    steps[k] = Math.sqrt(dx * dx + dy * dy)
  }
  return cumulative(steps)
}
