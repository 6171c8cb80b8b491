/** Boxes, views and placements: pure functions over points (x and y in turn, y down). */

import type { Box } from './storage/kept'

/** Where sheet units appear on a screen: screen = scale · point + (x, y). */
export interface View {
  scale: number
  x: number
  y: number
}

export const SAME_PLACE: View = { scale: 1, x: 0, y: 0 }

/** The smallest box around both; either may be missing. */
export function unite(a: Box | null, b: Box | null): Box | null {
  if (!a || !b) return a ?? b
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  }
}

export function pad(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by }
}

export function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}

/** The view that shows a whole box in the middle of a screen of this size. */
export function fit(box: Box, width: number, height: number, margin = 0): View {
  const wide = Math.max(box.width, 1e-6)
  const high = Math.max(box.height, 1e-6)
  const scale = Math.max(
    1e-6,
    Math.min((width - 2 * margin) / wide, (height - 2 * margin) / high),
  )
  return {
    scale,
    x: width / 2 - scale * (box.x + box.width / 2),
    y: height / 2 - scale * (box.y + box.height / 2),
  }
}

export function mixView(a: View, b: View, t: number): View {
  return { scale: mix(a.scale, b.scale, t), x: mix(a.x, b.x, t), y: mix(a.y, b.y, t) }
}

export function mixBox(a: Box, b: Box, t: number): Box {
  return {
    x: mix(a.x, b.x, t),
    y: mix(a.y, b.y, t),
    width: mix(a.width, b.width, t),
    height: mix(a.height, b.height, t),
  }
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t
}

/** Whether two boxes cannot be told apart on a screen. */
export function sameBox(a: Box, b: Box): boolean {
  const tiny = 1e-3 * Math.max(b.width, b.height, 1e-6)
  return (
    Math.abs(a.x - b.x) < tiny &&
    Math.abs(a.y - b.y) < tiny &&
    Math.abs(a.width - b.width) < tiny &&
    Math.abs(a.height - b.height) < tiny
  )
}

export function sameView(a: View, b: View): boolean {
  return a.scale === b.scale && a.x === b.x && a.y === b.y
}

/** Screen to sheet. */
export function fromScreen(view: View, x: number, y: number): [number, number] {
  return [(x - view.x) / view.scale, (y - view.y) / view.scale]
}

/** Points moved to where a view shows them. */
export function placed(points: Float32Array, view: View): Float32Array {
  const moved = new Float32Array(points.length)
  for (let i = 0; i < points.length; i += 2) {
    moved[i] = points[i] * view.scale + view.x
    moved[i + 1] = points[i + 1] * view.scale + view.y
  }
  return moved
}

/** Way along the line to each of its points, beginning with 0. */
export function arcLengths(points: Float32Array): Float32Array {
  const ways = new Float32Array(points.length / 2)
  for (let i = 1; i < ways.length; i++) {
    const dx = points[2 * i] - points[2 * i - 2]
    const dy = points[2 * i + 1] - points[2 * i - 1]
    ways[i] = ways[i - 1] + Math.hypot(dx, dy)
  }
  return ways
}

/** Whether the points are at two places at least: less is a dot, and no start for a model. */
export function hasExtent(points: Float32Array): boolean {
  for (let i = 2; i < points.length; i += 2) {
    if (points[i] !== points[0] || points[i + 1] !== points[1]) return true
  }
  return false
}

/** How many columns show n cells best: as near to a square as the room's shape asks for. */
export function columnsFor(n: number, wide: boolean): number {
  const square = Math.ceil(Math.sqrt(n))
  return wide ? square : Math.max(1, Math.ceil(n / square))
}

/** A curve that starts and ends gently. */
export function ease(t: number): number {
  return t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2
}
