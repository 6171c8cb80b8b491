import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenToPen, type PenListener } from '../src/canvas/pen'
import { extend, lineOf, newStroke } from '../src/canvas/stroke'

/** An element that hears events, and a listener that writes down what it is told. */
function setUp() {
  const element = Object.assign(new EventTarget(), {
    getBoundingClientRect: () => ({ left: 100, top: 50 }),
    setPointerCapture() {},
  })
  const heard: string[] = []
  const listener: PenListener = {
    down: ({ x, y, pressure }, real) => heard.push(`down ${x},${y} ${real ? pressure : '-'}`),
    move: (points, real) =>
      heard.push(`move ${points.map(({ x, y }) => `${x},${y}`).join(' ')}${real ? ' pressed' : ''}`),
    up: () => heard.push('up'),
    drop: () => heard.push('drop'),
    palm: () => heard.push('palm'),
    undo: () => heard.push('undo'),
  }
  listenToPen(element as unknown as HTMLElement, listener)
  let clock = 0
  function send(type: string, pointerType: string, pointerId: number, x: number, more = {}): void {
    clock += 10
    const event = new Event(`pointer${type}`, { cancelable: true })
    const fields = {
      pointerType, pointerId, clientX: 100 + x, clientY: 60, button: 0, pressure: 0.5,
      timeStamp: clock, ...more,
    }
    for (const [name, value] of Object.entries(fields)) {
      Object.defineProperty(event, name, { value })
    }
    element.dispatchEvent(event)
  }
  const wait = (ms: number): void => void (clock += ms)
  return { heard, send, wait }
}

test('a mouse draws; its half pressure is none; another button does not draw', () => {
  const { heard, send } = setUp()
  send('down', 'mouse', 1, 0)
  send('move', 'mouse', 1, 5)
  send('up', 'mouse', 1, 5)
  send('down', 'mouse', 1, 0, { button: 2 })
  assert.deepEqual(heard, ['down 0,10 -', 'move 5,10', 'up'])
})

test('a tablet that says it is a mouse tells pressure all the same', () => {
  const { heard, send } = setUp()
  send('down', 'mouse', 1, 0)
  send('move', 'mouse', 1, 5, { pressure: 0.31 })
  assert.deepEqual(heard, ['down 0,10 -', 'move 5,10 pressed'])
})

test('coalesced events are all points', () => {
  const { heard, send } = setUp()
  const between = [1, 2, 3].map((x) => (
    { clientX: 100 + x, clientY: 60, pressure: 0.4, pointerType: 'pen', timeStamp: x }
  ))
  send('down', 'pen', 1, 0, { pressure: 0.4 })
  send('move', 'pen', 1, 3, { getCoalescedEvents: () => between })
  assert.deepEqual(heard, ['down 0,10 0.4', 'move 1,10 2,10 3,10 pressed'])
})

test('once a pen was seen, even hovering, touch does not draw', () => {
  const { heard, send } = setUp()
  send('move', 'pen', 1, 0)
  send('down', 'touch', 2, 0)
  send('move', 'touch', 2, 4)
  send('up', 'touch', 2, 4)
  assert.deepEqual(heard, [])
})

test('a touch that draws when the pen comes is dropped, and the pen draws', () => {
  const { heard, send } = setUp()
  send('down', 'touch', 2, 0)
  send('down', 'pen', 1, 9, { pressure: 0.2 })
  assert.deepEqual(heard, ['down 0,10 -', 'drop', 'down 9,10 0.2'])
})

test('a mark of the palm just before the first pen goes; an older one stays', () => {
  for (const [pause, last] of [[100, 'palm'], [5000, 'up']] as const) {
    const { heard, send, wait } = setUp()
    send('down', 'touch', 2, 0)
    send('up', 'touch', 2, 0)
    wait(pause)
    send('move', 'pen', 1, 9)
    assert.equal(heard[heard.length - 1], last)
  }
})

test('two fingers tapped undo and leave no mark', () => {
  const { heard, send } = setUp()
  send('down', 'touch', 1, 0)
  send('down', 'touch', 2, 50)
  send('up', 'touch', 1, 0)
  send('up', 'touch', 2, 50)
  assert.deepEqual(heard, ['down 0,10 -', 'drop', 'undo'])
})

test('two fingers undo when a pen was seen, too', () => {
  const { heard, send } = setUp()
  send('move', 'pen', 9, 0)
  for (const id of [1, 2]) send('down', 'touch', id, 10 * id)
  for (const id of [1, 2]) send('up', 'touch', id, 10 * id)
  assert.deepEqual(heard, ['undo'])
})

test('two fingers that move, stay, or come apart undo nothing', () => {
  const moved = setUp()
  for (const id of [1, 2]) moved.send('down', 'touch', id, 10 * id)
  moved.send('move', 'touch', 2, 90)
  for (const id of [1, 2]) moved.send('up', 'touch', id, 10 * id)
  const stayed = setUp()
  for (const id of [1, 2]) stayed.send('down', 'touch', id, 10 * id)
  stayed.wait(900)
  for (const id of [1, 2]) stayed.send('up', 'touch', id, 10 * id)
  const apart = setUp()
  apart.send('down', 'touch', 1, 0)
  apart.wait(900)
  apart.send('down', 'touch', 2, 10)
  for (const id of [1, 2]) apart.send('up', 'touch', id, 0)
  for (const { heard } of [moved, stayed, apart]) assert.ok(!heard.includes('undo'), heard.join())
})

test('a cancelled touch leaves no mark, a cancelled pen does', () => {
  const { heard, send } = setUp()
  send('down', 'touch', 1, 0)
  send('cancel', 'touch', 1, 0)
  send('down', 'pen', 2, 0)
  send('cancel', 'pen', 2, 0)
  assert.deepEqual(heard.filter((word) => !word.startsWith('down')), ['drop', 'up'])
})

test('a stroke: in sheet units, times from 0, no place twice, pressure where it is told', () => {
  const view = { scale: 2, x: 10, y: 0 }
  const stroke = newStroke({ x: 10, y: 0, pressure: 0.5, time: 1000 }, false, view)
  extend(stroke, [{ x: 10, y: 0, pressure: 0.5, time: 1004 }, { x: 14, y: 2, pressure: 0.8, time: 1008 }],
    false, view)
  const line = lineOf(stroke)
  assert.deepEqual([...line.points], [0, 0, 2, 1])
  assert.deepEqual([...line.times!], [0, 8])
  assert.equal(line.pressure, undefined)
  extend(stroke, [{ x: 20, y: 2, pressure: 0.25, time: 1010 }], true, view)
  assert.deepEqual([...lineOf(stroke).pressure!], [0.5, 0.800000011920929, 0.25])
})
