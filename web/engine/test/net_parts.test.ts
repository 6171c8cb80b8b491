import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layerNorm } from '../src/cells/cell'
import { turnGaussian } from '../src/distributions/local_frame'
import {
  classNats,
  newMixture,
  offsetNats,
  pickClass,
  roundOffset,
  sampleOffset,
} from '../src/distributions/mixture'
import { logisticOf, logNdtr } from '../src/distributions/normal'
import { Path } from '../src/networks/path'
import { penFeatures } from '../src/networks/pen_features'
import { relate } from '../src/networks/pointer'
import { parseSafetensors, widenHalves } from '../src/safetensors'
import { between } from '../src/sampling/latent'
import { assertClose } from './fixtures'

test('log Φ as SciPy has it', () => {
  // scipy.special.log_ndtr, SciPy 1.17.1
  const wanted: [number, number][] = [
    [-37.5, -707.6689893175072],
    [-12, -75.41067300156881],
    [-8.3, -37.49421742374825],
    [-5, -15.064998393988727],
    [-3, -6.60772622151035],
    [-2.83, -6.063003425465196],
    [-2.82, -6.031793965384981],
    [-1.5, -2.7059444008238898],
    [-1.0000001, -1.8410217975227958],
    [-1, -1.8410216450092634],
    [-0.3, -0.9621028181688505],
    [-1e-09, -0.6931471813578299],
    [0, -0.6931471805599453],
    [0.2, -0.5460043537227742],
    [1, -0.1727537790234499],
    [1.41, -0.08258827311900904],
    [2, -0.023012909328963476],
    [2.829, -0.0023374145741978805],
    [4, -3.1671743377489206e-05],
    [6, -9.86587645524372e-10],
    [8.3, -5.2055697448902465e-17],
  ]
  for (const [x, value] of wanted) {
    assert.ok(Math.abs(logNdtr(x) - value) <= 1e-12 * Math.abs(value), `${x}: ${logNdtr(x)}`)
  }
  assert.equal(logisticOf(0), 0)
  assert.ok(Math.abs(logisticOf(1.3) + logisticOf(-1.3)) < 1e-12)
})

test('half precision, every kind of number', () => {
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x03ff, 0x7bff, 0x8000)
  const wanted = [1, -2, 0.333251953125, 2 ** -24, 1023 * 2 ** -24, 65504, -0]
  assert.deepEqual([...widenHalves(halves)], wanted)
  assert.ok(Number.isNaN(widenHalves(Uint16Array.of(0x7e00))[0]))
})

test('a safetensors file by hand', () => {
  const header = '{"__metadata__":{"a":"b"},"x":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}'
  const bytes = new Uint8Array(8 + header.length + 4)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(new TextEncoder().encode(header), 8)
  bytes.set([0x00, 0x3c, 0x00, 0xc0], 8 + header.length)
  const { tensors, metadata } = parseSafetensors(bytes.buffer)
  assert.deepEqual(metadata, { a: 'b' })
  assert.deepEqual([...(tensors.get('x')?.values ?? [])], [1, -2])
  const wrong = bytes.slice()
  wrong.set(new TextEncoder().encode('[3]'), 8 + header.indexOf('[2]'))
  assert.throws(() => parseSafetensors(wrong.buffer), /wrong size/)
})

test('layer norm of one lane does not touch the others', () => {
  const values = new Float32Array(24).fill(7)
  values[0] = 1
  values[12] = 3
  layerNorm(values, 0, 2, 12, 1)
  assertClose([values[0], values[12]], [-1, 1], 1e-3)
  assert.equal(values[1], 7)
})

test('a class is where the level falls, the last allowed one at the end', () => {
  const logits = Float64Array.of(Math.log(0.2), Math.log(0.3), Math.log(0.5))
  assert.deepEqual([0, 0.19, 0.21, 0.49, 0.51, 1].map((u) => pickClass(logits, 3, 1, u)),
    [0, 0, 1, 1, 2, 2])
  assert.equal(pickClass(logits, 2, 1, 0.99), 1)
  // τ = 0.5 squares the shares: 4, 9 and 25 of 38
  assert.equal(pickClass(logits, 3, 0.5, 0.33), 1)
  assert.equal(pickClass(logits, 3, 0.5, 0.35), 2)
  assertClose([classNats(logits, 3, 1)], [-Math.log(0.3)], 1e-12)
})

test('an offset from a Gaussian and from a logistic component', () => {
  const mixture = newMixture(2)
  Object.assign(mixture, { count: 2, firstLogistic: 1, blur: 0.5 })
  mixture.weight.set([0, 0])
  mixture.meanX.set([1, -1])
  mixture.meanY.set([2, 5])
  mixture.logX.set([Math.log(3), 0])
  mixture.rho.set([Math.atanh(0.6), 0])
  const out = new Float64Array(2)
  sampleOffset(mixture, 0.2, 1, 0.5, 4, out)
  assertClose(out, [1 + 2 * 3, 2 + 2 * (0.6 + 0.8 * 0.5)], 1e-12)
  sampleOffset(mixture, 0.7, 1, 0, 1, out)
  assertClose(out, [-1 + Math.log(0.8413447460685429 / 0.15865525393145707), 5], 1e-9)
})

test('offsets are rounded to steps, and none to nothing', () => {
  const cases: [number, number, number, number, number][] = [
    [1.2, -0.9, 0.5, 1, -1], // in steps of a half: 2.4 → 2, -1.8 → -2
    [0.24, -0.2, 0.5, 0.5, 0], // would be nothing: a step along the longer of the two
    [0.1, -0.2, 0.5, 0, -0.5],
    [0.25, 0.75, 0.5, 0, 1], // halves to the even neighbour, as in Python
  ]
  for (const [x, y, step, wantedX, wantedY] of cases) {
    const offset = Float64Array.of(x, y)
    roundOffset(offset, step)
    assert.deepEqual([...offset].map((v) => v + 0), [wantedX, wantedY])
  }
})

test('densities: a Gaussian by hand, a blurred logistic that adds up to 1', () => {
  const mixture = newMixture(1)
  Object.assign(mixture, { count: 1, firstLogistic: 1, blur: 0.5 })
  mixture.rho[0] = Math.atanh(0.5)
  const wanted = Math.log(2 * Math.PI) + 0.5 * Math.log(0.75) + (1 + 4 - 2) / (2 * 0.75)
  assertClose([offsetNats(mixture, 1, 2)], [wanted], 1e-12)
  mixture.firstLogistic = 0
  mixture.logX[0] = mixture.logY[0] = Math.log(0.3)
  let mass = 0
  for (let x = -6; x < 6; x += 0.05) for (let y = -6; y < 6; y += 0.05) {
    mass += 0.05 * 0.05 * Math.exp(-offsetNats(mixture, x, y))
  }
  assertClose([mass], [1], 1e-6)
})

test('a Gaussian turned by a quarter changes its axes', () => {
  const mixture = newMixture(1)
  turnGaussian(2, 1, Math.log(3), 0, 0.4, 0, 1, mixture, 0)
  const { meanX, meanY, logX, logY, rho } = mixture
  assertClose([meanX[0], meanY[0], logX[0], logY[0], rho[0]], [-1, 2, 0, Math.log(3), -0.4], 1e-12)
})

test("a pen's features: heading, turn, length; none of them where a stroke begins", () => {
  const out = new Float64Array(5)
  const right = { dx: 2, dy: 0, begins: false }
  penFeatures({ dx: 0, dy: 3, begins: false }, right, out)
  assertClose(out, [0, 1, 0, 1, 0.5 * Math.log(3)], 1e-4)
  penFeatures({ dx: 0, dy: 3, begins: true }, right, out)
  assertClose(out.subarray(0, 4), [1, 0, 0, 0], 0)
  penFeatures({ dx: 0, dy: 3, begins: false }, { ...right, begins: true }, out)
  assertClose(out.subarray(0, 4), [0, 1, 0, 0], 0)
})

test('relations of an earlier point to the pen', () => {
  const path = new Path(2, 1) // it has to grow
  path.add(0, 0, true)
  path.add(3, 0, false)
  path.add(0, 4, true)
  const out = new Float64Array(11)
  relate(path, 0, out)
  const wanted = [-0.45, -0.6, Math.log(5.1), 0.5 * Math.log(3), 1, 0, 0, Math.log(2), 1, 0.5625,
    Math.exp(-5)]
  assertClose(out, wanted, 1e-12)
  relate(path, 1, out)
  assert.equal(out[5], 1) // its stroke's last
  const copy = path.copy()
  copy.add(1, 1, false)
  assert.equal(path.count, 3)
  assertClose([copy.x[3], copy.y[3], copy.strokes[3]], [4, 5, 2], 0)
})

test('between two vectors, along the sphere or straight', () => {
  const [a, b] = [Float32Array.of(2, 0), Float32Array.of(0, 2)]
  assertClose(between(a, b, 0.5, true), [1, 1], 1e-6)
  assertClose(between(a, b, 0.5, false), [Math.SQRT2, Math.SQRT2], 1e-6)
  assertClose(between(a, b, 0, false), [2, 0], 1e-6)
})
