import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  arcLengths, columnsFor, contains, fit, fromScreen, hasExtent, pad, placed, unite,
} from '../src/geometry'

test('a box is shown whole, in the middle', () => {
  const view = fit({ x: 10, y: 0, width: 100, height: 50 }, 220, 120, 10)
  assert.equal(view.scale, 2)
  assert.deepEqual([...placed(Float32Array.of(10, 0, 110, 50), view)], [10, 10, 210, 110])
})

test('screen and sheet are each other the other way round', () => {
  const view = { scale: 1.5, x: 7, y: -3 }
  const [x, y] = placed(Float32Array.of(4, 9), view)
  assert.deepEqual(fromScreen(view, x, y), [4, 9])
})

test('boxes: united, padded, within', () => {
  const a = { x: 0, y: 0, width: 2, height: 2 }
  const b = { x: 5, y: -1, width: 1, height: 1 }
  const both = unite(a, b)!
  assert.deepEqual(both, { x: 0, y: -1, width: 6, height: 3 })
  assert.equal(unite(null, a), a)
  assert.ok(contains(both, a) && !contains(a, both))
  assert.deepEqual(pad(a, 1), { x: -1, y: -1, width: 4, height: 4 })
})

test('ways along a line', () => {
  assert.deepEqual([...arcLengths(Float32Array.of(0, 0, 3, 4, 3, 4, 3, 5))], [0, 5, 5, 6])
})

test('a dot has no extent, however often it is told', () => {
  assert.equal(hasExtent(Float32Array.of(1, 1, 1, 1)), false)
  assert.equal(hasExtent(Float32Array.of(1, 1, 1, 1, 1, 2)), true)
})

test('cells stand in a square', () => {
  assert.deepEqual([1, 2, 4, 6, 9, 12].map((n) => columnsFor(n, true)), [1, 2, 2, 3, 3, 4])
})
