/**
 * Replay: what Python did with a trained net, done again by the engine; in Node and in browsers.
 *
 * The expected values' shapes are those of tests/browser/engine_fixtures.py.
 */

import type { CompleteOptions, Drawing, Drawn, Model } from '../src/api'
import { logSumExp, type OffsetMixture } from '../src/distributions/mixture'
import { LocalFrameDecoder } from '../src/networks/local_frame_decoder'
import type { LoadedModel } from '../src/sampling/model'

const HALF = 0.5 // units of the data
const NEAR_TIE = 1e-5 // a uniform number so near to another choice may fall either way

export interface Agreement {
  total: number
  same: number
  /** Of those that are not: which, and whether it was a near-tie. */
  others: string[]
}

/** The worst of |found - wanted| / (1 + |wanted|). */
export function worstOf(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Infinity
  let worst = 0
  for (let k = 0; k < wanted.length; k++) {
    const error = Math.abs(found[k] - wanted[k]) / (1 + Math.abs(wanted[k]))
    if (!(error <= worst)) worst = error
  }
  return worst
}

/** The worst difference of mixtures, pen logits and z along the drawings that are read. */
export function replayReading(model: LoadedModel, expected: any): number {
  let worst = 0
  for (const { rows, mean, runs } of expected.read) {
    if (mean) {
      const z = model.needEncoder().encode(Float32Array.from(rows.flat()))
      worst = Math.max(worst, worstOf(z, mean))
    }
    for (const run of runs) for (const width of [1, 12] as const) {
      worst = Math.max(worst, readAlong(model, rows, run, width))
    }
  }
  return worst
}

function readAlong(model: LoadedModel, rows: number[][], run: any, width: 1 | 12): number {
  const { decoder } = model
  const z = run.z && Float32Array.from({ length: width * run.z.length }, (_, k) =>
    run.z[Math.floor(k / width)])
  const state = decoder.start(width, z)
  const costs = new Float64Array(width)
  const lane = width - 1
  let worst = 0
  rows.forEach((row, k) => {
    decoder.read(state, Float32Array.from(row), width, costs)
    const step = run.steps[k]
    worst = Math.max(worst, worstOf(decoder.penLogits(state, lane), step.pen))
    if (!(decoder instanceof LocalFrameDecoder)) {
      worst = Math.max(worst, compare(decoder.nextOffset(state, lane), step.mixture))
      return
    }
    const lifted = state.lifted[lane]
    for (const [jumps, mixture] of [[0, step.down], [1, step.jump]]) {
      state.lifted[lane] = jumps
      worst = Math.max(worst, compare(decoder.nextOffset(state, lane), mixture))
    }
    state.lifted[lane] = lifted
  })
  return worst
}

function compare(mixture: OffsetMixture, wanted: any): number {
  if (wanted.logistic) {
    const first = wanted.logistic.indexOf(1)
    if (mixture.firstLogistic !== (first < 0 ? mixture.count : first)) return Infinity
  }
  const found = fieldsOf(mixture)
  const fields = Object.keys(found).map((field) =>
    worstOf(found[field], field === 'weight' ? normalised(wanted[field]) : wanted[field]))
  return Math.max(...fields)
}

/** The fields of a mixture as Python names them; weights as log probabilities. */
function fieldsOf(mixture: OffsetMixture): Record<string, number[]> {
  const part = (values: Float64Array) => [...values.subarray(0, mixture.count)]
  return {
    weight: normalised(part(mixture.weight)),
    mean_x: part(mixture.meanX),
    mean_y: part(mixture.meanY),
    log_x: part(mixture.logX),
    log_y: part(mixture.logY),
    rho: part(mixture.rho),
  }
}

function normalised(weights: number[]): number[] {
  const total = logSumExp(Float64Array.from(weights), weights.length)
  return weights.map((w) => w - total)
}

/** Raw endings and new drawings: the same pen states, points and line within half a unit. */
export async function replayDrawing(model: Model, expected: any): Promise<Agreement> {
  const all: Agreement = { total: 0, same: 0, others: [] }
  for (const wanted of [...expected.complete, ...expected.sample]) {
    const options = optionsOf(wanted)
    const run = wanted.start
      ? model.complete(drawingOf(wanted.start), options)
      : model.sample(options)
    const tolerance = HALF * (wanted.start ? unitOf(wanted, expected.statistics) : 1)
    for (const [k, one] of (await run.finished).entries()) {
      const other = wanted.drawings[k]
      const close = agrees(one, other, Boolean(wanted.start), tolerance)
      all.total++
      all.same += Number(close)
      const why = other.margin < NEAR_TIE ? 'a near-tie' : 'not a near-tie'
      if (!close) all.others.push(`${expected.name}, seed ${wanted.seed}, number ${k}: ${why}`)
    }
  }
  return all
}

export function optionsOf(wanted: any): CompleteOptions {
  return {
    seed: wanted.seed,
    n: wanted.n,
    temperature: wanted.temperature,
    penTemperature: wanted.pen_temperature,
    choose: 'raw',
    maxPoints: wanted.max_points ?? undefined,
    zoom: wanted.zoom ?? undefined,
    lifted: wanted.lifted,
  }
}

function agrees(one: Drawn, other: any, goesOn: boolean, tolerance: number): boolean {
  const points = goesOn ? one.points : atOrigin(one.points, one.points)
  const line = goesOn ? one.drawing : atOrigin(one.drawing, one.points)
  const near = Math.abs(one.nats - other.nats) < 1e-3 * (1 + Math.abs(other.nats))
  const start = (goesOn ? one.startPoints : 0) === other.start_points
  const lines = isSame(points, other.strokes, tolerance) && isSame(line, other.shown, tolerance)
  return lines && near && start
}

function drawingOf(strokes: number[][]): Drawing {
  return { strokes: strokes.map((s) => Float32Array.from(s)) }
}

/** Whether two drawings have the same strokes, points as near as that. */
export function isSame(found: Drawing, wanted: number[][], tolerance: number): boolean {
  if (found.strokes.length !== wanted.length) return false
  return wanted.every((stroke, k) => {
    const points = found.strokes[k]
    if (points.length !== stroke.length) return false
    return stroke.every((value, i) => Math.abs(points[i] - value) <= tolerance)
  })
}

/** A drawing moved as its points are whose box is to begin at (0, 0), as Python's new ones. */
export function atOrigin(drawing: Drawing, points: Drawing): Drawing {
  const all = points.strokes.flatMap((s) => [...s])
  const least = [0, 1].map((axis) => Math.min(...all.filter((_, k) => k % 2 === axis)))
  return { strokes: drawing.strokes.map((s) => s.map((value, k) => value - least[k % 2])) }
}

/** Units of a start per unit of the data. */
function unitOf(wanted: any, statistics: any): number {
  if (wanted.zoom) return 1 / wanted.zoom
  const all: number[] = wanted.start.flat()
  const sides = [0, 1].map((axis) => {
    const part = all.filter((_, k) => k % 2 === axis)
    return Math.max(...part) - Math.min(...part)
  })
  return Math.max(...sides) / statistics.start_extent
}
