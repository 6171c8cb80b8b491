/** A line that was taken flies from its cell onto the sheet. */

import { ease, mixView, type View } from '../geometry'
import { reducedMotion, type Painter } from './frames'
import type { Line } from '../sheet'
import type { Store } from '../store'
import { drawLine, fitCanvas, look, wipe, type Palette } from './ink'

const LENGTH = 340

/** Paints over the whole window while something flies; `places` knows where from and where to. */
export function createFlight(
  canvas: HTMLCanvasElement,
  store: Store,
  palette: () => Palette,
  places: { cell(slot: number): View | null; sheet(): View },
): Painter {
  const context = canvas.getContext('2d')!
  let from: View | null = null
  let flying: readonly Line[] | null = null

  return (now) => {
    const flight = store.flight.peek()
    if (!flight) return false
    if (flying !== flight.lines) {
      flying = flight.lines
      from = places.cell(flight.slot)
      canvas.hidden = false
      const { clientWidth: width, clientHeight: height } = canvas // it was hidden until now
      fitCanvas(canvas, { width, height })
    }
    const part = (now - flight.began) / LENGTH
    wipe(context)
    if (!from || part >= 1 || reducedMotion()) {
      canvas.hidden = true
      flying = null
      store.flight.value = null
      return true
    }
    const view = mixView(from, places.sheet(), ease(Math.max(0, part)))
    look(context, view, canvas.width / Math.max(canvas.clientWidth, 1))
    for (const line of flight.lines) drawLine(context, line, view, palette())
    return true
  }
}
