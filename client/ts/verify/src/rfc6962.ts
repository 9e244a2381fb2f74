// The Merkle tree of RFC 6962 section 2.1.
import { concat, equal, none, sha256 } from './bytes.js'

/** The most peaks of a log: one for each bit of its size. */
export const maxPeaks = 64

export function leaf(entry: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), entry))
}

export function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right))
}

/** The root of the tree over entries. */
export function root(entries: Uint8Array[]): Uint8Array {
  if (entries.length === 0) return sha256(none)
  if (entries.length === 1) return leaf(entries[0]!)
  let half = 1
  while (2 * half < entries.length) half *= 2
  return node(root(entries.slice(0, half)), root(entries.slice(half)))
}

/** The sides on which an entry of a tree is, from its leaf up; true: the right one. */
export function turns(index: number, total: number): boolean[] {
  const sides: boolean[] = []
  while (total > 1) {
    let left = 1
    while (2 * left < total) left *= 2
    if (index < left) {
      sides.unshift(false)
      total = left
    } else {
      sides.unshift(true)
      index -= left
      total -= left
    }
  }
  return sides
}

/** The root that the hashes beside it lead to from a leaf. */
export function climb(hash: Uint8Array, right: boolean[], beside: Uint8Array[]): Uint8Array {
  return beside.reduce((below, other, i) => (right[i] ? node(other, below) : node(below, other)), hash)
}

const bitLength = (n: bigint) => (n === 0n ? 0 : n.toString(2).length)
const ones = (n: bigint) => n.toString(2).replaceAll('0', '').length

/** What is kept of a log: how many entries it has, and the roots of the full subtrees that they make up. */
export interface Frontier {
  size: bigint
  peaks: Uint8Array[]
}

export function wholeFrontier(f: Frontier): boolean {
  return f.peaks.length === ones(f.size)
}

/** Says whether a log has an entry's leaf at an index: the path leads to the peak above it, and no further. */
export function inLog(f: Frontier, entry: Uint8Array, index: bigint, path: Uint8Array[]): boolean {
  if (!wholeFrontier(f) || index >= f.size) return false
  // The highest bit in which they differ is set in the size: what is above it they have in common.
  const level = bitLength(f.size ^ index) - 1
  if (path.length !== level) return false
  const right = path.map((_, i) => ((index >> BigInt(i)) & 1n) === 1n)
  return equal(climb(entry, right, path), f.peaks[ones(f.size >> BigInt(level + 1))]!)
}
