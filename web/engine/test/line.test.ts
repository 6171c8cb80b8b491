import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fair } from '../src/line/fairing'
import { GrowingLine, type LineChange, restore } from '../src/line/growing_line'
import { Restorer } from '../src/line/restorer'
import { assertClose, assertStrokes, drawingOf, fixture, skip } from './fixtures'

const { cases, ...arrays } = skip ? { cases: [] } : fixture('line')
const restorer = skip ? null : new Restorer(arrays)

test('whole drawings are restored as in Python', { skip }, () => {
  cases.forEach(({ strokes, units, start, restored }: any, k: number) => {
    const found = restore(restorer as Restorer, drawingOf(strokes), units, start)
    assertStrokes(found, restored, 1e-4, `case ${k}`)
  })
})

test('restored lines are faired as in Python', { skip }, () => {
  cases.forEach(({ units, start, restored, faired }: any, k: number) => {
    const strokes = fair(drawingOf(restored).strokes, 0.06, units, start)
    assertStrokes({ strokes }, faired, 1e-3, `case ${k}`)
  })
})

test('a line put together from its changes is the restored one', { skip }, () => {
  cases.forEach(({ strokes, units, start, restored }: any, k: number) => {
    const { line, rest } = begun(strokes, units, start)
    const [points, begins]: [number[], number[]] = [[], []]
    rest.forEach(([x, y, lifts], n) => {
      line.add(x, y, lifts)
      if (n % (1 + (k % 3)) === 0) apply(line.take(), points, begins)
    })
    line.end()
    apply(line.take(), points, begins)
    const after = restored.flat().slice(2 * start)
    assertClose(points, after, 1e-4, 0, `case ${k}`)
    assert.equal(begins.length, after.length / 2)
    const ends = new Set<number>(restored.map(countUpTo))
    const expected = begins.map((_, n) => (start + n > 0 ? +ends.has(start + n) : 1))
    assert.deepEqual(begins, expected, `case ${k}`)
    assert.deepEqual(line.take(), {
      keep: begins.length,
      points: new Float32Array(0),
      begins: new Uint8Array(0),
    })
  })
})

test(
  'a change reaches back four segments, but a closed stroke changes at its beginning',
  {
    skip,
  },
  () => {
    const line = new GrowingLine(restorer, { units: 1 })
    const places = [0]
    for (let k = 0; k < 30; k++) {
      const turn = (k / 29) * 2 * Math.PI
      line.add(60 * Math.cos(turn), 60 * Math.sin(turn), k === 29)
      const { keep, points } = line.take()
      if (k > 5 && k < 29) assert.ok(keep >= places[k - 4], `point ${k}: ${keep}`)
      if (k === 29) assert.equal(keep, 1)
      places.push(keep + points.length / 2)
    }
  },
)

test('when a drawing ends, ink that was gone over twice lies in one place', { skip }, () => {
  const line = new GrowingLine(restorer, { units: 1 })
  const [points, begins]: [number[], number[]] = [[], []]
  for (let x = 0; x <= 60; x += 6) line.add(x, 0)
  for (let x = 60; x >= 0; x -= 6) line.add(x, 1.3)
  line.add(0, 40, true)
  apply(line.take(), points, begins)
  const back = (): number[] => points.filter((y, k) => k % 2 === 1 && Math.abs(y - 1.3) < 0.6)
  assert.ok(back().length > 20, `${back().length}`)
  line.finish()
  apply(line.take(), points, begins)
  assert.ok(back().length < 10, `${back()}`) // where the ways part
  assert.deepEqual([...line.strokes()[0]], points)
  assert.equal(begins.reduce((sum, b) => sum + b, 0), 1)
  line.finish()
  assert.equal(line.take().points.length, 0)
})

test('without a restorer the line is its points', () => {
  const start = drawingOf([[0, 0, 5, 5]])
  const line = new GrowingLine(null, { units: 1, start })
  line.add(6, 7)
  line.add(8, 9, true)
  assert.deepEqual(line.take(), {
    keep: 0,
    points: Float32Array.of(6, 7, 8, 9),
    begins: Uint8Array.of(0, 0),
  })
  line.add(1, 1)
  assert.deepEqual(line.take(), {
    keep: 2,
    points: Float32Array.of(1, 1),
    begins: Uint8Array.of(1),
  })
  assertStrokes(
    { strokes: line.strokes() },
    [
      [0, 0, 5, 5, 6, 7, 8, 9],
      [1, 1],
    ],
    0,
  )
})

test('a lifted start and a dot stay as they are', { skip }, () => {
  const start = drawingOf([[0, 0, 5, 5, 9, 5]])
  const line = new GrowingLine(restorer, { units: 1, start, lifted: true })
  assertStrokes({ strokes: line.strokes() }, [[0, 0, 5, 5, 9, 5]], 0)
  line.add(30, 30, true)
  line.end()
  assertStrokes(
    { strokes: line.strokes() },
    [
      [0, 0, 5, 5, 9, 5],
      [30, 30],
    ],
    0,
  )
})

test('nine lines grow within a millisecond a frame', { skip }, (t) => {
  const lines = Array.from({ length: 9 }, () => new GrowingLine(restorer, { units: 1 }))
  const times: number[] = []
  for (let k = 0; k < 240; k++) {
    const begun = performance.now()
    lines.forEach((line, n) => {
      line.add(9 * k + 3 * Math.sin(k + n), 20 * Math.cos((k * (n + 4)) / 9))
      line.take()
    })
    times.push(performance.now() - begun)
  }
  const middle = times.slice(40).sort((a, b) => a - b)[100]
  t.diagnostic(`median of a frame with a point of each: ${middle.toFixed(2)} ms`)
  assert.ok(middle < 4) // a busy machine is no reason to fail
})

type Point = [number, number, boolean]

/** A line after its start, and the points that are still to come. */
function begun(strokes: number[][], units: number, start: number) {
  const own: number[][] = []
  const rest: Point[] = []
  let left = start
  let lifted = true
  for (const stroke of strokes) {
    const given = Math.min(left, stroke.length / 2)
    if (given) own.push(stroke.slice(0, 2 * given))
    if (given) lifted = 2 * given === stroke.length
    for (let k = 2 * given; k < stroke.length; k += 2) {
      rest.push([stroke[k], stroke[k + 1], k + 2 === stroke.length])
    }
    left -= given
  }
  const line = new GrowingLine(restorer, { units, start: drawingOf(own), lifted })
  return { line, rest }
}

function apply(change: LineChange, points: number[], begins: number[]): void {
  points.length = 2 * change.keep
  begins.length = change.keep
  points.push(...change.points)
  begins.push(...change.begins)
}

/** Points of the strokes before one. */
function countUpTo(_: number[], k: number, all: number[][]): number {
  return all.slice(0, k).reduce((n, s) => n + s.length / 2, 0)
}
