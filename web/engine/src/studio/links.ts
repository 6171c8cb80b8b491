/** Links to a studio: in a Worker, or in the page's own thread. */
import workerSource from 'strokebook:worker'
import { EngineError } from '../api'
import type { FromStudio, ToStudio } from './messages'
import { Studio } from './studio'

export interface Link {
  readonly kernel: 'wasm' | 'plain'
  say(message: ToStudio): void
  hear(listener: (message: FromStudio) => void): void
  /** Called when the studio is no more. */
  broken(listener: (error: EngineError) => void): void
  close(): void
}

const OPENING = 5000 // ms after which a Worker that does not answer is given up

/** A studio in a Worker; null where there are none, or it does not start. */
export async function openWorker(wasm: boolean): Promise<Link | null> {
  let worker: Worker
  try {
    const address = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }))
    worker = new Worker(address)
    setTimeout(() => URL.revokeObjectURL(address), OPENING)
  } catch {
    return null
  }
  worker.postMessage({ kind: 'open', wasm } satisfies ToStudio)
  const kernel = await openedIn(worker)
  if (!kernel) {
    worker.terminate()
    return null
  }
  return {
    kernel,
    say: (message) => worker.postMessage(message),
    hear: (listener) => {
      worker.onmessage = (event: MessageEvent<FromStudio>) => listener(event.data)
    },
    broken: (listener) => {
      worker.onerror = () => listener(brokenError())
    },
    close: () => worker.terminate(),
  }
}

/** What a Worker says when it is open; null where it breaks or is silent. */
function openedIn(worker: Worker): Promise<'wasm' | 'plain' | null> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), OPENING)
    const settle = (kernel: 'wasm' | 'plain' | null) => {
      clearTimeout(late)
      resolve(kernel)
    }
    worker.onerror = () => settle(null)
    worker.onmessage = ({ data }: MessageEvent<FromStudio>) => {
      if (data.kind === 'opened') settle(data.kernel)
    }
  })
}

/** A studio in this thread; it draws in slices, between which the page has its turn. */
export async function openHere(wasm: boolean): Promise<Link> {
  let listen: (message: FromStudio) => void = () => undefined
  let closed = false
  const opened = new Promise<'wasm' | 'plain'>((resolve) => {
    listen = (message) => message.kind === 'opened' && resolve(message.kernel)
  })
  const studio = new Studio((message) => closed || listen(message))
  void studio.take({ kind: 'open', wasm })
  const kernel = await opened
  return {
    kernel,
    say: (message) => queueMicrotask(() => void (closed || studio.take(message))),
    hear: (listener) => (listen = listener),
    broken: () => undefined,
    close: () => (closed = true),
  }
}

function brokenError(): EngineError {
  return new EngineError(
    'The engine has broken.',
    'Load the page again; draw fewer at once if it happens again.',
  )
}
