import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalQuantile } from '../src/random/normal'
import { STREAM_NAMES } from '../src/random/stream_names'
import { stream } from '../src/random/streams'
import { assertClose, fixture, skip } from './fixtures'

test('streams are those of NumPy to the last bit', { skip }, () => {
  for (const { seed, name, key, uniform, normal, shares, choice } of fixture('random').cases) {
    const numbers = stream(seed, name, ...key)
    const halves = [...numbers.uniform(100), ...numbers.uniform(200)]
    assert.deepEqual(halves, uniform)
    assertClose(numbers.normal(normal.length), normal, 0, 1e-14, name)
    assert.deepEqual(choice.map(() => numbers.choice(shares)), choice)
  }
})

test('normal numbers at both ends', { skip }, () => {
  const [uniform, normal] = fixture('random').tails
  assertClose(normalQuantile(Float64Array.from(uniform)), normal, 1e-15, 1e-14)
})

test('names of streams are those of Python', { skip }, () => {
  assert.deepEqual(STREAM_NAMES, fixture('names'))
})

test('seeds that are no whole numbers are refused', () => {
  for (const seed of [-1, 0.5, 2 ** 53, NaN]) {
    assert.throws(() => stream(seed, 'OFFSET'), RangeError)
  }
})

test('streams of nine drawings of 250 points take little time', (t) => {
  const drawAll = () => {
    for (let k = 0; k < 9; k++) {
      stream(1, 'COMPONENT_AND_PEN', k).uniform(500)
      stream(1, 'OFFSET', k).normal(500)
    }
  }
  t.diagnostic(`${quickest(drawAll).toFixed(2)} ms`)
  assert.ok(quickest(drawAll) < 5)
})

function quickest(task: () => void): number {
  let least = Infinity
  for (let k = 0; k < 30; k++) {
    const begun = performance.now()
    task()
    least = Math.min(least, performance.now() - begun)
  }
  return least
}
