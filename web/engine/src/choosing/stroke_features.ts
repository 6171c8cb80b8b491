/** Stroke statistics of a drawing: number, length, turning, crossings, jumps, closure. */

import { histogram, mean, median, quantile, roundHalfEven, sum } from '../numeric'
import { placesOf, type Rows } from '../stroke3'
import {
  boxOf,
  distance,
  type Numbers,
  pointsBefore,
  type Segments,
  segmentsFrom,
  strokeEnds,
  turnBetween,
  weighedCounts,
} from './measures'

const TURNS = [0, 5, 15, 30, 50, 75, 105, 140, 180.0001] // degrees
const CURVES = [0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, Infinity] // radians per typical segment
const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95]
const SIDES = 8 // directions that segments are sorted by
const CLOSED = 0.03 // of the extent: a stroke's gap under it is none
const NEAR = 0.02

/** The features of one drawing, by name; lengths in its own unit, as logarithms of 1 + them. */
export function strokeFeatures(rows: Rows): Numbers {
  const points = placesOf(rows)
  const inked = segmentsFrom(points, pointsBefore(rows, false))
  const out: Numbers = new Map()
  countStrokes(rows, out)
  measureBox(points, out)
  measureSegments(inked, out)
  measureJumps(segmentsFrom(points, pointsBefore(rows, true)), points, out)
  measureTurning(inked, out)
  measureEnds(rows, points, out)
  countCrossings(inked, out)
  return out
}

function countStrokes(rows: Rows, out: Numbers): void {
  const { first, last } = strokeEnds(rows)
  const sizes = last.map((end, k) => end - first[k] + 1)
  const count = rows.length / 3
  out.set('points', Math.log(count))
  out.set('strokes', Math.log(sizes.length))
  out.set('points of the median stroke', Math.log(median(sizes)))
  out.set('share of the longest stroke', Math.max(...sizes) / count)
  out.set('share of single points', mean(sizes.map((n) => +(n === 1))))
}

function measureBox(points: Float64Array, out: Numbers): void {
  const box = boxOf(points)
  const low = box.slice(0, 2)
  const extent = [box[2] - box[0], box[3] - box[1]]
  const side = extent.map((v) => Math.max(v, 1e-9))
  const last = points.length - 2
  const middle = [0, 1].map((axis) => mean(points.filter((_, k) => k % 2 === axis)))
  out.set('width', Math.log1p(extent[0]))
  out.set('height', Math.log1p(extent[1]))
  out.set('box ratio', Math.atan2(side[1], side[0]))
  const places = { middle, first: points.slice(0, 2), last: points.slice(last) }
  for (const [name, place] of Object.entries(places)) {
    out.set(`${name} x`, (place[0] - low[0]) / side[0])
    out.set(`${name} y`, (place[1] - low[1]) / side[1])
  }
}

/** Lengths and directions of the segments that leave ink. */
function measureSegments(s: Segments, out: Numbers): void {
  const sorted = s.size.slice().sort()
  for (const share of SHARES) {
    const length = s.count ? quantile(sorted, share) : 0
    out.set(`segment length ${Math.round(100 * share)}%`, Math.log1p(length))
  }
  const ink = sum(s.size)
  out.set('ink', Math.log1p(ink))
  out.set('longest segment', Math.log1p(s.count ? sorted[s.count - 1] : 0))
  const empty = s.size.map((v) => +(v === 0))
  out.set('share of empty segments', s.count ? mean(empty) : 0)
  const side = s.size.map((_, k) => {
    const turns = roundHalfEven(Math.atan2(s.stepY[k], s.stepX[k]) / ((2 * Math.PI) / SIDES))
    return (turns + SIDES) % SIDES
  })
  weighedCounts(side, s.size, SIDES).forEach((drawn, k) => {
    out.set(`ink towards ${(360 / SIDES) * k}°`, drawn / Math.max(ink, 1e-9))
  })
}

/** The pen's ways above the paper. */
function measureJumps(s: Segments, points: Float64Array, out: Numbers): void {
  const extent = extentOf(points)
  out.set('jumps', Math.log1p(sum(s.size)))
  out.set('median jump of the extent', (s.count ? median(s.size) : 0) / extent)
  out.set('longest jump of the extent', (s.count ? Math.max(...s.size) : 0) / extent)
}

function extentOf(points: Float64Array): number {
  const [left, top, right, bottom] = boxOf(points)
  return Math.max(right - left, bottom - top, 1e-9)
}

/** How the line turns from one segment to the next of the same stroke. */
function measureTurning(s: Segments, out: Numbers): void {
  const [turn, about, ratio]: number[][] = [[], [], []]
  for (let k = 1; k < s.count; k++) {
    const [a, b] = [s.size[k - 1], s.size[k]]
    if (s.from[k] !== s.from[k - 1] + 1 || !(a > 0 && b > 0)) continue
    turn.push(turnBetween(s, k - 1, k))
    about.push((a + b) / 2)
    ratio.push(Math.abs(Math.log((b + 1e-9) / (a + 1e-9))))
  }
  const size = turn.map(Math.abs)
  const typical = about.length ? median(about) : 1
  const total = Math.max(turn.length, 1)
  const [before, after] = [turn.slice(0, -1), turn.slice(1)]
  out.set('mean turn', sum(turn) / total)
  out.set('mean size of turns', sum(size) / total)
  const same = after.map((v, k) => +(v * before[k] > 0))
  out.set('turns the same way', same.length ? mean(same) : 0.5)
  out.set('turns follow each other', correlation(before, after))
  out.set('change of segment length', sum(ratio) / total)
  const degrees = size.map((v) => v * (180 / Math.PI))
  histogram(degrees, TURNS).forEach((n, k) => out.set(`turns from ${TURNS[k]}°`, n / total))
  const curve = size.map((v, k) => (v / about[k]) * typical)
  histogram(curve, CURVES).forEach((n, k) => out.set(`curvature from ${CURVES[k]}`, n / total))
}

/** Pearson's; 0 where there are few or they are all alike. */
function correlation(a: number[], b: number[]): number {
  if (a.length < 3) return 0
  const [meanA, meanB] = [mean(a), mean(b)]
  const [offA, offB] = [a.map((v) => v - meanA), b.map((v) => v - meanB)]
  const product = (x: number[], y: number[]) => sum(x.map((v, k) => v * y[k]))
  const [varA, varB] = [product(offA, offA), product(offB, offB)]
  if (Math.sqrt(varA / a.length) < 1e-9 || Math.sqrt(varB / a.length) < 1e-9) return 0
  return product(offA, offB) / Math.sqrt(varA) / Math.sqrt(varB)
}

/** How near strokes end to where they began, and to the ink of other strokes. */
function measureEnds(rows: Rows, points: Float64Array, out: Numbers): void {
  const { first, last } = strokeEnds(rows)
  const extent = extentOf(points)
  const gap: number[] = []
  last.forEach((end, k) => {
    if (end > first[k]) gap.push(distance(points, first[k], end) / extent)
  })
  const near = last.length > 1 ? last.map((_, k) => nearest(points, first, last, k)) : [extent]
  out.set('gap of the median stroke', gap.length ? median(gap) : 0)
  out.set('closed strokes', gap.length ? mean(gap.map((v) => +(v < CLOSED))) : 0)
  out.set('ends near other strokes', mean(near.map((v) => +(v / extent < NEAR))))
  out.set('median end to other strokes', median(near) / extent)
}

/** How far a stroke's end is from the nearest point of another. */
function nearest(points: Float64Array, first: number[], last: number[], own: number): number {
  let least = Infinity
  for (let k = 0; 2 * k < points.length; k++) {
    if (k >= first[own] && k <= last[own]) continue
    least = Math.min(least, distance(points, last[own], k))
  }
  return least
}

function countCrossings(s: Segments, out: Numbers): void {
  const count = crossings(s)
  out.set('crossings', Math.log1p(count))
  out.set('crossings of a segment', count / Math.max(s.count, 1))
  out.set('ink between crossings', Math.log1p(sum(s.size) / (count + 1)))
}

/** How many pairs of segments cross within both, ends excluded. */
export function crossings({ count, startX, startY, stepX, stepY }: Segments): number {
  let crossed = 0
  for (let k = 0; k < count; k++) {
    const [x, y, dx, dy] = [startX[k], startY[k], stepX[k], stepY[k]]
    for (let j = k + 1; j < count; j++) {
      const across = dx * stepY[j] - dy * stepX[j]
      if (across === 0) continue
      const [wayX, wayY] = [startX[j] - x, startY[j] - y]
      const t = (wayX * stepY[j] - wayY * stepX[j]) / across
      if (!(t > 0 && t < 1)) continue
      const u = (wayX * dy - wayY * dx) / across
      if (u > 0 && u < 1) crossed += 1
    }
  }
  return crossed
}
