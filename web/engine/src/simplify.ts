/**
 * Simplification by Ramer-Douglas-Peucker, as Python's `simplification` package does it.
 *
 * A point's distance is that to the segment, not to the endless line; of points equally far the
 * last one splits; a point exactly at epsilon is dropped.
 */

import type { Drawing, Stroke } from './api'
import { hypot } from './numeric'

/** The stroke without points that repeat the point before them. */
export function withoutRepeats(stroke: Stroke): Stroke {
  const out = new Float32Array(stroke.length)
  let size = 0
  for (let k = 0; k < stroke.length; k += 2) {
    if (k && stroke[k] === stroke[k - 2] && stroke[k + 1] === stroke[k - 1]) continue
    out[size++] = stroke[k]
    out[size++] = stroke[k + 1]
  }
  return size === stroke.length ? stroke : out.slice(0, size)
}

/** The drawing with as few points as stay within epsilon of the line. */
export function simplify(drawing: Drawing, epsilon: number): Drawing {
  const strokes = drawing.strokes.map((s) => simplifyStroke(withoutRepeats(s), epsilon))
  return { strokes: strokes.filter((s) => s.length) }
}

function simplifyStroke(stroke: Stroke, epsilon: number): Stroke {
  const count = stroke.length / 2
  if (count < 3 || !(epsilon > 0)) return stroke
  const kept = keptPoints(stroke, count, epsilon)
  const out = new Float32Array(stroke.length)
  let size = 0
  for (let k = 0; k < count; k++) {
    if (!kept[k]) continue
    out[size++] = stroke[2 * k]
    out[size++] = stroke[2 * k + 1]
  }
  return out.slice(0, size)
}

function keptPoints(stroke: Stroke, count: number, epsilon: number): Uint8Array {
  const kept = new Uint8Array(count)
  kept[0] = kept[count - 1] = 1
  const open = [0, count - 1] // pairs of ends between which points may be left to keep
  while (open.length) {
    const last = open.pop() as number
    const first = open.pop() as number
    const split = farthest(stroke, first, last, epsilon)
    if (split < 0) continue
    kept[split] = 1
    open.push(first, split, split, last)
  }
  return kept
}

/** The point farther than epsilon from the segment of two others, between them; -1: none is. */
function farthest(stroke: Stroke, first: number, last: number, epsilon: number): number {
  const ax = stroke[2 * first]
  const ay = stroke[2 * first + 1]
  const bx = stroke[2 * last]
  const by = stroke[2 * last + 1]
  const dx = bx - ax
  const dy = by - ay
  const square = dx * dx + dy * dy
  const length = hypot(dx, dy)
  let most = 0
  let at = -1
  for (let k = first + 1; k < last; k++) {
    const x = stroke[2 * k]
    const y = stroke[2 * k + 1]
    const share = square > 0 ? ((x - ax) * dx + (y - ay) * dy) / square : 0
    let distance: number
    if (share <= 0) distance = hypot(x - ax, y - ay)
    else if (share >= 1) distance = hypot(x - bx, y - by)
    else distance = Math.abs(((ay - y) * dx - (ax - x) * dy) / square) * length
    if (distance >= most) {
      most = distance
      at = k
    }
  }
  return most > epsilon ? at : -1
}
