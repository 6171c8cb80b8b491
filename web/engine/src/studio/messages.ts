/** What the page and the place where it is drawn, a Worker or the page's own thread, say. */
import type { Drawn, Ink, ModelInfo } from '../api'
import type { Request } from '../sampling/request'

export type ToStudio =
  | { kind: 'open'; wasm: boolean }
  | { kind: 'load'; id: number; file: ArrayBuffer }
  | { kind: 'unload'; model: number }
  | { kind: 'run'; id: number; model: number; request: Request }
  | { kind: 'cancel'; id: number }

export type FromStudio =
  | { kind: 'opened'; kernel: 'wasm' | 'plain' }
  | { kind: 'loaded'; id: number; info: ModelInfo }
  | { kind: 'news'; id: number; news: Ink[] }
  | { kind: 'finished'; id: number; drawn: Drawn[] }
  | { kind: 'failed'; id: number; message: string; remedy: string }

/** Buffers of news that nobody needs any longer where they were made. */
export function buffersOf(message: FromStudio): ArrayBuffer[] {
  if (message.kind !== 'news') return []
  const buffers = message.news.flatMap(({ points, begins }) => [points.buffer, begins.buffer])
  return buffers as ArrayBuffer[]
}
