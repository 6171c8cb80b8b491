/**
 * Random streams: each purpose of random numbers has a stream of its own, as in Python.
 *
 * A stream is determined by a seed, its name and a key (the number of a drawing). They enter
 * NumPy's SeedSequence, the name and the key as its spawn key; the numbers are those of SFC64.
 */

import { searchRight } from '../numeric'
import { normalQuantile } from './normal'
import { seedWords } from './seed_sequence'
import { Sfc64 } from './sfc64'
import { STREAM_NAMES } from './stream_names'

/** What random numbers are for: the members of Python's `RandomStream`. */
export type StreamName = keyof typeof STREAM_NAMES

/** Random numbers in the order they are asked for. */
export interface RandomStream {
  /** Numbers in [0, 1). */
  uniform(count: number): Float64Array
  /** Standard normal numbers. */
  normal(count: number): Float64Array
  /** One of the places of `shares`, which add up to 1, each as often as its share says. */
  choice(shares: ArrayLike<number>): number
}

/**
 * The stream of a seed, a name and a key.
 *
 * @param seed A whole number, not negative.
 * @param name What for.
 * @param key Which part of it: a drawing's number; whole numbers, not negative.
 */
export function stream(seed: number, name: StreamName, ...key: number[]): RandomStream {
  const generator = new Sfc64(seedWords(seed, [...STREAM_NAMES[name], ...key], 6))
  const uniform = (count: number) => generator.fill(new Float64Array(count))
  return {
    uniform,
    normal: (count) => normalQuantile(uniform(count)),
    choice: (shares) => placeOf(uniform(1)[0], shares),
  }
}

/** Where a uniform number falls among shares: NumPy's `Generator.choice`. */
function placeOf(uniform: number, shares: ArrayLike<number>): number {
  const ends = new Float64Array(shares.length)
  let total = 0
  for (let k = 0; k < ends.length; k++) ends[k] = total += shares[k]
  for (let k = 0; k < ends.length; k++) ends[k] /= total
  return searchRight(ends, uniform)
}
