/** The one store: everything that a page shows, as signals; and its history. */

import { batch, computed, signal } from '@preact/signals'
import type { Model, Run } from '../../engine/src/api'
import type { View } from './geometry'
import type { Growing } from './growing'
import type { StoredDrawing } from './storage/gallery_store'
import { clearSheet, emptySheet, type Line, type Sheet } from './sheet'
import { DEFAULTS, type Settings } from './settings'

/** Drawings on their way, one a cell. */
export interface Batch {
  /** `complete` and `duet` go on from the sheet; the others bring whole drawings. */
  kind: 'complete' | 'duet' | 'sample' | 'vary' | 'walk'
  /** What every cell begins with. */
  base: Sheet
  lines: Growing[]
  /** From the engine's units to the sheet's. */
  place: View
  seed: number
  run: Run
}

export interface ModelEntry {
  /** The embedded script's id, or '' where the file was opened by the person. */
  element: string
  name: string
  model?: Model
}

/** A sentence on the page; what went wrong stays until it is closed. */
export interface Notice {
  text: string
  wrong: boolean
}

/** Points of the line that is being drawn now. */
export interface LiveStroke {
  points: number[]
  pressure: number[]
  times: number[]
  hasPressure: boolean
}

export type PanelName =
  | 'settings' | 'models' | 'gallery' | 'out' | 'plot' | 'help' | 'card'

/** A picture on its way from a cell to the sheet. */
export interface Flight {
  slot: number
  lines: readonly Line[]
  began: number
}

export function createStore(settings: Settings = DEFAULTS) {
  const sheet = signal<Sheet>(emptySheet(600, 600))
  const past = signal<readonly Sheet[]>([])
  const future = signal<readonly Sheet[]>([])
  const store = {
    sheet,
    past,
    future,
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
    settings: signal<Settings>(settings),
    models: signal<readonly ModelEntry[]>([]),
    chosen: signal(-1),
    model: signal<Model | null>(null),
    loading: signal(false),
    duet: signal(false),
    batch: signal<Batch | null>(null),
    /** Whether the batch's lines still grow. */
    growing: signal(false),
    /** Part of a cell's line that a person is about to take. */
    scrub: signal<{ slot: number; part: number } | null>(null),
    live: signal<LiveStroke | null>(null),
    flight: signal<Flight | null>(null),
    replay: signal<number | null>(null),
    panel: signal<PanelName | null>(null),
    notice: signal<Notice | null>(null),
    /** For screen readers: what has happened. */
    spoken: signal(''),
    gallery: signal<readonly StoredDrawing[]>([]),
  }

  /** A new sheet, one step on; what was undone before is gone. */
  function commit(next: Sheet): void {
    batch(() => {
      past.value = [...past.value, sheet.value]
      future.value = []
      sheet.value = next
    })
  }

  function undo(): boolean {
    const before = past.value[past.value.length - 1]
    if (!before) return false
    batch(() => {
      future.value = [sheet.value, ...future.value]
      past.value = past.value.slice(0, -1)
      sheet.value = before
    })
    return true
  }

  function redo(): boolean {
    const [next, ...rest] = future.value
    if (!next) return false
    batch(() => {
      past.value = [...past.value, sheet.value]
      future.value = rest
      sheet.value = next
    })
    return true
  }

  /** A fresh sheet; nothing happens to one that is empty. */
  function clear(): boolean {
    if (!sheet.value.lines.length) return false
    commit(clearSheet(sheet.value))
    return true
  }

  /** An empty sheet is as large as the room for it. */
  function resize(width: number, height: number): void {
    const { lines } = sheet.value
    if (!lines.length) sheet.value = emptySheet(width, height)
  }

  function set(change: Partial<Settings>): void {
    store.settings.value = { ...store.settings.value, ...change }
  }

  /** Say it to screen readers, and show it for a moment. */
  function tell(text: string): void {
    batch(() => {
      store.spoken.value = text
      store.notice.value = { text, wrong: false }
    })
  }

  /** Say it to screen readers only. */
  function say(text: string): void {
    store.spoken.value = text
  }

  /** What went wrong, and what to do: stays on the page until closed. */
  function fail(error: unknown): void {
    const text = sentence(error)
    batch(() => {
      store.spoken.value = text
      store.notice.value = { text, wrong: true }
    })
  }

  return { ...store, commit, undo, redo, clear, resize, set, tell, say, fail }
}

export type Store = ReturnType<typeof createStore>

/** An error as what and remedy. */
export function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const remedy = (error as { remedy?: string }).remedy
  return remedy ? `${error.message} ${remedy}` : error.message
}
