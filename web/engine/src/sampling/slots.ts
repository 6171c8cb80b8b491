/** Slots: the drawings that are shown, and what is new of each since the last news. */
import type { Drawing, Drawn, Ink, Stroke } from '../api'
import { GrowingLine, type LineChange } from '../line/growing_line'
import type { Restorer } from '../line/restorer'
import type { Candidate } from './rollout'

/** Where drawings lie, and how their line is restored. */
export interface Placement {
  /** Place that the first offset is taken from. */
  x: number
  y: number
  /** Units of the drawing per unit of the net. */
  unit: number
  /** What a person drew, which the drawings go on from. */
  start?: Drawing
  lifted?: boolean
  /** News begins with the start: what is drawn takes the place of a drawing that was given. */
  tellStart?: boolean
  /** Null: straight segments between the points. */
  restorer: Restorer | null
  /** Units of the restorer's data per unit of the drawing. */
  lineUnits: number
}

interface Slot {
  candidate: Candidate | null
  line: GrowingLine
  /** Rows that the line has taken, and where they lead to. */
  taken: number
  x: number
  y: number
  /** What the last news said. */
  fresh: boolean
  ended: boolean
}

export class Slots {
  private readonly slots: Slot[]

  constructor(
    n: number,
    private readonly placement: Placement,
  ) {
    this.slots = Array.from({ length: n }, () => this.blank(null))
  }

  get count(): number {
    return this.slots.length
  }

  shown(slot: number): Candidate | null {
    return this.slots[slot].candidate
  }

  /** Let a slot show a drawing, from its first point on. */
  show(slot: number, candidate: Candidate): void {
    if (this.slots[slot].candidate !== candidate) this.slots[slot] = this.blank(candidate)
  }

  /** What has changed since the last time. */
  news(): Ink[] {
    return this.slots.flatMap((slot, k) => {
      const ink = slot.candidate ? this.inkOf(slot, k) : null
      return ink ? [ink] : []
    })
  }

  /** All of them as they are now. */
  drawn(accepted: (candidate: Candidate) => boolean): Drawn[] {
    return this.slots.map((slot, k) => {
      this.feed(slot)
      slot.line.finish()
      const { start } = this.placement
      return {
        drawing: { strokes: slot.line.strokes() },
        points: { strokes: slot.candidate ? this.pointsOf(slot.candidate) : [] },
        startPoints: start ? start.strokes.reduce((sum, s) => sum + s.length / 2, 0) : 0,
        nats: slot.candidate?.nats ?? 0,
        number: slot.candidate?.number ?? k,
        accepted: slot.candidate ? accepted(slot.candidate) : false,
      }
    })
  }

  /** A drawing's points, the start included. */
  pointsOf(candidate: Candidate): Stroke[] {
    const line = new GrowingLine(null, { ...this.placement, units: 1 })
    this.feed({ ...this.blank(candidate), line })
    return line.strokes()
  }

  private blank(candidate: Candidate | null): Slot {
    const { restorer, lineUnits: units, start, lifted, x, y } = this.placement
    const line = new GrowingLine(restorer, { units, start, lifted })
    return { candidate, line, taken: 0, x, y, fresh: true, ended: false }
  }

  private feed(slot: Slot): void {
    const { candidate } = slot
    if (!candidate) return
    const { unit } = this.placement
    for (; slot.taken < candidate.count; slot.taken++) {
      const row = 3 * slot.taken
      slot.x += unit * candidate.rows[row]
      slot.y += unit * candidate.rows[row + 1]
      slot.line.add(slot.x, slot.y, candidate.rows[row + 2] > 0.5)
    }
    if (candidate.ended) slot.line.finish()
  }

  private inkOf(slot: Slot, place: number): Ink | null {
    const candidate = slot.candidate!
    const before = slot.taken
    this.feed(slot)
    if (before === slot.taken && slot.ended === candidate.ended && !slot.fresh) return null
    slot.fresh = false
    slot.ended = candidate.ended
    const change = this.withStart(slot.line.take())
    return { slot: place, ...change, ended: candidate.ended, nats: candidate.nats }
  }

  /** The change of a line that news has begin with the start. */
  private withStart(change: LineChange): LineChange {
    const { start, tellStart } = this.placement
    if (!start || !tellStart) return change
    const given = linePoints(start)
    if (change.keep > 0) return { ...change, keep: change.keep + given.begins.length }
    return {
      keep: 0,
      points: joined(given.points, change.points),
      begins: joined(given.begins, change.begins),
    }
  }
}

/** A drawing's points, and where its strokes begin. */
function linePoints(drawing: Drawing): Omit<LineChange, 'keep'> {
  const begins = drawing.strokes.map((stroke) => {
    const marks = new Uint8Array(stroke.length / 2)
    marks[0] = 1
    return marks
  })
  return {
    points: drawing.strokes.reduce(joined, new Float32Array(0)),
    begins: begins.reduce(joined, new Uint8Array(0)),
  }
}

function joined<T extends Float32Array | Uint8Array>(first: T, second: T): T {
  const both = first.constructor as new (length: number) => T
  const out = new both(first.length + second.length)
  out.set(first)
  out.set(second, first.length)
  return out
}
