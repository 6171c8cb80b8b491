/** The engine as a page sees it: models, and drawings on their way. */
import {
  EngineError,
  type CompleteOptions,
  type Drawing,
  type Drawn,
  type DrawOptions,
  type Engine,
  type EngineOptions,
  type Ink,
  type InterpolateOptions,
  type Model,
  type ModelInfo,
  type Run,
  type VaryOptions,
} from './api'
import { openHere, openWorker, type Link } from './studio/links'
import type { FromStudio } from './studio/messages'
import type { Request } from './sampling/request'

/** Start an engine: in a Worker and with WASM, where they can be had. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { worker = true, wasm = true } = options
  const inWorker = worker ? await openWorker(wasm) : null
  const link = inWorker ?? (await openHere(wasm))
  return new StudioEngine(link, inWorker !== null)
}

/** What waits for the studio's words about one load or one run. */
type Listener = (message: FromStudio) => void

class StudioEngine implements Engine {
  readonly kernel: 'wasm' | 'plain'
  private readonly listeners = new Map<number, Listener>()
  private ids = 0
  private closed = false

  constructor(
    private readonly link: Link,
    readonly inWorker: boolean,
  ) {
    this.kernel = link.kernel
    link.hear((message) => {
      if ('id' in message) this.listeners.get(message.id)?.(message)
    })
    link.broken((error) => this.fail(error))
  }

  load(file: ArrayBuffer): Promise<Model> {
    const id = ++this.ids
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(closedError())
      this.listeners.set(id, (message) => {
        this.listeners.delete(id)
        if (message.kind === 'loaded') resolve(this.modelOf(id, message.info))
        else if (message.kind === 'failed') reject(errorOf(message))
      })
      this.link.say({ kind: 'load', id, file })
    })
  }

  close(): void {
    this.fail(closedError())
    this.link.close()
  }

  private fail(error: EngineError): void {
    this.closed = true
    const { message, remedy } = error
    for (const [id, listener] of this.listeners) listener({ kind: 'failed', id, message, remedy })
    this.listeners.clear()
  }

  private modelOf(model: number, info: ModelInfo): Model {
    const run = (kind: Request['kind'], drawings: Drawing[], options: Request['options'] = {}) =>
      this.run(model, { kind, drawings, options: plainOptions(options) })
    return {
      info,
      complete: (start, options?: CompleteOptions) => run('complete', [start], options),
      sample: (options?: DrawOptions) => run('sample', [], options),
      reconstruct: (drawing, options?: DrawOptions) => run('reconstruct', [drawing], options),
      vary: (drawing, options?: VaryOptions) => run('vary', [drawing], options),
      interpolate: (a, b, options?: InterpolateOptions) => run('interpolate', [a, b], options),
      unload: () => this.link.say({ kind: 'unload', model }),
    }
  }

  private run(model: number, request: Request): Run {
    const id = ++this.ids
    const run = new StudioRun(() => this.link.say({ kind: 'cancel', id }))
    if (this.closed) {
      run.end(closedError())
      return run
    }
    this.listeners.set(id, (message) => {
      if (message.kind === 'news') return run.add(message.news)
      this.listeners.delete(id)
      if (message.kind === 'finished') run.end(message.drawn)
      else if (message.kind === 'failed') run.end(errorOf(message))
    })
    this.link.say({ kind: 'run', id, model, request })
    return run
  }
}

/** News in the order it comes; one who iterates gets all that has come since the last time. */
class StudioRun implements Run {
  readonly finished: Promise<Drawn[]>
  private resolve!: (drawn: Drawn[]) => void
  private reject!: (error: EngineError) => void
  private waiting: Ink[] = []
  private over: Drawn[] | EngineError | null = null
  private wake: (() => void) | null = null

  constructor(readonly cancel: () => void) {
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.finished.catch(() => undefined) // one who only iterates hears of it there
  }

  add(news: Ink[]): void {
    this.waiting.push(...news)
    this.wake?.()
  }

  end(result: Drawn[] | EngineError): void {
    this.over = result
    if (result instanceof EngineError) this.reject(result)
    else this.resolve(result)
    this.wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Ink[]> {
    for (;;) {
      if (this.waiting.length) {
        const news = this.waiting
        this.waiting = []
        yield news
      } else if (this.over instanceof EngineError) throw this.over
      else if (this.over) return
      else await new Promise<void>((wake) => (this.wake = wake))
    }
  }
}

/** Options without what is not set, so that defaults hold and a Worker can be sent them. */
function plainOptions(options: Request['options']): Request['options'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function errorOf({ message, remedy }: { message: string; remedy: string }): EngineError {
  return new EngineError(message, remedy)
}

function closedError(): EngineError {
  return new EngineError('The engine has been closed.', 'Create another one.')
}
