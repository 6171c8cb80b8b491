/** Icons: thin strokes on a square of 24, drawn here; each button says its name to readers. */

import type { ComponentChildren } from 'preact'

const PATHS = {
  undo: 'M8.5 4.5 4.5 8.5l4 4M5 8.5h9a5 5 0 0 1 0 10h-4',
  redo: 'm15.5 4.5 4 4-4 4M19 8.5h-9a5 5 0 0 0 0 10h4',
  clear: 'M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.8v4.7h4.7',
  replay: 'M8 5.5v13l10.5-6.5z',
  again: 'M5 5h14v14H5zM9 9h.01M15 15h.01M12 12h.01M15 9h.01M9 15h.01',
  nothing: 'M12 4v4.5M12 15.5V20M4 12h4.5M15.5 12H20M6.5 6.5l2.6 2.6M14.9 14.9l2.6 2.6M17.5 6.5l-2.6 2.6M9.1 14.9l-2.6 2.6',
  duet: 'M3.5 10C7 3.5 10 14 13.5 8s5-3.5 7-1M3.5 18c3.5-6.5 6.5 4 10-2s5-3.5 7-1',
  vary: 'M4 18.5C8 3 16 3 20 18.5M4 18.5c4-9 12-9 16 0M4 18.5c4-3.5 12-3.5 16 0',
  walk: 'M5 18.5a1 1 0 1 0 .01 0M19 5.5a1 1 0 1 0 .01 0M7.5 16.5c5 0 1.5-8.5 9-9.5',
  settings: 'M4 8h8.5M17 8h3M4 16h3M11.5 16H20M14.8 5.8a2.2 2.2 0 1 0 .01 0M9.2 13.8a2.2 2.2 0 1 0 .01 0',
  model: 'M12 3c3.2 3.8 4.8 6.6 4.8 9.6L12 21l-4.8-8.4C7.2 9.6 8.8 6.8 12 3zM12 13.5V21M12 10.8a1.3 1.3 0 1 0 .01 0',
  keep: 'M7 3.5h10v17l-5-4-5 4z',
  gallery: 'M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM13.5 13.5h6v6h-6z',
  link: 'M10 13.8a4 4 0 0 0 5.7.3l3-3a4 4 0 0 0-5.7-5.7L11.5 7M14 10.2a4 4 0 0 0-5.7-.3l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.6',
  out: 'M12 3.5v11M7.8 10.5l4.2 4.2 4.2-4.2M4.5 16v4.5h15V16',
  help: 'M8.8 9a3.2 3.2 0 1 1 4.6 2.9c-1 .5-1.4 1.2-1.4 2.6M12 18.5v.01',
  theme: 'M12 4a8 8 0 1 0 .01 0M12 4v16M12 7h4.5M12 10h7.5M12 13h7.8M12 16h6.5',
  ghosts: 'M4 7c5-4 11 4 16 0M4 12.5c5-4 11 4 16 0M4 18c5-4 11 4 16 0',
  close: 'M6 6l12 12M18 6 6 18',
  open: 'M12 15.5v-11M7.8 8.5 12 4.3l4.2 4.2M4.5 16v4.5h15V16',
  trash: 'M5 7h14M9.5 7V4.5h5V7M7 7l.8 13h8.4L17 7',
  calm: 'M3 14c5-5 8-5 18-3',
  wild: 'M3 15c2-12 4 8 6-2s3 10 5-1 2-9 4 1 1 4 3-3',
  plotter: 'M4 5h16M12 5v8M9.5 9.5h5v4l-2.5 4-2.5-4zM4 20h4M16 20h4',
  picture: 'M4.5 5h15v14h-15zM4.5 16l4.5-5 4 4.5 2.5-2.5 4 3.5',
  film: 'M4.5 5h15v14h-15zM8 5v14M16 5v14M4.5 9.7H8M4.5 14.3H8M16 9.7h3.5M16 14.3h3.5',
  vector: 'M5 18C7 6 17 18 19 6M3.5 16.5h3v3h-3zM17.5 4.5h3v3h-3z',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}

interface ButtonProps {
  icon: IconName
  /** What it does: the title and the name that is read out. */
  name: string
  shortcut?: string
  onClick(): void
  disabled?: boolean
  pressed?: boolean
  children?: ComponentChildren
}

export function IconButton({ icon, name, shortcut, onClick, disabled, pressed, children }: ButtonProps) {
  return (
    <button
      type="button"
      class="tool"
      title={shortcut ? `${name} (${shortcut})` : name}
      aria-label={name}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {children}
    </button>
  )
}
