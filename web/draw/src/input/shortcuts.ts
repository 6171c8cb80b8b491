/** Which key does what. */

import type { App } from '../app'
import type { Key } from './keys'
import { TEMPERATURES } from '../settings'
import type { PanelName } from '../store'

export function shortcuts({ store, session, keeping, config }: App): Key[] {
  const panel = (name: PanelName) => () => void (store.panel.value = name)
  const warmer = (by: number) => () => changeTemperature(by)

  function changeTemperature(by: number): void {
    const now = store.settings.value.temperature ?? store.model.value?.info.temperature ?? 0.5
    const { least, most } = TEMPERATURES
    const temperature = Math.min(most, Math.max(least, Math.round((now + by) * 100) / 100))
    store.set({ temperature })
    store.say(`Temperature ${temperature}`)
    session.redraw()
  }

  const always: Key[] = [
    { keys: ['mod+z', 'z'], shown: 'Z', does: 'Undo', act: session.undo },
    { keys: ['mod+shift+z', 'mod+y', 'shift+z', 'y'], shown: 'Y', does: 'Redo', act: session.redo },
    { keys: ['a'], shown: 'A', does: 'Again, with another seed', act: session.again },
    ...Array.from({ length: 9 }, (_, i): Key => ({
      keys: [String(i + 1)], shown: '1 – 9', does: 'Take a drawing', act: () => session.take(i),
    })),
    { keys: ['escape'], shown: 'Esc', does: 'Stop', act: session.cancel },
  ]
  if (config.embed) return always
  return [
    ...always,
    { keys: ['d'], shown: 'D', does: 'Duet: a stroke each', act: session.toggleDuet },
    { keys: ['n'], shown: 'N', does: 'From nothing', act: session.fromNothing },
    { keys: ['v'], shown: 'V', does: 'Variations of the sheet', act: session.vary },
    { keys: ['p'], shown: 'P', does: 'Replay', act: keeping.replay },
    { keys: ['delete', 'backspace'], shown: '⌫', does: 'A fresh sheet', act: session.clear },
    { keys: ['+', '='], shown: '+', does: 'Wilder', act: warmer(0.05) },
    { keys: ['-'], shown: '−', does: 'Calmer', act: warmer(-0.05) },
    { keys: ['h'], shown: 'H', does: 'Likeliest few on the sheet', act: () => {
      store.set({ ghosts: !store.settings.value.ghosts })
      session.cancel()
      session.begin()
    } },
    { keys: ['k'], shown: 'K', does: 'Keep', act: () => void keeping.keep() },
    { keys: ['g'], shown: 'G', does: 'Gallery', act: () => void keeping.look() },
    { keys: ['l'], shown: 'L', does: 'Link with the drawing', act: () => void keeping.link() },
    { keys: ['s', 'mod+s'], shown: 'S', does: 'Save as', act: panel('out') },
    { keys: ['m'], shown: 'M', does: 'Models', act: panel('models') },
    { keys: [','], shown: ',', does: 'Settings', act: panel('settings') },
    { keys: ['?'], shown: '?', does: 'This sheet', act: () => {
      store.panel.value = store.panel.value === 'help' ? null : 'help'
    } },
  ]
}
