/** Drawing with the keyboard: arrows move the pen, Space lowers and lifts it, Escape lets go. */

import type { PenListener } from './pen'

const STEP = 6
const LONG_STEP = 24
const WAYS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
}

export function listenToKeyboardPen(element: HTMLElement, listener: PenListener): () => void {
  const mark = document.createElement('div')
  mark.className = 'keyboard-pen'
  mark.hidden = true
  element.append(mark)
  let x = NaN
  let y = NaN
  let down = false

  function show(): void {
    mark.hidden = false
    mark.dataset.down = String(down)
    mark.style.transform = `translate(${x}px, ${y}px)`
  }

  function place(): void {
    if (Number.isNaN(x)) [x, y] = [element.clientWidth / 2, element.clientHeight / 2]
  }

  const point = (time: number) => ({ x, y, pressure: 0.5, time })

  function onKey(event: KeyboardEvent): void {
    const way = WAYS[event.key]
    if (event.target !== element || event.ctrlKey || event.metaKey) return
    if (way) move(way, event)
    else if (event.key === ' ') toggle(event)
    else if (event.key === 'Escape' && down) {
      down = false
      listener.drop()
    } else return
    event.preventDefault()
    show()
  }

  function move([right, below]: [number, number], event: KeyboardEvent): void {
    place()
    const step = event.shiftKey ? LONG_STEP : STEP
    x = Math.min(element.clientWidth, Math.max(0, x + right * step))
    y = Math.min(element.clientHeight, Math.max(0, y + below * step))
    if (down) listener.move([point(event.timeStamp)], false)
  }

  function toggle(event: KeyboardEvent): void {
    place()
    down = !down
    if (down) listener.down(point(event.timeStamp), false)
    else listener.up()
  }

  function leave(): void {
    if (down) listener.up()
    down = false
    mark.hidden = true
  }

  element.addEventListener('keydown', onKey)
  element.addEventListener('blur', leave)
  return () => {
    element.removeEventListener('keydown', onKey)
    element.removeEventListener('blur', leave)
    mark.remove()
  }
}
