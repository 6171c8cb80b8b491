/** What is dropped, pasted or picked: models, SVG drawings, and photographs, which need tracing. */

import { OutputError } from './kept'
import type { Models } from './models'
import type { Session } from './session'
import { fromDrawing } from './sheet'
import type { Store } from './store'
import { readSvg } from './svg_input'

export function createFiles(store: Store, session: Session, models: Models) {
  async function take(file: File): Promise<void> {
    const name = file.name.toLowerCase()
    try {
      if (name.endsWith('.safetensors')) await models.open(file)
      else if (name.endsWith('.svg') || file.type === 'image/svg+xml') putSvg(await file.text())
      else throw refusal(file)
    } catch (error) {
      store.fail(error)
    }
  }

  function putSvg(text: string): void {
    const drawing = readSvg(text)
    session.put(fromDrawing(store.sheet.value, drawing))
    store.say('The drawing is on the sheet.')
  }

  function drop(event: DragEvent): void {
    event.preventDefault()
    for (const file of event.dataTransfer?.files ?? []) void take(file)
  }

  function paste(event: ClipboardEvent): void {
    const data = event.clipboardData
    if (data?.files.length) return void take(data.files[0])
    const text = data?.getData('text') ?? ''
    if (!/<svg[\s>]/i.test(text)) return
    event.preventDefault()
    try {
      putSvg(text)
    } catch (error) {
      store.fail(error)
    }
  }

  function listen(): void {
    addEventListener('dragover', (event) => event.preventDefault())
    addEventListener('drop', drop)
    addEventListener('paste', paste)
  }

  return { take, listen }
}

export type Files = ReturnType<typeof createFiles>

/** Why a file cannot be drawn from, and what to do. */
function refusal(file: File): Error {
  if (!file.type.startsWith('image/')) {
    return new OutputError(`${file.name} is neither a drawing nor a model.`,
      'Drop an .svg or a .strokebook.safetensors file.')
  }
  const stem = file.name.replace(/\.[^.]*$/, '')
  return new OutputError(`${file.name} is a photo: it has no lines yet.`,
    `Trace it with \`strokebook trace ${file.name} -o ${stem}.svg\` and drop ${stem}.svg here.`)
}
