// Proofs of rows of one store: which are there, and which are not. A store is an IAVL tree, and a proof is as much of the
// tree as the rows need, each node once:
//
//	node = 0x00 version key value         a row
//	     | 0x01 hash                      a subtree that is not looked into
//	     | 0x02 height size version L R   an inner node
import { compare, concat, equal, hex, none, sha256 } from './bytes.js'
import { refuted, unreadable } from './result.js'
import { field, most, Reader, zigzag } from './wire.js'

export const maxRowsBytes = 1 << 20
const maxField = 1 << 16
/** The most levels of a tree: an AVL tree of 2^63 rows has 91. */
const maxHeight = 96n

export interface Row {
  key: Uint8Array
  value: Uint8Array
}

interface Node {
  hash: Uint8Array
  hidden: boolean
}

/** Rows of a store as a proof shows them. It notes what was asked of it. */
export class Rows {
  readonly root: Uint8Array
  private readonly rows: Row[] = []
  /** Where a hidden subtree stands: before row i, and after the last. */
  private readonly gaps: boolean[] = []
  private readonly needed: boolean[]

  constructor(raw: Uint8Array) {
    if (raw.length > maxRowsBytes) throw unreadable(`rows have ${raw.length} bytes, more than ${maxRowsBytes}`)
    if (raw.length === 0) {
      this.root = sha256(none)
      this.gaps.push(false)
    } else {
      const r = new Reader(raw)
      let gap = false
      const read = (below: bigint): Node => {
        const kind = r.bytes(1)[0]!
        if (kind === 0) {
          const node = this.row(r, gap)
          gap = false
          return node
        }
        if (kind === 1) {
          gap = true
          return { hash: r.hash(), hidden: true }
        }
        if (kind !== 2) r.fail(`there is no node of kind ${kind}`)
        const [height, size, version] = [r.number(most), r.number(most), r.number(most)]
        if (height === 0n || height >= below) r.fail(`a node of height ${height} stands below one of ${below}`)
        const left = read(height)
        const right = read(height)
        if (left.hidden && right.hidden) r.fail('both sides of a node are hidden: then the node is')
        return { hash: sha256(concat(zigzag(height), zigzag(size), zigzag(version), field(left.hash), field(right.hash))), hidden: false }
      }
      this.root = read(maxHeight + 1n).hash
      r.done()
      if (this.rows.length === 0) throw unreadable('rows: it shows no row')
      this.gaps.push(gap)
    }
    this.needed = this.rows.map(() => false)
  }

  private row(r: Reader, gap: boolean): Node {
    const version = r.number(most)
    const [key, value] = [r.field(maxField), r.field(maxField)]
    const last = this.rows.at(-1)
    if (key.length === 0 || (last && compare(last.key, key) >= 0)) r.fail(`row ${hex(key)} stands out of order`)
    this.rows.push({ key, value })
    this.gaps.push(gap)
    const hash = sha256(concat(zigzag(0n), zigzag(1n), zigzag(version), field(key), field(sha256(value))))
    return { hash, hidden: false }
  }

  /** The value of a row; undefined: there is none. */
  get(key: Uint8Array): Uint8Array | undefined {
    const i = this.search(key)
    const row = this.rows[i]
    if (row && equal(row.key, key)) {
      this.needed[i] = true
      return row.value
    }
    this.absent(i, key)
    return undefined
  }

  /** The first row from start on and before end. */
  private first(start: Uint8Array, end: Uint8Array): Row | undefined {
    const i = this.search(start)
    const row = this.rows[i]
    if (row && compare(row.key, end) < 0 && equal(row.key, start)) {
      this.needed[i] = true
      return row
    }
    this.absent(i, start)
    return row && compare(row.key, end) < 0 ? row : undefined
  }

  /** Rows from start on and before end, one by one, so that no more are read than are looked at. */
  *walk(start: Uint8Array, end: Uint8Array): Generator<Row> {
    for (let row = this.first(start, end); row; row = this.first(concat(row.key, Uint8Array.of(0)), end)) yield row
  }

  private search(key: Uint8Array): number {
    let [low, high] = [0, this.rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(this.rows[middle]!.key, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Makes sure that nothing stands right before row i, which those beside it show. */
  private absent(i: number, key: Uint8Array): void {
    if (this.gaps[i]) throw refuted(`the proof does not show the row's place: ${hex(key)}`)
    for (const beside of [i - 1, i]) {
      if (beside >= 0 && beside < this.rows.length) this.needed[beside] = true
    }
  }

  /** Throws where a row is shown that nothing asked needs. */
  done(): void {
    const i = this.needed.indexOf(false)
    if (i >= 0) throw refuted(`the proof shows more than is needed: ${hex(this.rows[i]!.key)}`)
  }
}

/** The first key behind all that begin with a prefix. */
export function behind(prefix: Uint8Array): Uint8Array {
  let n = prefix.length
  while (prefix[n - 1] === 255) n--
  const end = prefix.slice(0, n)
  end[n - 1]!++
  return end
}
