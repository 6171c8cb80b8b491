/** Files that are dropped or pasted: what they are by their first bytes, what to do with them. */

import { OutputError } from '../storage/kept'
import { readSvg, type SvgDrawing, type SvgLimits, SVG_LIMITS } from './svg_input'

export type FileKind =
  | 'svg'
  | 'png'
  | 'jpeg'
  | 'gif'
  | 'webp'
  | 'tiff'
  | 'heic'
  | 'pdf'
  | 'gzip'
  | 'model'
  | 'unknown'

const SIGNATURES: readonly [FileKind, number, string][] = [
  ['png', 0, '\x89PNG'],
  ['jpeg', 0, '\xff\xd8\xff'],
  ['gif', 0, 'GIF8'],
  ['webp', 8, 'WEBP'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['heic', 4, 'ftyphei'],
  ['heic', 4, 'ftyphev'],
  ['heic', 4, 'ftypmif1'],
  ['heic', 4, 'ftypmsf1'],
  ['heic', 4, 'ftypavif'],
  ['pdf', 0, '%PDF'],
  ['gzip', 0, '\x1f\x8b'],
]

/** What a file is, by its content; names lie. */
export function fileKind(bytes: Uint8Array): FileKind {
  const head = String.fromCharCode(...bytes.subarray(0, 16))
  const known = SIGNATURES.find(([, at, text]) => head.startsWith(text, at))
  if (known) return known[0]
  // A safetensors file: the header's length in 8 bytes, then the header, which is JSON.
  if (bytes.length > 16 && head[8] === '{' && bytes[6] === 0 && bytes[7] === 0) return 'model'
  const text = new TextDecoder().decode(bytes.subarray(0, 4096))
  return /<(?:[\w-]+:)?svg[\s>]/i.test(text) ? 'svg' : 'unknown'
}

const NAMES: Partial<Record<FileKind, string>> = {
  png: 'a PNG',
  jpeg: 'a JPEG',
  gif: 'a GIF',
  webp: 'a WebP picture',
  tiff: 'a TIFF',
  heic: 'a HEIC photo',
  pdf: 'a PDF',
}

/** For a photo or scan: one sentence what, one what to do; null where the file is none. */
export function photoMessage(kind: FileKind): { message: string; remedy: string } | null {
  const name = NAMES[kind]
  if (!name) return null
  const needsConversion = kind === 'heic' || kind === 'pdf' || kind === 'gif'
  const first = needsConversion ? 'Save it as a JPEG or PNG, then run' : 'Run'
  const suffix = needsConversion ? 'jpg' : kind === 'jpeg' ? 'jpg' : kind
  return {
    message: `This is ${name}: a page can go on from lines, not from pixels.`,
    remedy:
      `${first} \`strokebook trace page.${suffix} -o page.svg\` on your computer` +
      ' and drop page.svg here.',
  }
}

/** The lines of a dropped file; refuses with what it is and what to do instead. */
export function readDropped(bytes: Uint8Array, limits: SvgLimits = SVG_LIMITS): SvgDrawing {
  const kind = fileKind(bytes)
  if (kind === 'svg') return readSvg(decode(bytes), limits)
  const photo = photoMessage(kind)
  if (photo) throw new OutputError(photo.message, photo.remedy)
  if (kind === 'gzip') {
    throw new OutputError('This file is packed (gzip).', 'Unpack it and drop the SVG in it.')
  }
  throw new OutputError(
    kind === 'model' ? 'This is a model, not a drawing.' : 'This is not an SVG.',
    kind === 'model' ? 'Open it from the menu of models.' : 'Drop an SVG file with lines in it.',
  )
}

function decode(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes)
}

/** Strokes moved and scaled evenly into the middle of a canvas, with room around them. */
export function fitInto(
  drawing: Pick<SvgDrawing, 'strokes' | 'width' | 'height'>,
  width: number,
  height: number,
  room = 0.08,
): Float32Array[] {
  const inner = Math.min(width, height) * room
  const scale = Math.min(
    (width - 2 * inner) / drawing.width,
    (height - 2 * inner) / drawing.height,
  )
  const left = (width - drawing.width * scale) / 2
  const top = (height - drawing.height * scale) / 2
  return drawing.strokes.map((points) =>
    points.map((value, i) => (i % 2 ? top : left) + value * scale),
  )
}
