import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalQuantile } from '../src/random/normal'
import { Sfc64 } from '../src/random/sfc64'
import { STREAM_NAMES } from '../src/random/stream_names'
import { stream } from '../src/random/streams'
import { assertClose, fixture, skip } from './fixtures'

test('streams are those of NumPy to the last bit', { skip }, () => {
  for (const { seed, name, key, uniform, normal, shares, choice } of fixture('random').cases) {
    const numbers = stream(seed, name, ...key)
    const halves = [...numbers.uniform(100), ...numbers.uniform(200)]
    assert.deepEqual(halves, uniform)
    assertClose(numbers.normal(normal.length), normal, 0, 1e-14, name)
    assert.deepEqual(
      choice.map(() => numbers.choice(shares)),
      choice,
    )
  }
})

test('halves of words carry into each other', () => {
  // The sum of a and b is all ones below, so that the counter carries at once.
  const seed = Uint32Array.of(0xfffffffe, 0x80000000, 1, 0x7fffffff, 0xffffffff, 0xffffffff)
  const found = [...new Sfc64(seed).fill(new Float64Array(40))]
  assert.deepEqual(found, sfc64InBigInt(seed).slice(12, 52))
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

/** The first 52 numbers, with those of the warming up. */
function sfc64InBigInt(seed: Uint32Array): number[] {
  const mask = (1n << 64n) - 1n
  const word = (k: number) => BigInt(seed[2 * k]) | (BigInt(seed[2 * k + 1]) << 32n)
  let [a, b, c, counter] = [word(0), word(1), word(2), 1n]
  return Array.from({ length: 52 }, () => {
    const next = (a + b + counter++) & mask
    a = b ^ (b >> 11n)
    b = (c + (c << 3n)) & mask
    c = (((c << 24n) | (c >> 40n)) + next) & mask
    return Number(next >> 11n) * 2 ** -53
  })
}

function quickest(task: () => void): number {
  let least = Infinity
  for (let k = 0; k < 30; k++) {
    const begun = performance.now()
    task()
    least = Math.min(least, performance.now() - begun)
  }
  return least
}
