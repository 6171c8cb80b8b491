/// <reference types="node" />
/** What Python gives, from the folder that the environment names as FIXTURES. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Drawing } from '../src/api'

export const folder = process.env.FIXTURES
/** Of tests that compare with Python: `pytest tests/browser` sets the folder. */
export const skip = folder ? false : 'FIXTURES is not set: run pytest tests/browser'

// Their shapes are those of tests/browser/sampling_fixtures.py.
export function fixture(name: string): any {
  return JSON.parse(readFileSync(join(folder as string, `sampling_${name}.json`), 'utf8'))
}

export function drawingOf(strokes: number[][]): Drawing {
  return { strokes: strokes.map((s) => Float32Array.from(s)) }
}

/** Each number within absolute + relative · |wanted|; the worst is named. */
export function assertClose(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  absolute: number,
  relative = 0,
  what = '',
): void {
  assert.equal(found.length, wanted.length, `${what}: how many`)
  for (let k = 0; k < wanted.length; k++) {
    const off = Math.abs(found[k] - wanted[k])
    const bound = absolute + relative * Math.abs(wanted[k])
    assert.ok(off <= bound, `${what}: number ${k} is ${found[k]}, not ${wanted[k]}`)
  }
}

export function assertStrokes(
  found: Drawing,
  wanted: number[][],
  absolute: number,
  what = '',
): void {
  const counts = (strokes: ArrayLike<number>[]) => strokes.map((s) => s.length / 2)
  assert.deepEqual(counts(found.strokes), counts(wanted), `${what}: points of each stroke`)
  wanted.forEach((s, k) => assertClose(found.strokes[k], s, absolute, 0, `${what} stroke ${k}`))
}
