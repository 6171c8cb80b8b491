/**
 * Local-frame decoder: it predicts a point in the frame of the pen's heading, then the pen's state.
 *
 * As in Python (`strokebook.model.networks.local_frame_decoder`): a point's offset is predicted
 * first and the pen's state from the context at the new point; offsets with the pen down and jumps
 * have mixtures of their own; jumps also point at earlier points. What the heads read, the context,
 * is the cell's output, the pen's features, and a hidden layer over both.
 */
import { applyLinear, scratch, type Cell, type Linear } from '../cells/cell'
import { makeCell } from '../cells/factory'
import {
  classNats,
  logSumExp,
  newMixture,
  offsetNats,
  pickClass,
  roundOffset,
  sampleOffset,
  type OffsetMixture,
} from '../distributions/mixture'
import { turnGaussian } from '../distributions/local_frame'
import type { Kernel, Width } from '../kernel/kernel'
import type { Options, Weights } from '../model_file'
import {
  blankState,
  ENDED_WITH,
  GOES_ON,
  type Decoder,
  type DecoderState,
  type Move,
} from './decoder'
import { Path } from './path'
import { FEATURES, penFeatures, type PenOffset } from './pen_features'
import { readLinear, startFrom } from './plain_decoder'
import { KEY, Pointer } from './pointer'

const POINT = 4 // numbers of a point: its offset, whether a stroke begins there, the drawing
const HIDDEN = 128
const PENS = 3
const END = 2
const WITHOUT_BIAS = 'pointer.key'
const LOG_BLUR_LIMITS = [-5, 0]

export class LocalFrameDecoder implements Decoder {
  readonly cell: Cell
  private readonly hiddenLayer: Linear
  private readonly heads: Linear // output, pen, key: what every point is asked
  private readonly jumps: Linear // jump, query: what is asked where the pen is lifted
  private readonly initial: Linear | null
  private readonly pointer: Pointer
  private readonly gaussians: number
  private readonly logistics: number
  private readonly outputs: number
  private readonly sizes: { context: number; heads: number }
  private readonly blur: number
  private readonly input = scratch(POINT + FEATURES)
  private readonly hidden = scratch(HIDDEN)
  private readonly jumpOutput: (width: Width) => Float32Array
  private readonly features = new Float64Array(FEATURES)
  private readonly penDown: OffsetMixture
  private jump: OffsetMixture
  private readonly query = new Float64Array(KEY)
  private readonly pen = new Float64Array(PENS)
  private readonly point = new Float64Array(2)

  constructor(
    private readonly kernel: Kernel,
    weights: Weights,
    options: Options,
  ) {
    const constants = options.conditional ? options.z : 0
    const { decoder: units, decoder_cell: kind, mixtures } = options
    const inputs = POINT + FEATURES
    this.cell = makeCell(kernel, weights.under('cell'), kind, inputs, units, constants)
    const [visible, context] = [units + FEATURES, units + FEATURES + HIDDEN]
    this.gaussians = Math.floor(mixtures / 2)
    this.logistics = Math.floor((mixtures + 1) / 2)
    this.outputs = 6 * this.gaussians + 5 * this.logistics
    this.hiddenLayer = readLinear(kernel, weights.under('hidden_layer'), HIDDEN, visible)
    const heads = [['output', this.outputs], ['pen', PENS], ['pointer.key', KEY]] as Head[]
    this.heads = stackLinears(kernel, weights, heads, context)
    const jumps = [['jump', 6 * this.logistics + 1], ['pointer.query', KEY]] as Head[]
    this.jumps = stackLinears(kernel, weights, jumps, context)
    this.initial = constants
      ? readLinear(kernel, weights.under('initial'), 2 * this.cell.stateSize, constants)
      : null
    this.pointer = new Pointer(weights.under('pointer'))
    const [least, most] = LOG_BLUR_LIMITS
    this.blur = Math.exp(Math.min(most, Math.max(least, weights.scalar('blur'))))
    this.sizes = { context, heads: this.heads.matrix.rows }
    this.jumpOutput = scratch(this.jumps.matrix.rows)
    this.penDown = newMixture(this.gaussians + this.logistics)
    this.jump = newMixture(256)
  }

  start(width: Width, z: Float32Array | null): DecoderState {
    const offset = this.cell.offset(width, this.initial ? z : null)
    const paths = Array.from({ length: width }, () => new Path(KEY))
    const state = blankState(this.cell, width, offset, this.sizes, paths)
    if (z && this.initial) startFrom(this.kernel, this.initial, z, state)
    return state
  }

  read(state: DecoderState, rows: Float32Array, count: number, costs: Float64Array | null): void {
    const next = new Float32Array(2 * state.width)
    for (let at = 0; at < rows.length; at += 3) {
      const [dx, dy, lift] = [rows[at], rows[at + 1], rows[at + 2] > 0.5 ? 1 : 0]
      if (costs) this.addOffsetCosts(state, count, dx, dy, costs)
      for (let lane = 0; lane < count; lane++) next.set([dx, dy], 2 * lane)
      this.advance(state, next, count)
      for (let lane = 0; lane < count; lane++) {
        state.lifted[lane] = lift
        if (costs) costs[lane] += classNats(this.penLogits(state, lane), PENS, lift)
      }
    }
  }

  private addOffsetCosts(
    state: DecoderState,
    count: number,
    dx: number,
    dy: number,
    costs: Float64Array,
  ): void {
    if (state.lifted.subarray(0, count).some(Boolean)) this.askJumps(state)
    for (let lane = 0; lane < count; lane++) {
      if (state.begun[lane]) costs[lane] += offsetNats(this.askedOffset(state, lane), dx, dy)
    }
  }

  sample(state: DecoderState, move: Move, count: number): void {
    const { temperature, level, place, guide } = move
    const next = new Float32Array(2 * state.width)
    if (state.lifted.some((lifted, lane) => lifted && move.active[lane])) this.askJumps(state)
    for (let lane = 0; lane < count; lane++) {
      move.nats[lane] = 0
      if (!move.active[lane] || !state.begun[lane]) continue
      const mixture = this.askedOffset(state, lane)
      if (guide) {
        guide.offset(lane, mixture, state.lifted[lane] === 1, this.point)
        next.set(this.point, 2 * lane)
        continue
      }
      const [a, b] = [place[2 * lane], place[2 * lane + 1]]
      sampleOffset(mixture, level[2 * lane], a, b, temperature.mixture, this.point)
      if (move.rounding > 0) roundOffset(this.point, move.rounding)
      next.set(this.point, 2 * lane)
      move.nats[lane] = offsetNats(mixture, next[2 * lane], next[2 * lane + 1])
    }
    this.advance(state, next, count, move.active)
    for (let lane = 0; lane < count; lane++) {
      if (move.active[lane]) this.samplePen(state, move, lane)
    }
  }

  private samplePen(state: DecoderState, move: Move, lane: number): void {
    const logits = this.penLogits(state, lane)
    const allowed = move.missing[lane] > 1 ? PENS - 1 : PENS // an end is not, before the least
    const pen = move.guide
      ? move.guide.pen(lane, logits)
      : pickClass(logits, allowed, move.temperature.pen, move.level[2 * lane + 1])
    move.nats[lane] += classNats(logits, PENS, pen)
    move.status[lane] = pen === END ? ENDED_WITH : GOES_ON
    state.lifted[lane] = pen ? 1 : 0
    move.rows.set([state.last[2 * lane], state.last[2 * lane + 1], pen ? 1 : 0], 3 * lane)
  }

  nextOffset(state: DecoderState, lane: number): OffsetMixture {
    if (state.lifted[lane]) this.askJumps(state)
    return this.askedOffset(state, lane)
  }

  /** The distribution of the next offset; where a pen is lifted, `askJumps` has been called. */
  private askedOffset(state: DecoderState, lane: number): OffsetMixture {
    return state.lifted[lane] ? this.jumpMixture(state, lane) : this.penDownMixture(state, lane)
  }

  penLogits(state: DecoderState, lane: number): Float64Array {
    for (let k = 0; k < PENS; k++) {
      this.pen[k] = state.heads[(this.outputs + k) * state.width + lane]
    }
    return this.pen
  }

  /** Read a new point of each lane, its offset (W, 2). */
  private advance(
    state: DecoderState,
    offsets: Float32Array,
    count: number,
    active?: Uint8Array,
  ): void {
    const { width, context } = state
    const visible = this.cell.units * width
    for (let lane = 0; lane < count; lane++) {
      if (!active || active[lane]) this.addPoint(state, lane, offsets)
    }
    this.cell.step(this.input(width), state.cell, state.offset, count)
    context.set(state.cell.hidden.subarray(0, visible))
    const hidden = this.hidden(width)
    applyLinear(this.kernel, this.hiddenLayer, context, hidden, width)
    for (let k = 0; k < hidden.length; k++) if (hidden[k] < 0) hidden[k] = 0
    context.set(hidden, visible + FEATURES * width)
    applyLinear(this.kernel, this.heads, context, state.heads, width)
    for (let lane = 0; lane < count; lane++) {
      if (!active || active[lane]) this.noteKey(state, lane)
    }
  }

  /** A lane's point among its path, the cell's inputs and the context. */
  private addPoint(state: DecoderState, lane: number, offsets: Float32Array): void {
    const { width, last, context } = state
    const path = state.paths[lane]
    const first = path.count === 0
    const begins = first || state.lifted[lane] === 1
    const [dx, dy] = [offsets[2 * lane], offsets[2 * lane + 1]]
    const before: PenOffset | null = first
      ? null
      : { dx: last[2 * lane], dy: last[2 * lane + 1], begins: path.begins[path.count - 1] === 1 }
    penFeatures({ dx, dy, begins }, before, this.features)
    const input = this.input(width)
    const numbers = [dx, dy, begins ? 1 : 0, first ? 1 : 0, ...this.features]
    for (const [k, value] of numbers.entries()) input[k * width + lane] = value
    for (let k = 0; k < FEATURES; k++) {
      context[(this.cell.units + k) * width + lane] = this.features[k]
    }
    path.add(dx, dy, begins)
    last.set([dx, dy], 2 * lane)
    state.begun[lane] = 1
  }

  private noteKey(state: DecoderState, lane: number): void {
    const path = state.paths[lane]
    const from = this.outputs + PENS
    for (let k = 0; k < KEY; k++) {
      path.keys[(path.count - 1) * KEY + k] = state.heads[(from + k) * state.width + lane]
    }
  }

  /** Gaussians turned from the heading's frame, then logistic components along the axes. */
  private penDownMixture(state: DecoderState, lane: number): OffsetMixture {
    const { penDown: mixture, gaussians, logistics } = this
    const { heads, width, context } = state
    const count = gaussians + logistics
    const at = (k: number) => heads[k * width + lane]
    const cosine = context[this.cell.units * width + lane]
    const sine = context[(this.cell.units + 1) * width + lane]
    for (let k = 0; k < count; k++) mixture.weight[k] = at(k)
    for (let k = 0; k < gaussians; k++) {
      const field = (n: number) => at(count + n * gaussians + k)
      turnGaussian(field(0), field(1), field(2), field(3), field(4), cosine, sine, mixture, k)
    }
    const from = count + 5 * gaussians
    for (let k = 0; k < logistics; k++) {
      const to = gaussians + k
      mixture.meanX[to] = at(from + k)
      mixture.logX[to] = at(from + logistics + k)
      mixture.meanY[to] = at(from + 2 * logistics + k)
      mixture.logY[to] = at(from + 3 * logistics + k)
      mixture.rho[to] = 0
    }
    return Object.assign(mixture, { count, firstLogistic: gaussians, blur: this.blur })
  }

  /** What the heads of jumps answer at the contexts of all lanes. */
  private askJumps(state: DecoderState): void {
    const output = this.jumpOutput(state.width)
    applyLinear(this.kernel, this.jumps, state.context, output, state.width)
  }

  /** Gaussians, then one component at each earlier point; a gate shares out the weight. */
  private jumpMixture(state: DecoderState, lane: number): OffsetMixture {
    const { logistics: free } = this
    const path = state.paths[lane]
    const output = this.jumpOutput(state.width)
    const at = (k: number) => output[k * state.width + lane]
    const count = free + path.count
    if (this.jump.weight.length < count) this.jump = newMixture(2 * count)
    const mixture = this.jump
    for (let k = 0; k < free; k++) {
      mixture.weight[k] = at(k)
      mixture.meanX[k] = at(free + k)
      mixture.meanY[k] = at(2 * free + k)
      mixture.logX[k] = at(3 * free + k)
      mixture.logY[k] = at(4 * free + k)
      mixture.rho[k] = at(5 * free + k)
    }
    for (let k = 0; k < KEY; k++) this.query[k] = at(6 * free + 1 + k)
    this.pointer.addComponents(path, this.query, mixture, free)
    shareOut(mixture.weight, free, count, at(6 * free))
    return Object.assign(mixture, { count, firstLogistic: count, blur: this.blur })
  }
}

type Head = [name: string, rows: number]

/** Normalise the weights of both parts, and give the second the share σ(gate). */
function shareOut(weight: Float64Array, free: number, count: number, gate: number): void {
  const pointed = weight.subarray(free, count)
  const toFree = logSigmoid(-gate) - logSumExp(weight, free)
  const toPointed = logSigmoid(gate) - logSumExp(pointed, pointed.length)
  for (let k = 0; k < free; k++) weight[k] += toFree
  for (let k = 0; k < pointed.length; k++) pointed[k] += toPointed
}

const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))

/** Linear layers over the same input as one. */
function stackLinears(kernel: Kernel, weights: Weights, heads: Head[], columns: number): Linear {
  const rows = heads.reduce((sum, [, count]) => sum + count, 0)
  const [matrix, bias] = [new Float32Array(rows * columns), new Float32Array(rows)]
  let row = 0
  for (const [name, count] of heads) {
    const part = weights.under(name)
    matrix.set(part.get('weight', count, columns), row * columns)
    if (name !== WITHOUT_BIAS) bias.set(part.get('bias', count), row)
    row += count
  }
  return { matrix: kernel.pack(matrix, rows, columns), bias }
}
