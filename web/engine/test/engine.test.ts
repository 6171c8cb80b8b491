/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineError, type Drawing, type Engine, type Model } from '../src/api'
import { createEngine } from '../src/engine'
import type { Options } from '../src/model_file'
import { gather } from './gather'
import { madeFile } from './made_model'

const START = { strokes: [Float32Array.of(0, 0, 30, 10, 40, 40)] }

async function withModel(
  act: (model: Model, engine: Engine) => Promise<void>,
  options: Partial<Options> = {},
): Promise<void> {
  const engine = await createEngine({ worker: false })
  try {
    await act(await engine.load(madeFile(options)), engine)
  } finally {
    engine.close()
  }
}

test('kernels as they are asked for', async () => {
  const [fast, plain] = [await createEngine(), await createEngine({ wasm: false })]
  assert.equal(fast.kernel, 'wasm')
  assert.equal(plain.kernel, 'plain')
  assert.equal(fast.inWorker, false) // Node has no Worker as browsers have it
})

test('without WebAssembly the plain kernel draws', async () => {
  const own = WebAssembly.compile
  WebAssembly.compile = () => Promise.reject(new Error('forbidden'))
  try {
    const engine = await createEngine()
    assert.equal(engine.kernel, 'plain')
    const model = await engine.load(madeFile())
    assert.equal((await model.sample({ n: 2, maxPoints: 5 }).finished).length, 2)
  } finally {
    WebAssembly.compile = own
  }
})

test('a file that is none, is cut off, or is too new, is told so', async () => {
  const engine = await createEngine()
  const text = new TextEncoder().encode('This is a letter, and no model.').buffer as ArrayBuffer
  await assert.rejects(engine.load(text), /no model's file/)
  await assert.rejects(engine.load(new ArrayBuffer(0)), EngineError)
  const file = madeFile()
  await assert.rejects(engine.load(file.slice(0, file.byteLength - 2)), /cut off/)
  await assert.rejects(engine.load(file.slice(0, 100)), /cut off/)
  const newer = replaced(file, '"version":"1"', '"version":"2"')
  await assert.rejects(engine.load(newer), (error) => {
    assert.ok(error instanceof EngineError)
    return /newer version/.test(error.message) && error.remedy.length > 0
  })
  const other = replaced(file, '"strokebook-web"', '"strokebook-wab"')
  await assert.rejects(engine.load(other), /no model/)
  const lacking = replaced(file, 'decoder.output.bias', 'decoder.output.bios')
  await assert.rejects(engine.load(lacking), /missing/)
})

/** A file with a text of its header replaced by one as long. */
function replaced(file: ArrayBuffer, from: string, to: string): ArrayBuffer {
  const copy = file.slice(0)
  const at = Buffer.from(copy).indexOf(from)
  assert.ok(at > 0, `${from} is not in the header`)
  Buffer.from(copy).write(to, at)
  return copy
}

test('what a model says of itself', () =>
  withModel(async ({ info }) => {
    assert.deepEqual([info.digest, info.name], ['made', 'made'])
    assert.deepEqual([info.cell, info.units, info.localFrame], ['lstm', 16, false])
    assert.deepEqual([info.redraws, info.chooser, info.temperature], [true, false, 0.5])
    assert.deepEqual([info.extent, info.longest], [200, 100])
    assert.equal(info.weights, 64 * (5 + 16 + 1) + 27 * (16 + 1))
  }),
)

test('variations of a model whose z tells little keep the first part; news begin with it', () =>
  withModel(async (model) => {
    const given = {
      strokes: [Float32Array.of(0, 0, 30, 10, 40, 40, 60, 45), Float32Array.of(5, 60, 20, 70)],
    }
    const run = model.vary(given, { n: 3, seed: 1, strength: 0.5, maxPoints: 8 })
    const { lines } = await gather(run, 3)
    for (const [k, { drawing, startPoints }] of (await run.finished).entries()) {
      const all = drawing.strokes.flatMap((stroke) => [...stroke])
      assert.equal(startPoints, 3) // of six
      assert.deepEqual(all.slice(0, 6), [0, 0, 30, 10, 40, 40])
      assert.deepEqual(lines[k].xy, all)
      assert.equal(
        lines[k].begins.reduce((sum, begins) => sum + begins, 0),
        drawing.strokes.length,
      )
    }
    const [same] = await model.vary(given, { n: 1, strength: 0 }).finished
    assert.deepEqual(same.drawing, given)
  }, { conditional: true, z_dropout: 0.5 }),
)

/** A ring, and a line that begins where it ends. */
const RING: Drawing = {
  strokes: [
    Float32Array.from({ length: 42 }, (_, k) => {
      const turn = ((k >> 1) / 20) * 2 * Math.PI
      return k % 2 ? 60 * Math.sin(turn) : 60 * Math.cos(turn)
    }),
    Float32Array.of(66, 8, 90, 50, 70, 100),
  ],
}

/** The farthest that a drawing's points lie from another's line, sampled densely. */
function farthest(from: Drawing, to: Drawing): number {
  const dense = to.strokes.flatMap((s) =>
    Array.from({ length: 20 * (s.length / 2 - 1) + 1 }, (_, n) => {
      const [k, share] = [Math.min(Math.floor(n / 20), s.length / 2 - 2), n / 20]
      const part = share - k
      return [0, 1].map((axis) => s[2 * k + axis] * (1 - part) + s[2 * k + 2 + axis] * part)
    }),
  )
  return Math.max(
    ...from.strokes.flatMap((s) =>
      Array.from({ length: s.length / 2 }, (_, k) =>
        Math.min(...dense.map(([x, y]) => Math.hypot(s[2 * k] - x, s[2 * k + 1] - y))),
      ),
    ),
  )
}

for (const localFrame of [false, true]) {
  const sizes = { local_frame: localFrame }
  test(`a model without an encoder redraws (${localFrame ? 'local frame' : 'plain'})`, () =>
    withModel(async (model) => {
      const run = model.reconstruct(RING, { n: 2, seed: 4, maxPoints: 150 })
      const { lines } = await gather(run, 2)
      const [one, two] = await run.finished
      for (const [k, { drawing, startPoints, points }] of [one, two].entries()) {
        assert.equal(startPoints, 0)
        assert.equal(drawing.strokes.length, 2)
        assert.deepEqual(lines[k].xy, drawing.strokes.flatMap((s) => [...s]))
        assert.ok(farthest(RING, points) < 20, `${farthest(RING, points)}`)
        assert.ok(farthest(points, RING) < 20, `${farthest(points, RING)}`)
      }
      assert.notDeepEqual(one.points, two.points)
      const [again] = await model.reconstruct(RING, { n: 1, seed: 4, maxPoints: 150 }).finished
      assert.deepEqual(again.points, one.points)
    }, sizes),
  )

  test(`variations leave the drawing with their strength (${localFrame})`, () =>
    withModel(async (model) => {
      const [same] = await model.vary(RING, { n: 1, strength: 0 }).finished
      assert.deepEqual(same.drawing, RING)
      const away = async (strength: number): Promise<number> => {
        const options = { n: 3, seed: 2, strength, maxPoints: 150 }
        const drawn = await model.vary(RING, options).finished
        return drawn.reduce((sum, { points }) => sum + farthest(points, RING), 0)
      }
      assert.ok((await away(0.05)) < (await away(0.7)))
    }, sizes),
  )
}

test('the way from one to another begins and ends with them', () =>
  withModel(async (model) => {
    const wide = { strokes: RING.strokes.map((s) => s.map((v, k) => (k % 2 ? v : 1.6 * v))) }
    const drawn = await model.interpolate(RING, wide, { n: 3, seed: 1, maxPoints: 200 }).finished
    const ratios = drawn.map(({ points }) => {
      const all = points.strokes.flatMap((s) => [...s])
      const [x, y] = [0, 1].map((axis) => all.filter((_, k) => k % 2 === axis))
      return (Math.max(...x) - Math.min(...x)) / (Math.max(...y) - Math.min(...y))
    })
    const [first, , last] = ratios
    assert.ok(Math.abs(first - 150 / 160) < 0.15 && Math.abs(last - 240 / 160) < 0.25, `${ratios}`)
  }),
)

test('news put together is the drawing, in every choice', () =>
  withModel(async (model) => {
    for (const choose of ['raw', 'likely', 'different'] as const) {
      const run = model.complete(START, { n: 4, seed: 3, choose })
      const { lines } = await gather(run, 4)
      const drawn = await run.finished
      drawn.forEach(({ drawing, points, startPoints }, slot) => {
        assert.ok(lines[slot].ended)
        assert.ok(sizeOf(drawing) > 3 * sizeOf(points)) // the line bends between the points
        const all = drawing.strokes.flatMap((s) => [...s])
        assert.deepEqual(lines[slot].xy, all.slice(2 * startPoints))
        const strokes = lines[slot].begins.reduce((sum, begins) => sum + begins, 0)
        assert.equal(strokes, drawing.strokes.length - 1) // the first goes on from the start's
      })
    }
  }),
)

function sizeOf(drawing: Drawing): number {
  return drawing.strokes.reduce((sum, stroke) => sum + stroke.length, 0)
}

test('plain: the line is the points', () =>
  withModel(async (model) => {
    const options = { n: 3, seed: 3, choose: 'raw', maxPoints: 20 } as const
    const bent = await model.complete(START, options).finished
    const plain = await model.complete(START, { ...options, plain: true }).finished
    plain.forEach((one, k) => {
      assert.deepEqual(one.drawing, one.points)
      assert.deepEqual(one.points, bent[k].points)
    })
  }),
)

test('drawing k is the same however many are drawn', () =>
  withModel(async (model) => {
    const options = { seed: 5, choose: 'raw', maxPoints: 20 } as const
    const [many, one] = [model.sample({ ...options, n: 15 }), model.sample({ ...options, n: 1 })]
    const drawn = await many.finished
    assert.deepEqual((await one.finished)[0].points, drawn[0].points)
    const few = await model.sample({ ...options, n: 3 }).finished
    few.forEach((other, k) => assert.deepEqual(other.points, drawn[k].points))
    assert.notDeepEqual(drawn[0].points, drawn[1].points)
  }),
)

test('cancelled, what has come stays', () =>
  withModel(async (model) => {
    const run = model.sample({ n: 200, maxPoints: 500, choose: 'raw', penTemperature: 0.01 })
    for await (const news of run) {
      assert.ok(news.length)
      run.cancel()
    }
    const drawn = await run.finished
    assert.equal(drawn.length, 200)
    assert.ok(drawn.every(({ points }) => points.strokes.flat().length < 2 * 500))
    const next = await model.sample({ n: 1, maxPoints: 3 }).finished
    assert.ok(next[0].points.strokes.length) // and the engine goes on
  }),
)

test('what cannot be asked for is refused with a remedy', () =>
  withModel(async (model, engine) => {
    const dot = { strokes: [Float32Array.of(3, 3)] }
    const refused = [
      model.sample({ n: 0 }),
      model.sample({ n: 1.5 }),
      model.sample({ temperature: 0 }),
      model.sample({ seed: -1 }),
      model.sample({ maxPoints: 1 }),
      model.sample({ choose: 'rejection' }),
      model.complete(dot),
      model.complete({ strokes: [] }),
      model.reconstruct(dot),
      model.vary({ strokes: [] }),
      model.interpolate(START, dot),
    ]
    for (const run of refused) {
      await assert.rejects(run.finished, (error) => error instanceof EngineError && !!error.remedy)
    }
    await assert.rejects(async () => {
      for await (const _ of model.sample({ n: -3 }));
    }, EngineError)
    model.unload()
    await assert.rejects(model.sample().finished, /unloaded/)
    engine.close()
    await assert.rejects(model.sample().finished, /closed/)
  }),
)

test('after the seconds only as many are drawn as are wanted', () =>
  withModel(async (model) => {
    const drawn = await model.sample({ n: 2, choose: 'likely', seconds: 1e-9 }).finished
    assert.deepEqual(drawn.map(({ number }) => number), [0, 1])
  }),
)
