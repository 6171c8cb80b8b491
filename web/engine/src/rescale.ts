/** A drawing brought to the size and density of the training drawings. */

import { type Drawing, EngineError, type Stroke } from './api'
import { reducePoints } from './corner_sampling'
import { roundHalfEven } from './numeric'
import { simplify } from './simplify'
import { pointCount, type Rows, toStroke3 } from './stroke3'

const DENSE = 0.75 // thinned when its median offset is under this share of the training drawings'
const SPARSE = 1.5 // an offset over this multiple of their 95th percentile is subdivided
const HALVINGS = 14
const MOST_POINTS = 100_000
const MOST_ROWS = 50_000

/** Measures of the training drawings, named as in a model's file; lengths in the data's units. */
export interface DataStatistics {
  /** Standard deviation of all offsets; the net works in units of it. */
  scale: number
  drawings: number
  /** Most points of one. */
  longest: number
  /** Median number of points. */
  points: number
  /** Median of the longer side of a drawing's box. */
  extent: number
  /** The same of the first half of its points: what a start is fitted to. */
  start_extent: number
  /** Median length of a pen-down offset. */
  offset: number
  /** 95th percentile of those. */
  long_offset: number
  /** Step to whose multiples the points were rounded; 0 or absent: none, or not known. */
  rounding?: number
  /** Of the points between corners; 0 or absent: points lie where RDP left them. */
  step?: number
  /** Of the RDP that came after; of use with `step` alone. */
  tolerance?: number
}

/** A drawing as the net reads it. */
export interface Rescaled {
  /** Stroke-3, offsets in units of the net. */
  rows: Rows
  /** Its first point, in its own coordinates. */
  origin: [number, number]
  last: [number, number]
  /** Its own units per unit of the net. */
  unit: number
}

/**
 * Bring a drawing to the training drawings' size and distance of points.
 *
 * @param target The longer side that it should have, in units of the training data.
 * @param zoom Units of the training data per unit of the drawing, where known.
 */
export function fit(
  drawing: Drawing,
  statistics: DataStatistics,
  target: number,
  zoom?: number,
): Rescaled {
  checkPoints(pointCount(drawing), MOST_POINTS, 'points')
  const side = longerSide(drawing)
  if (!(side > 0)) {
    throw new EngineError(
      'The drawing has no extent: the model needs at least two different points to go by.',
      'Draw a little more.',
    )
  }
  const factor = zoom || target / side
  const scaled = { strokes: drawing.strokes.map((s) => multiplied(s, factor)) }
  const thin = thinned(scaled, statistics, side * factor)
  const pieces = thin.strokes.map((s) => piecesOf(s, statistics))
  const count = pieces.reduce((n, p) => n + p.reduce((a, b) => a + b, 0) + 1, 0)
  checkPoints(count, MOST_ROWS, 'points at the distance that the model knows')
  const even = thin.strokes.map((s, k) => subdivided(s, pieces[k], statistics))
  const rows = roundedRows({ strokes: even }, statistics.rounding ?? 0)
  const scale = Math.fround(statistics.scale)
  for (let k = 0; k < rows.length; k += 3) {
    rows[k] /= scale
    rows[k + 1] /= scale
  }
  const strokes = drawing.strokes.filter((s) => s.length)
  const end = strokes[strokes.length - 1]
  return {
    rows,
    origin: [strokes[0][0], strokes[0][1]],
    last: [end[end.length - 2], end[end.length - 1]],
    unit: statistics.scale / factor,
  }
}

/** The longer side of a drawing's box; 0 where there are no points. */
export function longerSide(drawing: Drawing): number {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const stroke of drawing.strokes) {
    for (let k = 0; k < stroke.length; k += 2) {
      left = Math.min(left, stroke[k])
      right = Math.max(right, stroke[k])
      top = Math.min(top, stroke[k + 1])
      bottom = Math.max(bottom, stroke[k + 1])
    }
  }
  return right < left ? 0 : Math.max(right - left, bottom - top)
}

function checkPoints(count: number, most: number, what: string): void {
  if (count <= most) return
  const [has, limit] = [count, most].map((n) => n.toLocaleString('en'))
  throw new EngineError(
    `The drawing has ${has} ${what}, over the limit of ${limit}.`,
    'Simplify it, or give a part of it.',
  )
}

/**
 * Stroke-3 of points rounded to multiples of a step from the first, as a data set's rows are.
 *
 * Points that fall together become one, which lifts the pen if the last of them did.
 *
 * @param step - 0: nothing is rounded. A drawing that would become a spot stays as it is.
 */
function roundedRows(drawing: Drawing, step: number): Rows {
  const rows = toStroke3(drawing)
  if (step <= 0) return rows
  const points = drawing.strokes.flatMap((stroke) => Array.from(stroke))
  const whole = points.map((v, k) => roundHalfEven((v - points[k % 2]) / step) * step)
  const out: number[] = []
  let [x, y] = [0, 0]
  for (let k = 0; k < whole.length; k += 2) {
    const repeated = whole[k] === whole[k + 2] && whole[k + 1] === whole[k + 3]
    if (repeated) continue
    out.push(whole[k] - x, whole[k + 1] - y, rows[(k / 2) * 3 + 2])
    ;[x, y] = [whole[k], whole[k + 1]]
  }
  if (out.length < 6) return rows
  out[0] = out[1] = 0
  return Float32Array.from(out)
}

function multiplied(stroke: Stroke, factor: number): Stroke {
  const single = Math.fround(factor)
  return stroke.map((v) => v * single)
}

/**
 * As many points as the data set would leave of the drawing: by its rule, or by RDP with the least
 * tolerance that brings the median offset to its own.
 */
function thinned(drawing: Drawing, statistics: DataStatistics, side: number): Drawing {
  if (medianOffset(drawing) >= DENSE * statistics.offset) return drawing
  if (statistics.step) return reducePoints(drawing, statistics.step, statistics.tolerance ?? 0)
  let [low, high, best] = [0, side / 4, drawing]
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2
    const thin = simplify(drawing, middle)
    if (medianOffset(thin) < statistics.offset) [low, best] = [middle, thin]
    else high = middle
  }
  return best
}

function medianOffset(drawing: Drawing): number {
  const rows = toStroke3(drawing)
  const lengths: number[] = []
  for (let k = 3; k < rows.length; k += 3) {
    if (rows[k - 1] < 0.5) lengths.push(singleLength(rows[k], rows[k + 1]))
  }
  if (!lengths.length) return Infinity
  const sorted = Float32Array.from(lengths).sort()
  const half = sorted.length >> 1
  if (sorted.length % 2) return sorted[half]
  return Math.fround(Math.fround(sorted[half - 1] + sorted[half]) / 2)
}

/** Length of an offset in single precision, as the C library's hypotf. */
function singleLength(x: number, y: number): number {
  return Math.fround(Math.sqrt(x * x + y * y))
}

/** Into how many equal steps each offset is cut; offsets much longer than the training drawings'. */
function piecesOf(stroke: Stroke, statistics: DataStatistics): number[] {
  const longest = SPARSE * statistics.long_offset
  const single = Math.fround(longest)
  const pieces: number[] = []
  for (let k = 2; k < stroke.length; k += 2) {
    const x = Math.fround(stroke[k] - stroke[k - 2])
    const y = Math.fround(stroke[k + 1] - stroke[k - 1])
    const steps = Math.ceil(Math.fround(singleLength(x, y) / single))
    pieces.push(longest > 0 ? Math.max(1, steps) : 1)
  }
  return pieces
}

function subdivided(stroke: Stroke, pieces: number[], statistics: DataStatistics): Stroke {
  if (statistics.long_offset <= 0 || stroke.length < 4) return stroke
  const out: number[] = []
  pieces.forEach((count, n) => {
    for (let k = 0; k < count; k++) {
      const share = n + k / count - n // the place's rounding is NumPy's
      for (const axis of [0, 1]) {
        const a = stroke[2 * n + axis]
        out.push((stroke[2 * n + 2 + axis] - a) * share + a)
      }
    }
  })
  out.push(stroke[stroke.length - 2], stroke[stroke.length - 1])
  return Float32Array.from(out)
}
