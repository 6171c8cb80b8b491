/** A drawing's place on the paper: scaled and centred; see plotter.ts, steps 1 to 3. */

import { inkBox, OutputError } from '../storage/kept'

interface Sized {
  margin: number
  /** Width of the ink in mm; 0: as large as fits. */
  width: number
}

/** The strokes' points in mm; refuses what does not fit. */
export function placeOnPaper(
  strokes: readonly { points: Float64Array }[],
  paper: readonly [number, number],
  options: Sized,
): Float64Array[] {
  const box = inkBox(strokes)
  if (!box) throw new OutputError('There is no line to plot.', 'Draw something first.')
  const room = paper.map((side) => side - 2 * options.margin)
  if (room.some((side) => side <= 0)) {
    throw new OutputError(
      `Margins of ${options.margin} mm leave no room on ${paper[0]} x ${paper[1]} mm.`,
      'Take a smaller margin or larger paper.',
    )
  }
  const scale = millimetresPerUnit([box.width, box.height], room, options.width)
  const left = (paper[0] - box.width * scale) / 2
  const top = (paper[1] - box.height * scale) / 2
  return strokes.map(({ points }) =>
    points.map((v, i) => (i % 2 ? top + (v - box.y) * scale : left + (v - box.x) * scale)),
  )
}

function millimetresPerUnit(
  box: readonly number[],
  room: readonly number[],
  width: number,
): number {
  const fits = box.map((side, i) => (side > 0 ? room[i] / side : Infinity))
  const largest = Math.min(...fits)
  if (width <= 0 || box[0] <= 0) return Number.isFinite(largest) ? largest : 1
  const scale = width / box[0]
  if (scale > largest * (1 + 1e-9)) {
    throw new OutputError(
      `Ink ${width} mm wide does not fit between the margins.`,
      `Take at most ${Math.floor(box[0] * largest)} mm, or larger paper.`,
    )
  }
  return scale
}
