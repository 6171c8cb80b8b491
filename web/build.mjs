/**
 * Builds the engine: `node build.mjs` gives `engine/dist/`; see `buildEngine`.
 *
 * Everything that is built depends on the sources and the pinned tools alone, so that building
 * again gives the same bytes.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const web = dirname(fileURLToPath(import.meta.url))
const engine = join(web, 'engine')
const run = promisify(execFile)

const TARGET = 'es2022'
const KERNEL = join(engine, 'src/kernel/assembly/lanes.ts')
const ASC = join(web, 'node_modules/assemblyscript/bin/asc.js')
const ASC_OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd']

/** The kernel's WebAssembly in base64; kept beside the tools by the digest of its source. */
export function buildKernel() {
  return (kernel ??= compileKernel())
}

let kernel

async function compileKernel() {
  const digest = createHash('sha256').update(await readFile(KERNEL))
  digest.update(JSON.stringify(ASC_OPTIONS)).update(await readFile(join(web, 'package-lock.json')))
  const kept = join(web, 'node_modules/.cache', `kernel-${digest.digest('hex').slice(0, 16)}.wasm`)
  const known = await readFile(kept).catch(() => null)
  if (known) return known.toString('base64')
  const out = join(tmpdir(), `kernel-${process.pid}.wasm`)
  await run(process.execPath, [ASC, KERNEL, ...ASC_OPTIONS, '--outFile', out], { cwd: web })
  const bytes = await readFile(out)
  await rm(out)
  await mkdir(dirname(kept), { recursive: true })
  await writeFile(kept, bytes)
  return bytes.toString('base64')
}

/** esbuild's plugin for modules that use the engine: its kernel, and its Worker's program. */
export function enginePlugin({ minify = true } = {}) {
  return {
    name: 'strokebook-engine',
    setup(builder) {
      builder.onResolve({ filter: /^strokebook:(worker|kernel)$/ }, ({ path }) => ({
        path,
        namespace: 'strokebook',
      }))
      builder.onLoad({ filter: /./, namespace: 'strokebook' }, async ({ path }) => ({
        contents: path === 'strokebook:kernel' ? await buildKernel() : await buildWorker(minify),
        loader: 'text',
      }))
    },
  }
}

/** The Worker's program as one text. */
async function buildWorker(minify) {
  const result = await build({
    entryPoints: [join(engine, 'src/studio/worker.ts')],
    bundle: true,
    write: false,
    minify,
    format: 'iife',
    target: TARGET,
    plugins: [enginePlugin({ minify })],
    logLevel: 'warning',
  })
  return result.outputFiles[0].text
}

/** The engine as one ESM file without imports, and its types: `engine/dist/`. */
export async function buildEngine() {
  const out = join(engine, 'dist')
  await rm(out, { recursive: true, force: true })
  const common = {
    entryPoints: [join(engine, 'src/index.ts')],
    bundle: true,
    format: 'esm',
    target: TARGET,
    minify: true,
    plugins: [enginePlugin()],
    logLevel: 'warning',
  }
  await build({ ...common, outfile: join(out, 'index.js') })
  await writeTypes(out)
  await copyFile(join(web, '../LICENSE'), join(out, 'LICENSE'))
  return join(out, 'index.js')
}

/** `index.d.ts` and `api.d.ts`: the public types, of which no other file's is part. */
async function writeTypes(out) {
  const tsc = join(web, 'node_modules/typescript/bin/tsc')
  const made = join(out, 'types')
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', made]
  await run(process.execPath, [tsc, '-p', join(engine, 'tsconfig.json'), ...options], { cwd: web })
  const api = await readFile(join(made, 'api.d.ts'), 'utf8')
  const index = [
    "import type { Engine, EngineOptions } from './api.js';",
    "export * from './api.js';",
    '/** Start an engine: in a Worker and with WASM, where they can be had. */',
    'export declare function createEngine(options?: EngineOptions): Promise<Engine>;',
    '',
  ].join('\n')
  await rm(made, { recursive: true })
  await writeFile(join(out, 'api.d.ts'), api)
  await writeFile(join(out, 'index.d.ts'), index)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildEngine()
