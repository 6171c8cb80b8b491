/**
 * Pointer: where a new stroke begins, as a mixture over the points drawn so far.
 *
 * A small net predicts a component for every earlier point: its weight, its mean as an offset from
 * the point, and its spread, from the point's key, the decoder's query and the relations between
 * the point and the pen (additive attention, Bahdanau et al. 2015; Vinyals et al. 2015).
 */
import type { OffsetMixture } from '../distributions/mixture'
import type { Weights } from '../model_file'
import type { Path } from './path'

export const KEY = 32
const RELATIONS = 11
const COMPONENT = 5
const POSITION_UNIT = 0.15
const LEAST_LOG_SIGMA = -5
const MOST_LOG_SIGMA = 3

export class Pointer {
  private readonly relation: Float32Array // (11, 32)
  private readonly weight: Float32Array // (5, 32)
  private readonly bias: Float32Array
  private readonly relations = new Float64Array(RELATIONS)
  private readonly raw = new Float64Array(COMPONENT)
  private readonly hidden = new Float64Array(KEY)

  constructor(weights: Weights) {
    this.relation = weights.get('relation', RELATIONS, KEY)
    this.weight = weights.get('output.weight', COMPONENT, KEY)
    this.bias = weights.get('output.bias', COMPONENT)
  }

  /**
   * Write one component for every point of a path.
   *
   * @param query - (32,).
   * @param mixture - Gets them at `from`, `from` + 1, …; weights are logits.
   */
  addComponents(path: Path, query: Float64Array, mixture: OffsetMixture, from: number): void {
    const last = path.count - 1
    for (let point = 0; point <= last; point++) {
      this.component(path, point, query)
      const k = from + point
      mixture.weight[k] = this.raw[0]
      mixture.meanX[k] = path.x[point] - path.x[last] + this.raw[1]
      mixture.meanY[k] = path.y[point] - path.y[last] + this.raw[2]
      mixture.logX[k] = Math.min(MOST_LOG_SIGMA, Math.max(LEAST_LOG_SIGMA, this.raw[3]))
      mixture.logY[k] = Math.min(MOST_LOG_SIGMA, Math.max(LEAST_LOG_SIGMA, this.raw[4]))
      mixture.rho[k] = 0
    }
  }

  private component(path: Path, point: number, query: Float64Array): void {
    const { relations, hidden, relation, weight, bias, raw } = this
    relate(path, point, relations)
    for (let j = 0; j < KEY; j++) hidden[j] = query[j] + path.keys[point * KEY + j]
    for (let r = 0; r < RELATIONS; r++) {
      const value = relations[r]
      if (value === 0) continue
      for (let j = 0; j < KEY; j++) hidden[j] += value * relation[r * KEY + j]
    }
    for (let c = 0; c < COMPONENT; c++) {
      let sum = bias[c]
      for (let j = 0; j < KEY; j++) if (hidden[j] > 0) sum += hidden[j] * weight[c * KEY + j]
      raw[c] = sum
    }
  }
}

/** How an earlier point lies to the pen, (11,). */
export function relate(path: Path, point: number, out: Float64Array): void {
  const last = path.count - 1
  const dx = path.x[point] - path.x[last]
  const dy = path.y[point] - path.y[last]
  const distance = Math.hypot(dx, dy)
  const ago = path.strokes[last] - path.strokes[point]
  out[0] = POSITION_UNIT * dx
  out[1] = POSITION_UNIT * dy
  out[2] = Math.log(distance + 0.1)
  out[3] = 0.5 * Math.log(last - point + 1)
  out[4] = path.begins[point]
  out[5] = point === last ? 1 : path.begins[point + 1]
  out[6] = ago === 0 ? 1 : 0
  out[7] = Math.log(ago + 1)
  out[8] = ago === 1 ? 1 : 0
  out[9] = Math.min(4, (POSITION_UNIT * distance) ** 2)
  out[10] = Math.exp(-distance)
}
