/**
 * The kernel's products in WebAssembly (AssemblyScript; compiled by web/build.mjs).
 *
 * Weights lie in blocks of four rows, the four weights of a column side by side; lanes as in
 * ../kernel.ts. All numbers are float32. Every sum runs over the columns in their order with a
 * product and a sum of their own for each, so that one lane alone and twelve give the same bits.
 */

/**
 * Twelve lanes: four rows × twelve lanes are twelve sums of four numbers, which with the three of
 * a column's input and one weight fill the sixteen registers that processors have.
 *
 * @param blocks - Of four rows.
 */
export function multiply12(
  weights: usize,
  blocks: i32,
  columns: i32,
  input: usize,
  output: usize,
): void {
  let w = weights
  let to = output
  for (let block = 0; block < blocks; block++) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0)
    let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0)
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0)
    let d0 = f32x4.splat(0), d1 = f32x4.splat(0), d2 = f32x4.splat(0)
    let x = input
    for (let k = 0; k < columns; k++) {
      const x0 = v128.load(x)
      const x1 = v128.load(x, 16)
      const x2 = v128.load(x, 32)
      const a = v128.load_splat<f32>(w)
      a0 = f32x4.add(a0, f32x4.mul(a, x0))
      a1 = f32x4.add(a1, f32x4.mul(a, x1))
      a2 = f32x4.add(a2, f32x4.mul(a, x2))
      const b = v128.load_splat<f32>(w, 4)
      b0 = f32x4.add(b0, f32x4.mul(b, x0))
      b1 = f32x4.add(b1, f32x4.mul(b, x1))
      b2 = f32x4.add(b2, f32x4.mul(b, x2))
      const c = v128.load_splat<f32>(w, 8)
      c0 = f32x4.add(c0, f32x4.mul(c, x0))
      c1 = f32x4.add(c1, f32x4.mul(c, x1))
      c2 = f32x4.add(c2, f32x4.mul(c, x2))
      const d = v128.load_splat<f32>(w, 12)
      d0 = f32x4.add(d0, f32x4.mul(d, x0))
      d1 = f32x4.add(d1, f32x4.mul(d, x1))
      d2 = f32x4.add(d2, f32x4.mul(d, x2))
      x += 48
      w += 16
    }
    v128.store(to, a0)
    v128.store(to, a1, 16)
    v128.store(to, a2, 32)
    v128.store(to, b0, 48)
    v128.store(to, b1, 64)
    v128.store(to, b2, 80)
    v128.store(to, c0, 96)
    v128.store(to, c1, 112)
    v128.store(to, c2, 128)
    v128.store(to, d0, 144)
    v128.store(to, d1, 160)
    v128.store(to, d2, 176)
    to += 192
  }
}

/** One lane: four rows' sums are one vector; four blocks at a time, whose sums do not wait. */
export function multiply1(
  weights: usize,
  blocks: i32,
  columns: i32,
  input: usize,
  output: usize,
): void {
  const size = <usize>columns * 16 // bytes of a block
  let block = 0
  let w = weights
  let to = output
  for (; block + 4 <= blocks; block += 4) {
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0)
    let at = w
    for (let k = 0; k < columns; k++) {
      const x = v128.load_splat<f32>(input + (<usize>k << 2))
      a = f32x4.add(a, f32x4.mul(x, v128.load(at)))
      b = f32x4.add(b, f32x4.mul(x, v128.load(at + size)))
      c = f32x4.add(c, f32x4.mul(x, v128.load(at + 2 * size)))
      d = f32x4.add(d, f32x4.mul(x, v128.load(at + 3 * size)))
      at += 16
    }
    v128.store(to, a)
    v128.store(to, b, 16)
    v128.store(to, c, 32)
    v128.store(to, d, 48)
    to += 64
    w += 4 * size
  }
  for (; block < blocks; block++) {
    let a = f32x4.splat(0)
    for (let k = 0; k < columns; k++) {
      const x = v128.load_splat<f32>(input + (<usize>k << 2))
      a = f32x4.add(a, f32x4.mul(x, v128.load(w)))
      w += 16
    }
    v128.store(to, a)
    to += 16
  }
}
