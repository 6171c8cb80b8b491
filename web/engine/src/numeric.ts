/**
 * NumPy's and the C library's arithmetic, to the last bit where a comparison hangs on it.
 *
 * Features and thresholds of drawings on whole units meet ties; so sums are added up in NumPy's
 * order and lengths rounded as the C library rounds them.
 */

const SPLIT = 2 ** -54 // a shorter leg under this share of the longer one does not count

/** The longer side of a right triangle, as glibc (from 2.35 on) rounds it. */
export function hypot(x: number, y: number): number {
  const a = Math.max(Math.abs(x), Math.abs(y))
  const b = Math.min(Math.abs(x), Math.abs(y))
  if (b <= a * SPLIT) return a + b
  const h = Math.sqrt(a * a + b * b)
  let error: number
  if (h <= 2 * b) {
    const delta = h - b
    error = a * (2 * delta - a) + (delta - 2 * (a - b)) * delta
  } else {
    const delta = h - a
    error = 2 * delta * (a - 2 * b) + ((4 * delta - b) * b + delta * delta)
  }
  return h - error / (2 * h)
}

// A quarter of π and three: each as a double and what it lacks.
const DIAGONALS = [
  [0.7853981633974483, 3.061616997868383e-17],
  [2.356194490192345, 9.184850993605148e-17],
]

/**
 * Angle of a step, rounded rightly on diagonals.
 *
 * Steps of a drawing on whole units often lie at 45° but for their own rounding, where a bin
 * ends; engines round `Math.atan2` there as they like.
 */
export function atan2(y: number, x: number): number {
  const [high, wide] = [Math.abs(y), Math.abs(x)]
  if (!(Math.abs(high - wide) < 1e-9 * wide)) return Math.atan2(y, x)
  const [diagonal, rest] = DIAGONALS[x < 0 ? 1 : 0]
  const beyond = (high - wide) / (high + wide)
  return Math.sign(y) * (diagonal + (rest + (x < 0 ? -beyond : beyond)))
}

/** Sum in NumPy's order: eight partial sums within blocks of 128, halves of what is longer. */
export function sum(values: ArrayLike<number>, from = 0, to = values.length): number {
  const count = to - from
  if (count < 8) {
    let total = 0
    for (let k = from; k < to; k++) total += values[k]
    return total
  }
  if (count > 128) {
    const half = (count >> 1) - ((count >> 1) % 8)
    return sum(values, from, from + half) + sum(values, from + half, to)
  }
  const part = new Float64Array(8)
  const whole = to - (count % 8)
  for (let k = from; k < whole; k += 8) {
    for (let j = 0; j < 8; j++) part[j] += values[k + j]
  }
  let total = part[0] + part[1] + (part[2] + part[3]) + (part[4] + part[5] + (part[6] + part[7]))
  for (let k = whole; k < to; k++) total += values[k]
  return total
}

/** Mean; 0 divided by 0 where there is none. */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length
}

/** Running sums. */
export function cumulative(values: ArrayLike<number>): Float64Array {
  const out = new Float64Array(values.length)
  let total = 0
  for (let k = 0; k < out.length; k++) out[k] = total += values[k]
  return out
}

/** Middle of the values, or the mean of the middle two; not a number where there is none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Quantile of sorted values, linear between two of them. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const part = at - low
  const a = sorted[low]
  const b = sorted[Math.min(low + 1, sorted.length - 1)]
  return part >= 0.5 ? b - (b - a) * (1 - part) : a + (b - a) * part
}

/** Place of the first of ascending values that is not less. */
export function searchLeft(values: ArrayLike<number>, wanted: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Place of the first of ascending values that is greater. */
export function searchRight(values: ArrayLike<number>, wanted: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] <= wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** To whole numbers, halves to the even one. */
export function roundHalfEven(value: number): number {
  const low = Math.floor(value)
  const part = value - low
  if (part !== 0.5) return part < 0.5 ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}

/** How many values lie from each edge up to the next; the last edge itself counts too. */
export function histogram(values: ArrayLike<number>, edges: readonly number[]): Float64Array {
  const counts = new Float64Array(edges.length - 1)
  for (let k = 0; k < values.length; k++) {
    const last = values[k] === edges[edges.length - 1]
    const bin = last ? counts.length - 1 : searchRight(edges, values[k]) - 1
    if (bin >= 0 && bin < counts.length) counts[bin] += 1
  }
  return counts
}
