/**
 * Retraced ink: two passes of the pen over one line, laid on each other.
 *
 * Drawings in one line go over some of their ink twice. In a model's points each pass is rounded by
 * itself, and the two come out as a sliver. Ink nearer than that and parallel is taken for one line:
 * the later pass is laid on the earlier. As `model/line/retraced.py` of the Python package does it.
 */

import type { Stroke } from '../api'

const APART = 1.6 // units: farther apart two passes are two lines
const PARALLEL = Math.cos((25 * Math.PI) / 180) // least cosine of their directions, either way
const PLACE = 0.5 // units between the places at which they are compared
const RETURN = 4 // units along the line: nearer places are the same pass
const SHORTEST = 4 // units: a shorter run is a crossing
const RAMP = 2 // units over which a pass goes over to the other

/** Places at even steps along one stroke, in units of the data. */
interface Places {
  /** Number of the first of them among those of all strokes. */
  from: number
  count: number
  /** How far along the stroke each point of it lies. */
  length: Float64Array
}

/**
 * The strokes with retraced ink in one place; the same array where there is none.
 *
 * @param units Units of the data per unit of the strokes.
 * @param startPoints So many points at the beginning are a person's, and stay.
 */
export function mergeRetraced(strokes: Stroke[], units: number, startPoints: number): Stroke[] {
  const lines = new Retraced(strokes, units, startPoints)
  return lines.findEarlier() ? lines.rebuilt() : strokes
}

class Retraced {
  private readonly parts: Places[] = []
  /** Of all places: x, y, how far along their stroke, direction, whether they may move. */
  private readonly x: number[] = []
  private readonly y: number[] = []
  private readonly at: number[] = []
  private readonly directionX: number[] = []
  private readonly directionY: number[] = []
  private readonly free: boolean[] = []
  private readonly stroke: number[] = []
  /** The earlier place that each is laid on; -1: none. */
  private target = new Int32Array(0)

  constructor(
    private readonly strokes: Stroke[],
    private readonly units: number,
    startPoints: number,
  ) {
    let first = 0
    strokes.forEach((stroke, number) => {
      this.addStroke(stroke, number, startPoints - first)
      first += stroke.length / 2
    })
  }

  private addStroke(stroke: Stroke, number: number, given: number): void {
    const points = stroke.length / 2
    const length = new Float64Array(Math.max(points, 1))
    for (let k = 1; k < points; k++) {
      const dx = (stroke[2 * k] - stroke[2 * k - 2]) * this.units
      const dy = (stroke[2 * k + 1] - stroke[2 * k - 1]) * this.units
      length[k] = length[k - 1] + Math.sqrt(dx * dx + dy * dy)
    }
    const whole = length[length.length - 1]
    const from = this.x.length
    const count = whole > 0 ? Math.max(2, Math.ceil(whole / PLACE) + 1) : 0
    this.parts.push({ from, count, length })
    let vertex = 0
    for (let k = 0; k < count; k++) {
      const along = k === count - 1 ? whole : (k * whole) / (count - 1)
      while (vertex < points - 1 && length[vertex + 1] <= along) vertex++
      const next = Math.min(vertex + 1, points - 1)
      const gap = length[next] - length[vertex]
      const share = gap > 0 ? (along - length[vertex]) / gap : 0
      const between = (axis: number): number =>
        this.units * (stroke[2 * vertex + axis] * (1 - share) + stroke[2 * next + axis] * share)
      this.x.push(between(0))
      this.y.push(between(1))
      this.at.push(along)
      this.free.push(vertex >= given)
      this.stroke.push(number)
    }
    for (let k = 0; k < count; k++) {
      const [a, b] = [from + Math.max(k - 1, 0), from + Math.min(k + 1, count - 1)]
      const [dx, dy] = [this.x[b] - this.x[a], this.y[b] - this.y[a]]
      const size = Math.max(Math.sqrt(dx * dx + dy * dy), 1e-9)
      this.directionX.push(dx / size)
      this.directionY.push(dy / size)
    }
  }

  /** Find what each place is to be laid on; whether there is any. */
  findEarlier(): boolean {
    const { x, y } = this
    const count = x.length
    this.target = new Int32Array(count).fill(-1)
    const cells = new Map<number, number[]>()
    const cellOf = (column: number, row: number): number => column * 1048576 + row
    for (let j = 0; j < count; j++) {
      const column = Math.floor(x[j] / APART)
      const row = Math.floor(y[j] / APART)
      let nearest = APART * APART
      for (let c = column - 1; this.free[j] && c <= column + 1; c++) {
        for (let r = row - 1; r <= row + 1; r++) {
          for (const i of cells.get(cellOf(c, r)) ?? []) {
            const square = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
            if (square > nearest || !this.isOtherPass(i, j)) continue
            nearest = square
            this.target[j] = i
          }
        }
      }
      const cell = cellOf(column, row)
      const there = cells.get(cell)
      if (there) there.push(j)
      else cells.set(cell, [j])
    }
    let any = false
    for (const [begin, end] of this.runs()) {
      if ((end - begin) * PLACE < SHORTEST) this.target.fill(-1, begin, end)
      else any = true
    }
    return any
  }

  /** Whether ink at i is parallel to that at j, and not the same pass of the pen. */
  private isOtherPass(i: number, j: number): boolean {
    if (this.stroke[i] === this.stroke[j] && !(this.at[j] - this.at[i] > RETURN)) return false
    const cosine =
      this.directionX[i] * this.directionX[j] + this.directionY[i] * this.directionY[j]
    return Math.abs(cosine) > PARALLEL
  }

  /** Runs of places within one stroke that are laid on others, as [first, last + 1]. */
  private runs(): [number, number][] {
    const found: [number, number][] = []
    for (const { from, count } of this.parts) {
      let begin = -1
      for (let k = from; k <= from + count; k++) {
        const marked = k < from + count && this.target[k] >= 0
        if (marked && begin < 0) begin = k
        if (marked || begin < 0) continue
        found.push([begin, k])
        begin = -1
      }
    }
    return found
  }

  /** The strokes with the moved places instead of the points in their runs. */
  rebuilt(): Stroke[] {
    const x = Float64Array.from(this.x)
    const y = Float64Array.from(this.y)
    for (const [begin, end] of this.runs()) {
      const goals = Array.from({ length: end - begin }, (_, k) => {
        const goal = this.target[begin + k]
        return [x[goal], y[goal]]
      })
      goals.forEach(([goalX, goalY], k) => {
        const steps = Math.min(k, goals.length - 1 - k) + 1
        const weight = Math.min(1, (steps * PLACE) / RAMP)
        x[begin + k] += weight * (goalX - this.x[begin + k])
        y[begin + k] += weight * (goalY - this.y[begin + k])
      })
    }
    return this.strokes.map((stroke, number) => this.rebuiltStroke(stroke, number, x, y))
  }

  private rebuiltStroke(stroke: Stroke, number: number, x: Float64Array, y: Float64Array): Stroke {
    const { from, count, length } = this.parts[number]
    const merged = (k: number): number => (this.target[from + k] >= 0 ? 1 : 0)
    const points: number[] = []
    let next = 0 // of the places
    let any = false
    const putUpTo = (along: number): void => {
      for (; next < count && this.at[from + next] < along; next++) {
        if (!merged(next)) continue
        any = true
        points.push(x[from + next] / this.units, y[from + next] / this.units)
      }
    }
    let below = 0 // the place at or before a point
    for (let k = 0; k < stroke.length / 2; k++) {
      putUpTo(length[k])
      while (below < count - 2 && this.at[from + below + 1] <= length[k]) below++
      if (count && this.isGone(from + below, merged(below), merged(below + 1), length[k])) continue
      points.push(stroke[2 * k], stroke[2 * k + 1])
    }
    putUpTo(Infinity)
    return any ? Float32Array.from(points) : stroke
  }

  /** Whether a point lies nearer to a place that was moved than to one that was not. */
  private isGone(below: number, before: number, after: number, along: number): boolean {
    const share = (along - this.at[below]) / (this.at[below + 1] - this.at[below])
    return before + Math.min(1, share) * (after - before) > 0.5
  }
}
