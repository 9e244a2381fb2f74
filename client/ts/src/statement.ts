// Statements: what an anchor holds of an output of an AI system, which its generator may declare later.
import { toHex, toUtf8 } from '@cosmjs/encoding'
import { hmac } from '@noble/hashes/hmac.js'
import { bigEndian, concat, sha256 } from './bytes.js'
import { Role, type GenerationRecord, type Source } from './gen/lineage.js'
import type { Timestamp } from './gen/google/protobuf/timestamp.js'
import type { Digest } from './ids.js'

/**
 * What an anchor holds of a statement about a work: who made it with what, from which sources in which roles and parts, in
 * their order. By which permissions they are relied on is not part of it. MsgDerive of the same, with the proof of the
 * anchor, dates the record from the anchor.
 */
export function statementDigest(work: string, sources: Source[], record: GenerationRecord): Digest {
  const fields = [
    work, record.agent, record.model, record.provider, record.systemName, record.systemVersion,
    record.generatedAt ? rfc3339(record.generatedAt) : '', record.uniqueId, record.promptSha256,
  ]
  for (const s of sources) {
    fields.push(s.work, s.external?.sha256 ?? '', s.external?.uri ?? '', Role[s.role]!, String(s.weight))
  }
  const texts = fields.map(toUtf8)
  return toHex(sha256(concat(toUtf8('stemma/statement/v1'), ...texts.flatMap((t) => [bigEndian(t.length, 4), t])))) as Digest
}

/** A time in UTC, with as many decimals as it has. */
function rfc3339({ seconds, nanos }: Timestamp): string {
  const fraction = nanos === 0 ? '' : '.' + String(nanos).padStart(9, '0').replace(/0+$/, '')
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 19) + fraction + 'Z'
}

/** The salt of a leaf of a batch, whose salts all come from one seed of 32 random bytes. */
export function batchSalt(seed: Uint8Array, index: bigint): Uint8Array {
  if (seed.length !== 32) throw new RangeError('a seed has 32 bytes')
  return hmac(sha256, seed, bigEndian(index, 8))
}
