/** Puts the page's parts together; components get it from the context. */

import { effect } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Engine } from '../../engine/src/api'
import { createEngine } from './engine_door'
import { readPalette, type Palette } from './canvas/ink'
import { inkColour, readConfig, type Config } from './config'
import { createFiles } from './files'
import { wake } from './canvas/frames'
import { createKeeping } from './storage/keeping'
import { createModels, NO_MODEL } from './models'
import { createSession } from './session'
import { loadSettings, saveSettings, type Theme } from './settings'
import { createStore } from './store'

export function createApp() {
  const config = readConfig(document.getElementById('strokebook-config')?.textContent)
  const store = createStore(loadSettings())
  const session = createSession(store, {
    wake,
    now: () => performance.now(),
    firstInk: measureFirstInk,
    fly: (slot, lines) => (store.flight.value = { slot, lines, began: performance.now() }),
  })
  const engine = createEngine()
  const models = createModels(store, engine, config)
  const files = createFiles(store, session, models)
  const keeping = createKeeping(store, session, config)
  let palette: Palette = { paper: '', ink: '', model: '' }

  function dress(theme: Theme): void {
    const dark = theme === 'dark' ||
      (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
    const root = document.documentElement
    root.dataset.theme = dark ? 'dark' : 'light'
    const colour = inkColour(config.colour, dark)
    if (colour) root.style.setProperty('--model', colour)
    palette = readPalette()
    wake()
  }

  function start(): void {
    document.title = config.title || 'Draw together'
    if (config.embed) document.documentElement.dataset.embed = ''
    effect(() => dress(store.settings.value.theme))
    effect(() => saveSettings(store.settings.value))
    matchMedia('(prefers-color-scheme: dark)')
      .addEventListener('change', () => dress(store.settings.value.theme))
    files.listen()
    if (config.models.length) void models.choose(0).then(() => store.model.value && session.begin())
    else store.fail(new Error(NO_MODEL))
    engine.then(warn, store.fail)
    void keeping.openLink()
    addEventListener('hashchange', () => void keeping.openLink())
  }

  function warn({ kernel, inWorker }: Engine): void {
    if (kernel === 'plain') store.tell('WebAssembly is missing here: the model draws more slowly.')
    else if (!inWorker) store.tell('There are no Workers here: the page may stutter as it draws.')
  }

  return { config, store, session, engine, models, files, keeping, start, palette: () => palette }
}

/** From the pen's lifting to the frame that shows the model's first ink; for measurements. */
function measureFirstInk(penUp: number): void {
  requestAnimationFrame(() => {
    performance.measure('first ink', { start: penUp, end: performance.now() })
  })
}

export type App = ReturnType<typeof createApp>

export const AppContext = createContext<App | null>(null)

export function useApp(): App {
  return useContext(AppContext)!
}

export type { Config }
