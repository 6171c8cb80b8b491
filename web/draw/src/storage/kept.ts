/** A kept drawing: what the gallery stores, a link carries and every output is made of. */

export type By = 'person' | 'model'

/** One pen-down line and who drew it. */
export interface KeptStroke {
  /** x and y in turn, y down, in the canvas's own units (CSS px at the time it was drawn). */
  points: Float32Array
  /** One for each point, 0 to 1, where the pen has told. */
  pressure?: Float32Array
  /** Milliseconds since the drawing's first point, one for each point, where they are known. */
  times?: Float32Array
  by: By
}

/** What is shown of the model that drew along. */
export interface KeptModel {
  name: string
  /** Digest of the weights: the model's identity. */
  digest: string
  artist: string
  licence: string
}

export interface Kept {
  /** In the pen's order. */
  strokes: KeptStroke[]
  /** Size of the canvas, in the points' units. */
  width: number
  height: number
  title: string
  /** Absent where no model has drawn. */
  model?: KeptModel
  seed?: number
  temperature?: number
  /** When it was kept, milliseconds since 1970. */
  date: number
}

/** Something a person can mend: one sentence what, one what to do. */
export class OutputError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message)
    this.name = 'OutputError'
  }
}

/** x, y, width and height of the ink; null where there is none. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** The smallest box around all points. */
export function inkBox(strokes: readonly { points: ArrayLike<number> }[]): Box | null {
  let left = Infinity
  let top = Infinity
  let right = -Infinity
  let bottom = -Infinity
  for (const { points } of strokes) {
    for (let i = 0; i < points.length; i += 2) {
      left = Math.min(left, points[i])
      right = Math.max(right, points[i])
      top = Math.min(top, points[i + 1])
      bottom = Math.max(bottom, points[i + 1])
    }
  }
  return left <= right ? { x: left, y: top, width: right - left, height: bottom - top } : null
}

/** The facts that go with a drawing wherever it goes, as name and value, in a fixed order. */
export function notes(kept: Kept): [string, string][] {
  const found: [string, string | undefined][] = [
    ['title', kept.title || undefined],
    ['model', kept.model?.name],
    ['digest', kept.model?.digest],
    ['artist', kept.model?.artist || undefined],
    ['licence', kept.model?.licence || undefined],
    ['seed', kept.seed?.toString()],
    ['temperature', kept.temperature?.toString()],
  ]
  return found.filter((note): note is [string, string] => note[1] !== undefined)
}
