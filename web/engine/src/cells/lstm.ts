/** LSTM layers, plain and layer-normalised. Gates: input, forget, output, candidate. */
import type { Kernel, Matrix, Width } from '../kernel/kernel'
import type { Weights } from '../model_file'
import {
  FORGET_BIAS,
  joinColumns,
  layerNorm,
  scratch,
  sigmoid,
  spreadOut,
  tanh,
  type Cell,
  type CellState,
} from './cell'

/** What layer norm scales and shifts by, gates (4U,) and cell (U,). */
interface Norms {
  gain: Float32Array
  shift: Float32Array
  cellGain: Float32Array
  cellShift: Float32Array
}

/** An LSTM (Hochreiter & Schmidhuber 1997, with forget gate), with or without layer norm. */
export class Lstm implements Cell {
  readonly stateSize: number
  readonly offsetSize: number
  private readonly joined: Matrix
  private readonly constant: Matrix | null
  private readonly bias: Float32Array
  private readonly norms: Norms | null
  private readonly input: (width: Width) => Float32Array
  private readonly sums: (width: Width) => Float32Array
  private readonly seen: (width: Width) => Float32Array

  constructor(
    private readonly kernel: Kernel,
    weights: Weights,
    normalised: boolean,
    private readonly inputs: number,
    readonly units: number,
    constants: number,
  ) {
    const rows = 4 * units
    this.stateSize = units
    this.offsetSize = rows
    const x = weights.get('input_weight', rows, inputs)
    const h = weights.get('recurrent_weight', rows, units)
    this.joined = kernel.pack(joinColumns(rows, x, inputs, h, units), rows, inputs + units)
    this.constant = constants
      ? kernel.pack(weights.get('constant_weight', rows, constants), rows, constants)
      : null
    this.norms = normalised ? readNorms(weights, units) : null
    this.bias = normalised
      ? new Float32Array(rows)
      : withForgetBias(weights.get('bias', rows), units)
    this.input = scratch(inputs + units)
    this.sums = scratch(rows)
    this.seen = scratch(units)
  }

  offset(width: Width, constant: Float32Array | null): Float32Array {
    const out = spreadOut(this.bias, width)
    if (!constant || !this.constant) return out
    const product = new Float32Array(out.length)
    this.kernel.multiply(this.constant, constant, product, width)
    for (let k = 0; k < out.length; k++) out[k] += product[k]
    return out
  }

  step(inputs: Float32Array, state: CellState, offset: Float32Array, count: number): void {
    const { width } = state
    const joined = this.input(width)
    const sums = this.sums(width)
    joined.set(inputs.subarray(0, this.inputs * width))
    joined.set(state.hidden.subarray(0, this.units * width), this.inputs * width)
    this.kernel.multiply(this.joined, joined, sums, width)
    for (let k = 0; k < sums.length; k++) sums[k] += offset[k]
    if (this.norms) this.stepNormalised(sums, state, this.norms, count)
    else stepPlain(sums, state, this.units, count)
  }

  private stepNormalised(sums: Float32Array, state: CellState, norms: Norms, count: number): void {
    for (let gate = 0; gate < 4; gate++) {
      layerNorm(sums, gate * this.units, this.units, state.width, count)
    }
    gateNormalised(sums, state, norms, this.units, count, this.seen(state.width))
  }
}

/** Gain and shift, the forget bias among the shifts. */
export function readNorms(weights: Weights, units: number): Norms {
  return {
    gain: weights.get('gain', 4 * units),
    shift: withForgetBias(weights.get('shift', 4 * units), units),
    cellGain: weights.get('cell_gain', units),
    cellShift: weights.get('cell_shift', units),
  }
}

function withForgetBias(bias: Float32Array, units: number): Float32Array {
  const out = bias.slice()
  for (let u = units; u < 2 * units; u++) out[u] += FORGET_BIAS
  return out
}

function stepPlain(sums: Float32Array, state: CellState, units: number, count: number): void {
  const { width, hidden, cell } = state
  const gate = units * width
  for (let u = 0; u < units; u++) {
    for (let at = u * width, end = at + count; at < end; at++) {
      const candidate = tanh(sums[at + 3 * gate])
      const kept = sigmoid(sums[at + gate]) * cell[at] + sigmoid(sums[at]) * candidate
      cell[at] = kept
      hidden[at] = sigmoid(sums[at + 2 * gate]) * tanh(kept)
    }
  }
}

/**
 * Gates of normalised sums, then the normalised cell: the state becomes the next one.
 *
 * @param sums - (4U, W), each gate already mean 0 and variance 1.
 * @param seen - Scratch, (U, W).
 */
export function gateNormalised(
  sums: Float32Array,
  state: CellState,
  norms: Norms,
  units: number,
  count: number,
  seen: Float32Array,
): void {
  const { width, hidden, cell } = state
  const { gain, shift, cellGain, cellShift } = norms
  for (let u = 0; u < units; u++) {
    const [f, o, c] = [u + units, u + 2 * units, u + 3 * units]
    for (let l = 0; l < count; l++) {
      const at = u * width + l
      const enter = sigmoid(gain[u] * sums[at] + shift[u])
      const forget = sigmoid(gain[f] * sums[f * width + l] + shift[f])
      const candidate = tanh(gain[c] * sums[c * width + l] + shift[c])
      hidden[at] = sigmoid(gain[o] * sums[o * width + l] + shift[o])
      seen[at] = cell[at] = forget * cell[at] + enter * candidate
    }
  }
  layerNorm(seen, 0, units, width, count)
  for (let u = 0; u < units; u++) {
    for (let at = u * width, end = at + count; at < end; at++) {
      hidden[at] *= tanh(cellGain[u] * seen[at] + cellShift[u])
    }
  }
}
