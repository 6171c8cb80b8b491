/** Drawings brought to the training data's form before they are measured. */

import { roundHalfEven } from '../numeric'
import { simplify, withoutRepeats } from '../simplify'
import { fromStroke3, type Rows, toStroke3 } from '../stroke3'

const EPSILON = 1 // units: how the data sets were simplified

/**
 * A drawing simplified, rounded to whole units, without repeated points.
 *
 * @param rows Stroke-3, at least one row.
 * @param unit Of the result, in units of the drawing.
 */
export function normalise(rows: Rows, unit = 1): Rows {
  const single = Math.fround(unit)
  const scaled = unit === 1 ? rows : rows.map((v, k) => (k % 3 === 2 ? v : v / single))
  const simple = simplify(fromStroke3(scaled), EPSILON)
  return toStroke3({
    strokes: simple.strokes.map((stroke) => withoutRepeats(stroke.map(roundHalfEven))),
  })
}
