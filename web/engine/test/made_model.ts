/** Model files of any sizes with weights at random, for benchmarks and for tests without Python. */

import type { CellKind, Options } from '../src/model_file'
import type { DataStatistics } from '../src/rescale'

const [SMALL, EMBEDDING, FEATURES, HIDDEN, KEY] = [256, 32, 5, 128, 32]

export const OPTIONS: Options = {
  conditional: false,
  encoder: 8,
  decoder: 16,
  encoder_cell: 'lstm',
  decoder_cell: 'lstm',
  local_frame: false,
  z: 4,
  z_dropout: 0,
  mixtures: 4,
}

const STATISTICS: DataStatistics = {
  scale: 10,
  drawings: 100,
  longest: 100,
  points: 60,
  extent: 200,
  start_extent: 140,
  offset: 8,
  long_offset: 25,
}

/** A model's file; its drawings do not end by themselves, and lift the pen now and then. */
export function madeFile(options: Partial<Options> = {}, seed = 1): ArrayBuffer {
  const all = { ...OPTIONS, ...options }
  const random = numbersFrom(seed)
  const shapes = new Map(netShapes(all))
  const tensors = [...shapes].map(([name, shape]) => {
    const values = Float32Array.from({ length: sizeOf(shape) }, random)
    const last = shape.at(-1) ?? 1
    const spread = shape.length > 1 ? 1.5 / Math.sqrt(last) : 0.1
    for (let k = 0; k < values.length; k++) values[k] *= spread
    if (/gain$/.test(name)) for (let k = 0; k < values.length; k++) values[k] += 1
    if (name === (all.local_frame ? 'decoder.pen.bias' : 'decoder.output.bias')) {
      values.set([3, 0, -30])
    }
    return { name, shape, bytes: new Uint8Array(halvesOf(values).buffer), dtype: 'F16' }
  })
  for (const [name, shape] of lineShapes()) {
    const values = Float32Array.from({ length: sizeOf(shape) }, random)
    if (name === 'line.spread') values.fill(1)
    const bytes = new Uint8Array(values.buffer)
    tensors.push({ name, shape, bytes, dtype: 'F32' })
  }
  return fileOf(tensors, {
    format: 'strokebook-web',
    version: '1',
    model: JSON.stringify(all),
    statistics: JSON.stringify(STATISTICS),
    line: JSON.stringify({ extent: 200 }),
    card: JSON.stringify({ name: 'made' }),
    digest: 'made',
  })
}

type Shape = [name: string, shape: number[]]

function* netShapes(o: Options): Generator<Shape> {
  const constants = o.conditional ? o.z : 0
  const units = o.decoder
  const state = o.decoder_cell === 'hyper' ? units + SMALL : units
  yield* cellShapes('decoder.cell', o.decoder_cell, o.local_frame ? 9 : 5, units, constants)
  if (constants) yield* linearShapes('decoder.initial', 2 * state, constants)
  if (o.local_frame) yield* localShapes(units, o.mixtures)
  else yield* linearShapes('decoder.output', 3 + 6 * o.mixtures, units)
  if (!o.conditional) return
  for (const way of ['onward', 'back']) {
    yield* cellShapes(`encoder.${way}`, o.encoder_cell, 5, o.encoder, 0)
  }
  for (const name of ['mean', 'logvar']) {
    yield* linearShapes(`encoder.${name}`, o.z, 2 * o.encoder)
  }
}

function* localShapes(units: number, mixtures: number): Generator<Shape> {
  const context = units + FEATURES + HIDDEN
  const [gaussians, logistics] = [mixtures >> 1, (mixtures + 1) >> 1]
  yield* linearShapes('decoder.hidden_layer', HIDDEN, units + FEATURES)
  yield* linearShapes('decoder.output', 6 * gaussians + 5 * logistics, context)
  yield* linearShapes('decoder.pen', 3, context)
  yield* linearShapes('decoder.jump', 6 * logistics + 1, context)
  yield* linearShapes('decoder.pointer.query', KEY, context)
  yield ['decoder.pointer.key.weight', [KEY, context]]
  yield ['decoder.pointer.relation', [11, KEY]]
  yield* linearShapes('decoder.pointer.output', 5, KEY)
  yield ['decoder.blur', []]
}

function* linearShapes(name: string, rows: number, columns: number): Generator<Shape> {
  yield [`${name}.weight`, [rows, columns]]
  yield [`${name}.bias`, [rows]]
}

function* cellShapes(
  name: string,
  kind: CellKind,
  inputs: number,
  units: number,
  constants: number,
): Generator<Shape> {
  if (kind === 'hyper') {
    yield* cellShapes(`${name}.main`, 'layer_norm', inputs, units, constants)
    yield* cellShapes(`${name}.small`, 'layer_norm', inputs + units, SMALL, constants)
    yield [`${name}.bias`, [4 * units]]
    yield [`${name}.embed_weight`, [12 * EMBEDDING, SMALL]]
    yield [`${name}.embed_bias`, [2, 4 * EMBEDDING]]
    yield [`${name}.scale_weight`, [3, 4, units, EMBEDDING]]
    return
  }
  yield [`${name}.input_weight`, [4 * units, inputs]]
  if (constants) yield [`${name}.constant_weight`, [4 * units, constants]]
  yield [`${name}.recurrent_weight`, [4 * units, units]]
  if (kind === 'lstm') yield [`${name}.bias`, [4 * units]]
  else {
    yield [`${name}.gain`, [4 * units]]
    yield [`${name}.shift`, [4 * units]]
    yield [`${name}.cell_gain`, [units]]
    yield [`${name}.cell_shift`, [units]]
  }
}

function* lineShapes(): Generator<Shape> {
  const sizes = [28, 32, 32, 18]
  yield ['line.mean', [28]]
  yield ['line.spread', [28]]
  for (let k = 0; k < 3; k++) {
    yield [`line.weight${k}`, [sizes[k], sizes[k + 1]]]
    yield [`line.bias${k}`, [sizes[k + 1]]]
  }
}

const sizeOf = (shape: number[]): number => shape.reduce((product, size) => product * size, 1)

/** Numbers between -1 and 1: mulberry32. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1
  }
}

/** In half precision, cut off; small enough numbers become 0. */
function halvesOf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer)
  return Uint16Array.from(bits, (b) => {
    const exponent = ((b >>> 23) & 255) - 112
    if (exponent <= 0) return 0
    return ((b >>> 16) & 0x8000) | (Math.min(exponent, 30) << 10) | ((b >>> 13) & 1023)
  })
}

function fileOf(
  tensors: { name: string; shape: number[]; bytes: Uint8Array; dtype: string }[],
  metadata: Record<string, string>,
): ArrayBuffer {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let end = 0
  for (const { name, shape, bytes, dtype } of tensors) {
    header[name] = { dtype, shape, data_offsets: [end, (end += bytes.length)] }
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  let at = 8 + text.length
  for (const { bytes } of tensors) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file.buffer
}
