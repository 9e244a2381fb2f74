// Answers of the chain to the questions that proofs are about, from the rows that a proof shows. The rows that are read, and
// in what order, are those that the chain's own queries read (x/*/keeper/query*.go): so a needless row is seen.
import { account, accountKey, grantText, readAccount, readId, termsText, workText } from './bech32.js'
import { bigEndian, concat, equal, fromBigEndian, fromHex, fromUtf8, hex, sha256, utf8 } from './bytes.js'
import { checkItem, contributorKey, digestOf, startOf } from './manifest.js'
import { presets } from './presets.js'
import { decode, empty, type Message, type Moment, type Schema } from './proto.js'
import { refuted, unsupported } from './result.js'
import { behind, type Row } from './rows.js'
import * as s from './schemas.js'
import { momentOf, nanosOf } from './signed.js'
import type { Stores } from './stores.js'
import { most } from './wire.js'

/** The most rows of one answer. */
const limit = 1000
const whole = 1_000_000

const prefixed = (prefix: number, ...parts: Uint8Array[]) => concat(Uint8Array.of(prefix), ...parts)
const hexOrNone = (bytes: Uint8Array) => (bytes.some((b) => b !== 0) ? hex(bytes) : '')

/** The chain's state as a proof shows it. */
export class State {
  /** Now is the time of the block that the state is before, which answers take for now. */
  constructor(
    private readonly stores: Stores,
    private readonly now: Moment,
  ) {}

  private get(store: string, key: Uint8Array): Uint8Array | undefined {
    return this.stores.of(store).get(key)
  }

  private find(store: string, key: Uint8Array, schema: Schema): Message | undefined {
    const row = this.get(store, key)
    return row && decode(schema, row)
  }

  private need(store: string, key: Uint8Array, schema: Schema, what: string): Message {
    const row = this.find(store, key, schema)
    if (!row) throw refuted(`there is no ${what}`)
    return row
  }

  /** A page of the rows that begin with a prefix, and the key that the next one begins at, behind the prefix. */
  private page(store: string, prefix: Uint8Array, most: number): { rows: Row[]; next: Uint8Array | undefined } {
    const rows: Row[] = []
    for (const row of this.stores.of(store).walk(prefix, behind(prefix))) {
      if (rows.length === most) return { rows, next: row.key.subarray(prefix.length) }
      rows.push(row)
    }
    return { rows, next: undefined }
  }

  /** The row of a work. */
  work(id: Uint8Array): Message {
    return this.need('registry', prefixed(1, id), s.workRow, `work ${workText(id)}`)
  }

  claim(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    const row = this.work(id)
    const revision = decode(s.revision, row.current)
    const [contested, later] = this.contested(id, row)
    return {
      work: {
        ...row, id: asked.work, owner: account(row.owner), registrant: account(row.registrant), sha256: hexOrNone(row.sha256),
        anchor_root: hexOrNone(row.anchor_root), contested, also_claimed_later: later, details: revision.details,
        blanked_sha256: revision.blanked_sha256,
      },
    }
  }

  /** Whether somebody else's claim to a work's content stands before it, and whether one does behind it. */
  private contested(id: Uint8Array, row: Message): [boolean, boolean] {
    const content = row.sha256.length > 0 ? row.sha256 : new Uint8Array(32)
    const sole = this.get('registry', prefixed(8, content))
    if (sole === undefined) return [false, false]
    if (sole.length !== 20) throw refuted('a sole claim names no work')
    if (sole.some((b) => b !== 0)) return [false, false]
    const place = row.placed_at ?? row.claimed_since
    const within = prefixed(3, content)
    const own = concat(within, bigEndian(ordered(place.time), 8), bigEndian(place.tx_index, 4), bigEndian(place.rank, 4), id)
    return [this.foreign(row.owner, within, own), this.foreign(row.owner, concat(own, Uint8Array.of(0)), behind(within))]
  }

  /** Whether one of the claims from start on and before end belongs to somebody else. */
  private foreign(owner: Uint8Array, start: Uint8Array, end: Uint8Array): boolean {
    for (const claim of this.stores.of('registry').walk(start, end)) {
      if (claim.key.length !== 1 + 32 + 16 + 20 || claim.value.length > 0) throw refuted('a row of the claims in their order is none')
      if (!equal(this.work(claim.key.subarray(-20)).owner, owner)) return true
    }
    return false
  }

  anchor(asked: Message): Message {
    const of = readAccount(asked.account)
    const root = asked.root && fromHex(asked.root)
    if (!of || !root) throw refuted('the question names no anchor')
    return { anchor: this.need('registry', prefixed(7, accountKey(of), root), s.anchorRow, 'such anchor') }
  }

  title(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    const row = this.work(id)
    const owners: Message[] = []
    const length = row.transfers + 1
    for (let number = 0; number < Math.min(length, limit); number++) {
      const at =
        number === 0
          ? { owner: row.registrant, since: row.registered_at }
          : this.need('registry', prefixed(9, id, bigEndian(number, 4)), s.ownership, `owner ${number}`)
      owners.push({ number, owner: account(at.owner), since: at.since })
    }
    return { owners, pagination: page(length > limit ? bigEndian(limit, 8) : undefined) }
  }

  offers(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    this.work(id)
    const { rows, next } = this.page('license', prefixed(2, id), limit)
    return { offers: rows.map((r) => this.offer(id, r.key.subarray(21), decode(s.offerRow, r.value))), pagination: page(next) }
  }

  private offer(id: Uint8Array, under: Uint8Array, offer: Message): Message {
    if (under.length !== 32) throw refuted('an offer is under no terms')
    const name = termsText(under)
    const terms = this.need('license', prefixed(1, under), s.termsRow, `terms ${name}`)
    const tally = this.find('license', prefixed(6, id, under), s.tallyRow)
    const version = this.work(id).version
    const demands = this.get('license', prefixed(8, id))
    const head = this.head(id)
    const exclusives = this.find('license', prefixed(11, id), s.exclusivesRow)
    const price = offer.price.length > 0 ? offer.price : terms.grant_fee
    return {
      work: workText(id), terms: { id: name, preset: presets[name] ?? '', terms }, offer, granted: tally?.given ?? 0n,
      // Nobody needs a grant: there is no price, approval, duration, count, list of licensees or exclusivity.
      public: price.length === 0 && offer.licensees.length === 0 && !terms.duration && terms.max_grants === 0n &&
        terms.exclusivity === 0 && !terms.derivative_approval,
      conditions: {
        allow_list: allowListDigest(offer.licensees), upstream_version: head.upstream_version,
        demands_version: demands ? demandsVersion(demands) : 0, revisions: (version - 1) >>> 0, exclusives: exclusives?.given ?? 0,
        made: terms.exclusivity === 0 ? 0 : (exclusives?.made ?? 0), uses: 0n, withdrawals: 0n,
      },
    }
  }

  grant(asked: Message): Message {
    const id = given(asked.grant, 'grant', 20)
    const row = this.need('license', prefixed(3, id), s.grantRow, `grant ${asked.grant}`)
    const allowed = row.allow_list.some((b: number) => b !== 0)
      ? this.need('license', prefixed(13, row.allow_list), s.allowList, 'such list of licensees')
      : empty(s.allowList)
    return {
      grant: {
        id: asked.grant, work: workText(row.work), terms: termsText(row.terms), licensee: account(row.licensee),
        used_by: workText(row.used_by), grant: { ...row, expires_at: this.ends(row) },
      },
      licensees: allowed.licensees,
    }
  }

  dispute(asked: Message): Message {
    const id = given(asked.dispute, 'dispute', 20)
    return { dispute: this.need('dispute', prefixed(1, id), s.disputeRow, `dispute ${asked.dispute}`) }
  }

  /** When a grant ends, as of now: its row has that by the clock of its work, which stands still while the work is on hold. */
  private ends(grant: Message): Moment | null {
    if (!grant.expires_at) return null
    const hold = this.work(grant.work).hold
    if (!hold) return grant.expires_at
    let held: bigint = hold.before ?? 0n
    const since = hold.since && nanosOf(hold.since)
    if (since && nanosOf(this.now) > since) held += nanosOf(this.now) - since
    return momentOf(nanosOf(grant.expires_at) + held)
  }

  /** The head of a work, as it is registered where it has no row. */
  head(id: Uint8Array): Message {
    return this.find('royalty', prefixed(1, id), s.headRow) ?? empty(s.headRow)
  }

  /** A version of the holders of a work, from 1. */
  holdersAt(id: Uint8Array, version: number): Message {
    return this.need('royalty', prefixed(2, id, bigEndian(version, 4)), s.holdersRow, `version ${version} of the holders`)
  }

  /** A version of what a work owes, from 1. */
  upstream(id: Uint8Array, version: number): Message | undefined {
    return this.find('royalty', prefixed(3, id, bigEndian(version, 4)), s.upstreamRow)
  }

  /** The money of a work in a denom. */
  stages(id: Uint8Array, denom: string): Message {
    return this.find('royalty', prefixed(4, id, fromUtf8(denom)), s.stagesRow) ?? empty(s.stagesRow)
  }

  /** The work that earns in another's place. */
  destination(id: Uint8Array): Uint8Array {
    const other = this.get('royalty', prefixed(13, id))
    if (other?.length !== 20) throw refuted(`nothing says who earns in the place of ${workText(id)}`)
    return other
  }

  /** Reads the parameters of the royalty module, as all that computes with its lists does. */
  royaltyParams(): void {
    this.need('royalty', prefixed(0), {}, 'parameters')
  }

  holders(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    const row = this.work(id)
    const head = this.head(id)
    const version = head.holders_version
    const shares =
      version > 0
        ? this.holdersAt(id, version).shares
        : [{ account: row.registrant, weight: whole }]
    return {
      holders: shares.map((h: Message) => ({ account: account(h.account), weight: h.weight })),
      version,
      epoch: head.epoch,
    }
  }

  /** What the manifest that came with a version of a work commits to. */
  private roots(id: Uint8Array, version: number): Message {
    const row = this.need('registry', prefixed(11, id, bigEndian(version, 4)), s.manifestRow, `manifest of version ${version}`)
    const roots = { ...row, items: hexOrNone(row.items), contributors: hexOrNone(row.contributors) }
    return { version, roots, sha256: digestOf(roots) }
  }

  private withdrawals(id: Uint8Array): Message {
    return this.find('registry', prefixed(14, id), s.withdrawalList) ?? empty(s.withdrawalList)
  }

  manifest(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    const row = this.work(id)
    if (row.manifest_version === 0 || asked.version > row.version) throw refuted('the work has no such manifest')
    if (asked.version !== 0 && asked.version < row.manifest_version) {
      throw unsupported('which manifest was in force in an earlier version can\'t be computed here: check it with stemmad verify')
    }
    return { manifest: this.roots(id, row.manifest_version), withdrawals: this.withdrawals(id) }
  }

  item(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    this.work(id)
    const manifest = this.roots(id, asked.version)
    checkItem(asked.item, asked.contributor, manifest.roots)
    const list = this.withdrawals(id)
    return { manifest, list, status: this.withdrawn(id, fromHex(asked.item.sha256)!, contributorKey(asked.contributor)) }
  }

  /** Whether a content of a contributor was withdrawn, by itself or with all: by the earlier of both. */
  private withdrawn(id: Uint8Array, content: Uint8Array, contributor: Uint8Array): Message {
    const numbers = [content, new Uint8Array(32)].flatMap((of) => {
      const row = this.get('registry', prefixed(13, id, of, contributor))
      return row ? [fromBigEndian(row)] : []
    })
    if (numbers.length === 0) return { number: 0n, at: null }
    const number = numbers.reduce((a, b) => (a < b ? a : b))
    return { number, at: this.need('registry', prefixed(12, id, bigEndian(number, 8)), s.withdrawalRow, `withdrawal ${number}`).at }
  }

  part(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    const pool = prefixed(20, id, bigEndian(asked.version, 4))
    const { roots } = this.roots(id, asked.version)
    const total = BigInt(this.find('royalty', concat(pool, fromUtf8(asked.denom)), s.fundRow)?.total ?? '0')
    const start = startOf(asked.proof, roots)
    const had = this.get('royalty', concat(prefixed(21), pool.subarray(1), bigEndian(start, 8), fromUtf8(asked.denom)))
    const own = (total * asked.proof.weight) / roots.weight
    return { start, weight: asked.proof.weight, whole: roots.weight, total: `${total}`, own: `${own}`, collected: had ? utf8(had) : '0' }
  }

  derivation(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    this.work(id)
    const row = this.find('lineage', prefixed(1, id), s.derivationRow)
    const node = row
      ? {
          generation: this.head(id).generation, sources: row.edges.length, externals: row.externals, derived_at: row.derived_at,
          declarations: row.declarations,
        }
      : empty(s.derivationResponse).node
    return { node, record: this.find('lineage', prefixed(5, id), s.recordRow) ?? null }
  }

  sources(asked: Message): Message {
    const id = given(asked.work, 'work', 20)
    this.work(id)
    const row = this.find('lineage', prefixed(1, id), s.derivationRow) ?? empty(s.derivationRow)
    const blank = decode(s.sourcesResponse, Uint8Array.of(10, 0)).sources[0]
    const links: Message[] = row.edges.slice(0, limit).map((e: Message) => ({
      ...blank, ...e, derivative: asked.work, source: workText(e.source), terms: termsText(e.terms), grant: grantText(e.grant),
      added_at: e.added_at ?? row.derived_at, also: e.also.map(termsText),
      met_by_grants: e.met_by_grants.map((m: Message) => grantText(m.grant)), met_by_passes: e.met_by_passes.map(hexOrNone),
    }))
    if (row.edges.length > limit) return { sources: links, pagination: page(prefixed(0, row.edges[limit].source)) }
    if (links.length === limit) {
      return { sources: links, pagination: page(row.externals > 0 ? Uint8Array.of(1, 0, 0, 0, 0) : undefined) }
    }
    const { rows, next } = this.page('lineage', prefixed(4, id), limit - links.length)
    for (const e of rows.map((r) => decode(s.externalRow, r.value))) links.push({ ...blank, ...e, derivative: asked.work })
    return { sources: links, pagination: page(next && prefixed(1, next)) }
  }

  balances(asked: Message): Message {
    const of = readAccount(asked.account)!
    const prefix = prefixed(5, accountKey(of))
    const { rows, next } = this.page('royalty', prefix, limit)
    const balances = rows.map((r) => ({ denom: utf8(r.key.subarray(prefix.length)), amount: decode(s.balanceRow, r.value).amount }))
    return { balances, pagination: page(next) }
  }
}

/** The digest by which a list of licensees is named; nothing: it is for everybody. */
function allowListDigest(licensees: string[]): string {
  if (licensees.length === 0) return ''
  const texts = licensees.map(fromUtf8).flatMap((t) => [bigEndian(t.length, 4), t])
  return hex(sha256(concat(fromUtf8('stemma/allow-list/v1'), ...texts)))
}

/** The version of packed demands: it and the number of references stand before these and the constraints. */
function demandsVersion(packed: Uint8Array): number {
  const rest = packed.length < 6 ? -1 : packed.length - 6 - 24 * ((packed[4]! << 8) | packed[5]!)
  if (rest < 0 || rest % 57 !== 0) throw refuted('demands on a work can\'t be read')
  return Number(fromBigEndian(packed.subarray(0, 4)))
}

/** The page of an answer, which is all that there is: of more than one page nothing is proved. */
function page(next: Uint8Array | undefined): Message {
  if (next) throw refuted(`the chain has more than ${limit} rows of it, which no proof says`)
  return { next_key: new Uint8Array(0), total: 0n }
}

/** An id that a question names. */
function given(text: string, prefix: string, size: number): Uint8Array {
  const id = readId(text, prefix, size)
  if (!id) throw refuted(`the question names no ${prefix}`)
  return id
}

/** A moment as claims are ordered by it: nanoseconds since 1970, held at the bounds of what fits. */
function ordered(t: Moment): bigint {
  const nanos = nanosOf(t)
  return nanos < 0n ? 0n : nanos > most ? most : nanos
}
