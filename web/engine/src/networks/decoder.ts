/**
 * Decoders: what they carry for each drawing, and what they are asked.
 *
 * Shape letters: W lanes, D numbers that a row is read as, Z numbers of z. Offsets are in units of
 * the net (the data's scale).
 */
import { zeroState, type Cell, type CellState } from '../cells/cell'
import type { OffsetMixture, Temperature } from '../distributions/mixture'
import type { Width } from '../kernel/kernel'
import type { Path } from './path'

/** Up to W drawings, one a lane. */
export interface DecoderState {
  readonly width: Width
  readonly cell: CellState
  /** What all steps of a drawing have in common, (·, W). */
  readonly offset: Float32Array
  /** Whether a drawing has points. */
  readonly begun: Uint8Array
  /** Whether its pen is lifted after the last point. */
  readonly lifted: Uint8Array
  /** Its last offset, (W, 2). */
  readonly last: Float32Array
  /** Local-frame decoder: what the heads read, (C, W), and what they answered, (H, W). */
  readonly context: Float32Array
  readonly heads: Float32Array
  /** Local-frame decoder: the points so far. */
  readonly paths: Path[]
}

export const GOES_ON = 0
export const ENDED_BEFORE = 1 // the row has no point
export const ENDED_WITH = 2 // the row's point is the last

/** Chooses rows instead of the random numbers of a move. */
export interface RowGuide {
  /** Choose an offset from a mixture; `lifted`: it is a jump. */
  offset(lane: number, mixture: OffsetMixture, lifted: boolean, out: Float64Array): void
  /** Choose the pen state after it, or after the first point. */
  pen(lane: number, logits: Float64Array): number
}

/** How a row of each lane is chosen, and what came of it. */
export interface Move {
  /** Where there is one, it chooses, and `level`, `place`, `missing` and `nats` are not used. */
  guide?: RowGuide
  temperature: Temperature
  /** Step to which offsets are rounded, in units of the net; 0: none. */
  rounding: number
  /** Lanes that draw. */
  active: Uint8Array
  /** (W, 2) in [0, 1]: which component, which pen state. */
  level: Float32Array
  /** (W, 2) standard normal. */
  place: Float32Array
  /** (W,): points still wanted before the drawing may end, this row's included. */
  missing: Int32Array
  /** Result, (W, 3): offset and lift of the new point. */
  rows: Float32Array
  /** Result, (W,): GOES_ON, ENDED_BEFORE or ENDED_WITH. */
  status: Uint8Array
  /** Result, (W,): what the row costs at temperature 1. */
  nats: Float64Array
}

export interface Decoder {
  readonly cell: Cell
  /** States before the first point; z (Z, W) or none. */
  start(width: Width, z: Float32Array | null): DecoderState
  /**
   * Lead the first `count` lanes through the same given rows.
   *
   * @param rows - Stroke-3, (N, 3), in units of the net.
   * @param costs - (W,): what they cost is added; null: not wanted, which is faster.
   */
  read(state: DecoderState, rows: Float32Array, count: number, costs: Float64Array | null): void
  /** Draw one row of each active lane. */
  sample(state: DecoderState, move: Move, count: number): void
  /** The distribution of a lane's next offset, as it is after the last row. */
  nextOffset(state: DecoderState, lane: number): OffsetMixture
  /** Logits of a lane's pen states (down, up, end) that go with `nextOffset`. */
  penLogits(state: DecoderState, lane: number): Float64Array
}

export function newMove(width: Width, temperature: Temperature, rounding: number): Move {
  return {
    temperature,
    rounding,
    active: new Uint8Array(width),
    level: new Float32Array(2 * width),
    place: new Float32Array(2 * width),
    missing: new Int32Array(width),
    rows: new Float32Array(3 * width),
    status: new Uint8Array(width),
    nats: new Float64Array(width),
  }
}

export function blankState(
  cell: Cell,
  width: Width,
  offset: Float32Array,
  sizes: { context: number; heads: number },
  paths: Path[],
): DecoderState {
  return {
    width,
    cell: zeroState(cell, width),
    offset,
    begun: new Uint8Array(width),
    lifted: new Uint8Array(width),
    last: new Float32Array(2 * width),
    context: new Float32Array(sizes.context * width),
    heads: new Float32Array(sizes.heads * width),
    paths,
  }
}

/** Let a lane stand where a lane of another state, of any width, stands. */
export function copyLane(
  from: DecoderState,
  lane: number,
  to: DecoderState,
  toLane: number,
): void {
  const columns: [Float32Array, Float32Array][] = [
    [from.cell.hidden, to.cell.hidden],
    [from.cell.cell, to.cell.cell],
    [from.offset, to.offset],
    [from.context, to.context],
    [from.heads, to.heads],
  ]
  for (const [source, target] of columns) {
    for (let at = lane, there = toLane; at < source.length; at += from.width, there += to.width) {
      target[there] = source[at]
    }
  }
  to.begun[toLane] = from.begun[lane]
  to.lifted[toLane] = from.lifted[lane]
  to.last.set(from.last.subarray(2 * lane, 2 * lane + 2), 2 * toLane)
  if (from.paths.length) to.paths[toLane] = from.paths[lane].copy()
}
