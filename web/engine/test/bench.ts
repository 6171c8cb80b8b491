/// <reference types="node" />
/** Points a second of nine drawings at once, and where a step's time goes; see engine/bench.mjs. */

import type { Kernel } from '../src/kernel/kernel'
import { openKernel } from '../src/kernel/open'
import type { Options } from '../src/model_file'
import { LoadedModel } from '../src/sampling/model'
import { Task } from '../src/sampling/task'
import { madeFile } from './made_model'

const MODELS: Record<string, Partial<Options>> = {
  'lstm 512': { decoder: 512, mixtures: 20 },
  'local-frame, layer norm 256': {
    decoder: 256, decoder_cell: 'layer_norm', local_frame: true, mixtures: 20,
  },
  'local-frame, lstm 512': { decoder: 512, local_frame: true, mixtures: 20 },
  'local-frame, layer norm 512': {
    decoder: 512, decoder_cell: 'layer_norm', local_frame: true, mixtures: 20,
  },
  'hyper 512': { decoder: 512, decoder_cell: 'hyper', mixtures: 20 },
}
const DRAWINGS = 9
const POINTS = 200
const START = {
  strokes: [Float32Array.from({ length: 120 }, (_, k) =>
    100 + 60 * (k % 2 ? Math.sin : Math.cos)((k >> 1) / 10))],
}

/** A kernel whose products are timed. */
function timed(kernel: Kernel): Kernel & { spent: number } {
  return {
    ...kernel,
    spent: 0,
    multiply(...all) {
      const begun = performance.now()
      kernel.multiply(...all)
      this.spent += performance.now() - begun
    },
  }
}

function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]
}

for (const kind of ['wasm', 'plain'] as const) {
  const { make } = await openKernel(kind === 'wasm')
  for (const [name, options] of Object.entries(MODELS)) {
    const kernel = timed(make())
    const model = new LoadedModel(kernel, madeFile(options))
    const points = kind === 'wasm' ? POINTS : POINTS / 4
    for (const most of [10, points]) {
      const task = new Task(model, {
        kind: 'complete',
        drawings: [START],
        options: { n: DRAWINGS, maxPoints: most, choose: 'raw', seed: 1, temperature: 0.3 },
      })
      const steps = task.steps(() => performance.now())
      const [reading, all, lanes, news]: number[][] = [[], [], [], []]
      const cpu = process.cpuUsage()
      for (let k = 0; ; k++) {
        const [begun, before] = [performance.now(), kernel.spent]
        const { done } = steps.next()
        const stepped = performance.now()
        if (done) break
        const ink = task.news()
        if (!ink.length && !all.length) reading.push(stepped - begun)
        else {
          all.push(performance.now() - begun)
          lanes.push(kernel.spent - before)
          news.push(performance.now() - stepped)
        }
      }
      const { user } = process.cpuUsage(cpu)
      if (most < points) continue
      const read = reading.reduce((sum, time) => sum + time, 0)
      const rest = all.map((time, k) => time - lanes[k] - news[k])
      const step = medianOf([...all])
      console.log(
        `${kind.padEnd(6)}${name.padEnd(29)}`,
        `${(1000 / step).toFixed(0).padStart(5)} points/s of each`,
        `(${((1e6 * all.length) / (user - 1000 * read)).toFixed(0)} by CPU time);`,
        `step ${step.toFixed(2)} ms: products ${medianOf(lanes).toFixed(2)},`,
        `rest of the net ${medianOf(rest).toFixed(2)}, line ${medianOf(news).toFixed(2)}`,
        `(most: rest ${Math.max(...rest).toFixed(1)}, line ${Math.max(...news).toFixed(1)});`,
        `a start's row ${medianOf(reading).toFixed(2)} ms`,
      )
    }
  }
}
