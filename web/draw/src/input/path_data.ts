/** SVG path data to polylines (SVG 1.1, section 8.3); no browser is needed. */

import { flattenArc, flattenCubic } from './curves'

// Numbers that one segment takes, by command.
const ARGUMENTS: Record<string, number> = {
  m: 2,
  l: 2,
  h: 1,
  v: 1,
  c: 6,
  s: 4,
  q: 4,
  t: 2,
  a: 7,
  z: 0,
}
const NUMBER = /[\s,]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/y
const FLAG = /[\s,]*([01])/y
const COMMAND = /[\s,]*([MmLlHhVvCcSsQqTtAaZz])/y

/** Thrown where the data breaks the grammar; the lines before it stand, as browsers show them. */
class Unreadable extends Error {}

/** Takes path data apart, one command or number at a time. */
class Scanner {
  private at = 0

  constructor(private readonly text: string) {}

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match) this.at = pattern.lastIndex
    return match ? match[1] : null
  }

  command(): string | null {
    return this.take(COMMAND)
  }

  /** Whether only blanks are left. */
  ended(): boolean {
    return /^[\s,]*$/.test(this.text.slice(this.at, this.at + 64))
  }

  /** The numbers of one segment; null where none follow. The flags of an arc may stand together. */
  segment(command: string): number[] | null {
    const numbers: number[] = []
    const before = this.at
    for (let k = 0; k < ARGUMENTS[command]; k++) {
      const text = this.take(command === 'a' && (k === 3 || k === 4) ? FLAG : NUMBER)
      if (text === null) {
        if (k === 0) return null
        this.at = before
        throw new Unreadable()
      }
      numbers.push(Number(text))
    }
    return numbers
  }
}

/** A path on its way: where the pen is, and the subpaths so far. */
class Pen {
  readonly lines: number[][] = []
  private line: number[] = []
  private start: [number, number] = [0, 0]
  /** Control of the last curve, for `S` and `T`. */
  private control: [number, number] | null = null
  x = 0
  y = 0

  constructor(private readonly tolerance: number) {}

  private point(x: number, y: number): void {
    if (this.line.length === 0) this.line.push(this.x, this.y)
    this.line.push(x, y)
    ;[this.x, this.y] = [x, y]
  }

  /** A lone move draws nothing. */
  end(): void {
    if (this.line.length > 2) this.lines.push(this.line)
    this.line = []
  }

  move(x: number, y: number): void {
    this.end()
    ;[this.x, this.y] = this.start = [x, y]
  }

  close(): void {
    this.point(...this.start)
    this.end()
  }

  private cubic(c: readonly number[]): void {
    const points = flattenCubic([this.x, this.y, ...c], this.tolerance)
    for (let i = 0; i < points.length; i += 2) this.point(points[i], points[i + 1])
  }

  /** The last control mirrored at the pen, where the last segment was such a curve. */
  private mirrored(last: string, kinds: string): [number, number] {
    return this.control && kinds.includes(last)
      ? [2 * this.x - this.control[0], 2 * this.y - this.control[1]]
      : [this.x, this.y]
  }

  private quadratic(cx: number, cy: number, x: number, y: number): void {
    const third = (from: number, to: number) => from + (2 / 3) * (to - from)
    this.cubic([third(this.x, cx), third(this.y, cy), third(x, cx), third(y, cy), x, y])
    this.control = [cx, cy]
  }

  /** One segment in absolute coordinates; `last` is the command before. */
  draw(command: string, n: readonly number[], last: string): void {
    if (command === 'l') this.point(n[0], n[1])
    else if (command === 'h') this.point(n[0], this.y)
    else if (command === 'v') this.point(this.x, n[0])
    else if (command === 'q') this.quadratic(n[0], n[1], n[2], n[3])
    else if (command === 't') this.quadratic(...this.mirrored(last, 'qt'), n[0], n[1])
    else if (command === 'a') this.arc(n)
    else {
      const first = command === 'c' ? [n[0], n[1]] : this.mirrored(last, 'cs')
      const rest = command === 'c' ? n.slice(2) : n
      this.cubic([...first, ...rest])
      this.control = [rest[0], rest[1]]
    }
  }

  private arc(n: readonly number[]): void {
    const [rx, ry, turn, large, sweep, x, y] = n
    const arc = { rx, ry, turn, large: large !== 0, sweep: sweep !== 0 }
    const points = flattenArc([this.x, this.y], [x, y], arc, this.tolerance)
    for (let i = 0; i < points.length; i += 2) this.point(points[i], points[i + 1])
  }
}

/** Numbers of a relative segment made absolute. */
function absolute(command: string, n: number[], x: number, y: number): number[] {
  if (command === 'h') return [n[0] + x]
  if (command === 'v') return [n[0] + y]
  if (command === 'a') return [...n.slice(0, 5), n[5] + x, n[6] + y]
  return n.map((value, i) => value + (i % 2 ? y : x))
}

/**
 * The subpaths as x and y in turn, curves flattened to within `tolerance`.
 *
 * Returns as well whether all of it could be read; where not, the lines up to the mistake.
 */
export function parsePath(data: string, tolerance: number): { lines: number[][]; whole: boolean } {
  const scanner = new Scanner(data)
  const pen = new Pen(tolerance)
  let moved = false
  let last = ''
  try {
    for (let letter = scanner.command(); letter !== null; letter = scanner.command()) {
      const command = letter.toLowerCase()
      if (!moved && command !== 'm') throw new Unreadable()
      moved = true
      if (command === 'z') pen.close()
      else drawSegments(scanner, pen, letter, last)
      last = command === 'm' ? 'l' : command
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    pen.end()
    return { lines: pen.lines, whole: false }
  }
  pen.end()
  return { lines: pen.lines, whole: scanner.ended() }
}

function drawSegments(scanner: Scanner, pen: Pen, letter: string, before: string): void {
  const command = letter.toLowerCase()
  let last = before
  for (let i = 0; ; i++) {
    const numbers = scanner.segment(command)
    if (numbers === null) {
      if (i === 0) throw new Unreadable()
      return
    }
    const n = letter === command ? absolute(command, numbers, pen.x, pen.y) : numbers
    // After the first pair, a move goes on as lines.
    if (command === 'm' && i === 0) pen.move(n[0], n[1])
    else pen.draw(command === 'm' ? 'l' : command, n, last)
    last = command
  }
}
