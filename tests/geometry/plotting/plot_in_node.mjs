// Plots drawings as the page does: JSON [{kept, options}] in, each plot's layers and measures out.
// Arguments: esbuild's main module, and plotter.ts.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [esbuild, plotter] = process.argv.slice(2)
const { build } = (await import(pathToFileURL(esbuild).href)).default
const bundle = await build({ entryPoints: [plotter], bundle: true, format: 'esm', write: false })
const code = Buffer.from(bundle.outputFiles[0].contents).toString('base64')
const { toPlotter } = await import(`data:text/javascript;base64,${code}`)

const out = JSON.parse(readFileSync(0, 'utf8')).map(({ kept, options }) => {
  const strokes = kept.strokes.map(({ by, points }) => ({ by, points: Float32Array.from(points) }))
  const plot = toPlotter({ ...kept, strokes }, options)
  const layers = plot.layers.map(({ name, paths }) => ({ name, paths: paths.map((p) => [...p]) }))
  const { metres, lifts, minutes } = plot
  return { layers, metres, lifts, minutes }
})
process.stdout.write(JSON.stringify(out))
