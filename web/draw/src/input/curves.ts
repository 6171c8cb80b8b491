/** Flattening of Bézier curves and elliptic arcs into points. */

const MOST_STEPS = 256

/**
 * The points of a cubic Bézier (x0 y0 … x3 y3) after its first, at equal steps of t.
 *
 * A chord over a step of h lies within h² / 8 · max |f''| of the curve, and |f''| is at most six
 * times the larger second difference of the controls: hence 0.75 · difference / n² for n steps.
 */
export function flattenCubic(c: readonly number[], tolerance: number): number[] {
  const second = Math.max(
    Math.hypot(c[0] - 2 * c[2] + c[4], c[1] - 2 * c[3] + c[5]),
    Math.hypot(c[2] - 2 * c[4] + c[6], c[3] - 2 * c[5] + c[7]),
  )
  const wanted = Math.ceil(Math.sqrt((0.75 * second) / tolerance))
  const steps = Math.min(MOST_STEPS, Math.max(1, wanted || 1))
  const points: number[] = []
  for (let k = 1; k < steps; k++) {
    const t = k / steps
    const u = 1 - t
    const [w0, w1, w2, w3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t]
    points.push(
      w0 * c[0] + w1 * c[2] + w2 * c[4] + w3 * c[6],
      w0 * c[1] + w1 * c[3] + w2 * c[5] + w3 * c[7],
    )
  }
  points.push(c[6], c[7])
  return points
}

export interface Arc {
  rx: number
  ry: number
  /** Of the ellipse's x axis, in degrees. */
  turn: number
  large: boolean
  sweep: boolean
}

/**
 * The points of an elliptic arc after its first; end points to centre as SVG 1.1, appendix F.6,
 * has it.
 */
export function flattenArc(
  from: readonly [number, number],
  to: readonly [number, number],
  arc: Arc,
  tolerance: number,
): number[] {
  let [rx, ry] = [Math.abs(arc.rx), Math.abs(arc.ry)]
  if (rx === 0 || ry === 0) return [...to]
  if (from[0] === to[0] && from[1] === to[1]) return []
  const phi = (arc.turn * Math.PI) / 180
  const [cos, sin] = [Math.cos(phi), Math.sin(phi)]
  const [hx, hy] = [(from[0] - to[0]) / 2, (from[1] - to[1]) / 2]
  const [x, y] = [cos * hx + sin * hy, -sin * hx + cos * hy]
  const reach = Math.sqrt((x / rx) ** 2 + (y / ry) ** 2)
  if (reach > 1) [rx, ry] = [rx * reach, ry * reach]
  const squared = Math.max(0, 1 / ((x / rx) ** 2 + (y / ry) ** 2) - 1)
  const side = (arc.large === arc.sweep ? -1 : 1) * Math.sqrt(squared)
  const [cx, cy] = [(side * rx * y) / ry, (-side * ry * x) / rx]
  const begin = Math.atan2((y - cy) / ry, (x - cx) / rx)
  let angle = Math.atan2((-y - cy) / ry, (-x - cx) / rx) - begin
  if (arc.sweep && angle < 0) angle += 2 * Math.PI
  if (!arc.sweep && angle > 0) angle -= 2 * Math.PI
  const [mx, my] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
  const steps = arcSteps(Math.max(rx, ry), Math.abs(angle), tolerance)
  const points: number[] = []
  for (let k = 1; k < steps; k++) {
    const at = begin + (angle * k) / steps
    const [ex, ey] = [cx + rx * Math.cos(at), cy + ry * Math.sin(at)]
    points.push(cos * ex - sin * ey + mx, sin * ex + cos * ey + my)
  }
  points.push(to[0], to[1])
  return points
}

/** So many chords of a circle stay within the tolerance (the sagitta, r (1 - cos(step / 2))). */
export function arcSteps(radius: number, angle: number, tolerance: number): number {
  const step = 2 * Math.acos(Math.max(0, 1 - Math.min(1, tolerance / radius)))
  return Math.min(MOST_STEPS, Math.max(2, Math.ceil(angle / step) || 2))
}
