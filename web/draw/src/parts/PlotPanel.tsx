/** The plotter's sheet: paper, margin, pen, tolerance; with what it will take, measured. */

import { useState } from 'preact/hooks'
import { useApp } from '../app'
import { PAPERS } from '../outputs/paper'
import { PLOTTER_DEFAULTS, toPlotter, type Pen, type PlotterOptions } from '../outputs/plotter'
import { sentence } from '../store'
import { download } from './OutPanel'
import { Panel } from './Panel'
import { Check, NumberField } from './SettingsPanel'

export function PlotPanel() {
  const { store, keeping } = useApp()
  const [options, setOptions] = useState<PlotterOptions>({ ...PLOTTER_DEFAULTS })
  const set = (part: Partial<PlotterOptions>): void => setOptions({ ...options, ...part })
  const full = { ...PLOTTER_DEFAULTS, ...options }
  const plot = attempt(() => toPlotter(keeping.kept(), options))
  const pen = (who: 'person' | 'model', part: Pen): void =>
    set({ [who]: { ...options[who], ...part } })

  return (
    <Panel name="Plotter">
      <div class="fields">
        <label>
          <span>Paper</span>
          <select value={full.paper} onChange={(event) => set({ paper: event.currentTarget.value })}>
            {Object.keys(PAPERS).map((name) => <option key={name}>{name}</option>)}
          </select>
        </label>
        <Check name="On its side" on={full.landscape} onChange={(landscape) => set({ landscape })} />
        <NumberField name="Margin, mm" value={full.margin} least={0} most={100}
          onChange={(margin) => set({ margin })} />
        <NumberField name="Width, mm (0: fit)" value={full.width} least={0} most={1000}
          onChange={(width) => set({ width: width || undefined })} />
        <NumberField name="Pen, mm" value={full.penWidth} least={0.05} most={5} step={0.05}
          onChange={(penWidth) => set({ penWidth })} />
        <NumberField name="Tolerance, mm" value={full.tolerance} least={0} most={2} step={0.05}
          onChange={(tolerance) => set({ tolerance })} />
      </div>
      <details>
        <summary>More</summary>
        <div class="fields">
          <NumberField name="Your pen's speed, %" value={options.person?.speed ?? 0} least={0}
            most={100} onChange={(speed) => pen('person', { speed: speed || undefined })} />
          <NumberField name="Model's pen's speed, %" value={options.model?.speed ?? 0} least={0}
            most={100} onChange={(speed) => pen('model', { speed: speed || undefined })} />
          <NumberField name="Shortest step, mm" value={full.shortest} least={0} most={2} step={0.05}
            onChange={(shortest) => set({ shortest })} />
          <NumberField name="Most points of a path (0: any)" value={full.splitPoints} least={0}
            most={100000} onChange={(splitPoints) => set({ splitPoints })} />
          <NumberField name="Stop for ink after metres (0: never)" value={full.refill} least={0}
            most={1000} onChange={(refill) => set({ refill })} />
        </div>
      </details>
      {plot instanceof Error
        ? <p class="notice-text">{sentence(plot)}</p>
        : (
          <>
            <p class="quiet">
              {plot.metres.toFixed(2)} m · {plot.lifts} lifts · {plot.minutes.toFixed(1)} min
            </p>
            <button type="button" class="word"
              onClick={() => {
                download(new Blob([plot.svg], { type: 'image/svg+xml' }), 'plot.svg')
                store.tell('Saved plot.svg.')
              }}>
              Save
            </button>
          </>
        )}
    </Panel>
  )
}

function attempt<T>(make: () => T): T | Error {
  try {
    return make()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
