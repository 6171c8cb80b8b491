/** Affine transforms of SVG: a b c d e f, as in `matrix()`. */

export type Matrix = readonly [number, number, number, number, number, number]

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0]

/** First `inner`, then `outer`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer
  const [g, h, i, j, k, l] = inner
  return [
    a * g + c * h,
    b * g + d * h,
    a * i + c * j,
    b * i + d * j,
    a * k + c * l + e,
    b * k + d * l + f,
  ]
}

/** The points (x and y in turn) where the transform takes them. */
export function apply([a, b, c, d, e, f]: Matrix, points: readonly number[]): number[] {
  const moved = new Array<number>(points.length)
  for (let i = 0; i < points.length; i += 2) {
    moved[i] = a * points[i] + c * points[i + 1] + e
    moved[i + 1] = b * points[i] + d * points[i + 1] + f
  }
  return moved
}

/** How much longer a length becomes, at most. */
export function stretch([a, b, c, d]: Matrix): number {
  return Math.max(Math.hypot(a, b), Math.hypot(c, d))
}

const FUNCTION = /([a-zA-Z]+)\s*\(([^)]*)\)/g
const radians = (degrees: number): number => (degrees * Math.PI) / 180

const FUNCTIONS: Record<string, (n: readonly number[]) => Matrix> = {
  matrix: ([a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]) => [a, b, c, d, e, f],
  translate: ([x = 0, y = 0]) => [1, 0, 0, 1, x, y],
  scale: ([x = 1, y = x]) => [x, 0, 0, y, 0, 0],
  skewX: ([angle = 0]) => [1, 0, Math.tan(radians(angle)), 1, 0, 0],
  skewY: ([angle = 0]) => [1, Math.tan(radians(angle)), 0, 1, 0, 0],
  rotate: ([angle = 0, x = 0, y = 0]) => {
    const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))]
    return [cos, sin, -sin, cos, x - x * cos + y * sin, y - x * sin - y * cos]
  },
}

/** The transform an attribute describes; what cannot be read is left out, as browsers do. */
export function parseTransform(text: string): Matrix {
  let whole = IDENTITY
  for (const [, name, list] of text.matchAll(FUNCTION)) {
    const numbers = (list.match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number)
    if (Object.hasOwn(FUNCTIONS, name)) whole = multiply(whole, FUNCTIONS[name](numbers))
  }
  return whole
}
