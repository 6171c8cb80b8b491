/** Which ends of strokes meet other ink (a T or a corner), and which meet nothing. */

import { hypot, mean, median } from '../numeric'
import { distance, type Numbers, type Segments } from './measures'

const TOUCH = 0.02 // an end this near to ink meets it
const ALONG = 0.08 // of its own stroke's ink, so much next to an end is not what it meets
const NOTHING = 2 // distance where there is no other ink

interface Ends {
  first: number[]
  last: number[]
}

/** Features of the ends of strokes, by name. */
export function measureMeetings(
  points: Float64Array,
  ends: Ends,
  inked: Segments,
  out: Numbers,
): void {
  const { first, last } = ends
  const both = [...first, ...last]
  const ink = distancesToInk(points, ends, inked)
  const corner = distancesToEnds(points, both, first.length)
  const parts = { starts: [0, first.length], ends: [first.length, both.length] }
  for (const [name, [from, to]] of Object.entries(parts)) {
    const away = ink.slice(from, to)
    const inside = away.map((v, k) => +(v < TOUCH && corner[from + k] >= TOUCH))
    out.set(`${name} that meet ink`, mean(away.map((v) => +(v < TOUCH))))
    out.set(`${name} that meet the inside of a line`, mean(inside))
    out.set(`${name} that meet nothing`, mean(away.map((v) => +(v > 3 * TOUCH))))
    out.set(`median way from ${name} to ink`, median(away.map((v) => Math.min(v, 1))))
  }
  out.set('mean gap of strokes', mean(first.map((begin, k) => distance(points, begin, last[k]))))
  out.set('gap of the drawing', distance(points, 0, points.length / 2 - 1))
}

/** How far ends are from ink, that next to them on their line left out. */
function distancesToInk(points: Float64Array, { first, last }: Ends, s: Segments): Float64Array {
  const way = inkUpTo(points.length / 2, s)
  const stroke = strokeNumbers(points.length / 2, first)
  const least = new Float64Array(2 * first.length).fill(NOTHING)
  const both = [...first, ...last]
  for (let end = 0; end < both.length; end++) {
    const own = both[end]
    const [x, y] = [points[2 * own], points[2 * own + 1]]
    let nearest = s.count ? Infinity : NOTHING
    for (let k = 0; k < s.count; k++) {
      const at = s.from[k]
      const along = Math.min(Math.abs(way[at] - way[own]), Math.abs(way[at + 1] - way[own]))
      if (stroke[at] === stroke[own] && along < ALONG) nearest = Math.min(nearest, NOTHING)
      else nearest = Math.min(nearest, distanceToSegment(x - s.startX[k], y - s.startY[k], s, k))
    }
    least[end] = nearest
  }
  return least
}

/** Distance of a place, from where a segment begins, to the segment. */
function distanceToSegment(x: number, y: number, s: Segments, k: number): number {
  const [dx, dy] = [s.stepX[k], s.stepY[k]]
  const square = Math.max(dx * dx + dy * dy, 1e-12)
  const share = Math.min(1, Math.max(0, (x * dx + y * dy) / square))
  return hypot(x - share * dx, y - share * dy)
}

/** Ink drawn up to each point. */
function inkUpTo(count: number, s: Segments): Float64Array {
  const way = new Float64Array(count)
  for (let k = 0; k < s.count; k++) way[s.from[k] + 1] = s.size[k]
  for (let k = 1; k < count; k++) way[k] += way[k - 1]
  return way
}

/** Number of the stroke of each point. */
function strokeNumbers(count: number, first: number[]): Int32Array {
  const out = new Int32Array(count)
  first.forEach((begin, k) => out.fill(k, begin))
  return out
}

/** How far ends of strokes are from the nearest end of another. */
function distancesToEnds(points: Float64Array, both: number[], strokes: number): Float64Array {
  const least = new Float64Array(both.length).fill(NOTHING)
  for (let a = 0; a < both.length; a++) {
    let nearest = Infinity
    for (let b = 0; b < both.length; b++) {
      const same = a % strokes === b % strokes
      nearest = Math.min(nearest, same ? NOTHING : distance(points, both[a], both[b]))
    }
    least[a] = nearest
  }
  return least
}
