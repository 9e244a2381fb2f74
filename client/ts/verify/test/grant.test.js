// When a grant ends, from rows made here: later by as long as its work was on hold.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grantText } from '../dist/bech32.js'
import { State } from '../dist/chain.js'
import { moment, number, sized } from '../dist/proto.js'

const concat = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)))
const id = Buffer.alloc(20, 7)
const work = Buffer.alloc(20, 8)
const account = Buffer.alloc(20, 9)
const at = (seconds) => ({ seconds: BigInt(seconds), nanos: 5 })

/** The end of a grant that ends at second 1,000 by its work's clock, where an answer is of second 2,000. */
function endOf(hold, ends = true) {
  const rows = {
    license: concat(sized(1, work), sized(2, Buffer.alloc(32, 1)), sized(3, account), ends ? sized(10, moment(at(1000))) : []),
    registry: concat(sized(1, account), sized(2, account), hold ? sized(15, hold) : []),
  }
  const read = []
  const get = (store) => (key) => {
    read.push(`${store} ${key[0]}`)
    return rows[store]
  }
  const state = new State({ of: (store) => ({ get: get(store) }) }, at(2000))
  const { grant } = state.grant({ grant: grantText(id) }).grant
  return { end: grant.expires_at, read }
}

const before = (seconds) => sized(5, number(1, seconds))
const since = (seconds) => sized(4, moment(at(seconds)))

test('a grant ends later by as long as its work was on hold', () => {
  const holds = [
    [undefined, 1000], [concat(number(1, 1), before(0)), 1000], [before(300), 1300],
    [concat(since(1900), before(300)), 1400], [concat(since(2500), before(300)), 1300],
  ]
  for (const [hold, want] of holds) assert.deepEqual(endOf(hold), { end: at(want), read: ['license 3', 'registry 1'] })
})

test('the work of a grant without an end is not read', () => {
  assert.deepEqual(endOf(before(300), false), { end: null, read: ['license 3'] })
})
