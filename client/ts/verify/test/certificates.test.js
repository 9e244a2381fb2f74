// Certificates that every implementation has to judge alike: testutil/vectors/certificates.json.
import { sha256 } from '@noble/hashes/sha2.js'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { writePage } from '../dist/certificate.js'
import { clean } from '../dist/words.js'
import { isPage, parseTrust, readPage, verify, verifyPage } from '../dist/index.js'
import { quick } from '../dist/node.js'

const folder = process.env.VECTORS_DIR ? process.env.VECTORS_DIR + '/' : new URL('../../../../testutil/vectors/', import.meta.url)
const certificates = new URL('../../client/proof/certificate/', typeof folder === 'string' ? new URL('file://' + folder) : folder)
const read = (name) => JSON.parse(readFileSync(typeof folder === 'string' ? folder + name : new URL(name, folder), 'utf8'))
const proofs = new Map(read('proofs.json').proofs.map((p) => [p.name, p]))
const { pages, changed } = read('certificates.json')

const bytes = (text) => Uint8Array.from(Buffer.from(text, 'hex'))
const policy = (p) => ({ now: new Date(p.now), period: p.period, quick })
/** What is proved, but can't be said here: of rights, and of terms on offer. */
const isUnsaid = (p) => p.kind === 'rights' || p.kind === 'offers'

const written = new Map()
for (const c of pages) {
  const p = proofs.get(c.of)
  if (isUnsaid(p)) continue
  const proven = verify(bytes(p.file), parseTrust(p.trust), policy(p))
  const about = { proof: bytes(p.file), name: c.name, content: c.content ?? '', checked: c.checked, period: p.period }
  written.set(c.of, Buffer.from(writePage(proven, about)))
}

test('pages are written as Go writes them, and hold', () => {
  for (const c of pages.filter((c) => written.has(c.of))) {
    const p = proofs.get(c.of)
    const page = written.get(c.of)
    assert.equal(Buffer.from(sha256(page)).toString('hex'), c.sha256, `${c.of}: ${process.env.SHOW ? page : ''}`)
    assert.equal(page.length, c.size)
    assert.ok(isPage(page) && !isPage(bytes(p.file)))
    const verdict = verifyPage(page, parseTrust(p.trust), policy(p))
    assert.equal(verdict.result, 'proved', verdict.why)
    assert.equal(verdict.page.headline, c.headline)
    assert.equal(readPage(page).name, c.name)
    const [height, hash] = p.trust.split(':')
    const other = parseTrust(height + ':' + (hash[0] === '0' ? '1' : '0') + hash.slice(1))
    assert.equal(verifyPage(page, other, policy(p)).result, 'refuted')
    assert.equal(verifyPage(page, parseTrust('999999:' + hash), policy(p)).result, 'unverified')
  }
  assert.ok(written.size >= 20, `${written.size} pages`)
})

// Pages of what a short chain has none of: a withdrawn claim, titles that are markup, a dispute that was appealed.
test('pages of all kinds are written as Go writes them', () => {
  const kept = JSON.parse(readFileSync(new URL('testdata/pages.json', certificates), 'utf8'))
  const header = ({ height, hash, time }) => ({ height: BigInt(height), hash: bytes(hash), time })
  let same = 0
  for (const [name, p] of Object.entries(kept)) {
    const proven = {
      ...p, chainId: p.chain_id, height: BigInt(p.height), trusted: header(p.trusted), trustedTime: p.trusted.time,
      last: header(p.last), headers: p.headers.map(header),
    }
    const about = {
      proof: Buffer.from('the bytes of the proof'), name: "song of 'A'.proof", content: p.compared_with ?? '',
      checked: '2026-11-30T18:41:20Z', period: 14 * 24 * 3600,
    }
    if (isUnsaid(p) && name !== 'no-offers') {
      assert.throws(() => writePage(proven, about), { result: 'unsupported' }, name)
      continue
    }
    const page = writePage(proven, about)
    assert.equal(Buffer.from(sha256(Buffer.from(page))).toString('hex'), p.sha256, `${name}: ${process.env.SHOW ? page : ''}`)
    same++
  }
  assert.ok(same >= 13, `${same} pages`)
})

test('pages in which one byte was changed are judged alike', () => {
  const seen = {}
  for (const c of changed.filter((c) => written.has(c.of))) {
    const p = proofs.get(c.of)
    const page = Uint8Array.from(written.get(c.of))
    page[c.at] = c.to
    const got = isPage(page) ? verifyPage(page, parseTrust(p.trust), policy(p)) : { result: 'unreadable' }
    assert.equal(got.result, c.result, `byte ${c.at} of ${c.of} is ${c.to}: ${got.why}`)
    seen[got.result] = (seen[got.result] ?? 0) + 1
  }
  console.log('changed certificates:', seen)
  assert.ok(seen.refuted + seen.unreadable >= 1000)
})

test('a maker says no more than names of files and a time', () => {
  let longer = 0
  for (const c of pages.filter((c) => written.has(c.of))) {
    const p = proofs.get(c.of)
    const trust = parseTrust(p.trust)
    const proven = verify(bytes(p.file), trust, policy(p))
    const made = (content, period) => Buffer.from(writePage(proven, { proof: bytes(p.file), name: c.name, content, checked: c.checked, period }))
    if (proven.hops > 0) {
      assert.equal(verifyPage(made('', 100 * p.period), trust, policy(p)).result, 'unverified', c.of)
      longer++
    }
    if (!proven.content) assert.equal(verifyPage(made("it is Mallory's.pdf", p.period), trust, policy(p)).result, 'refuted', c.of)
  }
  assert.ok(longer > 0)
})

test('a proof of another chain is not called proved where one is named', () => {
  const [c] = pages.filter((c) => written.has(c.of))
  const p = proofs.get(c.of)
  const page = written.get(c.of)
  const { chainId } = verifyPage(page, parseTrust(p.trust), policy(p))
  assert.equal(verifyPage(page, parseTrust(p.trust), { ...policy(p), chainId }).result, 'proved')
  const other = verifyPage(page, parseTrust(p.trust), { ...policy(p), chainId: chainId + '0' })
  assert.equal(other.result, 'unverified')
  assert.match(other.why, new RegExp(chainId))
})

test('what prints does not depend on the version of Unicode', () => {
  assert.equal(clean('a\u0378\u1c89\u{1fadc}'), 'a\u0378\u1c89\u{1fadc}')
  assert.equal(clean('\ud800\u202e\u00a0\ue000\n\ufffd\u{10ffff}b'), '???????b')
})

test('what takes words that are not here is not called proved', () => {
  for (const c of pages.filter((c) => !written.has(c.of))) {
    // Any page around the proof: its words are not compared.
    const page = Buffer.from(written.get('claim 0').toString('utf8').replace(/\n[^\n]*\n-->\n$/, '\n-->\n'), 'utf8')
    const proof = bytes(proofs.get(c.of).file)
    const lines = Buffer.from(proof).toString('base64').replace(/(.{76})(?=.)/g, '$1\n')
    const head = page.toString('utf8').split('\n<!-- stemma certificate 1\n')
    const made = `${head[0]}\n<!-- stemma certificate 1\n${head[1].split('\n')[0]}\n${lines}\n-->\n`
    assert.equal(verifyPage(Buffer.from(made), parseTrust(proofs.get(c.of).trust), policy(proofs.get(c.of))).result, 'unsupported', c.of)
  }
})
