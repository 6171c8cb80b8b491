import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addModelLines, addStroke, clearSheet, duration, emptySheet, fromDrawing, goesOn, keptOf, sheetOf,
  startOf, type Line,
} from '../src/sheet'

const stroke = (...points: number[]): Line => ({
  points: Float32Array.from(points), by: 'person',
  times: Float32Array.from(points.slice(0, points.length / 2), (_, i) => 10 * i),
})
const model = (...points: number[]): Line => ({ points: Float32Array.from(points), by: 'model' })
const paper = emptySheet(100, 80)
const strokesOf = (sheet: typeof paper) => startOf(sheet)?.strokes.map((s) => [...s])

test('times go on after a pause that is cut short', () => {
  const one = addStroke(paper, stroke(0, 0, 1, 1))
  assert.equal(duration(one), 10)
  assert.deepEqual([...addStroke(one, stroke(5, 5, 6, 6), 40).lines[1].times!], [50, 60])
  assert.deepEqual([...addStroke(one, stroke(5, 5, 6, 6), 9e9).lines[1].times!], [1010, 1020])
})

test('a model that goes on makes one stroke with what was before', () => {
  const begun = addStroke(paper, stroke(0, 0, 1, 1))
  const going = addModelLines(begun, [model(1, 1, 2, 2), model(9, 9, 8, 8)], true)
  assert.deepEqual(strokesOf(going), [[0, 0, 1, 1, 2, 2], [9, 9, 8, 8]])
  assert.ok(goesOn(going.lines[0], going.lines[1]) && !goesOn(going.lines[1], going.lines[2]))
  assert.equal(going.lifted, true)
})

test('a person who begins where the last stroke ended has lifted the pen all the same', () => {
  const two = addStroke(addStroke(paper, stroke(0, 0, 1, 1)), stroke(1, 1, 2, 2))
  assert.deepEqual(strokesOf(two), [[0, 0, 1, 1], [1, 1, 2, 2]])
})

test('dots are no start', () => {
  assert.equal(startOf(addStroke(paper, stroke(3, 3))), null)
  assert.equal(startOf(paper), null)
})

test('after an end, a person\'s stroke opens the drawing again', () => {
  const ended = addModelLines(addStroke(paper, stroke(0, 0, 1, 1)), [model(1, 1, 2, 2)], true)
  assert.equal(addStroke(ended, stroke(5, 5, 6, 6)).lifted, false)
  assert.deepEqual(clearSheet(ended), paper)
})

test('points lie on the grid of links', () => {
  const sheet = addStroke(paper, stroke(0.1, 0.2, 0.9, 1.13))
  assert.deepEqual([...sheet.lines[0].points], [0, 0.25, 1, 1.25])
})

test('a drawing from elsewhere comes into the middle, its sides in proportion', () => {
  const sheet = fromDrawing(paper, { strokes: [Float32Array.of(0, 0, 1000, 500)] }, 0.5)
  assert.deepEqual([...sheet.lines[0].points], [25, 27.5, 75, 52.5])
  assert.equal(sheet.lines[0].by, 'person')
})

test('what is kept names a model only where it drew', () => {
  const facts = {
    title: 't', seed: 3, date: 5, model: { name: 'm', digest: 'd', artist: 'a', licence: 'l' },
  }
  const alone = addStroke(paper, stroke(0, 0, 1, 1))
  assert.equal(keptOf(alone, facts).model, undefined)
  const both = addModelLines(alone, [model(1, 1, 2, 2)], false)
  assert.equal(keptOf(both, facts).model?.name, 'm')
  assert.deepEqual(sheetOf(keptOf(both, facts)), both)
})
