import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AmountError, parseCoin, Units } from 'stemma'

const usdc = {
  base: 'uusdc', display: 'usdc', symbol: 'USDC',
  denomUnits: [{ denom: 'uusdc', exponent: 0, aliases: [] }, { denom: 'usdc', exponent: 6, aliases: [] }],
}
const units = new Units([usdc])

test('amounts are written exactly', () => {
  for (const [amount, text] of [['10000000', '10.00 USDC'], ['1', '0.000001 USDC'], ['0', '0.00 USDC'], ['1234567', '1.234567 USDC'],
    ['340282366920938463463374607431768211455', '340282366920938463463374607431768.211455 USDC']]) {
    assert.equal(units.coin({ denom: 'uusdc', amount }), text)
    assert.deepEqual(units.read(text), { denom: 'uusdc', amount })
  }
  assert.equal(units.exact({ denom: 'uusdc', amount: '10000000' }), '10.00 USDC (10000000uusdc)')
  assert.equal(units.exact({ denom: 'ibc/AB', amount: '5' }), '5ibc/AB')
})

test('amounts are read in one way', () => {
  for (const text of ['10.00 USDC', '10usdc', '10 usdc', '10000000uusdc', '10000000 uusdc']) {
    assert.deepEqual(units.read(text), { denom: 'uusdc', amount: '10000000' }, text)
  }
  for (const text of ['10', '010 USDC', '1,000 USDC', '0.0000001 USDC', '1.5uusdc', '10 EUR', '-1 USDC', '0x10uusdc', '010uusdc', '']) {
    assert.throws(() => units.read(text), AmountError, text)
  }
  assert.throws(() => units.read('5,00 USDC'), /a point before the decimals/)
  assert.throws(() => parseCoin(`1${'0'.repeat(78)}uusdc`), AmountError)
})

test('where two denoms claim a symbol, neither has it', () => {
  const two = new Units([usdc, { ...usdc, base: 'fake', denomUnits: [{ denom: 'usdc', exponent: 2, aliases: [] }] }])
  assert.deepEqual(two.all(), [])
  assert.equal(two.coin({ denom: 'uusdc', amount: '1' }), '1uusdc')
})
