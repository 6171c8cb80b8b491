/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expected, loadNet, names, skipNets } from './nets'
import { replayReading } from './replay'

const CLOSE = 1e-4 // times 1 + |value|

for (const kernel of ['wasm', 'plain'] as const) {
  test(`fed the same drawing, the same mixtures: ${kernel}`, { skip: skipNets }, async (t) => {
    for (const name of names) {
      const worst = replayReading(await loadNet(name, kernel), expected(name))
      t.diagnostic(`${name}: ${worst.toExponential(1)}`)
      assert.ok(worst <= CLOSE, `${name}: ${worst}`)
    }
  })
}
