// The most important thing that a proof proves, in a sentence, as Go's client/proof/certificate says it.
import { proofs, sentences } from './facts.js'
import type { Proven } from './index.js'
import type { Message } from './proto.js'
import { clean, many, payments, utc } from './words.js'

/** The most characters of a title in it. */
const maxTitle = 48

/** Says in a sentence what is proved. Answers about rights are not: sections refuses them. */
export function headline(p: Proven): string {
  const asked = p.question ?? {}
  const a = p.answer
  switch (p.kind) {
    case 'claim':
      return claim(a.work)
    case 'anchor':
      return `${asked.account} anchored ${many(BigInt(a.anchor.total), 'content')}, unseen, on ${utc(a.anchor.priority.time)}.`
    case 'content':
      return `${asked.account} anchored a content of this SHA-256, unseen, on ${utc(a.anchor.priority.time)}.`
    case 'title':
      return `${asked.work} has had ${many(a.owners.length, 'owner')}.`
    case 'offers':
      return `${asked.work} was on offer under ${many(a.offers.length, 'licence')} on ${utc(p.time)}.`
    case 'grant':
      return `${a.grant.licensee} has a grant of ${a.grant.work} since ${utc(a.grant.grant.granted_at)}.`
    case 'derivation': {
      const n = BigInt(a.node.sources) + BigInt(a.node.externals)
      return `${asked.work} was ${n > 0n ? `declared to be made from ${many(n, 'source')}` : 'not declared to be made from anything'}.`
    }
    case 'sources':
      return `${asked.work} was declared to be made from ${many(a.sources.length, 'source')}.`
    case 'holders':
      return `The revenue of ${asked.work} belonged to ${many(a.holders.length, 'account')} on ${utc(p.time)}.`
    case 'manifest': {
      const r = a.manifest.roots
      const of = `${many(BigInt(r.item_count), 'item')} of ${many(BigInt(r.contributor_count), 'contributor')}`
      return `${asked.work} is made of ${of} in version ${a.manifest.version}.`
    }
    case 'item': {
      const s = `${asked.work} has the item in version ${a.manifest.version}`
      return a.status.at ? `${s}. Its contributor withdrew it on ${utc(a.status.at)}.` : `${s}, and it was not withdrawn by ${utc(p.time)}.`
    }
    case 'part':
      return `Of a contributor's part of the pool of ${asked.work}, ${a.collected} of ${a.own} were collected by ${utc(p.time)}.`
    case 'balances': {
      const coins = a.balances.map((c: Message) => `${c.amount}${c.denom}`).join(',')
      return coins ? `${coins} waited for ${asked.account} on ${utc(p.time)}.` : `Nothing waited for ${asked.account} on ${utc(p.time)}.`
    }
    case 'dispute':
      return dispute(p, a.dispute)
    case 'transaction':
      return done(p)
  }
  return `This proves ${proofs[p.kind]?.[0] ?? ''}.`
}

function claim(w: Message): string {
  let s = `${w.owner} has claimed since ${utc(w.claimed_since.time)} the work ${w.id}`
  const title = [...clean(w.details.title)]
  const short = title.length <= maxTitle ? title.join('') : title.slice(0, maxTitle - 1).join('') + '…'
  if (title.length > 0) s += `, called “${short.replace(/[“”]/g, "'")}”`
  if (w.contested) s += '. Another account claimed it earlier'
  if (w.status !== 'STATUS_ACTIVE') s += `. The work is ${w.status.replace(/^[^_]*_/, '').replaceAll('_', ' ').toLowerCase()}`
  return s + '.'
}

const said = (of: string, value: string) => sentences[of]![value] ?? value

function dispute(p: Proven, d: Message): string {
  const s = `${d.challenger} has contested the work ${d.work} since ${utc(d.opened_at)}`
  if (d.phase !== 'PHASE_CLOSED') return `${s}. On ${utc(p.time)} it was open: ${said('disputePhase', d.phase)}.`
  return `${s}. ${said('disputeOutcome', d.outcome)}, and it was over on ${utc(d.closed_at)}.`
}

function done(p: Proven): string {
  const on = utc(p.time)
  if (p.answer.code !== 0) return `A transaction failed on ${on}, and did nothing.`
  const paid = payments(p)
  if (paid.length === 0) return `A transaction with ${many((p.answer.messages ?? []).length, 'message')} was executed on ${on}.`
  if (paid.length === 1) return `${paid[0]} on ${on}.`
  return `${paid[0]} on ${on}, and made ${many(paid.length - 1, 'payment')} more in the same transaction.`
}
