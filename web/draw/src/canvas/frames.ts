/** One loop for all that moves: painters run once a frame, and only while one has work. */

/** Paints what has changed; true: wants the next frame as well. */
export type Painter = (now: number) => boolean

const painters = new Set<Painter>()
let asked = 0

/** Let a painter join; returns how it leaves. */
export function join(painter: Painter): () => void {
  painters.add(painter)
  wake()
  return () => painters.delete(painter)
}

/** Something has changed: paint with the next frame. */
export function wake(): void {
  if (!asked) asked = requestAnimationFrame(run)
}

function run(now: number): void {
  asked = 0
  let more = false
  for (const painter of painters) more = painter(now) || more
  if (more) wake()
}

let motion: MediaQueryList | undefined

/** Whether a person has asked for less that moves; asked by every painter in every frame. */
export function reducedMotion(): boolean {
  motion ??= matchMedia('(prefers-reduced-motion: reduce)')
  return motion.matches
}
