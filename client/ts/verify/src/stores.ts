// Proofs of rows of several stores under one app hash: the root of an RFC 6962 tree over the stores in order of their names.
// An entry is a store's name and the SHA-256 of its root, each with its length before it:
//
//	node = 0x00 name rows     a store, with the proof of its rows
//	     | 0x01 hash          a subtree that is not looked into
//	     | 0x02 L R           an inner node
import { ascii, compare, concat, key, sha256 } from './bytes.js'
import { refuted } from './result.js'
import { leaf, node } from './rfc6962.js'
import { maxRowsBytes, Rows } from './rows.js'
import { field, Reader } from './wire.js'

const maxName = 128
const maxDepth = 16

/** A part of the chain's state as a proof shows it. It notes what was asked of it. */
export class Stores {
  readonly hash: Uint8Array
  private readonly rows = new Map<string, Rows>()
  private readonly asked = new Set<string>()

  constructor(raw: Uint8Array) {
    const r = new Reader(raw)
    let last = ascii('')
    const read = (depth: number): { hash: Uint8Array; hidden: boolean } => {
      const kind = r.bytes(1)[0]!
      if (kind === 1) return { hash: r.hash(), hidden: true }
      if (kind === 0) {
        const [name, shown] = [r.field(maxName), r.field(maxRowsBytes)]
        if (compare(last, name) >= 0) r.fail(`store ${key(name)} stands out of order`)
        last = name
        const rows = new Rows(shown)
        this.rows.set(key(name), rows)
        return { hash: leaf(concat(field(name), field(sha256(rows.root)))), hidden: false }
      }
      if (kind !== 2 || depth === 0) r.fail(`there is no node of kind ${kind} here`)
      const left = read(depth - 1)
      const right = read(depth - 1)
      if (left.hidden && right.hidden) r.fail('both sides of a node are hidden: then the node is')
      return { hash: node(left.hash, right.hash), hidden: false }
    }
    this.hash = read(maxDepth).hash
    if (this.rows.size === 0) r.fail('it shows no store')
    r.done()
  }

  /** The rows of a store. */
  of(name: string): Rows {
    const rows = this.rows.get(name)
    if (!rows) throw refuted(`the proof does not show the store ${name}`)
    this.asked.add(name)
    return rows
  }

  /** Throws where something is shown that nothing asked needs. */
  done(): void {
    for (const [name, rows] of this.rows) {
      if (!this.asked.has(name)) throw refuted(`the proof shows a store that is not needed: ${name}`)
      rows.done()
    }
  }
}
