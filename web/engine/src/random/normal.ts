/**
 * Normal quantile: a normal number from a uniform one by Giles's polynomials for erf⁻¹ (2010).
 *
 * The same as Python's `model.distributions.normal`, so that one seed draws one drawing.
 */

const LEAST = 2 ** -54 // at 0 the quantile has no end
const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503,
  -0.00417768164, 0.246640727, 1.50140941,
]
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
  0.00943887047, 1.00167406, 2.83297682,
]

/** Standard normal numbers in place of uniform ones. */
export function normalQuantile(values: Float64Array): Float64Array {
  for (let k = 0; k < values.length; k++) {
    const u = Math.max(values[k], LEAST)
    const w = -Math.log(4 * u * (1 - u))
    const erf = w < 5 ? polynomial(CENTRE, w - 2.5) : polynomial(TAIL, Math.sqrt(w) - 3)
    values[k] = Math.SQRT2 * (2 * u - 1) * erf
  }
  return values
}

function polynomial(coefficients: number[], x: number): number {
  let value = 0
  for (let k = 0; k < coefficients.length; k++) value = value * x + coefficients[k]
  return value
}
