#!/usr/bin/env node
// Usage: node dist/cli.js FILE.proof|FILE.html --trust HEIGHT:HASH
// Exit codes: 0 proved, 16 refuted, 17 not verified, 18 unreadable, 19 not supported here, 1 wrong usage.
import { readFileSync } from 'node:fs'
import { isPage, parseTrust, verify, verifyPage } from './index.js'
import { quick } from './node.js'

const codes = { proved: 0, refuted: 16, unverified: 17, unreadable: 18, unsupported: 19 }
const [file, flag, trust] = process.argv.slice(2)
if (!file || flag !== '--trust' || !trust) {
  console.error('usage: node dist/cli.js FILE.proof|FILE.html --trust HEIGHT:HASH')
  process.exit(1)
}
let verdict
try {
  const raw = Uint8Array.from(readFileSync(file))
  verdict = (isPage(raw) ? verifyPage : verify)(raw, parseTrust(trust), { quick })
} catch (e) {
  console.error(e instanceof Error ? e.message : e)
  process.exit(1)
}
const show = (name: string, v: unknown) =>
  name === 'trusted' ? trust : v instanceof Uint8Array ? Buffer.from(v).toString('hex').toUpperCase() : typeof v === 'bigint' ? v.toString() : v
console.log(JSON.stringify(verdict, show, 2))
process.exit(codes[verdict.result])
