/** Settings of the drawing: temperature, number, seed, choosing. */

import type { Choice } from '../../../engine/src/api'
import { useApp } from '../app'
import type { Settings } from '../settings'
import { Panel } from './Panel'
import { Temperature } from './Temperature'

const CHOICES: Record<Choice, string> = {
  raw: 'As they come',
  rejection: 'Best of several',
  likely: 'The likeliest',
  different: 'All different',
}

export function SettingsPanel() {
  const { store, session } = useApp()
  const settings = store.settings.value
  const model = store.model.value
  const change = (part: Partial<Settings>): void => {
    store.set(part)
    session.redraw()
  }
  const choices = (Object.keys(CHOICES) as Choice[])
    .filter((choice) => choice !== 'rejection' || model?.info.chooser)
  return (
    <Panel name="Settings">
      <Temperature />
      <div class="fields">
        <NumberField name="Number" value={settings.number} least={1} most={12}
          onChange={(number) => change({ number })} />
        <NumberField name="Seed" value={settings.seed} least={0} most={999999}
          onChange={(seed) => change({ seed })} />
        <label>
          <span>Choosing</span>
          <select value={settings.choose ?? ''}
            onChange={(event) => change({ choose: (event.currentTarget.value || null) as Choice | null })}>
            <option value="">What suits the model</option>
            {choices.map((choice) => <option key={choice} value={choice}>{CHOICES[choice]}</option>)}
          </select>
        </label>
        <Check name="Likeliest few on the sheet" on={settings.ghosts}
          onChange={(ghosts) => change({ ghosts })} />
        <Check name="Straight lines between points" on={settings.plain}
          onChange={(plain) => change({ plain })} />
      </div>
      <details>
        <summary>More</summary>
        <div class="fields">
          <Check name="The pen has a temperature of its own" on={settings.penTemperature !== null}
            onChange={(own) => change({ penTemperature: own ? model?.info.temperature ?? 0.5 : null })} />
          {settings.penTemperature !== null && (
            <NumberField name="Temperature of the pen" value={settings.penTemperature} least={0.05}
              most={1.2} step={0.05} onChange={(penTemperature) => change({ penTemperature })} />
          )}
          <NumberField name="How far variations go" value={settings.strength} least={0.1} most={1}
            step={0.1} onChange={(strength) => change({ strength })} />
        </div>
      </details>
    </Panel>
  )
}

interface NumberProps {
  name: string
  value: number
  least: number
  most: number
  step?: number
  onChange(value: number): void
}

export function NumberField({ name, value, least, most, step = 1, onChange }: NumberProps) {
  return (
    <label>
      <span>{name}</span>
      <input
        type="number"
        value={value}
        min={least}
        max={most}
        step={step}
        onChange={(event) => {
          const typed = Number(event.currentTarget.value)
          const kept = Number.isFinite(typed) ? Math.min(most, Math.max(least, typed)) : value
          event.currentTarget.value = String(kept)
          onChange(kept)
        }}
      />
    </label>
  )
}

interface CheckProps {
  name: string
  on: boolean
  onChange(on: boolean): void
}

export function Check({ name, on, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{name}</span>
    </label>
  )
}
