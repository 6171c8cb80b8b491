/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Drawing } from '../src/api'
import { drawingOf } from './fixtures'
import { gather } from './gather'
import { drawAll, expected, loadModel, names, skipNets } from './nets'
import { atOrigin, isSame, optionsOf, replayDrawing } from './replay'

const HALF = 0.5 // units of the data
const OF_HUNDRED = 95

test('the same seed draws the same, raw', { skip: skipNets }, async (t) => {
  let [total, same] = [0, 0]
  for (const name of names) {
    const found = await replayDrawing(await loadModel(name), expected(name))
    total += found.total
    same += found.same
    for (const other of found.others) t.diagnostic(other)
  }
  t.diagnostic(`${same} of ${total} drawings are the same`)
  assert.ok(100 * same >= OF_HUNDRED * total, `${same} of ${total}`)
})

test('reconstructions, variations and ways are those of Python', { skip: skipNets }, async (t) => {
  let [total, good] = [0, 0]
  for (const name of names) {
    const { latent } = expected(name)
    if (!latent) continue
    const model = await loadModel(name)
    const { seed, temperature, max_points: maxPoints } = latent
    const options = { seed, temperature, maxPoints }
    const check = (what: string, found: Drawing, wanted: number[][], tolerance: number) => {
      total++
      const close = isSame(found, wanted, tolerance)
      good += Number(close)
      if (!close) t.diagnostic(`${name}: ${what} differs`)
    }
    const a = drawingOf(latent.a)
    const [one] = await model.reconstruct(a, { ...options, n: 1 }).finished
    check('reconstruct', one.points, latent.reconstruct, HALF)
    const { n, strength, drawings } = latent.vary
    const varied = await model.vary(a, { ...options, n, strength }).finished
    varied.forEach((d, k) => check(`vary ${k}`, d.points, drawings[k], HALF))
    const { from, to, steps, spherical, straight } = latent.interpolate
    for (const [flat, wanted] of [[false, spherical], [true, straight]]) {
      const own = { ...options, n: steps, straight: flat }
      const way = await model.interpolate(drawingOf(from), drawingOf(to), own).finished
      way.forEach((d, k) => check(`way ${k}`, atOrigin(d.points, d.points), wanted[k], HALF))
    }
  }
  t.diagnostic(`${good} of ${total} drawings are the same`)
  assert.ok(100 * good >= OF_HUNDRED * total, `${good} of ${total}`)
})

const ascending = (numbers: number[]) => [...numbers].sort((a, b) => a - b)

test('likely and different are chosen as in Python', { skip: skipNets }, async (t) => {
  let [total, good] = [0, 0]
  for (const name of names.filter((n) => !expected(n).chooser)) {
    const model = await loadModel(name)
    for (const wanted of expected(name).choice) {
      assert.equal(wanted.of, 4 * wanted.n)
      for (const choose of ['likely', 'different'] as const) {
        const drawn = await drawAll(model, requestOf(wanted, choose))
        const numbers = ascending(drawn.map((one) => one.number))
        total++
        const close = String(numbers) === String(ascending(wanted[choose]))
        good += Number(close)
        if (!close) t.diagnostic(`${name} ${choose}: ${numbers} instead of ${wanted[choose]}`)
      }
    }
  }
  t.diagnostic(`${good} of ${total} choices are the same`)
  assert.ok(100 * good >= OF_HUNDRED * total, `${good} of ${total}`)
})

const withChooser = names.find((name) => expected(name).chooser)
const skipChooser = withChooser ? false : 'none of the nets of FIXTURES has a chooser'

test('a chooser accepts what it accepts in Python', { skip: skipChooser }, async (t) => {
  const name = withChooser!
  const model = await loadModel(name)
  for (const pool of expected(name).chooser.pools) {
    const drawn = await drawAll(model, requestOf({ ...pool, n: pool.wanted }, 'rejection'))
    const numbers = ascending(drawn.map((one) => one.number))
    t.diagnostic(`trusted ${pool.trusted}, accepted ${pool.accepted.length}: ${numbers}`)
    assert.deepEqual(numbers, ascending(pool.best))
    for (const { number, accepted } of drawn) {
      assert.equal(accepted, !pool.trusted || pool.accepted.includes(number))
    }
  }
})

test('first ink is raw; rejected drawings give way', { skip: skipChooser }, async (t) => {
  const model = await loadModel(withChooser!)
  const run = model.sample({ n: 9, seed: 2 }) // rejection, since the model has a chooser
  const { lines, replaced } = await gather(run, 9)
  const drawn = await run.finished
  t.diagnostic(`${replaced} of 9 gave way: ${drawn.map(({ number }) => number)}`)
  assert.ok(replaced > 0)
  drawn.forEach(({ drawing, accepted, number }, slot) => {
    assert.deepEqual(lines[slot].xy, drawing.strokes.flatMap((s) => [...s]))
    assert.ok(accepted && lines[slot].ended)
    assert.ok(number === slot || number >= 9) // who stays, stays where it is
  })
  const raw = await model.sample({ n: 9, seed: 2, choose: 'raw' }).finished
  const stayed = drawn.filter(({ number }, slot) => number === slot)
  for (const { number, points } of stayed) assert.deepEqual(points, raw[number].points)
})

function requestOf(wanted: any, choose: 'rejection' | 'likely' | 'different') {
  return {
    kind: wanted.start ? ('complete' as const) : ('sample' as const),
    drawings: wanted.start ? [drawingOf(wanted.start)] : [],
    options: { ...optionsOf(wanted), choose, seconds: 600 },
  }
}
