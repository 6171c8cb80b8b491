import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fileKind, fitInto, photoMessage, readDropped } from '../src/input/files'
import { apply, multiply, parseTransform } from '../src/input/matrix'
import { parsePath } from '../src/input/path_data'
import { length, shapeLines } from '../src/input/shapes'
import { OutputError } from '../src/storage/kept'

const path = (d: string, tolerance = 0.1) => parsePath(d, tolerance).lines
const near = (actual: number[], expected: number[], within = 1e-9) => {
  assert.equal(actual.length, expected.length, `${actual} has not ${expected.length} numbers`)
  actual.forEach((v, i) => assert.ok(Math.abs(v - expected[i]) <= within, `${actual}`))
}

test('moves, lines, relative and short forms', () => {
  assert.deepEqual(path('M1 2L3 4l1-1H9v2 Z'), [[1, 2, 3, 4, 4, 3, 9, 3, 9, 5, 1, 2]])
  assert.deepEqual(path('m1,1 2,0 0,2m5 5h1'), [[1, 1, 3, 1, 3, 3], [8, 8, 9, 8]])
  assert.deepEqual(path('M.5.5-1-1e1'), [[0.5, 0.5, -1, -10]])
  // After a close the pen is at the subpath's start.
  assert.deepEqual(path('M1 1h2v2zl-1 0'), [[1, 1, 3, 1, 3, 3, 1, 1], [1, 1, 0, 1]])
  assert.deepEqual(path('M5 5'), [])
})

test('curves pass through their ends and stay near the true curve', () => {
  const [cubic] = path('M0 0C0 100 100 100 100 0', 0.05)
  near(cubic.slice(-2), [100, 0])
  // At its middle: (50, 75).
  const best = Math.min(
    ...Array.from({ length: cubic.length / 2 }, (_, i) =>
      Math.hypot(cubic[2 * i] - 50, cubic[2 * i + 1] - 75),
    ),
  )
  assert.ok(best < 3)
  const [smooth] = path('M0 0C0 10 10 10 10 0S20-10 20 0')
  const [written] = path('M0 0C0 10 10 10 10 0C10-10 20-10 20 0')
  near(smooth, written)
  const [mirrored] = path('M0 0Q5 10 10 0T20 0')
  const [plain] = path('M0 0Q5 10 10 0Q15-10 20 0')
  near(mirrored, plain)
  // T after anything but a quadratic is a line, and S after a line begins flat.
  const [line] = path('M0 0C0 10 10 10 10 0T20 0')
  assert.ok(line.every((v, i) => i % 2 === 0 || line[i - 1] <= 10 || Math.abs(v) < 1e-9))
  near(path('M0 0Q5 9 10 0L20 0S30 9 40 0')[0], path('M0 0Q5 9 10 0L20 0C20 0 30 9 40 0')[0])
  near(path('M0 0L10 0T20 0', 1)[0].slice(-2), [20, 0])
})

test('arcs: half circles, both ways, flags without blanks, radii too small', () => {
  const [half] = path('M0 0A10 10 0 0 1 20 0', 0.01)
  for (let i = 0; i < half.length; i += 2) {
    near([Math.hypot(half[i] - 10, half[i + 1])], [10], 1e-9)
    assert.ok(half[i + 1] <= 1e-9, 'sweep 1 goes over the top')
  }
  assert.deepEqual(path('M0 0a10 10 0 0120 0', 0.01)[0].slice(-2), [20, 0])
  assert.ok(path('M0 0A10 10 0 0 0 20 0', 0.01)[0].some((v, i) => i % 2 && v > 9))
  assert.ok(path('M0 0A1 1 0 0 1 20 0', 0.01)[0].some((v, i) => i % 2 && v < -9.9))
  assert.deepEqual(path('M0 0A0 5 0 0 1 20 0'), [[0, 0, 20, 0]])
  const [small] = path('M0 -10A10 10 0 0 0 10 0', 0.01)
  for (let i = 0; i < small.length; i += 2) {
    near([Math.hypot(small[i] - 10, small[i + 1] + 10)], [10], 1e-9)
  }
  // The large arc of a quarter goes three quarters round: out to x = -10.
  const [large] = path('M0 -10A10 10 0 1 0 10 0', 0.01)
  assert.ok(Math.abs(Math.min(...large.filter((_, i) => i % 2 === 0)) + 10) < 0.05)
})

test('broken data: the lines before the mistake, and whole is false', () => {
  assert.deepEqual(parsePath('M0 0L5 5L7', 1), { lines: [[0, 0, 5, 5]], whole: false })
  assert.deepEqual(parsePath('L5 5', 1), { lines: [], whole: false })
  assert.equal(parsePath('M0 0L5 5 nonsense', 1).whole, false)
  assert.equal(parsePath('', 1).whole, true)
  // The curve command breaks off: no endless loop, no NaN.
  assert.deepEqual(parsePath('M0 0 1 1C1 2 3', 1), { lines: [[0, 0, 1, 1]], whole: false })
})

test('transforms are multiplied from the left, angles are degrees', () => {
  near(apply(parseTransform('translate(10,5) scale(2)'), [1, 1]), [12, 7])
  near(apply(parseTransform('rotate(90)'), [1, 0]), [0, 1])
  near(apply(parseTransform('rotate(180 5 5)'), [0, 0]), [10, 10])
  near(apply(parseTransform('skewX(45)'), [0, 2]), [2, 2])
  near(apply(parseTransform('matrix(1 2 3 4 5 6)'), [1, 1]), [9, 12])
  near(apply(multiply([2, 0, 0, 2, 0, 0], [1, 0, 0, 1, 3, 0]), [0, 0]), [6, 0])
  near(apply(parseTransform('constructor(4)'), [1, 1]), [1, 1])
})

test('basic shapes', () => {
  const shape = (name: string, values: Record<string, string>) =>
    shapeLines(name, (key) => values[key] ?? null, { width: 200, height: 100 }, 0.1)
  assert.deepEqual(shape('line', { x2: '10', y2: '50%' }).lines, [[0, 0, 10, 50]])
  assert.deepEqual(shape('polyline', { points: '0,0 1,1 2 0' }).lines, [[0, 0, 1, 1, 2, 0]])
  assert.deepEqual(shape('polygon', { points: '0 0 1 1 2 0' }).lines[0].slice(-2), [0, 0])
  const broken = shape('polyline', { points: '0 0 1 1 x' })
  assert.deepEqual(broken, { lines: [[0, 0, 1, 1]], whole: false })
  assert.equal(shape('rect', { width: '10', height: '5' }).lines[0].length, 10)
  const [circle] = shape('circle', { cx: '5', cy: '5', r: '5' }).lines
  assert.deepEqual(circle.slice(0, 2), circle.slice(-2))
  for (let i = 0; i < circle.length; i += 2) {
    near([Math.hypot(circle[i] - 5, circle[i + 1] - 5)], [5])
  }
  const [round] = shape('rect', { width: '20', height: '10', rx: '3' }).lines
  assert.ok(!round.some((v, i) => i % 2 === 0 && v < 1 && round[i + 1] < 0.5), 'corner cut off')
  assert.deepEqual(shape('ellipse', { rx: '0', ry: '5' }).lines, [])
  assert.equal(length('10mm', 1), (10 * 96) / 25.4)
  assert.equal(length('auto', 1), null)
})

test('files are known by their first bytes, and a photo is sent to strokebook trace', () => {
  const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
  const heads: [string, string][] = [
    ['\x89PNG\r\n\x1a\n', 'png'],
    ['\xff\xd8\xff\xe0', 'jpeg'],
    ['\0\0\0\x18ftypheic', 'heic'],
    ['%PDF-1.7', 'pdf'],
    ['RIFF\0\0\0\0WEBP', 'webp'],
    ['<?xml version="1.0"?>\n<!-- x --><svg xmlns="">', 'svg'],
    ['<ns:svg ', 'svg'],
    ['hello', 'unknown'],
    ['', 'unknown'],
  ]
  for (const [text, kind] of heads) assert.equal(fileKind(bytes(text)), kind)
  assert.match(photoMessage('jpeg')!.remedy, /strokebook trace page\.jpg -o page\.svg/)
  assert.match(photoMessage('heic')!.remedy, /JPEG or PNG, then run/)
  assert.equal(photoMessage('svg'), null)
  assert.throws(() => readDropped(bytes('%PDF-1.7')), OutputError)
  assert.throws(() => readDropped(bytes('hello')), OutputError)
})

test('a drawing is fitted into the middle of the canvas', () => {
  const [points] = fitInto(
    { strokes: [Float32Array.from([0, 0, 100, 50])], width: 100, height: 50 },
    200,
    200,
    0,
  )
  near([...points], [0, 50, 200, 150])
})
