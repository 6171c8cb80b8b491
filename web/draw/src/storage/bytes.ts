/** Bytes of a link: numbers of varying length, base64url, raw deflate. */

/** Writes numbers, small ones in one byte (LEB128). */
export class ByteWriter {
  private readonly bytes: number[] = []

  /** A whole number from 0 on. */
  varint(value: number): void {
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes.push((rest % 0x80) | 0x80)
    this.bytes.push(rest)
  }

  /** A whole number of either sign: 0, -1, 1, -2 … as 0, 1, 2, 3 … */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  text(value: string): void {
    const encoded = new TextEncoder().encode(value)
    this.varint(encoded.length)
    this.bytes.push(...encoded)
  }

  taken(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.bytes)
  }
}

/** Reads what ByteWriter wrote; throws RangeError at the end or at what it never writes. */
export class ByteReader {
  private at = 0

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.at
  }

  varint(): number {
    let value = 0
    for (let factor = 1; factor <= 0x80 ** 6; factor *= 0x80) {
      if (this.left === 0) throw new RangeError('the bytes end too early')
      const byte = this.bytes[this.at++]
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw new RangeError('a number is too long')
  }

  signed(): number {
    const value = this.varint()
    return value % 2 ? -(value + 1) / 2 : value / 2
  }

  text(): string {
    const length = this.varint()
    if (length > this.left) throw new RangeError('a text ends too early')
    const piece = this.bytes.subarray(this.at, (this.at += length))
    return new TextDecoder('utf-8', { fatal: true }).decode(piece)
  }
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Throws where the text holds anything else. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new RangeError('not base64url')
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

/** Raw deflate (RFC 1951), by the browser's own code. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Throws where it is damaged, or unpacks to more than `most` bytes. */
export async function inflate(bytes: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const reader = stream.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel()
      throw new RangeError('it unpacks to too much')
    }
    parts.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
