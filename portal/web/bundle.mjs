// Usage: node bundle.mjs OUT      Writes what pages run in browsers, one file a source, into a folder.
import { build } from 'esbuild'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const [out] = process.argv.slice(2)
if (!out) throw new Error('usage: node bundle.mjs OUT')

await build({
  entryPoints: ['check.js', 'act.js'].map((name) => join(process.env.SOURCES ?? join(here, 'src'), name)),
  outdir: out,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'inline',
  nodePaths: [join(here, 'node_modules')],
})
