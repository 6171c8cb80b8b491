/** Polylines as x and y in turn: length, repeats, Ramer-Douglas-Peucker, least step. */

/** Anything that holds x and y in turn. */
export type Points = Float32Array | Float64Array

export function polylineLength(points: Points): number {
  let sum = 0
  for (let i = 2; i < points.length; i += 2) {
    sum += Math.hypot(points[i] - points[i - 2], points[i + 1] - points[i - 1])
  }
  return sum
}

/** The points at these indices, in double precision. */
export function select(points: Points, indices: readonly number[]): Float64Array {
  const chosen = new Float64Array(2 * indices.length)
  indices.forEach((index, k) => {
    chosen[2 * k] = points[2 * index]
    chosen[2 * k + 1] = points[2 * index + 1]
  })
  return chosen
}

/** Without points that repeat the point before them. */
export function withoutRepeats(points: Points): Float64Array {
  const kept: number[] = []
  for (let i = 0; 2 * i < points.length; i++) {
    const repeats =
      i > 0 && points[2 * i] === points[2 * i - 2] && points[2 * i + 1] === points[2 * i - 1]
    if (!repeats) kept.push(i)
  }
  return select(points, kept)
}

/** How far a point lies from the segment a-b (not from the infinite line through it). */
export function segmentDistance(
  x: number,
  y: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
): number {
  const dx = bx - ax
  const dy = by - ay
  const squared = dx * dx + dy * dy
  const t = squared > 0 ? ((x - ax) * dx + (y - ay) * dy) / squared : 0
  const at = Math.min(1, Math.max(0, t))
  return Math.hypot(x - (ax + at * dx), y - (ay + at * dy))
}

/** The point farthest from the chord of points `from` and `to`; the first of equals. */
function farthest(p: Points, from: number, to: number): [number, number] {
  const [ax, ay, bx, by] = [p[2 * from], p[2 * from + 1], p[2 * to], p[2 * to + 1]]
  let best = 0
  let index = from
  for (let i = from + 1; i < to; i++) {
    const distance = segmentDistance(p[2 * i], p[2 * i + 1], ax, ay, bx, by)
    if (distance > best) [best, index] = [distance, i]
  }
  return [best, index]
}

/**
 * Ramer-Douglas-Peucker (Ramer 1972, Douglas & Peucker 1973) with a stack: a point stays where it
 * is the farthest of its span and lies more than `tolerance` from the span's chord.
 */
export function simplify(points: Points, tolerance: number): Float64Array {
  const count = points.length / 2
  if (count < 3 || !(tolerance > 0)) return Float64Array.from(points)
  const keep = new Uint8Array(count)
  keep[0] = keep[count - 1] = 1
  const spans: [number, number][] = [[0, count - 1]]
  while (spans.length > 0) {
    const [from, to] = spans.pop()!
    const [distance, index] = farthest(points, from, to)
    if (distance > tolerance) {
      keep[index] = 1
      spans.push([from, index], [index, to])
    }
  }
  return select(points, [...keep.keys()].filter((i) => keep[i]))
}

/** Without points closer than `shortest` to the last kept one; the first and the last stay. */
export function withoutShort(points: Points, shortest: number): Float64Array {
  const last = points.length / 2 - 1
  const kept: number[] = []
  for (let i = 0; i <= last; i++) {
    const before = kept[kept.length - 1]
    const far =
      before === undefined ||
      Math.hypot(points[2 * i] - points[2 * before], points[2 * i + 1] - points[2 * before + 1]) >=
        shortest
    if (far || i === last) kept.push(i)
  }
  return select(points, kept)
}

/** Pieces of at most `most` points, each beginning with the last point of the one before. */
export function splitByPoints(points: Float64Array, most: number): Float64Array[] {
  const count = points.length / 2
  if (most < 2 || count <= most) return [points]
  const pieces: Float64Array[] = []
  for (let from = 0; from < count - 1; from += most - 1) {
    pieces.push(points.slice(2 * from, 2 * Math.min(from + most, count)))
  }
  return pieces
}
