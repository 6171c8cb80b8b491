/** Mixtures of the next offset: their densities, and sampling from them by inverse CDF. */
import { roundHalfEven } from '../numeric'
import { logisticOf } from './normal'

export const LOG_SIGMA = 7 // limits that keep densities finite, as in training
export const RHO = 5 // before its tanh

/** τ of the mixture (where the line goes) and of the pen (down, up, end). */
export interface Temperature {
  mixture: number
  pen: number
}

/**
 * A mixture of offsets in the page's frame, K components; arrays are at least as long.
 *
 * Components from `firstLogistic` on are logistic along x and y instead of Gaussian.
 */
export interface OffsetMixture {
  count: number
  firstLogistic: number
  /** Width of the uniform noise by which logistic components are blurred. */
  blur: number
  /** Logarithms of the weights, up to a constant. */
  weight: Float64Array
  meanX: Float64Array
  meanY: Float64Array
  logX: Float64Array
  logY: Float64Array
  /** Correlation before its tanh. */
  rho: Float64Array
}

export function newMixture(capacity: number): OffsetMixture {
  const field = () => new Float64Array(capacity)
  return {
    count: 0,
    firstLogistic: 0,
    blur: 1,
    weight: field(),
    meanX: field(),
    meanY: field(),
    logX: field(),
    logY: field(),
    rho: field(),
  }
}

const clamp = (x: number, limit: number): number => Math.min(limit, Math.max(-limit, x))

/** log Σ exp of the first `count` values. */
export function logSumExp(values: Float64Array, count: number): number {
  let most = -Infinity
  for (let k = 0; k < count; k++) most = Math.max(most, values[k])
  if (most === -Infinity) return most
  let sum = 0
  for (let k = 0; k < count; k++) sum += Math.exp(values[k] - most)
  return most + Math.log(sum)
}

/**
 * The class where the cumulative probability of logits passes `level`.
 *
 * @param logits - The first `count` count; -∞: never.
 * @param level - In [0, 1].
 */
export function pickClass(
  logits: Float64Array,
  count: number,
  temperature: number,
  level: number,
): number {
  let most = -Infinity
  let last = 0
  for (let k = 0; k < count; k++) {
    most = Math.max(most, logits[k])
    if (logits[k] > -Infinity) last = k
  }
  let sum = 0
  for (let k = 0; k < count; k++) sum += Math.exp((logits[k] - most) / temperature)
  let below = 0
  for (let k = 0; k < last; k++) {
    below += Math.exp((logits[k] - most) / temperature) / sum
    if (below > level) return k
  }
  return last
}

/**
 * Round an offset to multiples of a step, in single precision; never to (0, 0), which no data have.
 *
 * A model of rounded data learns from targets with uniform noise of a step's width; rounding takes
 * it away again (Theis et al. 2016, arXiv 1511.01844, section 3.1).
 */
export function roundOffset(offset: Float64Array, step: number): void {
  const single = Math.fround(step)
  const [x, y] = [Math.fround(offset[0]), Math.fround(offset[1])]
  let [across, down] = [roundHalfEven(x / single), roundHalfEven(y / single)]
  if (across === 0 && down === 0) {
    if (Math.abs(x) >= Math.abs(y)) across = x < 0 ? -1 : 1
    else down = y < 0 ? -1 : 1
  }
  offset[0] = Math.fround(single * across)
  offset[1] = Math.fround(single * down)
}

/**
 * An offset from a mixture, by numbers that were drawn beforehand.
 *
 * @param level - In [0, 1]: which component.
 * @param first - Standard normal.
 * @param second - Likewise.
 * @param temperature - τ: weights to the power 1/τ, spreads times √τ.
 * @param out - Gets x and y.
 */
export function sampleOffset(
  mixture: OffsetMixture,
  level: number,
  first: number,
  second: number,
  temperature: number,
  out: Float64Array,
): void {
  const k = pickClass(mixture.weight, mixture.count, temperature, level)
  const spread = Math.sqrt(temperature)
  const rho = Math.tanh(mixture.rho[k])
  let along = first
  let across = rho * first + Math.sqrt(1 - rho * rho) * second
  if (k >= mixture.firstLogistic) {
    along = logisticOf(along)
    across = logisticOf(across)
  }
  out[0] = mixture.meanX[k] + spread * Math.exp(mixture.logX[k]) * along
  out[1] = mixture.meanY[k] + spread * Math.exp(mixture.logY[k]) * across
}

/** -log density of an offset. */
export function offsetNats(mixture: OffsetMixture, x: number, y: number): number {
  const { count, firstLogistic, weight } = mixture
  if (parts.length < count) parts = new Float64Array(2 * count)
  for (let k = 0; k < count; k++) {
    const nats = k < firstLogistic ? gaussianNats(mixture, k, x, y) : blurredNats(mixture, k, x, y)
    parts[k] = weight[k] - nats
  }
  return logSumExp(weight, count) - logSumExp(parts, count)
}

let parts = new Float64Array(64)

function gaussianNats(mixture: OffsetMixture, k: number, x: number, y: number): number {
  const logX = clamp(mixture.logX[k], LOG_SIGMA)
  const logY = clamp(mixture.logY[k], LOG_SIGMA)
  const raw = clamp(mixture.rho[k], RHO)
  const dx = (x - mixture.meanX[k]) * Math.exp(-logX)
  const dy = (y - mixture.meanY[k]) * Math.exp(-logY)
  const size = Math.abs(raw)
  const logRest = 2 * (Math.LN2 - size - Math.log1p(Math.exp(-2 * size))) // log(1 - ρ²)
  const distance = (dx * dx + dy * dy - 2 * Math.tanh(raw) * dx * dy) * Math.exp(-logRest)
  return 0.5 * (distance + logRest) + logX + logY + Math.log(2 * Math.PI)
}

/** A logistic component with uniform noise added (Salimans et al. 2017, arXiv 1701.05517). */
function blurredNats(mixture: OffsetMixture, k: number, x: number, y: number): number {
  const { blur } = mixture
  return (
    blurredAxis(x - mixture.meanX[k], mixture.logX[k], blur) +
    blurredAxis(y - mixture.meanY[k], mixture.logY[k], blur)
  )
}

function blurredAxis(away: number, logScale: number, blur: number): number {
  const sharp = Math.exp(-clamp(logScale, LOG_SIGMA))
  const [high, low] = [(away + 0.5 * blur) * sharp, (away - 0.5 * blur) * sharp]
  // σ(b) - σ(a) = σ(b) σ(-a) (1 - e^(a - b)), nothing of which can be lost in rounding
  const width = Math.log(-Math.expm1(-blur * sharp)) - Math.log(blur)
  return softplus(-high) + softplus(low) - width
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** Cross-entropy of one class of logits. */
export function classNats(logits: Float64Array, count: number, which: number): number {
  return logSumExp(logits, count) - logits[which]
}
