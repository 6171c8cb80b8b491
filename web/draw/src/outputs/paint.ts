/** Painting a drawing on a 2D canvas: the picture and each frame of the animation. */

import { type Kept, OutputError } from '../storage/kept'
import type { Ink } from './ink'

export type Canvas2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** What every browser can paint; Safari on phones is the strictest. */
const LARGEST_SIDE = 16_384
const MOST_PIXELS = 16_777_216

/** Whole pixels of the drawing at this scale; refuses what browsers cannot paint. */
export function pixelSize(kept: Kept, scale: number): [number, number] {
  const size: [number, number] = [
    Math.max(1, Math.round(kept.width * scale)),
    Math.max(1, Math.round(kept.height * scale)),
  ]
  const [width, height] = size
  const fits = width * height <= MOST_PIXELS && Math.max(width, height) <= LARGEST_SIDE
  if (!Number.isFinite(width * height) || !(scale > 0) || !fits) {
    throw new OutputError(
      `A picture of ${width} x ${height} pixels is too large for a browser.`,
      'Take a smaller scale, or SVG, which has no pixels.',
    )
  }
  return size
}

/** A canvas of these pixels, out of the page's sight. */
export function makeCanvas(width: number, height: number): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(width, height)
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}

export function context2D(canvas: OffscreenCanvas | HTMLCanvasElement, reads = false): Canvas2D {
  const context = canvas.getContext('2d', { willReadFrequently: reads }) as Canvas2D | null
  if (context) return context
  throw new OutputError('This browser has no canvas to paint on.', 'Save the drawing as SVG.')
}

/** The first `points` points of the drawing (default: all) on its paper. */
export function paint(
  context: Canvas2D,
  kept: Kept,
  ink: Ink,
  scale: number,
  points = Infinity,
): void {
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, kept.width, kept.height)
  if (ink.paper) {
    context.fillStyle = ink.paper
    context.fillRect(-1, -1, kept.width + 2, kept.height + 2)
  }
  context.lineCap = context.lineJoin = 'round'
  context.lineWidth = ink.width
  let left = points
  for (const stroke of kept.strokes) {
    if (left <= 0) break
    const count = Math.min(stroke.points.length / 2, left)
    if (count === 0) continue
    context.strokeStyle = ink[stroke.by]
    traceLine(context, stroke.points.subarray(0, 2 * count))
    left -= count
  }
}

/** Quadratic curves from middle to middle of the steps, points as controls: smooth on screen. */
function traceLine(context: Canvas2D, p: Float32Array): void {
  const end = p.length - 2
  context.beginPath()
  if (p.every((value, i) => value === p[i % 2])) {
    // A canvas draws no line without length, so a dot is a filled disc.
    context.fillStyle = context.strokeStyle
    context.arc(p[0], p[1], context.lineWidth / 2, 0, 2 * Math.PI)
    return context.fill()
  }
  context.moveTo(p[0], p[1])
  for (let i = 2; i < end; i += 2) {
    const [x, y] = [p[i], p[i + 1]]
    context.quadraticCurveTo(x, y, (x + p[i + 2]) / 2, (y + p[i + 3]) / 2)
  }
  context.lineTo(p[end], p[end + 1])
  context.stroke()
}
