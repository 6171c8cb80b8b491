/** A small dialog on the paper; Escape or a click beside it closes it. */

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useApp } from '../app'
import { IconButton } from './icons'

interface Props {
  name: string
  wide?: boolean
  children: ComponentChildren
}

export function Panel({ name, wide, children }: Props) {
  const { store } = useApp()
  const dialog = useRef<HTMLDialogElement>(null)
  const close = (): void => void (store.panel.value = null)
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // The panel itself, not its first button: nothing is circled before a key asks for it.
    dialog.current?.focus()
    return () => (before as HTMLElement | null)?.focus?.({ preventScroll: true })
  }, [])
  return (
    <dialog
      ref={dialog}
      class={wide ? 'panel wide' : 'panel'}
      aria-label={name}
      tabIndex={-1}
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="panel-body">
        <header>
          <h2>{name}</h2>
          <IconButton icon="close" name="Close" onClick={close} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
