// Checks proofs of the Stemma chain: files from which anybody can see what the chain says about something, without a node and
// without trust in whoever made the file, by the hash of one header that they know from elsewhere. docs/proofs.md has the
// format byte by byte.
import { ascii, compare, equal, fromBigEndian, fromHex, hex, sha256, utf8 } from './bytes.js'
import { State } from './chain.js'
import { readDeed, tell, type Deed } from './deed.js'
import { rfc3339, type Message } from './proto.js'
import { answer, readQuestion, type Question } from './question.js'
import { ProofError, refuted, unreadable, unverified, type Failure } from './result.js'
import { inLog, leaf, maxPeaks, wholeFrontier, type Frontier } from './rfc6962.js'
import { checkHop, nanosOf, noValidators, readHeader, readHop, skips, type Header, type Hop, type Quick } from './signed.js'
import { Stores } from './stores.js'
import { most, Reader } from './wire.js'

export { isPage, readPage, verifyPage, type Certified, type Page, type PageVerdict, type Section } from './certificate.js'
export { ProofError, type Failure }

/** What a proof begins with; the last byte is the version of the format. */
const magic = ascii('stemma proof\n\x01')
const maxBytes = 4 << 20
const maxChainId = 50
const maxHops = 64
const maxShown = 3
const maxState = 2 << 20
/** How many bytes of a SHA-256 over the rest a proof ends with. */
const sumSize = 8
const transaction = 12
const billion = 1_000_000_000n
/** How far a signed header may be ahead of the clock of whoever checks it, in nanoseconds. */
const maxDrift = 60n * billion

/** Two thirds of the chain's unbonding time of 21 days, in seconds. */
export const defaultPeriod = 14 * 24 * 3600

/** A header that somebody trusts. */
export interface Trust {
  height: bigint
  hash: Uint8Array
}

/** A header that a proof shows. */
export interface Seen extends Trust {
  time: string
}

/** What somebody asks of a proof that rests on signatures. */
export interface Policy {
  /** The time by the clock of whoever checks; else that of this machine. */
  now?: Date
  /** The chain that it has to be about; else any will do, and whoever asks reads which it is. */
  chainId?: string
  /** For how many seconds signatures of a trusted header's validators count; else defaultPeriod. */
  period?: number
  /**
   * Whether a signature is a key's by a faster ed25519 than the one here, which is asked where it says no. Node's is in
   * stemma-verify/node.
   */
  quick?: Quick
}

/** What a proof proves. */
export interface Proven {
  chainId: string
  kind: string
  /** Those of the block before whose transactions the state was as it is told; of the block, for a transaction. */
  height: bigint
  time: string
  /** The question as it was asked, where there is one, and what the chain tells: as the JSON of its REST interface. */
  question?: Message
  answer: Message
  /** The SHA-256 of the content that the fact is about, in hex; undefined: it is about none. */
  content?: string
  /** The header that all of it follows from, and its time. */
  trusted: Trust
  trustedTime: string
  /** The header that signatures lead to, or else the trusted one; and those that the fact is read under, the latest last. */
  last: Seen
  headers: Seen[]
  /** How many signed headers lead on from there. */
  hops: number
}

/** What is to be said of a file. */
export type Verdict = ({ result: 'proved' } & Proven) | { result: Failure; why: string }

interface Shown {
  header: Header
  path: Uint8Array[]
  state: Uint8Array
}

interface Proof {
  chainId: Uint8Array
  trusted: Header
  hops: Hop[]
  shown: Shown[]
  state: Uint8Array
  kind: number
  fact: Question | Deed
}

/** Reads HEIGHT:HASH, the hash in hex of either case. It throws an Error. */
export function parseTrust(text: string): Trust {
  const [, height, hash] = /^\+?(\d+):([0-9a-fA-F]{64})$/.exec(text) ?? []
  if (!height || !hash || BigInt(height) < 1n || BigInt(height) > most) {
    throw new Error(`"${text}" is no trusted header: write HEIGHT:HASH, the hash in 64 hex digits`)
  }
  return { height: BigInt(height), hash: fromHex(hash)! }
}

/** Says what is to be said of a file, by a header that is trusted. */
export function verify(file: Uint8Array, trust: Trust, policy: Policy = {}): Verdict {
  try {
    return { result: 'proved', ...mustVerify(file, trust, policy) }
  } catch (e) {
    if (e instanceof ProofError) return { result: e.result, why: e.message }
    throw e
  }
}

/** The header that a file begins at: the one to compare with what is known from elsewhere. It throws a ProofError for what is no proof. */
export function beginsAt(file: Uint8Array): Trust {
  const { height, hash } = read(file).trusted
  return { height, hash }
}

/**
 * What a file proves, by a header that is trusted; also is told of it before anything is said of that header. It throws a ProofError
 * where it does not.
 */
export function mustVerify(file: Uint8Array, trust: Trust, policy: Policy = {}, also: (p: Proven) => void = () => {}): Proven {
  const proof = read(file)
  const outcome = prove(proof, policy.quick, also)
  // What can't be computed here is no reason to say nothing of a header that nobody trusts.
  if (outcome instanceof ProofError && outcome.result !== 'unsupported') throw outcome
  const begins = `${proof.trusted.height}:${hex(proof.trusted.hash).toUpperCase()}`
  if (trust.height !== proof.trusted.height) throw unverified(`it begins at header ${begins}, and you trust header ${trust.height}`)
  if (!equal(trust.hash, proof.trusted.hash)) throw refuted(`it begins at header ${begins}, and you trust another one of that height`)
  const chain = utf8(proof.chainId)
  if (policy.chainId && policy.chainId !== chain) throw unverified(`it is of the chain ${chain}, not of ${policy.chainId}`)
  checkFresh(proof, policy)
  if (outcome instanceof ProofError) throw outcome
  return outcome
}

/** Makes sure that what is proved is about a content, given by its SHA-256. */
export function checkContent(proven: Proven, sha256: Uint8Array): void {
  if (proven.content === undefined) throw refuted(`a proof of kind ${proven.kind} does not say what content it is about`)
  if (proven.content !== hex(sha256)) throw refuted(`the proof is about another content, of SHA-256 ${proven.content}`)
}

function read(file: Uint8Array): Proof {
  if (file.length > maxBytes) throw unreadable(`it has ${file.length} bytes, more than ${maxBytes}`)
  if (compare(file.subarray(0, magic.length), magic) !== 0) throw unreadable('it does not begin as a proof of this version does')
  const end = Math.max(file.length - sumSize, magic.length)
  if (!equal(file.subarray(end), sha256(file.subarray(0, end)).subarray(0, sumSize))) {
    throw unreadable('it was damaged on its way: its last bytes are not the sum of the others')
  }
  const r = new Reader(file.subarray(0, end))
  r.bytes(magic.length)
  const chainId = r.field(maxChainId)
  const trusted = readHeader(r, chainId)
  const hops: Hop[] = []
  for (let n = r.count(maxHops); n > 0; n--) hops.push(readHop(r, chainId, hops.at(-1)?.set ?? noValidators))
  const shown: Shown[] = []
  for (let n = r.count(maxShown); n > 0; n--) {
    const header = readHeader(r, chainId)
    const path = Array.from({ length: r.count(maxPeaks) }, () => r.hash())
    shown.push({ header, path, state: r.field(maxState) })
  }
  const state = r.field(maxState)
  const kind = r.count(255)
  const fact = kind === transaction ? readDeed(r) : readQuestion(r, kind)
  r.done()
  return { chainId, trusted, hops, shown, state, kind, fact }
}

/** What is proved, or why it can't be said; the header that the proof begins at is taken for granted. */
function prove(p: Proof, quick: Quick | undefined, also: (p: Proven) => void): Proven | ProofError {
  try {
    let last = p.trusted
    p.hops.forEach((hop, i) => {
      checkHop(hop, last, p.chainId, quick)
      const next = p.hops[i + 1]
      if (next && skips(hop, next, last)) throw refuted(`header ${hop.header.height} is signed and not needed`)
      last = hop.header
    })
    const view = new View()
    view.show(last, p.state)
    const proven = told(p, p.shown.length > 0 ? lookBack(p, view, last) : view, last)
    also(proven)
    return proven
  } catch (e) {
    if (e instanceof ProofError) return e
    // Rows and transactions that can't be decoded do not say what the proof does.
    if (e instanceof Error && e.constructor === Error) return refuted(e.message)
    throw e
  }
}

/** Headers and what is shown of the states under them. */
class View {
  readonly headers: Header[] = []
  readonly states = new Map<bigint, Stores>()

  show(header: Header, raw: Uint8Array): void {
    this.headers.push(header)
    if (raw.length === 0) return
    const state = new Stores(raw)
    if (!equal(state.hash, header.app)) throw refuted(`the rows are not those that header ${header.height} is about`)
    this.states.set(header.height, state)
  }
}

const seen = (h: Header): Seen => ({ height: h.height, hash: h.hash, time: rfc3339(h.time, 1) })

function told(p: Proof, view: View, signed: Header): Proven {
  const [first] = view.headers
  const last = view.headers.at(-1)!
  const common = {
    chainId: utf8(p.chainId), height: first!.height, time: rfc3339(first!.time, 1),
    trusted: { height: p.trusted.height, hash: p.trusted.hash }, hops: p.hops.length,
    trustedTime: seen(p.trusted).time, last: seen(signed), headers: view.headers.map(seen),
  }
  let proven: Proven
  if ('tx' in p.fact) {
    const lists = view.states.get(last.height)
    proven = { ...common, kind: 'transaction', answer: tell(p.fact, view.headers, lists && new State(lists, last.time)) }
  } else {
    if (view.headers.length !== 1) throw refuted(`it shows ${view.headers.length} headers where one is needed`)
    const state = view.states.get(last.height)
    if (!state) throw refuted(`it shows nothing of the state before block ${last.height}`)
    const said = answer(p.fact, new State(state, last.time), p.chainId)
    const content = said.content ? hex(said.content) : p.fact.kind.name === 'claim' ? said.answer.work.sha256 : undefined
    proven = { ...common, kind: p.fact.kind.name, question: said.question, answer: said.answer, ...(content && { content }) }
  }
  for (const state of view.states.values()) state.done()
  return proven
}

/** The older headers in place of the last one, whose state has the log that they are in. */
function lookBack(p: Proof, from: View, last: Header): View {
  const state = from.states.get(last.height)
  if (!state) throw refuted('it does not show the log of headers')
  const log = readLog(state)
  state.done()
  const view = new View()
  let previous = 0n
  for (const { header, path, state } of p.shown) {
    if (header.height <= previous) throw unreadable('older headers stand out of order')
    previous = header.height
    if (log.size === 0n || header.height < log.first || !inLog(log, leaf(header.hash), header.height - log.first, path)) {
      throw refuted(`the log of headers does not have header ${header.height}`)
    }
    view.show(header, state)
  }
  return view
}

/** Reads the log of headers from the row that it is: first height, size (8 bytes each, big-endian) and peaks. */
function readLog(state: Stores): Frontier & { first: bigint } {
  const row = state.of('headers').get(Uint8Array.of(1))
  if (!row) throw refuted('there is no log of headers')
  if (row.length < 16 || row.length % 32 !== 16) throw refuted('the log of headers can\'t be read')
  const peaks = Array.from({ length: (row.length - 16) / 32 }, (_, i) => row.subarray(16 + 32 * i, 48 + 32 * i))
  const log = { first: BigInt.asIntN(64, fromBigEndian(row.subarray(0, 8))), size: fromBigEndian(row.subarray(8, 16)), peaks }
  if (!wholeFrontier(log) || (log.size === 0n) !== (log.first === 0n) || log.first < 0n || log.size > most - log.first) {
    throw refuted('the log of headers can\'t have come about')
  }
  return log
}

/** Makes sure that signatures still count. */
function checkFresh(p: Proof, policy: Policy): void {
  const last = p.hops.at(-1)
  if (!last) return
  const now = BigInt((policy.now ?? new Date()).getTime()) * 1_000_000n
  const ends = nanosOf(p.trusted.time) + BigInt(policy.period ?? defaultPeriod) * billion
  if (now >= ends) {
    throw unverified(`signatures of the validators of header ${p.trusted.height} count no more: later they can sign another past ` +
      'unpunished. Make the proof reach a later header that you trust (stemmad prove --refresh)')
  }
  if (nanosOf(last.header.time) > now + maxDrift) throw unverified(`header ${last.header.height} is ahead of your clock`)
}
