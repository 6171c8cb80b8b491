/**
 * Gallery store: kept drawings in the browser (IndexedDB), on this machine only. Where the browser
 * stores nothing (private windows, refused, broken), drawings are held until the page is closed,
 * and a sentence says so.
 */

import { type Kept, OutputError } from './kept'

export interface StoredDrawing extends Kept {
  id: number
}

export interface Gallery {
  /** Whether drawings outlast the page. */
  readonly lasting: boolean
  /** Why they do not, for the person; null where they do. */
  readonly note: string | null
  /** The id under which it is stored. */
  add(kept: Kept): Promise<number>
  /** Newest first. */
  list(): Promise<StoredDrawing[]>
  get(id: number): Promise<StoredDrawing | null>
  remove(id: number): Promise<void>
  close(): void
}

const DATABASE = 'strokebook'
const STORE = 'drawings'
const VERSION = 1

/** Opens the store; never rejects for want of storage. */
export async function openGallery(
  factory: IDBFactory | undefined = browserStorage(),
): Promise<Gallery> {
  if (!factory) return new MemoryGallery('This browser stores nothing for this page')
  try {
    return new StoredGallery(await openDatabase(factory))
  } catch {
    return new MemoryGallery('The browser refused to store drawings')
  }
}

/** Reading the property itself throws where storage is forbidden. */
function browserStorage(): IDBFactory | undefined {
  try {
    return globalThis.indexedDB
  } catch {
    return undefined
  }
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, VERSION)
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: 'id', autoIncrement: true })
  }
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('blocked'))
  })
}

class StoredGallery implements Gallery {
  readonly lasting = true
  readonly note = null

  constructor(private readonly database: IDBDatabase) {
    // Lets a page of a newer version open the store.
    database.onversionchange = () => database.close()
  }

  add(kept: Kept): Promise<number> {
    const plain = withoutId(kept)
    return this.write((store) => store.add(plain)) as Promise<number>
  }

  async list(): Promise<StoredDrawing[]> {
    const all = (await this.read((store) => store.getAll())) as StoredDrawing[]
    return all.sort(newestFirst)
  }

  async get(id: number): Promise<StoredDrawing | null> {
    return ((await this.read((store) => store.get(id))) as StoredDrawing | undefined) ?? null
  }

  async remove(id: number): Promise<void> {
    await this.write((store) => store.delete(id))
  }

  close(): void {
    this.database.close()
  }

  private read(ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    return this.run('readonly', ask, readFailed)
  }

  private write(ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    return this.run('readwrite', ask, writeFailed)
  }

  /** Resolves when the transaction is complete: a full disk shows only then. */
  private run(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest,
    failed: (error: unknown) => OutputError,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      try {
        const transaction = this.database.transaction(STORE, mode)
        const request = ask(transaction.objectStore(STORE))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(failed(transaction.error ?? request.error))
        transaction.onerror = () => reject(failed(transaction.error ?? request.error))
      } catch (error) {
        reject(failed(error))
      }
    })
  }
}

/** Holds drawings until the page is closed. */
class MemoryGallery implements Gallery {
  readonly lasting = false
  readonly note: string
  private readonly drawings = new Map<number, StoredDrawing>()
  private next = 1

  constructor(why: string) {
    this.note =
      `${why}: what you keep is gone when you close it.` + ' Save it as SVG to have it for good.'
  }

  async add(kept: Kept): Promise<number> {
    const id = this.next++
    this.drawings.set(id, { ...structuredClone(withoutId(kept)), id })
    return id
  }

  async list(): Promise<StoredDrawing[]> {
    return [...this.drawings.values()].map((d) => structuredClone(d)).sort(newestFirst)
  }

  async get(id: number): Promise<StoredDrawing | null> {
    const drawing = this.drawings.get(id)
    return drawing ? structuredClone(drawing) : null
  }

  async remove(id: number): Promise<void> {
    this.drawings.delete(id)
  }

  close(): void {}
}

const newestFirst = (a: StoredDrawing, b: StoredDrawing): number => b.date - a.date || b.id - a.id

/** A drawing taken out of the gallery and kept again becomes a new one. */
function withoutId(kept: Kept): Kept {
  const { id: _, ...plain } = kept as Kept & { id?: number }
  return plain
}

function writeFailed(error: unknown): OutputError {
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full
    ? new OutputError(
        'There is no room left for another drawing.',
        'Remove some from the gallery, or save this one as SVG.',
      )
    : new OutputError(
        'The browser did not store the drawing.',
        'Save it as SVG; reload the page to try again.',
      )
}

function readFailed(): OutputError {
  return new OutputError('The browser cannot read the gallery.', 'Reload the page.')
}
