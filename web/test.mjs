/**
 * Runs the tests: `node test.mjs [PART...]`, a part of a test file's path. `--replay OUT` builds
 * the program by which a browser replays what Python drew (tests/browser/test_engine.py).
 *
 * Every `<room>/test/<name>.test.ts` is bundled into a temporary folder; `node --test` runs it.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { enginePlugin } from './build.mjs'

const web = dirname(fileURLToPath(import.meta.url))

/** A page's program that replays what Python drew: `engine/test/replay_page.ts` as one script. */
export async function buildReplay(outfile) {
  await build({
    entryPoints: [join(web, 'engine/test/replay_page.ts')],
    outfile,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    plugins: [enginePlugin()],
    logLevel: 'warning',
  })
}

async function testFiles(parts) {
  const files = await readdir(web, { recursive: true })
  return files
    .filter((file) => /^[^/\\]+[/\\]test[/\\].*\.test\.tsx?$/.test(file))
    .filter((file) => !parts.length || parts.some((part) => file.includes(part)))
    .sort()
}

/** Bundle the tests and run them. */
async function runTests(parts) {
  const folder = await mkdtemp(join(tmpdir(), 'strokebook-tests-'))
  try {
    const files = await testFiles(parts)
    const entryPoints = files.map((file) => ({
      in: join(web, file),
      out: `${basename(dirname(dirname(file)))}-${basename(file).replace(/\.tsx?$/, '')}`,
    }))
    await build({
      entryPoints,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      plugins: [enginePlugin({ minify: false })],
      logLevel: 'warning',
    })
    const tests = (await readdir(folder)).filter((name) => name.endsWith('.mjs'))
    const run = spawn(
      process.execPath,
      ['--enable-source-maps', '--test', ...tests.map((name) => join(folder, name))],
      { stdio: 'inherit' },
    )
    process.exitCode = await new Promise((end) => run.on('close', (code) => end(code ?? 1)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const [first, out] = process.argv.slice(2)
if (first === '--replay') await buildReplay(out)
else await runTests(process.argv.slice(2))
