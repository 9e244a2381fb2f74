// What manifests commit to, as Go's x/registry/manifest and x/registry/sumtree have it: rows of items, and the tree of contributors
// whose nodes have the sums of the weights below them.
import { readAccount, readId } from './bech32.js'
import { ascii, bigEndian, concat, equal, fromHex, hex, sha256 } from './bytes.js'
import type { Message } from './proto.js'
import { refuted } from './result.js'
import { climb, leaf, turns } from './rfc6962.js'

const maxCount = 2n ** 32n
const most = 2n ** 64n

/** A node of the tree of contributors. */
interface Sum {
  sum: bigint
  hash: Uint8Array
}

/** The kind and the id of a contributor: 1 and an account, or 2 and a work. */
export function contributorKey(c: Message): Uint8Array {
  const of = c.account === '' ? readId(c.work, 'work', 20) : readAccount(c.account)
  if (!of || (c.account !== '') === (c.work !== '') || (c.account !== '' && of.length !== 20 && of.length !== 32)) {
    throw refuted('the question names no contributor')
  }
  return concat(Uint8Array.of(c.account === '' ? 2 : 1), of)
}

const filled = (text: string, size: number) => (text === '' ? new Uint8Array(size) : fromHex(text)!)

/** The row of an item. */
export function itemRow(item: Message, contributor: Message): Uint8Array {
  const [kind, ...id] = contributorKey(contributor)
  if (item.weight < 1n || item.time < 0n || item.time >= most / 2n || item.sha256 === '') {
    throw refuted('the item is none')
  }
  let flags = kind === 2 ? 1 : id.length === 32 ? 2 : 0
  const parts = [filled(item.sha256, 32), Uint8Array.from(id)]
  const add = (flag: number, there: boolean, part: Uint8Array) => {
    if (!there) return
    flags |= flag
    parts.push(part)
  }
  add(4, item.weight !== 1n, bigEndian(item.weight, 8))
  add(8, item.terms_sha256 !== '', filled(item.terms_sha256, 32))
  add(16, item.consent !== '', filled(item.consent, 32))
  add(32, item.time !== 0n, bigEndian(item.time, 8))
  return concat(Uint8Array.of(flags), ...parts)
}

/** The digest of a manifest: the content of the work that it makes. */
export function digestOf(roots: Message): string {
  const numbers = [roots.item_count, roots.contributor_count, roots.weight].map((n) => bigEndian(n, 8))
  return hex(sha256(concat(ascii('stemma/manifest/v1'), filled(roots.items, 32), filled(roots.contributors, 32), ...numbers)))
}

function sides(index: bigint, total: bigint, hashes: number, of: string): boolean[] {
  if (total < 1n || total > maxCount || index >= total) throw refuted(`${of} ${index} is outside of the manifest's ${total}`)
  const right = turns(Number(index), Number(total))
  if (hashes !== right.length) throw refuted(`the path has ${hashes} hashes, ${of} ${index} of ${total} has ${right.length}`)
  return right
}

/** Refutes an item that a manifest has not. */
export function checkItem(item: Message, contributor: Message, roots: Message): void {
  const right = sides(item.index, roots.item_count, item.path.length, 'item')
  const path = item.path.map((h: string) => filled(h, 32))
  if (hex(climb(leaf(itemRow(item, contributor)), right, path)) !== roots.items) throw refuted('the manifest does not have the item')
}

function join(left: Sum, right: Sum): Sum {
  const sum = left.sum + right.sum
  if (sum >= most) throw refuted('weights sum up to 2^64 or more')
  const part = (n: Sum) => concat(bigEndian(n.sum, 8), n.hash)
  return { sum, hash: sha256(concat(Uint8Array.of(1), part(left), part(right))) }
}

/** Where a contributor's part of the whole begins. */
export function startOf(proof: Message, roots: Message): bigint {
  const key = contributorKey(proof.contributor)
  if (proof.weight < 1n) throw refuted('the contributor has no weight')
  const right = sides(proof.index, roots.contributor_count, proof.path.length, 'contributor')
  const entry = concat(Uint8Array.of(0, key[0]!, key.length - 1), key.subarray(1), bigEndian(proof.weight, 8))
  let node: Sum = { sum: proof.weight, hash: sha256(entry) }
  let start = 0n
  proof.path.forEach((n: Message, i: number) => {
    const beside = { sum: n.sum as bigint, hash: filled(n.hash, 32) }
    if (right[i]) start += beside.sum
    node = right[i] ? join(beside, node) : join(node, beside)
  })
  if (node.sum !== roots.weight || !equal(node.hash, filled(roots.contributors, 32))) {
    throw refuted('the manifest does not have the contributor')
  }
  return start
}
