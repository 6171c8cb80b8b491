/**
 * NumPy's SeedSequence (after O'Neill's seed_seq_fe): few words of a seed to many scattered ones.
 *
 * Entropy is hashed into a pool of four words, each of which then depends on all; the state is
 * hashed out of the pool.
 */

const POOL = 4
const [INIT_A, MULT_A] = [0x43b0d7e5, 0x931e8875]
const [INIT_B, MULT_B] = [0x8b51f9dd, 0x58f38ded]
const [MIX_L, MIX_R] = [0xca01f9dd, 0x4973f715]
const WORD = 2 ** 32

/**
 * `generate_state` of a sequence of a seed and a spawn key.
 *
 * @param seed A whole number from 0 to 2⁵³ - 1, as those of `spawnKey`.
 * @param count How many words of 32 bits.
 */
export function seedWords(seed: number, spawnKey: readonly number[], count: number): Uint32Array {
  const own = wordsOf(seed)
  while (spawnKey.length && own.length < POOL) own.push(0)
  return generated(mixed([...own, ...spawnKey.flatMap(wordsOf)]), count)
}

/** A whole number as words, the least first. */
function wordsOf(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`A seed or key of ${value}: use a whole number from 0 to 2⁵³ - 1.`)
  }
  return value < WORD ? [value] : [value % WORD, Math.floor(value / WORD)]
}

function mixed(entropy: number[]): Uint32Array {
  const pool = new Uint32Array(POOL)
  let constant = INIT_A
  const hash = (word: number): number => {
    let value = word ^ constant
    constant = Math.imul(constant, MULT_A)
    value = Math.imul(value, constant)
    return value ^ (value >>> 16)
  }
  for (let k = 0; k < POOL; k++) pool[k] = hash(entropy[k] ?? 0)
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]))
  }
  for (let from = POOL; from < entropy.length; from++) {
    for (let to = 0; to < POOL; to++) pool[to] = mix(pool[to], hash(entropy[from]))
  }
  return pool
}

function mix(x: number, y: number): number {
  const value = (Math.imul(MIX_L, x) - Math.imul(MIX_R, y)) | 0
  return value ^ (value >>> 16)
}

function generated(pool: Uint32Array, count: number): Uint32Array {
  const state = new Uint32Array(count)
  let constant = INIT_B
  for (let k = 0; k < count; k++) {
    let value = pool[k % POOL] ^ constant
    constant = Math.imul(constant, MULT_B)
    value = Math.imul(value, constant)
    state[k] = value ^ (value >>> 16)
  }
  return state
}
