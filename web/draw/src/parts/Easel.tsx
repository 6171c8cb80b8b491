/** The sheet that is drawn on, by pen, touch, mouse or keyboard. */

import { useEffect, useRef } from 'preact/hooks'
import { useApp } from '../app'
import { createEasel } from '../canvas/easel'
import { listenToKeyboardPen } from '../canvas/keyboard_pen'
import { listenToPen, type PenListener } from '../canvas/pen'
import { extend, lineOf, newStroke } from '../canvas/stroke'
import { join, wake } from '../canvas/frames'
import { describe } from '../session'
import type { View } from '../geometry'
import type { App } from '../app'
import { Starts } from './Starts'

/** Where the sheet is on the screen; the flight asks. */
export const easelPlace: { view(): View; element: HTMLElement | null } =
  { view: () => ({ scale: 1, x: 0, y: 0 }), element: null }

export function Easel() {
  const app = useApp()
  const { store } = app
  const room = useRef<HTMLDivElement>(null)
  const dry = useRef<HTMLCanvasElement>(null)
  const wet = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const easel = createEasel(dry.current!, wet.current!, store, app.palette)
    easelPlace.view = easel.view
    easelPlace.element = room.current
    const listener = penListener(app, easel.view)
    const leave = [
      join(easel.paint),
      listenToPen(room.current!, listener),
      listenToKeyboardPen(room.current!, listener),
      keepSize(room.current!, app),
    ]
    return () => leave.forEach((act) => act())
  }, [])
  store.replay.value
  store.flight.value
  wake()
  return (
    <div
      ref={room}
      class="easel"
      role="application"
      aria-roledescription="sheet of paper"
      aria-label={`${describe(store.sheet.value)} Arrow keys move the pen, Space lowers and lifts it.`}
      tabIndex={0}
    >
      <canvas ref={dry} />
      <canvas ref={wet} />
      <Starts />
    </div>
  )
}

function keepSize(element: HTMLElement, { store }: App): () => void {
  const observer = new ResizeObserver(() => {
    store.resize(element.clientWidth, element.clientHeight)
    wake()
  })
  observer.observe(element)
  return () => observer.disconnect()
}

/** What the pen does to the store and the session. */
function penListener({ store, session }: App, view: () => View): PenListener {
  let ended = -Infinity
  return {
    down(point, hasPressure) {
      store.replay.value = null
      session.cancel()
      store.live.value = newStroke(point, hasPressure, view())
      wake()
    },
    move(points, hasPressure) {
      const stroke = store.live.peek()
      if (!stroke) return
      extend(stroke, points, hasPressure, view())
      wake()
    },
    up() {
      const stroke = store.live.peek()
      store.live.value = null
      if (!stroke) return
      const began = stroke.times[0]
      const pause = began - ended
      ended = stroke.times[stroke.times.length - 1]
      session.strokeDone(lineOf(stroke), Number.isFinite(pause) ? pause : 0)
    },
    drop() {
      store.live.value = null
      session.begin()
    },
    palm: session.undo,
    undo: session.undo,
  }
}
