/** Layers of a plot: cut where the pen wants ink, and measured; see plotter.ts. */

import type { By } from '../storage/kept'
import { polylineLength } from './polyline'

export interface PlotLayer {
  by: By
  name: string
  /** x and y in turn, mm. */
  paths: Float64Array[]
}

export interface PlotStatistics {
  /** Of line drawn. */
  metres: number
  lifts: number
  minutes: number
}

interface Speeds {
  speedDown: number
  speedUp: number
  liftSeconds: number
}

/** A pen's paths in parts of at most `metres` of line; one part where that is 0. */
export function cutForRefills(paths: readonly Float64Array[], metres: number): Float64Array[][] {
  if (!(metres > 0)) return [[...paths]]
  const parts: Float64Array[][] = [[]]
  let drawn = 0
  for (const path of paths) {
    let begin = 0
    for (let i = 2; i < path.length; i += 2) {
      const step = Math.hypot(path[i] - path[i - 2], path[i + 1] - path[i - 1])
      if (drawn > 0 && drawn + step > 1000 * metres) {
        if (i - 2 > begin) parts[parts.length - 1].push(path.slice(begin, i))
        parts.push([])
        begin = i - 2
        drawn = 0
      }
      drawn += step
    }
    parts[parts.length - 1].push(path.slice(begin))
  }
  return parts
}

/** Metres, lifts and minutes; see plotter.ts for the model of speed. */
export function measure(layers: readonly PlotLayer[], speeds: Speeds): PlotStatistics {
  let [down, up, lifts] = [0, 0, 0]
  let end: [number, number] | null = null
  for (const { paths } of layers) {
    paths.forEach((path, i) => {
      const gap: number = end ? Math.hypot(path[0] - end[0], path[1] - end[1]) : 0
      if (i === 0 || gap > 0) lifts += 1
      up += gap
      down += polylineLength(path)
      end = [path[path.length - 2], path[path.length - 1]]
    })
  }
  const seconds = down / speeds.speedDown + up / speeds.speedUp + lifts * speeds.liftSeconds
  return { metres: down / 1000, lifts, minutes: seconds / 60 }
}
