// What the chain's own code wrote into testutil/vectors, made and judged here.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromHex, toHex } from '@cosmjs/encoding'
import * as stemma from 'stemma'
import * as x402 from 'stemma/x402'
import { leafOf } from '../dist/src/anchor.js'

const read = (name) => JSON.parse(readFileSync(join(process.env.VECTORS_DIR, name), 'utf8'))
const account = (hex) => stemma.account(fromHex(hex))
const refusedAs = (error) => (e) => e instanceof stemma.CodeError && e.is(error)

test('ids', () => {
  const ids = read('ids.json')
  for (const v of ids.works) {
    assert.equal(stemma.digest(new TextEncoder().encode(v.content)), v.digest)
    assert.equal(stemma.newWorkID(account(v.registrant), v.digest), v.id)
    assert.equal(toHex(stemma.idBytes(v.id)), v.bytes)
    assert.equal(stemma.parseWorkID(v.id), v.id)
  }
  for (const v of ids.terms) {
    const { Terms } = stemma.licensetypes
    const terms = Terms.fromPartial(stemma.fromJSON(Terms.$type, v.terms))
    assert.equal(toHex(Terms.encode(terms).finish()), v.protobuf)
    assert.equal(stemma.newTermsID(terms), v.id)
    assert.equal(stemma.newTermsID(stemma.blank(terms)), v.blanked_id)
  }
  for (const v of ids.grants) assert.equal(stemma.newGrantID(v.work, v.terms, account(v.licensee), BigInt(v.serial)), v.id)
  for (const v of ids.payment_channels) assert.equal(stemma.newPaymentChannelID(account(v.payer), BigInt(v.serial)), v.id)
  for (const v of ids.disputes) assert.equal(stemma.newDisputeID(v.work, account(v.challenger), v.serial), v.id)
  for (const v of ids.agents) assert.equal(stemma.newAgentID(account(v.registrant), v.name), v.id)
  for (const v of ids.attestations) assert.equal(stemma.newAttestationID(account(v.issuer), v.schema, v.subject, v.payload), v.id)
  for (const v of ids.fingerprints) assert.equal(stemma.fingerprintHash(v.scheme, v.value), v.hash)
  for (const v of ids.allow_lists) assert.equal(stemma.allowListDigest(v.licensees ?? []), v.digest)
  for (const v of ids.passes) assert.equal(stemma.passID(account(v.licensee), v.uses_of, v.work, v.terms), v.id)
  for (const { text, why } of ids.refused) {
    assert.throws(() => stemma.parseWorkID(text), refusedAs(stemma.codes.registry.ErrInvalidID), why)
  }
})

test('anchors', () => {
  const { trees, refused } = read('leaves.json')
  const proofOf = (p) => ({ index: BigInt(p.index), total: BigInt(p.total), path: p.path.map(fromHex) })
  for (const { root, leaves } of trees) {
    const nodes = leaves.map((v) => {
      const leaf = leafOf(v.chain_id, fromHex(v.account), fromHex(v.salt), fromHex(v.digest))
      assert.equal(toHex(leaf), v.leaf)
      assert.equal(toHex(stemma.anchorLeaf(v.chain_id, account(v.account), fromHex(v.salt), v.digest)), v.leaf)
      return leaf
    })
    const built = stemma.buildAnchor(nodes)
    assert.equal(toHex(built.root), root)
    for (const [i, v] of leaves.entries()) {
      assert.deepEqual(built.proofs[i], proofOf(v.proof))
      assert.ok(stemma.verifyAnchor(built.root, nodes[i], built.proofs[i]))
    }
  }
  for (const v of refused) assert.ok(!stemma.verifyAnchor(fromHex(v.root), fromHex(v.leaf), proofOf(v.proof)), v.why)
})

test('statements', () => {
  const { statements, salts } = read('statements.json')
  const { MsgDerive } = stemma.lineagetypes
  for (const { declaration, digest, chain_id, salt, leaf } of statements) {
    const msg = MsgDerive.fromPartial(stemma.fromJSON(MsgDerive.$type, declaration))
    assert.equal(stemma.statementDigest(msg.work, msg.sources, msg.record), digest)
    assert.equal(toHex(stemma.statementLeaf(chain_id, msg.owner, fromHex(salt), digest)), leaf)
    assert.notEqual(toHex(stemma.anchorLeaf(chain_id, msg.owner, fromHex(salt), digest)), leaf)
    const other = { ...msg.record, model: msg.record.model + 'x' }
    assert.notEqual(stemma.statementDigest(msg.work, msg.sources, other), digest)
  }
  for (const v of salts) assert.equal(toHex(stemma.batchSalt(fromHex(v.seed), BigInt(v.index))), v.salt)
})

test('vouchers', () => {
  const { private_key, key, good, refused } = read('vouchers.json')
  for (const { file, sign_bytes } of good) {
    const voucher = stemma.parseVoucher(JSON.stringify(file))
    assert.equal(toHex(stemma.voucherSignBytes(voucher)), sign_bytes)
    stemma.verifyVoucher(voucher, fromHex(key))
    assert.deepEqual(stemma.signVoucher(voucher, fromHex(private_key)), voucher)
    assert.equal(stemma.voucherText(voucher), JSON.stringify(file))
  }
  for (const { why, file } of refused) {
    assert.throws(() => stemma.verifyVoucher(stemma.parseVoucher(JSON.stringify(file)), fromHex(key)), stemma.CodeError, why)
  }
})

test('error codes have the names that they have in Go', () => {
  const listed = read('codes.json')
  assert.equal(Object.values(stemma.codes).flatMap(Object.keys).length, listed.length)
  for (const { module, name, codespace, code, words } of listed) {
    assert.deepEqual(stemma.codes[module][name], { codespace, code, words })
    const twice = listed.filter((v) => v.words === words).length > 1
    assert.deepEqual(stemma.codeOf(`work1abc: ${words}`), twice ? undefined : { codespace, code, words })
  }
})

test('terms and uses of decisions are read and written', () => {
  const { Terms, Use } = stemma.licensetypes
  for (const { terms, uses } of read('decisions.json')) {
    const read = Terms.fromPartial(stemma.fromJSON(Terms.$type, terms))
    assert.deepEqual(Terms.decode(Terms.encode(read).finish()), read)
    assert.equal(read.royaltyRate, terms.royalty_rate)
    assert.equal(read.maxGrants.toString(), terms.max_grants)
    for (const { use } of uses) {
      const asked = Use.fromPartial(stemma.fromJSON(Use.$type, use))
      assert.deepEqual(Use.decode(Use.encode(asked).finish()), asked)
    }
  }
})

test('x402', () => {
  const { commitments, asked, refused, holders } = read('x402.json')
  for (const { requirement, nonce, memo } of commitments) assert.equal(x402.memo(requirement, fromHex(nonce)), memo)
  for (const v of asked) {
    const messages = x402.messagesOf(v.requirement, account(v.account))
    assert.deepEqual(messages.map(({ typeUrl, value }) => {
      return { typeUrl, value: { ...value, ...(value.serial && { serial: 1n }) } } // the payer's choice
    }), v.messages.map(({ type_url: typeUrl, value }) => {
      return { typeUrl, value: stemma.typeOf(typeUrl.slice(1)).decode(fromHex(value)) } // Go writes some empty fields too
    }))
  }
  for (const { why, requirement } of refused) assert.throws(() => x402.messagesOf(requirement, account('01'.repeat(20))), /not paid/, why)
  for (const v of holders) {
    assert.equal(toHex(x402.holderBytes(v.network, v.resource, v.account, v.agent, v.time)), v.sign_bytes)
    const acting = v.agent ? { agent: v.agent, controller: v.account } : undefined
    const header = x402.holderHeader('stemma-1', v.resource, fromHex(v.private_key), acting, new Date(v.time * 1000))
    const read = (text) => JSON.parse(atob(text))
    assert.deepEqual(read(header['PAYMENT-SIGNATURE']).payload, read(v.header).payload)
  }
})
