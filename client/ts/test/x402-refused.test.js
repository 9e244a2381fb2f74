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
  send: async (_, msgs, options) => { sent.push({ msgs, options }) },
}
const drafted = (fee = []) => ({ ...client, sender: async () => ({ draft: async () => ({ gas: 7n, fee }), signed: async () => new Uint8Array([1]) }) })

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
  const batch = new Batch({ purse: { client: drafted(), signer }, voucherKey: new Uint8Array(32).fill(2), deposit: 1000n, maxChannels: 2 })
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

test('a node can not have any fee signed', async () => {
  const pay = (fee, maxFee) => new Exact({ client: drafted(fee), signer, ...(maxFee && { maxFee }) }).createPaymentPayload(2, asked())
  const coin = (amount, denom) => [{ amount, denom }]
  for (const fee of [[], coin('50000', 'ustem'), coin('50000', 'uusdc')]) await pay(fee)
  await assert.rejects(pay(coin('50001', 'ustem')), /50001ustem, at most 50000ustem is allowed \(maxFee\)/)
  await assert.rejects(pay([...coin('1', 'ustem'), ...coin('1', 'ibc/A')]), /1ibc\/A, at most 0ibc\/A is allowed/)
  await assert.rejects(pay(coin('1', 'constructor')), /at most 0/)
  for (const amount of ['-5', '0x5', '', '05']) await assert.rejects(pay(coin(amount, 'ustem')), /no amount/)
  await pay(coin('5000000', 'ustem'), { ustem: 5_000_000n })
  await assert.rejects(pay(coin('1', 'uusdc'), { ustem: 5_000_000n }), /at most 0uusdc/)

  const channel = asked({ scheme: 'batch-settlement' }, { paymentChannel: { payees: [{ work, weight: 1_000_000 }], receiver: 'a', minCloseDelaySeconds: 60 } })
  const open = (fee) => new Batch({ purse: { client: drafted(fee), signer }, voucherKey: new Uint8Array(32).fill(2), deposit: 1000n })
    .createPaymentPayload(2, channel)
  sent.length = 0
  await assert.rejects(open(coin('50001', 'ustem')), /maxFee/)
  assert.equal(sent.length, 0)
  await open(coin('50000', 'ustem'))
  assert.deepEqual(sent[0].options, { account, gas: 7n, fee: coin('50000', 'ustem') }, 'what was looked at is what is signed')
})

test('a payment stays open until it is decided', async () => {
  const exact = new Exact({ client: drafted(), signer })
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

// shop is a fetch whose answer to a payment hands over parts, and breaks off behind them or ends.
const shop = (parts, ends) => async () => new Response(new ReadableStream({
  pull(stream) {
    if (parts.length > 0) stream.enqueue(new TextEncoder().encode(parts.shift()))
    else if (ends) stream.close()
    else stream.error(new Error('the connection broke'))
  },
}), { headers: { 'payment-response': btoa(JSON.stringify({ success: true, transaction: 'AB', network: 'cosmos:evil-1' })) } })

// stock asks as the client of @x402/fetch does: with a request, and then tells the scheme of the headers.
async function stock(exact, fetch) {
  const payment = { accepted: asked(), ...(await exact.createPaymentPayload(2, asked())) }
  const response = await fetch(new Request(asked().extra.resource, { headers: { 'PAYMENT-SIGNATURE': btoa(JSON.stringify(payment)) } }))
  await exact.schemeHooks.onPaymentResponse({ paymentPayload: payment, settleResponse: JSON.parse(atob(response.headers.get('payment-response'))) })
  return response
}

test('a payment stays open until its body is read', async () => {
  const exact = new Exact({ client: drafted(), signer })
  const broken = await stock(exact, exact.watch(shop(['a', 'b'], false)))
  assert.equal(exact.open.length, 1, 'headers are not the thing')
  await assert.rejects(broken.text(), /broke/)
  assert.equal(exact.open.length, 1)
  const cutAgain = await exact.again(shop(['a'], false), exact.open[0])
  await assert.rejects(cutAgain.text(), /broke/)
  const left = await exact.again(shop(['a', 'b', 'c'], true), exact.open[0])
  await left.body.cancel()
  assert.equal(exact.open.length, 1, 'nobody has read it')
  const whole = await exact.again(shop(['a', 'b'], true), exact.open[0])
  assert.equal(await whole.text(), 'ab')
  assert.equal(exact.open.length, 0)

  const read = await stock(exact, exact.watch(shop(['a'], true)))
  assert.equal(read.status, 200)
  assert.equal(await read.text(), 'a')
  assert.equal(exact.open.length, 0)
  await stock(exact, exact.watch(shop(['a'], false)))
  const over = { status: 402, headers: { 'payment-required': btoa(JSON.stringify({ error: 'expired' })) } }
  await exact.again(async () => new Response('', over), exact.open[0])
  assert.equal(exact.open.length, 0, 'what is over is over')
  await stock(exact, shop(['a'], false)) // a fetch that is not watched: headers are all that is known
  assert.equal(exact.open.length, 0)
})
