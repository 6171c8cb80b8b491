/** Keys: one table that the listener and the help sheet both read. Dead while a field has focus. */

export interface Key {
  /** As `KeyboardEvent.key`, lower case; several where layouts differ. */
  keys: string[]
  shown: string
  does: string
  act(event: KeyboardEvent): void
}

/** Fields into which nothing is typed. */
const UNTYPED = ['range', 'checkbox', 'radio', 'file']

/** Whether what is typed goes into a field. */
export function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement && UNTYPED.includes(target.type)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

export function listenToKeys(keys: readonly Key[], isOpen: () => boolean): () => void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey || inField(event.target)) return
    const name = nameOf(event)
    const key = keys.find((entry) => entry.keys.includes(name))
    if (!key || (isOpen() && name !== '?')) return
    event.preventDefault()
    key.act(event)
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

/** `mod+z`, `mod+shift+z`, or the plain key. */
function nameOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  if (!event.ctrlKey && !event.metaKey) return event.shiftKey && key === 'z' ? 'shift+z' : key
  return `mod+${event.shiftKey ? 'shift+' : ''}${key}`
}
