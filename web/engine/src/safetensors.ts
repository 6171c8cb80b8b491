/**
 * safetensors: 8 bytes of length, a JSON header that names tensors, then their bytes.
 *
 * The format's own rules are checked (offsets within the file, as many bytes as the shape asks
 * for), so that nothing later reads past an end.
 */
import { EngineError } from './api'

export interface Tensor {
  /** Numbers, widened to float32 where they are stored in 16 bits. */
  values: Float32Array | Int32Array
  shape: number[]
}

export interface TensorFile {
  tensors: Map<string, Tensor>
  metadata: Record<string, string>
}

const MOST_HEADER = 1 << 26
const BYTES: Record<string, number> = { F16: 2, F32: 4, F64: 8, I32: 4 }
const DAMAGED = 'Export it again with `strokebook export MODEL --format web`, or download it again.'

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/** Read a file's tensors and metadata. */
export function parseSafetensors(file: ArrayBuffer): TensorFile {
  const header = parseHeader(file)
  const begin = 8 + Number(new DataView(file).getBigUint64(0, true))
  const metadata = checkMetadata(header.__metadata__)
  const tensors = new Map<string, Tensor>()
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue
    tensors.set(name, readTensor(file, begin, name, value))
  }
  return { tensors, metadata }
}

/** What a damaged file is answered with. */
export function damaged(what: string): EngineError {
  return new EngineError(`The model's file is damaged: ${what}.`, DAMAGED)
}

function foreign(): EngineError {
  return new EngineError(
    "This is no model's file.",
    'Choose a file that ends in .strokebook.safetensors.',
  )
}

function parseHeader(file: ArrayBuffer): Record<string, unknown> {
  if (file.byteLength < 10) throw foreign()
  const length = Number(new DataView(file).getBigUint64(0, true))
  if (length > MOST_HEADER || new Uint8Array(file, 8, 1)[0] !== 0x7b) throw foreign()
  if (8 + length > file.byteLength) throw damaged('it is cut off')
  let header: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(file, 8, length))
    header = JSON.parse(text)
  } catch {
    throw damaged('its header cannot be read')
  }
  if (!isRecord(header)) throw damaged('its header is no table')
  return header
}

function checkMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {}
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw damaged('its metadata are no texts')
  }
  return value as Record<string, string>
}

function readTensor(file: ArrayBuffer, begin: number, name: string, value: unknown): Tensor {
  if (!isEntry(value) || !(value.dtype in BYTES)) throw damaged(`tensor ${name} is no tensor`)
  const [from, to] = value.data_offsets
  const count = value.shape.reduce((product, size) => product * size, 1)
  const inside = from >= 0 && from <= to && begin + to <= file.byteLength
  if (!inside) throw damaged('it is cut off')
  if (to - from !== count * BYTES[value.dtype]) throw damaged(`tensor ${name} has a wrong size`)
  const bytes = file.slice(begin + from, begin + to)
  return { values: numbersOf(bytes, value.dtype), shape: value.shape }
}

function numbersOf(bytes: ArrayBuffer, dtype: string): Float32Array | Int32Array {
  if (dtype === 'F16') return widenHalves(new Uint16Array(bytes))
  if (dtype === 'F32') return new Float32Array(bytes)
  if (dtype === 'I32') return new Int32Array(bytes)
  return Float32Array.from(new Float64Array(bytes))
}

/** IEEE half precision as float32, exactly; by a table of all 65,536, made at the first call. */
export function widenHalves(halves: Uint16Array): Float32Array {
  halfTable ??= makeHalfTable()
  const out = new Float32Array(halves.length)
  for (let k = 0; k < halves.length; k++) out[k] = halfTable[halves[k]]
  return out
}

let halfTable: Float32Array | undefined

function makeHalfTable(): Float32Array {
  const table = new Float32Array(1 << 16)
  for (let bits = 0; bits < table.length; bits++) {
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    const sign = bits & 0x8000 ? -1 : 1
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24
    else if (exponent === 31) table[bits] = fraction ? NaN : sign * Infinity
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  }
  return table
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value)) return false
  const { dtype, shape, data_offsets: offsets } = value
  const whole = (list: unknown) =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0)
  const pair = whole(offsets) && (offsets as number[]).length === 2
  return typeof dtype === 'string' && whole(shape) && pair
}
