// Vouchers: what a payer promises off chain from a payment channel. A voucher says how much the channel is to have paid
// in all, so that a newer one, of a higher total, takes the place of all earlier ones.
import { fromHex, toHex, toUtf8 } from '@cosmjs/encoding'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bigEndian, concat, sha256, shortBigEndian } from './bytes.js'
import { CodeError, codes, type Code } from './errors.js'
import { idBytes, parsePaymentChannelID, type PaymentChannelID } from './ids.js'
import { readAmount } from './units.js'

export interface Voucher {
  chainId: string
  paymentChannel: PaymentChannelID
  /** What the channel is to have paid with this voucher, in base units of its denom. */
  total: bigint
  /** The last second in which it can be redeemed, as Unix time; 0: no end. */
  expires: bigint
  /** r and s of 32 bytes each, s in the lower half; empty before signing. */
  signature: Uint8Array
}

const lastSecond = 253402300799n
const mostTotal = 2n ** 256n - 1n

function fail(why: string, code: Code = codes.royalty.ErrInvalidVoucher): never {
  throw new CodeError(code, why)
}

function check(v: Voucher): void {
  const { length } = toUtf8(v.chainId)
  if (length === 0 || length > 255) fail(`a chain id of ${length} bytes`)
  if (v.total < 1n || v.total > mostTotal) fail('the total must be at least one unit')
  if (v.expires < 0n || v.expires > lastSecond) fail('it expires before 1970 or after the year 9999; 0 is no end')
}

/** What a key signs, by its SHA-256. */
export function voucherSignBytes(v: Voucher): Uint8Array {
  const [chain, total] = [toUtf8(v.chainId), shortBigEndian(v.total)]
  return concat(toUtf8('stemma/voucher/v1'), bigEndian(chain.length, 1), chain, idBytes(v.paymentChannel),
    bigEndian(total.length, 1), total, bigEndian(v.expires, 8))
}

/** Signs with a private key of 32 bytes: that of the payment channel's key, not of an account with money. */
export function signVoucher(v: Omit<Voucher, 'signature'>, privateKey: Uint8Array): Voucher {
  const voucher = { ...v, signature: new Uint8Array() }
  check(voucher)
  return { ...voucher, signature: secp256k1.sign(sha256(voucherSignBytes(voucher)), privateKey, { prehash: false, lowS: true }) }
}

/** Makes sure that a voucher is signed by a payment channel's key. It throws a CodeError. */
export function verifyVoucher(v: Voucher, key: Uint8Array): void {
  check(v)
  if (v.signature.length !== 64) fail(`a signature of ${v.signature.length} bytes, not 64`)
  let valid = false
  try {
    const { r, s } = secp256k1.Signature.fromBytes(v.signature)
    if (s > secp256k1.Point.Fn.ORDER / 2n || r === 0n) throw new RangeError('s in the upper half')
    valid = secp256k1.verify(v.signature, sha256(voucherSignBytes(v)), key, { prehash: false, lowS: true })
  } catch {
    fail('the signature is not in its valid form: r below the order, s in the lower half')
  }
  if (!valid) fail('it was signed by another key, or for another chain, payment channel, total or end', codes.royalty.ErrWrongSignature)
}

/** Whether it can no longer be redeemed at a time. */
export function voucherExpired(v: Voucher, now = new Date()): boolean {
  return v.expires > 0n && BigInt(Math.floor(now.getTime() / 1000)) > v.expires
}

/** A voucher as MsgRedeemVouchers has it. */
export function voucherMessage({ paymentChannel, total, expires, signature }: Voucher) {
  return { paymentChannel: paymentChannel as string, total: total.toString(), expires, signature }
}

/** A voucher as a file has it, and services send it. */
export function voucherText(v: Voucher): string {
  const expires = v.expires > 0n ? new Date(Number(v.expires) * 1000).toISOString().replace('.000Z', 'Z') : undefined
  return JSON.stringify({
    chain_id: v.chainId, payment_channel: v.paymentChannel, total: v.total.toString(), expires, signature: toHex(v.signature),
  })
}

/** Reads a voucher; the signature is not checked. It throws a CodeError. */
export function parseVoucher(text: string): Voucher {
  let f
  try {
    f = JSON.parse(text)
  } catch (e) {
    return fail(`it is no JSON: ${e}`)
  }
  if (typeof f !== 'object' || f === null) fail('it is no voucher')
  const known = ['chain_id', 'payment_channel', 'total', 'expires', 'signature']
  const strange = Object.keys(f).find((name) => !known.includes(name))
  if (strange) fail(`a voucher has no ${strange}`)
  for (const name of known) {
    if (typeof f[name] !== 'string' && !(name === 'expires' && f[name] === undefined)) fail(`${name} is no text`)
  }
  const at = f.expires === undefined ? 0 : Date.parse(f.expires)
  if (Number.isNaN(at) || at < 0) fail(`expires "${f.expires}" is no time since 1970`)
  if (!/^([0-9a-fA-F]{2})*$/.test(f.signature)) fail('the signature is no hex')
  const voucher = {
    chainId: f.chain_id, paymentChannel: parsePaymentChannelID(f.payment_channel), total: readAmount(f.total),
    expires: BigInt(Math.floor(at / 1000)), signature: fromHex(f.signature),
  }
  check(voucher)
  return voucher
}
