/** Local frame: Gaussians turned with the pen's heading. */
import { LOG_SIGMA, RHO, type OffsetMixture } from './mixture'

const clamp = (x: number, limit: number): number => Math.min(limit, Math.max(-limit, x))

/**
 * Write a Gaussian of the frame whose x axis is (cosine, sine) into a mixture of the page's frame.
 *
 * @param meanX - Along the frame's x axis; the other numbers likewise.
 * @param raw - Correlation before its tanh.
 * @param k - Place in the mixture.
 */
export function turnGaussian(
  meanX: number,
  meanY: number,
  logX: number,
  logY: number,
  raw: number,
  cosine: number,
  sine: number,
  mixture: OffsetMixture,
  k: number,
): void {
  const [x, y, r] = [clamp(logX, LOG_SIGMA), clamp(logY, LOG_SIGMA), clamp(raw, RHO)]
  const [wide, high, both] = [Math.exp(2 * x), Math.exp(2 * y), Math.exp(x + y)]
  const across = Math.tanh(r) * both
  const slant = 2 * cosine * sine * across
  const crossed = cosine * sine * (wide - high) + (cosine * cosine - sine * sine) * across
  mixture.meanX[k] = cosine * meanX - sine * meanY
  mixture.meanY[k] = sine * meanX + cosine * meanY
  mixture.logX[k] = 0.5 * Math.log(cosine * cosine * wide - slant + sine * sine * high)
  mixture.logY[k] = 0.5 * Math.log(sine * sine * wide + slant + cosine * cosine * high)
  // atanh ρ = asinh(ρ / √(1 - ρ²)), and √(1 - ρ²) · σx · σy is the same in both frames
  mixture.rho[k] = Math.asinh((crossed * Math.cosh(r)) / both)
}
