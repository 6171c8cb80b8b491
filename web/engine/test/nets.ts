/// <reference types="node" />
/** Trained nets and what Python does with them: `tests/browser/engine_fixtures.py` says what. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '../src/api'
import type { OffsetMixture } from '../src/distributions/mixture'
import { logSumExp } from '../src/distributions/mixture'
import { openKernel } from '../src/kernel/open'
import { LoadedModel } from '../src/sampling/model'
import { Task } from '../src/sampling/task'
import type { Request } from '../src/sampling/request'
import { folder } from './fixtures'

const SUFFIX = '.strokebook.safetensors'

export const names = folder
  ? readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
  : []
export const skipNets = names.length ? false : 'FIXTURES holds no nets: run pytest tests/browser'
export const kernels = { wasm: await openKernel(true), plain: await openKernel(false) }

export function expected(name: string): any {
  return JSON.parse(readFileSync(join(folder as string, `${name}.json`), 'utf8'))
}

export function fileOf(name: string): ArrayBuffer {
  const bytes = readFileSync(join(folder as string, name + SUFFIX))
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

export function loadNet(name: string, kernel: 'wasm' | 'plain' = 'wasm'): LoadedModel {
  return new LoadedModel(kernels[kernel].make(), fileOf(name))
}

/** The fields of a mixture as Python names them; weights as log probabilities. */
export function fieldsOf(mixture: OffsetMixture): Record<string, number[]> {
  const part = (values: Float64Array) => [...values.subarray(0, mixture.count)]
  const total = logSumExp(mixture.weight, mixture.count)
  return {
    weight: part(mixture.weight).map((w) => w - total),
    mean_x: part(mixture.meanX),
    mean_y: part(mixture.meanY),
    log_x: part(mixture.logX),
    log_y: part(mixture.logY),
    rho: part(mixture.rho),
  }
}

/** Weights as log probabilities. */
export function normalised(weights: number[]): number[] {
  const total = logSumExp(Float64Array.from(weights), weights.length)
  return weights.map((w) => w - total)
}

/** The worst of |found - wanted| / (1 + |wanted|). */
export function worstOf(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Infinity
  let worst = 0
  for (let k = 0; k < wanted.length; k++) {
    const error = Math.abs(found[k] - wanted[k]) / (1 + Math.abs(wanted[k]))
    if (!(error <= worst)) worst = error
  }
  return worst
}

/** A request, drawn to its end. */
export function finish(model: LoadedModel, request: Request, clock = () => 0): Task {
  const task = new Task(model, request)
  for (const _ of task.steps(clock));
  return task
}

export function errorOf(act: () => unknown): EngineError {
  try {
    act()
  } catch (error) {
    if (error instanceof EngineError) return error
    throw error
  }
  throw new Error('no error')
}
