/**
 * SFC64 (Doty-Humphrey 2010, PractRand) as NumPy has it; words of 64 bits as two halves of 32,
 * for BigInt takes fifty times as long.
 */

const WARM_UP = 12
const HALF = 2 ** 21 // 53 bits of a double: 32 of the upper half, 21 of the lower
const SCALE = 2 ** -53

export class Sfc64 {
  /** Lower and upper halves of a, b, c and the counter. */
  private readonly state = new Int32Array(8)

  /** @param seed Six words: a, b, c, the lower half of each first. */
  constructor(seed: Uint32Array) {
    this.state.set(seed.subarray(0, 6))
    this.state[6] = 1
    this.fill(new Float64Array(WARM_UP))
  }

  /** Uniform numbers in [0, 1) into `out`, each of 53 bits. */
  fill(out: Float64Array): Float64Array {
    let [aLow, aHigh, bLow, bHigh, cLow, cHigh, nLow, nHigh] = this.state
    for (let k = 0; k < out.length; k++) {
      const sum = (aLow + bLow) | 0
      const carry = sum >>> 0 < aLow >>> 0 ? 1 : 0
      const low = (sum + nLow) | 0
      const carry2 = low >>> 0 < sum >>> 0 ? 1 : 0
      const high = (aHigh + bHigh + nHigh + carry + carry2) | 0
      nLow = (nLow + 1) | 0
      if (nLow === 0) nHigh = (nHigh + 1) | 0
      aLow = bLow ^ ((bLow >>> 11) | (bHigh << 21))
      aHigh = bHigh ^ (bHigh >>> 11)
      bLow = (cLow + (cLow << 3)) | 0
      const carry3 = bLow >>> 0 < cLow >>> 0 ? 1 : 0
      bHigh = (cHigh + ((cHigh << 3) | (cLow >>> 29)) + carry3) | 0
      const left = (cLow << 24) | (cHigh >>> 8) // c turned left by 24 bits
      cHigh = (cHigh << 24) | (cLow >>> 8)
      cLow = (left + low) | 0
      const carry4 = cLow >>> 0 < low >>> 0 ? 1 : 0
      cHigh = (cHigh + high + carry4) | 0
      out[k] = ((high >>> 0) * HALF + (low >>> 11)) * SCALE
    }
    this.state.set([aLow, aHigh, bLow, bHigh, cLow, cHigh, nLow, nHigh])
    return out
  }
}
