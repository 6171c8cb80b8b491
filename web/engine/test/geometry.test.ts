import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineError } from '../src/api'
import { atan2, hypot, roundHalfEven, sum } from '../src/numeric'
import { fit } from '../src/rescale'
import { simplify } from '../src/simplify'
import { fromStroke3, toStroke3 } from '../src/stroke3'
import { assertClose, assertStrokes, drawingOf, fixture, skip } from './fixtures'

test('simplified drawings have the same points', { skip }, () => {
  fixture('geometry').forEach(({ strokes, epsilon, simple }: any, k: number) => {
    assertStrokes(simplify(drawingOf(strokes), epsilon), simple, 0, `drawing ${k}`)
  })
})

test('of points equally far the last one is kept, and none at epsilon', () => {
  const step = drawingOf([[0, 0, 2, 2, 4, 2, 6, 0]])
  assertStrokes(simplify(step, 2), [[0, 0, 6, 0]], 0)
  assertStrokes(simplify(step, 1.9), [[0, 0, 4, 2, 6, 0]], 0)
})

test('stroke-3 there and back', { skip }, () => {
  fixture('geometry').forEach(({ strokes, rows, again }: any, k: number) => {
    const drawing = drawingOf(strokes)
    assertClose(toStroke3(drawing), rows, 0, 0, `rows of drawing ${k}`)
    assertStrokes(fromStroke3(toStroke3(drawing), 2.5), again, 0, `drawing ${k}`)
  })
})

test('drawings are fitted as in Python', { skip }, () => {
  fixture('fit').forEach((wanted: any, k: number) => {
    const zoom = wanted.zoom ?? undefined
    const found = fit(drawingOf(wanted.strokes), wanted.statistics, wanted.target, zoom)
    assertClose(found.rows, wanted.rows, 1e-5, 0, `drawing ${k}`)
    assertClose([...found.origin, ...found.last], [...wanted.origin, ...wanted.last], 0)
    assertClose([found.unit], [wanted.unit], 0, 1e-12, 'unit')
  })
})

test('what cannot be fitted is refused with a remedy', () => {
  const statistics = {
    scale: 5,
    drawings: 1,
    longest: 9,
    points: 9,
    extent: 200,
    start_extent: 100,
    offset: 5,
    long_offset: 20,
  }
  const refused = (strokes: number[][]) =>
    assert.throws(
      () => fit(drawingOf(strokes), statistics, 100),
      (error) => error instanceof EngineError && error.remedy.length > 0,
    )
  refused([])
  refused([[3, 3, 3, 3]])
  refused([Array.from({ length: 200_002 }, (_, k) => k)])
  refused([[0, 0, 1, 0], ...Array.from({ length: 50_000 }, (_, k) => [k, 10 * (k % 2)])])
})

test('sums and lengths are rounded as in NumPy and the C library', () => {
  const tenths = Array.from({ length: 300 }, () => 0.1)
  assert.equal(sum(tenths), 29.999999999999996)
  assert.equal(sum(tenths.slice(0, 7)), 0.7)
  assert.equal(hypot(1, 1), Math.SQRT2)
  assert.equal(hypot(-3, 4), 5)
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5, 2.4].map(roundHalfEven), [0, 2, 2, 0, -2, 2])
})

test('angles near diagonals are rounded rightly', () => {
  const ulp = 2 ** -54
  assert.equal(atan2(1, 1), Math.PI / 4)
  assert.equal(atan2(-1, 1), -Math.PI / 4)
  assert.equal(atan2(1, -1), 2.356194490192345)
  // 1.0408e-16 over and under 45°: one double further, and one back.
  assert.equal(atan2(0.25 + ulp, 0.25), 0.7853981633974484)
  assert.equal(atan2(0.25, 0.25 + ulp), 0.7853981633974482)
  assert.equal(atan2(-0.25, 0.25 + ulp), -0.7853981633974482)
  assert.equal(atan2(2, 1), Math.atan2(2, 1))
})
