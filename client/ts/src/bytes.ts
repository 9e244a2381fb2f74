// Bytes: hashing, joining and numbers.
import { sha256 } from '@noble/hashes/sha2.js'

export { sha256 }

export function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) {
    all.set(p, at)
    at += p.length
  }
  return all
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i])
}

/** A number in so many bytes, the highest first. */
export function bigEndian(n: bigint | number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let left = BigInt(n)
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(left & 255n)
    left >>= 8n
  }
  if (left !== 0n) throw new RangeError(`${n} does not fit into ${size} bytes`)
  return bytes
}

/** A number without leading zeros; of 0 no byte. */
export function shortBigEndian(n: bigint): Uint8Array {
  const digits = n === 0n ? '' : n.toString(16)
  return bigEndian(n, Math.ceil(digits.length / 2))
}

export function random(size: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(size))
}
