// Headers of blocks, sets of validators and commits, and whether a header follows from a trusted one by signatures.
import { ed25519 } from '@noble/curves/ed25519.js'
import { compare, concat, equal, key, sha256 } from './bytes.js'
import { fixed, moment, number, sized, type Moment } from './proto.js'
import { refuted } from './result.js'
import { root } from './rfc6962.js'
import { max32, most, Reader, uvarint } from './wire.js'

/** The latest time that a header can have, in seconds: in the year 2262, as nanoseconds end there. */
const lastTime = 9_223_372_036n
const maxSet = 1 << 12
/** The most power that a set can have, as CometBFT has it. */
const maxPower = most / 8n
const billion = 1_000_000_000n

export interface Header {
  height: bigint
  time: Moment
  validators: Uint8Array
  nextValidators: Uint8Array
  data: Uint8Array
  app: Uint8Array
  lastResults: Uint8Array
  hash: Uint8Array
}

/** Nanoseconds since 1970. */
export const nanosOf = (t: Moment) => t.seconds * billion + BigInt(t.nanos)

export function momentOf(nanos: bigint): Moment {
  const part = ((nanos % billion) + billion) % billion
  return { seconds: (nanos - part) / billion, nanos: Number(part) }
}

export function readHeader(r: Reader, chainId: Uint8Array): Header {
  const [block, app, height] = [r.number(max32), r.number(most), r.number(most)]
  const time = { seconds: r.number(lastTime), nanos: Number(r.number(billion - 1n)) }
  const total = r.number(max32)
  const last =
    total > 0n
      ? concat(sized(1, r.hash()), sized(2, concat(number(1, total), sized(2, r.hash()))))
      : sized(2, new Uint8Array(0))
  const hashes = Array.from({ length: 8 }, () => r.hash())
  const proposer = r.bytes(20)
  if (height === 0n) r.fail('a header has height 0')
  const wrapped = (b: Uint8Array) => (b.length === 0 ? b : sized(1, b))
  return {
    height,
    time,
    data: hashes[1]!,
    validators: hashes[2]!,
    nextValidators: hashes[3]!,
    app: hashes[5]!,
    lastResults: hashes[6]!,
    hash: root([
      concat(number(1, block), number(2, app)),
      wrapped(chainId),
      number(1, height),
      moment(time),
      last,
      ...hashes.map(wrapped),
      wrapped(proposer),
    ]),
  }
}

interface Validator {
  key: Uint8Array
  power: bigint
}

/** Validators in CometBFT's order: the most power first, then by address. */
export class ValidatorSet {
  readonly list: Validator[]
  readonly power: bigint
  readonly powers: Map<string, bigint>

  constructor(validators: Validator[]) {
    const addressed = validators.map((v) => ({ ...v, address: sha256(v.key).subarray(0, 20) }))
    addressed.sort((a, b) => (a.power === b.power ? compare(a.address, b.address) : a.power > b.power ? -1 : 1))
    this.list = addressed
    this.power = validators.reduce((sum, v) => sum + v.power, 0n)
    this.powers = new Map(validators.map((v) => [key(v.key), v.power]))
  }

  /** What headers name the set by. */
  get hash(): Uint8Array {
    return root(this.list.map((v) => concat(sized(1, sized(1, v.key)), number(2, v.power))))
  }
}

export const noValidators = new ValidatorSet([])

/** Reads a set from what changed from another. */
export function readSet(r: Reader, from: ValidatorSet): ValidatorSet {
  const now = new Map(from.list.map((v) => [key(v.key), v]))
  let previous: Uint8Array | undefined
  for (let n = r.count(2 * maxSet); n > 0; n--) {
    const [validator, power] = [r.bytes(32), r.number(maxPower)]
    if (previous && compare(validator, previous) <= 0) r.fail('a validator stands out of order')
    previous = validator
    const name = key(validator)
    if ((now.get(name)?.power ?? 0n) === power) r.fail('a validator did not change')
    if (power === 0n) now.delete(name)
    else now.set(name, { key: validator, power })
  }
  if (now.size > maxSet) r.fail(`a set has ${now.size} validators, more than ${maxSet}`)
  if (now.size === 0) r.fail('a set has no validators')
  const set = new ValidatorSet([...now.values()])
  if (set.power > maxPower) r.fail('a set has more power than there can be')
  return set
}

interface Signature {
  place: number
  /** Nanoseconds from the header's time. */
  after: bigint
  bytes: Uint8Array
}

interface Commit {
  round: bigint
  parts: { total: bigint; hash: Uint8Array }
  signatures: Signature[]
}

/** Says whether power is over two thirds of all, as CometBFT rounds. */
const enough = (power: bigint, all: bigint) => power > (all * 2n) / 3n

function readCommit(r: Reader, set: ValidatorSet): Commit {
  const commit: Commit = { round: r.number(0x7fff_ffffn), parts: { total: r.number(max32), hash: r.hash() }, signatures: [] }
  const bits = r.bytes((set.list.length + 7) >> 3)
  let power = 0n
  for (let place = 0; place < 8 * bits.length; place++) {
    if (((bits[place >> 3]! >> (place & 7)) & 1) === 0) continue
    if (place >= set.list.length || enough(power, set.power)) r.fail('a commit has more signatures than are needed')
    commit.signatures.push({ place, after: r.signed(), bytes: r.bytes(64) })
    power += set.list[place]!.power
  }
  if (!enough(power, set.power)) r.fail(`a commit has signatures of ${power} of ${set.power} power, not over two thirds`)
  return commit
}

/** A header that follows from a trusted one by signatures. */
export interface Hop {
  /** The set that the trusted header names as its next one. */
  from: ValidatorSet
  /** The header's own. */
  set: ValidatorSet
  header: Header
  commit: Commit
}

export function readHop(r: Reader, chainId: Uint8Array, last: ValidatorSet): Hop {
  const from = readSet(r, last)
  const set = readSet(r, from)
  return { from, set, header: readHeader(r, chainId), commit: readCommit(r, set) }
}

/** Says whether a signature of a message is a key's. */
export type Quick = (signature: Uint8Array, message: Uint8Array, key: Uint8Array) => boolean

/** Whether a signature is a key's, by ZIP-215 as CometBFT asks: native libraries refuse some that it takes. */
function isSignature(signature: Uint8Array, message: Uint8Array, validator: Uint8Array, quick?: Quick): boolean {
  try {
    if (quick?.(signature, message, validator)) return true
  } catch {
    // It knows no such key.
  }
  try {
    return ed25519.verify(signature, message, validator, { zip215: true })
  } catch {
    return false
  }
}

/** checkHop, without whether the signatures are right. */
function checkFollows(hop: Hop, trusted: Header): void {
  const to = hop.header
  if (to.height <= trusted.height || nanosOf(to.time) <= nanosOf(trusted.time)) {
    throw refuted(`header ${to.height} does not come after header ${trusted.height}`)
  }
  if (!equal(hop.from.hash, trusted.nextValidators)) throw refuted(`header ${trusted.height} names another next set of validators`)
  if (!equal(hop.set.hash, to.validators)) throw refuted(`header ${to.height} names another set of validators`)
  if (to.height === trusted.height + 1n && !equal(hop.set.hash, hop.from.hash)) {
    throw refuted(`header ${to.height} has not the validators that header ${trusted.height} names as the next`)
  }
  const known = hop.commit.signatures.reduce((sum, s) => sum + (hop.from.powers.get(key(hop.set.list[s.place]!.key)) ?? 0n), 0n)
  if (known <= hop.from.power / 3n) {
    throw refuted(`of the validators of header ${trusted.height} not over a third of the power signed header ${to.height}`)
  }
}

/** Whether the next hop would do without this one, from the header before it: then this one is not needed. */
export function skips(hop: Hop, next: Hop, trusted: Header): boolean {
  try {
    checkFollows({ ...next, from: hop.from }, trusted)
    return true
  } catch {
    return false
  }
}

/**
 * Makes sure that a header follows from a trusted one, as CometBFT's light client does: over two thirds of its own set signed
 * it, and these are over a third of the set that the trusted header names as the next one; right behind it both are the same.
 */
export function checkHop(hop: Hop, trusted: Header, chainId: Uint8Array, quick?: Quick): void {
  checkFollows(hop, trusted)
  const to = hop.header
  const { round, parts, signatures } = hop.commit
  const block = concat(sized(1, to.hash), sized(2, concat(number(1, parts.total), sized(2, parts.hash))))
  for (const s of signatures) {
    const vote = concat(
      number(1, 2),
      fixed(2, to.height),
      fixed(3, round),
      sized(4, block),
      sized(5, moment(momentOf(nanosOf(to.time) + s.after))),
      chainId.length === 0 ? chainId : sized(6, chainId),
    )
    if (!isSignature(s.bytes, concat(uvarint(vote.length), vote), hop.set.list[s.place]!.key, quick)) {
      throw refuted(`signature ${s.place} of header ${to.height} is not its validator's`)
    }
  }
}
