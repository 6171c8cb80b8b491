/** What is dropped, pasted or picked: models, SVG drawings, and photographs, which need tracing. */

import { fileKind, readDropped } from './input/files'
import type { Models } from './models'
import type { Session } from './session'
import { fromDrawing } from './sheet'
import type { Store } from './store'
import { readSvg, type SvgDrawing } from './input/svg_input'

export function createFiles(store: Store, session: Session, models: Models) {
  async function take(file: File): Promise<void> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      if (isModel(file, bytes)) await models.open(file)
      else put(readDropped(bytes))
    } catch (error) {
      store.fail(error)
    }
  }

  function put(drawing: SvgDrawing): void {
    session.put(fromDrawing(store.sheet.value, drawing))
    store.say('The drawing is on the sheet.')
    if (drawing.note) store.tell(drawing.note)
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
      put(readSvg(text))
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

function isModel(file: File, bytes: Uint8Array): boolean {
  return file.name.toLowerCase().endsWith('.safetensors') || fileKind(bytes) === 'model'
}
