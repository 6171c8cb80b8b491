/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecoderState } from '../src/networks/decoder'
import { LocalFrameDecoder } from '../src/networks/local_frame_decoder'
import type { LoadedModel } from '../src/sampling/model'
import { expected, fieldsOf, loadNet, names, normalised, skipNets, worstOf } from './nets'

const CLOSE = 1e-4 // times 1 + |value|

for (const kernel of ['wasm', 'plain'] as const) {
  test(`fed the same drawing, the same mixtures: ${kernel}`, { skip: skipNets }, (t) => {
    for (const name of names) {
      const model = loadNet(name, kernel)
      let worst = 0
      for (const { rows, mean, runs } of expected(name).read) {
        if (mean) {
          const z = model.needEncoder().encode(Float32Array.from(rows.flat()))
          worst = Math.max(worst, worstOf(z, mean))
        }
        for (const run of runs) for (const width of [1, 12] as const) {
          worst = Math.max(worst, readAlong(model, rows, run, width))
        }
      }
      t.diagnostic(`${name}: ${worst.toExponential(1)}`)
      assert.ok(worst <= CLOSE, `${name}: ${worst}`)
    }
  })
}

/** The worst difference along a drawing, that of its cost included. */
function readAlong(model: LoadedModel, rows: number[][], run: any, width: 1 | 12): number {
  const { decoder } = model
  const z = run.z && Float32Array.from({ length: width * run.z.length }, (_, k) =>
    run.z[Math.floor(k / width)])
  const state = decoder.start(width, z)
  const costs = new Float64Array(width)
  const local = decoder instanceof LocalFrameDecoder
  const lane = width - 1
  let worst = 0
  rows.forEach((row, k) => {
    decoder.read(state, Float32Array.from(row), width, costs)
    const step = run.steps[k]
    worst = Math.max(worst, worstOf(decoder.penLogits(state, lane), step.pen))
    if (!local) worst = Math.max(worst, compare(decoder, state, lane, step.mixture))
    else {
      const lifted = state.lifted[lane]
      for (const [jumps, mixture] of [[0, step.down], [1, step.jump]]) {
        state.lifted[lane] = jumps
        worst = Math.max(worst, compare(decoder, state, lane, mixture))
      }
      state.lifted[lane] = lifted
    }
  })
  return worst
}

function compare(
  decoder: LoadedModel['decoder'],
  state: DecoderState,
  lane: number,
  wanted: any,
): number {
  const mixture = decoder.nextOffset(state, lane)
  if (wanted.logistic) {
    const first = wanted.logistic.indexOf(1)
    assert.equal(mixture.firstLogistic, first < 0 ? mixture.count : first)
  }
  const found = fieldsOf(mixture)
  const fields = Object.keys(found).map((field) =>
    worstOf(found[field], field === 'weight' ? normalised(wanted[field]) : wanted[field]))
  return Math.max(...fields)
}
