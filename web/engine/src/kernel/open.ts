/** Which kernel there can be, and how one is made for a model. */
import type { Kernel } from './kernel'
import { plainKernel } from './plain'
import { compileKernel, wasmKernel } from './wasm'

/** Makes a kernel of its own for each model, so that its memory goes with the model. */
export interface MakeKernel {
  readonly kind: Kernel['kind']
  make(): Kernel
}

/** The WASM kernel, or the plain one where WebAssembly is not wanted, missing or forbidden. */
export async function openKernel(wasm: boolean): Promise<MakeKernel> {
  const module = wasm ? await compileKernel().catch(() => null) : null
  if (!module) return { kind: 'plain', make: plainKernel }
  return { kind: 'wasm', make: () => wasmKernel(module) }
}
