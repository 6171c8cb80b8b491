/** Temperature: from calm to wild, by two pictures of a line. */

import { useApp } from '../app'
import { TEMPERATURES } from '../settings'
import { Icon } from './icons'

export function Temperature() {
  const { store, session } = useApp()
  const recommended = store.model.value?.info.temperature ?? 0.5
  const value = store.settings.value.temperature ?? recommended
  const { least, most, step } = TEMPERATURES
  return (
    <label class="temperature" title={`Temperature ${value.toFixed(2)}`}>
      <Icon name="calm" />
      <input
        type="range"
        aria-label="Temperature"
        min={least}
        max={most}
        step={step}
        value={value}
        onInput={(event) => store.set({ temperature: Number(event.currentTarget.value) })}
        onChange={() => session.redraw()}
        onDblClick={() => {
          store.set({ temperature: null })
          session.redraw()
        }}
      />
      <Icon name="wild" />
    </label>
  )
}
