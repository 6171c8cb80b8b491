/** Stroke-3: drawings as rows of dx, dy, lift; lift = 1: the pen leaves after this point. */

import type { Drawing, Stroke } from './api'

/** Rows of three numbers in turn. */
export type Rows = Float32Array

/** A drawing's points as offsets, N rows; the first has the offset (0, 0). */
export function toStroke3(drawing: Drawing): Rows {
  const count = pointCount(drawing)
  const rows = new Float32Array(3 * count)
  let row = 0
  let lastX = 0
  let lastY = 0
  for (const stroke of drawing.strokes) {
    for (let k = 0; k < stroke.length; k += 2, row += 3) {
      if (row) {
        rows[row] = stroke[k] - lastX
        rows[row + 1] = stroke[k + 1] - lastY
      }
      lastX = stroke[k]
      lastY = stroke[k + 1]
    }
    if (stroke.length) rows[row - 1] = 1
  }
  return rows
}

/** A drawing of rows of offsets, moved so that its box begins at `margin`. */
export function fromStroke3(rows: Rows, margin = 0): Drawing {
  const points = placesOf(rows)
  let left = Infinity
  let top = Infinity
  for (let k = 0; k < points.length; k += 2) {
    left = Math.min(left, points[k])
    top = Math.min(top, points[k + 1])
  }
  for (let k = 0; k < points.length; k += 2) {
    points[k] += margin - left
    points[k + 1] += margin - top
  }
  return { strokes: cutAtLifts(points, rows) }
}

/** Strokes whose first offset is taken from a place of their own. */
export function placeRows(rows: Rows, x: number, y: number, unit: number): Stroke[] {
  const points = placesOf(rows)
  for (let k = 0; k < points.length; k += 2) {
    points[k] = x + unit * points[k]
    points[k + 1] = y + unit * points[k + 1]
  }
  return cutAtLifts(points, rows)
}

/** Points in all. */
export function pointCount(drawing: Drawing): number {
  return drawing.strokes.reduce((count, stroke) => count + stroke.length / 2, 0)
}

/** A drawing up to its point number `count`, and whether its pen left the paper there. */
export function cut(drawing: Drawing, count: number): { start: Drawing; lifted: boolean } {
  const strokes: Stroke[] = []
  let left = count
  for (const stroke of drawing.strokes) {
    const points = stroke.length / 2
    strokes.push(stroke.slice(0, 2 * left))
    if (left <= points) return { start: { strokes }, lifted: left === points }
    left -= points
  }
  return { start: { strokes }, lifted: true }
}

/** Running sums of the offsets: x and y in turn. */
export function placesOf(rows: Rows): Float64Array {
  const points = new Float64Array((rows.length / 3) * 2)
  let x = 0
  let y = 0
  for (let row = 0, k = 0; row < rows.length; row += 3, k += 2) {
    points[k] = x += rows[row]
    points[k + 1] = y += rows[row + 1]
  }
  return points
}

function cutAtLifts(points: Float64Array, rows: Rows): Stroke[] {
  const strokes: Stroke[] = []
  let first = 0
  for (let n = 0; 3 * n < rows.length; n++) {
    const ends = rows[3 * n + 2] > 0.5 || 3 * (n + 1) === rows.length
    if (!ends) continue
    strokes.push(Float32Array.from(points.subarray(2 * first, 2 * n + 2)))
    first = n + 1
  }
  return strokes
}
