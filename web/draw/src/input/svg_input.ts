/**
 * SVG in: a pasted or dropped SVG as strokes.
 *
 * The text is only parsed (DOMParser runs no script and loads nothing) and never becomes part of
 * the page; shapes are read by our own code, one stroke a continuous subpath, in document order,
 * as Python's reader does.
 */

import { OutputError } from '../storage/kept'
import { apply, IDENTITY, type Matrix, multiply, parseTransform, stretch } from './matrix'
import { type Attributes, type Frame, length, SHAPES, shapeLines } from './shapes'

export interface SvgLimits {
  bytes: number
  elements: number
  depth: number
  points: number
}

/** Far above any drawing, far below what would stall a page. */
export const SVG_LIMITS: SvgLimits = {
  bytes: 8 << 20,
  elements: 20_000,
  depth: 64,
  points: 200_000,
}

export interface SvgDrawing {
  /** x and y in turn, in units of the viewBox, which begins at 0, 0. */
  strokes: Float32Array[]
  width: number
  height: number
  /** Where parts could not be read or are not lines: a sentence about what is missing. */
  note: string | null
}

// Nothing in these is drawn where it stands.
const NOT_DRAWN = new Set([
  ...['defs', 'symbol', 'clipPath', 'marker', 'mask', 'pattern', 'filter', 'linearGradient'],
  ...['radialGradient', 'script', 'style', 'foreignObject', 'metadata', 'title', 'desc', 'font'],
])
const NO_LINES = new Set(['text', 'image', 'foreignObject'])
const FARTHEST = 1e7

/** The lines of an SVG; refuses what is none, too large, or has no line. */
export function readSvg(text: string, limits: SvgLimits = SVG_LIMITS): SvgDrawing {
  if (text.length > limits.bytes) {
    throw new OutputError(
      `The SVG has more than ${limits.bytes >> 20} MB.`,
      'Simplify it in the program that made it, or remove pictures in it.',
    )
  }
  if (/<!ENTITY|<!DOCTYPE[^>]*\[/i.test(text)) {
    throw new OutputError(
      'The SVG declares entities, which can hide very large content.',
      'Save it again as plain SVG.',
    )
  }
  const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement
  if (root.localName !== 'svg' || root.getElementsByTagName('parsererror').length > 0) {
    throw new OutputError('This is not a readable SVG.', 'Save it again, as plain SVG.')
  }
  return new Reader(root, limits).read()
}

/** Walks the tree with the transform that holds there. */
class Reader {
  private readonly strokes: Float32Array[] = []
  private readonly byId = new Map<string, Element>()
  private readonly using = new Set<Element>()
  private readonly frame: Frame
  private readonly begin: Matrix
  private elements = 0
  private points = 0
  private broken = 0
  private pictures = 0

  constructor(
    private readonly root: Element,
    private readonly limits: SvgLimits,
  ) {
    for (const element of root.querySelectorAll('[id]')) this.byId.set(element.id, element)
    const box = viewBox(root)
    this.frame = box ?? {
      width: length(root.getAttribute('width'), 1000) ?? 1000,
      height: length(root.getAttribute('height'), 1000) ?? 1000,
    }
    this.begin = box ? [1, 0, 0, 1, -box.x, -box.y] : IDENTITY
  }

  read(): SvgDrawing {
    for (const child of this.root.children) this.visit(child, this.begin, null, 1)
    if (this.strokes.length === 0) {
      throw new OutputError(
        `The SVG ${this.pictures > 0 ? 'holds a picture or text, but' : 'has'} no line.`,
        'Convert it to paths, or trace it with strokebook trace.',
      )
    }
    const { width, height } = this.frame
    return { strokes: this.strokes, width, height, note: this.note() }
  }

  private note(): string | null {
    const parts = [
      this.broken > 0 ? `${this.broken} paths could not be read to their end` : '',
      this.pictures > 0 ? `${this.pictures} pictures or texts were left out` : '',
    ].filter(Boolean)
    return parts.length > 0 ? `${parts.join('; ')}.` : null
  }

  private visit(element: Element, outer: Matrix, stroke: string | null, depth: number): void {
    this.elements += 1
    if (this.elements > this.limits.elements || depth > this.limits.depth) {
      throw new OutputError(
        'The SVG has too many parts, or groups too deep within each other.',
        'Ungroup and simplify it, or take a part of it.',
      )
    }
    const name = element.localName
    if (NO_LINES.has(name)) this.pictures += 1
    if (NO_LINES.has(name) || NOT_DRAWN.has(name) || isHidden(element)) return
    const matrix = multiply(outer, parseTransform(element.getAttribute('transform') ?? ''))
    const inherited = property(element, 'stroke') ?? stroke
    if (SHAPES.has(name)) this.shape(element, name, matrix, inherited)
    else if (name === 'use') this.use(element, matrix, inherited, depth)
    else {
      const inner = name === 'svg' ? multiply(matrix, nested(element, this.frame)) : matrix
      for (const child of element.children) this.visit(child, inner, inherited, depth + 1)
    }
  }

  private shape(element: Element, name: string, matrix: Matrix, stroke: string | null): void {
    const attribute: Attributes = (key) => element.getAttribute(key)
    if (name === 'rect' && (stroke ?? 'none') === 'none' && this.isPaper(attribute)) return
    const longer = Math.max(this.frame.width, this.frame.height)
    const tolerance = longer / 4000 / (stretch(matrix) || 1)
    const { lines, whole } = shapeLines(name, attribute, this.frame, tolerance)
    if (!whole) this.broken += 1
    for (const line of lines) this.add(apply(matrix, line))
  }

  private add(points: number[]): void {
    if (!points.every((value) => Math.abs(value) <= FARTHEST)) {
      throw new OutputError(
        'The SVG has points far beyond any page.',
        'Check its transforms, or save it again.',
      )
    }
    this.points += points.length / 2
    if (this.points > this.limits.points) {
      throw new OutputError(
        `The SVG has over ${this.limits.points.toLocaleString('en')} points.`,
        'Simplify its paths, or take a part of it.',
      )
    }
    this.strokes.push(Float32Array.from(points))
  }

  /** A clone: what it refers to, in the same file only. */
  private use(element: Element, matrix: Matrix, stroke: string | null, depth: number): void {
    const link = element.getAttribute('href') ?? element.getAttribute('xlink:href') ?? ''
    const target = link.startsWith('#') ? this.byId.get(link.slice(1)) : undefined
    if (!target || this.using.has(target)) {
      this.broken += 1
      return
    }
    const x = length(element.getAttribute('x'), this.frame.width) ?? 0
    const y = length(element.getAttribute('y'), this.frame.height) ?? 0
    const moved = multiply(matrix, [1, 0, 0, 1, x, y])
    this.using.add(target)
    if (target.localName === 'symbol') {
      for (const child of target.children) this.visit(child, moved, stroke, depth + 1)
    } else this.visit(target, moved, stroke, depth + 1)
    this.using.delete(target)
  }

  /** A rectangle that only colours the paper: no outline, as large as the frame. */
  private isPaper(attribute: Attributes): boolean {
    const width = length(attribute('width'), this.frame.width) ?? 0
    const height = length(attribute('height'), this.frame.height) ?? 0
    return width >= 0.98 * this.frame.width && height >= 0.98 * this.frame.height
  }
}

/** A property from the style attribute or the attribute of its name. */
function property(element: Element, name: string): string | null {
  const style = element.getAttribute('style') ?? ''
  const found = style
    .split(';')
    .map((part) => part.split(':').map((side) => side.trim()))
    .find(([key]) => key === name)
  return found?.[1] ?? element.getAttribute(name)
}

function isHidden(element: Element): boolean {
  const visibility = property(element, 'visibility')
  const hidden = visibility === 'hidden' || visibility === 'collapse'
  return property(element, 'display') === 'none' || hidden
}

function viewBox(element: Element): { x: number; y: number; width: number; height: number } | null {
  const numbers = (element.getAttribute('viewBox') ?? '').trim().split(/[\s,]+/).map(Number)
  const [x, y, width, height] = numbers
  const good = numbers.length === 4 && numbers.every(Number.isFinite) && width > 0 && height > 0
  return good ? { x, y, width, height } : null
}

/** An svg within the svg: moved and scaled so that its viewBox fits (`xMidYMid meet`). */
function nested(element: Element, frame: Frame): Matrix {
  const value = (key: string, whole: number) => length(element.getAttribute(key), whole)
  const [x, y] = [value('x', frame.width) ?? 0, value('y', frame.height) ?? 0]
  const box = viewBox(element)
  if (!box) return [1, 0, 0, 1, x, y]
  const width = value('width', frame.width) ?? frame.width
  const height = value('height', frame.height) ?? frame.height
  const scale = Math.min(width / box.width, height / box.height)
  const left = x + (width - box.width * scale) / 2 - box.x * scale
  const top = y + (height - box.height * scale) / 2 - box.y * scale
  return [scale, 0, 0, scale, left, top]
}
