/** The points of one drawing so far, as the local-frame decoder's pointer looks back at them. */

export class Path {
  count = 0
  x: Float64Array
  y: Float64Array
  /** 1 where a stroke begins. */
  begins: Uint8Array
  /** The number of each point's stroke, from 1. */
  strokes: Int32Array
  /** Keys of the points, (N, K). */
  keys: Float32Array

  constructor(
    readonly keySize: number,
    private capacity = 64,
  ) {
    this.x = new Float64Array(capacity)
    this.y = new Float64Array(capacity)
    this.begins = new Uint8Array(capacity)
    this.strokes = new Int32Array(capacity)
    this.keys = new Float32Array(capacity * keySize)
  }

  /** Add a point by its offset; its key is set when it is known. */
  add(dx: number, dy: number, begins: boolean): void {
    const k = this.count
    if (k === this.capacity) this.reserve(2 * k)
    this.x[k] = (k ? this.x[k - 1] : 0) + dx
    this.y[k] = (k ? this.y[k - 1] : 0) + dy
    this.begins[k] = begins ? 1 : 0
    this.strokes[k] = (k ? this.strokes[k - 1] : 0) + this.begins[k]
    this.count++
  }

  copy(): Path {
    const other = new Path(this.keySize, this.capacity)
    other.take(this)
    return other
  }

  private reserve(capacity: number): void {
    const larger = new Path(this.keySize, capacity)
    larger.take(this)
    const { x, y, begins, strokes, keys } = larger
    Object.assign(this, { x, y, begins, strokes, keys, capacity })
  }

  private take(other: Path): void {
    const { count } = other
    this.count = count
    this.x.set(other.x.subarray(0, count))
    this.y.set(other.y.subarray(0, count))
    this.begins.set(other.begins.subarray(0, count))
    this.strokes.set(other.strokes.subarray(0, count))
    this.keys.set(other.keys.subarray(0, count * this.keySize))
  }
}
