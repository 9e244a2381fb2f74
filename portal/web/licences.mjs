// Usage: node licences.mjs OUT      Writes the licences and notices of the packages that bundles may hold, a file each.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const [out] = process.argv.slice(2)
if (!out) throw new Error('usage: node licences.mjs OUT')

mkdirSync(out, { recursive: true })
const { packages } = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8'))
for (const [path, { version, dev }] of Object.entries(packages)) {
  if (!path || dev) continue
  for (const name of readdirSync(join(here, path)).sort()) {
    if (!/^(licen[cs]e|notice|copying)/i.test(name)) continue
    const text = readFileSync(join(here, path, name), 'utf8').replaceAll('\r\n', '\n').trimEnd()
    const from = path.slice('node_modules/'.length).replaceAll('/', '+')
    writeFileSync(join(out, `${from}@${version}.${/^notice/i.test(name) ? 'NOTICE' : 'LICENSE'}.txt`), text + '\n')
  }
}
