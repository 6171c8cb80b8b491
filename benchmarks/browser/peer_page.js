/**
 * Nine drawings by @magenta/sketch and by ours, in one page: the same decoder, the same numbers of
 * points. Put in beside both libraries; Python calls it.
 */
globalThis.race = (() => {
  const TEMPERATURE = 0.4
  let [peer, model] = [null, null]

  /** Load the decoder into both; resolves with what our engine computes with. */
  async function load(decoder, file, engineModule) {
    peer = new ms.SketchRNN(decoder)
    await peer.initialize()
    const { createEngine } = await import(engineModule)
    const engine = await createEngine()
    model = await engine.load(await (await fetch(file)).arrayBuffer())
    return engine.kernel
  }

  /** Let the peer compute with this backend; false where it cannot. */
  async function useBackend(name) {
    try {
      if ((await ms.tf.setBackend(name)) === false || ms.tf.getBackend() !== name) return false
      await peer.initialize() // its weights belong to a backend
      drawOne(2)
      return true
    } catch {
      return false
    }
  }

  /** As the library's README has it, for so many points. */
  function drawOne(points) {
    let state = peer.update(peer.zeroInput(), peer.zeroState())
    for (let k = 0; k < points; k++) {
      const stroke = peer.sample(peer.getPDF(state, TEMPERATURE))
      state = peer.update(stroke, state)
    }
  }

  /** The peer draws one after the other; ms. */
  function theirs(counts) {
    const begun = performance.now()
    counts.forEach(drawOne)
    return performance.now() - begun
  }

  /** Ours draws n at once, with the line between the points; ms, and how many points each has. */
  async function ours(n, points, seed) {
    const begun = performance.now()
    const drawn = await model.sample({
      n, seed, maxPoints: points, choose: 'raw', temperature: TEMPERATURE,
    }).finished
    const ms = performance.now() - begun
    const counts = drawn.map(({ points: { strokes } }) =>
      strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0))
    return { ms, counts }
  }

  return { load, useBackend, theirs, ours }
})()
