/** One sentence on the page: what happened goes by itself, what went wrong stays until closed. */

import { useEffect } from 'preact/hooks'
import { useApp } from '../app'
import { IconButton } from './icons'

const STAYS = 4000

export function NoticeLine() {
  const { store } = useApp()
  const notice = store.notice.value
  useEffect(() => {
    if (!notice || notice.wrong) return
    const timer = setTimeout(() => store.notice.peek() === notice && (store.notice.value = null), STAYS)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <>
      <p class="spoken" role="status" aria-live="polite">{store.spoken.value}</p>
      {notice && (
        <div class={notice.wrong ? 'notice wrong' : 'notice'}>
          <p>{withCode(notice.text)}</p>
          {notice.wrong && (
            <IconButton icon="close" name="Close" onClick={() => (store.notice.value = null)} />
          )}
        </div>
      )}
    </>
  )
}

/** Commands between backticks as code. */
function withCode(text: string) {
  return text.split('`').map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))
}
