import assert from 'node:assert/strict'
import { test } from 'node:test'

import { crc32 } from '../src/outputs/crc32'
import { compress, GifWriter } from '../src/outputs/gif'
import { addText } from '../src/outputs/png'
import { smoothPath, toSvg } from '../src/outputs/svg'
import { playingSeconds, pointsAt, timeline } from '../src/outputs/timeline'
import { escapeXml, shortNumber } from '../src/outputs/xml'
import { parsePath } from '../src/input/path_data'
import { keptOf, wavyLine } from './drawings'

/** LZW as a GIF reader does it. */
function expand(data: Uint8Array, bits: number): number[] {
  const clear = 1 << bits
  let [width, table, at]: [number, number[][], number] = [bits + 1, [], 0]
  let last: number[] | null = null
  const out: number[] = []
  for (;;) {
    let code = 0
    for (let k = 0; k < width; k++, at++) code |= ((data[at >> 3] >> (at & 7)) & 1) << k
    if (code === clear) {
      table = Array.from({ length: clear + 2 }, (_, i) => [i])
      width = bits + 1
      last = null
      continue
    }
    if (code === clear + 1) return out
    const entry: number[] = table[code] ?? [...last!, last![0]]
    out.push(...entry)
    if (last && table.length < 4096) table.push([...last, entry[0]])
    if (table.length === 1 << width && width < 12) width++
    last = entry
  }
}

test('GIF: what is compressed expands to the same pixels, also past a full table', () => {
  let state = 1
  const noise = Uint8Array.from({ length: 60_000 }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state >> 16) % 64
  })
  const plain = new Uint8Array(5000)
  for (const pixels of [noise, plain, Uint8Array.of(3), Uint8Array.of(1, 2, 1, 2, 1, 2, 1)]) {
    assert.deepEqual(expand(compress(pixels, 6), 6), [...pixels])
  }
  assert.ok(compress(plain, 6).length < 200)
})

test('GIF: head, size, loop and end', () => {
  const writer = new GifWriter({ width: 300, height: 2, palette: Uint8Array.of(0, 0, 0, 9, 9, 9) })
  writer.add({ x: 0, y: 0, width: 300, height: 2, pixels: new Uint8Array(600), delay: 5 })
  const bytes = writer.finish()
  assert.equal(String.fromCharCode(...bytes.subarray(0, 6)), 'GIF89a')
  assert.deepEqual([...bytes.subarray(6, 10)], [44, 1, 2, 0])
  assert.equal(bytes[bytes.length - 1], 0x3b)
})

test('PNG: text chunks stand after the header with the right sum', () => {
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926)
  const png = new Uint8Array(40).fill(7)
  const marked = addText(png, [['seed', '7']])
  assert.equal(marked.length, 40 + 12 + 'seed'.length + 5 + 1)
  assert.deepEqual([...marked.subarray(0, 33)], new Array(33).fill(7))
  assert.equal(new TextDecoder().decode(marked.subarray(37, 45)), 'iTXtseed')
  assert.deepEqual([...marked.subarray(-7)], new Array(7).fill(7))
})

test('SVG: a group for each turn of a hand, facts, nothing unescaped', () => {
  const kept = keptOf([
    ['person', 0, 0, 10, 0],
    ['model', 10, 0, 20, 5, 30, 0],
    ['person', 40, 0],
  ])
  const svg = toSvg(kept, { smooth: false, model: '#0a0', paper: 'white' })
  const classes = [...svg.matchAll(/<g class="(\w+)"/g)].map((match) => match[1])
  assert.deepEqual(classes, ['person', 'model', 'person'])
  assert.match(svg, /<title>Test &amp; &lt;drawing&gt;<\/title>/)
  assert.match(svg, /<desc>[^<]*model bear[^<]*licence CC BY 4.0[^<]*seed 7/)
  assert.match(svg, /temperature="0.4" date="2026-11-29T00:00:00.000Z"/)
  assert.match(svg, /d="M10,0 L20,5 30,0"/)
  assert.match(svg, /d="M40,0 L40,0"/)
  assert.match(svg, /viewBox="0 0 400 300"/)
})

test('a smooth path passes through every point and stays close to the line', () => {
  const points = wavyLine(50)
  const [line] = parsePath(smoothPath(points), 0.01).lines
  const pairs = Array.from({ length: line.length / 2 }, (_, i) => line.slice(2 * i, 2 * i + 2))
  for (let i = 0; i < points.length; i += 2) {
    const nearest = Math.min(...pairs.map(([x, y]) => Math.hypot(x - points[i], y - points[i + 1])))
    assert.ok(nearest < 0.01)
  }
  // Uneven steps make no loop: x never runs back here.
  const uneven = parsePath(smoothPath(Float32Array.from([0, 0, 1, 0, 2, 1, 100, 0])), 0.01).lines[0]
  const xs = uneven.filter((_, i) => i % 2 === 0)
  assert.ok(xs.every((x, i) => i === 0 || x >= xs[i - 1]))
})

test('timeline: as the pen drew, with long pauses cut; even without times', () => {
  const kept = keptOf([['person', 0, 0, 1, 0, 2, 0]])
  kept.strokes[0].times = Float32Array.of(0, 100, 60_100)
  assert.deepEqual([...timeline(kept)].map((v) => +v.toFixed(3)), [0, 0.286, 1])
  const both = keptOf([['person', 0, 0, 1, 0], ['model', 1, 0, 2, 0]])
  const moments = timeline(both)
  assert.equal(moments[3], 1)
  assert.ok(moments[2] - moments[1] > moments[1] - moments[0], 'a lift takes a while')
  assert.equal(pointsAt(moments, 0), 1)
  assert.equal(pointsAt(moments, 1), 4)
  assert.equal(playingSeconds(both), 2)
})

test('numbers and text for XML', () => {
  assert.equal(shortNumber(1.5, 2), '1.5')
  assert.equal(shortNumber(-0.001, 2), '0')
  assert.equal(shortNumber(100, 0), '100')
  assert.equal(escapeXml('a\u0000<"\ud800&'), 'a&lt;&quot;&amp;')
})
