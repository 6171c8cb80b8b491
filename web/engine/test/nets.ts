/// <reference types="node" />
/** Trained nets and what Python does with them: `tests/browser/engine_fixtures.py` says what. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Drawn, Model } from '../src/api'
import { createEngine } from '../src/engine'
import { openKernel } from '../src/kernel/open'
import { LoadedModel } from '../src/sampling/model'
import type { Request } from '../src/sampling/request'
import { folder } from './fixtures'

const SUFFIX = '.strokebook.safetensors'

export const names = folder
  ? readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
  : []
export const skipNets = names.length ? false : 'FIXTURES holds no nets: run pytest tests/browser'

export function expected(name: string): any {
  return JSON.parse(readFileSync(join(folder as string, `${name}.json`), 'utf8'))
}

export function fileOf(name: string): ArrayBuffer {
  const bytes = readFileSync(join(folder as string, name + SUFFIX))
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

export async function loadNet(name: string, kernel: 'wasm' | 'plain'): Promise<LoadedModel> {
  return new LoadedModel((await openKernel(kernel === 'wasm')).make(), fileOf(name))
}

const engine = createEngine()

export async function loadModel(name: string): Promise<Model> {
  return (await engine).load(fileOf(name))
}

/** What a request leads to. */
export function drawAll(model: Model, { kind, drawings, options }: Request): Promise<Drawn[]> {
  const [a, b] = drawings
  if (kind === 'sample') return model.sample(options).finished
  if (kind === 'interpolate') return model.interpolate(a, b, options).finished
  return model[kind](a, options).finished
}
