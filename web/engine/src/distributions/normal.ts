/** The normal distribution's log CDF, for uniform numbers as logistic ones. */

const SWITCH = 2 // below it erfc is 1 - erf by a series, above it a continued fraction
const TERMS = 60

/** log Φ(x), to about 1e-13 relative. */
export function logNdtr(x: number): number {
  const z = Math.abs(x) * Math.SQRT1_2
  if (x < -1) return Math.log(0.5 * scaledErfc(z)) - z * z
  const upper = 0.5 * scaledErfc(z) * Math.exp(-z * z) // 1 - Φ(|x|)
  return x < 0 ? Math.log(upper) : Math.log1p(-upper)
}

/** Where a standard normal number lies among logistic ones of scale 1: log(Φ(x) / Φ(-x)). */
export const logisticOf = (x: number): number => logNdtr(x) - logNdtr(-x)

/** erfc(z) · exp(z²) for z ≥ 0. */
function scaledErfc(z: number): number {
  if (z < SWITCH) return Math.exp(z * z) - scaledErf(z)
  // Lentz's continued fraction (Abramowitz & Stegun 7.1.14), from its far end on.
  let tail = 0
  for (let k = TERMS; k > 0; k--) tail = (0.5 * k) / (z + tail)
  return 1 / (Math.sqrt(Math.PI) * (z + tail))
}

/** erf(z) · exp(z²): 2/√π Σ 2ⁿ z²ⁿ⁺¹ / (2n + 1)!!, all terms positive (7.1.6). */
function scaledErf(z: number): number {
  let term = z
  let sum = z
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * z * z) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}
