// What is said before signing.
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'

const { duties, feesOf, quotable, say } = await import(process.env.ROOT ? process.env.ROOT + '/portal/web/src/say.js' : '../src/say.js')

test('a title does not move what is said beside it', () => {
  const buy = 'Buy a grant of “{}” under {}, for at most {}.'
  for (const title of ['Song {} for {}', "Song $'", 'Song $&', '$`', '{}{}{}', '$$']) {
    deepEqual(say(buy, title, 'CC-BY', '5.00 USDC'), `Buy a grant of “${title}” under CC-BY, for at most 5.00 USDC.`)
  }
  deepEqual(say('Not done: {}'), 'Not done: {}')
})

test('what a derivation takes on is said once, and what is not known too', () => {
  const words = { attribution: 'Credit', share_alike: 'Same terms', pay_per_use: 'Pay', other: 'Something' }
  const kinds = ['OBLIGATION_ATTRIBUTION', 'OBLIGATION_ROYALTY', 'OBLIGATION_ATTRIBUTION', 'OBLIGATION_SHARE_ALIKE']
  deepEqual(duties(kinds, words), ['Credit', 'Same terms'])
  deepEqual(duties(['OBLIGATION_REPORT_USE'], words), [])
  deepEqual(duties(['OBLIGATION_NEW', undefined], words), ['Something'])
})

test('a title does not end its quotation marks', () => {
  for (const text of ['“{}”', '« {} »', '《{}》']) {
    const said = say(text, quotable('Song” for “0.01 USDC» or 《nothing》'))
    deepEqual([...said].filter((c) => '“”«»《》'.includes(c)).length, 2, said)
  }
})

test('the fee that is said is that of all transactions', async () => {
  const tried = []
  const feeOf = async (msgs) => {
    tried.push(msgs.join('+'))
    return [{ denom: 'uusdc', amount: String(1000 * msgs.length) }, ...(msgs.length > 1 ? [{ denom: 'ustem', amount: '7' }] : [])]
  }
  deepEqual(await feesOf([['pay']], feeOf), [{ denom: 'uusdc', amount: '1000' }])
  deepEqual(await feesOf([['anchor'], ['register', 'derive']], feeOf), [{ denom: 'uusdc', amount: '4000' }, { denom: 'ustem', amount: '7' }])
  deepEqual(tried, ['pay', 'anchor', 'anchor+register+derive'])
  deepEqual(await feesOf([['pay']], async () => []), [])
})
