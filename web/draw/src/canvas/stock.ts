/**
 * Ink that changes no more, painted once: each frame shows it as a picture and draws only the rest.
 *
 * A line's last points may still change with each piece of news, and a cell's view moves as the
 * line grows; to draw all of it anew for either would cost more with every point.
 */

import { contains, type View } from '../geometry'
import type { Box } from '../storage/kept'
import { look } from './ink'

/** Room around the view, as a share of it: so far lines may grow before it is painted anew. */
const ROOM = 0.25
/** Pixels of it per CSS px at least: fewer would pale thin lines while the view moves. */
const FINE = 2

export interface Stock {
  /** So many of the line's points are in it; -1: it is void. */
  count: number
  /** How it was painted. */
  readonly view: View
  readonly context: CanvasRenderingContext2D
  /** Its pixels per CSS px. */
  readonly ratio: number
  /** Empty it, for a canvas of this size (CSS px) and pixel ratio under this view. */
  renew(view: View, width: number, height: number, ratio: number): void
  /** Whether ink in this box would be in it. */
  covers(box: Box): boolean
  /** Paint it on a canvas that shows another view. */
  show(context: CanvasRenderingContext2D, view: View, ratio: number): void
}

export function createStock(canvas: HTMLCanvasElement): Stock {
  const context = canvas.getContext('2d')!
  let room: Box = { x: 0, y: 0, width: 0, height: 0 }

  return {
    count: -1,
    view: { scale: 1, x: 0, y: 0 },
    ratio: FINE,
    context,
    renew(view, width, height, least) {
      const ratio = Math.max(FINE, least)
      const [aside, above] = [Math.ceil(ROOM * width), Math.ceil(ROOM * height)]
      canvas.width = Math.round((width + 2 * aside) * ratio) // this wipes it, too
      canvas.height = Math.round((height + 2 * above) * ratio)
      const shifted = { ...view, x: view.x + aside, y: view.y + above }
      Object.assign(this, { view: shifted, ratio, count: 0 })
      room = boxUnder(shifted, canvas.width / ratio, canvas.height / ratio)
      look(context, shifted, ratio)
    },
    covers: (box) => contains(room, box),
    show(to, view, ratio) {
      const scale = view.scale / this.view.scale
      const [x, y] = [view.x - scale * this.view.x, view.y - scale * this.view.y]
      to.setTransform(1, 0, 0, 1, 0, 0)
      const size = (scale * ratio) / this.ratio
      to.drawImage(canvas, x * ratio, y * ratio, canvas.width * size, canvas.height * size)
    },
  }
}

/** What a canvas of so many CSS px shows. */
function boxUnder(view: View, width: number, height: number): Box {
  return {
    x: -view.x / view.scale, y: -view.y / view.scale,
    width: width / view.scale, height: height / view.scale,
  }
}
