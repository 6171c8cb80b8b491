/** Drawings brought to the training data's form before they are measured. */

import { roundHalfEven } from '../numeric'
import { simplify, withoutRepeats } from '../simplify'
import { fromStroke3, type Rows, toStroke3 } from '../stroke3'

/** Units: the longer side of drawings for choosers whose files do not say; the data sets' own. */
export const FORMER_SIDE = 200
const EPSILON = 1 // units: tolerance of the simplification

/**
 * A drawing scaled to the frame, simplified, rounded to whole units, without repeated points.
 *
 * @param rows Stroke-3 in any unit, at least one row.
 * @param frame Longer side that it gets.
 */
export function normalise(rows: Rows, frame: number): Rows {
  const side = longerSide(rows)
  const scale = Math.fround(side > 0 ? frame / side : 1)
  const scaled = rows.map((v, k) => (k % 3 === 2 ? v : Math.fround(v * scale)))
  const simple = simplify(fromStroke3(scaled), EPSILON)
  return toStroke3({
    strokes: simple.strokes.map((stroke) => withoutRepeats(stroke.map(roundHalfEven))),
  })
}

function longerSide(rows: Rows): number {
  let longest = 0
  for (const axis of [0, 1]) {
    let [at, low, high] = [0, Infinity, -Infinity]
    for (let k = axis; k < rows.length; k += 3) {
      at += rows[k]
      low = Math.min(low, at)
      high = Math.max(high, at)
    }
    longest = Math.max(longest, high - low)
  }
  return longest
}
