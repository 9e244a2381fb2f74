// Ids and digests as text, checked, and made as the chain makes them, before anything is sent.
import { fromBech32, fromHex, toBech32, toHex, toUtf8 } from '@cosmjs/encoding'
import { bigEndian, concat, sha256 } from './bytes.js'
import { codes } from './gen/codes.js'
import { Terms } from './gen/license.js'
import { CodeError } from './errors.js'

declare const kind: unique symbol
type Text<Kind extends string> = string & { readonly [kind]: Kind }

/** work1...: a registrant's claim to a content. */
export type WorkID = Text<'work'>
/** terms1...: terms by what they say. */
export type TermsID = Text<'terms'>
/** grant1...: a licence that somebody has. */
export type GrantID = Text<'grant'>
/** dispute1...: a claim against a work. */
export type DisputeID = Text<'dispute'>
/** paych1...: a payment channel. */
export type PaymentChannelID = Text<'paych'>
/** agent1...: software that acts for an account. */
export type AgentID = Text<'agent'>
/** attest1...: what somebody says of somebody. */
export type AttestationID = Text<'attest'>
/** A SHA-256 in 64 lower-case hex digits. */
export type Digest = Text<'digest'>

const sizes = { work: 20, terms: 32, grant: 20, dispute: 20, paych: 20, agent: 20, attest: 20 }
type Prefix = keyof typeof sizes

/** What accounts begin with. */
export const accountPrefix = 'stemma'
/** The most characters of bech32. Without it fromBech32 fails beside the newest @scure/base. */
const longest = 1023

function invalid(why: string): CodeError {
  return new CodeError(codes.registry.ErrInvalidID, why)
}

/** The bytes of an id with this prefix. It throws a CodeError of ErrInvalidID. */
function parse(text: string, prefix: Prefix): Uint8Array {
  let read
  try {
    read = fromBech32(text, longest)
  } catch {
    throw invalid(`"${text.slice(0, 80)}" is not a ${prefix} id (${prefix}1...), or mistyped`)
  }
  if (read.prefix !== prefix) throw invalid(`"${text}" is a ${read.prefix} id, where a ${prefix} id (${prefix}1...) is needed`)
  if (read.data.length !== sizes[prefix]) {
    throw invalid(`"${text}" holds ${read.data.length} bytes, a ${prefix} id has ${sizes[prefix]}`)
  }
  if (read.data.every((b) => b === 0)) throw invalid(`"${text}" is all zeros, which is nobody's id`)
  return read.data
}

const write = <K extends Prefix>(prefix: K, bytes: Uint8Array) => toBech32(prefix, bytes) as Text<K>
const checked = <K extends Prefix>(text: string, prefix: K) => write(prefix, parse(text, prefix))

export const parseWorkID = (text: string): WorkID => checked(text, 'work')
export const parseTermsID = (text: string): TermsID => checked(text, 'terms')
export const parseGrantID = (text: string): GrantID => checked(text, 'grant')
export const parseDisputeID = (text: string): DisputeID => checked(text, 'dispute')
export const parseAgentID = (text: string): AgentID => checked(text, 'agent')
export const parseAttestationID = (text: string): AttestationID => checked(text, 'attest')
export const parsePaymentChannelID = (text: string): PaymentChannelID => checked(text, 'paych')

/** The bytes of any id. It throws a CodeError of ErrInvalidID. */
export function idBytes(id: string): Uint8Array {
  const prefix = id.slice(0, id.lastIndexOf('1')).toLowerCase()
  if (!(prefix in sizes)) throw invalid(`"${id.slice(0, 80)}" is no id`)
  return parse(id, prefix as Prefix)
}

/** The bytes of an account. It throws a CodeError of ErrInvalidID. */
export function accountBytes(account: string): Uint8Array {
  try {
    const { prefix, data } = fromBech32(account, longest)
    if (prefix === accountPrefix && data.length > 0 && data.length <= 255) return data
  } catch {
    // said below
  }
  throw invalid(`"${account.slice(0, 80)}" is no account (${accountPrefix}1...), or mistyped`)
}

/** The text of an account. */
export const account = (bytes: Uint8Array): string => toBech32(accountPrefix, bytes, longest)

/** Reads a digest, 64 hex digits of either case. It throws a CodeError of ErrInvalidDigest. */
export function parseDigest(text: string): Digest {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) {
    throw new CodeError(codes.registry.ErrInvalidDigest, `"${text.slice(0, 80)}" is no SHA-256: it takes 64 hex digits`)
  }
  return text.toLowerCase() as Digest
}

/** The SHA-256 of bytes. */
export const digest = (bytes: Uint8Array): Digest => toHex(sha256(bytes)) as Digest

/** The SHA-256 of a content that comes in parts, a file's stream say: it never lies in memory as a whole. */
export async function digestOf(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Digest> {
  const hash = sha256.create()
  for await (const part of parts) hash.update(part)
  return toHex(hash.digest()) as Digest
}

const hashed = (domain: string, ...parts: Uint8Array[]) => sha256(concat(toUtf8(domain), ...parts))
const short = (bytes: Uint8Array) => bytes.subarray(0, 20)
const sized = (bytes: Uint8Array) => concat(bigEndian(bytes.length, 1), bytes)

/** The id of a registrant's claim to a content. */
export function newWorkID(registrant: string, content: string): WorkID {
  return write('work', short(hashed('stemma/work-id/v1', sized(accountBytes(registrant)), fromHex(parseDigest(content)))))
}

/** The id of terms. Those whose uri was taken away have the same. */
export function newTermsID(terms: Terms): TermsID {
  return write('terms', hashed('stemma/terms/v1', Terms.encode(blank(terms)).finish()))
}

/** Terms with the digest of their uri in its place. */
export function blank(terms: Terms): Terms {
  if (terms.uri === '') return terms
  const uri = toUtf8(terms.uri)
  return { ...terms, uri: '', blankedSha256: toHex(hashed('stemma/terms-uri/v1', bigEndian(uri.length, 4), uri)) }
}

/** The id of a grant; the serial is of the licensee's choice. */
export function newGrantID(work: string, terms: string, licensee: string, serial: bigint): GrantID {
  return write('grant', short(hashed('stemma/grant/v1',
    parse(work, 'work'), parse(terms, 'terms'), sized(accountBytes(licensee)), bigEndian(serial, 8))))
}

/** The id of a payment channel; the serial is of the payer's choice. */
export function newPaymentChannelID(payer: string, serial: bigint): PaymentChannelID {
  return write('paych', short(hashed('stemma/payment-channel/v1', sized(accountBytes(payer)), bigEndian(serial, 8))))
}

/** The id of a dispute, by its number among those of the challenger about the work. */
export function newDisputeID(work: string, challenger: string, serial: number): DisputeID {
  return write('dispute', short(hashed('stemma/dispute/v1',
    parse(work, 'work'), sized(accountBytes(challenger)), bigEndian(serial, 4))))
}

/** The id of an agent, by the name that its registrant gave it. */
export function newAgentID(registrant: string, name: string): AgentID {
  return write('agent', short(hashed('stemma/agent-id/v1', sized(accountBytes(registrant)), toUtf8(name))))
}

/** The id of an attestation. */
export function newAttestationID(issuer: string, schema: string, subject: string, payload: string): AttestationID {
  return write('attest', short(hashed('stemma/attestation-id/v1',
    sized(accountBytes(issuer)), toUtf8(`${schema}\0${subject}\0`), fromHex(parseDigest(payload)))))
}

/** By which the registry names a fingerprint. */
export function fingerprintHash(scheme: string, value: string): Digest {
  return toHex(sha256(concat(toUtf8(scheme), Uint8Array.of(0), toUtf8(value)))) as Digest
}

/** By which a purchase names the accounts to which an offer is made, in order; empty: to everybody. */
export function allowListDigest(licensees: string[]): Digest | '' {
  if (licensees.length === 0) return ''
  const parts = licensees.map(toUtf8).flatMap((text) => [bigEndian(text.length, 4), text])
  return toHex(hashed('stemma/allow-list/v1', ...parts)) as Digest
}

/** By which a demand names a pass. */
export function passID(licensee: string, usesOf: string, work: string, terms: string): Digest {
  const account = accountBytes(licensee)
  return toHex(hashed('stemma/pass/v1', bigEndian(account.length, 4), account,
    parse(usesOf, 'work'), parse(work, 'work'), parse(terms, 'terms'))) as Digest
}
