// Ids and accounts as text: bech32 (BIP 173).
import { concat } from './bytes.js'

const charset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
/** The most characters of an account. */
const longest = 1023

/** What accounts begin with. */
export const accountPrefix = 'stemma'

function checksum(prefix: string, values: number[]): number {
  const codes = [...prefix].map((c) => c.charCodeAt(0))
  let sum = 1
  for (const v of [...codes.map((c) => c >> 5), 0, ...codes.map((c) => c & 31), ...values]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ v
    generators.forEach((g, i) => {
      if ((top >> i) & 1) sum ^= g
    })
  }
  return sum >>> 0
}

/** Regroups bits; undefined: what is left over is not padding. */
function regroup(from: Iterable<number>, width: number, to: number, pad: boolean): number[] | undefined {
  const out: number[] = []
  let [held, bits] = [0, 0]
  for (const v of from) {
    held = ((held << width) | v) & 0xffff
    for (bits += width; bits >= to; ) {
      bits -= to
      out.push((held >> bits) & ((1 << to) - 1))
    }
  }
  const rest = held & ((1 << bits) - 1)
  if (pad && bits > 0) out.push((rest << (to - bits)) & ((1 << to) - 1))
  return pad || (bits < width && rest === 0) ? out : undefined
}

export function bech32(prefix: string, bytes: Uint8Array): string {
  const values = regroup(bytes, 8, 5, true)!
  const sum = checksum(prefix, [...values, 0, 0, 0, 0, 0, 0]) ^ 1
  for (let i = 0; i < 6; i++) values.push((sum >>> (5 * (5 - i))) & 31)
  return `${prefix}1${values.map((v) => charset[v]).join('')}`
}

/** Reads bech32 in lower case; undefined: it is something else. */
function fromBech32(text: string, prefix: string): Uint8Array | undefined {
  if (text.length > longest || !text.startsWith(`${prefix}1`)) return undefined
  const values = [...text.slice(prefix.length + 1)].map((c) => charset.indexOf(c))
  if (values.length < 6 || values.includes(-1) || checksum(prefix, values) !== 1) return undefined
  const bytes = regroup(values.slice(0, -6), 5, 8, false)
  return bytes && Uint8Array.from(bytes)
}

/** The bytes of an id; undefined: it is none, or nobody's, which is all zeros. */
export function readId(text: string, prefix: string, size: number): Uint8Array | undefined {
  const bytes = fromBech32(text, prefix)
  return bytes?.length === size && bytes.some((b) => b !== 0) ? bytes : undefined
}

/** The text of an id; nothing where it is all zeros or not there. */
export function idText(prefix: string, bytes: Uint8Array): string {
  return bytes.some((b) => b !== 0) ? bech32(prefix, bytes) : ''
}

export const workText = (bytes: Uint8Array) => idText('work', bytes)
export const termsText = (bytes: Uint8Array) => idText('terms', bytes)
export const grantText = (bytes: Uint8Array) => idText('grant', bytes)

/** The bytes of an account in lower case; undefined: it is none. */
export function readAccount(text: string): Uint8Array | undefined {
  const bytes = fromBech32(text, accountPrefix)
  return bytes && bytes.length > 0 && bytes.length <= 255 ? bytes : undefined
}

export function account(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : bech32(accountPrefix, bytes)
}

/** An account in a key of a row that goes on: its length in one byte, then itself. */
export function accountKey(bytes: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(bytes.length), bytes)
}
