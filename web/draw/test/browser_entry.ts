/** What tests/browser/test_outputs.py calls in a real browser: the modules as one global. */

import type { Kept } from '../src/storage/kept'

export { openGallery } from '../src/storage/gallery_store'
export { readDropped } from '../src/input/files'
export { decodeLink, encodeLink } from '../src/storage/link'
export { toGif, toVideo, videoKind } from '../src/outputs/animation'
export { toPlotter } from '../src/outputs/plotter'
export { toPng } from '../src/outputs/png'
export { toSvg } from '../src/outputs/svg'
export { readSvg } from '../src/input/svg_input'

/** A kept drawing from JSON, where points are lists. */
export function keptFrom(plain: Kept): Kept {
  const strokes = plain.strokes.map((s) => ({ ...s, points: Float32Array.from(s.points) }))
  return { ...plain, strokes }
}

/** A file's bytes as base64, which a test can take out of the browser. */
export async function toBase64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
