/** SketchRNN's decoder: the next offset and the pen's state after it, at once (Ha & Eck 2017). */
import { applyLinear, scratch, tanh, type Cell, type Linear } from '../cells/cell'
import { makeCell } from '../cells/factory'
import {
  classNats,
  LOG_SIGMA,
  newMixture,
  offsetNats,
  pickClass,
  RHO,
  roundOffset,
  sampleOffset,
  type OffsetMixture,
} from '../distributions/mixture'
import type { Kernel, Width } from '../kernel/kernel'
import type { Options, Weights } from '../model_file'
import {
  blankState,
  ENDED_BEFORE,
  GOES_ON,
  type Decoder,
  type DecoderState,
  type Move,
  type RowGuide,
} from './decoder'

const ROW = 5
const PENS = 3
const END = 2

export class PlainDecoder implements Decoder {
  readonly cell: Cell
  private readonly output: Linear
  private readonly initial: Linear | null
  private readonly heads: number
  private readonly input = scratch(ROW)
  private readonly mixture: OffsetMixture
  private readonly pen = new Float64Array(PENS)
  private readonly point = new Float64Array(2)

  constructor(
    private readonly kernel: Kernel,
    weights: Weights,
    options: Options,
  ) {
    const constants = options.conditional ? options.z : 0
    const { decoder: units, decoder_cell: kind } = options
    this.cell = makeCell(kernel, weights.under('cell'), kind, ROW, units, constants)
    this.heads = PENS + 6 * options.mixtures
    this.output = readLinear(kernel, weights.under('output'), this.heads, units)
    this.initial = constants
      ? readLinear(kernel, weights.under('initial'), 2 * this.cell.stateSize, constants)
      : null
    this.mixture = newMixture(options.mixtures)
    this.mixture.count = this.mixture.firstLogistic = options.mixtures
  }

  start(width: Width, z: Float32Array | null): DecoderState {
    const offset = this.cell.offset(width, this.initial ? z : null)
    const state = blankState(this.cell, width, offset, { context: 0, heads: this.heads }, [])
    if (z && this.initial) startFrom(this.kernel, this.initial, z, state)
    return state
  }

  read(state: DecoderState, rows: Float32Array, count: number, costs: Float64Array | null): void {
    for (let at = 0; at < rows.length; at += 3) {
      this.advance(state, count, costs !== null)
      const [dx, dy, lift] = [rows[at], rows[at + 1], rows[at + 2] > 0.5 ? 1 : 0]
      for (let lane = 0; lane < count; lane++) {
        if (costs) {
          costs[lane] += classNats(this.penLogits(state, lane), PENS, lift)
          if (state.begun[lane]) costs[lane] += offsetNats(this.nextOffset(state, lane), dx, dy)
        }
        note(state, lane, dx, dy, lift)
      }
    }
  }

  sample(state: DecoderState, move: Move, count: number): void {
    this.advance(state, count, true)
    for (let lane = 0; lane < count; lane++) {
      if (move.active[lane]) this.sampleLane(state, move, lane)
    }
  }

  private sampleLane(state: DecoderState, move: Move, lane: number): void {
    const { temperature, level, place, rows, guide } = move
    if (guide) return this.sampleGuided(state, move, guide, lane)
    const [begun, mixture] = [state.begun[lane], this.nextOffset(state, lane)]
    const logits = this.penLogits(state, lane)
    const allowed = move.missing[lane] > 0 ? PENS - 1 : PENS // an end is not, before the least
    const pen = pickClass(logits, allowed, temperature.pen, level[2 * lane + 1])
    move.nats[lane] = classNats(logits, PENS, pen)
    move.status[lane] = pen === END ? ENDED_BEFORE : GOES_ON
    if (pen === END) return
    this.point.fill(0)
    if (begun) {
      const [a, b] = [place[2 * lane], place[2 * lane + 1]]
      sampleOffset(mixture, level[2 * lane], a, b, temperature.mixture, this.point)
      if (move.rounding > 0) roundOffset(this.point, move.rounding)
    }
    const [x, y] = [Math.fround(this.point[0]), Math.fround(this.point[1])]
    if (begun) move.nats[lane] += offsetNats(mixture, x, y)
    rows.set([x, y, pen], 3 * lane)
    note(state, lane, x, y, pen)
  }

  private sampleGuided(state: DecoderState, move: Move, guide: RowGuide, lane: number): void {
    this.point.fill(0)
    if (state.begun[lane]) {
      guide.offset(lane, this.nextOffset(state, lane), state.lifted[lane] === 1, this.point)
    }
    const pen = guide.pen(lane, this.penLogits(state, lane))
    move.status[lane] = pen === END ? ENDED_BEFORE : GOES_ON
    if (pen === END) return
    const [x, y] = [Math.fround(this.point[0]), Math.fround(this.point[1])]
    move.rows.set([x, y, pen], 3 * lane)
    note(state, lane, x, y, pen)
  }

  nextOffset(state: DecoderState, lane: number): OffsetMixture {
    const { mixture } = this
    const { heads, width } = state
    const count = mixture.count
    const at = (field: number, k: number) => heads[(PENS + field * count + k) * width + lane]
    for (let k = 0; k < count; k++) {
      mixture.weight[k] = at(0, k)
      mixture.meanX[k] = at(1, k)
      mixture.meanY[k] = at(2, k)
      mixture.logX[k] = Math.min(LOG_SIGMA, Math.max(-LOG_SIGMA, at(3, k)))
      mixture.logY[k] = Math.min(LOG_SIGMA, Math.max(-LOG_SIGMA, at(4, k)))
      mixture.rho[k] = Math.min(RHO, Math.max(-RHO, at(5, k)))
    }
    return mixture
  }

  penLogits(state: DecoderState, lane: number): Float64Array {
    for (let k = 0; k < PENS; k++) this.pen[k] = state.heads[k * state.width + lane]
    return this.pen
  }

  /** Read each lane's last row; before the first point that is the start token. */
  private advance(state: DecoderState, count: number, wanted: boolean): void {
    const { width } = state
    const input = this.input(width)
    for (let lane = 0; lane < count; lane++) {
      input[lane] = state.last[2 * lane]
      input[width + lane] = state.last[2 * lane + 1]
      input[2 * width + lane] = 1 - state.lifted[lane]
      input[3 * width + lane] = state.lifted[lane]
    }
    this.cell.step(input, state.cell, state.offset, count)
    if (wanted) applyLinear(this.kernel, this.output, state.cell.hidden, state.heads, width)
  }
}

function note(state: DecoderState, lane: number, dx: number, dy: number, lift: number): void {
  state.last[2 * lane] = dx
  state.last[2 * lane + 1] = dy
  state.lifted[lane] = lift
  state.begun[lane] = 1
}

/** A linear layer (R, C) with its bias. */
export function readLinear(
  kernel: Kernel,
  weights: Weights,
  rows: number,
  columns: number,
): Linear {
  const matrix = kernel.pack(weights.get('weight', rows, columns), rows, columns)
  return { matrix, bias: weights.get('bias', rows) }
}

/** The cell's state before the first point, tanh(W z + b): its cell half, then its hidden half. */
export function startFrom(
  kernel: Kernel,
  initial: Linear,
  z: Float32Array,
  state: DecoderState,
): void {
  const { hidden, cell } = state.cell
  const both = new Float32Array(hidden.length + cell.length)
  applyLinear(kernel, initial, z, both, state.width)
  for (let k = 0; k < cell.length; k++) {
    cell[k] = tanh(both[k])
    hidden[k] = tanh(both[cell.length + k])
  }
}
