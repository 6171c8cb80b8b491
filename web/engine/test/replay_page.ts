/** What a browser is asked to replay: `replay(name, file, expected, options)` on the page. */

import type { EngineOptions } from '../src/api'
import { createEngine } from '../src/engine'
import { openKernel } from '../src/kernel/open'
import { LoadedModel } from '../src/sampling/model'
import { replayDrawing, replayReading } from './replay'

/**
 * @param base64 - The model's file.
 * @param expected - What Python gave.
 */
async function replay(base64: string, expected: unknown, options: EngineOptions) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const kernel = await openKernel(options.wasm ?? true)
  const worst = replayReading(new LoadedModel(kernel.make(), bytes.buffer), expected)
  const engine = await createEngine(options)
  const drawn = await replayDrawing(await engine.load(bytes.buffer), expected)
  const result = { worst, ...drawn, kernel: engine.kernel, inWorker: engine.inWorker }
  engine.close()
  return result
}

Object.assign(globalThis, { replay })
