// Anchors: a Merkle root that an account puts on the chain first proves later that it knew contents, without showing them.
import { fromHex, toHex, toUtf8 } from '@cosmjs/encoding'
import { bigEndian, concat, equal, random, sha256 } from './bytes.js'
import { accountBytes, parseDigest } from './ids.js'

/** The most leaves under one root. */
export const maxLeaves = 2n ** 32n

/** Leads from one leaf to the root; the path is the siblings' hashes from the leaf up. */
export interface AnchorProof {
  index: bigint
  total: bigint
  path: Uint8Array[]
}

/** A salt, 32 random bytes. Keep it: nothing is proved without it, and nobody else should have it before. */
export const newSalt = (): Uint8Array => random(32)

/**
 * Commits an account to a content without showing it. As the account is in it, nobody can use another's root; as the
 * salt is, nobody can test a root for a content that they know.
 */
export function anchorLeaf(chainId: string, account: string, salt: Uint8Array, digest: string): Uint8Array {
  return leafOf(chainId, accountBytes(account), salt, fromHex(parseDigest(digest)))
}

/** Leaf of a statement's digest (statementDigest): whoever anchors files that others give them states nothing by it. */
export function statementLeaf(chainId: string, account: string, salt: Uint8Array, digest: string): Uint8Array {
  return leafOf(chainId, accountBytes(account), salt, fromHex(parseDigest(digest)), 'stemma/anchor/statement/v1')
}

export function leafOf(
  chainId: string, account: Uint8Array, salt: Uint8Array, digest: Uint8Array, domain = 'stemma/anchor/v1',
): Uint8Array {
  const chain = toUtf8(chainId)
  if (salt.length !== 32 || digest.length !== 32) throw new RangeError('salt and digest have 32 bytes')
  return sha256(concat(toUtf8(domain),
    bigEndian(chain.length, 4), chain, bigEndian(account.length, 4), account, salt, digest))
}

const outer = (leaf: Uint8Array) => sha256(concat(Uint8Array.of(0), leaf)) // RFC 6962, 2.1
const inner = (left: Uint8Array, right: Uint8Array) => sha256(concat(Uint8Array.of(1), left, right))

/** The largest power of two below a number of leaves: how many are on the left. */
function leftOf(total: bigint): bigint {
  return 1n << BigInt((total - 1n).toString(2).length - 1)
}

/** The root of the tree over the leaves, in their order, and each leaf's proof. */
export function buildAnchor(leaves: Uint8Array[]): { root: Uint8Array; proofs: AnchorProof[] } {
  if (leaves.length === 0) throw new RangeError('an anchor takes at least one leaf')
  const proofs = leaves.map((_, i) => ({ index: BigInt(i), total: BigInt(leaves.length), path: [] as Uint8Array[] }))
  const build = (from: number, to: number): Uint8Array => {
    if (to - from === 1) return outer(leaves[from]!)
    const middle = from + Number(leftOf(BigInt(to - from)))
    const [left, right] = [build(from, middle), build(middle, to)]
    proofs.slice(from, middle).forEach((p) => p.path.push(right))
    proofs.slice(middle, to).forEach((p) => p.path.push(left))
    return inner(left, right)
  }
  return { root: build(0, leaves.length), proofs }
}

/** Whether a leaf at the proof's index leads to a root. */
export function verifyAnchor(root: Uint8Array, leaf: Uint8Array, { index, total, path }: AnchorProof): boolean {
  if (total < 1n || total > maxLeaves || index < 0n || index >= total) return false
  // Which side a sibling is on, from the leaf up.
  const sides: boolean[] = []
  for (let [at, n] = [index, total]; n > 1n; ) {
    const left = leftOf(n)
    sides.unshift(at >= left)
    if (at < left) n = left
    else [at, n] = [at - left, n - left]
  }
  if (sides.length !== path.length || path.some((hash) => hash.length !== 32)) return false
  return equal(root, path.reduce((hash, sibling, i) => (sides[i] ? inner(sibling, hash) : inner(hash, sibling)), outer(leaf)))
}

/** A proof as MsgProveAnchor has it. */
export function proofMessage(root: Uint8Array, salt: Uint8Array, proof: AnchorProof) {
  return { root: toHex(root), salt: toHex(salt), index: proof.index, total: proof.total, path: proof.path.map(toHex) }
}
