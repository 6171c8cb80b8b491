import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Painter, paintInTurn } from '../src/canvas/frames'

function queueOf(count: number, wants = false): { queue: Set<Painter>; painted: number[] } {
  const painted: number[] = []
  const painter = (k: number): Painter => () => {
    painted.push(k)
    return wants
  }
  return { queue: new Set(Array.from({ length: count }, (_, k) => painter(k))), painted }
}

/** Time for so many looks at the clock. */
function timeFor(looks: number): () => boolean {
  return () => looks-- > 0
}

test('with time for all, all paint, and none asks for another frame', () => {
  const { queue, painted } = queueOf(4)
  assert.equal(paintInTurn(queue, 0, () => true), false)
  assert.deepEqual(painted, [0, 1, 2, 3])
})

test('without time they take turns, and the next frame is asked for', () => {
  const { queue, painted } = queueOf(5)
  assert.equal(paintInTurn(queue, 0, timeFor(1)), true)
  assert.deepEqual(painted, [0, 1])
  assert.equal(paintInTurn(queue, 0, timeFor(1)), true)
  assert.deepEqual(painted, [0, 1, 2, 3])
  paintInTurn(queue, 0, () => false)
  assert.deepEqual(painted, [0, 1, 2, 3, 4]) // one in any case
})

test('a painter that has left while it painted does not come back', () => {
  const queue = new Set<Painter>()
  const leaving = () => {
    queue.delete(leaving)
    return false
  }
  queue.add(leaving)
  assert.equal(paintInTurn(queue, 0, () => true), false)
  assert.equal(queue.size, 0)
})

test('a painter that wants more gets the next frame', () => {
  assert.equal(paintInTurn(queueOf(2, true).queue, 0, () => true), true)
})
