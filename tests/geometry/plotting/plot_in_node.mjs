// Plots a drawing as the page does: JSON {kept, options} in, the plot's layers and measures out.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const { toPlotter } = await import(pathToFileURL(process.argv[2]).href)
const out = JSON.parse(readFileSync(0, 'utf8')).map(({ kept, options }) => {
  const strokes = kept.strokes.map(({ by, points }) => ({ by, points: Float32Array.from(points) }))
  const plot = toPlotter({ ...kept, strokes }, options)
  const layers = plot.layers.map(({ name, paths }) => ({ name, paths: paths.map((p) => [...p]) }))
  const { metres, lifts, minutes } = plot
  return { layers, metres, lifts, minutes }
})
process.stdout.write(JSON.stringify(out))
