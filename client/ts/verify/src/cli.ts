#!/usr/bin/env node
// Usage: node dist/cli.js FILE.proof --trust HEIGHT:HASH
// Exit codes: 0 proved, 16 refuted, 17 not verified, 18 unreadable, 19 not supported here, 1 wrong usage.
import { readFileSync } from 'node:fs'
import { parseTrust, verify } from './index.js'
import { quick } from './node.js'

const codes = { proved: 0, refuted: 16, unverified: 17, unreadable: 18, unsupported: 19 }
const [file, flag, trust] = process.argv.slice(2)
if (!file || flag !== '--trust' || !trust) {
  console.error('usage: node dist/cli.js FILE.proof --trust HEIGHT:HASH')
  process.exit(1)
}
let verdict
try {
  verdict = verify(readFileSync(file), parseTrust(trust), { quick })
} catch (e) {
  console.error(e instanceof Error ? e.message : e)
  process.exit(1)
}
console.log(JSON.stringify(verdict, (name, v) => (name === 'trusted' ? trust : typeof v === 'bigint' ? v.toString() : v), 2))
process.exit(codes[verdict.result])
