/** Beginnings that the artist gave along, as small pictures on an empty sheet. */

import { useApp } from '../app'
import { fromDrawing } from '../sheet'
import type { StartDrawing } from '../config'

export function Starts() {
  const { store, session, config } = useApp()
  if (store.sheet.value.lines.length || store.live.value || store.batch.value) return null
  const use = (start: StartDrawing): void => {
    const strokes = start.strokes.map((points) => Float32Array.from(points))
    session.put(fromDrawing(store.sheet.value, { strokes }, 0.45))
  }
  return (
    <div class="starts">
      {config.starts.map((start) => (
        <button
          type="button"
          key={start.name}
          title={`Begin with ${start.name}`}
          aria-label={`Begin with ${start.name}`}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => use(start)}
        >
          <Thumb strokes={start.strokes} />
        </button>
      ))}
    </div>
  )
}

interface ThumbProps {
  strokes: readonly (ArrayLike<number>)[]
  colours?: readonly string[]
}

/** A drawing as a small picture. */
export function Thumb({ strokes, colours }: ThumbProps) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const points of strokes) {
    for (let i = 0; i < points.length; i += 2) {
      left = Math.min(left, points[i])
      right = Math.max(right, points[i])
      top = Math.min(top, points[i + 1])
      bottom = Math.max(bottom, points[i + 1])
    }
  }
  const side = Math.max(right - left, bottom - top, 1)
  const box = [left - side * 0.06, top - side * 0.06, right - left + side * 0.12,
    bottom - top + side * 0.12]
  return (
    <svg viewBox={left <= right ? box.join(' ') : '0 0 1 1'} aria-hidden="true">
      {strokes.map((points, i) => (
        <polyline key={i} points={pairs(points)} style={{ stroke: colours?.[i] }} />
      ))}
    </svg>
  )
}

function pairs(points: ArrayLike<number>): string {
  return Array.from(points, (value) => value.toFixed(1)).join(' ')
}
