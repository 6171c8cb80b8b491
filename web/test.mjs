/** Bundles the tests of all rooms into a temporary folder and runs them: `node test.mjs [WORD]`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const web = dirname(fileURLToPath(import.meta.url))
const word = process.argv[2] ?? ''
const tests = readdirSync(web, { withFileTypes: true })
  .filter((room) => room.isDirectory() && existsSync(join(web, room.name, 'test')))
  .flatMap((room) =>
    readdirSync(join(web, room.name, 'test'))
      .filter((name) => name.endsWith('.test.ts') && name.includes(word))
      .map((name) => join(web, room.name, 'test', name)),
  )
const folder = mkdtempSync(join(tmpdir(), 'strokebook-web-'))
try {
  await build({
    entryPoints: tests,
    outdir: folder,
    outbase: web,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
  })
  const bundled = tests.map((t) => join(folder, t.slice(web.length).replace(/\.ts$/, '.mjs')))
  const run = spawnSync(process.execPath, ['--test', ...bundled], { stdio: 'inherit' })
  process.exitCode = run.status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
