/** The studio: where models live and draw, in a Worker or in the page's own thread. */
import { EngineError } from '../api'
import { openKernel, type MakeKernel } from '../kernel/open'
import type { FromStudio, ToStudio } from './messages'
import { makePause } from './pause'
import { LoadedModel } from '../sampling/model'
import { Task } from '../sampling/task'

const SLICE = 8 // ms that are drawn before others have their turn
const FRAME = 16 // ms between two pieces of news
const WARM_POINTS = 30
const ZIGZAG = { strokes: [Float32Array.from({ length: 60 }, (_, k) => (k % 2 ? k % 3 : k))] }
const BROKEN_REMEDY = 'Load the page again; if it happens again, report it.'

export class Studio {
  private readonly models = new Map<number, LoadedModel>()
  private readonly running = new Set<number>()
  private readonly pause = makePause()
  private makeKernel: Promise<MakeKernel> | null = null

  constructor(private readonly say: (message: FromStudio) => void) {}

  /** Take a message; what it leads to is said later. */
  async take(message: ToStudio): Promise<void> {
    if (message.kind === 'open') return this.open(message.wasm)
    if (message.kind === 'cancel') return void this.running.delete(message.id)
    if (message.kind === 'unload') return void this.models.delete(message.model)
    try {
      if (message.kind === 'load') await this.load(message.id, message.file)
      else await this.run(message)
    } catch (error) {
      this.running.delete(message.id)
      this.say({ kind: 'failed', id: message.id, ...describe(error) })
    }
  }

  private async open(wasm: boolean): Promise<void> {
    this.makeKernel = openKernel(wasm)
    this.say({ kind: 'opened', kernel: (await this.makeKernel).kind })
  }

  private async load(id: number, file: ArrayBuffer): Promise<void> {
    const kernel = (await this.makeKernel!).make()
    const model = new LoadedModel(kernel, file)
    this.models.set(id, model)
    this.say({ kind: 'loaded', id, info: model.file.info })
    void this.warmUp(model).catch(() => undefined) // whoever draws hears of it
  }

  /** Draw a little that nobody sees, so that the code is compiled when somebody draws. */
  private async warmUp(model: LoadedModel): Promise<void> {
    const options = { n: 9, maxPoints: WARM_POINTS, choose: 'raw' } as const
    const task = new Task(model, { kind: 'complete', drawings: [ZIGZAG], options })
    for (const _ of task.steps(() => 0)) {
      task.news()
      await this.pause()
      if (this.running.size) return
    }
  }

  private async run({ id, model: key, request }: ToStudio & { kind: 'run' }): Promise<void> {
    const model = this.models.get(key)
    if (!model) throw new EngineError('The model has been unloaded.', 'Load it again.')
    this.running.add(id)
    const task = new Task(model, request)
    const steps = task.steps(() => performance.now())
    let [done, last] = [false, -Infinity]
    while (!done && this.running.has(id) && this.models.has(key)) {
      const begun = performance.now()
      do done = steps.next().done ?? false
      while (!done && performance.now() - begun < SLICE)
      if (performance.now() - last >= FRAME) last = this.sayNews(id, task) ?? last
      if (!done) await this.pause()
    }
    this.sayNews(id, task)
    this.running.delete(id)
    this.say({ kind: 'finished', id, drawn: task.drawn() })
  }

  /** Say what is new of a task, and when; undefined: nothing is. */
  private sayNews(id: number, task: Task): number | undefined {
    const news = task.news()
    if (!news.length) return undefined
    this.say({ kind: 'news', id, news })
    return performance.now()
  }
}

function describe(error: unknown): { message: string; remedy: string } {
  if (error instanceof EngineError) return { message: error.message, remedy: error.remedy }
  if (error instanceof RangeError) {
    return {
      message: `There is not enough memory for this (${error.message}).`,
      remedy: 'Close other pages, or draw fewer at once.',
    }
  }
  return { message: `The engine has broken: ${String(error)}.`, remedy: BROKEN_REMEDY }
}
