/**
 * Guided sampling: drawings of the model's that keep near a given one.
 *
 * As `model/sampling/guided.py` of the Python package does it: a particle filter draws many at once,
 * point by point, and those go on that keep near the guide, in proportion to exp(-d² / 2σ²). Each
 * particle tries several offsets and takes one by the same rule, with their mean as its weight. The
 * pen lifts where the guide's does, at the price of its probability. (Other random numbers are used
 * than there, so the drawings are others.)
 */
import { LANES } from '../kernel/kernel'
import { roundOffset, sampleOffset, type OffsetMixture, type Temperature } from '../distributions/mixture'
import {
  copyLane,
  ENDED_BEFORE,
  ENDED_WITH,
  newMove,
  type Decoder,
  type DecoderState,
  type Move,
  type RowGuide,
} from '../networks/decoder'
import type { RandomStream } from '../random/streams'

const GROUPS = 3
export const PARTICLES = GROUPS * LANES
const TRIES = 16 // offsets that each of them tries for a point
const [LEAST_WIDTH, MOST_WIDTH] = [2, 60] // σ at strengths 0 and 1, units of the training data
export const PLACE = 1 // units of the training data between two places along the guide
const PARTS = [1 / 3, 2 / 3, 1] // of a new segment, where it is compared with the guide
const SLACK = 1.5 // times a long offset of the training drawings: most progress in one point
const REWARD = 1 // log worth of getting on by a median offset, at the least width
const NEAR = 0.5 // median offsets before a stroke's end where the pen may lift
const [DOWN, UP, END] = [0, 1, 2]

/** A drawing as places at even steps along its ink, in units of the net; the first is (0, 0). */
export class Guide {
  constructor(
    readonly x: Float64Array,
    readonly y: Float64Array,
    /** The last place of the stroke that each place is in. */
    readonly ends: Int32Array,
    /** Between two places. */
    readonly step: number,
  ) {}

  /** Of stroke-3 rows in units of the net. */
  static of(rows: ArrayLike<number>, step: number): Guide {
    const [x, y, ends]: [number[], number[], number[]] = [[], [], []]
    let stroke: [number, number][] = []
    let [atX, atY] = [0, 0]
    for (let k = 0; k < rows.length; k += 3) {
      if (k) {
        atX += rows[k]
        atY += rows[k + 1]
      }
      stroke.push([atX, atY])
      if (!(rows[k + 2] > 0.5) && k + 3 < rows.length) continue
      addPlaces(stroke, step, x, y)
      while (ends.length < x.length) ends.push(x.length - 1)
      stroke = []
    }
    return new Guide(Float64Array.from(x), Float64Array.from(y), Int32Array.from(ends), step)
  }

  get final(): number {
    return this.x.length - 1
  }
}

/** Places at even steps along a stroke, at least two. */
function addPlaces(stroke: [number, number][], step: number, x: number[], y: number[]): void {
  const length = [0]
  for (let k = 1; k < stroke.length; k++) {
    const [dx, dy] = [stroke[k][0] - stroke[k - 1][0], stroke[k][1] - stroke[k - 1][1]]
    length.push(length[k - 1] + Math.sqrt(dx * dx + dy * dy))
  }
  const whole = length[length.length - 1]
  const count = Math.max(2, Math.round(whole / step) + 1)
  let k = 0
  for (let n = 0; n < count; n++) {
    const along = (n * whole) / (count - 1)
    while (k < stroke.length - 2 && length[k + 1] < along) k++
    const next = Math.min(k + 1, stroke.length - 1)
    const gap = length[next] - length[k]
    const share = gap > 0 ? Math.min(1, (along - length[k]) / gap) : 0
    x.push(stroke[k][0] + share * (stroke[next][0] - stroke[k][0]))
    y.push(stroke[k][1] + share * (stroke[next][1] - stroke[k][1]))
  }
}

/** The guide at `t` of the way from a (0) to b (1); see `between_guides` in Python. */
export function betweenGuides(a: Guide, b: Guide, t: number): Guide {
  const count = Math.max(a.x.length, b.x.length)
  const placeIn = (guide: Guide, k: number): number => Math.round((k * guide.final) / (count - 1))
  const [middleA, middleB] = [middleOf(a), middleOf(b)]
  const [x, y] = [new Float64Array(count), new Float64Array(count)]
  const ends = new Int32Array(count)
  let end = count - 1
  for (let k = count - 1; k >= 0; k--) {
    const [i, j] = [placeIn(a, k), placeIn(b, k)]
    x[k] = (1 - t) * (a.x[i] - middleA[0]) + t * (b.x[j] - middleB[0])
    y[k] = (1 - t) * (a.y[i] - middleA[1]) + t * (b.y[j] - middleB[1])
    const [guide, at] = t <= 0.5 ? [a, i] : [b, j]
    const after = k === count - 1 ? at : placeIn(guide, k + 1)
    if (guide.ends[at] !== guide.ends[after]) end = k
    ends[k] = end
  }
  const [firstX, firstY] = [x[0], y[0]]
  return new Guide(x.map((v) => v - firstX), y.map((v) => v - firstY), ends, a.step)
}

function middleOf({ x, y }: Guide): [number, number] {
  const half = (v: Float64Array): number =>
    (v.reduce((m, n) => Math.min(m, n)) + v.reduce((m, n) => Math.max(m, n))) / 2
  return [half(x), half(y)]
}

/** σ in units of the training data, at a strength of 0 to 1. */
export function widthOf(strength: number): number {
  return LEAST_WIDTH * (MOST_WIDTH / LEAST_WIDTH) ** strength
}

export interface GuidedOptions {
  decoder: Decoder
  localFrame: boolean
  temperature: Temperature
  /** Step to which offsets are rounded, units of the net; 0: none. */
  rounding: number
  /** Units of the training data per unit of the net, and of its drawings' offsets. */
  scale: number
  offset: number
  longOffset: number
}

/** What is carried of every particle. */
interface Particles {
  x: Float64Array
  y: Float64Array
  progress: Int32Array
  ended: Uint8Array
}

/** The particles that follow one guide. */
export class GuidedRollout {
  private groups: DecoderState[]
  private spare: DecoderState[]
  private readonly moves: Move[]
  private now = newParticles()
  private next = newParticles()
  /** Log of what each is worth after the last step. */
  private readonly gain = new Float64Array(PARTICLES)
  private readonly width: number
  private readonly offset: number
  private readonly reward: number
  private readonly window: number
  private readonly tried = new Float64Array(2 * TRIES)
  private readonly worth = new Float64Array(TRIES)
  private readonly reached = new Int32Array(TRIES)

  constructor(
    private readonly options: GuidedOptions,
    private readonly guide: Guide,
    width: number,
    private readonly noise: RandomStream,
  ) {
    const { decoder, scale, temperature, rounding } = options
    const states = (): DecoderState[] =>
      Array.from({ length: GROUPS }, () => decoder.start(LANES, null))
    this.groups = states()
    this.spare = states()
    this.moves = this.groups.map((_, group) => {
      const move = newMove(LANES, temperature, rounding)
      return Object.assign(move, { guide: this.guideOf(group * LANES) })
    })
    this.width = width / scale
    this.offset = options.offset / scale
    this.reward = (REWARD * LEAST_WIDTH) / width
    this.window = Math.max(2, Math.round((SLACK * options.longOffset) / scale / guide.step))
  }

  /**
   * Draw; yields after every point of a group of particles.
   *
   * @returns Stroke-3 rows in units of the net, the last point lifted.
   */
  *run(most: number): Generator<void, Float32Array> {
    const drawn: { rows: Float32Array; pointless: Uint8Array; ancestors: Int32Array }[] = []
    for (let step = 0; step < most && !this.now.ended.every(Boolean); step++) {
      const rows = new Float32Array(3 * PARTICLES)
      const pointless = new Uint8Array(PARTICLES)
      this.gain.fill(0)
      copyParticles(this.now, this.next)
      for (let group = 0; group < GROUPS; group++) {
        this.drawGroup(group, rows, pointless)
        yield
      }
      const ancestors = this.resampled()
      this.takeOver(ancestors)
      drawn.push({ rows, pointless, ancestors })
    }
    return this.tracedBack(drawn)
  }

  private drawGroup(group: number, rows: Float32Array, pointless: Uint8Array): void {
    const first = group * LANES
    const move = this.moves[group]
    for (let lane = 0; lane < LANES; lane++) move.active[lane] = this.now.ended[first + lane] ? 0 : 1
    if (move.active.some(Boolean)) {
      this.options.decoder.sample(this.groups[group], move, LANES)
    }
    for (let lane = 0; lane < LANES; lane++) {
      const particle = first + lane
      const status = move.active[lane] ? move.status[lane] : ENDED_BEFORE
      pointless[particle] = status === ENDED_BEFORE ? 1 : 0
      rows.set(move.rows.subarray(3 * lane, 3 * lane + 3), 3 * particle)
      if (status === ENDED_BEFORE || status === ENDED_WITH) this.next.ended[particle] = 1
      if (!move.active[lane]) this.gain[particle] = 0
    }
  }

  /** How the rows of a group's lanes are chosen. */
  private guideOf(first: number): RowGuide {
    return {
      offset: (lane, mixture, lifted, out) => this.chooseOffset(first + lane, mixture, lifted, out),
      pen: (lane, logits) => this.choosePen(first + lane, logits),
    }
  }

  private chooseOffset(
    particle: number,
    mixture: OffsetMixture,
    lifted: boolean,
    out: Float64Array,
  ): void {
    const { temperature, rounding } = this.options
    const [levels, places] = [this.noise.uniform(TRIES + 1), this.noise.normal(2 * TRIES)]
    let most = -Infinity
    for (let k = 0; k < TRIES; k++) {
      const level = (k + levels[k]) / TRIES
      sampleOffset(mixture, level, places[2 * k], places[2 * k + 1], temperature.mixture, out)
      if (rounding > 0) roundOffset(out, rounding)
      this.tried.set(out, 2 * k)
      this.judge(particle, k, lifted)
      most = Math.max(most, this.worth[k])
    }
    let sum = 0
    for (let k = 0; k < TRIES; k++) sum += Math.exp(this.worth[k] - most)
    let [chosen, left] = [0, levels[TRIES] * sum]
    while (chosen < TRIES - 1 && (left -= Math.exp(this.worth[chosen] - most)) >= 0) chosen++
    out.set(this.tried.subarray(2 * chosen, 2 * chosen + 2))
    this.gain[particle] += most + Math.log(sum / TRIES)
    this.next.x[particle] = this.now.x[particle] + out[0]
    this.next.y[particle] = this.now.y[particle] + out[1]
    this.next.progress[particle] = this.reached[chosen]
  }

  /** Where on the guide an offset leads, and the log of what it is worth. */
  private judge(particle: number, k: number, lifted: boolean): void {
    const { guide, now } = this
    const here = now.progress[particle]
    const end = guide.ends[here]
    const [x, y] = [now.x[particle], now.y[particle]]
    const [dx, dy] = [this.tried[2 * k], this.tried[2 * k + 1]]
    const squareTo = (place: number, part: number): number =>
      (x + part * dx - guide.x[place]) ** 2 + (y + part * dy - guide.y[place]) ** 2
    const spread = 2 * this.width ** 2
    if (lifted) {
      const begun = Math.min(end + 1, guide.final)
      this.reached[k] = begun
      this.worth[k] = -squareTo(begun, 1) / spread
      return
    }
    let [reached, nearest] = [Math.min(here + 1, end), Infinity]
    for (let place = reached; place <= Math.min(here + this.window, end); place++) {
      const square = squareTo(place, 1)
      if (square < nearest) [reached, nearest] = [place, square]
    }
    let square = 0
    for (const part of PARTS) square += squareTo(here + Math.round(part * (reached - here)), part)
    const pace = (guide.step * (reached - here)) / this.offset
    this.reached[k] = reached
    this.worth[k] = this.reward * pace - square / PARTS.length / spread
  }

  /** Where the guide's stroke ends the pen lifts; just before, the model decides. */
  private choosePen(particle: number, logits: Float64Array): number {
    const { guide, next, now } = this
    const place = next.progress[particle]
    const end = guide.ends[place]
    const left = guide.step * (end - place)
    const final = end === guide.final
    const near = left <= Math.max(guide.step, NEAR * this.offset)
    const allowed = [left > guide.step, near && !final, near && final]
    if (!this.options.localFrame) {
      const before = now.progress[particle]
      const done = guide.ends[before] === guide.final && guide.final - before <= 1
      const reached = left <= guide.step
      allowed[UP] = near && (reached || !final) && !done
      allowed[DOWN] = (allowed[DOWN] || (final && reached)) && !done
      allowed[END] = done
    }
    const { pen: temperature } = this.options.temperature
    const most = Math.max(...logits)
    const shares = Array.from(logits, (logit) => Math.exp((logit - most) / temperature))
    const whole = shares.reduce((sum, share) => sum + share, 0)
    const within = shares.reduce((sum, share, k) => sum + (allowed[k] ? share : 0), 0)
    this.gain[particle] += Math.log(Math.max(within / whole, 1e-300))
    let pick = this.noise.uniform(1)[0] * within
    for (const pen of [DOWN, UP, END]) {
      if (allowed[pen] && (pick -= shares[pen]) < 0) return pen
    }
    return allowed.lastIndexOf(true)
  }

  /** The particles that go on, in proportion to what they are worth: systematic resampling. */
  private resampled(): Int32Array {
    const most = this.gain.reduce((m, g) => Math.max(m, g))
    const total = Float64Array.from(this.gain, (g) => Math.exp(g - most))
    for (let k = 1; k < PARTICLES; k++) total[k] += total[k - 1]
    const first = this.noise.uniform(1)[0]
    const kept = new Int32Array(PARTICLES)
    let from = 0
    for (let k = 0; k < PARTICLES; k++) {
      const level = ((k + first) / PARTICLES) * total[PARTICLES - 1]
      while (from < PARTICLES - 1 && total[from] < level) from++
      kept[k] = from
    }
    return kept
  }

  /** Let every particle stand where its ancestor stands. */
  private takeOver(ancestors: Int32Array): void {
    ancestors.forEach((ancestor, particle) => {
      const from = this.groups[Math.floor(ancestor / LANES)]
      const to = this.spare[Math.floor(particle / LANES)]
      copyLane(from, ancestor % LANES, to, particle % LANES)
      this.now.x[particle] = this.next.x[ancestor]
      this.now.y[particle] = this.next.y[ancestor]
      this.now.progress[particle] = this.next.progress[ancestor]
      this.now.ended[particle] = this.next.ended[ancestor]
    })
    ;[this.groups, this.spare] = [this.spare, this.groups]
  }

  /** The rows of a particle that has followed to the end, or as far as any. */
  private tracedBack(
    drawn: { rows: Float32Array; pointless: Uint8Array; ancestors: Int32Array }[],
  ): Float32Array {
    const { progress, ended } = this.now
    const far = Array.from(progress, (place, k) => place + ended[k])
    let particle = far.indexOf(Math.max(...far))
    const rows: Float32Array[] = []
    for (const { rows: all, pointless, ancestors } of drawn.reverse()) {
      particle = ancestors[particle]
      if (!pointless[particle]) rows.push(all.subarray(3 * particle, 3 * particle + 3))
    }
    const out = new Float32Array(3 * rows.length)
    rows.reverse().forEach((row, k) => out.set(row, 3 * k))
    if (out.length) out[out.length - 1] = 1
    return out
  }
}

function newParticles(): Particles {
  return {
    x: new Float64Array(PARTICLES),
    y: new Float64Array(PARTICLES),
    progress: new Int32Array(PARTICLES),
    ended: new Uint8Array(PARTICLES),
  }
}

function copyParticles(from: Particles, to: Particles): void {
  to.x.set(from.x)
  to.y.set(from.y)
  to.progress.set(from.progress)
  to.ended.set(from.ended)
}
