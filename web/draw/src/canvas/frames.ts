/** One loop for all that moves: painters run once a frame, and only while one has work. */

/** Paints what has changed; true: wants the next frame as well. */
export type Painter = (now: number) => boolean

const painters = new Set<Painter>()
const patient = new Set<Painter>()
/** ms of a frame after which patient painters wait: the browser needs the rest of 16.7. */
const BUDGET = 3
let asked = 0

/** Let a painter join; returns how it leaves. */
export function join(painter: Painter): () => void {
  painters.add(painter)
  wake()
  return () => painters.delete(painter)
}

/** Let a painter join that may wait for the next frame where this one has no time left. */
export function joinPatiently(painter: Painter): () => void {
  patient.add(painter)
  wake()
  return () => patient.delete(painter)
}

/** Something has changed: paint with the next frame. */
export function wake(): void {
  if (!asked) asked = requestAnimationFrame(run)
}

function run(now: number): void {
  asked = 0
  const begun = performance.now()
  let more = false
  for (const painter of painters) more = painter(now) || more
  const left = () => performance.now() - begun < BUDGET
  if (paintInTurn(patient, now, left) || more) wake()
}

/**
 * Let painters paint in turn while there is time, the first of them in any case; who has painted
 * stands last in the next frame. True: one wants the next frame, or had no time in this.
 */
export function paintInTurn(queue: Set<Painter>, now: number, left: () => boolean): boolean {
  let more = false
  let first = true
  for (const painter of [...queue]) {
    if (!first && !left()) return true
    first = false
    more = painter(now) || more
    if (queue.delete(painter)) queue.add(painter)
  }
  return more
}

let motion: MediaQueryList | undefined

/** Whether a person has asked for less that moves; asked by every painter in every frame. */
export function reducedMotion(): boolean {
  motion ??= matchMedia('(prefers-reduced-motion: reduce)')
  return motion.matches
}
