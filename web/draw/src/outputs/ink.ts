/** Ink: the colours and the width with which pictures and animations show a drawing. */

import type { By, Kept, KeptStroke } from '../storage/kept'

export interface InkOptions {
  /** CSS colours. */
  person?: string
  model?: string
  /** null: transparent. */
  paper?: string | null
  /** Of the line, in the drawing's units; default: 1/400 of the longer side, as in Python. */
  width?: number
}

export interface Ink {
  person: string
  model: string
  paper: string | null
  width: number
}

/** As in Python (geometry/colours.py): a person's line is black, a model's blue, everywhere. */
export const PERSON_COLOUR = '#000000'
export const MODEL_COLOUR = '#b3402a'
const PLAIN_PEN = 1 / 400

export function inkOf(kept: Kept, options: InkOptions = {}): Ink {
  return {
    person: options.person ?? PERSON_COLOUR,
    model: options.model ?? MODEL_COLOUR,
    paper: options.paper === undefined ? '#fdfbf6' : options.paper,
    width: options.width ?? PLAIN_PEN * Math.max(kept.width, kept.height),
  }
}

/** Strokes in the pen's order, those of one hand in a row together; empty ones are left out. */
export function runsByHand(strokes: readonly KeptStroke[]): { by: By; strokes: KeptStroke[] }[] {
  const runs: { by: By; strokes: KeptStroke[] }[] = []
  for (const stroke of strokes) {
    if (stroke.points.length === 0) continue
    const last = runs[runs.length - 1]
    if (last && last.by === stroke.by) last.strokes.push(stroke)
    else runs.push({ by: stroke.by, strokes: [stroke] })
  }
  return runs
}
