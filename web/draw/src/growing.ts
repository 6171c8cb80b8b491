/** A model's line while it grows: a buffer that the news is written into. */

import type { Ink } from '../../engine/src/api'
import type { Box } from './storage/kept'
import { placed, type View } from './geometry'
import type { Line } from './sheet'

export interface Growing {
  xy: Float32Array
  begins: Uint8Array
  count: number
  ended: boolean
  nats: number
  /** So many points stayed with the last news, all once it has ended; the rest may still bend. */
  settled: number
  /** Raised whenever settled points have changed: what was painted is void. */
  turn: number
  /** How many pieces of news have come. */
  news: number
  box: Box | null
}

export function newGrowing(): Growing {
  return {
    xy: new Float32Array(1024),
    begins: new Uint8Array(512),
    count: 0,
    ended: false,
    nats: Infinity,
    settled: 0,
    turn: 0,
    news: 0,
    box: null,
  }
}

/** Write one piece of news into the buffer. */
export function grow(line: Growing, ink: Ink): void {
  const added = ink.points.length / 2
  if (ink.keep < line.settled) line.turn++
  line.settled = ink.keep
  line.news++
  if (ink.keep < line.count) {
    line.count = ink.keep
    line.box = boxOf(line.xy, 0, line.count, null)
  }
  makeRoom(line, line.count + added)
  line.xy.set(ink.points, 2 * line.count)
  line.begins.set(ink.begins, line.count)
  line.box = boxOf(line.xy, line.count, line.count + added, line.box)
  line.count += added
  line.ended = ink.ended
  if (line.ended) line.settled = line.count // nothing of it will bend any more
  line.nats = ink.nats
}

function makeRoom(line: Growing, count: number): void {
  if (count <= line.begins.length) return
  const room = Math.max(count, 2 * line.begins.length)
  const xy = new Float32Array(2 * room)
  xy.set(line.xy)
  const begins = new Uint8Array(room)
  begins.set(line.begins)
  line.xy = xy
  line.begins = begins
}

function boxOf(xy: Float32Array, from: number, to: number, box: Box | null): Box | null {
  if (to <= from) return box
  let left = box ? box.x : Infinity
  let top = box ? box.y : Infinity
  let right = box ? box.x + box.width : -Infinity
  let bottom = box ? box.y + box.height : -Infinity
  for (let i = from; i < to; i++) {
    left = Math.min(left, xy[2 * i])
    right = Math.max(right, xy[2 * i])
    top = Math.min(top, xy[2 * i + 1])
    bottom = Math.max(bottom, xy[2 * i + 1])
  }
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** How many points a part (0 to 1) of the line has. */
export function countOf(line: Growing, part: number): number {
  return part >= 1 ? line.count : Math.min(line.count, Math.max(1, Math.round(part * line.count)))
}

/**
 * The first `count` points as a model's lines. The first goes on from `from` where its first
 * point begins no stroke, and then starts with that very point: so it is known to go on.
 */
export function linesOf(
  line: Growing,
  count: number,
  from: [number, number] | null,
  place: View,
): Line[] {
  const lines: Line[] = []
  for (let first = 0; first < count; ) {
    let next = first + 1
    while (next < count && !line.begins[next]) next++
    const points = placed(line.xy.subarray(2 * first, 2 * next), place)
    const joins = first === 0 && from && !line.begins[0]
    lines.push({ points: joins ? Float32Array.of(...from, ...points) : points, by: 'model' })
    first = next
  }
  return lines
}

/** Where the first stroke ends, once the next has begun or all has ended; else 0. */
export function firstStroke(line: Growing): number {
  for (let i = 1; i < line.count; i++) if (line.begins[i]) return i
  return line.ended ? line.count : 0
}

/** The places of the likeliest few, likeliest first; what has hardly begun is left out. */
export function likeliest(lines: readonly Growing[], few: number): number[] {
  return lines
    .map((line, slot) => ({ slot, nats: line.count > 4 ? line.nats : Infinity }))
    .filter(({ nats }) => nats < Infinity)
    .sort((a, b) => a.nats - b.nats || a.slot - b.slot)
    .slice(0, few)
    .map(({ slot }) => slot)
}
