/** Latent vectors: reconstruction, variation and interpolation through z. */
import type { Drawing } from '../api'
import { stream } from '../random/streams'
import { fit, type Rescaled } from '../rescale'
import type { LoadedModel } from './model'

const PARALLEL = 0.9995 // cosine over which spherical interpolation is the same as straight

/** The mean of z that the encoder finds in a drawing. */
export function encodeDrawing(
  model: LoadedModel,
  drawing: Drawing,
): { z: Float32Array; fitted: Rescaled } {
  const encoder = model.needEncoder()
  const { statistics } = model.file
  const fitted = fit(drawing, statistics, statistics.extent)
  return { z: encoder.encode(fitted.rows), fitted }
}

/** z of variation `number`: √(1 - s²) z + s ε, with ε from N(0, 1) and s the strength. */
export function variedZ(
  mean: Float32Array,
  strength: number,
  seed: number,
  number: number,
): Float32Array {
  const noise = stream(seed, 'VARIATION', number).normal(mean.length)
  const kept = Math.sqrt(1 - strength ** 2)
  return mean.map((value, k) => kept * value + strength * Math.fround(noise[k]))
}

/**
 * A point on the way from a (t = 0) to b (t = 1), along the sphere (Shoemake 1985) or straight.
 *
 * Along the sphere the lengths in between are those of the ends, as those of normal numbers are.
 */
export function between(
  a: Float32Array,
  b: Float32Array,
  t: number,
  straight: boolean,
): Float32Array {
  const cosine = dot(a, b) / Math.max(Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b)), 1e-12)
  let [near, far] = [1 - t, t]
  if (!straight && Math.abs(cosine) <= PARALLEL) {
    const angle = Math.acos(cosine)
    near = Math.sin((1 - t) * angle) / Math.sin(angle)
    far = Math.sin(t * angle) / Math.sin(angle)
  }
  return a.map((value, k) => near * value + far * b[k])
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k], 0)
}
