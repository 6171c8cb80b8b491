/** What a person has set, and where it is remembered between visits. */

import type { Choice } from '../../engine/src/api'

export type Theme = 'auto' | 'light' | 'dark'

export interface Settings {
  /** τ of the line; null: what the model recommends. */
  temperature: number | null
  /** τ of the pen; null: that of the line. */
  penTemperature: number | null
  seed: number
  /** How many endings, 1 to 12. */
  number: number
  /** null: what suits the model. */
  choose: Choice | null
  plain: boolean
  /** Show the likeliest few on the sheet. */
  ghosts: boolean
  /** How far variations go, 0 to 1. */
  strength: number
  theme: Theme
}

export const DEFAULTS: Settings = {
  temperature: null,
  penTemperature: null,
  seed: 1,
  number: 9,
  choose: null,
  plain: false,
  ghosts: false,
  strength: 0.5,
  theme: 'auto',
}

export const TEMPERATURES = { least: 0.05, most: 1.2, step: 0.05 }

const KEY = 'strokebook-draw'

/** Settings of the last visit; the defaults where nothing can be read. */
export function loadSettings(): Settings {
  try {
    return checked(JSON.parse(localStorage.getItem(KEY) ?? '{}'))
  } catch {
    return DEFAULTS
  }
}

/** Keep them; where that is refused (private windows, files), they last as long as the page. */
export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...settings, seed: undefined }))
  } catch {
    // Nothing is lost but comfort.
  }
}

/** What is of the right kind of a stored object; defaults for the rest. */
export function checked(stored: unknown): Settings {
  const settings = { ...DEFAULTS } as Record<string, unknown>
  if (typeof stored !== 'object' || !stored) return DEFAULTS
  for (const [key, value] of Object.entries(stored)) {
    if (key in settings && fits(key as keyof Settings, value)) settings[key] = value
  }
  return settings as unknown as Settings
}

function fits(key: keyof Settings, value: unknown): boolean {
  if (key === 'choose') {
    return value === null || ['raw', 'rejection', 'likely', 'different'].includes(String(value))
  }
  if (key === 'theme') return ['auto', 'light', 'dark'].includes(String(value))
  if (key === 'plain' || key === 'ghosts') return typeof value === 'boolean'
  const optional = key === 'temperature' || key === 'penTemperature'
  if (optional && value === null) return true
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
