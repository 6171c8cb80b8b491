/** Which hand draws along; and its card. */

import { useRef } from 'preact/hooks'
import { useApp } from '../app'
import { IconButton } from './icons'
import { Panel } from './Panel'

export function ModelPanel() {
  const { store, models, session, config } = useApp()
  const picker = useRef<HTMLInputElement>(null)
  const after = (): void => {
    if (store.model.value) session.redraw()
  }
  const info = store.model.value?.info
  const artist = config.artist || info?.artist
  const licence = config.licence || info?.licence
  const credits = config.credits.length ? config.credits : info?.credits ?? []
  return (
    <Panel name="Models">
      <ul class="models" role="radiogroup" aria-label="Models">
        {store.models.value.map((entry, index) => (
          <li key={index}>
            <button type="button" role="radio" aria-checked={index === store.chosen.value}
              onClick={() => void models.choose(index).then(after)}>
              {entry.name}
            </button>
          </li>
        ))}
      </ul>
      <IconButton icon="open" name="Open a model's file" onClick={() => picker.current!.click()} />
      <input ref={picker} type="file" accept=".safetensors" hidden
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file) void models.open(file).then(after)
        }} />
      {info && (
        <section class="card">
          <p>
            {artist && <b>{artist}</b>}
            {artist && licence && ' · '}
            {licence}
          </p>
          {credits.map((credit) => <p key={credit}>{credit}</p>)}
          <Card text={info.card} />
        </section>
      )}
    </Panel>
  )
}

/** A little of Markdown: headings, items, paragraphs; all as text, nothing is HTML. */
function Card({ text }: { text: string }) {
  const plain = (line: string): string => line.replace(/\*\*|`|^#+\s*|^[-*]\s+/g, '')
  return (
    <>
      {text.split('\n').filter((line) => line.trim()).map((line, i) => {
        if (line.startsWith('#')) return <h3 key={i}>{plain(line)}</h3>
        if (/^[-*]\s/.test(line)) return <p key={i} class="item">{plain(line)}</p>
        return <p key={i}>{plain(line)}</p>
      })}
    </>
  )
}
