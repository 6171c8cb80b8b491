/** The tools: near the sheet what draws, farther away what keeps. */

import { useApp } from '../app'
import { IconButton } from './icons'
import type { Theme } from '../settings'

export function NearTools() {
  const { store, session, keeping, config } = useApp()
  const empty = !store.sheet.value.lines.length
  const model = store.model.value
  const undo = (
    <IconButton icon="undo" name="Undo" shortcut="Z" disabled={!store.canUndo.value}
      onClick={session.undo} />
  )
  const again = (
    <IconButton icon="again" name="Again, with another seed" shortcut="A"
      disabled={!model || (empty && !store.batch.value)} onClick={session.again} />
  )
  if (config.embed) return <div class="tools near">{undo}{again}</div>
  return (
    <div class="tools near" role="toolbar" aria-label="Drawing">
      {undo}
      <IconButton icon="redo" name="Redo" shortcut="Y" disabled={!store.canRedo.value}
        onClick={session.redo} />
      <IconButton icon="clear" name="A fresh sheet" shortcut="Delete" disabled={empty}
        onClick={session.clear} />
      <IconButton icon="replay" name="Replay" shortcut="P" disabled={empty}
        pressed={store.replay.value !== null} onClick={keeping.replay} />
      <span class="gap" />
      {again}
      <IconButton icon="nothing" name="From nothing" shortcut="N" disabled={!model}
        onClick={session.fromNothing} />
      <IconButton icon="vary" name="Variations of the sheet" shortcut="V"
        disabled={empty || !model} onClick={session.vary} />
      <IconButton icon="duet" name="Duet: a stroke each" shortcut="D" disabled={!model}
        pressed={store.duet.value} onClick={session.toggleDuet} />
    </div>
  )
}

export function FarTools() {
  const { store, keeping } = useApp()
  const empty = !store.sheet.value.lines.length
  return (
    <div class="tools far" role="toolbar" aria-label="Page">
      <IconButton icon="keep" name="Keep in the gallery" shortcut="K" disabled={empty}
        onClick={() => void keeping.keep()} />
      <IconButton icon="gallery" name="Gallery" shortcut="G" onClick={() => void keeping.look()} />
      <IconButton icon="out" name="Save as" shortcut="S" disabled={empty}
        onClick={() => (store.panel.value = 'out')} />
      <span class="gap" />
      <IconButton icon="model" name="Models" shortcut="M"
        onClick={() => (store.panel.value = 'models')} />
      <IconButton icon="settings" name="Settings" shortcut=","
        onClick={() => (store.panel.value = 'settings')} />
      <ThemeButton />
      <IconButton icon="help" name="Keys" shortcut="?"
        onClick={() => (store.panel.value = 'help')} />
    </div>
  )
}

function ThemeButton() {
  const { store } = useApp()
  const shown = (): Theme =>
    document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'
  return <IconButton icon="theme" name="Dark or light" onClick={() => store.set({ theme: shown() })} />
}
