/**
 * Watches the page from inside; put in before its own script.
 *
 * - First ink: the stroke that painted it is looked at pixel by pixel until a cell's canvas shows
 *   the model's colour; what counts is the beginning of the frame after that, when the painted one
 *   has been handed over.
 * - Points: those that the Worker says, by drawing, with the time when they came.
 * - Frames: the times between animation frames, from the first news to the last.
 */
(() => {
  const [NEAR, OPAQUE] = [60, 100]
  const [LONGEST, AFTER] = [90_000, 300] // ms
  const watch = { penUp: NaN, waiting: false }
  globalThis.strokebookWatch = watch

  function reset() {
    Object.assign(watch, {
      penUp: performance.now(), waiting: true, firstInk: null, run: null, finished: null,
      slots: [], counts: [], frames: [], colour: modelColour(),
    })
    requestAnimationFrame(frame)
  }

  function frame(now) {
    watch.frames.push(now)
    if (watch.finished === null) requestAnimationFrame(frame)
  }

  const PlainWorker = globalThis.Worker
  globalThis.Worker = class extends PlainWorker {
    constructor(...words) {
      super(...words)
      this.addEventListener('message', ({ data }) => hear(data, performance.now()))
    }
    postMessage(message, ...more) {
      if (message.kind === 'run' && message.request.kind === 'complete') watch.run = message.id
      super.postMessage(message, ...more)
    }
  }

  function hear(message, now) {
    if (message.id !== watch.run || !watch.slots) return
    if (message.kind === 'news') for (const ink of message.news) hearInk(ink, now)
    if (message.kind !== 'finished') return
    watch.finished = now
    setTimeout(watch.settle, AFTER)
    watch.counts = message.drawn.map(({ points, startPoints }) =>
      points.strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0) - startPoints)
  }

  function hearInk({ slot, keep, points, ended }, now) {
    const count = keep + points.length / 2
    const one = (watch.slots[slot] ??= { first: now, begun: count, ended: null })
    one.count = count
    if (ended) one.ended ??= now
  }

  const stroke = CanvasRenderingContext2D.prototype.stroke
  CanvasRenderingContext2D.prototype.stroke = function (...words) {
    stroke.apply(this, words)
    if (!watch.waiting || this.strokeStyle !== watch.colour || !this.canvas.closest('.cell')) return
    if (!shows(this, watch.colour)) return
    watch.waiting = false
    requestAnimationFrame(() => (watch.firstInk = performance.now() - watch.penUp))
  }

  function shows(context, colour) {
    const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    const { width, height } = context.canvas
    const { data } = context.getImageData(0, 0, width, height)
    for (let i = 0; i < data.length; i += 4) {
      const far = wanted.reduce((sum, value, k) => sum + Math.abs(value - data[i + k]), 0)
      if (data[i + 3] > OPAQUE && far < NEAR) return true
    }
    return false
  }

  /** As canvases give it: #rrggbb. */
  function modelColour() {
    const context = document.createElement('canvas').getContext('2d')
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--model').trim()
    return context.strokeStyle
  }

  /**
   * Draw with a pen: x, y as shares of the sheet, and pressure; four places a frame. Resolves with
   * what was seen when the endings have ended.
   */
  watch.draw = async (points) => {
    const board = document.querySelector('.easel')
    const box = board.getBoundingClientRect()
    const event = (type, [x, y, pressure], coalescedEvents = []) => new PointerEvent(type, {
      bubbles: true, cancelable: true, composed: true, isPrimary: true, pointerId: 7,
      pointerType: 'pen', clientX: box.left + x * box.width, clientY: box.top + y * box.height,
      pressure: type === 'pointerup' ? 0 : pressure, button: type === 'pointermove' ? -1 : 0,
      buttons: type === 'pointerup' ? 0 : 1, coalescedEvents,
    })
    board.dispatchEvent(event('pointerdown', points[0]))
    for (let at = 1; at < points.length; at += 4) {
      await new Promise(requestAnimationFrame)
      const some = points.slice(at, at + 4)
      const all = some.map((point) => event('pointermove', point))
      board.dispatchEvent(event('pointermove', some[some.length - 1], all))
    }
    await new Promise((go) => setTimeout(go, 5))
    reset()
    const over = new Promise((done, fail) => {
      watch.settle = done
      setTimeout(() => fail(new Error('The endings do not end.')), LONGEST)
    })
    board.dispatchEvent(event('pointerup', points[points.length - 1]))
    await over
    return report()
  }

  function report() {
    const first = Math.min(...watch.slots.map((one) => one.first))
    const drawn = watch.frames.filter((time) => time >= first && time <= watch.finished)
    return {
      first_ink: watch.firstInk,
      first_news: first - watch.penUp,
      frames: drawn.slice(1).map((time, k) => time - drawn[k]),
      points: watch.counts,
      rates: watch.slots.map(({ first, begun, count, ended }, slot) =>
        (1000 * watch.counts[slot] * (1 - begun / count)) / (ended - first)),
    }
  }
})()
