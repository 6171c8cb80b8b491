/** What a page makes of a run's news. */

import assert from 'node:assert/strict'
import type { Run } from '../src/api'

interface Line {
  xy: number[]
  begins: number[]
  ended: boolean
}

/** The lines of all slots when the run is over, and how often one took another's place. */
export async function gather(run: Run, n: number): Promise<{ lines: Line[]; replaced: number }> {
  const lines = Array.from({ length: n }, (): Line => ({ xy: [], begins: [], ended: false }))
  let replaced = 0
  for await (const news of run) {
    for (const ink of news) {
      const line = lines[ink.slot]
      assert.ok(ink.keep <= line.begins.length)
      assert.equal(ink.points.length, 2 * ink.begins.length)
      if (ink.keep === 0 && line.ended) replaced++
      line.xy.splice(2 * ink.keep, Infinity, ...ink.points)
      line.begins.splice(ink.keep, Infinity, ...ink.begins)
      line.ended = ink.ended
    }
  }
  return { lines, replaced }
}
