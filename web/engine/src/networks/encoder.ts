/** The encoder: reads a drawing's points both ways and says what z describes it. */
import { applyLinear, zeroState, type Cell, type Linear } from '../cells/cell'
import { makeCell } from '../cells/factory'
import type { Kernel } from '../kernel/kernel'
import type { Options, Weights } from '../model_file'
import { readLinear } from './plain_decoder'

const ROW = 5

export class Encoder {
  private readonly onward: Cell
  private readonly back: Cell
  private readonly mean: Linear

  constructor(
    private readonly kernel: Kernel,
    weights: Weights,
    private readonly options: Options,
  ) {
    const { encoder: units, encoder_cell: kind, z } = options
    this.onward = makeCell(kernel, weights.under('onward'), kind, ROW, units, 0)
    this.back = makeCell(kernel, weights.under('back'), kind, ROW, units, 0)
    this.mean = readLinear(kernel, weights.under('mean'), z, 2 * units)
  }

  /** The posterior's mean of z, (Z,), of a drawing as stroke-3 (N, 3) in units of the net. */
  encode(rows: Float32Array): Float32Array {
    const count = rows.length / 3
    const ends = new Float32Array(2 * this.options.encoder)
    const order = Array.from({ length: count }, (_, k) => k)
    ends.set(lastOutput(this.onward, rows, order))
    ends.set(lastOutput(this.back, rows, order.reverse()), this.options.encoder)
    const z = new Float32Array(this.options.z)
    applyLinear(this.kernel, this.mean, ends, z, 1)
    return z
  }
}

/** What a cell puts out after the rows in an order. */
function lastOutput(cell: Cell, rows: Float32Array, order: number[]): Float32Array {
  const [state, offset] = [zeroState(cell, 1), cell.offset(1, null)]
  for (const k of order) {
    const lift = rows[3 * k + 2]
    const input = Float32Array.of(rows[3 * k], rows[3 * k + 1], 1 - lift, lift, 0)
    cell.step(input, state, offset, 1)
  }
  return state.hidden.subarray(0, cell.units)
}
