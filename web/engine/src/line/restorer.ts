/**
 * The restorer: a small net that bends the segments between points into the artist's line.
 *
 * A perceptron of two hidden layers (tanh) says of each segment how far the traced line lay from
 * it, along and across, at even shares of its length. It is asked four times, about the line as it
 * is, mirrored, backwards and both, and the mean is taken.
 *
 * Mirroring changes the sign of the sines alone, so that the first layer's sums are made once for
 * both; the last layer's are made of the sum and the difference of the two hidden layers.
 */

import type { Stroke } from '../api'
import { simplify } from '../simplify'
import { FEATURES, PER_STEP, SEEN, writeFeatures } from './segments'

const THINNED = 1 // units: tolerance (RDP) at which a person's line is seen
const STRAIGHT = 0.05 // units: a segment that bends less stays straight

/** The arrays of a model's file, `line.*`; weights are (in, out), row after row. */
export interface RestorerArrays {
  mean: ArrayLike<number>
  spread: ArrayLike<number>
  weights: [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>]
  biases: [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>]
  /** Longer side of the drawings that it learnt from, in units of the data. */
  extent: number
  /** How far the hand's line trembles about a smooth one, in units of the data. */
  tremor?: number
}

export class Restorer {
  readonly extent: number
  readonly tremor: number
  /** K: places along a segment, with both its ends. */
  readonly places: number
  private readonly hidden: number
  private readonly first: Float64Array // divided by the features' spread
  private readonly firstBias: Float64Array // less the features' mean
  private readonly second: Float64Array
  private readonly secondBias: Float64Array
  private readonly third: Float64Array // (out, in)
  private readonly thirdBias: Float64Array
  private readonly features = new Float64Array(FEATURES)
  private readonly even: Float64Array
  private readonly odd: Float64Array
  private readonly plus: Float64Array
  private readonly minus: Float64Array
  private readonly off: Float64Array

  constructor(arrays: RestorerArrays) {
    this.extent = arrays.extent
    this.tremor = arrays.tremor ?? 0 // none was learnt formerly
    this.places = arrays.biases[2].length / 2
    const hidden = (this.hidden = arrays.biases[0].length)
    this.first = Float64Array.from(arrays.weights[0])
    this.firstBias = Float64Array.from(arrays.biases[0])
    for (let i = 0; i < FEATURES; i++) {
      for (let j = 0; j < hidden; j++) {
        const weight = (this.first[i * hidden + j] /= arrays.spread[i])
        this.firstBias[j] -= arrays.mean[i] * weight
      }
    }
    this.second = Float64Array.from(arrays.weights[1])
    this.secondBias = Float64Array.from(arrays.biases[1])
    this.third = transposed(arrays.weights[2], hidden)
    this.thirdBias = Float64Array.from(arrays.biases[2])
    this.even = new Float64Array(hidden)
    this.odd = new Float64Array(hidden)
    this.plus = new Float64Array(hidden)
    this.minus = new Float64Array(hidden)
    this.off = new Float64Array(2 * this.places)
  }

  /**
   * How far the line lies from the segment of points k and k + 1 at each place between them.
   *
   * @param points Of one stroke, x and y in turn, in units of the data.
   * @param out K - 2 pairs of x and y, in units of the data.
   * @returns Whether it bends at all; if not, nothing is written.
   */
  bend(points: ArrayLike<number>, k: number, closed: boolean, out: Float64Array): boolean {
    const dx = points[2 * k + 2] - points[2 * k]
    const dy = points[2 * k + 3] - points[2 * k + 1]
    const length = Math.sqrt(dx * dx + dy * dy)
    if (length === 0) return false
    writeFeatures(points, k, closed, this.features)
    this.off.fill(0)
    this.ask(false)
    this.ask(true)
    if (!this.putThrough()) return false
    const [alongX, alongY] = [dx / length, dy / length]
    for (let t = 1; t < this.places - 1; t++) {
      const [along, across] = [this.off[2 * t], this.off[2 * t + 1]]
      out[2 * t - 2] = along * alongX - across * alongY
      out[2 * t - 1] = along * alongY + across * alongX
    }
    return true
  }

  /** Deviations sheared so that both ends lie on the points; whether they bend. */
  private putThrough(): boolean {
    const { off, places } = this
    const last = places - 1
    let most = 0
    for (const axis of [0, 1]) {
      const begin = off[axis]
      const end = off[2 * last + axis]
      for (let t = 0; t <= last; t++) {
        off[2 * t + axis] -= (1 - t / last) * begin + (t / last) * end
        if (axis) most = Math.max(most, Math.abs(off[2 * t + 1]))
      }
    }
    return most > STRAIGHT
  }

  /** Add a quarter of what the net says of the line and of the mirrored one, or of both backwards. */
  private ask(back: boolean): void {
    const { hidden, plus, minus, off, places, third, thirdBias } = this
    this.sumFirst(back)
    this.sumSecond()
    for (let t = 0; t < places; t++) {
      const [along, across] = [2 * t * hidden, (2 * t + 1) * hidden]
      let sum = 2 * thirdBias[2 * t]
      let difference = 0 // the mirror takes the bias across away
      for (let j = 0; j < hidden; j++) {
        sum += (plus[j] + minus[j]) * third[along + j]
        difference += (plus[j] - minus[j]) * third[across + j]
      }
      const place = back ? places - 1 - t : t
      const share = back ? -0.25 : 0.25
      off[2 * place] += share * sum
      off[2 * place + 1] += share * difference
    }
  }

  /** The first hidden layer: into `even` as the line is, into `odd` mirrored. */
  private sumFirst(back: boolean): void {
    const { hidden, features, first, even, odd } = this
    even.set(this.firstBias)
    odd.fill(0)
    for (let i = 0; i < FEATURES; i++) {
      const step = Math.floor(i / PER_STEP)
      const kind = i % PER_STEP
      const value = features[back ? PER_STEP * (SEEN - 1 - step) + kind : i]
      if (value === 0) continue
      const to = kind === 2 ? odd : even // sines
      const row = i * hidden
      for (let j = 0; j < hidden; j++) to[j] += value * first[row + j]
    }
    for (let j = 0; j < hidden; j++) {
      const [a, b] = [even[j], odd[j]]
      even[j] = Math.tanh(a + b)
      odd[j] = Math.tanh(a - b)
    }
  }

  /** The second: into `plus` and `minus`. */
  private sumSecond(): void {
    const { hidden, second, even, odd, plus, minus } = this
    plus.set(this.secondBias)
    minus.set(this.secondBias)
    for (let i = 0; i < hidden; i++) {
      const [a, b] = [even[i], odd[i]]
      const row = i * hidden
      for (let j = 0; j < hidden; j++) {
        const weight = second[row + j]
        plus[j] += a * weight
        minus[j] += b * weight
      }
    }
    for (let j = 0; j < hidden; j++) {
      plus[j] = Math.tanh(plus[j])
      minus[j] = Math.tanh(minus[j])
    }
  }
}

function transposed(values: ArrayLike<number>, rows: number): Float64Array {
  const columns = values.length / rows
  const out = new Float64Array(values.length)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j]
  }
  return out
}

/** A person's stroke as the net sees it: thinned, for its points lie closer than a model's. */
export function seenOf(own: Stroke, units: number): number[] {
  const thin = simplify({ strokes: [own] }, THINNED / units).strokes
  return thin.length ? Array.from(thin[0], (v) => v * units) : []
}
