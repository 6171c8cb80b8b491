/** A model's file: what `strokebook export MODEL --format web` writes, read and checked. */
import { EngineError, type ModelInfo } from './api'
import { FORMER_SIDE } from './choosing/normalise'
import { damaged, parseSafetensors, type Tensor, type TensorFile } from './safetensors'
import type { DataStatistics } from './rescale'

const FORMAT = 'strokebook-web'
const VERSION = 1
export const TEMPERATURE = 0.5 // where the model names none

/** As `ModelOptions` in Python. */
export interface Options {
  conditional: boolean
  encoder: number
  decoder: number
  encoder_cell: CellKind
  decoder_cell: CellKind
  local_frame: boolean
  z: number
  z_dropout: number
  mixtures: number
}

export type CellKind = 'lstm' | 'layer_norm' | 'hyper'

/** The line restorer's numbers; weights (in, out), row by row. */
export interface LineArrays {
  mean: Float32Array
  spread: Float32Array
  weights: [Float32Array, Float32Array, Float32Array]
  biases: [Float32Array, Float32Array, Float32Array]
  extent: number
  tremor: number
}

/** The chooser's numbers; trees (T, 2^L - 1) and leaves (T, 2^L), row by row. */
export interface ChooserArrays {
  trees: number
  feature: Int32Array
  threshold: Float32Array
  leaf: Float32Array
  low: Float32Array
  high: Float32Array
  base: number
  strange: number
  log_scale: number
  budget: number
  temperature: number
  frame: number
}

export interface ModelFile {
  info: ModelInfo
  options: Options
  statistics: DataStatistics
  line: LineArrays
  chooser?: ChooserArrays
  /** Weights of the net by name, `decoder.…` and `encoder.…`. */
  weights: Weights
}

/** Weights by name, with a prefix that is understood. */
export class Weights {
  constructor(
    private readonly tensors: Map<string, Tensor>,
    private readonly prefix = '',
  ) {}

  /** Those whose names begin so. */
  under(prefix: string): Weights {
    return new Weights(this.tensors, `${this.prefix}${prefix}.`)
  }

  /** A tensor's numbers; its shape is as the options say, or the file is damaged. */
  get(name: string, ...shape: number[]): Float32Array {
    const full = this.prefix + name
    const tensor = this.tensors.get(full)
    if (!tensor) throw damaged(`tensor ${full} is missing`)
    if (tensor.shape.join() !== shape.join() || !(tensor.values instanceof Float32Array)) {
      throw damaged(`tensor ${full} has another shape than its options say`)
    }
    return tensor.values
  }

  /** A tensor of one number, whatever its shape. */
  scalar(name: string): number {
    const values = this.tensors.get(this.prefix + name)?.values
    if (values?.length !== 1) throw damaged(`tensor ${this.prefix}${name} is no number`)
    return values[0]
  }
}

/** Read a model's file. */
export function readModelFile(file: ArrayBuffer): ModelFile {
  const parsed = parseSafetensors(file)
  checkFormat(parsed.metadata)
  const options = parseJson<Options>(parsed, 'model')
  const statistics = parseJson<DataStatistics>(parsed, 'statistics')
  checkOptions(options)
  checkStatistics(statistics)
  const chooser = parsed.metadata.chooser ? chooserOf(parsed) : undefined
  const info = infoOf(parsed, options, statistics, chooser)
  const weights = new Weights(parsed.tensors)
  return { info, options, statistics, line: lineOf(parsed), chooser, weights }
}

function checkFormat(metadata: Record<string, string>): void {
  if (metadata.format !== FORMAT) {
    throw new EngineError(
      'This safetensors file is no model for the browser.',
      'Make one with `strokebook export MODEL --format web`.',
    )
  }
  if (Number(metadata.version) > VERSION) {
    throw new EngineError(
      `The model's file is of a newer version (${metadata.version}) than this page knows.`,
      'Use a newer page, or export the model with an older strokebook.',
    )
  }
  if (Number(metadata.version) !== VERSION) throw damaged('its version cannot be read')
}

function parseJson<T>(file: TensorFile, name: string): T {
  try {
    const value: unknown = JSON.parse(file.metadata[name])
    if (typeof value === 'object' && value !== null) return value as T
  } catch {
    // said below
  }
  throw damaged(`${name} in its header cannot be read`)
}

function checkOptions(options: Options): void {
  const kinds = ['lstm', 'layer_norm', 'hyper']
  for (const name of ['encoder_cell', 'decoder_cell'] as const) {
    if (!kinds.includes(options[name])) {
      throw new EngineError(
        `The model has a cell that this page does not know: ${String(options[name])}.`,
        'Use a newer page.',
      )
    }
  }
  for (const name of ['encoder', 'decoder', 'z', 'mixtures'] as const) {
    const most = name === 'mixtures' ? 200 : 8192
    if (!Number.isInteger(options[name]) || options[name] < 1 || options[name] > most) {
      throw damaged(`its number of ${name} is ${String(options[name])}`)
    }
  }
  const flags = [options.conditional, options.local_frame]
  if (!flags.every((flag) => typeof flag === 'boolean') || !(options.z_dropout >= 0)) {
    throw damaged('its options cannot be read')
  }
}

function checkStatistics(statistics: DataStatistics): void {
  const needed = ['scale', 'longest', 'extent', 'start_extent', 'offset', 'long_offset'] as const
  const later = ['rounding', 'step', 'tolerance'] as const // files of before have none
  for (const name of [...needed, ...later]) {
    const missing = (later as readonly string[]).includes(name) ? 0 : NaN
    const value = statistics[name] ?? missing
    if (!(value >= 0 && value <= 1e9)) {
      throw damaged(`${name} is ${String(statistics[name])}, which no drawings have`)
    }
  }
  if (statistics.scale === 0 || statistics.longest < 1) {
    throw damaged('its scale or its longest drawing is not above 0')
  }
}

function floats(file: TensorFile, name: string): Float32Array {
  const values = file.tensors.get(name)?.values
  if (!(values instanceof Float32Array)) throw damaged(`tensor ${name} is missing`)
  return values
}

function lineOf(file: TensorFile): LineArrays {
  const { extent, tremor = 0 } = parseJson<{ extent: number; tremor?: number }>(file, 'line')
  const three = (name: string) =>
    [0, 1, 2].map((k) => floats(file, `line.${name}${k}`)) as LineArrays['weights']
  const line = {
    mean: floats(file, 'line.mean'),
    spread: floats(file, 'line.spread'),
    weights: three('weight'),
    biases: three('bias'),
    extent,
    tremor,
  }
  let width = line.mean.length
  const fits = line.weights.every((weight, k) => {
    const good = weight.length === width * line.biases[k].length
    width = line.biases[k].length
    return good
  })
  const whole = fits && line.spread.length === line.mean.length && width % 2 === 0
  if (!whole || !(extent > 0 && tremor >= 0)) {
    throw damaged("its line's numbers do not fit together")
  }
  return line
}

function chooserOf(file: TensorFile): ChooserArrays {
  type Numbers = 'base' | 'strange' | 'log_scale' | 'budget' | 'temperature'
  const numbers = parseJson<Pick<ChooserArrays, Numbers> & { frame?: number }>(file, 'chooser')
  const frame = numbers.frame ?? FORMER_SIDE
  const feature = file.tensors.get('chooser.feature')
  if (!feature || !(feature.values instanceof Int32Array) || feature.shape.length !== 2) {
    throw damaged('tensor chooser.feature is missing')
  }
  const [low, high] = [floats(file, 'chooser.low'), floats(file, 'chooser.high')]
  const [threshold, leaf] = [floats(file, 'chooser.threshold'), floats(file, 'chooser.leaf')]
  const [trees, inner] = feature.shape
  const fits =
    threshold.length === trees * inner &&
    leaf.length === trees * (inner + 1) &&
    low.length === high.length &&
    feature.values.every((k) => k >= 0 && k < low.length)
  const ranges = numbers.budget > 0 && numbers.budget < 1
  if (!fits || !ranges || !(frame >= 1 && frame <= 1e6) || !(numbers.temperature > 0 && numbers.temperature <= 10)) {
    throw damaged("its chooser's numbers do not fit together")
  }
  return { ...numbers, frame, trees, feature: feature.values, threshold, leaf, low, high }
}

interface Card {
  name?: string
  artist?: string
  licence?: string
  credits?: string[]
  text?: string
}

function infoOf(
  file: TensorFile,
  options: Options,
  statistics: DataStatistics,
  chooser: ChooserArrays | undefined,
): ModelInfo {
  const card = file.metadata.card ? parseJson<Card>(file, 'card') : {}
  let weights = 0
  for (const [name, tensor] of file.tensors) {
    if (/^(de|en)coder\./.test(name)) weights += tensor.values.length
  }
  return {
    digest: file.metadata.digest ?? '',
    name: card.name ?? '',
    artist: card.artist ?? '',
    licence: card.licence ?? '',
    credits: card.credits ?? [],
    card: card.text ?? '',
    cell: options.decoder_cell,
    units: options.decoder,
    localFrame: options.local_frame,
    redraws: !options.conditional || options.z_dropout === 0,
    chooser: chooser !== undefined,
    temperature: chooser?.temperature ?? TEMPERATURE,
    weights,
    extent: statistics.extent,
    longest: statistics.longest,
  }
}
