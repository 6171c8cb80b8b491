/** The engine's public types: what a page says to a model and hears of it. */

/** Points of one pen-down line, x and y in turn, y down. */
export type Stroke = Float32Array

/** Strokes in the pen's order, in any unit; y down. */
export interface Drawing {
  strokes: Stroke[]
}

export type Choice = 'raw' | 'rejection' | 'likely' | 'different'

/** What a model's file says of it. */
export interface ModelInfo {
  /** Digest of the file's weights: the model's identity. */
  digest: string
  name: string
  artist: string
  licence: string
  credits: string[]
  /** Its card, as Markdown; without paths, page ids or dates. */
  card: string
  cell: 'lstm' | 'layer_norm' | 'hyper'
  units: number
  localFrame: boolean
  /**
   * Whether `reconstruct` and `interpolate` bring back what they are given: along the drawing
   * itself, without an encoder, or by a z that says what it is.
   */
  redraws: boolean
  /** Whether `rejection` is possible, and the default. */
  chooser: boolean
  /** Recommended for the line. */
  temperature: number
  /** Numbers in the net. */
  weights: number
  /** Median of the longer side of a drawing, in units of its training data. */
  extent: number
  /** Most points of a training drawing. */
  longest: number
}

export interface DrawOptions {
  /** How many drawings; default 9. */
  n?: number
  /** Of every random choice; default 0. The same seed draws the same. */
  seed?: number
  /** τ of the line; default: what the model recommends. */
  temperature?: number
  /** τ of pen states; default: that of the line. */
  penTemperature?: number
  /** Most points of each; default: as in Python. */
  maxPoints?: number
  /** Default: rejection where the model has a chooser, else raw. */
  choose?: Choice
  /** Seconds after which nothing more is drawn to choose from; default 20. */
  seconds?: number
  /** Straight segments between the model's points instead of the artist's line. */
  plain?: boolean
}

export interface CompleteOptions extends DrawOptions {
  /** The pen has left the paper after the start: endings begin a new stroke. */
  lifted?: boolean
  /** Units of the training data per unit of the start, where known. */
  zoom?: number
}

export interface VaryOptions extends DrawOptions {
  /** 0: the same again, 1: anything. Default 0.5. */
  strength?: number
}

export interface InterpolateOptions extends DrawOptions {
  straight?: boolean
}

/** News of one drawing: its line is what it was up to point `keep`, then these points. */
export interface Ink {
  /** Which of the n drawings. */
  slot: number
  /** How many points of the slot's line stay; 0 where another candidate takes its place. */
  keep: number
  /** x and y in turn, in the start's own coordinates (new drawings: units of the training data). */
  points: Float32Array
  /** For each of those points 1 where a stroke begins. The first points go on from the start. */
  begins: Uint8Array
  ended: boolean
  /** What a point costs the model so far, in nats: the lower, the likelier. */
  nats: number
}

/** One drawing when all is over. */
export interface Drawn {
  /** As it is shown: the start as given, then the model's line. */
  drawing: Drawing
  /** The model's points without the line between them, the start included. */
  points: Drawing
  /** So many points of `drawing`, from its first on, are the start's. */
  startPoints: number
  nats: number
  /** Number of the drawing in the seed's sequence. */
  number: number
  /** Whether the chooser accepted it; true for all where nothing is rejected. */
  accepted: boolean
}

/** Drawings on their way; iterating gives news as it comes, at most once a frame (16 ms). */
export interface Run extends AsyncIterable<Ink[]> {
  /** Stop; what has come so far stays. */
  cancel(): void
  /** All n, when all have ended (or were cancelled). Rejects with an EngineError. */
  readonly finished: Promise<Drawn[]>
}

export interface Model {
  readonly info: ModelInfo
  /** Endings of a start of at least two different points. */
  complete(start: Drawing, options?: CompleteOptions): Run
  /** New drawings. */
  sample(options?: DrawOptions): Run
  reconstruct(drawing: Drawing, options?: DrawOptions): Run
  /** Through z where the model goes by it; else the drawing's end is drawn anew. */
  vary(drawing: Drawing, options?: VaryOptions): Run
  /** n drawings on the way from a to b, both ends included. */
  interpolate(a: Drawing, b: Drawing, options?: InterpolateOptions): Run
  /** Free its memory. */
  unload(): void
}

export interface EngineOptions {
  /** Draw in a Worker; default: where there are Workers. */
  worker?: boolean
  /** Use the WASM kernel; default: where it can be compiled. */
  wasm?: boolean
}

export interface Engine {
  /** What computes: `wasm`, or `plain` where WebAssembly is missing or forbidden. */
  readonly kernel: 'wasm' | 'plain'
  readonly inWorker: boolean
  /** Read a model's file (`strokebook export MODEL --format web`). Rejects with an EngineError. */
  load(file: ArrayBuffer): Promise<Model>
  close(): void
}

/** Something a person can mend: one sentence what, one what to do. */
export class EngineError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message)
    this.name = 'EngineError'
  }
}
