/**
 * Rollout: drawings that are drawn beside each other, one point of each a step.
 *
 * A lane whose drawing has ended takes the next number, so that no lane waits for the longest
 * drawing. Drawing number k is the same whatever is drawn beside it.
 */
import { EngineError } from '../api'
import type { Temperature } from '../distributions/mixture'
import { LANES, type Width } from '../kernel/kernel'
import {
  ENDED_BEFORE,
  ENDED_WITH,
  newMove,
  type Decoder,
  type DecoderState,
  type Move,
} from '../networks/decoder'
import { stream, type RandomStream } from '../random/streams'

/** Where drawings begin. */
export interface Origin {
  /** Let a lane stand where drawing `number` begins. */
  begin(number: number, state: DecoderState, lane: number): void
}

export interface RolloutOptions {
  decoder: Decoder
  origin: Origin
  seed: number
  /** One drawing's random numbers for all, so that what differs is z. */
  sameNoise?: boolean
  temperature: Temperature
  /** Step to which offsets are rounded, in units of the net; 0: none. */
  rounding: number
  /** Most points of a drawing. */
  most: number
  /** Points before which none ends. */
  least: number
}

/** One drawing while it is drawn: its rows in units of the net. */
export class Candidate {
  /** Stroke-3, three numbers a point. */
  readonly rows: number[] = []
  ended = false
  private total = 0
  private steps = 0
  private readonly choices: RandomStream
  private readonly offsets: RandomStream

  constructor(
    readonly number: number,
    seed: number,
    noise: number,
  ) {
    this.choices = stream(seed, 'COMPONENT_AND_PEN', noise)
    this.offsets = stream(seed, 'OFFSET', noise)
  }

  get count(): number {
    return this.rows.length / 3
  }

  /** What a point costs so far, in nats. */
  get nats(): number {
    return this.total / Math.max(this.count, 1)
  }

  /** Write the next row's random numbers. */
  prepare(move: Move, lane: number, least: number): void {
    move.level.set(this.choices.uniform(2), 2 * lane)
    move.place.set(this.offsets.normal(2), 2 * lane)
    move.missing[lane] = least - this.steps
  }

  /** Take what was drawn. */
  take(move: Move, lane: number, most: number): void {
    this.steps++
    this.total += move.nats[lane]
    const status = move.status[lane]
    if (status !== ENDED_BEFORE) {
      const [dx, dy, lift] = move.rows.subarray(3 * lane, 3 * lane + 3)
      if (!Number.isFinite(dx) || !Number.isFinite(dy)) throw notFinite()
      this.rows.push(dx, dy, lift)
    }
    this.ended = status === ENDED_BEFORE || status === ENDED_WITH || this.steps >= most
  }

  /** A drawing that has been drawn otherwise. */
  static of(number: number, rows: Float32Array): Candidate {
    const one = new Candidate(number, 0, number)
    one.rows.push(...rows)
    one.ended = true
    return one
  }

  /** The rows as an array, the last point lifted. */
  finalRows(): Float32Array {
    const rows = Float32Array.from(this.rows)
    if (rows.length) rows[rows.length - 1] = 1
    return rows
  }
}

function notFinite(): EngineError {
  return new EngineError(
    'The model gives numbers that are not finite, so it cannot draw.',
    'Train it again, or use another model.',
  )
}

/** Lanes that step together. */
interface Group {
  state: DecoderState
  move: Move
  drawings: (Candidate | null)[]
}

export class Rollout {
  private readonly groups: Group[]

  /**
   * @param options - What is drawn.
   * @param lanes - How many drawings at once.
   * @param next - The number of the next drawing; null: there is none now.
   */
  constructor(
    private readonly options: RolloutOptions,
    lanes: number,
    private readonly next: () => number | null,
  ) {
    const width: Width = lanes === 1 ? 1 : LANES
    this.groups = Array.from({ length: Math.ceil(lanes / width) }, (_, k) => ({
      state: options.decoder.start(width, null),
      move: newMove(width, options.temperature, options.rounding),
      drawings: new Array<Candidate | null>(Math.min(width, lanes - k * width)).fill(null),
    }))
  }

  /** Drawings that a lane is at work on. */
  get working(): Candidate[] {
    return this.groups.flatMap((group) => group.drawings.filter((one) => one !== null))
  }

  /**
   * Draw one point of every drawing, a group of lanes at a time.
   *
   * Yields after each group the drawings that got a point or ended.
   *
   * @returns Whether anything was drawn.
   */
  *step(): Generator<Candidate[], boolean> {
    let any = false
    for (const group of this.groups) {
      this.fill(group)
      const drawn = group.drawings.filter((one) => one !== null)
      if (!drawn.length) continue
      any = true
      this.draw(group)
      yield drawn
    }
    return any
  }

  /** Give up a drawing that nobody waits for. */
  drop(number: number): void {
    for (const { drawings } of this.groups) {
      const lane = drawings.findIndex((one) => one?.number === number)
      if (lane >= 0) drawings[lane] = null
    }
  }

  private fill(group: Group): void {
    const { origin, seed, sameNoise } = this.options
    for (let lane = 0; lane < group.drawings.length; lane++) {
      if (group.drawings[lane]) continue
      const number = this.next()
      if (number === null) return
      group.drawings[lane] = new Candidate(number, seed, sameNoise ? 0 : number)
      origin.begin(number, group.state, lane)
    }
  }

  private draw(group: Group): void {
    const { decoder, least, most } = this.options
    const { move, drawings } = group
    drawings.forEach((one, lane) => {
      move.active[lane] = one ? 1 : 0
      one?.prepare(move, lane, least)
    })
    decoder.sample(group.state, move, drawings.length)
    drawings.forEach((one, lane) => {
      one?.take(move, lane, most)
      if (one?.ended) drawings[lane] = null
    })
  }
}
