import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ByteReader, ByteWriter, fromBase64Url, toBase64Url } from '../src/storage/bytes'
import { OutputError } from '../src/storage/kept'
import { decodeLink, encodeLink, type LinkedDrawing } from '../src/storage/link'
import { wavyLine } from './drawings'

const drawing: LinkedDrawing = {
  width: 820.5,
  height: 610,
  strokes: [
    { points: wavyLine(180, 1), by: 'person' },
    { points: wavyLine(300, 2), by: 'model' },
    { points: Float32Array.from([-12.3, 800.77]), by: 'person' },
  ],
  start: 1,
  settings: {
    title: 'Ölkännchen',
    model: { name: 'bear', digest: '0123456789abcdef', artist: 'someone', licence: 'CC BY 4.0' },
    seed: 12345,
    temperature: 0.4,
    n: 9,
    choose: 'rejection',
  },
}

test('a link brings the drawing back to a quarter of a unit, its hands and settings', async () => {
  const back = await decodeLink(`#${await encodeLink(drawing)}`)
  assert.ok(back)
  assert.deepEqual(back.settings, drawing.settings)
  assert.deepEqual([back.width, back.height, back.start], [820.5, 610, 1])
  assert.deepEqual(back.strokes.map((s) => s.by), ['person', 'model', 'person'])
  drawing.strokes.forEach(({ points }, k) => {
    assert.equal(back.strokes[k].points.length, points.length)
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = back.strokes[k].points.subarray(i, i + 2)
      assert.ok(Math.hypot(x - points[i], y - points[i + 1]) <= 0.25)
    }
  })
})

test('500 points take less than 1.5 kB', async () => {
  for (const step of [2, 6, 12]) {
    const strokes = [
      { points: wavyLine(200, 3, step), by: 'person' as const },
      { points: wavyLine(300, 4, step), by: 'model' as const },
    ]
    const link = await encodeLink({ ...drawing, strokes })
    assert.ok(link.length < 1500, `${link.length} characters at steps of ${step}`)
  }
})

test('every damaged link is refused with a sentence, never half read', async () => {
  const link = await encodeLink(drawing)
  const wrong = [
    link.slice(0, -7),
    link.slice(0, 6),
    `${link}AAAA`,
    link.replace(/^d=./, 'd=B'),
    `${link.slice(0, 200)}%%${link.slice(202)}`,
    'd=',
  ]
  for (let k = 0; k < 200; k++) {
    const at = 2 + ((k * 7919) % (link.length - 2))
    wrong.push(link.slice(0, at) + (link[at] === 'x' ? 'y' : 'x') + link.slice(at + 1))
  }
  for (const text of wrong) {
    // The last character may hold bits that belong to no byte; a change there changes nothing.
    const same = await decodeLink(text).then(
      (back) => back,
      (error) => {
        assert.ok(error instanceof OutputError, String(error))
        assert.ok(error.remedy.length > 0)
        return null
      },
    )
    if (same) assert.deepEqual(same, await decodeLink(link))
  }
})

test('a newer version, and no drawing at all', async () => {
  const newer = `d=${toBase64Url(Uint8Array.from([2, 0, 0, 0, 0, 1]))}`
  await assert.rejects(decodeLink(newer), /newer version/)
  assert.equal(await decodeLink('#'), null)
  assert.equal(await decodeLink('#top'), null)
})

test('numbers and base64url', () => {
  const writer = new ByteWriter()
  const numbers = [0, -1, 1, 63, -64, 64, 127, 128, -300, 2 ** 40, -(2 ** 40)]
  for (const value of numbers) writer.signed(value)
  const reader = new ByteReader(writer.taken())
  assert.deepEqual(numbers.map(() => reader.signed()), numbers)
  assert.throws(() => reader.signed(), RangeError)
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes)
})
