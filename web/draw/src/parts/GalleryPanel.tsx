/** What was kept: click one to go on with it; mark two for a walk between them. */

import { useState } from 'preact/hooks'
import { useApp } from '../app'
import type { Kept } from '../storage/kept'
import { sheetOf, startOf } from '../sheet'
import { IconButton } from './icons'
import { Panel } from './Panel'
import { Thumb } from './Starts'

export function GalleryPanel() {
  const { store, session, keeping } = useApp()
  const [marked, setMarked] = useState<readonly number[]>([])
  const items = store.gallery.value
  const redraws = store.model.value?.info.redraws ?? false
  const close = (): void => void (store.panel.value = null)
  const mark = (id: number): void =>
    setMarked(marked.includes(id) ? marked.filter((other) => other !== id) : [...marked, id].slice(-2))

  function walk(): void {
    const [from, to] = marked.map((id) => startOf(sheetOf(items.find((item) => item.id === id)!)))
    close()
    if (from && to) session.walk(from, to)
  }

  return (
    <Panel name="Gallery" wide>
      {!items.length && <p class="quiet">Nothing is kept yet.</p>}
      <ul class="gallery">
        {items.map((kept) => (
          <li key={kept.id}>
            <button type="button" class="picture" title="Go on with it" aria-label={nameOf(kept)}
              onClick={() => {
                close()
                keeping.restore(kept)
              }}>
              <Thumb strokes={kept.strokes.map((stroke) => stroke.points)}
                colours={kept.strokes.map(({ by }) => `var(--${by === 'model' ? 'model' : 'ink'})`)} />
            </button>
            <span class="under">
              {redraws && (
                <IconButton icon="walk" name="Mark for a walk" pressed={marked.includes(kept.id)}
                  onClick={() => mark(kept.id)} />
              )}
              <IconButton icon="trash" name="Remove" onClick={() => void keeping.remove(kept.id)} />
            </span>
          </li>
        ))}
      </ul>
      {marked.length === 2 && (
        <button type="button" class="word" onClick={walk}>Walk from one to the other</button>
      )}
    </Panel>
  )
}

function nameOf(kept: Kept): string {
  const when = new Date(kept.date).toLocaleString()
  return `${kept.title || 'Drawing'}, ${kept.strokes.length} lines, ${when}`
}
