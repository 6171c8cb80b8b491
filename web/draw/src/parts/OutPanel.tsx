/** Ways out: SVG, PNG, GIF, video, a link, and the plotter's own sheet. */

import { useState } from 'preact/hooks'
import { useApp } from '../app'
import { PEN } from '../canvas/ink'
import { inkColour } from '../config'
import { toGif, toVideo, videoKind } from '../outputs/animation'
import { toPng } from '../outputs/png'
import { toSvg } from '../outputs/svg'
import { IconButton } from './icons'
import { Panel } from './Panel'

export function OutPanel() {
  const { store, keeping, config } = useApp()
  const [busy, setBusy] = useState<string | null>(null)
  // Dark ink on light paper, whatever the page looks like now: it may be printed.
  const ink = { model: inkColour(config.colour, false) || undefined, width: PEN }
  const video = videoKind()

  async function save(suffix: string, make: () => Promise<Blob> | string): Promise<void> {
    setBusy(suffix)
    try {
      const made = await make()
      const blob = typeof made === 'string' ? new Blob([made], { type: 'image/svg+xml' }) : made
      download(blob, `drawing.${suffix}`)
      store.tell(`Saved drawing.${suffix}.`)
    } catch (error) {
      store.fail(error)
    }
    setBusy(null)
  }

  return (
    <Panel name="Save as">
      <div class="ways" aria-busy={busy !== null}>
        <Way icon="vector" word="SVG" busy={busy}
          onClick={() => void save('svg', () => toSvg(keeping.kept(), ink))} />
        <Way icon="picture" word="PNG" busy={busy}
          onClick={() => void save('png', () => toPng(keeping.kept(), ink))} />
        <Way icon="film" word="GIF" busy={busy}
          onClick={() => void save('gif', () => toGif(keeping.kept(), ink))} />
        {video && (
          <Way icon="film" word={video.suffix.toUpperCase() === 'MP4' ? 'MP4' : 'WebM'} busy={busy}
            onClick={() => void save(video.suffix, () => toVideo(keeping.kept(), ink))} />
        )}
        <Way icon="plotter" word="Plotter" busy={busy} onClick={() => (store.panel.value = 'plot')} />
        <Way icon="link" word="Link" busy={busy}
          onClick={() => {
            store.panel.value = null
            void keeping.link()
          }} />
      </div>
      {busy && <p class="quiet">Drawing it once more …</p>}
    </Panel>
  )
}

interface WayProps {
  icon: Parameters<typeof IconButton>[0]['icon']
  word: string
  busy: string | null
  onClick(): void
}

function Way({ icon, word, busy, onClick }: WayProps) {
  return (
    <IconButton icon={icon} name={word} disabled={busy !== null} onClick={onClick}>
      <span>{word}</span>
    </IconButton>
  )
}

/** Hand a file to the person; nothing leaves the page. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
