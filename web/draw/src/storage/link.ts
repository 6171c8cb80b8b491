/**
 * Link: a drawing and the settings that made it, in the hash of the page's address. It never
 * reaches a server: browsers do not send the hash.
 *
 * After `#d=`, base64url of: a byte with the version; the CRC-32 of the body in 4 bytes, low first;
 * the body, raw deflate. The body: kind of prediction (0 or 1); width, height, number of strokes,
 * number of the start's strokes; the settings as JSON text; then each stroke as twice its number
 * of points (plus 1 where a model drew it) and its points, in quarters of a unit, each as the
 * difference from where it was expected: from the point before (0), or from the point before moved
 * on by the last step (1), whichever packs smaller. A stroke's first point is expected at the last
 * stroke's end, so a line that a model goes on with costs nothing to begin.
 */

import { ByteReader, ByteWriter, deflate, fromBase64Url, inflate, toBase64Url } from './bytes'
import { type By, type KeptModel, OutputError } from './kept'
import { crc32 } from '../outputs/crc32'

/** What made the drawing, and what the page needs to go on from it. */
export interface LinkSettings {
  title?: string
  model?: KeptModel
  seed?: number
  temperature?: number
  penTemperature?: number
  /** How many completions. */
  n?: number
  choose?: string
  duet?: boolean
  /** Anything else the page keeps, JSON. */
  [key: string]: unknown
}

export interface LinkedDrawing {
  width: number
  height: number
  /** In the pen's order: the start, then what was taken and drawn since, with who drew it. */
  strokes: { points: Float32Array; by: By }[]
  /** So many strokes, from the first on, are the start that was completed. */
  start: number
  settings: LinkSettings
}

const VERSION = 1
const KEY = 'd='
const STEPS = 4 // quantised to a quarter: at most an eighth off each way, 0.18 in all
const HEADER = 5
const MOST_BYTES = 4 << 20
const MOST_POINTS = 200_000
const FARTHEST = 1 << 24

const damaged = (why: string): OutputError =>
  new OutputError(`The drawing in this link cannot be read: ${why}.`, 'Copy the whole link again.')

/** The hash for an address, without `#`. */
export async function encodeLink(drawing: LinkedDrawing): Promise<string> {
  const packed = await Promise.all(
    [0, 1].map(async (prediction) => {
      const body = writeBody(drawing, prediction)
      return { body, packed: await deflate(body) }
    }),
  )
  const best = packed[0].packed.length <= packed[1].packed.length ? packed[0] : packed[1]
  const bytes = new Uint8Array(HEADER + best.packed.length)
  bytes[0] = VERSION
  new DataView(bytes.buffer).setUint32(1, crc32(best.body), true)
  bytes.set(best.packed, HEADER)
  return KEY + toBase64Url(bytes)
}

function writeBody(drawing: LinkedDrawing, prediction: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  writer.varint(prediction)
  for (const side of [drawing.width, drawing.height]) writer.varint(Math.round(side * STEPS))
  writer.varint(drawing.strokes.length)
  writer.varint(Math.min(drawing.start, drawing.strokes.length))
  writer.text(JSON.stringify(drawing.settings))
  let [x, y] = [0, 0]
  for (const { points, by } of drawing.strokes) {
    writer.varint(points.length + (by === 'model' ? 1 : 0))
    let [dx, dy] = [0, 0]
    for (let i = 0; i < points.length; i += 2) {
      const [u, v] = [quantise(points[i]), quantise(points[i + 1])]
      writer.signed(u - x - dx)
      writer.signed(v - y - dy)
      if (prediction === 1 && i > 0) [dx, dy] = [u - x, v - y]
      ;[x, y] = [u, v]
    }
  }
  return writer.taken()
}

function quantise(value: number): number {
  const step = Math.round(value * STEPS)
  if (Math.abs(step) < FARTHEST) return step
  throw new OutputError('The drawing is too large for a link.', 'Save it as SVG instead.')
}

/** The drawing in an address's hash; null where there is none; refuses a damaged one. */
export async function decodeLink(hash: string): Promise<LinkedDrawing | null> {
  const text = hash.replace(/^#/, '')
  if (!text.startsWith(KEY)) return null
  const bytes = readBytes(text.slice(KEY.length))
  if (bytes.length <= HEADER) throw damaged('it is cut off')
  if (bytes[0] > VERSION) {
    throw new OutputError(
      'This link was made by a newer version of this page.',
      'Open it with the page it was copied from.',
    )
  }
  const body = await inflate(bytes.slice(HEADER), MOST_BYTES).catch(() => {
    throw damaged('a part of it is missing or changed')
  })
  const sum = new DataView(bytes.buffer).getUint32(1, true)
  if (bytes[0] !== VERSION || sum !== crc32(body)) throw damaged('a part of it was changed')
  return checkedBody(body)
}

function readBytes(text: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64Url(text)
  } catch {
    throw damaged('it has characters that do not belong there')
  }
}

/** The sum was right, so what does not fit here was made by another program. */
function checkedBody(body: Uint8Array): LinkedDrawing {
  try {
    return readBody(new ByteReader(body))
  } catch {
    throw damaged('it was not made by this page')
  }
}

function readBody(reader: ByteReader): LinkedDrawing {
  const prediction = reader.varint()
  const [width, height] = [reader.varint() / STEPS, reader.varint() / STEPS]
  const [count, start] = [reader.varint(), reader.varint()]
  const settings = JSON.parse(reader.text()) as LinkSettings
  if (prediction > 1 || !(width > 0) || !(height > 0) || count > reader.left || start > count) {
    throw new RangeError()
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new RangeError()
  }
  const strokes: LinkedDrawing['strokes'] = []
  const pen = { x: 0, y: 0 }
  for (let k = 0; k < count; k++) strokes.push(readStroke(reader, pen, prediction))
  if (reader.left > 0) throw new RangeError()
  return { width, height, strokes, start, settings }
}

function readStroke(
  reader: ByteReader,
  pen: { x: number; y: number },
  prediction: number,
): LinkedDrawing['strokes'][number] {
  const head = reader.varint()
  const count = Math.floor(head / 2)
  if (count < 1 || count > MOST_POINTS || 2 * count > reader.left) throw new RangeError()
  const points = new Float32Array(2 * count)
  let [dx, dy] = [0, 0]
  for (let i = 0; i < count; i++) {
    const [stepX, stepY] = [reader.signed() + dx, reader.signed() + dy]
    pen.x += stepX
    pen.y += stepY
    if (Math.abs(pen.x) > FARTHEST || Math.abs(pen.y) > FARTHEST) throw new RangeError()
    points.set([pen.x / STEPS, pen.y / STEPS], 2 * i)
    if (prediction === 1 && i > 0) [dx, dy] = [stepX, stepY]
  }
  return { points, by: head % 2 ? 'model' : 'person' }
}
