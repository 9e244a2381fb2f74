// What the lists of an epoch assign of a payment, and how far that has come: the chain's query Assigned
// (x/royalty/keeper/assigned.go and x/royalty/flow/explain.go), whose rules are said there.
import { account, workText } from './bech32.js'
import { compare, key } from './bytes.js'
import type { State } from './chain.js'
import { json, type Message } from './proto.js'
import { refuted } from './result.js'
import * as s from './schemas.js'

const whole = 1_000_000
/** The most lines of one answer. */
const limit = 1000
const maxExplained = 2048
const maxDetours = 64
const maxEpochsBack = 1000
/** A share on its way, in units of its last decimal. */
const unit = 10n ** 60n

// Stages, bases, destinations and progress as the chain numbers them.
const [paid, received, earned] = [0, 1, 2]
const [own, absoluteShare, relativeShare, bothShares] = [0, 1, 2, 3]
const [itself, escrow, another] = [0, 1, 2]
const [flushed, waits, merged] = [1, 2, 3]

interface Owed {
  to: Uint8Array
  weight: number
}

interface Lists {
  absolute: Owed[]
  relative: Owed[]
  holders: { account: Uint8Array; weight: number }[]
}

interface Versions {
  holders: number
  upstream: number
  since: bigint
}

/** A part of the payment on its way. */
interface Flowing {
  amount: bigint
  share: bigint
}

interface Part extends Flowing {
  work: Uint8Array
  basis: number
  earner: Uint8Array
  held: boolean
  holders: { account: Uint8Array; weight: number; amount: bigint }[]
}

/** How far money has come on its way, and in which stage it is if in any. */
interface Place {
  progress: number
  stage: number
  work: Uint8Array
  /** It came there in the block that moved the payment, and left in it too. */
  sure: boolean
  left: boolean
}

const share = (total: bigint, weight: number) => (total * BigInt(weight)) / BigInt(whole)
const same = (a: Uint8Array, b: Uint8Array) => compare(a, b) === 0

function unpack(packed: Uint8Array): Owed[] {
  if (packed.length % 24 !== 0) throw refuted('a list of what a work owes is cut short')
  const list: Owed[] = []
  for (let i = 0; i < packed.length; i += 24) {
    const weight = (packed[i + 20]! << 16) | (packed[i + 21]! << 8) | packed[i + 22]!
    const last = list.at(-1)
    const to = packed.subarray(i, i + 20)
    if (weight === 0 || weight > whole || (last && compare(last.to, to) >= 0)) throw refuted('a list of what a work owes is broken')
    list.push({ to, weight })
  }
  return list
}

/** What the lists of the epoch that a payment saw assign of it, as the chain answers it. */
export function assigned(state: State, work: Uint8Array, amount: Message, epoch: bigint, height: bigint): Message {
  state.work(work)
  const paidAmount = BigInt(amount.amount)
  if (paidAmount <= 0n || !/^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/.test(amount.denom)) throw refuted('a payment is of nothing')
  const a = new Assignment(state, work, amount.denom, height, epoch)
  const { payees, held } = a.assigned(paidAmount)
  if (payees.length > limit) throw refuted(`the chain has more than ${limit} rows of it, which no proof says`)
  return json(s.assignedResponse, {
    payees, held: { denom: amount.denom, amount: held.toString() },
    holders_version: a.versions.holders, upstream_version: a.versions.upstream,
    pagination: { next_key: new Uint8Array(0), total: 0n },
  })
}

class Assignment {
  readonly versions: Versions
  private readonly lists: Lists
  /** In which block the payment left the work's stage `paid`, as far as known; sure: it was that one. */
  private readonly movedAt: bigint
  private readonly sure: boolean = false
  /** When the epoch ended and all stages of the work were flushed by its lists; 0: it has not. */
  private readonly closedAt: bigint = 0n
  private readonly tables = new Map<string, Lists>()

  constructor(
    private readonly state: State,
    private readonly work: Uint8Array,
    private readonly denom: string,
    private readonly paidAt: bigint,
    epoch: bigint,
  ) {
    this.movedAt = paidAt
    state.royaltyParams()
    this.versions = this.versionsAt(work, epoch)
    this.lists = this.listsOf(work, this.versions)
    if (this.head(work).epoch <= epoch) return
    this.closedAt = this.versionsAt(work, epoch + 1n).since
    this.sure = this.closedAt === paidAt
  }

  private head(work: Uint8Array): Message {
    return this.state.head(work)
  }

  private versionsAt(work: Uint8Array, epoch: bigint): Versions {
    if (epoch === 0n) return { holders: 0, upstream: 0, since: 0n }
    if (epoch > 0xffff_ffffn) throw refuted(`${workText(work)} has no epoch ${epoch}`)
    const list = this.state.upstream(work, Number(epoch))
    if (list) return { holders: list.holders_version, upstream: Number(epoch), since: list.since }
    const table = this.state.holdersAt(work, Number(epoch))
    return { holders: Number(epoch), upstream: table.upstream_version, since: table.since }
  }

  private listsOf(work: Uint8Array, v: Versions): Lists {
    const holders =
      v.holders > 0 ? this.state.holdersAt(work, v.holders).shares : [{ account: this.state.work(work).registrant, weight: whole }]
    if (v.upstream === 0) return { absolute: [], relative: [], holders }
    const row = this.state.upstream(work, v.upstream)
    if (!row) throw refuted(`${workText(work)} has no version ${v.upstream} of what it owes`)
    return { absolute: unpack(row.absolute), relative: unpack(row.relative), holders }
  }

  /** The versions of a work's lists at the end of a block. */
  private inForce(work: Uint8Array, head: Message, height: bigint): Versions {
    let epoch: bigint = head.epoch
    for (let i = 0; i < maxEpochsBack; i++, epoch--) {
      const v = this.versionsAt(work, epoch)
      if (v.since <= height) return v
    }
    throw refuted(`${workText(work)} has changed its lists too often since block ${height}`)
  }

  /** The lists of a work that the payment goes by. */
  private of(work: Uint8Array): Lists {
    if (same(work, this.work)) return this.lists
    const known = this.tables.get(key(work))
    if (known) return known
    const lists = this.listsOf(work, this.inForce(work, this.head(work), this.movedAt))
    this.tables.set(key(work), lists)
    return lists
  }

  /** Who holds a work's revenue for the payment: what lay in escrow went to those to whom a ruling gave it. */
  private holdersOf(work: Uint8Array): Lists['holders'] {
    let version: number = this.head(work).holders_version
    for (let i = 0; i < maxEpochsBack && version > 0; i++) {
      const table = this.state.holdersAt(work, version)
      if (table.since < this.movedAt) break
      if (table.earned_since > 0n && table.earned_since <= this.movedAt) return table.shares
      version = this.versionsAt(work, BigInt(version) - 1n).holders
    }
    return this.of(work).holders
  }

  /** The work that has what a work earns, and whether it is held there. */
  private earner(work: Uint8Array): { earner: Uint8Array; held: boolean } {
    for (let i = 0; i < maxDetours; i++) {
      const head = this.head(work)
      const kind = head.away_since > this.movedAt ? itself : head.destination
      if (kind !== another) return { earner: work, held: kind === escrow }
      work = this.state.destination(work)
    }
    return { earner: work, held: true }
  }

  /** Who gets what of the payment, in order of work, the paid one first. */
  private explain(amount: bigint): Part[] {
    const queue: { work: Uint8Array; generation: number; in: Flowing }[] = []
    const parts = new Map<string, { work: Uint8Array; basis: number } & Flowing>()
    const earn = (work: Uint8Array, basis: number, got: Flowing) => {
      const p = parts.get(key(work)) ?? { work, basis, amount: 0n, share: 0n }
      if (p.basis !== basis) p.basis = bothShares
      p.amount += got.amount
      p.share += got.share
      parts.set(key(work), p)
    }
    const pass = (work: Uint8Array, kind: number, enters: Flowing, basis: number) => {
      const lists = this.of(work)
      const receivers: { work: Uint8Array; into: number; weight: number }[] = []
      if (kind === paid) for (const o of lists.absolute) receivers.push({ work: o.to, into: earned, weight: o.weight })
      for (const o of lists.relative) receivers.push({ work: o.to, into: received, weight: o.weight })
      const rest = receivers.reduce((left, r) => left - r.weight, whole) >>> 0
      if (rest > 0) receivers.push({ work, into: earned, weight: rest })
      let left = enters.share
      receivers.forEach((r, i) => {
        // The last has what the others leave, so that shares sum to 1.
        const got = { amount: share(enters.amount, r.weight), share: i === receivers.length - 1 ? left : share(enters.share, r.weight) }
        left -= got.share
        if (r.into !== received) {
          earn(r.work, same(r.work, work) ? basis : absoluteShare, got)
          return
        }
        const waiting = queue.find((q) => same(q.work, r.work))
        if (waiting) {
          waiting.in.amount += got.amount
          waiting.in.share += got.share
        } else queue.push({ work: r.work, generation: this.head(r.work).generation, in: got })
      })
    }
    pass(this.work, paid, { amount, share: unit }, own)
    for (let passed = 1; queue.length > 0; passed++) {
      if (passed === maxExplained) throw refuted(`more than ${maxExplained} works would pass the payment on`)
      queue.sort((a, b) => b.generation - a.generation || compare(a.work, b.work))
      const next = queue.shift()!
      pass(next.work, received, next.in, relativeShare)
    }
    const first = (work: Uint8Array) => Number(!same(work, this.work))
    const inOrder = [...parts.values()].sort((a, b) => first(a.work) - first(b.work) || compare(a.work, b.work))
    const sums = new Map<string, bigint>()
    return inOrder.map((p) => {
      const { earner, held } = this.earner(p.work)
      if (held) return { ...p, earner, held, holders: [] }
      const before = sums.get(key(earner)) ?? 0n
      const after = before + p.amount
      sums.set(key(earner), after)
      const holders = this.holdersOf(earner).map((h) => ({ ...h, amount: share(after, h.weight) - share(before, h.weight) }))
      return { ...p, earner, held, holders }
    })
  }

  /** How far what entered a stage at a height has come there. What came first in a block was flushed with it. */
  private stageAt(work: Uint8Array, stage: number, entered: bigint, first: boolean): Place {
    const row = this.state.stages(work, this.denom)
    const { total, flushed: done, flushed_at } = [row.paid, row.received, row.earned][stage]
    const [left, at] = total === '' ? [0n, 0n] : [BigInt(total) - BigInt(done || '0'), flushed_at as bigint]
    let progress = flushed
    if (left > 0n && at < entered) progress = waits
    else if (left > 0n && at === entered && !first) progress = merged
    return { progress, stage, work, sure: false, left: at === entered }
  }

  private start(): Place {
    if (this.closedAt > 0n) return { progress: flushed, stage: paid, work: this.work, sure: this.sure, left: this.sure }
    const at = this.stageAt(this.work, paid, this.paidAt, this.versions.since < this.paidAt)
    const left = at.left || this.sure
    return { ...at, left, sure: left }
  }

  /** Of each work that relative shares bring something to, and of the paid one, how far that has come before its own stage. */
  private ways(): Map<string, Place> {
    const behind = (p: Place) => 2 * [flushed, merged, waits].indexOf(p.progress) + (p.sure && p.left ? 0 : 1)
    const ways = new Map([[key(this.work), this.start()]])
    for (let next = [this.work]; next.length > 0; next = next.slice(1)) {
      for (const o of this.of(next[0]!).relative) {
        let at = ways.get(key(next[0]!))!
        if (at.progress === flushed) {
          const here = this.stageAt(o.to, received, this.movedAt, false)
          at = { ...here, sure: at.left, left: here.left && at.left }
        }
        const was = ways.get(key(o.to))
        if (!was || behind(at) > behind(was)) {
          ways.set(key(o.to), at)
          next.push(o.to)
        }
      }
    }
    return ways
  }

  private progress(part: Part, ways: Map<string, Place>): Place {
    const relative = part.basis === relativeShare || part.basis === bothShares
    const at = ways.get(key(relative ? part.work : this.work))
    if (!at) throw refuted(`nothing leads to ${workText(part.work)}`)
    const ofPaid = same(part.work, this.work)
    if (at.progress !== flushed || (ofPaid && this.closedAt > 0n && same(part.earner, part.work) && !part.held)) return at
    if (!ofPaid && !at.sure) {
      // It may have gone to those who hold since.
      const head = this.head(part.earner)
      const then = this.inForce(part.earner, head, this.movedAt)
      if (then.holders !== head.holders_version) return { ...at, progress: merged }
    }
    return this.stageAt(part.earner, earned, this.movedAt, false)
  }

  assigned(amount: bigint): { payees: Message[]; held: bigint } {
    const parts = this.explain(amount)
    const ways = this.ways()
    const payees: Message[] = []
    let held = amount
    for (const part of parts) {
      const at = this.progress(part, ways)
      const somewhere = at.progress !== flushed
      const add = (to: string, weight: number, got: bigint) => {
        if (got <= 0n) return
        held -= got
        payees.push({
          account: to, work: workText(part.work), basis: part.basis, rate: Number((part.share * BigInt(whole)) / unit), weight,
          amount: { denom: this.denom, amount: got.toString() }, earner: workText(part.earner), escrow: part.held,
          progress: at.progress, at_stage: somewhere ? at.stage : 0, at_work: somewhere ? workText(at.work) : '', got,
        })
      }
      if (part.held) add('', 0, part.amount)
      for (const h of part.holders) add(account(h.account), h.weight, h.amount)
    }
    payees.sort((a, b) => a.basis - b.basis || (a.got < b.got ? 1 : a.got > b.got ? -1 : 0))
    return { payees, held }
  }
}
