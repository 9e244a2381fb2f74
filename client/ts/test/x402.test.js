// x402 as its users have it: the client of @x402/fetch with our schemes, stemma-portal as server, paywall and redeemer, a chain of one
// node. X402_PAYMENTS and X402_ANCESTORS set how much (make test-x402).
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fromHex } from '@cosmjs/encoding'
import { decodePaymentRequiredHeader, decodePaymentResponseHeader } from '@x402/core/http'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import {
  accountOf, agenttypes, Client, digest, fromKey, licensetypes, lineagetypes, msg, newAgentID, newTermsID, newWorkID, registrytypes,
  royaltytypes,
} from 'stemma'
import { Batch, Exact, holderHeader } from 'stemma/x402'

process.env.COSMJS_PORT = '19350'
const { start } = await import('./chain.js')
const payments = Number(process.env.X402_PAYMENTS ?? 50)
const ancestors = Number(process.env.X402_ANCESTORS ?? 60)
const portalAt = 'http://127.0.0.1:19360'
const wallAt = 'http://127.0.0.1:19361'
const binary = process.env.STEMMA_PORTAL ?? new URL('../../stemma-portal', import.meta.url).pathname
const price = 250_000n
const tiny = 3n
const grantFee = 5_000_000n

let chain, client, dir, alice, buyer, service, agentKey, names
const servers = new Map()

// serve starts a server of the binary, and waits until it answers.
async function serve(at, args) {
  const server = spawn(binary, [...args, '--listen', at.slice('http://'.length), '--grpc', '127.0.0.1:19352', '--rate', '0', '--at-once', '512'],
    { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  server.stderr.on('data', (text) => { log = (log + text).slice(-4000) })
  servers.set(at, server)
  for (let tries = 0; tries < 200; tries++, await sleep(50)) {
    if (server.exitCode !== null) throw new Error(log)
    try {
      await fetch(`${at}/x402/facilitator/supported`)
      return
    } catch {
      // not listening yet
    }
  }
  throw new Error(`no answer: ${log}`)
}

async function end(at, signal = 'SIGTERM') {
  const server = servers.get(at)
  if (!server || server.exitCode !== null || server.signalCode !== null) return
  const gone = new Promise((resolve) => server.once('exit', resolve))
  server.kill(signal)
  await gone
}

const portal = () => serve(portalAt, [
  '--node', chain.rpc, '--db', join(dir, 'portal.db'), '--trust-first-use', '--origin', portalAt, '--till', join(dir, 'till.db'),
  '--vouchers', join(dir, 'vouchers'), '--receiver', names.service,
])

before(async () => {
  chain = await start('alice', 'buyer', 'service', 'agent')
  client = await Client.connect(chain.rpc, { poll: 50 })
  dir = mkdtempSync(join(tmpdir(), 'stemma-x402-'));
  [alice, buyer, service, agentKey] = chain.keys.map((key) => fromKey(fromHex(key)))
  names = { alice: await accountOf(alice), buyer: await accountOf(buyer), service: await accountOf(service), agent: await accountOf(agentKey) }
  await portal()
})
after(async () => {
  for (const at of servers.keys()) await end(at)
  client?.close()
  await chain?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const bytes = (text) => new TextEncoder().encode(text)
const usdc = (amount) => ({ denom: 'uusdc', amount: String(amount) })
const perUse = (amount) => licensetypes.Terms.fromPartial({
  spdx: 'LicenseRef-per-use', commercialUse: true, aiInput: licensetypes.Permission.PERMISSION_PAID, usePrice: [usdc(amount)],
  uses: [licensetypes.Action.ACTION_AI_INPUT],
})
const byGrant = licensetypes.Terms.fromPartial({
  spdx: 'LicenseRef-by-grant', commercialUse: true, grantFee: [usdc(grantFee)],
  uses: [licensetypes.Action.ACTION_COPY, licensetypes.Action.ACTION_DISTRIBUTE, licensetypes.Action.ACTION_PERFORM],
})
const published = new Set()

// offered is a work of alice's under terms.
async function offered(content, ...terms) {
  const sha256 = digest(bytes(content))
  const work = newWorkID(names.alice, sha256)
  const msgs = [msg(registrytypes.MsgRegister, { registrant: names.alice, works: [{ sha256, details: { kind: registrytypes.Kind.KIND_AUDIO, title: content } }] })]
  for (const t of terms) {
    const id = newTermsID(t)
    if (!published.has(id)) msgs.push(msg(licensetypes.MsgPublishTerms, { author: names.alice, terms: t }))
    published.add(id)
    msgs.push(msg(licensetypes.MsgOffer, { owner: names.alice, work, terms: id, offer: {} }))
  }
  await client.send(alice, msgs)
  return work
}

const paidIn = async () => {
  const { turnovers } = await client.royalty.turnover({})
  return BigInt(turnovers.find((row) => row.denom === 'uusdc')?.turnover?.paidIn ?? 0)
}

// paying is fetch of @x402/fetch with a purse.
function paying(scheme, most = 10_000_000n) {
  const payer = new x402Client().register('cosmos:*', scheme)
  payer.setSpendControls?.({ allowedAssets: [{ network: 'cosmos:stemma-local-1', asset: 'uusdc', maxAmountPerPayment: String(most) }] })
  return wrapFetchWithPayment(scheme.watch?.(fetch) ?? fetch, payer)
}

let song, tune
const question = (work, use) => `${portalAt}/x402/works/${work}?use=${use}&commercial=true`

test('the stock client pays, and has the grant', async () => {
  song = await offered('la la', perUse(price), byGrant)
  const exact = new Exact({ client, signer: buyer })
  const asked = decodePaymentRequiredHeader((await fetch(question(song, 'copy'))).headers.get('payment-required'))
  assert.equal(asked.accepts[0].amount, String(grantFee))
  const before = await paidIn()
  const response = await paying(exact)(question(song, 'copy'))
  const answer = await response.json()
  assert.equal(response.status, 200, JSON.stringify(answer))
  assert.equal(answer.verdict, 'allowed')
  assert.equal(answer.permission, answer.paid.grants[0])
  const settled = decodePaymentResponseHeader(response.headers.get('payment-response'))
  assert.equal(settled.transaction, answer.paid.id)
  assert.equal(settled.payer, names.buyer)
  assert.equal((await client.license.grant({ grant: answer.permission })).grant.licensee, names.buyer)
  assert.equal(await paidIn() - before, grantFee)
  assert.deepEqual(exact.open, [])
  // more than its owner allows is not paid
  await assert.rejects(paying(new Exact({ client, signer: service }), 10n)(question(song, 'copy')))
  assert.equal(await paidIn() - before, grantFee)
})

test(`${payments} uses, 50 at once`, async () => {
  const pay = paying(new Exact({ client, signer: buyer }))
  const before = await paidIn()
  const began = Date.now()
  const seen = new Set()
  for (let left = payments; left > 0; left -= 50) {
    const answers = await Promise.all(Array.from({ length: Math.min(50, left) }, async () => (await pay(question(song, 'ai-input'))).json()))
    for (const answer of answers) {
      assert.ok(answer.paid, JSON.stringify(answer))
      seen.add(answer.paid.id)
    }
  }
  assert.equal(seen.size, payments)
  assert.equal(await paidIn() - before, BigInt(payments) * price)
  console.log(`${payments} payments in ${Date.now() - began} ms`)
})

test('uses by vouchers, redeemed together', async () => {
  tune = await offered('li li', perUse(tiny))
  const voucherKey = fromHex('11'.repeat(32))
  const batch = new Batch({ purse: { client, signer: buyer }, voucherKey, deposit: 100_000n })
  const pay = paying(batch)
  const began = Date.now()
  const before = await paidIn()
  const exactToo = decodePaymentRequiredHeader((await fetch(question(tune, 'ai-input'))).headers.get('payment-required')).accepts
  assert.deepEqual(exactToo.map((a) => a.scheme), ['exact', 'batch-settlement'])
  for (let left = payments; left > 0; left -= 50) {
    const answers = await Promise.all(Array.from({ length: Math.min(50, left) }, () => pay(question(tune, 'ai-input'))))
    for (const response of answers) assert.equal(response.status, 200, await response.text())
  }
  console.log(`${payments} vouchers in ${Date.now() - began} ms`)
  const [channel] = await batch.open()
  assert.equal(channel.total, BigInt(payments) * tiny)
  execFileSync(binary, ['redeem', '--once', '--from', 'service', '--keyring-backend', 'test', '--keyring-dir', chain.home,
    '--vouchers', join(dir, 'vouchers'), '--grpc', '127.0.0.1:19352'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const deadline = Date.now() + 10_000
  while (await paidIn() - before !== BigInt(payments) * tiny) {
    assert.ok(Date.now() < deadline, `${await paidIn() - before}`)
    await sleep(100)
  }
})

test('a key of an agent pays within its limit', async () => {
  const agent = newAgentID(names.buyer, 'crawler')
  const later = { seconds: BigInt(Math.floor(Date.now() / 1000) + 86_400), nanos: 0 }
  await client.send(buyer, [
    msg(agenttypes.MsgRegister, { controller: names.buyer, name: 'crawler', card: { responsible: { name: 'Acme' } }, expiresAt: later }),
    msg(agenttypes.MsgSetLimit, {
      controller: names.buyer, agent, key: names.agent, limit: {
        messages: ['/stemma.royalty.v1.MsgPay'], expiresAt: later, window: { seconds: 0n, nanos: 0 },
        budgets: [{ denom: 'uusdc', act: '0', window: '0', total: String(price) }],
      },
    }),
  ])
  const pay = paying(new Exact({ client, signer: agentKey, acting: { agent, controller: names.buyer } }))
  const response = await pay(question(song, 'ai-input'))
  assert.equal(response.status, 200)
  assert.equal((await response.json()).paid.payer, names.buyer)
  await assert.rejects(pay(question(song, 'ai-input')), /budget/) // it is used up
})

test('a paywall before a folder', async () => {
  const site = join(dir, 'site')
  mkdirSync(join(site, 'photos'), { recursive: true })
  writeFileSync(join(site, 'photos', 'a.txt'), 'the picture')
  writeFileSync(join(site, 'index.html'), 'welcome')
  writeFileSync(join(dir, 'map.csv'), `path,work,use,commercial\n/photos/*,${song},copy,true\n`)
  await serve(wallAt, ['paywall', '--site', site, '--map', join(dir, 'map.csv'), '--origin', wallAt, '--till', join(dir, 'wall.db')])
  assert.equal(await (await fetch(`${wallAt}/`)).text(), 'welcome')
  const photo = `${wallAt}/photos/a.txt`
  assert.equal((await fetch(photo)).status, 402)
  const exact = new Exact({ client, signer: service })
  const response = await paying(exact)(photo)
  assert.equal(await response.text(), 'the picture')
  // who holds the grant shows it, and pays nothing
  const before = await paidIn()
  const holder = await fetch(photo, { headers: holderHeader('stemma-local-1', photo, fromHex(chain.keys[2])) })
  assert.equal(await holder.text(), 'the picture')
  const stranger = await fetch(photo, { headers: holderHeader('stemma-local-1', photo, fromHex(chain.keys[3])) })
  assert.equal(stranger.status, 402)
  assert.equal(decodePaymentRequiredHeader(stranger.headers.get('payment-required')).error, 'no_right')
  assert.equal(await paidIn(), before)
})

test(`one payment for a work with ${ancestors} ancestors`, async () => {
  const terms = licensetypes.Terms.fromPartial({
    spdx: 'LicenseRef-tiny-royalty', commercialUse: true, derivatives: licensetypes.Derivatives.DERIVATIVES_ALLOWED,
    royaltyPolicy: royaltytypes.Policy.POLICY_ABSOLUTE, royaltyRate: 100,
  })
  const id = newTermsID(terms)
  await client.send(alice, [msg(licensetypes.MsgPublishTerms, { author: names.alice, terms })])
  const sources = []
  for (let n = 0; n < ancestors; n += 50) {
    const digests = Array.from({ length: Math.min(50, ancestors - n) }, (_, i) => digest(bytes(`ancestor ${n + i}`)))
    const works = digests.map((sha256) => newWorkID(names.alice, sha256))
    await client.send(alice, [
      msg(registrytypes.MsgRegister, { registrant: names.alice, works: digests.map((sha256) => ({ sha256, details: { kind: registrytypes.Kind.KIND_IMAGE } })) }),
      ...works.map((work) => msg(licensetypes.MsgOffer, { owner: names.alice, work, terms: id, offer: {} })),
    ])
    sources.push(...works)
  }
  const sha256 = digest(bytes('collage'))
  const collage = newWorkID(names.service, sha256)
  const cited = (list) => msg(lineagetypes.MsgDerive, {
    owner: names.service, work: collage, maxTotalRate: 1_000_000,
    sources: list.map((work) => ({ work, role: lineagetypes.Role.ROLE_PARENT_OF, permission: id })),
  })
  const parts = Array.from({ length: Math.ceil(ancestors / 250) }, (_, i) => cited(sources.slice(250 * i, 250 * (i + 1))))
  const registered = { registrant: names.service, works: [{ sha256, details: { kind: registrytypes.Kind.KIND_IMAGE } }] }
  await client.send(service, [msg(registrytypes.MsgRegister, registered)])
  for (const part of parts) await client.send(service, [part])
  await client.send(service, [
    msg(licensetypes.MsgOffer, { owner: names.service, work: collage, terms: newTermsID(perUse(price)), offer: {} }),
  ])
  const before = await paidIn()
  const response = await paying(new Exact({ client, signer: buyer }))(question(collage, 'ai-input'))
  assert.equal(response.status, 200, await response.clone().text())
  assert.equal(await paidIn() - before, price)
  const { absolute } = await client.royalty.upstream({ work: collage })
  assert.equal(absolute, ancestors * 100)
})

test('the server is killed at any moment: the payer has the thing or the money', async () => {
  const exact = new Exact({ client, signer: buyer })
  const before = await paidIn()
  let had = 0
  for (let n = 0; n < 12; n++) {
    const asked = paying(exact)(question(song, 'ai-input')).then(async (r) => (await r.text()) && r.status).catch(() => 0)
    await sleep(n * 25)
    await end(portalAt, 'SIGKILL')
    if (await asked === 200) had++
    await portal()
    for (const payment of exact.open) {
      let response
      do response = await exact.again(fetch, payment)
      while (response.status === 503 && await sleep(500, true))
      await response.text()
      if (response.status === 200) had++
      else assert.equal(response.status, 402)
    }
    assert.deepEqual(exact.open, [])
  }
  assert.equal(await paidIn() - before, BigInt(had) * price)
  console.log(`${had} of 12 had it, and as many were paid`)
})
