import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interleave, LANES } from '../src/kernel/kernel'
import { openKernel } from '../src/kernel/open'

const kernels = await Promise.all([openKernel(true), openKernel(false)])

test('both kernels are there', () => {
  assert.deepEqual(kernels.map(({ kind }) => kind), ['wasm', 'plain'])
})

test('weights of four rows lie side by side, zeros below the last', () => {
  const rows = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) // 5 × 2
  const packed = [1, 3, 5, 7, 2, 4, 6, 8, 9, 0, 0, 0, 10, 0, 0, 0]
  assert.deepEqual([...interleave(rows, 5, 2)], packed)
})

for (const { kind, make } of kernels) {
  test(`a product by hand: ${kind}`, () => {
    const kernel = make()
    const matrix = kernel.pack(Float32Array.of(1, 2, -1, 0.5, 0, 3), 3, 2)
    const one = new Float32Array(3)
    kernel.multiply(matrix, Float32Array.of(2, 4), one, 1)
    assert.deepEqual([...one], [10, 0, 12])
    const input = new Float32Array(2 * LANES)
    input.set([2, 3], 0)
    input.set([4, 10], LANES)
    const lanes = new Float32Array(3 * LANES)
    kernel.multiply(matrix, input, lanes, LANES)
    assert.deepEqual([lanes[0], lanes[LANES], lanes[2 * LANES]], [10, 0, 12])
    assert.deepEqual([lanes[1], lanes[LANES + 1], lanes[2 * LANES + 1]], [23, 2, 30])
    assert.equal(lanes[LANES - 1], 0)
  })

  test(`a lane's sums are the same alone and among others, to the bit: ${kind}`, () => {
    const kernel = make()
    for (const [rows, columns] of [[1, 1], [5, 7], [16, 3], [37, 130]]) {
      const value = (k: number) => Math.fround(Math.sin(12.9898 * k) * 3)
      const weights = Float32Array.from({ length: rows * columns }, (_, k) => value(k))
      const input = Float32Array.from({ length: columns * LANES }, (_, k) => value(k + 0.5))
      const matrix = kernel.pack(weights, rows, columns)
      const all = new Float32Array(rows * LANES)
      kernel.multiply(matrix, input, all, LANES)
      for (const lane of [0, 5, 11]) {
        const own = Float32Array.from({ length: columns }, (_, k) => input[k * LANES + lane])
        const out = new Float32Array(rows)
        kernel.multiply(matrix, own, out, 1)
        out.forEach((v, row) => assert.equal(v, all[row * LANES + lane]))
        const sum = own.reduce((total, v, k) => total + v * weights[k], 0)
        assert.ok(Math.abs(out[0] - sum) < 1e-4)
      }
    }
  })
}
