/** Builds the page people draw on: one HTML file with its style and script inside. */

import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { enginePlugin } from './build.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const PAGE = resolve(here, '../src/strokebook/pipeline/publishing/draw.html')

/** For tests and for looking: the page with a made-up engine instead of ours. */
const mockEngine = {
  name: 'mock-engine',
  setup({ onResolve }) {
    onResolve({ filter: /\/engine_door$/ }, () => ({ path: join(here, 'draw/dev/mock_engine.ts') }))
  },
}

/**
 * Write the page; returns its sizes in bytes and its digest. `mock`: with a made-up engine inside.
 */
export async function buildPage(output = PAGE, { mock = false } = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'draw/src/main.tsx')],
    bundle: true,
    minify: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    absWorkingDir: here,
    plugins: mock ? [mockEngine] : [enginePlugin()],
  })
  const text = (suffix) => outputFiles.find(({ path }) => path.endsWith(suffix)).text.trim()
  const template = await readFile(join(here, 'draw/src/page.html'), 'utf8')
  const html = template
    .replace('/* strokebook:style */', () => text('.css'))
    .replace('/* strokebook:script */', () => text('.js').replaceAll('</script', '<\\/script'))
  await mkdir(dirname(output), { recursive: true })
  await writeFile(`${output}.part`, html)
  await rename(`${output}.part`, output)
  const digest = createHash('sha256').update(html).digest('hex')
  return { bytes: Buffer.byteLength(html), gzipped: gzipSync(html, { level: 9 }).length, digest }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2)
  const mock = words.includes('--mock')
  const [output] = words.filter((word) => !word.startsWith('--'))
  const { bytes, gzipped } = await buildPage(output && resolve(output), { mock })
  console.log(`page: ${bytes} bytes, ${gzipped} gzipped`)
}
