/**
 * The kernel in WebAssembly with 128-bit SIMD.
 *
 * Memory, in bytes: from 1,024 on 2 MiB for a product's input, then 2 MiB for its output, then the
 * packed matrices one after the other, each from a multiple of 16 on. A kernel is one model's: its
 * memory goes when the model does.
 */
import base64 from 'strokebook:kernel'
import { interleave, LANES, type Kernel, type Matrix, type Width } from './kernel'

type Multiply = (
  weights: number,
  blocks: number,
  columns: number,
  input: number,
  output: number,
) => void

interface Exports {
  memory: WebAssembly.Memory
  multiply1: Multiply
  multiply12: Multiply
}

interface WasmMatrix extends Matrix {
  readonly address: number
}

const INPUT = 1024
const ROOM = 1 << 21 // bytes of the input, and of the output
const OUTPUT = INPUT + ROOM
const MATRICES = OUTPUT + ROOM
const PAGE = 1 << 16

/** The compiled kernel; rejects where WebAssembly or its SIMD is missing or forbidden. */
export async function compileKernel(): Promise<WebAssembly.Module> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  return WebAssembly.compile(bytes)
}

/** A kernel with a memory of its own. */
export function wasmKernel(module: WebAssembly.Module): Kernel {
  const { memory, multiply1, multiply12 } = new WebAssembly.Instance(module)
    .exports as unknown as Exports
  let numbers = new Float32Array(0)
  let end = MATRICES
  const reserve = (bytes: number) => {
    const missing = end + bytes - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
    if (numbers.buffer !== memory.buffer) numbers = new Float32Array(memory.buffer)
  }
  return {
    kind: 'wasm',
    pack(weights, rows, columns): WasmMatrix {
      checkSize(Math.max(rows + 3, columns) * LANES * 4)
      const packed = interleave(weights, rows, columns)
      const address = end
      reserve(packed.byteLength)
      numbers.set(packed, address / 4)
      end = Math.ceil((address + packed.byteLength) / 16) * 16
      return { rows, columns, address }
    },
    multiply(matrix: Matrix, input: Float32Array, output: Float32Array, width: Width): void {
      const { address, rows, columns } = matrix as WasmMatrix
      numbers.set(input.subarray(0, columns * width), INPUT / 4)
      const multiply = width === 1 ? multiply1 : multiply12
      multiply(address, Math.ceil(rows / 4), columns, INPUT, OUTPUT)
      output.set(numbers.subarray(OUTPUT / 4, OUTPUT / 4 + rows * width))
    },
  }
}

function checkSize(bytes: number): void {
  if (bytes > ROOM) throw new RangeError('a matrix is larger than the kernel can take')
}
