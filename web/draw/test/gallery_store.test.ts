import assert from 'node:assert/strict'
import { test } from 'node:test'

import { openGallery } from '../src/storage/gallery_store'
import { OutputError } from '../src/storage/kept'
import { keptOf } from './drawings'

const drawing = keptOf([['person', 0, 0, 1, 1]])

test('without storage drawings are held, newest first, and a sentence says so', async () => {
  const gallery = await openGallery(undefined)
  assert.equal(gallery.lasting, false)
  assert.match(gallery.note!, /gone when you close it/)
  const first = await gallery.add({ ...drawing, date: 1 })
  const second = await gallery.add({ ...drawing, date: 2 })
  assert.deepEqual((await gallery.list()).map((d) => d.id), [second, first])
  const kept = await gallery.get(first)
  kept!.strokes[0].points[0] = 99
  assert.equal((await gallery.get(first))!.strokes[0].points[0], 0, 'what is stored stays')
  assert.notEqual(await gallery.add(kept!), first, 'kept again it is a new one')
  await gallery.remove(first)
  assert.equal(await gallery.get(first), null)
})

/** The least of IndexedDB that shows how its failures come. */
function failingFactory(openFails: boolean, name: string): IDBFactory {
  const database = {
    transaction: () => {
      const transaction: Record<string, unknown> = {
        error: new DOMException('no', name),
        objectStore: () => ({
          add: () => {
            queueMicrotask(() => (transaction.onabort as () => void)())
            return {}
          },
        }),
      }
      return transaction
    },
    close: () => {},
  }
  const open = () => {
    const error = new DOMException('no', name)
    const request: Record<string, unknown> = { result: database, error }
    queueMicrotask(() => (request[openFails ? 'onerror' : 'onsuccess'] as () => void)())
    return request
  }
  return { open } as unknown as IDBFactory
}

test('refused storage falls back to memory', async () => {
  const gallery = await openGallery(failingFactory(true, 'InvalidStateError'))
  assert.equal(gallery.lasting, false)
  assert.match(gallery.note!, /refused/)
  const throws = { open: () => { throw new DOMException('no', 'SecurityError') } }
  assert.equal((await openGallery(throws as unknown as IDBFactory)).lasting, false)
})

test('full storage is a sentence with a remedy', async () => {
  const gallery = await openGallery(failingFactory(false, 'QuotaExceededError'))
  await assert.rejects(gallery.add(drawing), (error: OutputError) => {
    return /no room left/.test(error.message) && /Remove some/.test(error.remedy)
  })
})
