/** A made-up engine for looking at the page and for its tests: plausible wandering lines. */

import { EngineError } from '../../engine/src/api'
import type {
  CompleteOptions, Drawing, DrawOptions, Drawn, Engine, EngineOptions, Ink, InterpolateOptions,
  Model, ModelInfo, Run, VaryOptions,
} from '../../engine/src/api'

/** Points a second of each drawing; tests raise it. */
const pace = (): number => (globalThis as { mockPace?: number }).mockPace ?? 60

const INFO: ModelInfo = {
  digest: 'mock', name: 'Wanderer', artist: 'Nobody in particular', licence: 'CC0',
  credits: ['Made up by the tests'], card: '# Wanderer\n\nDraws **wandering** lines.\n\n- no data',
  cell: 'lstm', units: 8, localFrame: false, redraws: true, chooser: true, temperature: 0.4,
  weights: 1000, extent: 200, longest: 250,
}

export async function createEngine(_options: EngineOptions = {}): Promise<Engine> {
  const now = globalThis as { mockKernel?: 'plain' }
  return {
    kernel: now.mockKernel ?? 'wasm',
    inWorker: typeof Worker !== 'undefined',
    async load(file) {
      const name = new TextDecoder().decode(file.slice(0, 64))
      if (name.startsWith('broken')) {
        throw new EngineError('This is not a model for the browser.',
          'Write one with `strokebook export MODEL --format web`.')
      }
      if (name.startsWith('new')) {
        throw new EngineError('This model is of version 2, newer than this page.',
          'Get a newer page with `strokebook publish`.')
      }
      return mockModel({ ...INFO, digest: name, name: name.trim() || INFO.name })
    },
    close() {},
  }
}

function mockModel(info: ModelInfo): Model {
  const begin = (options: DrawOptions, from: Drawing | null, zoom = 1, lifted = false): Run =>
    mockRun(info, options, from, zoom, lifted)
  return {
    info,
    complete: (start, options: CompleteOptions = {}) =>
      begin(options, start, options.zoom ?? 1, options.lifted),
    sample: (options = {}) => begin(options, null),
    reconstruct: (_drawing, options = {}) => begin(options, null),
    vary: (_drawing, options: VaryOptions = {}) => begin(options, null),
    interpolate: (_a, _b, options: InterpolateOptions = {}) => begin(options, null),
    unload() {},
  }
}

/** A small generator of uniforms: mulberry32. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface Wander {
  points: number[]
  begins: number[]
}

/** A line that curls and sometimes lifts, in units of the training data. */
function wander(seed: number, temperature: number, at: number[], heading: number,
  lifted: boolean): Wander {
  const random = uniforms(seed)
  const count = 90 + Math.floor(random() * 160)
  const path: Wander = { points: [], begins: [] }
  let [x, y] = at
  let angle = heading
  let bend = (random() - 0.5) * 0.2
  let lift = lifted
  for (let i = 0; i < count; i++) {
    if (lift) {
      x += (random() - 0.5) * 60
      y += (random() - 0.5) * 60
      angle = random() * 2 * Math.PI
    }
    bend += (random() - 0.5) * (0.1 + 0.3 * temperature) - bend * 0.08
    const home = Math.atan2(at[1] - y, at[0] - x) - angle
    const away = Math.hypot(at[0] - x, at[1] - y)
    angle += bend + 0.002 * away * Math.sin(home)
    const step = 2.5 + random() * 3
    x += Math.cos(angle) * step
    y += Math.sin(angle) * step
    path.points.push(x, y)
    path.begins.push(lift ? 1 : 0)
    lift = random() < 0.012
  }
  return path
}

function mockRun(info: ModelInfo, options: DrawOptions, start: Drawing | null, zoom: number,
  lifted: boolean): Run {
  const n = options.n ?? 9
  const strokes = start?.strokes ?? []
  const last = strokes[strokes.length - 1]
  const end = last ? last.slice(-2) : Float32Array.of(0, 0)
  const before = last && last.length > 4 ? last.slice(-6, -4) : Float32Array.of(-1, 0)
  const heading = Math.atan2(end[1] - before[1], end[0] - before[0])
  const temperature = options.temperature ?? info.temperature
  const at = [end[0] * zoom, end[1] * zoom]
  const paths = Array.from({ length: n }, (_, slot) =>
    wander((options.seed ?? 0) * 1000 + slot, temperature, at, heading, lifted || !start))
  let cancelled = false
  let settle: (drawn: Drawn[]) => void
  const finished = new Promise<Drawn[]>((resolve) => (settle = resolve))
  const drawn = (): Drawn[] => paths.map((path, number) => ({
    drawing: { strokes: [...strokes, Float32Array.from(path.points, (v) => v / zoom)] },
    points: { strokes: [] }, startPoints: 0, nats: number, number, accepted: true,
  }))

  async function* news(): AsyncGenerator<Ink[]> {
    const began = performance.now()
    const sent = paths.map(() => 0)
    await new Promise((go) => setTimeout(go, 12))
    while (!cancelled && sent.some((count, slot) => count < paths[slot].begins.length)) {
      const due = Math.ceil(((performance.now() - began) / 1000) * pace())
      const inks: Ink[] = []
      paths.forEach((path, slot) => {
        const to = Math.min(path.begins.length, due)
        if (to <= sent[slot]) return
        inks.push({
          slot,
          keep: sent[slot],
          points: Float32Array.from(path.points.slice(2 * sent[slot], 2 * to), (v) => v / zoom),
          begins: Uint8Array.from(path.begins.slice(sent[slot], to)),
          ended: to === path.begins.length,
          nats: ((slot * 7) % n) + to / 1000,
        })
        sent[slot] = to
      })
      if (inks.length) yield inks
      await new Promise((go) => setTimeout(go, 16))
    }
    settle(drawn())
  }
  return {
    cancel() {
      cancelled = true
      settle(drawn())
    },
    finished,
    [Symbol.asyncIterator]: news,
  }
}
