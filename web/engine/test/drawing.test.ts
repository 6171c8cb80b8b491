/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Drawing } from '../src/api'
import { drawingOf } from './fixtures'
import { expected, finish, loadNet, names, skipNets } from './nets'

const HALF = 0.5 // units of the data
const NEAR_TIE = 1e-5 // a uniform number so near to another choice may fall either way
const OF_HUNDRED = 95

/** Whether two drawings have the same pen states and points within half a unit. */
function same(found: Drawing, wanted: number[][], tolerance: number): boolean {
  if (found.strokes.length !== wanted.length) return false
  return wanted.every((stroke, k) => {
    const points = found.strokes[k]
    if (points.length !== stroke.length) return false
    return stroke.every((value, i) => Math.abs(points[i] - value) <= tolerance)
  })
}

/** A drawing whose box begins at (0, 0), as Python gives new ones. */
function atOrigin(drawing: Drawing): Drawing {
  const all = drawing.strokes.map((s) => [...s]).flat()
  const least = [0, 1].map((axis) => Math.min(...all.filter((_, k) => k % 2 === axis)))
  return { strokes: drawing.strokes.map((s) => s.map((value, k) => value - least[k % 2])) }
}

test('the same seed draws the same, raw', { skip: skipNets }, (t) => {
  let [total, good] = [0, 0]
  for (const name of names) {
    const model = loadNet(name)
    const { complete, sample, statistics } = expected(name)
    for (const wanted of [...complete, ...sample]) {
      const drawn = finish(model, requestOf(wanted)).drawn()
      const unit = wanted.start ? model.file.statistics.extent && unitOf(wanted, statistics) : 1
      drawn.forEach((one, k) => {
        const other = wanted.drawings[k]
        const points = wanted.start ? one.points : atOrigin(one.points)
        const close = same(points, other.strokes, HALF * unit)
        const tie = other.margin < NEAR_TIE
        if (tie && !close) t.diagnostic(`${name} seed ${wanted.seed} number ${k}: near-tie`)
        else if (!close) t.diagnostic(`${name} seed ${wanted.seed} number ${k}: differs`)
        total++
        good += Number(close)
        if (!close) return
        assert.ok(Math.abs(one.nats - other.nats) < 1e-3 * (1 + Math.abs(other.nats)), name)
        assert.equal(wanted.start ? one.startPoints : 0, other.start_points)
        const shown = wanted.start ? one.drawing : shifted(one.drawing, one.points)
        assert.ok(same(shown, other.shown, HALF * unit), `${name}: the line of ${k}`)
      })
    }
  }
  t.diagnostic(`${good} of ${total} drawings are the same`)
  assert.ok(100 * good >= OF_HUNDRED * total, `${good} of ${total}`)
})

/** A line moved as its points are where their box begins at (0, 0). */
function shifted(line: Drawing, points: Drawing): Drawing {
  const moved = atOrigin(points).strokes[0]
  const by = [0, 1].map((axis) => moved[axis] - points.strokes[0][axis])
  return { strokes: line.strokes.map((s) => s.map((value, k) => value + by[k % 2])) }
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

function requestOf(wanted: any) {
  const { seed, n, temperature, pen_temperature: penTemperature } = wanted
  return {
    kind: wanted.start ? ('complete' as const) : ('sample' as const),
    drawings: wanted.start ? [drawingOf(wanted.start)] : [],
    options: {
      seed,
      n,
      temperature,
      penTemperature,
      choose: 'raw' as const,
      maxPoints: wanted.max_points ?? undefined,
      zoom: wanted.zoom ?? undefined,
      lifted: wanted.lifted,
    },
  }
}

test('reconstructions, variations and ways are those of Python', { skip: skipNets }, (t) => {
  let [total, good] = [0, 0]
  for (const name of names) {
    const { latent } = expected(name)
    if (!latent) continue
    const model = loadNet(name)
    const { seed, temperature, max_points: maxPoints } = latent
    const options = { seed, temperature, maxPoints }
    const unit = latent.a.length ? 2.5 : 1
    const check = (what: string, found: Drawing, wanted: number[][], tolerance: number) => {
      total++
      const close = same(found, wanted, tolerance)
      good += Number(close)
      if (!close) t.diagnostic(`${name}: ${what} differs`)
    }
    const a = [drawingOf(latent.a)]
    const one = finish(model, { kind: 'reconstruct', drawings: a, options: { ...options, n: 1 } })
    check('reconstruct', one.drawn()[0].points, latent.reconstruct, HALF * unit)
    const { n, strength, drawings } = latent.vary
    const varied = finish(model, { kind: 'vary', drawings: a, options: { ...options, n, strength } })
    varied.drawn().forEach((d, k) => check(`vary ${k}`, d.points, drawings[k], HALF * unit))
    const { from, to, steps, spherical, straight } = latent.interpolate
    for (const [flat, wanted] of [[false, spherical], [true, straight]]) {
      const way = finish(model, {
        kind: 'interpolate',
        drawings: [drawingOf(from), drawingOf(to)],
        options: { ...options, n: steps, straight: flat },
      })
      way.drawn().forEach((d, k) => check(`way ${k}`, atOrigin(d.points), wanted[k], HALF))
    }
  }
  t.diagnostic(`${good} of ${total} drawings are the same`)
  assert.ok(100 * good >= OF_HUNDRED * total, `${good} of ${total}`)
})

test('likely and different are chosen as in Python', { skip: skipNets }, (t) => {
  let [total, good] = [0, 0]
  for (const name of names.filter((n) => !expected(n).chooser)) {
    const model = loadNet(name)
    for (const wanted of expected(name).choice) {
      assert.equal(wanted.of, 4 * wanted.n)
      for (const choose of ['likely', 'different'] as const) {
        const request = requestOf(wanted)
        const options = { ...request.options, choose }
        const numbers = finish(model, { ...request, options }).drawn().map((one) => one.number)
        total++
        const close = String(numbers.sort()) === String([...wanted[choose]].sort())
        good += Number(close)
        if (!close) t.diagnostic(`${name} ${choose}: ${numbers} instead of ${wanted[choose]}`)
      }
    }
  }
  t.diagnostic(`${good} of ${total} choices are the same`)
  assert.ok(100 * good >= OF_HUNDRED * total, `${good} of ${total}`)
})

test('a chooser accepts what it accepts in Python', { skip: skipNets }, (t) => {
  const [name] = names.filter((n) => expected(n).chooser)
  const model = loadNet(name)
  for (const pool of expected(name).chooser.pools) {
    const request = requestOf({ ...pool, n: pool.wanted, pen_temperature: pool.temperature })
    const options = { ...request.options, choose: 'rejection' as const }
    const drawn = finish(model, { ...request, options }).drawn()
    const numbers = drawn.map((one) => one.number).sort((a, b) => a - b)
    t.diagnostic(`trusted ${pool.trusted}, accepted ${pool.accepted.length}: ${numbers}`)
    assert.deepEqual(numbers, [...pool.best].sort((a: number, b: number) => a - b))
    for (const { number, accepted } of drawn) {
      assert.equal(accepted, !pool.trusted || pool.accepted.includes(number))
    }
  }
})
