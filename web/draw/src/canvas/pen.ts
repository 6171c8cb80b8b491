/**
 * The pen on the sheet, from Pointer Events: pen, touch and mouse.
 *
 * Palms: once a pen was seen, even hovering, touch draws no more; a touch that is drawing when the
 * pen comes is dropped, and so is a mark that a touch has left just before.
 * Two fingers tapped together undo; the mark that the first of them began is dropped.
 */

export interface PenPoint {
  x: number
  y: number
  pressure: number
  time: number
}

export interface PenListener {
  down(point: PenPoint, hasPressure: boolean): void
  move(points: PenPoint[], hasPressure: boolean): void
  up(): void
  /** Forget the stroke that is being drawn. */
  drop(): void
  /** The last stroke, drawn by touch until this time, was the palm of a hand with a pen. */
  palm(): void
  undo(): void
}

/** Two fingers: together within, and up again within so many ms; moved less than px. */
const TAP = { together: 220, over: 350, still: 14 }
/** A touch that ended so shortly before the first pen was its hand, ms. */
const PALM = 800

export function listenToPen(element: HTMLElement, listener: PenListener): () => void {
  let drawing: number | null = null
  let device = ''
  let penSeen = false
  let touchEnded = -Infinity
  let varied = false
  const fingers = new Map<number, { x: number; y: number; time: number }>()
  let tap: { began: number } | null = null

  function point(event: PointerEvent): PenPoint {
    const { left, top } = element.getBoundingClientRect()
    return {
      x: event.clientX - left,
      y: event.clientY - top,
      pressure: event.pressure,
      time: event.timeStamp,
    }
  }

  /** Some tablets say they are mice and tell pressure all the same: it is not always a half. */
  function hasPressure(event: PointerEvent): boolean {
    if (event.pressure > 0 && event.pressure < 1 && event.pressure !== 0.5) varied = true
    return event.pointerType === 'pen' ? event.pressure > 0 : varied
  }

  function seePen(event: PointerEvent): void {
    if (event.pointerType !== 'pen' || penSeen) return
    penSeen = true
    if (drawing !== null && device === 'touch') stop(listener.drop)
    else if (event.timeStamp - touchEnded < PALM) listener.palm()
  }

  function stop(how: () => void): void {
    drawing = null
    how()
  }

  function down(event: PointerEvent): void {
    seePen(event)
    if (event.pointerType === 'touch' && finger(event)) return
    if (event.pointerType === 'touch' && penSeen) return
    if (drawing !== null || event.button !== 0) return
    event.preventDefault()
    try {
      element.setPointerCapture(event.pointerId)
    } catch {
      // A constructed event has no pointer that could be captured.
    }
    drawing = event.pointerId
    device = event.pointerType
    varied = false
    listener.down(point(event), hasPressure(event))
  }

  /** Whether this is the second finger of two that may be a tap. */
  function finger(event: PointerEvent): boolean {
    const { clientX: x, clientY: y, timeStamp: time } = event
    fingers.set(event.pointerId, { x, y, time })
    if (fingers.size < 2) return false
    const [first] = fingers.values()
    tap = fingers.size === 2 && time - first.time < TAP.together ? { began: time } : null
    if (tap && drawing !== null && device === 'touch') stop(listener.drop)
    return true
  }

  function move(event: PointerEvent): void {
    seePen(event)
    const touched = fingers.get(event.pointerId)
    if (touched && Math.hypot(event.clientX - touched.x, event.clientY - touched.y) > TAP.still) {
      tap = null
    }
    if (event.pointerId !== drawing) return
    const all = event.getCoalescedEvents?.() ?? []
    const events = all.length ? all : [event]
    const pressed = events.map(hasPressure).some(Boolean)
    listener.move(events.map(point), pressed)
  }

  function up(event: PointerEvent): void {
    const wasTap = tap !== null && event.timeStamp - tap.began < TAP.over
    fingers.delete(event.pointerId)
    if (!fingers.size && tap) {
      tap = null
      if (wasTap) listener.undo()
    }
    if (event.pointerId !== drawing) return
    if (device === 'touch') touchEnded = event.timeStamp
    stop(listener.up)
  }

  function cancel(event: PointerEvent): void {
    fingers.delete(event.pointerId)
    tap = null
    if (event.pointerId !== drawing) return
    stop(event.pointerType === 'touch' ? listener.drop : listener.up)
  }

  const events = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel,
    pointerenter: seePen }
  for (const [name, act] of Object.entries(events)) element.addEventListener(name, act as EventListener)
  return () => {
    for (const [name, act] of Object.entries(events)) {
      element.removeEventListener(name, act as EventListener)
    }
  }
}
