/** The stroke under the pen, from its first point to a line of the sheet. */

import { fromScreen, type View } from '../geometry'
import type { Line } from '../sheet'
import type { LiveStroke } from '../store'
import type { PenPoint } from './pen'

export function newStroke(point: PenPoint, hasPressure: boolean, view: View): LiveStroke {
  const stroke: LiveStroke = { points: [], pressure: [], times: [], hasPressure }
  extend(stroke, [point], hasPressure, view)
  return stroke
}

/** Add points as they came; the same place twice is left out. */
export function extend(
  stroke: LiveStroke,
  points: readonly PenPoint[],
  hasPressure: boolean,
  view: View,
): void {
  stroke.hasPressure ||= hasPressure
  for (const point of points) {
    const [x, y] = fromScreen(view, point.x, point.y)
    const last = stroke.points.length
    if (last && stroke.points[last - 2] === x && stroke.points[last - 1] === y) continue
    stroke.points.push(x, y)
    stroke.pressure.push(point.pressure)
    stroke.times.push(point.time)
  }
}

/** The line of a stroke that has ended; its times begin with 0. */
export function lineOf(stroke: LiveStroke): Line {
  const first = stroke.times[0]
  return {
    points: Float32Array.from(stroke.points),
    pressure: stroke.hasPressure ? Float32Array.from(stroke.pressure) : undefined,
    times: Float32Array.from(stroke.times, (time) => time - first),
    by: 'person',
  }
}
