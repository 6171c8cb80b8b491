/** Drawings for tests: small ones written out, and a wavy one like a hand's. */

import type { By, Kept } from '../src/storage/kept'

/** A kept drawing of strokes as `[by, x, y, x, y, …]`. */
export function keptOf(strokes: [By, ...number[]][], more: Partial<Kept> = {}): Kept {
  return {
    strokes: strokes.map(([by, ...points]) => ({ by, points: Float32Array.from(points) })),
    width: 400,
    height: 300,
    title: 'Test & <drawing>',
    model: { name: 'bear', digest: 'ab12', artist: 'A. "Tester"', licence: 'CC BY 4.0' },
    seed: 7,
    temperature: 0.4,
    date: Date.UTC(2026, 10, 29),
    ...more,
  }
}

/** A line of `count` points that turns as a hand does; the same for the same seed. */
export function wavyLine(count: number, seed = 1, step = 6): Float32Array {
  const points = new Float32Array(2 * count)
  let [x, y, angle, turn, state] = [200, 150, 0, 0, seed]
  for (let i = 0; i < count; i++) {
    state = (state * 1103515245 + 12345) % 2147483648
    turn = 0.9 * turn + 0.4 * (state / 2147483648 - 0.5)
    angle += turn
    x += step * Math.cos(angle)
    y += step * Math.sin(angle)
    points.set([x, y], 2 * i)
  }
  return points
}
