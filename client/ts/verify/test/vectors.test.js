// Proofs that every implementation has to judge alike: testutil/vectors/proofs.json, or the file that VECTORS names.
import { sha256 } from '@noble/hashes/sha2.js'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { checkContent, parseTrust, verify } from '../dist/index.js'
import { quick } from '../dist/node.js'

const path = process.env.VECTORS ?? new URL('../../../../testutil/vectors/proofs.json', import.meta.url)
const vectors = JSON.parse(readFileSync(path, 'utf8'))
const byName = new Map(vectors.proofs.map((p) => [p.name, p]))

const fromHex = (text) => Uint8Array.from(Buffer.from(text, 'hex'))

const judge = (p, file, more = {}) => verify(file, parseTrust(p.trust), { now: new Date(p.now), period: p.period, ...more })

/** What is proved, but can't be computed here. */
const isUnsupported = (p) => p.kind === 'rights'

for (const p of vectors.proofs) {
  test(`${p.name} is ${p.result}`, () => {
    const got = judge(p, fromHex(p.file))
    if (p.result === 'proved' && isUnsupported(p)) {
      assert.equal(got.result, 'unsupported', got.why)
      return
    }
    assert.equal(got.result, p.result, got.why)
    if (p.result !== 'proved') return
    assert.equal(got.chainId, p.chain_id)
    assert.equal(got.kind, p.kind)
    assert.equal(got.height, BigInt(p.height))
    assert.equal(got.time, p.time)
    assert.deepEqual(got.question, p.question)
    assert.deepEqual(got.answer, p.answer)
  })
}

/** A changed file, as testutil/vectors/proof.go makes it. */
function changed(file, c) {
  const end = file.length - (c.sum ? 8 : 0)
  const bytes = Buffer.concat([file.subarray(0, c.at), fromHex(c.put), file.subarray(c.at + c.cut, end)])
  return c.sum ? Buffer.concat([bytes, sha256(bytes).subarray(0, 8)]) : bytes
}

test('changed proofs are judged alike', () => {
  const seen = {}
  const other = []
  vectors.changed.forEach((c, i) => {
    const p = byName.get(c.of)
    const got = judge(p, Uint8Array.from(changed(fromHex(p.file), c)))
    const want = c.result === 'proved' && isUnsupported(p) ? 'unsupported' : c.result
    if (got.result !== want) other.push(`change ${i} of ${c.of} (${JSON.stringify(c)}) is ${want}, got ${got.result}: ${got.why}`)
    seen[got.result] = (seen[got.result] ?? 0) + 1
  })
  assert.deepEqual(other, [])
  assert.ok(vectors.changed.length >= 2000)
  console.log(`${vectors.changed.length} changed proofs:`, seen)
})

test('signatures count neither too late nor ahead of the clock', () => {
  const p = byName.get('claim 0, signed')
  const at = (now, period) => verify(fromHex(p.file), parseTrust(p.trust), { now: new Date(now), period }).result
  const signed = Date.parse(p.time)
  assert.equal(at(signed - 60_000, 3600), 'proved')
  assert.equal(at(signed - 60_001, 3600), 'unverified')
  const trusted = Date.parse(byName.get('a header ahead of the clock').now) + 3_600_000 // it is an hour before that header
  assert.equal(at(trusted + 3_599_999, 3600), 'proved')
  assert.equal(at(trusted + 3_600_000, 3600), 'unverified')
})

test('a proof is about one content', () => {
  const claim = judge(byName.get('claim 0'), fromHex(byName.get('claim 0').file))
  checkContent(claim, fromHex(claim.answer.work.sha256))
  assert.throws(() => checkContent(claim, new Uint8Array(32)), { result: 'refuted' })
  const title = judge(byName.get('title 5'), fromHex(byName.get('title 5').file))
  assert.throws(() => checkContent(title, new Uint8Array(32)), { result: 'refuted' })
})

test('a trusted header is written in one way', () => {
  const hash = 'ab'.repeat(32)
  assert.equal(parseTrust(`4711:${hash}`).height, 4711n)
  for (const text of ['', hash, `0:${hash}`, `-1:${hash}`, `4711:${hash}00`, `9223372036854775808:${hash}`]) {
    assert.throws(() => parseTrust(text), /no trusted header/)
  }
})

test('a proof with a signed header takes little time', () => {
  const p = byName.get('claim, signed by 67 of 100 validators')
  const file = fromHex(p.file)
  for (const [name, more] of [['noble', {}], ["Node's ed25519", { quick }], ['an ed25519 that refuses all', { quick: () => false }]]) {
    const times = Array.from({ length: 10 }, () => {
      const from = performance.now()
      assert.equal(judge(p, file, more).result, 'proved')
      return performance.now() - from
    }).sort((a, b) => a - b)
    console.log(`${p.name}, ${name}: ${times[5].toFixed(1)} ms`)
  }
})
