import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  CompleteOptions, Drawing, DrawOptions, Drawn, Ink, Model, ModelInfo, Run,
} from '../../engine/src/api'
import { createSession } from '../src/session'
import type { Line } from '../src/sheet'
import { createStore, sentence } from '../src/store'

interface Asked {
  how: string
  start?: Drawing
  options: CompleteOptions
  run: FakeRun
}

/** A run whose news the test sends by hand. */
class FakeRun implements Run {
  cancelled = false
  private queue: (Ink[] | null)[] = []
  private waiting?: () => void
  private settle!: (drawn: Drawn[]) => void
  readonly finished = new Promise<Drawn[]>((resolve) => (this.settle = resolve))

  async send(...news: Ink[]): Promise<void> {
    this.queue.push(news)
    await this.wake()
  }

  async end(): Promise<void> {
    this.queue.push(null)
    this.settle([])
    await this.wake()
  }

  private async wake(): Promise<void> {
    this.waiting?.()
    await new Promise((go) => setTimeout(go, 0))
  }

  cancel(): void {
    this.cancelled = true
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Ink[]> {
    for (;;) {
      while (!this.queue.length) await new Promise<void>((go) => (this.waiting = go))
      const news = this.queue.shift()!
      if (!news) return
      yield news
    }
  }
}

function setUp() {
  const asked: Asked[] = []
  const ask = (how: string, options: DrawOptions = {}, start?: Drawing): Run => {
    const run = new FakeRun()
    asked.push({ how, start, options, run })
    return run
  }
  const info = { extent: 100, redraws: true, temperature: 0.4 } as ModelInfo
  const model: Model = {
    info,
    complete: (start, options) => ask('complete', options, start),
    sample: (options) => ask('sample', options),
    reconstruct: (start, options) => ask('reconstruct', options, start),
    vary: (start, options) => ask('vary', options, start),
    interpolate: (start, _b, options) => ask('walk', options, start),
    unload() {},
  }
  const store = createStore()
  store.resize(200, 100)
  store.model.value = model
  const session = createSession(store, { wake() {}, now: () => 0 })
  const last = (): Asked => asked[asked.length - 1]
  return { store, session, asked, last }
}

const stroke = (...points: number[]): Line => ({ points: Float32Array.from(points), by: 'person' })
const settled = () => new Promise((go) => setTimeout(go, 45))
const ink = (slot: number, points: number[], begins: number[], ended = false): Ink => ({
  slot, keep: 0, points: Float32Array.from(points), begins: Uint8Array.from(begins), ended, nats: 1,
})
const points = (lines: readonly Line[]) => lines.map((line) => [...line.points])

test('endings begin when the pen is up, and stop when it comes down again', async () => {
  const { store, session, asked, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  session.strokeDone(stroke(20, 20, 30, 30), 0)
  await settled()
  assert.equal(asked.length, 1)
  assert.equal(last().start!.strokes.length, 2)
  assert.equal(last().options.n, 9)
  assert.equal(store.batch.value!.lines.length, 9)
  session.cancel()
  assert.ok(last().run.cancelled && store.batch.value === null)
})

test('a dot asks for nothing', async () => {
  const { session, asked } = setUp()
  session.strokeDone(stroke(5, 5), 0)
  await settled()
  assert.equal(asked.length, 0)
})

test('the typical drawing of the model fits the paper', async () => {
  const { session, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  assert.ok(Math.abs(last().options.zoom! - 100 / (0.62 * 100)) < 1e-9)
})

test('take: the line is on the sheet, and new endings begin from there', async () => {
  const { store, session, asked, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  await last().run.send(ink(2, [12, 12, 14, 10], [0, 0], true))
  session.take(2)
  assert.deepEqual(points(store.sheet.value.lines), [[0, 0, 10, 10], [10, 10, 12, 12, 14, 10]])
  assert.equal(asked.length, 2)
  assert.deepEqual([...last().start!.strokes[0]], [0, 0, 10, 10, 12, 12, 14, 10])
  assert.equal(last().options.lifted, true)
})

test('take a part: the drawing has not ended there', async () => {
  const { store, session, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  await last().run.send(ink(0, [11, 11, 12, 12, 13, 13, 14, 14], [0, 0, 0, 0], true))
  session.take(0, 0.5)
  assert.deepEqual(points(store.sheet.value.lines)[1], [10, 10, 11, 11, 12, 12])
  assert.equal(last().options.lifted, false)
})

test('an empty cell cannot be taken', async () => {
  const { store, session } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  session.take(4)
  assert.equal(store.sheet.value.lines.length, 1)
})

test('undo to nothing and redo to everything: strokes, taking, clearing', async () => {
  const { store, session, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  await last().run.send(ink(0, [11, 11, 12, 12], [0, 0], true))
  session.take(0)
  session.clear()
  const counts: number[] = []
  for (let i = 0; i < 4; i++) {
    session.undo()
    counts.push(store.sheet.value.lines.length)
  }
  assert.deepEqual(counts, [2, 1, 0, 0])
  assert.equal(store.canUndo.value, false)
  assert.equal(store.batch.value, null)
  const back: number[] = []
  for (let i = 0; i < 4; i++) {
    session.redo()
    back.push(store.sheet.value.lines.length)
  }
  assert.deepEqual(back, [1, 2, 0, 0])
})

test('a new stroke forgets what was undone', async () => {
  const { store, session } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  session.undo()
  session.strokeDone(stroke(1, 1, 2, 2), 0)
  assert.equal(store.canRedo.value, false)
})

test('undo asks for the endings of what is there again', async () => {
  const { session, asked, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  session.strokeDone(stroke(20, 20, 30, 30), 0)
  await settled()
  session.undo()
  assert.equal(asked.length, 2)
  assert.equal(last().start!.strokes.length, 1)
})

test('again: the same start, another seed; of whole drawings too', async () => {
  const { session, asked, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  session.again()
  assert.equal(last().options.seed, asked[0].options.seed! + 1)
  session.fromNothing()
  session.again()
  assert.equal(last().how, 'sample')
})

test('duet: one stroke each, and each can be undone', async () => {
  const { store, session, last } = setUp()
  session.toggleDuet()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  assert.deepEqual([last().options.n, last().options.lifted, last().options.choose], [1, true, 'raw'])
  await last().run.send(ink(0, [50, 50, 60, 60, 70, 70], [1, 0, 1]))
  assert.ok(last().run.cancelled)
  assert.deepEqual(points(store.sheet.value.lines), [[0, 0, 10, 10], [50, 50, 60, 60]])
  session.undo()
  assert.equal(store.sheet.value.lines.length, 1)
  session.undo()
  assert.equal(store.sheet.value.lines.length, 0)
})

test('duet: what the model has drawn when the pen comes down stays', async () => {
  const { store, session, last } = setUp()
  session.toggleDuet()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  await settled()
  await last().run.send(ink(0, [50, 50, 60, 60], [1, 0]))
  session.cancel()
  assert.deepEqual(points(store.sheet.value.lines), [[0, 0, 10, 10], [50, 50, 60, 60]])
})

test('from nothing: a drawing taken lies in the middle and takes the place of the sheet', async () => {
  const { store, session, last } = setUp()
  session.strokeDone(stroke(0, 0, 10, 10), 0)
  session.fromNothing()
  await last().run.send(ink(0, [0, 0, 100, 0, 100, 100], [1, 0, 0], true))
  session.take(0)
  const [line] = points(store.sheet.value.lines)
  assert.equal(store.sheet.value.lines.length, 1)
  assert.deepEqual([line[0] + line[4], line[1] + line[5]], [200, 100])
  session.undo()
  assert.deepEqual(points(store.sheet.value.lines), [[0, 0, 10, 10]])
})

test('a variation stays where the drawing was, unless it would run off the paper', async () => {
  const { store, session, last } = setUp()
  store.commit({ ...store.sheet.value, lines: [stroke(0, 0, 9, 9)] })
  session.vary()
  await last().run.send(ink(0, [1, 2, 30, 40], [1, 0], true), ink(1, [-100, 0, 0, 50], [1, 0], true))
  session.take(0)
  assert.deepEqual(points(store.sheet.value.lines), [[1, 2, 30, 40]])
  session.undo()
  session.vary()
  await last().run.send(ink(1, [-100, 0, 0, 50], [1, 0], true))
  session.take(1)
  const [[left, , right]] = points(store.sheet.value.lines)
  assert.ok(left > 0 && right < 200 && left + right === 200)
})

test('every model varies, and only one that redraws walks', () => {
  const { store, session, asked } = setUp()
  store.commit({ ...store.sheet.value, lines: [stroke(0, 0, 9, 9)] })
  session.vary()
  session.walk({ strokes: [] }, { strokes: [] })
  assert.deepEqual(asked.map(({ how }) => how), ['vary', 'walk'])
  store.model.value = {
    ...store.model.value!, info: { ...store.model.value!.info, redraws: false },
  }
  session.vary()
  session.walk({ strokes: [] }, { strokes: [] })
  assert.deepEqual(asked.map(({ how }) => how), ['vary', 'walk', 'vary'])
})

test('an error says what and what to do', () => {
  assert.equal(sentence(Object.assign(new Error('No.'), { remedy: 'Try that.' })), 'No. Try that.')
  assert.equal(sentence(new Error('No.')), 'No.')
})
