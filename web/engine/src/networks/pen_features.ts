/** Pen features: what the decoder knows of its pen at a point, apart from its cell's memory. */

export const FEATURES = 5 // heading (cosine, sine), turn (the same), half the log of the length
const SHORTEST = 1e-5 // an offset shorter than this has no direction
const SOFTENING = 1e-4 // added to squared lengths, so that short offsets have a finite logarithm

/** An offset, and whether a stroke begins with its point. */
export interface PenOffset {
  dx: number
  dy: number
  begins: boolean
}

/** The features of a point, from its offset and the one before it (null: it is the first). */
export function penFeatures(now: PenOffset, before: PenOffset | null, out: Float64Array): void {
  const { dx, dy, begins } = now
  const length = Math.hypot(dx, dy)
  const soft = Math.sqrt(length * length + SOFTENING)
  const turns = before && !begins && !before.begins
  const [cosine, sine] = turns ? direction(before.dx, before.dy) : [0, 0]
  const heading = begins ? [1, 0] : direction(dx, dy)
  out[0] = heading[0]
  out[1] = heading[1]
  out[2] = (dx * cosine + dy * sine) / soft
  out[3] = (dy * cosine - dx * sine) / soft
  out[4] = 0.5 * Math.log(soft)
}

function direction(dx: number, dy: number): [number, number] {
  const length = Math.hypot(dx, dy)
  return length > SHORTEST ? [dx / length, dy / length] : [1, 0]
}
