/** Ink on a canvas: a person's line with its pressure, a model's in its own colour. */

import { getStroke } from 'perfect-freehand'
import type { View } from '../geometry'
import { wake } from './frames'
import type { Line } from '../sheet'

/** Width of the pen, in the sheet's units. */
export const PEN = 2.6
/** No line is thinner than this on the screen, CSS px. */
const THINNEST = 1.15

export interface Palette {
  paper: string
  ink: string
  model: string
}

/** The colours of now, from the style sheet. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  return { paper: of('--paper'), ink: of('--ink'), model: of('--model') }
}

const outlines = new WeakMap<Line, Path2D>()

/** The outline of a person's line; kept, for it is drawn in every cell. */
function outline(line: Line): Path2D {
  let path = outlines.get(line)
  if (!path) outlines.set(line, (path = outlineOf(line.points, line.pressure, true)))
  return path
}

/** What perfect-freehand makes of points as they came: nothing is smoothed along the line. */
export function outlineOf(
  points: ArrayLike<number>,
  pressure: ArrayLike<number> | undefined,
  last: boolean,
): Path2D {
  const input: number[][] = []
  for (let i = 0; i < points.length; i += 2) {
    input.push([points[i], points[i + 1], pressure ? pressure[i / 2] : 0.5])
  }
  const polygon = getStroke(input, {
    size: PEN * (pressure ? 1.25 : 1.1),
    thinning: pressure ? 0.6 : 0.2,
    smoothing: 0.4,
    streamline: 0,
    simulatePressure: !pressure,
    last,
  })
  return closed(polygon)
}

/** A closed curve through the middles of a polygon's sides. */
function closed(polygon: number[][]): Path2D {
  const path = new Path2D()
  const count = polygon.length
  if (count < 3) return path
  const start = polygon[count - 1]
  path.moveTo((start[0] + polygon[0][0]) / 2, (start[1] + polygon[0][1]) / 2)
  for (let i = 0; i < count; i++) {
    const [x, y] = polygon[i]
    const [nextX, nextY] = polygon[(i + 1) % count]
    path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2)
  }
  path.closePath()
  return path
}

/** Sheet units from now on; the screen's pixel ratio included. */
export function look(context: CanvasRenderingContext2D, view: View, ratio: number): void {
  const scale = view.scale * ratio
  context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio)
  context.lineCap = 'round'
  context.lineJoin = 'round'
}

export function wipe(context: CanvasRenderingContext2D): void {
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
}

/**
 * Width of lines under a view, in the units it shows: the pen's, or what can still be seen.
 * `unit`: so many sheet units is one of these.
 */
export function penWidth(view: View, unit = 1): number {
  return Math.max(PEN / unit, THINNEST / view.scale)
}

/** Draw one line, or its first `count` points. */
export function drawLine(
  context: CanvasRenderingContext2D,
  line: Line,
  view: View,
  palette: Palette,
  count = line.points.length / 2,
): void {
  if (count <= 0) return
  if (line.by === 'model') {
    return drawModel(context, line.points, 0, count, penWidth(view), palette.model)
  }
  const path = count < line.points.length / 2 ? partOutline(line, count) : outline(line)
  const width = penWidth(view)
  context.fillStyle = palette.ink
  context.fill(path)
  if (width > PEN) {
    context.strokeStyle = palette.ink
    context.lineWidth = width - PEN
    context.stroke(path)
  }
}

function partOutline(line: Line, count: number): Path2D {
  return outlineOf(line.points.subarray(0, 2 * count), line.pressure, false)
}

/** Draw points `from` to `to` (exclusive) of a line of even width. */
export function drawModel(
  context: CanvasRenderingContext2D,
  points: Float32Array,
  from: number,
  to: number,
  width: number,
  colour: string,
): void {
  if (to - from < 1) return
  context.strokeStyle = colour
  context.lineWidth = width
  context.beginPath()
  context.moveTo(points[2 * from], points[2 * from + 1])
  if (to - from === 1) context.lineTo(points[2 * from], points[2 * from + 1])
  for (let i = from + 1; i < to; i++) context.lineTo(points[2 * i], points[2 * i + 1])
  context.stroke()
}

export interface Size {
  width: number
  height: number
}

const sizes = new WeakMap<Element, Size>()
let observer: ResizeObserver | undefined

/** A canvas's size on the page, CSS px; asked of the page only when it changes, for that is dear. */
export function sizeOf(canvas: HTMLCanvasElement): Size {
  const known = sizes.get(canvas)
  if (known) return known
  observer ??= new ResizeObserver((changes) => {
    for (const { target } of changes) sizes.set(target, measured(target))
    wake()
  })
  observer.observe(canvas)
  const size = measured(canvas)
  sizes.set(canvas, size)
  return size
}

function measured({ clientWidth: width, clientHeight: height }: Element): Size {
  return { width, height }
}

/** Pixels of a canvas per CSS px. */
export function pixelRatio(canvas: HTMLCanvasElement): number {
  return canvas.width / Math.max(sizeOf(canvas).width, 1)
}

/** Fit a canvas to its element at the screen's own resolution; true where it has changed. */
export function fitCanvas(canvas: HTMLCanvasElement, size = sizeOf(canvas)): boolean {
  const ratio = devicePixelRatio || 1
  const width = Math.max(1, Math.round(size.width * ratio))
  const height = Math.max(1, Math.round(size.height * ratio))
  if (canvas.width === width && canvas.height === height) return false
  canvas.width = width
  canvas.height = height
  return true
}
