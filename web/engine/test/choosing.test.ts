import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accept,
  acceptance,
  best,
  type Chooser,
  featuresOf,
  findLogScale,
  judge,
} from '../src/choosing/chooser'
import { formFeatures } from '../src/choosing/form_features'
import { normalise } from '../src/choosing/normalise'
import { chosen, distances } from '../src/choosing/selection'
import { crossings, strokeFeatures } from '../src/choosing/stroke_features'
import { type Numbers, pointsBefore, segmentsFrom } from '../src/choosing/measures'
import { placesOf, toStroke3 } from '../src/stroke3'
import { assertClose, drawingOf, fixture, skip } from './fixtures'

test('drawings take the form of the data as in Python', { skip }, () => {
  fixture('geometry').forEach(({ rows, normal, frame }: any, k: number) => {
    assertClose(normalise(Float32Array.from(rows), frame), normal, 0, 0, `drawing ${k}`)
  })
})

test('features have the names, the order and the values of Python', { skip }, () => {
  fixture('features').forEach(({ rows, stroke, form }: any, k: number) => {
    for (const [measure, pairs] of [
      [strokeFeatures, stroke],
      [formFeatures, form],
    ]) {
      const found: Numbers = measure(Float32Array.from(rows))
      const wanted: Numbers = new Map(pairs)
      assert.deepEqual([...found.keys()], [...wanted.keys()])
      for (const [name, value] of wanted) {
        assertClose([found.get(name) as number], [value], 1e-9, 1e-6, `${name} of drawing ${k}`)
      }
    }
  })
})

test('lines that only touch do not cross', () => {
  const count = (...strokes: number[][]) => {
    const rows = toStroke3(drawingOf(strokes))
    return crossings(segmentsFrom(placesOf(rows), pointsBefore(rows, false)))
  }
  assert.equal(count([0, 0, 2, 2], [0, 2, 2, 0]), 1)
  assert.equal(count([0, 0, 2, 2], [0, 2, 1, 1]), 0)
  assert.equal(count([0, 0, 2, 2, 0, 2, 2, 0]), 1)
})

test('the chooser judges and accepts as in Python', { skip }, () => {
  const wanted = fixture('choosing')
  const chooser = chooserOf(wanted.chooser, 0.5)
  const drawn = wanted.rows.map((rows: number[]) => Float32Array.from(rows))
  drawn.forEach((rows: Float32Array, k: number) => {
    const found = featuresOf(rows, chooser.frame)
    assertClose(found, wanted.values[k], 1e-9, 1e-6, `drawing ${k}`)
  })
  const judgements = drawn.map((rows: Float32Array) => judge(chooser, rows))
  const scores = judgements.map((j: any) => j.score)
  assertClose(scores, wanted.scores, 1e-9)
  assertClose(
    judgements.map((j: any) => j.outside),
    wanted.outside,
    1e-12,
  )
  assertClose([findLogScale(scores, 0.4)], [wanted.log_scale], 1e-9)
  assertClose(
    scores.map((s: number) => acceptance(s, -0.3)),
    wanted.acceptance,
    1e-12,
  )
  for (const pool of wanted.pools) {
    const known = chooserOf(wanted.chooser, pool.strange)
    const { accepted, trusted } = accept(judgements, known, pool.seed, pool.same)
    assert.deepEqual({ accepted, trusted }, { accepted: pool.accepted, trusted: pool.trusted })
    assert.deepEqual(best(judgements, accepted, 9), pool.best)
  }
})

test('the likeliest and the most different are those of Python', { skip }, () => {
  for (const { drawings, start, nats, likely, different, distances: away } of fixture(
    'selection',
  )) {
    const all = drawings.map(drawingOf)
    assert.deepEqual(chosen(all, nats, 6, 'likely', start), likely)
    assert.deepEqual(chosen(all, nats, 6, 'different', start), different)
    assertClose(distances(all, start), away, 1e-4)
  }
})

test('a drawing is judged in little time', { skip }, (t) => {
  const { rows, chooser } = fixture('choosing')
  const own = chooserOf(chooser, 0.5)
  const drawn = rows.map((r: number[]) => Float32Array.from(r))
  let least = Infinity
  for (let k = 0; k < 10; k++) {
    const begun = performance.now()
    for (const one of drawn) judge(own, one)
    least = Math.min(least, (performance.now() - begun) / drawn.length)
  }
  const points = Math.max(...drawn.map((r: Float32Array) => r.length / 3))
  t.diagnostic(`mean ${least.toFixed(2)} ms a drawing of up to ${points} points`)
  assert.ok(least < 16)
})

function chooserOf(file: any, strange: number): Chooser {
  const { trees, feature, threshold, leaf, base, low, high, budget } = file
  return {
    forest: { trees, feature, threshold, leaf, base },
    low,
    high,
    strange,
    logScale: file.log_scale,
    budget,
    temperature: 0.5,
    frame: file.frame,
  }
}
