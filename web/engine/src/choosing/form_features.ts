/**
 * Form of a drawing in numbers: where its ink lies, its way through the box, its strokes' shapes.
 *
 * Lengths are shares of the longer side of the drawing's box; places are measured from the box's
 * middle. All ink is weighted by its length.
 */

import { atan2, cumulative, histogram, mean, median, searchLeft, sum } from '../numeric'
import { placesOf, type Rows } from '../stroke3'
import {
  boxOf,
  clip,
  distance,
  type Numbers,
  pointsBefore,
  type Segments,
  segmentsFrom,
  strokeEnds,
  turnBetween,
  weighedCounts,
} from './measures'
import { measureMeetings } from './meetings'

const GRIDS = [4, 8] // cells along a side
const PLACES = 16 // at equal steps of the ink, in drawn order
const THIRDS = 3
const DIRECTIONS = 12 // of segments without front and back
const LENGTHS = [0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, Infinity]
const STROKES = 3 // the first so many are described one by one
const STROKE_NAMES = ['width', 'height', 'x', 'y', 'ink', 'straightness', 'turning']
const PIECES = 6 // into which a segment is cut for the grid

/** The features of one drawing, by name. */
export function formFeatures(rows: Rows): Numbers {
  const points = centred(placesOf(rows))
  const inked = segmentsFrom(points, pointsBefore(rows, false))
  const ends = strokeEnds(rows)
  const out: Numbers = new Map()
  measureOccupancy(inked, out)
  measureMoments(inked, out)
  measureWay(points, inked, out)
  measureDirections(inked, out)
  measureThirds(inked, out)
  measureMeetings(points, ends, inked, out)
  measureStrokes(points, ends, out)
  return out
}

/** Points from the middle of their box, in shares of its longer side. */
function centred(points: Float64Array): Float64Array {
  const [left, top, right, bottom] = boxOf(points)
  const middle = [(left + right) / 2, (top + bottom) / 2]
  const side = Math.max(right - left, bottom - top, 1e-9)
  return points.map((v, k) => (v - middle[k % 2]) / side)
}

/** Share of the ink in each cell of a square grid over the box. */
function measureOccupancy(s: Segments, out: Numbers): void {
  const whole = Math.max(PIECES * sum(s.size), 1e-9)
  for (const side of GRIDS) {
    const share = new Float64Array(side * side)
    const cell = (v: number) => clip(Math.trunc((v + 0.5) * side), 0, side - 1)
    for (let k = 0; k < s.count; k++) {
      for (let piece = 0; piece < PIECES; piece++) {
        const at = (piece + 0.5) / PIECES
        const column = cell(s.startX[k] + at * s.stepX[k])
        const row = cell(s.startY[k] + at * s.stepY[k])
        share[row * side + column] += s.size[k] / whole
      }
    }
    share.forEach((v, k) => out.set(`ink in ${Math.floor(k / side)}, ${k % side} of ${side}`, v))
  }
}

/** Centre of the ink, its spread along both axes, radius of gyration, slant, skew. */
function measureMoments(s: Segments, out: Numbers): void {
  const whole = Math.max(sum(s.size), 1e-9)
  const x = s.startX.map((v, k) => v + s.stepX[k] / 2)
  const y = s.startY.map((v, k) => v + s.stepY[k] / 2)
  const weighed = (value: (k: number) => number) => {
    let total = 0
    for (let k = 0; k < s.count; k++) total += (s.size[k] / whole) * value(k)
    return total
  }
  const centre = [weighed((k) => x[k]), weighed((k) => y[k])]
  const awayX = x.map((v) => v - centre[0])
  const awayY = y.map((v) => v - centre[1])
  const xx = weighed((k) => awayX[k] ** 2)
  const yy = weighed((k) => awayY[k] ** 2)
  const xy = weighed((k) => awayX[k] * awayY[k])
  out.set('centre x', centre[0])
  out.set('centre y', centre[1])
  out.set('spread x', Math.sqrt(xx))
  out.set('spread y', Math.sqrt(yy))
  out.set('radius of gyration', Math.sqrt(xx + yy))
  out.set('slant', xy / Math.max(Math.sqrt(xx * yy), 1e-9))
  out.set(
    'skew x',
    weighed((k) => awayX[k] ** 3),
  )
  out.set(
    'skew y',
    weighed((k) => awayY[k] ** 3),
  )
}

/** Where the pen is at equal steps of the ink, in drawn order, and how much it has inked. */
function measureWay(points: Float64Array, s: Segments, out: Numbers): void {
  const way = cumulative(s.size)
  const ink = sum(s.size)
  for (let k = 0; k < PLACES; k++) {
    let [x, y] = [points[0], points[1]]
    if (s.count && ink > 0) {
      const at = ((k + 0.5) / PLACES) * way[s.count - 1]
      const segment = clip(searchLeft(way, at), 0, s.count - 1)
      const left = (way[segment] - at) / Math.max(s.size[segment], 1e-12)
      const end = 2 * s.from[segment] + 2
      x = points[end] + left * (points[end - 2] - points[end])
      y = points[end + 1] + left * (points[end - 1] - points[end + 1])
    }
    out.set(`way ${k} x`, x)
    out.set(`way ${k} y`, y)
  }
  const [left, top, right, bottom] = boxOf(points)
  const box = Math.max(right - left, 1e-9) * Math.max(bottom - top, 1e-9)
  out.set('ink of the box', Math.log1p(ink / Math.sqrt(box)))
  out.set('ink of the longer side', Math.log1p(ink))
}

/** Ink by direction, front and back alike, and by the length of its segments. */
function measureDirections(s: Segments, out: Numbers): void {
  const whole = Math.max(sum(s.size), 1e-9)
  const bins = s.size.map((_, k) => {
    let angle = atan2(s.stepY[k], s.stepX[k]) % Math.PI
    if (angle < 0) angle += Math.PI
    return Math.min(Math.trunc((angle / Math.PI) * DIRECTIONS), DIRECTIONS - 1)
  })
  weighedCounts(bins, s.size, DIRECTIONS).forEach((drawn, k) => {
    out.set(`ink along ${(180 / DIRECTIONS) * k}°`, drawn / whole)
  })
  histogram(s.size, LENGTHS).forEach((n, k) => {
    out.set(`segments from ${LENGTHS[k]}`, n / Math.max(s.count, 1))
  })
}

/** Turning and segment length in each third of the ink, in drawn order. */
function measureThirds(s: Segments, out: Numbers): void {
  const whole = Math.max(sum(s.size), 1e-9)
  const way = cumulative(s.size)
  const thirds = Array.from({ length: THIRDS }, (): number[] => [])
  const turn = new Float64Array(s.count)
  for (let k = 0; k < s.count; k++) {
    if (k && s.from[k] === s.from[k - 1] + 1) turn[k] = turnBetween(s, k - 1, k)
    const third = Math.trunc((THIRDS * (way[k] - s.size[k] / 2)) / whole)
    thirds[Math.min(third, THIRDS - 1)].push(k)
  }
  thirds.forEach((own, third) => {
    const sizes = own.map((k) => s.size[k])
    const ink = Math.max(sum(sizes), 1e-3)
    const turned = sum(own.map((k) => Math.abs(turn[k])))
    const net = sum(own.map((k) => turn[k]))
    out.set(`turning a length, third ${third}`, Math.log1p(turned / ink))
    out.set(`net turning, third ${third}`, clip(net / ink, -50, 50))
    out.set(`segment length, third ${third}`, own.length ? median(sizes) : 0)
  })
}

/** Size, place and shape of the first strokes, and of all on average. */
function measureStrokes(
  points: Float64Array,
  { first, last }: { first: number[]; last: number[] },
  out: Numbers,
): void {
  const rows = first.map((begin, k) => describeStroke(points, begin, last[k]))
  for (let k = 0; k < STROKES; k++) {
    STROKE_NAMES.forEach((name, n) => out.set(`${name} of stroke ${k}`, rows[k]?.[n] ?? 0))
  }
  STROKE_NAMES.forEach((name, n) => {
    const column = rows.map((row) => row[n])
    const middle = mean(column)
    out.set(`mean ${name} of strokes`, middle)
    out.set(`spread of ${name}`, Math.sqrt(mean(column.map((v) => (v - middle) ** 2))))
  })
}

function describeStroke(points: Float64Array, first: number, last: number): number[] {
  const [left, top, right, bottom] = boxOf(points, first, last + 1)
  const numbers = Array.from({ length: last - first }, (_, k) => first + k)
  const s = segmentsFrom(points, numbers)
  const ink = sum(s.size)
  const turns = numbers.slice(1).map((_, k) => turnBetween(s, k, k + 1))
  const straight = distance(points, first, last) / Math.max(ink, 1e-9)
  const place = [(right + left) / 2, (bottom + top) / 2]
  return [right - left, bottom - top, ...place, ink, straight, clip(sum(turns), -20, 20)]
}
