/** PNG of a kept drawing, with the facts about it as text chunks. */

import { type Kept, notes, OutputError } from '../storage/kept'
import { crc32 } from './crc32'
import { type InkOptions, inkOf } from './ink'
import { context2D, makeCanvas, paint, pixelSize } from './paint'

export interface PngOptions extends InkOptions {
  /** Pixels per unit of the drawing; default 2. */
  scale?: number
}

const SIGNATURE_AND_HEADER = 8 + 25

export async function toPng(kept: Kept, options: PngOptions = {}): Promise<Blob> {
  const scale = options.scale ?? 2
  const canvas = makeCanvas(...pixelSize(kept, scale))
  paint(context2D(canvas), kept, inkOf(kept, options), scale)
  const blob = await encode(canvas)
  const png = new Uint8Array(await blob.arrayBuffer())
  return new Blob([addText(png, [['Software', 'strokebook'], ...notes(kept)])], {
    type: 'image/png',
  })
}

async function encode(canvas: OffscreenCanvas | HTMLCanvasElement): Promise<Blob> {
  const blob =
    'convertToBlob' in canvas
      ? await canvas.convertToBlob({ type: 'image/png' })
      : await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (blob) return blob
  throw new OutputError('The browser could not make the picture.', 'Take a smaller scale.')
}

/** The PNG with `iTXt` chunks after its header (PNG specification, section 11.3.4). */
export function addText(
  png: Uint8Array,
  texts: readonly (readonly [string, string])[],
): Uint8Array<ArrayBuffer> {
  const chunks = texts.map(([name, value]) => textChunk(name, value))
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, png.length)
  const whole = new Uint8Array(length)
  whole.set(png.subarray(0, SIGNATURE_AND_HEADER))
  let at = SIGNATURE_AND_HEADER
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  whole.set(png.subarray(SIGNATURE_AND_HEADER), at)
  return whole
}

function textChunk(name: string, value: string): Uint8Array {
  // Keyword, end, not compressed (two zeros), no language, no translated keyword.
  const data = new TextEncoder().encode(`iTXt${name}\0\0\0\0\0${value}`)
  const chunk = new Uint8Array(data.length + 8)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.length - 4)
  chunk.set(data, 4)
  view.setUint32(data.length + 4, crc32(data))
  return chunk
}
