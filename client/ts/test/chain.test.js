// The examples, and what sending promises, on a network of one node.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secp256k1Wallet } from '@cosmjs/amino'
import { fromHex } from '@cosmjs/encoding'
import { DirectSecp256k1Wallet } from '@cosmjs/proto-signing'
import {
  all, banktypes, Client, codes, digest, events, eventsOf, FeeError, feegranttypes, fromKey, isCode, licensetypes, msg, newGrantID,
  newPaymentChannelID, newTermsID, payments, QueryError, registrytypes, response, royaltytypes, rows, signVoucher, totals, TxError,
  NoSponsorError, Undecided, UnknownAccountError, voucherMessage,
} from 'stemma'
import { ask } from '../examples-js/ask.js'
import { derive } from '../examples-js/derive.js'
import { offer } from '../examples-js/offer.js'
import { pay } from '../examples-js/pay.js'
import { register } from '../examples-js/register.js'
import { start } from './chain.js'

let chain, client, alice, bob, aliceAddress, bobAddress
console.log = () => {} // the examples'

before(async () => {
  chain = await start('alice', 'bob', 'carol')
  client = await Client.connect(chain.rpc, { poll: 50 })
  alice = fromKey(fromHex(chain.keys[0]))
  bob = await DirectSecp256k1Wallet.fromKey(fromHex(chain.keys[1]), 'stemma');
  [{ address: aliceAddress }] = await alice.getAccounts();
  [{ address: bobAddress }] = await bob.getAccounts()
})
after(async () => {
  client?.close()
  await chain?.stop()
})

let song, remix
const bytes = (text) => new TextEncoder().encode(text)

test('the examples: register, offer, ask, derive, pay, read the receipt', async () => {
  const file = join(tmpdir(), `stemma-example-${process.pid}.jpg`)
  writeFileSync(file, 'a picture')
  song = await register(client, alice, file, 'A picture')
  assert.equal(await register(client, alice, file, 'again'), song)
  const { work } = await client.registry.work({ work: song })
  assert.equal(work.details.title, 'A picture')
  assert.equal(work.sha256, digest(bytes('a picture')))

  const denied = await ask(client, song, bobAddress)
  assert.equal(denied.verdict, licensetypes.Verdict.VERDICT_DENIED)
  const terms = await offer(client, alice, song)
  assert.equal(await offer(client, alice, song), terms)
  const offers = await all(rows((pagination) => client.license.offers({ work: song, pagination }), (page) => page.offers))
  assert.equal(offers.length, 1)

  remix = await derive(client, bob, digest(bytes('a remix')), 'A remix', song)
  const told = await pay(client, alice, remix, '10.00 USDC')
  assert.deepEqual(told.paid.map((p) => [p.work, p.amount, p.kind, p.title, p.unknown]),
    [[remix, { denom: 'uusdc', amount: '10000000' }, 'payment', 'A remix', '']])
  const shares = Object.fromEntries(told.paid[0].shares.map((s) => [s.account, s.amount.amount]))
  assert.deepEqual(shares, { [aliceAddress]: '1000000', [bobAddress]: '9000000' })
  assert.deepEqual(totals(told), [{ denom: 'uusdc', paid: 10_000_000n, due: 10_000_000n, held: 0n }])
})

const payment = (payer, amount) => msg(royaltytypes.MsgPay, { payer, work: remix, amount: { denom: 'uusdc', amount: String(amount) } })
const wasPaid = (result) => eventsOf(result, royaltytypes.EventPaid).map((e) => e.amount)

test('events have their types', async () => {
  const result = await client.send(bob, [payment(bobAddress, 1234), payment(bobAddress, 5678)])
  assert.deepEqual(wasPaid(result), ['1234', '5678'])
  const paid = events(result).filter((e) => e.name === 'stemma.royalty.v1.EventPaid')
  assert.deepEqual(paid.map((e) => [e.msg, e.value.payer, typeof e.value.epoch]), [[0, bobAddress, 'bigint'], [1, bobAddress, 'bigint']])
  assert.ok(response(result, 0, royaltytypes.MsgPayResponse))
  assert.deepEqual((await client.find(result.hash, result.height))?.events, result.events)
  assert.equal(await client.find('00'.repeat(32), result.height), undefined)
})

test('a Ledger signs, ordered and not, with a fee in the denom asked for', async () => {
  const ledger = await Secp256k1Wallet.fromKey(fromHex(chain.keys[1]), 'stemma')
  for (const options of [{}, { unordered: true }]) {
    const result = await client.send(ledger, [payment(bobAddress, 77)], { ...options, feeDenoms: ['uusdc'], note: '<note> & more' })
    assert.deepEqual(wasPaid(result), ['77'])
    assert.equal(result.fee[0].denom, 'uusdc')
  }
})

test('a state of before is asked for', async () => {
  const { height } = await client.latest()
  const work = { owner: aliceAddress, work: song, details: { kind: registrytypes.Kind.KIND_IMAGE, title: 'Renamed' } }
  await client.send(alice, [msg(registrytypes.MsgRevise, work)])
  assert.equal((await client.registry.work({ work: song })).work.details.title, 'Renamed')
  assert.equal((await client.at(height).registry.work({ work: song })).work.details.title, 'A picture')
})

test('refusals have codes', async () => {
  const stranger = { owner: bobAddress, work: song, details: { kind: registrytypes.Kind.KIND_IMAGE, title: 'Mine' } }
  await assert.rejects(client.send(bob, [msg(registrytypes.MsgRevise, stranger)]), (e) =>
    e instanceof TxError && e.stage === 'tried' && !e.retryable && isCode(e, codes.registry.ErrNotOwner))
  await assert.rejects(client.send(bob, [msg(registrytypes.MsgRevise, stranger)], { gas: 300_000n }), (e) =>
    e instanceof TxError && e.stage === 'executed' && e.height > 0 && e.hash.length === 64 && e.is(codes.registry.ErrNotOwner))
  const little = { gas: 300_000n, fee: [{ denom: 'uusdc', amount: '1' }] }
  await assert.rejects(client.send(bob, [payment(bobAddress, 1)], little), (e) =>
    e instanceof TxError && e.stage === 'checked' && e.retryable && e.is(codes.sdkerrors.ErrInsufficientFee))
  await assert.rejects(client.registry.work({ work: remix.replace('work', 'grant') }), QueryError)
  await assert.rejects(client.license.grant({ grant: 'grant1qyqszqgpqyqszqgpqyqszqgpqyqszqgpt0q8f8' }), QueryError)
})

test('many at once, of one key in two programs, each once', async () => {
  const other = await Client.connect(chain.rpc, { poll: 50 })
  const sent = await Promise.all(Array.from({ length: 12 }, (_, i) =>
    (i % 2 ? client : other).send(alice, [payment(aliceAddress, 100 + i)])))
  assert.deepEqual(sent.flatMap(wasPaid).sort(), Array.from({ length: 12 }, (_, i) => String(100 + i)))
  assert.equal(new Set(sent.map((r) => r.hash)).size, 12)
  const unordered = await Promise.all(Array.from({ length: 12 }, () =>
    client.send(bob, [payment(bobAddress, 5)], { unordered: true })))
  assert.equal(new Set(unordered.map((r) => r.hash)).size, 12)
  other.close()
})

test('payments say what they were for: a licence, a voucher', async () => {
  const { Terms, MsgPublishTerms, MsgOffer, MsgAcquire } = licensetypes
  const terms = Terms.fromPartial({ spdx: 'LicenseRef-Paid', commercialUse: true, grantFee: [{ denom: 'uusdc', amount: '500000' }] })
  const id = newTermsID(terms)
  await client.send(alice, [
    msg(MsgPublishTerms, { author: aliceAddress, terms }), msg(MsgOffer, { owner: aliceAddress, work: song, terms: id, offer: {} }),
  ])
  const grant = newGrantID(song, id, bobAddress, 2n ** 64n - 1n)
  const bought = await client.send(bob, [payment(bobAddress, 9), msg(MsgAcquire, {
    licensee: bobAddress, work: song, terms: id, serial: 2n ** 64n - 1n, maxFee: { denom: 'uusdc', amount: '500000' },
    seen: { revisions: 1 },
  })])
  assert.deepEqual(payments(bought).map((p) => [p.kind, p.amount.amount, p.grant]),
    [['payment', '9', ''], ['licence fee', '500000', grant]])

  const { MsgOpenPaymentChannel, MsgRedeemVouchers } = royaltytypes
  const key = fromHex(chain.keys[2])
  const [{ pubkey }] = await fromKey(key).getAccounts()
  const paymentChannel = newPaymentChannelID(bobAddress, 7n)
  await client.send(bob, [msg(MsgOpenPaymentChannel, {
    payer: bobAddress, serial: 7n, deposit: { denom: 'uusdc', amount: '1000000' }, payees: [{ work: remix, weight: 1_000_000 }],
    receiver: aliceAddress, key: pubkey, closeDelay: { seconds: 3600n },
  })])
  const voucher = signVoucher({ chainId: await client.chainId(), paymentChannel, total: 123_456n, expires: 0n }, key)
  const redeem = { sender: aliceAddress, vouchers: [voucherMessage(voucher)], maxLines: 9 }
  const redeemed = await client.send(alice, [msg(MsgRedeemVouchers, redeem)])
  assert.deepEqual(payments(redeemed).map((p) => [p.kind, p.work, p.amount.amount, p.paymentChannel]),
    [['voucher', remix, '123456', paymentChannel]])
})

test('a sponsor pays, and who has no money is told', async () => {
  const nobody = fromKey(new Uint8Array(32).fill(7))
  const [{ address }] = await nobody.getAccounts()
  const anchor = msg(registrytypes.MsgAnchor, { account: address, root: digest(bytes('root')), total: 1n })
  await assert.rejects(client.send(nobody, [anchor]), UnknownAccountError)
  await assert.rejects(client.send(alice, [anchor]), /MsgAnchor is of another account/)
  const little = [{ denom: 'ustem', amount: '1' }]
  await client.send(bob, [msg(banktypes.MsgSend, { fromAddress: bobAddress, toAddress: address, amount: little })])
  const { info } = await client.auth.accountInfo({ address })
  assert.ok(info.accountNumber > 2n ** 63n, `${info.accountNumber}`)
  await assert.rejects(client.send(nobody, [anchor]), FeeError)
  await assert.rejects(client.send(nobody, [anchor], { sponsor: bobAddress }), /the sponsor's allowance does not cover it/)
  await assert.rejects(client.send(nobody, [anchor], { sponsor: bobAddress, gas: 200_000n }), NoSponsorError)

  const { BasicAllowance, MsgGrantAllowance } = feegranttypes
  const limit = BasicAllowance.fromPartial({ spendLimit: [{ denom: 'uusdc', amount: '20000' }] })
  const allowance = { typeUrl: `/${BasicAllowance.$type}`, value: BasicAllowance.encode(limit).finish() }
  await client.send(bob, [msg(MsgGrantAllowance, { granter: bobAddress, grantee: address, allowance })])
  const dear = client.send(nobody, [anchor], { sponsor: bobAddress, gas: 29_000_000n })
  await assert.rejects(dear, (e) => e instanceof FeeError && e.limit[0].amount === '20000')
  const result = await client.send(nobody, [anchor], { sponsor: bobAddress })
  assert.deepEqual(result.fee.map((c) => c.denom), ['uusdc'])
})

test('what a node loses is sent again, and done once', { timeout: 90_000 }, async () => {
  const [{ address: carol }] = await fromKey(fromHex(chain.keys[2])).getAccounts()
  const gift = msg(banktypes.MsgSend, { fromAddress: bobAddress, toAddress: carol, amount: [{ denom: 'ustem', amount: '1000000' }] })
  const before = BigInt((await client.bank.balance({ address: carol, denom: 'ustem' })).balance.amount)
  let landed
  const hashes = []
  await new Promise((resolve) => {
    const offered = (hash) => resolve(hashes.push(hash))
    void client.send(bob, [gift], { offered, blocks: 300 }).then((result) => { landed = result }, (e) => { landed = e })
  })
  await chain.end()
  await sleep(500)
  chain.begin()
  while (!landed) await sleep(100)
  assert.deepEqual([landed.hash], hashes, String(landed)) // as the same bytes
  const { balance: now } = await client.bank.balance({ address: carol, denom: 'ustem' })
  assert.equal(BigInt(now.amount) - before, 1_000_000n)
})

test('what is not known in time is undecided, and is found later', async () => {
  let undecided
  await assert.rejects(client.send(bob, [payment(bobAddress, 42)], { signal: AbortSignal.abort() }), (e) => {
    undecided = e
    return e instanceof Undecided
  })
  for (let tries = 0; tries < 100; tries++, await sleep(100)) {
    const found = await client.find(undecided.hash, undecided.from)
    if (found) return assert.deepEqual(wasPaid(found), ['42'])
  }
  assert.fail('it came nowhere')
})
