/**
 * HyperLSTM: a small LSTM that scales the gates of a large one at every step.
 *
 * Ha, Dai & Le 2016, "HyperNetworks" (arXiv 1609.09106). The state holds the large one's numbers,
 * then the small one's.
 */
import type { Kernel, Matrix, Width } from '../kernel/kernel'
import type { Weights } from '../model_file'
import { addBias, layerNorm, scratch, type Cell, type CellState } from './cell'
import { gateNormalised, Lstm, readNorms } from './lstm'

const SMALL = 256
const EMBEDDING = 32
const PARTS = 3 // scale of the input part, scale of the recurrent part, bias

/** A layer-normalised LSTM whose pre-activations a small layer-norm LSTM scales and shifts. */
export class HyperLstm implements Cell {
  readonly stateSize: number
  readonly offsetSize: number
  private readonly small: Lstm
  private readonly inputPart: Matrix
  private readonly recurrentPart: Matrix
  private readonly constant: Matrix | null
  private readonly embed: Matrix
  private readonly embedBias: Float32Array
  private readonly scales: Matrix[] // of each part and gate, (U, 32)
  private readonly bias: Float32Array
  private readonly norms: ReturnType<typeof readNorms>
  private readonly buffers: Record<'x' | 'h' | 'joined' | 'embedding' | 'scale' | 'seen', Buffer>

  constructor(
    private readonly kernel: Kernel,
    weights: Weights,
    private readonly inputs: number,
    readonly units: number,
    constants: number,
  ) {
    const main = weights.under('main')
    const rows = 4 * units
    this.stateSize = units + SMALL
    this.offsetSize = rows + 4 * SMALL
    const small = weights.under('small')
    this.small = new Lstm(kernel, small, true, inputs + units, SMALL, constants)
    this.inputPart = kernel.pack(main.get('input_weight', rows, inputs), rows, inputs)
    this.recurrentPart = kernel.pack(main.get('recurrent_weight', rows, units), rows, units)
    this.constant = constants
      ? kernel.pack(main.get('constant_weight', rows, constants), rows, constants)
      : null
    const embedded = PARTS * 4 * EMBEDDING
    this.embed = kernel.pack(weights.get('embed_weight', embedded, SMALL), embedded, SMALL)
    this.embedBias = new Float32Array(embedded) // the bias part has none
    this.embedBias.set(weights.get('embed_bias', 2, 4 * EMBEDDING))
    this.scales = packScales(kernel, weights.get('scale_weight', 3, 4, units, EMBEDDING), units)
    this.bias = weights.get('bias', rows)
    this.norms = readNorms(main, units)
    this.buffers = {
      x: scratch(rows),
      h: scratch(rows),
      joined: scratch(inputs + units),
      embedding: scratch(embedded),
      scale: scratch(PARTS * rows),
      seen: scratch(units),
    }
  }

  offset(width: Width, constant: Float32Array | null): Float32Array {
    const main = new Float32Array(4 * this.units * width)
    if (constant && this.constant) this.kernel.multiply(this.constant, constant, main, width)
    const out = new Float32Array(this.offsetSize * width)
    out.set(main)
    out.set(this.small.offset(width, constant), main.length)
    return out
  }

  step(inputs: Float32Array, state: CellState, offset: Float32Array, count: number): void {
    const { width } = state
    const split = this.units * width
    const main = halves(state, 0, split)
    this.stepSmall(inputs, state, offset, count)
    const scale = this.scaleParts(state.hidden.subarray(split), width)
    const [x, h] = [this.buffers.x(width), this.buffers.h(width)]
    this.kernel.multiply(this.inputPart, inputs, x, width)
    this.kernel.multiply(this.recurrentPart, main.hidden, h, width)
    const size = x.length
    for (let k = 0; k < size; k++) {
      x[k] = scale[k] * (x[k] + offset[k]) + scale[size + k] * h[k] + scale[2 * size + k]
    }
    addBias(x, this.bias, width)
    for (let gate = 0; gate < 4; gate++) {
      layerNorm(x, gate * this.units, this.units, width, count)
    }
    gateNormalised(x, main, this.norms, this.units, count, this.buffers.seen(width))
  }

  /** The small one reads the large one's hidden state beside the inputs. */
  private stepSmall(
    inputs: Float32Array,
    state: CellState,
    offset: Float32Array,
    count: number,
  ): void {
    const { width } = state
    const split = this.units * width
    const joined = this.buffers.joined(width)
    joined.set(inputs.subarray(0, this.inputs * width))
    joined.set(state.hidden.subarray(0, split), this.inputs * width)
    const small = halves(state, split, state.hidden.length)
    this.small.step(joined, small, offset.subarray(4 * split), count)
  }

  /** Factors on input and recurrent part, and bias, (3 · 4U, W), from the small one's output. */
  private scaleParts(hidden: Float32Array, width: Width): Float32Array {
    const embedding = this.buffers.embedding(width)
    const scale = this.buffers.scale(width)
    this.kernel.multiply(this.embed, hidden, embedding, width)
    addBias(embedding, this.embedBias, width)
    const rows = this.units * width
    for (const [k, matrix] of this.scales.entries()) {
      const from = embedding.subarray(k * EMBEDDING * width, (k + 1) * EMBEDDING * width)
      this.kernel.multiply(matrix, from, scale.subarray(k * rows, (k + 1) * rows), width)
    }
    return scale
  }
}

type Buffer = (width: Width) => Float32Array

function packScales(kernel: Kernel, weights: Float32Array, units: number): Matrix[] {
  const size = units * EMBEDDING
  return Array.from({ length: PARTS * 4 }, (_, k) =>
    kernel.pack(weights.subarray(k * size, (k + 1) * size), units, EMBEDDING),
  )
}

function halves(state: CellState, from: number, to: number): CellState {
  const part = (values: Float32Array) => values.subarray(from, to)
  return { width: state.width, hidden: part(state.hidden), cell: part(state.cell) }
}
