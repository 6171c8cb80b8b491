/** Timeline: when each point of a drawing is drawn, as the pen drew it where that is known. */

import type { Kept } from '../storage/kept'

/** Seconds a point takes where no time is known; as many points a second as a model is shown. */
const PACE = 1 / 60
/** Pauses for thought are cut to this, in seconds. */
const LONGEST_PAUSE = 0.25
const LIFT = 0.15

/** For each point of all strokes the moment it is drawn, from 0 to 1, never falling. */
export function timeline(kept: Kept): Float64Array {
  const count = kept.strokes.reduce((sum, { points }) => sum + points.length / 2, 0)
  const moments = new Float64Array(count)
  let now = 0
  let at = 0
  for (const { points, times } of kept.strokes) {
    for (let i = 0; i < points.length / 2; i++, at++) {
      now += i === 0 ? (at === 0 ? 0 : LIFT) : step(times, i)
      moments[at] = now
    }
  }
  return now > 0 ? moments.map((moment) => moment / now) : moments
}

function step(times: Float32Array | undefined, i: number): number {
  const seconds = times ? (times[i] - times[i - 1]) / 1000 : PACE
  return Number.isFinite(seconds) ? Math.min(LONGEST_PAUSE, Math.max(0, seconds)) : PACE
}

/** How long the drawing took without its pauses, in seconds, kept between 2 and 8. */
export function playingSeconds(kept: Kept): number {
  let seconds = 0
  for (const { points, times } of kept.strokes) {
    for (let i = 1; i < points.length / 2; i++) seconds += step(times, i)
  }
  return Math.min(8, Math.max(2, seconds))
}

/** How many points are drawn at this moment (0 to 1). */
export function pointsAt(moments: Float64Array, moment: number): number {
  let [low, high] = [0, moments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (moments[middle] <= moment) low = middle + 1
    else high = middle
  }
  return low
}
