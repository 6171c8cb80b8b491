/** What is asked for, checked as Python checks it. */
import {
  EngineError,
  type Choice,
  type CompleteOptions,
  type Drawing,
  type InterpolateOptions,
  type VaryOptions,
} from '../api'
import type { Temperature } from '../distributions/mixture'
import { TEMPERATURE } from '../model_file'
import type { LoadedModel } from './model'

export interface Request {
  kind: 'complete' | 'sample' | 'reconstruct' | 'vary' | 'interpolate'
  /** The start; the drawing; or the two. */
  drawings: Drawing[]
  options: CompleteOptions & VaryOptions & InterpolateOptions
}

/** The same with every default filled in. */
export interface Settings {
  n: number
  seed: number
  temperature: Temperature
  choose: Choice
  seconds: number
  strength: number
}

const [MOST_DRAWINGS, MOST_TEMPERATURE, LEAST, MOST_POINTS] = [10_000, 10, 2, 100_000]
const LATENT_TEMPERATURE = 0.25
const REDRAW_TEMPERATURE = 1 // of what is tried along a drawing
const [SECONDS, DRAWINGS] = [20, 9] // so much time for so many; as much for each more

/** Check a request's options, and fill in their defaults. */
export function checkRequest(model: LoadedModel, request: Request): Settings {
  const { options, kind } = request
  const { n = 9, seed = 0, strength = 0.5 } = options
  const whole = kind === 'complete' || kind === 'sample'
  const throughZ = !whole && !(kind === 'vary' && model.drawsWithoutZ)
  checkWhole('number of drawings', n, 1, MOST_DRAWINGS)
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  checkRange('strength', strength, 0, 1)
  const own = model.file.chooser?.temperature ?? TEMPERATURE
  const usual = model.encoder ? LATENT_TEMPERATURE : REDRAW_TEMPERATURE
  const again = !whole && (throughZ || !model.encoder)
  const line = options.temperature ?? (again ? usual : own)
  const temperature = { mixture: line, pen: options.penTemperature ?? line }
  for (const value of Object.values(temperature)) {
    checkRange('temperature', value, Number.MIN_VALUE, MOST_TEMPERATURE)
  }
  const seconds = options.seconds ?? SECONDS * Math.max(1, n / DRAWINGS)
  checkRange('number of seconds', seconds, Number.MIN_VALUE, Infinity)
  const choose = whole ? checkChoice(model, options.choose) : 'raw'
  return { n, seed, temperature, choose, seconds, strength }
}

function checkChoice(model: LoadedModel, choose: Choice | undefined): Choice {
  const chooser = model.file.chooser !== undefined
  if (choose === undefined) return chooser ? 'rejection' : 'raw'
  if (!['raw', 'rejection', 'likely', 'different'].includes(choose)) {
    throw new EngineError(
      `The choice "${choose}" is unknown.`,
      'Use raw, rejection, likely or different.',
    )
  }
  if (choose === 'rejection' && !chooser) {
    throw new EngineError(
      'This model has no chooser, so none of its drawings can be rejected.',
      'Choose raw, likely or different.',
    )
  }
  return choose
}

/** The most points that are drawn after a start of so many rows. */
export function checkMost(model: LoadedModel, most: number | undefined, startRows = 0): number {
  const { longest } = model.file.statistics
  if (most === undefined) {
    return Math.max(longest - startRows, Math.floor(longest / 2), LEAST)
  }
  checkWhole('most number of points', most, LEAST, MOST_POINTS)
  return most
}

function checkWhole(what: string, value: number, low: number, high: number): void {
  checkRange(what, value, low, high)
  if (!Number.isInteger(value)) {
    const message = `The ${what} must be a whole number, and ${value} was given.`
    throw new EngineError(message, 'Round it.')
  }
}

function checkRange(what: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return
  const least = low === Number.MIN_VALUE ? 'over 0' : `${low} or more`
  const most = Number.isFinite(high) ? ` and at most ${high.toLocaleString('en')}` : ''
  throw new EngineError(
    `The ${what} must be ${least}${most}, and ${value} was given.`,
    'Use a number in that range.',
  )
}
