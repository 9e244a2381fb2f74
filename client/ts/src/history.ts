// What was paid, and who gets what share of it.
import { events, type TypedEvent } from './events.js'
import { QueryError } from './errors.js'
import type { Payee } from './gen/royalty.js'
import { StageKind } from './gen/royalty.js'
import { rows } from './pages.js'
import type { Client } from './client.js'
import type { Event, Result } from './tx.js'
import type { Coin } from './units.js'

/** One payment to a work. */
export interface Payment {
  payer: string
  work: string
  amount: Coin
  /** Of the work's lists that the payment goes by. */
  epoch: bigint
  /** What it was for: a voucher's comes from a payment channel's deposit. */
  kind: 'payment' | 'licence fee' | 'licence renewal' | 'voucher'
  /** The grant that it is the fee of, and the channel whose deposit it came from; empty: none. */
  grant: string
  paymentChannel: string
  /** The message that it is of; undefined: none. */
  msg: number | undefined
}

/**
 * The payments of a transaction, in order. A licence fee is a payment that the grant's event follows in the same
 * message; those of a voucher come before its own event.
 */
export function payments(of: { events: readonly Event[] } | readonly Event[]): Payment[] {
  const found: Payment[] = []
  for (const event of events(of)) {
    switch (event.name) {
      case 'stemma.royalty.v1.EventPaid': {
        const { payer, work, denom, amount, epoch } = event.value
        found.push({
          payer, work, amount: { denom, amount }, epoch, kind: 'payment', grant: '', paymentChannel: '', msg: event.msg,
        })
        break
      }
      case 'stemma.license.v1.EventGranted':
      case 'stemma.license.v1.EventGrantRenewed':
        assign(found, event)
        break
      case 'stemma.royalty.v1.EventVoucherRedeemed':
        fromPaymentChannel(found, event.value)
        break
    }
  }
  return found
}

type GrantEvent = Extract<TypedEvent, { name: 'stemma.license.v1.EventGranted' | 'stemma.license.v1.EventGrantRenewed' }>

/** The fee of a grant: the last payment of the message to the same work, of the same amount and by the licensee. */
function assign(found: Payment[], { name, value, msg }: GrantEvent): void {
  const fee = found.findLast((p) => p.grant === '' && p.work === value.work && p.payer === value.licensee &&
    p.amount.amount + p.amount.denom === value.fee && p.msg === msg)
  if (!fee) return
  fee.grant = value.grant
  fee.kind = name === 'stemma.license.v1.EventGranted' ? 'licence fee' : 'licence renewal'
}

type Redeemed = Extract<TypedEvent, { name: 'stemma.royalty.v1.EventVoucherRedeemed' }>['value']

/** What a voucher paid: the last payments, up to its sum. */
function fromPaymentChannel(found: Payment[], { paid, denom, paymentChannel }: Redeemed): void {
  let left = BigInt(paid)
  for (const p of found.toReversed()) {
    if (left <= 0n || p.kind !== 'payment' || p.amount.denom !== denom || BigInt(p.amount.amount) > left) return
    p.kind = 'voucher'
    p.paymentChannel = paymentChannel
    left -= BigInt(p.amount.amount)
  }
}

/** A payment and who gets what of it. */
export interface Paid extends Payment {
  title: string
  /** Each account's whole units of this payment by itself; with what is held, fractions, they are the payment. */
  shares: Payee[]
  held: Coin
  /** Why there are no shares; empty: there are. */
  unknown: string
}

/** What a transaction paid, and to whom it goes. */
export interface Receipt {
  chainId: string
  hash: string
  height: number
  time: Date
  paid: Paid[]
}

/** In how many blocks after a payment's own it is looked for where it was passed on. */
const maxWait = 20

/**
 * What a transaction paid, and to whom it goes, by the lists of then. It asks for the newest state, and for the events
 * of blocks: ask a block or two later, when the payment has been passed on.
 */
export async function receipt(
  client: Client, result: Pick<Result, 'hash' | 'height' | 'time' | 'events'>, most = 10_000,
): Promise<Receipt> {
  const list = payments(result)
  const moved = await moves(client, result.height, list)
  const paid = await Promise.all(list.map(async (p) => {
    const [{ work }, divided] = await Promise.all([
      client.registry.work({ work: p.work }),
      divide(client, p, result.height, moved.get(pot(p.work, p.amount.denom)) ?? 0, most),
    ])
    return { ...p, title: work?.details?.title ?? '', ...divided }
  }))
  return { chainId: await client.chainId(), hash: result.hash, height: result.height, time: result.time, paid }
}

type Divided = Pick<Paid, 'shares' | 'held' | 'unknown'>

async function divide(client: Client, p: Payment, height: number, moved: number, most: number): Promise<Divided> {
  let held = { denom: p.amount.denom, amount: '0' }
  const shares: Payee[] = []
  try {
    const pages = rows(
      async (pagination) => {
        const page = await client.royalty.assigned({
          work: p.work, epoch: p.epoch, amount: p.amount.amount + p.amount.denom, height: BigInt(height),
          moved: BigInt(moved), pagination,
        })
        held = page.held ?? held
        return page
      },
      (page) => page.payees)
    for await (const payee of pages) {
      if (shares.push(payee) >= most) break
    }
    return { shares, held, unknown: '' }
  } catch (e) {
    if (e instanceof QueryError && !e.notFound) return { shares: [], held, unknown: e.message }
    throw e
  }
}

const pot = (work: string, denom: string) => `${work} ${denom}`

/** In which block each payment left the stage that it was paid into. Results that a node has thrown away are not missed. */
async function moves(client: Client, height: number, list: Payment[]): Promise<Map<string, number>> {
  const moved = new Map<string, number>()
  const missing = new Set(list.map((p) => pot(p.work, p.amount.denom)))
  const { height: newest } = await client.latest()
  for (let at = height; at <= Math.min(newest, height + maxWait) && missing.size > 0; at++) {
    let block
    try {
      block = await client.blockEvents(at)
    } catch {
      break
    }
    for (const event of events(block)) {
      if (event.name !== 'stemma.royalty.v1.EventStageFlushed' || event.value.stage !== StageKind.STAGE_PAID) continue
      const of = pot(event.value.work, event.value.denom)
      if (missing.delete(of)) moved.set(of, at)
    }
  }
  return moved
}

/** Who gets something, each once, in order of appearance. What stays in escrow is nobody's yet. */
export function receivers({ paid }: Receipt): string[] {
  return [...new Set(paid.flatMap((p) => p.shares.filter((s) => !s.escrow).map((s) => s.account)))]
}

/** A sum for each denom of what was paid, is due to accounts, and held as fractions. */
export function totals({ paid }: Receipt): { denom: string; paid: bigint; due: bigint; held: bigint }[] {
  const sums = new Map<string, { denom: string; paid: bigint; due: bigint; held: bigint }>()
  for (const p of paid) {
    const { denom, amount } = p.amount
    const sum = sums.get(denom) ?? { denom, paid: 0n, due: 0n, held: 0n }
    sum.paid += BigInt(amount)
    if (p.unknown === '') {
      for (const { amount: share } of p.shares) sum.due += BigInt(share?.amount ?? '0')
      sum.held += BigInt(p.held.amount)
    }
    sums.set(denom, sum)
  }
  return [...sums.values()]
}
