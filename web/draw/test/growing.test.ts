import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAME_PLACE } from '../src/geometry'
import { countOf, firstStroke, grow, likeliest, linesOf, newGrowing } from '../src/growing'

const ink = (keep: number, points: number[], begins: number[], ended = false, nats = 1) => ({
  slot: 0, keep, points: Float32Array.from(points), begins: Uint8Array.from(begins), ended, nats,
})

test('news is added; a line that gives way is void', () => {
  const line = newGrowing()
  grow(line, ink(0, [0, 0, 1, 0], [0, 0]))
  grow(line, ink(2, [2, 5], [0]))
  assert.equal(line.count, 3)
  assert.deepEqual(line.box, { x: 0, y: 0, width: 2, height: 5 })
  assert.equal(line.turn, 0)
  grow(line, ink(0, [7, 7], [0]))
  assert.equal(line.turn, 1)
  assert.deepEqual(line.box, { x: 7, y: 7, width: 0, height: 0 })
})

test('the bending of the last points voids nothing that was settled', () => {
  const line = newGrowing()
  grow(line, ink(0, [0, 0, 1, 0, 2, 0], [0, 0, 0]))
  grow(line, ink(2, [2, 1, 3, 1], [0, 0]))
  assert.deepEqual([line.count, line.settled, line.turn, line.news], [4, 2, 0, 2])
  grow(line, ink(3, [3, 2, 4, 2], [0, 0]))
  assert.deepEqual([line.count, line.settled, line.turn], [5, 3, 0])
  grow(line, ink(2, [9, 9], [0])) // a closed stroke is bent anew from farther behind
  assert.deepEqual([line.count, line.settled, line.turn], [3, 2, 1])
})

test('the buffer grows with the line', () => {
  const line = newGrowing()
  for (let i = 0; i < 3000; i++) grow(line, ink(i, [i, -i], [0]))
  assert.equal(line.count, 3000)
  assert.deepEqual([line.xy[0], line.xy[5998], line.xy[5999]], [0, 2999, -2999])
})

test('lines: the first goes on from the start, each beginning is a line', () => {
  const line = newGrowing()
  grow(line, ink(0, [1, 1, 2, 2, 8, 8, 9, 9], [0, 0, 1, 0]))
  const lines = linesOf(line, 4, [0, 0], { scale: 2, x: 1, y: 0 })
  assert.deepEqual(lines.map(({ points }) => [...points]), [[0, 0, 3, 2, 5, 4], [17, 16, 19, 18]])
  assert.deepEqual([...linesOf(line, 1, [0, 0], SAME_PLACE)[0].points], [0, 0, 1, 1])
})

test('a line that begins anew does not hang on the start', () => {
  const line = newGrowing()
  grow(line, ink(0, [1, 1, 2, 2], [1, 0]))
  assert.deepEqual([...linesOf(line, 2, [0, 0], SAME_PLACE)[0].points], [1, 1, 2, 2])
})

test('a part of a line', () => {
  const line = newGrowing()
  grow(line, ink(0, Array(20).fill(1), Array(10).fill(0)))
  assert.deepEqual([0.01, 0.5, 1].map((part) => countOf(line, part)), [1, 5, 10])
})

test('the first stroke has an end once the next begins, or all ends', () => {
  const line = newGrowing()
  grow(line, ink(0, [1, 1, 2, 2], [1, 0]))
  assert.equal(firstStroke(line), 0)
  grow(line, ink(2, [5, 5], [1]))
  assert.equal(firstStroke(line), 2)
})

test('the likeliest cost the fewest nats; what has hardly begun is not asked', () => {
  const lines = [3, 1, 2, 0].map((nats, i) => {
    const line = newGrowing()
    grow(line, ink(0, Array(i === 3 ? 2 : 12).fill(0), Array(i === 3 ? 1 : 6).fill(0), false, nats))
    return line
  })
  assert.deepEqual(likeliest(lines, 2), [1, 2])
})
