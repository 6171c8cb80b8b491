/**
 * Fairing: a restored line loses the kinks at its points and gets back the hand's tremor.
 *
 * Between corners the line is smoothed by a Gaussian; corners, ends and what a person drew stay.
 * Then smooth noise is added, of an amplitude that was learnt with the line. As
 * `model/line/fairing.py` of the Python package does it, with the same numbers.
 */

import type { Stroke } from '../api'
import { findCorners, type Line, lineOf, pointAt } from '../corner_sampling'
import { stream } from '../random/streams'

const STEP = 0.5 // units between the places of a faired line, nearly
const SMOOTHED = 1 // units: standard deviation of the Gaussian
const ARM = 1.5 // units to both sides of a place: what a corner's turn is between
const CORRELATED = 0.7 // units: standard deviation of the Gaussian that makes noise a tremor
const REACH = 3 // standard deviations that are summed over

/**
 * Strokes faired.
 *
 * @param tremor Standard deviation of the tremor in x and in y, units of the data.
 * @param units Units of the data per unit of the strokes.
 * @param startPoints So many points at the beginning are a person's, and stay.
 */
export function fair(
  strokes: Stroke[], tremor: number, units: number, startPoints: number,
): Stroke[] {
  let left = startPoints
  return strokes.map((stroke, number) => {
    const own = Math.min(Math.max(left, 0), stroke.length / 2)
    const first = Math.max(own - 1, 0)
    left -= own
    const line = faired(stroke.subarray(2 * first), tremor, units, number)
    if (!first) return line
    const out = new Float32Array(2 * first + line.length)
    out.set(stroke.subarray(0, 2 * first))
    out.set(line, 2 * first)
    return out
  })
}

function faired(stroke: Stroke, tremor: number, units: number, number: number): Stroke {
  const line = lineOf(Float64Array.from(stroke, (value) => value * units))
  const { points, length } = line
  if (!(length[length.length - 1] > STEP)) return stroke
  const corners = findCorners(line, ARM)
  const out = [points[0], points[1]]
  for (let c = 0; c + 1 < corners.length; c++) {
    for (const value of smoothed(line, corners[c], corners[c + 1])) out.push(value)
  }
  const noise = noiseOf(out.length / 2, number)
  for (let k = 2; k < out.length - 2; k++) out[k] += tremor * noise[k]
  const end = points.length - 2
  out.splice(-2, 2, points[end], points[end + 1])
  return Float32Array.from(out, (value) => value / units)
}

/** The line between two corners at even steps, smoothed, without its first place. */
function smoothed(line: Line, first: number, last: number): Float64Array {
  const run = last - first
  const steps = Math.max(1, Math.floor(run / STEP + 0.5))
  const places = Array.from({ length: steps + 1 }, (_, k) =>
    pointAt(line, first + (run * k) / steps),
  )
  const kernel = gaussian((SMOOTHED * steps) / run, steps)
  const reach = (kernel.length - 1) / 2
  const out = new Float64Array(2 * steps)
  for (let k = 1; k <= steps; k++) {
    for (let j = -reach; j <= reach; j++) {
      const weight = kernel[j + reach]
      for (const axis of [0, 1]) {
        out[2 * k - 2 + axis] += weight * turnedRound(places, k + j, axis)
      }
    }
  }
  return out
}

/** A coordinate of the line, which goes on past both ends turned half round them. */
function turnedRound(places: [number, number][], k: number, axis: number): number {
  const last = places.length - 1
  if (k < 0) return 2 * places[0][axis] - places[-k][axis]
  return k > last ? 2 * places[last][axis] - places[2 * last - k][axis] : places[k][axis]
}

/** Smooth noise of standard deviation 1 at places a step apart, x and y in turn. */
function noiseOf(count: number, number: number): Float64Array {
  const kernel = gaussian(CORRELATED / STEP, count)
  const size = Math.sqrt(kernel.reduce((sum, weight) => sum + weight * weight, 0))
  const uniform = stream(0, 'TREMOR', number).uniform(2 * (count + kernel.length - 1))
  const white = uniform.map((u) => Math.sqrt(12) * (u - 0.5))
  const out = new Float64Array(2 * count)
  for (let k = 0; k < out.length; k++) {
    kernel.forEach((weight, j) => (out[k] += (weight / size) * white[k + 2 * j]))
  }
  return out
}

/** Weights at whole steps from the middle, at most `most` to each side; their sum is 1. */
function gaussian(spread: number, most: number): Float64Array {
  const reach = Math.min(most, Math.ceil(REACH * spread))
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-0.5 * ((k - reach) / spread) ** 2),
  )
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / sum)
}
