/** The keys, from the table that the listener reads. */

import type { Key } from '../input/keys'
import { Panel } from './Panel'

export function HelpPanel({ keys }: { keys: readonly Key[] }) {
  const rows = keys.filter((key, i) => keys.findIndex((other) => other.shown === key.shown) === i)
  return (
    <Panel name="Keys">
      <dl class="keys">
        {rows.map(({ shown, does }) => (
          <div key={shown}>
            <dt><kbd>{shown}</kbd></dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt><kbd>← →</kbd></dt>
          <dd>On a cell: take a part of it</dd>
        </div>
        <div>
          <dt><kbd>Space</kbd></dt>
          <dd>On the sheet: pen down, pen up; arrows move it</dd>
        </div>
      </dl>
      <p class="quiet">Two fingers tapped on the sheet undo.</p>
    </Panel>
  )
}
