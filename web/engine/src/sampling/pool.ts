/**
 * Pool: candidates to choose from, and which of them are shown.
 *
 * As in Python (`strokebook.model.sampling.rejection`): drawings are judged in the order of their
 * numbers, and whether enough are accepted is asked after every 32, so that what is shown in the
 * end is what Python shows. Before that, as they finish, rejected ones give way to accepted ones.
 */
import {
  accept,
  best,
  CALIBRATED_ON,
  judge,
  type Chooser,
  type Judgement,
  type Verdict,
} from '../choosing/chooser'
import { ACCEPTED, chosen, OVERDRAWN } from '../choosing/selection'
import type { Choice, Drawing } from '../api'
import type { Candidate } from './rollout'

const BATCH = 32 // drawings between two looks at what there is
const MORE = 1.1 // times as many must be judged before it is told anew what would be accepted

export interface PoolOptions {
  n: number
  seed: number
  choose: Exclude<Choice, 'raw'>
  chooser: Chooser | null
  /** The drawings are like those of the chooser's calibration: its c holds. */
  same: boolean
  startPoints: number
  /** A candidate's points, and them as stroke-3 in units of the data. */
  drawingOf(candidate: Candidate): Drawing
  dataRows(candidate: Candidate): Float32Array
}

export class Pool {
  /** Enough are there: what `chosenNumbers` gives is final. */
  complete = false
  private readonly waiting = new Map<number, Candidate>()
  private readonly judged: Candidate[] = []
  private readonly judgements: Judgement[] = []
  private told = 0 // so many were judged when that was last told
  private verdict: Verdict = { accepted: [], trusted: true }

  constructor(private readonly options: PoolOptions) {}

  /** Most candidates that are worth drawing. */
  get most(): number {
    return this.options.chooser ? Infinity : OVERDRAWN * this.options.n
  }

  candidate(number: number): Candidate {
    return this.judged[number]
  }

  add(candidate: Candidate): void {
    this.waiting.set(candidate.number, candidate)
  }

  /** Judge the next finished drawing in order; false where there is none. */
  judgeNext(): boolean {
    const next = this.waiting.get(this.judged.length)
    if (!next || this.complete) return false
    this.waiting.delete(next.number)
    this.judged.push(next)
    const { chooser } = this.options
    if (chooser) this.judgements.push(judge(chooser, this.options.dataRows(next)))
    const count = this.judged.length
    if (chooser && count % BATCH === 0) this.look(chooser, count)
    else if (!chooser) this.complete = count === this.most
    return true
  }

  private look(chooser: Chooser, count: number): void {
    const { same, seed } = this.options
    this.verdict = accept(this.judgements, chooser, seed, same)
    const ready = same || !this.verdict.trusted || count >= CALIBRATED_ON
    this.complete = ready && this.verdict.accepted.length >= this.wanted
  }

  private get wanted(): number {
    const { n, choose } = this.options
    return choose === 'rejection' ? n : ACCEPTED * n
  }

  /** Which of the judged would be accepted, as far as can be told by now; null: not yet. */
  provisional(): { accepted: number[]; judged: number } | null {
    const { chooser, seed, same, n } = this.options
    const judged = this.judged.length
    if (!chooser || judged < (same ? 1 : n) || judged < MORE * this.told) return null
    this.told = judged
    this.verdict = accept(this.judgements, chooser, seed, same)
    return { accepted: this.verdict.accepted, judged }
  }

  isAccepted(candidate: Candidate): boolean {
    return !this.options.chooser || this.verdict.accepted.includes(candidate.number)
  }

  /** Numbers of the n drawings to be shown, of all that are judged by now. */
  chosenNumbers(): number[] {
    const { chooser, choose, n, seed, same, startPoints } = this.options
    let numbers = this.judged.map((_, k) => k)
    if (chooser && numbers.length) {
      this.verdict = accept(this.judgements, chooser, seed, same)
      numbers = best(this.judgements, this.verdict.accepted, this.wanted)
    }
    if (choose === 'rejection' || numbers.length <= n) return numbers.slice(0, n)
    const drawings = numbers.map((k) => this.options.drawingOf(this.judged[k]))
    const nats = numbers.map((k) => this.judged[k].nats)
    return chosen(drawings, nats, n, choose, startPoints).map((k) => numbers[k])
  }
}
