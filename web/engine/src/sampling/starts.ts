/** Starts: what is drawn so far is read once, for any number of endings. */
import type { Drawing } from '../api'
import { LANES, type Width } from '../kernel/kernel'
import { copyLane, type Decoder, type DecoderState } from '../networks/decoder'
import { searchLeft } from '../numeric'
import { stream } from '../random/streams'
import { fit, type Rescaled } from '../rescale'
import type { LoadedModel } from './model'
import type { Origin } from './rollout'

// So many z read the start up to that row; the time to the first point is what more would cost.
const READERS: [end: number, count: number][] = [[8, 64], [48, 32], [Infinity, 16]]

/** A start that the model has read: endings go on from it. */
export interface ReadStart extends Origin {
  readonly fitted: Rescaled
}

export interface StartOptions {
  seed: number
  zoom?: number
  lifted?: boolean
}

/**
 * Read what is drawn so far; yields between rows.
 *
 * A model that needs z takes it from its posterior given the start, as the decoder sees it: many
 * are drawn from the prior and read the first points; fewer are drawn from these by what the
 * decoder gives those points under them, and read on; each ending takes one (sequential importance
 * resampling, Gordon et al. 1993, of a number that does not move).
 */
export function* readStart(
  model: LoadedModel,
  start: Drawing,
  options: StartOptions,
): Generator<void, ReadStart> {
  const { statistics } = model.file
  const fitted = fit(start, statistics, statistics.start_extent, options.zoom)
  const { rows } = fitted
  rows[rows.length - 1] = options.lifted ? 1 : 0
  if (!model.drawsWithoutZ) {
    const particles = yield* readByParticles(model, rows, options.seed)
    return { fitted, begin: particles.beginFrom(options.seed) }
  }
  const state = model.decoder.start(1, null)
  yield* readRows(model.decoder, state, rows, 1, null)
  return { fitted, begin: (_, to, lane) => copyLane(state, 0, to, lane) }
}

function* readRows(
  decoder: Decoder,
  state: DecoderState,
  rows: Float32Array,
  count: number,
  costs: Float64Array | null,
): Generator<void, void> {
  for (let at = 0; at < rows.length; at += 3) {
    decoder.read(state, rows.subarray(at, at + 3), count, costs)
    yield
  }
}

function* readByParticles(
  model: LoadedModel,
  rows: Float32Array,
  seed: number,
): Generator<void, Particles> {
  let particles = Particles.ofPrior(model, READERS[0][1], seed)
  let row = 0
  for (const [stage, [end, count]] of READERS.entries()) {
    if (3 * row >= rows.length) break
    if (stage) particles = particles.resampled(count, seed, stage)
    yield* particles.read(rows.subarray(3 * row, 3 * end))
    row = end
  }
  return particles
}

/** Decoders that read the same rows under different z, and their probabilities. */
class Particles {
  private shares: Float64Array

  private constructor(
    private readonly decoder: Decoder,
    private readonly groups: DecoderState[],
    private readonly count: number,
  ) {
    this.shares = new Float64Array(count).fill(1 / count)
  }

  static ofPrior(model: LoadedModel, count: number, seed: number): Particles {
    const { z: size } = model.file.options
    const numbers = stream(seed, 'PARTICLES').normal(count * size)
    const groups: DecoderState[] = []
    for (let first = 0; first < count; first += LANES) {
      const z = new Float32Array(size * LANES)
      for (let lane = 0; lane < Math.min(LANES, count - first); lane++) {
        for (let k = 0; k < size; k++) z[k * LANES + lane] = numbers[(first + lane) * size + k]
      }
      groups.push(model.decoder.start(LANES, z))
    }
    return new Particles(model.decoder, groups, count)
  }

  /** Lead all through rows, and weigh them by what the decoder gives those under each. */
  *read(rows: Float32Array): Generator<void, void> {
    const costs = new Float64Array(this.count)
    for (const [k, group] of this.groups.entries()) {
      const lanes = Math.min(LANES, this.count - k * LANES)
      const cost = new Float64Array(LANES)
      yield* readRows(this.decoder, group, rows, lanes, cost)
      costs.set(cost.subarray(0, lanes), k * LANES)
    }
    const least = Math.min(...costs)
    const weights = costs.map((cost) => Math.exp(least - cost))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    this.shares = weights.map((weight) => weight / total)
  }

  /** So many of them, each as often as its share says (systematic resampling). */
  resampled(count: number, seed: number, stage: number): Particles {
    const ends = new Float64Array(this.count)
    this.shares.reduce((sum, share, k) => (ends[k] = sum + share), 0)
    const shift = stream(seed, 'RESAMPLING', stage).uniform(1)[0]
    const groups: DecoderState[] = []
    for (let k = 0; k < count; k++) {
      const from = Math.min(searchLeft(ends, (k + shift) / count), this.count - 1)
      if (k % LANES === 0) groups.push(this.decoder.start(LANES, null))
      this.copy(from, groups[groups.length - 1], k % LANES)
    }
    return new Particles(this.decoder, groups, count)
  }

  /** Each ending goes on from one of them. */
  beginFrom(seed: number): Origin['begin'] {
    return (number, state, lane) => {
      this.copy(stream(seed, 'PARTICLE_CHOICE', number).choice(this.shares), state, lane)
    }
  }

  private copy(from: number, to: DecoderState, lane: number): void {
    copyLane(this.groups[Math.floor(from / LANES)], from % LANES, to, lane)
  }
}

/** New drawings: from nothing, or from a z of each. */
export function beginAt(
  decoder: Decoder,
  zOf: ((number: number) => Float32Array) | null,
): Origin {
  const width: Width = 1
  const blank = zOf ? null : decoder.start(width, null)
  return {
    begin(number, state, lane) {
      copyLane(blank ?? decoder.start(width, zOf!(number)), 0, state, lane)
    },
  }
}

/** Where new drawings begin: z from N(0, 1), where the model needs one. */
export function priorOrigin(model: LoadedModel, seed: number): Origin {
  const { z } = model.file.options
  const prior = (number: number) => Float32Array.from(stream(seed, 'PRIOR', number).normal(z))
  return beginAt(model.decoder, model.drawsWithoutZ ? null : prior)
}
