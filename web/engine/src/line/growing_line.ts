/**
 * The artist's line of one drawing while a model draws it.
 *
 *     const line = new GrowingLine(restorer, { units, start, lifted })
 *     line.add(x, y, lifts)      // each point of the model's; lifts: the pen leaves after it
 *     line.finish()              // the drawing has ended, or is cut here
 *     const change = line.take() // {keep, points, begins}: what an Ink of api.ts needs
 *     line.strokes()             // the whole line: start as given, then the model's
 *
 * `take` may be called after any number of points, once a frame: it restores only what has got
 * new neighbours since the last call, the last REACH + 1 segments of a growing stroke. `keep`,
 * `points` and `begins` count the line after the start: while a start's stroke goes on, its first
 * point is the first that is not the person's. Without a restorer the line is the points.
 *
 * Whether a stroke is closed (its end goes on at its beginning) decides what its first and last
 * segments see. It is asked once, when the stroke has ended, by its last point's lift or by
 * `finish`; until then a stroke counts as open. So changes from far behind come only at the end: a
 * closed stroke's, and at `finish` those of ink that was gone over twice (`retraced.ts`) and of
 * fairing (`fairing.ts`), by some tenths of a unit.
 */

import type { Drawing, Stroke } from '../api'
import { Points } from '../points'
import { isClosed, REACH } from './segments'
import { type Restorer, seenOf } from './restorer'
import { fair } from './fairing'
import { mergeRetraced } from './retraced'

/** The line was what it was up to point `keep`; from there on it is these points. */
export interface LineChange {
  keep: number
  /** x and y in turn. */
  points: Float32Array
  /** For each of the points 1 where a stroke begins. */
  begins: Uint8Array
}

export interface GrowingLineOptions {
  /** Units of the restorer's data per unit of the drawing. */
  units: number
  /** What a person drew; the line goes on from its last point. */
  start?: Drawing
  /** The pen has left the paper after the start. */
  lifted?: boolean
}

export class GrowingLine {
  private readonly before: Stroke[] = []
  private readonly joined: boolean // the first stroke goes on from the start's last
  private readonly units: number
  /** The line after the start, and where its strokes begin. */
  private readonly line = new Points()
  private readonly begins: number[] = []
  private changed = 0 // the line's points from here on have not been taken
  /** The stroke being drawn. */
  private going = false
  private finished = false
  private seen: number[] = [] // its points as the net sees them, in units of the data
  private own = 0 // so many of its segments are the person's
  private readonly points = new Points() // its points from the person's last on
  private inner: (Float32Array | null)[] = [] // points within each restored segment
  private places: number[] = [] // in the line, of what each of them added
  private readonly bent: Float64Array

  constructor(
    private readonly restorer: Restorer | null,
    options: GrowingLineOptions,
  ) {
    this.units = options.units
    this.bent = new Float64Array(restorer ? 2 * restorer.places - 4 : 0)
    this.before = options.start?.strokes.filter((s) => s.length) ?? []
    const last = this.before[this.before.length - 1]
    this.joined = last !== undefined && !options.lifted
    if (this.joined) this.goOn(last)
  }

  /** The next point; `lifts`: the pen leaves the paper after it. */
  add(x: number, y: number, lifts = false): void {
    const begins = !this.going
    if (begins) this.begin()
    this.points.add(x, y)
    const last = this.points.length - 1 // as single precision holds it
    this.seen.push(this.points.x(last) * this.units, this.points.y(last) * this.units)
    if (begins) this.put(this.points.x(last), this.points.y(last), 1)
    if (lifts) this.end()
  }

  /** The stroke, and with it perhaps the drawing, ends at the last point. */
  end(): void {
    if (!this.going) return
    this.restoreNew()
    if (this.restorer && isClosed(this.seen)) this.close()
    this.going = false
  }

  /** The drawing ends: ink that was gone over twice is put in one place, and the line is faired. */
  finish(): void {
    this.end()
    if (!this.restorer || this.finished) return
    this.finished = true
    const strokes = this.strokes()
    const start = this.before.reduce((sum, stroke) => sum + stroke.length / 2, 0)
    const merged = mergeRetraced(strokes, this.units, start)
    this.replace(fair(merged, this.restorer.tremor, this.units, start), start)
  }

  /** Put other strokes in the line's place, of which the first points are the start's. */
  private replace(strokes: Stroke[], start: number): void {
    const line = strokes.flatMap((stroke) =>
      Array.from({ length: stroke.length / 2 }, (_, k) => [stroke[2 * k], stroke[2 * k + 1], k]),
    ).slice(start)
    let same = 0
    while (
      same < Math.min(line.length, this.line.length) &&
      line[same][0] === this.line.x(same) && line[same][1] === this.line.y(same)
    ) same++
    this.line.cut(same)
    this.begins.length = same
    this.changed = Math.min(this.changed, same)
    for (const [x, y, place] of line.slice(same)) this.put(x, y, place === 0 ? 1 : 0)
  }

  /** What has changed since the last time. */
  take(): LineChange {
    if (this.going) this.restoreNew()
    const keep = this.changed
    this.changed = this.line.length
    return {
      keep,
      points: this.line.slice(keep),
      begins: Uint8Array.from(this.begins.slice(keep)),
    }
  }

  /** The whole line: the start as it is, then the strokes after it. */
  strokes(): Stroke[] {
    if (this.going) this.restoreNew()
    const strokes = [...this.before]
    let from = 0
    for (let k = 1; k <= this.line.length; k++) {
      if (k < this.line.length && !this.begins[k]) continue
      const part = this.line.slice(from, k)
      if (from === 0 && this.joined && !this.begins[0]) {
        strokes.push(joinedStroke(strokes.pop() as Stroke, part))
      } else strokes.push(part)
      from = k
    }
    return strokes
  }

  private begin(): void {
    this.going = true
    this.seen = []
    this.own = 0
    this.points.cut(0)
    this.inner = []
    this.places = []
  }

  private goOn(stroke: Stroke): void {
    this.begin()
    this.seen = seenOf(stroke, this.units)
    this.own = this.seen.length / 2 - 1
    this.points.add(stroke[stroke.length - 2], stroke[stroke.length - 1])
  }

  /** Restore the segments that are new, and those that see them. */
  private restoreNew(): void {
    const count = this.points.length - 1
    if (this.inner.length === count) return
    const from = Math.max(0, this.inner.length - REACH)
    for (let k = from; k < count; k++) this.inner[k] = this.innerPoints(k, false)
    this.rewrite(from)
  }

  /** Restore the segments that see past a closed stroke's end or beginning. */
  private close(): void {
    const count = this.points.length - 1
    let from = count
    for (let k = count - 1; k >= 0; k--) {
      const segment = this.own + k
      if (segment >= REACH && segment < this.own + count - REACH) continue
      this.inner[k] = this.innerPoints(k, true)
      from = k
    }
    this.rewrite(from)
  }

  /** Put the line's points from one of the stroke's segments on anew. */
  private rewrite(from: number): void {
    const place = from < this.places.length ? this.places[from] : this.line.length
    this.line.cut(place)
    this.begins.length = place
    this.changed = Math.min(this.changed, place)
    for (let k = from; k < this.points.length - 1; k++) {
      this.places[k] = this.line.length
      const inner = this.inner[k]
      if (inner) for (let t = 0; t < inner.length; t += 2) this.put(inner[t], inner[t + 1], 0)
      this.put(this.points.x(k + 1), this.points.y(k + 1), 0)
    }
  }

  private put(x: number, y: number, begins: number): void {
    this.line.add(x, y)
    this.begins.push(begins)
  }

  /** Points of the line within a segment of the stroke's; null: it is straight. */
  private innerPoints(k: number, closed: boolean): Float32Array | null {
    const { restorer, bent, points, units } = this
    if (!restorer?.bend(this.seen, this.own + k, closed, bent)) return null
    const [x, y] = [points.x(k), points.y(k)]
    const dx = Math.fround(points.x(k + 1) - x)
    const dy = Math.fround(points.y(k + 1) - y)
    const inner = new Float32Array(bent.length)
    const last = restorer.places - 1
    for (let t = 0; t < inner.length; t += 2) {
      const share = (t / 2 + 1) / last
      inner[t] = x + share * dx + bent[t] / units
      inner[t + 1] = y + share * dy + bent[t + 1] / units
    }
    return inner
  }
}

function joinedStroke(a: Stroke, b: Stroke): Stroke {
  const out = new Float32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/**
 * The drawing with the artist's line between its points, through each of them.
 *
 * @param units Units of the restorer's data per unit of the drawing.
 * @param startPoints So many points at its beginning are a person's: they stay as they are.
 */
export function restore(restorer: Restorer, drawing: Drawing, units = 1, startPoints = 0): Drawing {
  const start: Stroke[] = []
  const rest: Stroke[] = []
  let left = startPoints
  let lifted = true
  for (const stroke of drawing.strokes) {
    const own = Math.min(left, stroke.length / 2)
    if (own) start.push(stroke.subarray(0, 2 * own))
    if (2 * own < stroke.length) {
      rest.push(stroke.subarray(2 * own))
      if (own) lifted = false
    }
    left -= own
  }
  const line = new GrowingLine(restorer, { units, start: { strokes: start }, lifted })
  for (const stroke of rest) {
    for (let k = 0; k < stroke.length; k += 2) {
      line.add(stroke[k], stroke[k + 1], k + 2 === stroke.length)
    }
  }
  return { strokes: line.strokes() }
}
