/** `node engine/bench.mjs`: how fast the engine draws in Node, by model and by kernel. */
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { enginePlugin } from '../build.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const outfile = join(tmpdir(), `strokebook-bench-${process.pid}.mjs`)
await build({
  entryPoints: [join(here, 'test/bench.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  plugins: [enginePlugin()],
  logLevel: 'warning',
})
try {
  await import(pathToFileURL(outfile).href)
} finally {
  await rm(outfile)
}
