/** A list of points that grows: x and y in turn, in one array. */
export class Points {
  private values = new Float32Array(128)
  length = 0

  add(x: number, y: number): void {
    if (2 * this.length === this.values.length) {
      const wider = new Float32Array(2 * this.values.length)
      wider.set(this.values)
      this.values = wider
    }
    this.values[2 * this.length] = x
    this.values[2 * this.length + 1] = y
    this.length += 1
  }

  x(point: number): number {
    return this.values[2 * point]
  }

  y(point: number): number {
    return this.values[2 * point + 1]
  }

  /** Forget the points from this one on. */
  cut(length: number): void {
    this.length = Math.min(this.length, length)
  }

  /** A copy of the points from one on, up to another. */
  slice(from = 0, to = this.length): Float32Array {
    return this.values.slice(2 * from, 2 * to)
  }
}
