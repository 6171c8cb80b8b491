/** The page: paper on the left, what the model makes of it on the right. */

import { render } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { AppContext, createApp, useApp } from './app'
import { createFlight } from './canvas/flight'
import { join, wake } from './canvas/frames'
import { listenToKeys } from './input/keys'
import { Cells, cellPlaces } from './parts/Cells'
import { Easel, easelPlace } from './parts/Easel'
import { GalleryPanel } from './parts/GalleryPanel'
import { HelpPanel } from './parts/HelpPanel'
import { ModelPanel } from './parts/ModelPanel'
import { NoticeLine } from './parts/NoticeLine'
import { OutPanel } from './parts/OutPanel'
import { PlotPanel } from './parts/PlotPanel'
import { SettingsPanel } from './parts/SettingsPanel'
import { Temperature } from './parts/Temperature'
import { FarTools, NearTools } from './parts/Tools'
import { shortcuts } from './input/shortcuts'
import './style.css'

function Page() {
  const app = useApp()
  const { store, config } = app
  const keys = useMemo(() => shortcuts(app), [app])
  useEffect(() => {
    const leave = listenToKeys(keys, () => store.panel.peek() !== null)
    app.start()
    return leave
  }, [])
  const panel = store.panel.value
  return (
    <>
      <main class="page" data-duet={store.duet.value}>
        <Easel />
        <NearTools />
        {!config.embed && <Title />}
        <Cells />
        {!config.embed && !store.duet.value && <Temperature />}
        {!config.embed && <FarTools />}
      </main>
      <FlightLayer />
      <NoticeLine />
      {panel === 'settings' && <SettingsPanel />}
      {panel === 'models' && <ModelPanel />}
      {panel === 'gallery' && <GalleryPanel />}
      {panel === 'out' && <OutPanel />}
      {panel === 'plot' && <PlotPanel />}
      {panel === 'help' && <HelpPanel keys={keys} />}
    </>
  )
}

/** Whose hand draws along. */
function Title() {
  const { store, config } = useApp()
  const info = store.model.value?.info
  const title = config.title || info?.name || ''
  const artist = config.artist || info?.artist || ''
  if (!title && !artist) return null
  return (
    <button type="button" class="title" onClick={() => (store.panel.value = 'models')}>
      <i>{title}</i>
      {artist && artist !== title && <span>{artist}</span>}
    </button>
  )
}

function FlightLayer() {
  const { store, palette } = useApp()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => join(createFlight(canvas.current!, store, palette, {
    cell: (slot) => cellPlaces.get(slot)?.() ?? null,
    sheet() {
      const { left = 0, top = 0 } = easelPlace.element?.getBoundingClientRect() ?? {}
      const view = easelPlace.view()
      return { scale: view.scale, x: view.x + left, y: view.y + top }
    },
  })), [])
  if (store.flight.value) wake()
  return <canvas ref={canvas} class="flight" hidden aria-hidden="true" />
}

const app = createApp()
render(<AppContext.Provider value={app}><Page /></AppContext.Provider>, document.body)
