import assert from 'node:assert/strict'
import { test } from 'node:test'

import { OutputError } from '../src/storage/kept'
import { paperSize } from '../src/outputs/paper'
import { toPlotter } from '../src/outputs/plotter'
import { simplify, splitByPoints, withoutShort } from '../src/outputs/polyline'
import { keptOf, wavyLine } from './drawings'

const square = keptOf([['person', 0, 0, 100, 0, 100, 50, 0, 50]])

function labels(svg: string): string[] {
  return [...svg.matchAll(/inkscape:label="([^"]*)"/g)].map((match) => match[1])
}

function lines(svg: string): number[][][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map((match) =>
    match[1].split(' ').map((pair) => pair.split(',').map(Number)),
  )
}

test('the drawing fills the paper up to the margin and lies in its middle', () => {
  const { svg } = toPlotter(square, { paper: '220x120', margin: 10, tolerance: 0 })
  assert.match(svg, /width="220mm" height="120mm" viewBox="0 0 220 120"/)
  assert.deepEqual(lines(svg), [[[10, 10], [210, 10], [210, 110], [10, 110]]])
})

test('a width in mm goes before fitting, and one too wide is refused with the widest', () => {
  const { svg } = toPlotter(square, { paper: 'a4', width: 100 })
  assert.deepEqual(lines(svg)[0][0], [55, 123.5])
  assert.throws(
    () => toPlotter(square, { paper: 'a4', width: 191 }),
    (error: OutputError) => /at most 190 mm/.test(error.remedy),
  )
})

test('papers by name, by size, on their side; others are refused', () => {
  assert.deepEqual(paperSize('A5', true), [210, 148])
  assert.deepEqual(paperSize('30 x 20 cm'), [300, 200])
  for (const wrong of ['a9', '', '0x10', '10x', 'constructor', '-5x10']) {
    assert.throws(() => paperSize(wrong), OutputError)
  }
})

test('layers: a pen each, the model after the person, notes that are not plotted', () => {
  const kept = keptOf([
    ['model', 0, 0, 10, 0],
    ['person', 20, 0, 30, 0],
    ['model', 40, 0, 50, 0],
  ])
  const plot = toPlotter(kept, { model: { speed: 30, height: 40, delay: 200 }, margin: 0 })
  assert.deepEqual(labels(plot.svg), ['1 person', '!2+S30+H40+D200 model', '% notes'])
  // Order and direction within a pen stay.
  const starts = plot.layers.map((layer) => layer.paths.map((path) => Math.round(path[0])))
  assert.deepEqual(starts, [[84], [0, 168]])
  assert.match(plot.svg, /model bear · .*seed 7 · temperature 0.4/)
  assert.match(plot.svg, /A\. &quot;Tester&quot;/)
  assert.throws(() => toPlotter(kept, { model: { speed: 0 } }), OutputError)
})

test('metres, lifts and minutes by the documented model', () => {
  // 190 mm wide at scale 1.9: two lines of 95 mm that touch, one 95 mm back above.
  const kept = keptOf([
    ['person', 0, 0, 50, 0],
    ['person', 50, 0, 100, 0],
    ['person', 0, 50, 50, 50],
  ])
  const plot = toPlotter(kept, { speedDown: 10, speedUp: 20, liftSeconds: 2 })
  assert.ok(Math.abs(plot.metres - 0.285) < 1e-9)
  assert.equal(plot.lifts, 2)
  const up = Math.hypot(190, 95)
  assert.ok(Math.abs(plot.minutes - (285 / 10 + up / 20 + 2 * 2) / 60) < 1e-9)
})

test('refills cut within a line at a point and stop before the new layer', () => {
  const points: number[] = []
  for (let i = 0; i <= 20; i++) points.push(i, 0)
  const kept = keptOf([['person', ...points]])
  // 200 mm long in steps of 10 mm; Ramer-Douglas-Peucker would leave two points.
  const plot = toPlotter(kept, { paper: '200x50', margin: 0, tolerance: 0, refill: 0.065 })
  assert.deepEqual(
    labels(plot.svg),
    ['1 person', '!1 person, refill 1', '!1 person, refill 2', '!1 person, refill 3', '% notes'],
  )
  const ends = plot.layers.map(({ paths }) => [paths[0][0], paths[0][paths[0].length - 2]])
  assert.deepEqual(ends.flat().map(Math.round), [0, 60, 60, 120, 120, 180, 180, 200])
  assert.equal(plot.lifts, 4)
  assert.ok(Math.abs(plot.metres - 0.2) < 1e-9)
})

test('split paths share the cut point and cost no lift', () => {
  const kept = keptOf([['person', ...wavyLine(100)]])
  const whole = toPlotter(kept, { tolerance: 0, shortest: 0 })
  const split = toPlotter(kept, { tolerance: 0, shortest: 0, splitPoints: 10 })
  const paths = split.layers[0].paths
  assert.equal(paths.length, 11)
  assert.ok(paths.every((path) => path.length <= 20))
  assert.deepEqual([...paths[0].subarray(-2)], [...paths[1].subarray(0, 2)])
  assert.equal(split.lifts, 1)
  assert.equal(split.metres.toFixed(9), whole.metres.toFixed(9))
})

test('tolerance: no point of the line farther from the plotted one', () => {
  const points = Float64Array.from(wavyLine(300))
  const few = simplify(points, 2)
  assert.ok(few.length < points.length / 2)
  for (let i = 0; i < points.length; i += 2) {
    let near = Infinity
    for (let k = 0; k + 3 < few.length; k += 2) {
      const [ax, ay, bx, by] = few.subarray(k, k + 4)
      const length = (bx - ax) ** 2 + (by - ay) ** 2
      const t = ((points[i] - ax) * (bx - ax) + (points[i + 1] - ay) * (by - ay)) / length
      const at = Math.min(1, Math.max(0, t))
      const [x, y] = [ax + at * (bx - ax), ay + at * (by - ay)]
      near = Math.min(near, Math.hypot(points[i] - x, points[i + 1] - y))
    }
    assert.ok(near <= 2 + 1e-9)
  }
})

test('a line that turns back keeps its turning point: the chord is a segment', () => {
  const hairpin = Float64Array.from([0, 0, 20, 0, 10, 0])
  assert.deepEqual([...simplify(hairpin, 1)], [0, 0, 20, 0, 10, 0])
})

test('short steps go, the last point stays; a piece is never a single point', () => {
  const close = Float64Array.from([0, 0, 0.04, 0, 0.06, 0, 0.1, 0, 0.12, 0])
  assert.deepEqual([...withoutShort(close, 0.05)], [0, 0, 0.06, 0, 0.12, 0])
  const end = withoutShort(Float64Array.of(0, 0, 1, 0, 1.01, 0), 0.05)
  assert.deepEqual([...end.subarray(-2)], [1.01, 0])
  const pieces = splitByPoints(Float64Array.from([0, 0, 1, 0, 2, 0, 3, 0]), 2)
  assert.deepEqual(pieces.map((piece) => piece.length), [4, 4, 4])
})

test('dots are plotted; nothing, bad margins and bad numbers are refused', () => {
  const dot = toPlotter(keptOf([['person', 5, 5]]), { paper: '100x80' })
  assert.deepEqual(lines(dot.svg), [[[50, 40], [50, 40]]])
  assert.throws(() => toPlotter(keptOf([])), OutputError)
  assert.throws(() => toPlotter(keptOf([['person']])), OutputError)
  assert.equal(toPlotter(keptOf([['model'], ['person', 0, 0, 5, 5]])).layers.length, 1)
  assert.throws(() => toPlotter(square, { margin: 105 }), OutputError)
  assert.throws(() => toPlotter(square, { speedDown: 0 }), OutputError)
  assert.throws(() => toPlotter(square, { tolerance: Number.NaN }), OutputError)
  assert.throws(() => toPlotter(square, { splitPoints: 1 }), OutputError)
})
