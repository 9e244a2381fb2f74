// What binds a payment to what it is for (docs/x402-cosmos.md).
import { toHex, toUtf8 } from '@cosmjs/encoding'
import { bigEndian, concat, sha256 } from '../../src/bytes.js'
import type { Requirements } from './wire.js'

/** Fields behind a domain, each behind its length in 4 bytes. */
function fields(domain: string, list: readonly (string | Uint8Array)[]): Uint8Array {
  const parts = list.map((field) => (typeof field === 'string' ? toUtf8(field) : field))
  return concat(toUtf8(domain), ...parts.flatMap((part) => [bigEndian(part.length, 4), part]))
}

/** The memo of a transaction that pays. */
export function memo(r: Requirements, nonce: Uint8Array): string {
  const commitment = fields('stemma/x402/exact/v1', [r.network, r.payTo, r.asset, r.amount, r.extra.resource, nonce])
  return `x402:${toHex(sha256(commitment))}`
}

/** What a holder signs, by its SHA-256. */
export function holderBytes(network: string, resource: string, account: string, agent: string, time: number): Uint8Array {
  return concat(fields('stemma/x402/holder/v1', [network, resource, account, agent]), bigEndian(time, 8))
}
