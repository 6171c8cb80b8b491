/** The models of the page: embedded ones and files that a person opens. */

import type { Engine, Model } from '../../engine/src/api'
import type { Config } from './config'
import type { Store } from './store'

export const NO_MODEL =
  'There is no model in this page: open one (press M, or drop its file here). ' +
  '`strokebook export MODEL --format web` writes it.'

export function createModels(store: Store, engine: Promise<Engine>, config: Config) {
  store.models.value = config.models.map(({ element, name }) => ({ element, name }))
  let asked = 0

  /** Load a model where it is not loaded yet, and draw with it from now on. */
  async function choose(index: number): Promise<void> {
    const entry = store.models.value[index]
    if (!entry) return
    const mine = ++asked
    if (!entry.model) {
      const file = await attempt(mine, async () => (await engine).load(await unpack(entry.element)))
      if (!file) return
      store.models.value = store.models.value.map((e, i) => (i === index ? { ...e, model: file } : e))
    }
    if (mine === asked) use(index)
  }

  function use(index: number): void {
    store.chosen.value = index
    const model = store.models.value[index].model!
    store.model.value = model
    void warmUp(model)
    store.say(`Drawing with ${store.models.value[index].name}.`)
  }

  async function attempt<T>(mine: number, load: () => Promise<T>): Promise<T | undefined> {
    store.loading.value = true
    try {
      return await load()
    } catch (error) {
      store.fail(error)
      return undefined
    } finally {
      if (mine === asked) store.loading.value = false
    }
  }

  /** Add the model of a file and draw with it; what there was stays where the file is bad. */
  async function open(file: File): Promise<void> {
    const mine = ++asked
    const model = await attempt(mine, async () => (await engine).load(await file.arrayBuffer()))
    if (!model) return
    const name = model.info.name || file.name.replace(/\.strokebook\.safetensors$|\.safetensors$/, '')
    store.models.value = [...store.models.value, { element: '', name, model }]
    use(store.models.value.length - 1)
  }

  return { choose, open }
}

export type Models = ReturnType<typeof createModels>

/** Draw a few points that nobody sees, so that the first stroke need not wait for the compiler. */
async function warmUp(model: Model): Promise<void> {
  try {
    await model.sample({ maxPoints: 4, choose: 'raw' }).finished
  } catch {
    // What cannot be drawn is told when it is asked for.
  }
}

/** The bytes of an embedded model: base64 of a gzip. */
export async function unpack(element: string): Promise<ArrayBuffer> {
  const text = document.getElementById(element)?.textContent ?? ''
  const packed = fromBase64(text.trim())
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('This browser cannot unpack the model. Take a browser of 2023 or later.')
  }
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
    return await new Response(stream).arrayBuffer()
  } catch {
    throw new Error('The model in this page is damaged. Get the page anew from its artist.')
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
    return bytes
  } catch {
    throw new Error('The model in this page is damaged. Get the page anew from its artist.')
  }
}
