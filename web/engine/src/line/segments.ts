/**
 * Segments of a polygon as the restorer's net sees them: the steps around each, in its own frame.
 *
 * Of each step, in their order: 1 where there is one; the cosine and the sine of the angle from
 * the segment's direction to its own; the logarithm of its length. Zeros where there is none.
 */

import { hypot } from '../numeric'

export const REACH = 3 // steps before a segment, and after it, that are seen
export const SEEN = 2 * REACH + 1
export const PER_STEP = 4
export const FEATURES = SEEN * PER_STEP
const LEAST = 0.5 // units: shorter steps count as this long
const CLOSED = 1 // units: a stroke that ends nearer to its beginning goes on there

/** Whether a stroke's end goes on at its beginning: they are one point but for rounding. */
export function isClosed(points: ArrayLike<number>): boolean {
  const last = points.length - 2
  return last > 4 && hypot(points[last] - points[0], points[last + 1] - points[1]) <= CLOSED
}

/**
 * What the net sees of the segment from point k to the next, written into `out`.
 *
 * @param points Of one stroke, x and y in turn, in units of the data.
 * @param out FEATURES numbers.
 */
export function writeFeatures(
  points: ArrayLike<number>,
  k: number,
  closed: boolean,
  out: Float64Array,
): void {
  const count = points.length / 2 - 1
  const ownX = points[2 * k + 2] - points[2 * k]
  const ownY = points[2 * k + 3] - points[2 * k + 1]
  const own = Math.sqrt(ownX * ownX + ownY * ownY) || 1
  out.fill(0)
  for (let j = 0; j < SEEN; j++) {
    let step = k - REACH + j
    if (step < 0 || step >= count) {
      if (!closed) continue
      step = (step + count * REACH) % count
    }
    const dx = points[2 * step + 2] - points[2 * step]
    const dy = points[2 * step + 3] - points[2 * step + 1]
    const length = Math.sqrt(dx * dx + dy * dy)
    const size = (length || 1) * own
    out[PER_STEP * j] = 1
    out[PER_STEP * j + 1] = (dx * ownX + dy * ownY) / size
    out[PER_STEP * j + 2] = (ownX * dy - ownY * dx) / size
    out[PER_STEP * j + 3] = Math.log(Math.max(length, LEAST))
  }
}
