/**
 * Recurrent cells, stepped for several drawings at once.
 *
 * Shape letters: D inputs, C constant inputs, U units that a cell puts out, S numbers that it
 * carries in each half of its state, W lanes. All buffers are (·, W), one drawing a lane.
 */
import type { Kernel, Matrix, Width } from '../kernel/kernel'

/** What a cell carries from step to step, each half (S, W). */
export interface CellState {
  readonly width: Width
  hidden: Float32Array
  cell: Float32Array
}

export interface Cell {
  readonly units: number
  readonly stateSize: number
  /** Numbers that all steps of a drawing have in common. */
  readonly offsetSize: number
  /** What every step has in common: biases and the constant input's product. */
  offset(width: Width, constant: Float32Array | null): Float32Array
  /**
   * One step: the state becomes the next one.
   *
   * @param inputs - (D, W).
   * @param state - Its first U rows of `hidden` are then what the cell puts out.
   * @param offset - From `offset`.
   * @param count - So many lanes are in use.
   */
  step(inputs: Float32Array, state: CellState, offset: Float32Array, count: number): void
}

export const FORGET_BIAS = 1.0 // added at run time, as Python does
export const EPS = 1e-3 // of layer norm

export const zeroState = (cell: Cell, width: Width): CellState => ({
  width,
  hidden: new Float32Array(cell.stateSize * width),
  cell: new Float32Array(cell.stateSize * width),
})

/** Matrices (R, C₁), (R, C₂) side by side as one, (R, C₁ + C₂). */
export function joinColumns(
  rows: number,
  a: Float32Array,
  aColumns: number,
  b: Float32Array,
  bColumns: number,
): Float32Array {
  const columns = aColumns + bColumns
  const out = new Float32Array(rows * columns)
  for (let r = 0; r < rows; r++) {
    out.set(a.subarray(r * aColumns, (r + 1) * aColumns), r * columns)
    out.set(b.subarray(r * bColumns, (r + 1) * bColumns), r * columns + aColumns)
  }
  return out
}

/** A buffer for each width, made when it is first asked for. */
export function scratch(size: number): (width: Width) => Float32Array {
  const buffers = new Map<Width, Float32Array>()
  return (width) => {
    let buffer = buffers.get(width)
    if (!buffer) buffers.set(width, (buffer = new Float32Array(size * width)))
    return buffer
  }
}

/** A vector (R,) for every lane, (R, W). */
export function spreadOut(values: Float32Array, width: Width): Float32Array {
  const out = new Float32Array(values.length * width)
  for (let r = 0; r < values.length; r++) out.fill(values[r], r * width, (r + 1) * width)
  return out
}

/** values += bias, (R, W) and (R,). */
export function addBias(values: Float32Array, bias: Float32Array, width: Width): void {
  for (let r = 0, at = 0; r < bias.length; r++) {
    const b = bias[r]
    for (let l = 0; l < width; l++, at++) values[at] += b
  }
}

/** A matrix with a bias. */
export interface Linear {
  readonly matrix: Matrix
  readonly bias: Float32Array
}

/** The output of a linear layer, (R, W). */
export function applyLinear(
  kernel: Kernel,
  layer: Linear,
  input: Float32Array,
  output: Float32Array,
  width: Width,
): void {
  kernel.multiply(layer.matrix, input, output, width)
  addBias(output, layer.bias, width)
}

/**
 * Make each lane of rows `from` to `from + size` mean 0 and variance 1, in place.
 *
 * @param values - (·, W).
 * @param count - Lanes in use.
 */
export function layerNorm(
  values: Float32Array,
  from: number,
  size: number,
  width: Width,
  count: number,
): void {
  const begin = from * width
  const end = (from + size) * width
  for (let lane = 0; lane < count; lane++) {
    let sum = 0
    for (let at = begin + lane; at < end; at += width) sum += values[at]
    const mean = sum / size
    let squares = 0
    for (let at = begin + lane; at < end; at += width) squares += (values[at] - mean) ** 2
    const factor = 1 / Math.sqrt(squares / size + EPS)
    for (let at = begin + lane; at < end; at += width) values[at] = (values[at] - mean) * factor
  }
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
/** tanh by one exponential; exact enough in float64 for float32 numbers. */
export const tanh = (x: number): number => 1 - 2 / (1 + Math.exp(2 * x))
