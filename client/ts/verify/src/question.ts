// Questions of the chain: how each is read, and what answers it.
import { readAccount, readId } from './bech32.js'
import { ascii, bigEndian, concat, equal, fromHex, sha256 } from './bytes.js'
import { State } from './chain.js'
import { decode, encode, json, type Message, type Schema } from './proto.js'
import { ProofError, refuted, unsupported } from './result.js'
import { climb, leaf, turns } from './rfc6962.js'
import * as s from './schemas.js'
import type { Reader } from './wire.js'

interface Kind {
  name: string
  asked: Schema
  answer?: Schema
  /** Says whether the question is in its one spelling, where the chain takes several. */
  plain?: (asked: Message) => boolean
  tell?: (state: State, asked: Message) => Message
}

const ofAccount = (asked: Message) => readAccount(asked.account) !== undefined

const ofContributor = (c: Message) => c.account === '' || readAccount(c.account) !== undefined

function plainRights(asked: Message): boolean {
  const inOrder = (list: string[]) => list.every((t, i) => i === 0 || list[i - 1]! < t)
  return (
    readId(asked.work, 'work', 20) !== undefined && (asked.licensee === '' || readAccount(asked.licensee) !== undefined) &&
    asked.permission === '' && inOrder(asked.use.territories) && inOrder(asked.use.media) && (!asked.item || plainItem(asked.item))
  )
}

/** An item has a content, and comes from an account or a work. */
function plainItem(item: Message): boolean {
  const { account, work } = item.contributor
  return item.sha256 !== '' && (account === '' ? work !== '' : work === '' && readAccount(account) !== undefined)
}

/** Kinds of facts that are questions; files have these numbers. */
const kinds: { [number: number]: Kind } = {
  1: { name: 'claim', asked: s.ofWork, answer: s.workResponse, tell: (state, q) => state.claim(q) },
  2: { name: 'anchor', asked: s.ofAnchor, answer: s.anchorResponse, plain: ofAccount, tell: (state, q) => state.anchor(q) },
  3: { name: 'content', asked: s.ofAnchor, answer: s.anchorResponse, plain: ofAccount, tell: (state, q) => state.anchor(q) },
  4: { name: 'title', asked: s.ofWorkPaged, answer: s.ownersResponse, tell: (state, q) => state.title(q) },
  5: { name: 'offers', asked: s.ofWorkPaged, answer: s.offersResponse, tell: (state, q) => state.offers(q) },
  6: { name: 'grant', asked: s.ofGrant, answer: s.grantResponse, tell: (state, q) => state.grant(q) },
  7: { name: 'rights', asked: s.rightsRequest, plain: plainRights },
  8: { name: 'derivation', asked: s.ofWork, answer: s.derivationResponse, tell: (state, q) => state.derivation(q) },
  9: { name: 'sources', asked: s.ofWorkPaged, answer: s.sourcesResponse, tell: (state, q) => state.sources(q) },
  10: { name: 'holders', asked: s.ofWork, answer: s.holdersResponse, tell: (state, q) => state.holders(q) },
  11: { name: 'balances', asked: s.ofAccountPaged, answer: s.balancesResponse, plain: ofAccount, tell: (state, q) => state.balances(q) },
  14: { name: 'manifest', asked: s.ofManifest, answer: s.manifestResponse, tell: (state, q) => state.manifest(q) },
  15: {
    name: 'item', asked: s.ofItem, answer: s.itemResponse, plain: (q) => ofContributor(q.contributor),
    tell: (state, q) => state.item(q),
  },
  16: {
    name: 'part', asked: s.ofPart, answer: s.partResponse, plain: (q) => ofContributor(q.proof.contributor),
    tell: (state, q) => state.part(q),
  },
  13: { name: 'dispute', asked: s.ofDispute, answer: s.disputeResponse, tell: (state, q) => state.dispute(q) },
}

/** The number of the kind whose question also opens an anchor. */
const content = 3
const maxRequest = 4096
const maxLeaves = 2 ** 32
const maxPath = 32

/** Shows a content among an anchor's leaves. */
interface Opening {
  content: Uint8Array
  salt: Uint8Array
  index: number
  path: Uint8Array[]
}

export interface Question {
  kind: Kind
  asked: Message
  opening?: Opening
}

export function readQuestion(r: Reader, number: number): Question {
  const kind = kinds[number]
  if (!kind) r.fail(`there are no proofs of kind ${number} in this version`)
  const raw = r.field(maxRequest)
  let asked: Message
  try {
    asked = decode(kind.asked, raw)
  } catch (e) {
    if (!(e instanceof Error) || e instanceof ProofError) throw e
    r.fail(`the question can't be read: ${e.message}`)
  }
  if (!equal(encode(kind.asked, asked), raw)) r.fail('the question is not in its one form')
  if (asked.pagination) r.fail('the question asks for a page: all is asked for')
  if (kind.plain && !kind.plain(asked)) r.fail('the question is not in its one spelling')
  return number === content ? { kind, asked, opening: readOpening(r) } : { kind, asked }
}

function readOpening(r: Reader): Opening {
  const opening = { content: r.hash(), salt: r.hash(), index: r.count(maxLeaves), path: [] as Uint8Array[] }
  for (let n = r.count(maxPath); n > 0; n--) opening.path.push(r.hash())
  return opening
}

/** What the chain says to a question; of an opening, whether the anchor has the content. */
export function answer(q: Question, state: State, chainId: Uint8Array): { question: Message; answer: Message; content?: Uint8Array } {
  if (!q.kind.tell || !q.kind.answer) {
    throw unsupported(`headers and rows are right, but what the chain says to a question of kind ${q.kind.name} can't be computed here: ` +
      'check the proof with stemmad verify')
  }
  const told = q.kind.tell(state, q.asked)
  const out = { question: json(q.kind.asked, q.asked), answer: json(q.kind.answer, told) }
  if (!q.opening) return out
  checkOpening(q.opening, q.asked, Number(told.anchor.total), chainId)
  return { ...out, content: q.opening.content }
}

const leafDomain = ascii('stemma/anchor/v1')

function checkOpening(o: Opening, asked: Message, total: number, chainId: Uint8Array): void {
  const account = readAccount(asked.account)!
  const withSize = (b: Uint8Array) => concat(bigEndian(b.length, 4), b)
  const entry = sha256(concat(leafDomain, withSize(chainId), withSize(account), o.salt, o.content))
  if (total < 1 || total > maxLeaves || o.index >= total) throw refuted(`leaf ${o.index} is outside of the anchor's ${total}`)
  const right = turns(o.index, total)
  if (o.path.length !== right.length) throw refuted(`the path has ${o.path.length} hashes, leaf ${o.index} of ${total} has ${right.length}`)
  if (!equal(climb(leaf(entry), right, o.path), fromHex(asked.root)!)) throw refuted('the anchor does not have the content')
}
