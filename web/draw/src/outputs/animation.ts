/** Animation of a kept drawing as it was drawn: GIF, and a video where it can be recorded. */

import { inkBox, type Kept, notes, OutputError } from '../storage/kept'
import { GifWriter } from './gif'
import { type Ink, type InkOptions, inkOf } from './ink'
import { type Canvas2D, context2D, makeCanvas, paint, pixelSize } from './paint'
import { playingSeconds, pointsAt, timeline } from './timeline'

export interface AnimationOptions extends InkOptions {
  /** Longer side in pixels; default 480. */
  size?: number
  /** Of drawing; default: as long as it took, between 2 and 8. */
  seconds?: number
  /** Seconds for which the finished drawing stays; default 2. */
  hold?: number
  /** Frames a second; default 20. GIF counts in hundredths of a second. */
  rate?: number
  /** Stops the work: the promise then rejects with the signal's reason. */
  signal?: AbortSignal
  /** Called with 0 to 1. */
  onProgress?: (done: number) => void
}

interface Film {
  scale: number
  width: number
  height: number
  frames: number
  rate: number
  hold: number
  ink: Ink & { paper: string }
  moments: Float64Array
}

function filmOf(kept: Kept, options: AnimationOptions): Film {
  if (kept.strokes.length === 0) {
    throw new OutputError('There is nothing to show being drawn.', 'Draw something first.')
  }
  const scale = (options.size ?? 480) / Math.max(kept.width, kept.height)
  const [width, height] = pixelSize(kept, scale)
  const rate = Math.min(50, Math.max(1, options.rate ?? 20))
  const seconds = Math.min(60, options.seconds ?? playingSeconds(kept))
  const ink = inkOf(kept, options)
  return {
    ...{ scale, width, height, rate },
    frames: Math.max(1, Math.round(seconds * rate)),
    hold: options.hold ?? 2,
    ink: { ...ink, paper: ink.paper ?? '#ffffff' },
    moments: timeline(kept),
  }
}

export async function toGif(kept: Kept, options: AnimationOptions = {}): Promise<Blob> {
  const film = filmOf(kept, options)
  const { width, height } = film
  const context = context2D(makeCanvas(width, height), true)
  const palette = paletteOf(context, film.ink)
  const comment = ['strokebook', ...notes(kept).map((note) => note.join(' '))].join(', ')
  const writer = new GifWriter({ width, height, palette: palette.colours, comment })
  const delay = Math.max(2, Math.round(100 / film.rate))
  writer.add({ x: 0, y: 0, width, height, pixels: new Uint8Array(width * height), delay })
  let before = 0
  for (let k = 1; k <= film.frames; k++) {
    const count = pointsAt(film.moments, k / film.frames)
    paint(context, kept, film.ink, film.scale, count)
    const area = changedArea(kept, film, before, count)
    const data = context.getImageData(area.x, area.y, area.width, area.height).data
    const last = k === film.frames ? Math.round(100 * film.hold) : 0
    writer.add({ ...area, pixels: palette.indices(data), delay: delay + last })
    before = count
    if (k % 8 === 0) await breathe(options, k / film.frames)
  }
  options.onProgress?.(1)
  return new Blob([writer.finish()], { type: 'image/gif' })
}

/** Lets the page live, and ends where the work is no longer wanted. */
async function breathe(options: AnimationOptions, done: number): Promise<void> {
  options.onProgress?.(done)
  await new Promise((resolve) => setTimeout(resolve))
  options.signal?.throwIfAborted()
}

/** Pixels around the points from `before` to `count`, with the two the curve leans on. */
function changedArea(
  kept: Kept,
  { scale, width, height, ink }: Film,
  before: number,
  count: number,
): { x: number; y: number; width: number; height: number } {
  const pieces: { points: Float32Array }[] = []
  let at = 0
  for (const { points } of kept.strokes) {
    const end = at + points.length / 2
    const [from, to] = [Math.max(at, before - 3), Math.min(end, count)]
    if (from < to) pieces.push({ points: points.subarray(2 * (from - at), 2 * (to - at)) })
    at = end
  }
  const box = inkBox(pieces) ?? { x: 0, y: 0, width: 0, height: 0 }
  const room = ink.width / 2 + 2 / scale
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value))
  const x = clamp(Math.floor((box.x - room) * scale), width - 1)
  const y = clamp(Math.floor((box.y - room) * scale), height - 1)
  const right = clamp(Math.ceil((box.x + box.width + room) * scale), width)
  const bottom = clamp(Math.ceil((box.y + box.height + room) * scale), height)
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) }
}

interface Palette {
  colours: Uint8Array
  indices(pixels: Uint8ClampedArray): Uint8Array
}

const SHADES = 32

/** The paper, and the shades between the paper and each ink that smooth edges have. */
function paletteOf(context: Canvas2D, ink: Ink & { paper: string }): Palette {
  const paper = rgb(context, ink.paper)
  const colours = new Uint8Array(3 * 2 * SHADES)
  ;[ink.person, ink.model].forEach((colour, i) => {
    const full = rgb(context, colour)
    for (let shade = 0; shade < SHADES; shade++) {
      const mixed = full.map((v, c) => paper[c] + ((v - paper[c]) * shade) / (SHADES - 1))
      colours.set(mixed.map(Math.round), 3 * (i * SHADES + shade))
    }
  })
  const known = new Map<number, number>()
  const index = (red: number, green: number, blue: number): number => {
    const key = (red << 16) | (green << 8) | blue
    let found = known.get(key)
    if (found === undefined) known.set(key, (found = nearest(colours, red, green, blue)))
    return found
  }
  return {
    colours,
    indices: (pixels) =>
      Uint8Array.from({ length: pixels.length / 4 }, (_, i) =>
        index(pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]),
      ),
  }
}

function rgb(context: Canvas2D, colour: string): number[] {
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)]
}

function nearest(colours: Uint8Array, red: number, green: number, blue: number): number {
  let [best, index] = [Infinity, 0]
  for (let i = 0; i < colours.length / 3; i++) {
    const [r, g, b] = colours.subarray(3 * i, 3 * i + 3)
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2
    if (distance < best) [best, index] = [distance, i]
  }
  return index
}

const VIDEOS = [
  'video/webm;codecs=vp9',
  'video/webm;codecs=vp8',
  'video/webm',
  'video/mp4',
] as const

/** The kind of video this browser records, and its suffix; null: none, take the GIF. */
export function videoKind(): { type: string; suffix: 'webm' | 'mp4' } | null {
  const canRecord =
    typeof MediaRecorder !== 'undefined' &&
    typeof HTMLCanvasElement !== 'undefined' &&
    'captureStream' in HTMLCanvasElement.prototype
  const type = canRecord ? VIDEOS.find((kind) => MediaRecorder.isTypeSupported(kind)) : undefined
  return type ? { type, suffix: type.startsWith('video/mp4') ? 'mp4' : 'webm' } : null
}

/** A video, recorded while it plays: it takes as long as it lasts. */
export async function toVideo(kept: Kept, options: AnimationOptions = {}): Promise<Blob> {
  const kind = videoKind()
  if (!kind) throw new OutputError('This browser records no video.', 'Save the GIF instead.')
  const film = filmOf(kept, { size: 720, rate: 30, ...options })
  const canvas = document.createElement('canvas')
  // Encoders want even sides.
  canvas.width = film.width + (film.width % 2)
  canvas.height = film.height + (film.height % 2)
  const context = context2D(canvas)
  const draw = (done: number) =>
    paint(context, kept, film.ink, film.scale, pointsAt(film.moments, done))
  draw(0)
  const stream = canvas.captureStream(film.rate)
  try {
    return await record(stream, kind.type, () => play(film, draw, options))
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}

async function record(
  stream: MediaStream,
  type: string,
  play: () => Promise<void>,
): Promise<Blob> {
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 4_000_000 })
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const stopped = new Promise<void>((resolve, reject) => {
    recorder.onstop = () => resolve()
    recorder.onerror = () =>
      reject(new OutputError('The browser stopped recording.', 'Save the GIF instead.'))
  })
  recorder.start(250)
  try {
    await Promise.race([play(), stopped])
  } finally {
    if (recorder.state !== 'inactive') recorder.stop()
  }
  await stopped
  return new Blob(parts, { type: type.split(';')[0] })
}

/** Paints by the clock, not by the count: a slow machine leaves out frames, not time. */
async function play(
  film: Film,
  draw: (done: number) => void,
  options: AnimationOptions,
): Promise<void> {
  const seconds = film.frames / film.rate
  const begin = performance.now()
  for (;;) {
    const now = (performance.now() - begin) / 1000
    if (now > seconds + film.hold) return
    draw(Math.min(1, now / seconds))
    options.onProgress?.(Math.min(1, now / (seconds + film.hold)))
    await new Promise((resolve) => setTimeout(resolve, 1000 / film.rate))
    options.signal?.throwIfAborted()
  }
}
