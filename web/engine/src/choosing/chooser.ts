/**
 * Chooser: how likely a model's drawing is shown, by what tells it from the artist's.
 *
 * Trees give the logarithm of the density ratio r of artist and model; a drawing is accepted with
 * probability min(1, c r), c such that a given share of the drawings is.
 */

import { mean, median } from '../numeric'
import { stream } from '../random/streams'
import type { Rows } from '../stroke3'
import { askForest, type Forest } from './forest'
import { formFeatures } from './form_features'
import { normalise } from './normalise'
import { strokeFeatures } from './stroke_features'

const HALVINGS = 80 // of the interval in which log c is sought
/** From so many drawings c is found anew, where they are not drawn as in the calibration. */
export const CALIBRATED_ON = 64

/** As in a model's file. */
export interface Chooser {
  forest: Forest
  /** Of each feature in what was learnt from. */
  low: ArrayLike<number>
  high: ArrayLike<number>
  /** Share of features out of range above which a drawing is unlike anything learnt from. */
  strange: number
  /** Logarithm of c. */
  logScale: number
  /** Share of the model's drawings that is accepted on average. */
  budget: number
  /** At which the model drew them, and should draw. */
  temperature: number
  /** Longer side of the drawings as it measures them. */
  frame: number
}

/** What the chooser says of a drawing. */
export interface Judgement {
  /** Logarithm of its density ratio. */
  score: number
  /** Share of its features beyond what the chooser learnt from. */
  outside: number
}

/** Which drawings are accepted. */
export interface Verdict {
  /** Their numbers, ascending. */
  accepted: number[]
  /** Whether the chooser knows drawings like these; if not, all are accepted. */
  trusted: boolean
}

/** The features of a drawing of at least one point, brought to the data's form first. */
export function featuresOf(rows: Rows, frame: number): Float64Array {
  const whole = normalise(rows, frame)
  return Float64Array.of(...strokeFeatures(whole).values(), ...formFeatures(whole).values())
}

/** Judge a drawing: stroke-3 in any unit. */
export function judge(chooser: Chooser, rows: Rows): Judgement {
  const values = featuresOf(rows, chooser.frame)
  return {
    score: askForest(chooser.forest, values),
    outside: outsideOf(values, chooser.low, chooser.high),
  }
}

/** Share of features beyond the bounds. */
export function outsideOf(
  values: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
): number {
  let count = 0
  for (let k = 0; k < values.length; k++) {
    if (values[k] < low[k] || values[k] > high[k]) count += 1
  }
  return count / values.length
}

/** Probability with which a drawing is accepted, min(1, c r). */
export function acceptance(score: number, logScale: number): number {
  return Math.exp(Math.min(0, logScale + score))
}

/** The logarithm of the c at which the mean acceptance of the drawings scored is the budget. */
export function findLogScale(scores: readonly number[], budget: number): number {
  let low = -Math.max(...scores) - 50 // none
  let high = -Math.min(...scores) // all
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2
    if (mean(scores.map((s) => acceptance(s, middle))) < budget) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * Which of the drawings from number 0 on are accepted: it hangs on the seed and their numbers.
 *
 * @param judgements Of at least one drawing, in the order of their numbers.
 * @param same They are drawn as those of the calibration (new drawings, at its temperature): its
 *   c holds. Else c is found on the first 64.
 */
export function accept(
  judgements: readonly Judgement[],
  chooser: Chooser,
  seed: number,
  same: boolean,
): Verdict {
  const head = judgements.slice(0, CALIBRATED_ON)
  const numbers = judgements.map((_, k) => k)
  if (!(median(head.map((j) => j.outside)) <= chooser.strange)) {
    return { accepted: numbers, trusted: false }
  }
  const scores = head.map((j) => j.score)
  const scale = same ? chooser.logScale : findLogScale(scores, chooser.budget)
  const lucky = (k: number) =>
    lotOf(seed, k) < acceptance(judgements[k].score, scale)
  return { accepted: numbers.filter(lucky), trusted: true }
}

const lots = { seed: NaN, values: [] as number[] }

/** The uniform number by which a drawing is accepted; kept, for it is asked for again and again. */
function lotOf(seed: number, number: number): number {
  if (lots.seed !== seed) Object.assign(lots, { seed, values: [] })
  return (lots.values[number] ??= stream(seed, 'ACCEPTANCE', number).uniform(1)[0])
}

/** Numbers of the drawings shown: the first accepted, then by score; all where there are fewer. */
export function best(
  judgements: readonly Judgement[],
  accepted: readonly number[],
  wanted: number,
): number[] {
  const kept = accepted.slice(0, wanted)
  const taken = new Set(kept)
  const left = judgements.map((_, k) => k).filter((k) => !taken.has(k))
  left.sort((a, b) => judgements[b].score - judgements[a].score || a - b)
  return [...kept, ...left.slice(0, wanted - kept.length)]
}
