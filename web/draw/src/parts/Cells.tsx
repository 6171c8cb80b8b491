/** The drawings that grow beside the sheet; a click takes one, a drag along it takes a part. */

import { useEffect, useRef } from 'preact/hooks'
import { useApp } from '../app'
import { createCellPainter } from '../canvas/cell_painter'
import { columnsFor, type View } from '../geometry'
import { joinPatiently, wake } from '../canvas/frames'

/** Where each cell shows the sheet, on the screen; the flight asks. */
export const cellPlaces = new Map<number, () => View>()

/** Less than so many px is a click. */
const DRAG = 8
const KEY_STEP = 0.05

export function Cells() {
  const { store } = useApp()
  const { number } = store.settings.value
  if (store.duet.value) return null
  const wide = columnsFor(number, true)
  return (
    <div
      class="cells"
      role="group"
      aria-label="Drawings of the model"
      aria-busy={store.growing.value}
      style={{ '--columns': wide, '--rows': Math.ceil(number / wide) }}
    >
      {Array.from({ length: number }, (_, slot) => <Cell key={slot} slot={slot} columns={wide} />)}
    </div>
  )
}

function Cell({ slot, columns }: { slot: number; columns: number }) {
  const { store, session, palette } = useApp()
  const canvas = useRef<HTMLCanvasElement>(null)
  const drag = useRef<{ x: number; y: number; moved: boolean } | null>(null)
  useEffect(() => {
    const painter = createCellPainter(canvas.current!, slot, store, palette)
    cellPlaces.set(slot, () => onScreen(canvas.current!, painter.view()))
    const leave = joinPatiently(painter.paint)
    return () => {
      leave()
      cellPlaces.delete(slot)
    }
  }, [slot])
  const alive = store.batch.value !== null && slot < store.batch.value.lines.length
  const scrub = store.scrub.value?.slot === slot ? store.scrub.value : null
  wake()

  function down(event: PointerEvent): void {
    if (!alive || event.button !== 0) return
    capture(event)
    drag.current = { x: event.clientX, y: event.clientY, moved: false }
  }

  function move(event: PointerEvent): void {
    const from = drag.current
    if (!from) return
    from.moved ||= Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAG
    if (!from.moved) return
    const box = canvas.current!.getBoundingClientRect()
    const part = (event.clientX - box.left) / box.width
    store.scrub.value = { slot, part: Math.min(1, Math.max(0.02, part)) }
    wake()
  }

  function up(event: PointerEvent): void {
    const from = drag.current
    drag.current = null
    if (!from) return
    const box = canvas.current!.getBoundingClientRect()
    const below = event.clientY < box.top - 30 || event.clientY > box.bottom + 30
    if (from.moved && below) {
      store.scrub.value = null
      return wake()
    }
    session.take(slot, from.moved ? store.scrub.value?.part : 1)
  }

  function cancel(): void {
    drag.current = null
    store.scrub.value = null
    wake()
  }

  function key(event: KeyboardEvent): void {
    const by = event.key === 'ArrowRight' ? KEY_STEP : event.key === 'ArrowLeft' ? -KEY_STEP : 0
    if (by && alive) {
      const part = Math.min(1, Math.max(KEY_STEP, (scrub?.part ?? 1) + by))
      store.scrub.value = part < 1 ? { slot, part } : null
      store.say(`${Math.round(100 * part)} %`)
      wake()
    } else if (event.key === 'Enter' || event.key === ' ') session.take(slot, scrub?.part ?? 1)
    else if (event.key === 'ArrowDown') neighbour(event, columns)
    else if (event.key === 'ArrowUp') neighbour(event, -columns)
    else return
    event.preventDefault()
  }

  const part = scrub ? `, ${Math.round(100 * scrub.part)} % of it` : ''
  return (
    <button
      type="button"
      class="cell"
      aria-disabled={!alive}
      aria-label={alive ? `Take drawing ${slot + 1}${part}` : `Drawing ${slot + 1}: empty`}
      title={alive ? 'Take it; drag along it to take a part' : undefined}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={cancel}
      onKeyDown={key}
      onBlur={() => scrub && cancel()}
    >
      <canvas ref={canvas} />
      {scrub && <span class="scrub" style={{ width: `${100 * scrub.part}%` }} />}
    </button>
  )
}

function capture(event: PointerEvent): void {
  try {
    (event.currentTarget as Element).setPointerCapture(event.pointerId)
  } catch {
    // A constructed event has no pointer that could be captured.
  }
}

function neighbour(event: KeyboardEvent, by: number): void {
  const cell = event.currentTarget as HTMLElement
  const all = [...cell.parentElement!.children] as HTMLElement[]
  all[all.indexOf(cell) + by]?.focus()
}

function onScreen(canvas: HTMLCanvasElement, view: View): View {
  const { left, top } = canvas.getBoundingClientRect()
  return { scale: view.scale, x: view.x + left, y: view.y + top }
}
