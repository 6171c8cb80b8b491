/** Task: one request on its way, in small parts, so that others can be heard between them. */
import type { Drawing, Drawn, Ink } from '../api'
import type { Chooser } from '../choosing/chooser'
import { LANES } from '../kernel/kernel'
import { roundHalfEven } from '../numeric'
import { stream } from '../random/streams'
import { fit, longerSide } from '../rescale'
import { cut, fromStroke3, pointCount, toStroke3 } from '../stroke3'
import { betweenGuides, Guide, GuidedRollout, PLACE, widthOf, type GuidedOptions } from './guided'
import { between, encodeDrawing, variedZ } from './latent'
import type { LoadedModel } from './model'
import { Pool } from './pool'
import { checkMost, checkRequest, type Request, type Settings } from './request'
import { Candidate, Rollout, type Origin, type RolloutOptions } from './rollout'
import { Slots, type Placement } from './slots'
import { beginAt, priorOrigin, readStart } from './starts'

const LEAST = 2 // points of a new drawing
const MORPH_STRENGTH = 0.35 // halfway between two drawings, where the guide is nobody's drawing

/** Where a request's drawings begin, and where they lie. */
interface Ground {
  origin: Origin
  placement: Placement
  startRows: number
  sameNoise?: boolean
  /** The drawing is to stay as it is: there is nothing to draw. */
  whole?: boolean
}

export class Task {
  private readonly settings: Settings
  private slots: Slots
  private pool: Pool | null = null

  /** Check a request; drawing begins with `steps`. */
  constructor(
    private readonly model: LoadedModel,
    private readonly request: Request,
  ) {
    this.settings = checkRequest(model, request)
    checkMost(model, request.options.maxPoints)
    this.slots = new Slots(this.settings.n, this.placed(0, 0, 1))
  }

  /** What has changed of the drawings shown. */
  news(): Ink[] {
    return this.slots.news()
  }

  /** The drawings as they are now. */
  drawn(): Drawn[] {
    const { pool } = this
    return this.slots.drawn((candidate) => !pool || pool.isAccepted(candidate))
  }

  /** Draw; yields after every few milliseconds of work. */
  *steps(now: () => number): Generator<void, void> {
    const { kind } = this.request
    if (!this.model.encoder && kind !== 'sample' && kind !== 'complete') return yield* this.redraw()
    const end = now() + 1000 * this.settings.seconds
    const ground = yield* this.ground()
    const { n, choose, seed, temperature } = this.settings
    this.slots = new Slots(n, ground.placement)
    if (ground.whole) return
    const options: RolloutOptions = {
      decoder: this.model.decoder,
      origin: ground.origin,
      seed,
      sameNoise: ground.sameNoise,
      temperature,
      rounding: (this.model.file.statistics.rounding ?? 0) / this.model.file.statistics.scale,
      most: checkMost(this.model, this.request.options.maxPoints, ground.startRows),
      least: ground.startRows ? 1 : LEAST,
    }
    if (choose === 'raw') yield* this.drawRaw(options)
    else yield* this.drawChosen(options, choose, ground, () => now() > end)
  }

  /** Draw along what is given: for models without an encoder. */
  private *redraw(): Generator<void, void> {
    const { model, request, settings } = this
    const { n, seed, strength, temperature } = settings
    const { statistics, options } = model.file
    const [drawing] = request.drawings
    if (request.kind === 'vary' && strength === 0) {
      this.slots = new Slots(n, { ...this.placed(0, 0, 1), start: drawing })
      return
    }
    const { scale, extent, offset, long_offset: longOffset } = statistics
    const most = request.options.maxPoints ?? 2 * statistics.longest
    const fits = request.drawings.map((one) => fit(one, statistics, extent, request.options.zoom))
    const guides = fits.map(({ rows }) => Guide.of(rows, PLACE / scale))
    const walks = request.kind === 'interpolate'
    const { origin, unit } = fits[0]
    this.slots = new Slots(n, walks ? this.placed(0, 0, scale) : this.placed(...origin, unit))
    const along: GuidedOptions = {
      decoder: model.decoder,
      localFrame: options.local_frame,
      temperature,
      rounding: (statistics.rounding ?? 0) / scale,
      scale,
      offset,
      longOffset,
    }
    for (let number = 0; number < n; number++) {
      const t = number / Math.max(n - 1, 1)
      const own = request.kind === 'vary' ? strength : 0
      const free = walks ? MORPH_STRENGTH * (1 - Math.abs(2 * t - 1)) : own
      const guide = walks ? betweenGuides(guides[0], guides[1], t) : guides[0]
      const noise = stream(seed, 'GUIDED', walks ? 0 : number)
      const rows = yield* new GuidedRollout(along, guide, widthOf(free), noise).run(most)
      this.slots.show(number, Candidate.of(number, rows))
      yield
    }
  }

  private *drawRaw(options: RolloutOptions): Generator<void, void> {
    const { n } = this.settings
    let begun = 0
    const rollout = new Rollout(options, n, () => (begun < n ? begun++ : null))
    while (yield* this.step(rollout, null));
  }

  private *drawChosen(
    options: RolloutOptions,
    choose: 'rejection' | 'likely' | 'different',
    ground: Ground,
    late: () => boolean,
  ): Generator<void, void> {
    const { n } = this.settings
    const pool = (this.pool = this.makePool(choose, ground))
    let begun = 0
    const next = () => {
      const over = pool.complete || begun >= pool.most || (begun >= n && late())
      return over ? null : begun++
    }
    const rollout = new Rollout(options, Math.ceil(n / LANES) * LANES, next)
    while (!pool.complete && (yield* this.step(rollout, pool))) {
      yield* this.review(pool)
      if (late()) for (const one of rollout.working) if (one.number >= n) rollout.drop(one.number)
    }
    this.showNumbers(pool, pool.chosenNumbers())
  }

  /** One point more of each drawing; false when nothing is left to draw. */
  private *step(rollout: Rollout, pool: Pool | null): Generator<void, boolean> {
    const stepping = rollout.step()
    for (;;) {
      const { value, done } = stepping.next()
      if (done) return value
      for (const candidate of value) {
        const { number } = candidate
        if (number < this.slots.count && !this.slots.shown(number)) {
          this.slots.show(number, candidate)
        }
        if (pool && candidate.ended) pool.add(candidate)
      }
      yield
    }
  }

  /** Judge what has finished; let rejected drawings give way to accepted ones. */
  private *review(pool: Pool): Generator<void, void> {
    let any = false
    while (pool.judgeNext()) {
      any = true
      yield
    }
    const verdict = any && !pool.complete ? pool.provisional() : null
    if (!verdict) return
    const shown = this.shownNumbers()
    const accepted = new Set(verdict.accepted)
    const spare = verdict.accepted.filter((number) => !shown.includes(number))
    shown.forEach((number, slot) => {
      const rejected = number >= 0 && number < verdict.judged && !accepted.has(number)
      const other = rejected ? spare.shift() : undefined
      if (other !== undefined) this.slots.show(slot, pool.candidate(other))
    })
  }

  /** Show these, each that is shown already where it is. */
  private showNumbers(pool: Pool, numbers: number[]): void {
    const shown = this.shownNumbers()
    const others = numbers.filter((number) => !shown.includes(number))
    shown.forEach((number, slot) => {
      if (numbers.includes(number)) return
      const other = others.shift()
      if (other !== undefined) this.slots.show(slot, pool.candidate(other))
    })
  }

  private shownNumbers(): number[] {
    return Array.from({ length: this.slots.count }, (_, k) => this.slots.shown(k)?.number ?? -1)
  }

  private makePool(choose: 'rejection' | 'likely' | 'different', ground: Ground): Pool {
    const { n, seed, temperature } = this.settings
    const chooser = this.chooser()
    const { start } = ground.placement
    const calibrated = chooser?.temperature
    return new Pool({
      n,
      seed,
      choose,
      chooser,
      same: !start && temperature.mixture === calibrated && temperature.pen === calibrated,
      startPoints: start ? pointCount(start) : 0,
      drawingOf: (candidate) => this.drawingOf(candidate, start),
      rowsOf: (candidate) => toStroke3(this.drawingOf(candidate, start)),
    })
  }

  /** A candidate's points as Python has them: new drawings' boxes begin at (0, 0). */
  private drawingOf(candidate: Candidate, start: Drawing | undefined): Drawing {
    if (start) return { strokes: this.slots.pointsOf(candidate) }
    const scale = Math.fround(this.model.file.statistics.scale)
    const rows = candidate.finalRows()
    return fromStroke3(rows.map((value, k) => (k % 3 === 2 ? value : value * scale)))
  }

  private chooser(): Chooser | null {
    const { chooser } = this.model.file
    if (!chooser) return null
    const { trees, feature, threshold, leaf, base, log_scale: logScale } = chooser
    return { ...chooser, logScale, forest: { trees, feature, threshold, leaf, base } }
  }

  private *ground(): Generator<void, Ground> {
    const { model, request, settings } = this
    const { seed } = settings
    const { scale } = model.file.statistics
    if (request.kind === 'sample') {
      return { origin: priorOrigin(model, seed), placement: this.placed(0, 0, scale), startRows: 0 }
    }
    if (request.kind === 'complete') {
      const [start] = request.drawings
      const { zoom, lifted } = request.options
      const read = yield* readStart(model, start, { seed, zoom, lifted })
      const { last, unit, rows } = read.fitted
      const placement = { ...this.placed(...last, unit), start, lifted }
      return { origin: read, placement, startRows: rows.length / 3 }
    }
    if (request.kind === 'interpolate') return this.way()
    if (request.kind === 'vary' && model.drawsWithoutZ) return yield* this.endAnew()
    const { z, fitted } = encodeDrawing(model, request.drawings[0])
    yield
    const { strength } = settings
    const varied = request.kind === 'vary'
    const zOf = (number: number) => (varied ? variedZ(z, strength, seed, number) : z)
    const placement = this.placed(...fitted.origin, fitted.unit)
    return { origin: beginAt(model.decoder, zOf), placement, startRows: 0 }
  }

  /** The drawing with its last points, a share of the strength, to be drawn by the model. */
  private *endAnew(): Generator<void, Ground> {
    const { model, request, settings } = this
    const [drawing] = request.drawings
    const all = pointCount(drawing)
    const kept = Math.max(LEAST, roundHalfEven((1 - settings.strength) * all))
    if (kept >= all) {
      const placement = { ...this.placed(0, 0, 1), start: drawing }
      return { origin: beginAt(model.decoder, null), placement, startRows: 0, whole: true }
    }
    const { start, lifted } = cut(drawing, kept)
    const side = longerSide(drawing)
    const zoom = request.options.zoom ?? (side > 0 ? model.file.statistics.extent / side : undefined)
    const read = yield* readStart(model, start, { seed: settings.seed, zoom, lifted })
    const { last, unit, rows } = read.fitted
    const placement = { ...this.placed(...last, unit), start, lifted, tellStart: true }
    return { origin: read, placement, startRows: rows.length / 3 }
  }

  /** Drawings on the way from one to another, with one drawing's random numbers. */
  private way(): Ground {
    const { model, request, settings } = this
    const [a, b] = request.drawings.map((drawing) => encodeDrawing(model, drawing).z)
    const straight = request.options.straight ?? false
    const last = Math.max(settings.n - 1, 1)
    const zOf = (number: number) => between(a, b, number / last, straight)
    const placement = this.placed(0, 0, model.file.statistics.scale)
    return { origin: beginAt(model.decoder, zOf), placement, startRows: 0, sameNoise: true }
  }

  private placed(x: number, y: number, unit: number): Placement {
    const { statistics, line } = this.model.file
    // A line learnt elsewhere knows drawings of its own size.
    const size = statistics.extent > 0 ? line.extent / statistics.extent : 1
    const restorer = this.request.options.plain ? null : this.model.restorer
    return { x, y, unit, restorer, lineUnits: (size * statistics.scale) / unit }
  }
}
