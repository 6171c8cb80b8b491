/**
 * GIF encoder for line drawings (GIF89a; LZW with codes of growing width).
 *
 * Our own, not gifenc (MIT, 9 kB, no types): it writes whole frames only, and quantises colours,
 * which a drawing of two inks on paper does not need. Here a frame is the rectangle that has
 * changed, which makes a file of an animated line several times smaller.
 */

export interface GifFrame {
  x: number
  y: number
  width: number
  height: number
  /** Indices into the palette, row by row. */
  pixels: Uint8Array
  /** Hundredths of a second. */
  delay: number
}

export interface Gif {
  width: number
  height: number
  /** Red, green, blue of each colour in turn; at most 256 colours. */
  palette: Uint8Array
  comment?: string
}

const MOST_CODES = 4096

/** A growing array of bytes. */
class Bytes {
  private bytes = new Uint8Array(1 << 14)
  length = 0

  push(...values: number[]): void {
    if (this.length + values.length > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length + values.length)
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    for (const value of values) this.bytes[this.length++] = value
  }

  pair(...values: number[]): void {
    for (const value of values) this.push(value & 0xff, value >> 8)
  }

  /** In blocks of at most 255 bytes, each after its length; an empty one ends them. */
  blocks(data: Uint8Array): void {
    for (let at = 0; at < data.length; at += 255) {
      const block = data.subarray(at, at + 255)
      this.push(block.length, ...block)
    }
    this.push(0)
  }

  taken(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length)
  }
}

export class GifWriter {
  private readonly out = new Bytes()
  /** Bits of a colour's index; GIF has no less than 2 in its LZW. */
  private readonly bits: number

  constructor(gif: Gif) {
    const colours = gif.palette.length / 3
    this.bits = Math.max(2, Math.ceil(Math.log2(colours)))
    this.out.push(...new TextEncoder().encode('GIF89a'))
    this.out.pair(gif.width, gif.height)
    this.out.push(0x80 | (this.bits - 1), 0, 0)
    const table = new Uint8Array(3 << this.bits)
    table.set(gif.palette)
    this.out.push(...table)
    this.out.push(0x21, 0xff, 11, ...new TextEncoder().encode('NETSCAPE2.0'), 3, 1, 0, 0, 0)
    if (gif.comment) {
      this.out.push(0x21, 0xfe)
      this.out.blocks(new TextEncoder().encode(gif.comment))
    }
  }

  /** A rectangle over what the frames before have left. */
  add(frame: GifFrame): void {
    this.out.push(0x21, 0xf9, 4, 1 << 2)
    this.out.pair(frame.delay)
    this.out.push(0, 0, 0x2c)
    this.out.pair(frame.x, frame.y, frame.width, frame.height)
    this.out.push(0, this.bits)
    this.out.blocks(compress(frame.pixels, this.bits))
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.out.push(0x3b)
    return this.out.taken()
  }
}

/** LZW as GIF wants it: low bits first, a clear code first and whenever the table is full. */
export function compress(pixels: Uint8Array, bits: number): Uint8Array {
  const out = new Bytes()
  const clear = 1 << bits
  // The code of a known string of pixels plus one more pixel; 0: not known yet.
  const longer = new Uint16Array(MOST_CODES << bits)
  let [width, next, held, heldBits] = [bits + 1, clear + 2, 0, 0]
  const put = (code: number): void => {
    held |= code << heldBits
    for (heldBits += width; heldBits >= 8; heldBits -= 8, held >>>= 8) out.push(held & 0xff)
  }
  put(clear)
  let code = pixels[0] ?? 0
  for (let i = 1; i < pixels.length; i++) {
    const key = (code << bits) | pixels[i]
    if (longer[key]) {
      code = longer[key]
      continue
    }
    put(code)
    if (next < MOST_CODES) {
      if (next === 1 << width) width++
      longer[key] = next++
    } else {
      put(clear)
      longer.fill(0)
      ;[width, next] = [bits + 1, clear + 2]
    }
    code = pixels[i]
  }
  put(code)
  put(clear + 1)
  if (heldBits > 0) out.push(held & 0xff)
  return out.taken()
}
