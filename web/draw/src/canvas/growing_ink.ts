/** Paints a line while it grows: only what is new, as long as nothing before it has changed. */

import type { Growing } from '../growing'
import { drawModel } from './ink'

/** Draw points `from` to `to` of a growing line, each stroke apart; `start`: it goes on from there. */
export function drawGrowing(
  context: CanvasRenderingContext2D,
  line: Growing,
  from: number,
  to: number,
  start: [number, number] | null,
  width: number,
  colour: string,
): void {
  if (from === 0 && to > 0 && start && !line.begins[0]) {
    const first = Float32Array.of(start[0], start[1], line.xy[0], line.xy[1])
    drawModel(context, first, 0, 2, width, colour)
  }
  let begin = from > 0 && !line.begins[from] ? from - 1 : from
  for (let i = from + 1; i <= to; i++) {
    if (i < to && !line.begins[i]) continue
    drawModel(context, line.xy, begin, i, width, colour)
    begin = i
  }
}
