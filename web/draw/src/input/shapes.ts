/** SVG's basic shapes as polylines, in their own coordinates. */

import { arcSteps } from './curves'
import { parsePath } from './path_data'

/** Reads attributes: of an element in a browser, of a record in tests. */
export type Attributes = (name: string) => string | null

/** Lengths in percent refer to this. */
export interface Frame {
  width: number
  height: number
}

const PX: Record<string, number> = {
  '': 1,
  px: 1,
  mm: 96 / 25.4,
  cm: 960 / 25.4,
  in: 96,
  pt: 4 / 3,
  pc: 16,
}
const LENGTH = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(px|mm|cm|in|pt|pc|%|)\s*$/i

/** px of a length; `whole` is what 100 % are; null where it is none. */
export function length(text: string | null, whole: number): number | null {
  const match = LENGTH.exec(text ?? '')
  if (!match) return null
  const unit = match[2].toLowerCase()
  return Number(match[1]) * (unit === '%' ? whole / 100 : PX[unit])
}

export const SHAPES = new Set(['path', 'polyline', 'polygon', 'line', 'rect', 'circle', 'ellipse'])

/** The lines of a shape, and whether all of it could be read. */
export function shapeLines(
  name: string,
  attribute: Attributes,
  frame: Frame,
  tolerance: number,
): { lines: number[][]; whole: boolean } {
  if (name === 'path') return parsePath(attribute('d') ?? '', tolerance)
  if (name === 'polyline' || name === 'polygon') {
    return pointList(attribute('points') ?? '', name === 'polygon')
  }
  const line = simpleShape(name, attribute, frame, tolerance)
  const whole = line.every(Number.isFinite)
  return { lines: line.length > 0 && whole ? [line] : [], whole }
}

function pointList(text: string, closed: boolean): { lines: number[][]; whole: boolean } {
  const parts = text.trim().split(/[\s,]+/).filter(Boolean)
  const numbers = parts.map(Number)
  const wrong = numbers.findIndex((value) => !Number.isFinite(value))
  const even = (wrong < 0 ? numbers.length : wrong) & ~1
  const line = numbers.slice(0, even)
  if (closed && line.length > 2) line.push(line[0], line[1])
  const whole = wrong < 0 && numbers.length % 2 === 0
  return { lines: line.length > 2 ? [line] : [], whole }
}

function simpleShape(
  name: string,
  attribute: Attributes,
  frame: Frame,
  tolerance: number,
): number[] {
  const x = (key: string) => length(attribute(key), frame.width) ?? 0
  const y = (key: string) => length(attribute(key), frame.height) ?? 0
  const size = (key: string) =>
    length(attribute(key), Math.hypot(frame.width, frame.height) / Math.SQRT2)
  if (name === 'line') return [x('x1'), y('y1'), x('x2'), y('y2')]
  if (name === 'rect') {
    const rx = length(attribute('rx'), frame.width)
    const ry = length(attribute('ry'), frame.height)
    return rectangle(
      { x: x('x'), y: y('y'), width: x('width'), height: y('height') },
      [rx ?? ry ?? 0, ry ?? rx ?? 0],
      tolerance,
    )
  }
  const radius = size('r') ?? 0
  const rx = name === 'circle' ? radius : x('rx')
  const ry = name === 'circle' ? radius : y('ry')
  return rx > 0 && ry > 0 ? ellipse([x('cx'), y('cy')], [rx, ry], tolerance) : []
}

function ellipse(
  [cx, cy]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  tolerance: number,
): number[] {
  const steps = Math.max(8, arcSteps(Math.max(rx, ry), 2 * Math.PI, tolerance))
  const line: number[] = []
  for (let k = 0; k <= steps; k++) {
    const angle = (2 * Math.PI * (k % steps)) / steps
    line.push(cx + rx * Math.cos(angle), cy + ry * Math.sin(angle))
  }
  return line
}

function rectangle(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  round: readonly [number, number],
  tolerance: number,
): number[] {
  if (!(width > 0 && height > 0)) return []
  const [rx, ry] = [Math.min(round[0], width / 2), Math.min(round[1], height / 2)]
  const [right, bottom] = [x + width, y + height]
  if (!(rx > 0 && ry > 0)) return [x, y, right, y, right, bottom, x, bottom, x, y]
  const to = (x1: number, y1: number) => `A${rx} ${ry} 0 0 1 ${x1} ${y1}`
  const data =
    `M${x + rx} ${y}H${right - rx}${to(right, y + ry)}V${bottom - ry}${to(right - rx, bottom)}` +
    `H${x + rx}${to(x, bottom - ry)}V${y + ry}${to(x + rx, y)}Z`
  return parsePath(data, tolerance).lines[0] ?? []
}
