/** A cell by the name of its kind. */
import type { Kernel } from '../kernel/kernel'
import type { CellKind, Weights } from '../model_file'
import type { Cell } from './cell'
import { HyperLstm } from './hyper_lstm'
import { Lstm } from './lstm'

export function makeCell(
  kernel: Kernel,
  weights: Weights,
  kind: CellKind,
  inputs: number,
  units: number,
  constants: number,
): Cell {
  if (kind === 'hyper') return new HyperLstm(kernel, weights, inputs, units, constants)
  return new Lstm(kernel, weights, kind === 'layer_norm', inputs, units, constants)
}
