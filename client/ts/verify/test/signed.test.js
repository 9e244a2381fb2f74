// Headers that follow from a trusted one by signatures, of sets made here: what counts as enough, and what is refused.
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { verify } from '../dist/index.js'
import { fixed, moment, number, sized } from '../dist/proto.js'
import { readHeader, ValidatorSet } from '../dist/signed.js'
import { field, Reader, uvarint } from '../dist/wire.js'

const path = process.env.VECTORS ?? new URL('../../../../testutil/vectors/proofs.json', import.meta.url)
const claim = JSON.parse(readFileSync(path, 'utf8')).proofs.find((p) => p.name === 'claim 0')
const concat = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)))
const chainId = Buffer.from(claim.chain_id)

// What the vector proves under its header, to be proved under one of ours.
const file = Buffer.from(claim.file, 'hex')
const from = new Reader(file.subarray(14 + 1 + chainId.length, -8))
const { app } = readHeader(from, chainId)
const rest = file.subarray(14 + 1 + chainId.length + from.at + 1, -8) // behind the number of hops

const secrets = Array.from({ length: 6 }, (_, i) => sha256(Buffer.from(`validator ${i}`)))
const keys = secrets.map((s) => ed25519.getPublicKey(s))
const setOf = (...powers) => new ValidatorSet(powers.flatMap((p, i) => (p > 0 ? [{ key: keys[i], power: BigInt(p) }] : [])))

function header({ height, seconds, validators, next, app }) {
  const any = (n) => sha256(Uint8Array.of(n))
  return concat(
    uvarint(11), uvarint(1), uvarint(height), uvarint(1767225600 + seconds), uvarint(0), uvarint(0), any(1), any(2), validators.hash,
    next.hash, any(3), app, any(4), any(5), any(6).subarray(0, 20),
  )
}

function difference(before, now) {
  const all = new Map([...before, ...now].map((v) => [Buffer.from(v.key).toString('hex'), 0n]))
  for (const v of now) all.set(Buffer.from(v.key).toString('hex'), v.power)
  const was = new Map(before.map((v) => [Buffer.from(v.key).toString('hex'), v.power]))
  const changed = [...all].filter(([key, power]) => (was.get(key) ?? 0n) !== power).sort(([a], [b]) => (a < b ? -1 : 1))
  return concat(uvarint(changed.length), ...changed.map(([key, power]) => concat(Buffer.from(key, 'hex'), uvarint(power))))
}

/** Judges a proof of one hop; signed are the keys that sign. */
function judge({ trusted, set = trusted, signed, height = 9, seconds = 9, known = trusted, signature }) {
  const first = header({ height: 5, seconds: 5, validators: trusted, next: trusted, app: sha256(Uint8Array.of(9)) })
  const to = header({ height, seconds, validators: set, next: set, app })
  const { hash, time } = readHeader(new Reader(to), chainId)
  const block = concat(sized(1, hash), sized(2, concat(number(1, 1), sized(2, hash))))
  const vote = concat(number(1, 2), fixed(2, BigInt(height)), sized(4, block), sized(5, moment(time)), sized(6, chainId))
  const places = set.list.flatMap((v, place) => (signed.some((i) => Buffer.from(keys[i] ?? i).equals(v.key)) ? [place] : []))
  const bits = places.reduce((all, place) => all | (1 << place), 0)
  const sign = (place) => ed25519.sign(field(vote), secrets[keys.findIndex((k) => Buffer.from(k).equals(set.list[place].key))])
  const body = concat(
    file.subarray(0, 14), field(chainId), first, uvarint(1), difference([], known.list), difference(known.list, set.list), to, uvarint(0),
    uvarint(1), hash, [bits], ...places.map((p) => concat(uvarint(0), signature ?? sign(p))), rest,
  )
  const trust = { height: 5n, hash: readHeader(new Reader(first), chainId).hash }
  const verdict = verify(concat(body, sha256(body).subarray(0, 8)), trust, { now: new Date((1767225600 + 60) * 1000) })
  return verdict.result === 'proved' ? 'proved' : `${verdict.result}: ${verdict.why}`
}

test('over two thirds have to sign, and no more', () => {
  const trusted = setOf(10, 10, 10)
  assert.match(judge({ trusted, signed: [0, 1] }), /^unreadable.*20 of 30 power, not over two thirds/)
  assert.equal(judge({ trusted, signed: [0, 1, 2] }), 'proved')
  const four = setOf(10, 10, 10, 9)
  assert.match(judge({ trusted: four, signed: [0, 1, 2, 3] }), /^unreadable.*more signatures than are needed/)
  assert.equal(judge({ trusted: four, signed: [0, 1, 2] }), 'proved')
})

test('these have to be over a third of those that are trusted', () => {
  const trusted = setOf(10, 10, 10)
  assert.match(judge({ trusted, set: setOf(10, 0, 0, 99), signed: [3] }), /^refuted.*not over a third/)
  assert.match(judge({ trusted, set: setOf(10, 0, 0, 10, 10), signed: [0, 3, 4] }), /^refuted.*not over a third/)
  assert.equal(judge({ trusted, set: setOf(10, 10, 0, 10), signed: [0, 1, 3] }), 'proved')
})

test('right behind the trusted header the set is the one that it names', () => {
  const trusted = setOf(10, 10, 10)
  assert.equal(judge({ trusted, signed: [0, 1, 2], height: 6 }), 'proved')
  assert.match(judge({ trusted, set: setOf(10, 10, 8), signed: [0, 1], height: 6 }), /^refuted.*has not the validators/)
  assert.match(judge({ trusted, known: setOf(10, 10, 11), signed: [0, 1, 2] }), /^refuted.*names another next set/)
})

test('it comes later, in height and in time', () => {
  const trusted = setOf(10, 10, 10)
  assert.match(judge({ trusted, signed: [0, 1, 2], height: 5 }), /^refuted.*does not come after/)
  assert.match(judge({ trusted, signed: [0, 1, 2], seconds: 5 }), /^refuted.*does not come after/)
})

// By ZIP-215, which the chain goes by, this signs everything: Node's own ed25519 refuses it.
test('signatures count by ZIP-215', () => {
  const key = Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex')
  const trusted = new ValidatorSet([{ key, power: 10n }])
  assert.equal(judge({ trusted, signed: [key], signature: concat(key, Buffer.alloc(32)) }), 'proved')
  assert.match(judge({ trusted, signed: [key], signature: concat(key, Buffer.alloc(32, 1)) }), /^refuted.*is not its validator's/)
})
