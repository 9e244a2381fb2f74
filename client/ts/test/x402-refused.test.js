// What a server that means ill can't have our schemes sign. No chain is asked: it is refused before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountOf, fromKey, newWorkID } from 'stemma'
import { Batch, Exact, messagesOf } from 'stemma/x402'

const signer = fromKey(new Uint8Array(32).fill(1))
const account = await accountOf(signer)
const work = newWorkID(account, '01'.repeat(32))
const pay = (amount) => ({ '@type': '/stemma.royalty.v1.MsgPay', work, amount: { denom: 'uusdc', amount } })
const asked = (change = {}, extra = {}) => ({
  scheme: 'exact', network: 'cosmos:evil-1', amount: '5', asset: 'uusdc', payTo: work, maxTimeoutSeconds: 60,
  ...change, extra: { resource: 'https://shop.example/a', ...extra },
})
const sent = []
const client = {
  chainId: async () => 'evil-1', sender: async () => { throw new Error('signing') },
  send: async (_, msgs) => { sent.push(...msgs) },
}

test('amounts are digits, and add up', () => {
  assert.equal(messagesOf(asked(), account).length, 1)
  for (const messages of [
    [pay('1000005'), pay('-1000000')], [pay('0x5')], [pay('05')], [pay(' 5')], [pay('5'), pay('')], [pay('5.0')], Array(65).fill(pay('1')),
  ]) {
    const amount = messages.length === 65 ? '65' : '5'
    assert.throws(() => messagesOf(asked({ amount }, { messages }), account), /not paid/, JSON.stringify(messages[0]))
  }
  for (const amount of ['0x5', '05', '-5', '', ' 5']) {
    assert.throws(() => messagesOf(asked({ amount }, { messages: [pay('5')] }), account), /not paid/, amount)
  }
})

test('a payment is soon over, and for whom the payer means', async () => {
  for (const maxTimeoutSeconds of [0, -1, 541, 1e9, '60', undefined, 1.5]) {
    await assert.rejects(new Exact({ client, signer }).createPaymentPayload(2, asked({ maxTimeoutSeconds })), /not paid/)
  }
  await assert.rejects(new Exact({ client, signer }).createPaymentPayload(2, asked()), /signing/)
  const origins = ['https://shop.example']
  await assert.rejects(new Exact({ client, signer, origins }).createPaymentPayload(2, asked()), /signing/)
  for (const resource of [
    'https://shop.example.evil/a', 'https://other.example/a', 'http://shop.example/a', 'https://shop.example@evil/a', '',
  ]) {
    await assert.rejects(new Exact({ client, signer, origins }).createPaymentPayload(2, asked({}, { resource })), /not paid/, resource)
  }
})

test('a server can not have payment channels opened without end', async () => {
  const channel = (receiver, minCloseDelaySeconds = 3600) =>
    asked({ scheme: 'batch-settlement' }, { paymentChannel: { payees: [{ work, weight: 1_000_000 }], receiver, minCloseDelaySeconds } })
  const batch = new Batch({ purse: { client, signer }, voucherKey: new Uint8Array(32).fill(2), deposit: 1000n, maxChannels: 2 })
  for (const delay of [90 * 86_400, 1e18, '3600', null]) {
    await assert.rejects(batch.createPaymentPayload(2, channel('a', delay)), /not paid/)
  }
  for (const receiver of ['a', 'b', 'a']) await batch.createPaymentPayload(2, channel(receiver))
  await assert.rejects(batch.createPaymentPayload(2, channel('c')), /2 are open/)
  assert.equal(sent.length, 2)
  for (const amount of ['-5', '0', '0x5', '']) {
    await assert.rejects(batch.createPaymentPayload(2, { ...channel('a'), amount }), /not paid/)
  }
})

test('a payment stays open until it is decided', async () => {
  const draft = { draft: async () => ({}), signed: async () => new Uint8Array([1]) }
  const exact = new Exact({ client: { ...client, sender: async () => draft }, signer })
  await exact.createPaymentPayload(2, asked())
  const header = (value) => btoa(JSON.stringify(value))
  const show = (status, headers = {}) => exact.again(async () => new Response('', { status, headers }), exact.open[0])
  for (const [status, headers] of [
    [503], [504], [402], [404], [402, { 'payment-required': '!' }], [402, { 'payment-required': header({ error: 'undecided' }) }],
    [503, { 'payment-response': header({ success: false, errorReason: 'unexpected_settle_error' }) }],
  ]) {
    await show(status, headers)
    assert.equal(exact.open.length, 1, `${status}`)
  }
  await show(402, { 'payment-required': header({ error: 'expired' }) })
  assert.equal(exact.open.length, 0)
})

test('a payment stays open until its body is read', {
  skip: 'open: the stock client tells a scheme of the headers only; where the body breaks off, the payment can not be shown again',
}, () => {})
