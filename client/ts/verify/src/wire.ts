// The bytes of proofs. There is one way to write anything: numbers are unsigned varints in their shortest form, and what has
// no length of its own has it before it.
import { concat } from './bytes.js'
import { unreadable } from './result.js'

/** The largest number: it is signed wherever it is hashed. */
export const most = (1n << 63n) - 1n
export const max32 = 0xffff_ffffn

/** Reads from bytes, which what it returns shares memory with. It throws that they are unreadable. */
export class Reader {
  private at = 0

  constructor(private readonly all: Uint8Array) {}

  fail(why: string): never {
    throw unreadable(`byte ${this.at}: ${why}`)
  }

  /** Says that bytes are left, if there are. */
  done(): void {
    if (this.at < this.all.length) this.fail(`${this.all.length - this.at} bytes stand behind it`)
  }

  bytes(n: number): Uint8Array {
    if (n > this.all.length - this.at) this.fail('it is cut short')
    this.at += n
    return this.all.subarray(this.at - n, this.at)
  }

  hash(): Uint8Array {
    return this.bytes(32)
  }

  private varint(): bigint {
    let v = 0n
    for (let i = 0; i < 10; i++) {
      const b = this.all[this.at + i]
      if (b === undefined || (i === 9 && b > 1)) break
      v |= BigInt(b & 127) << BigInt(7 * i)
      if (b < 128) {
        if (i > 0 && b === 0) this.fail('a number is not in its shortest form')
        this.at += i + 1
        return v
      }
    }
    this.fail('a number is cut short, or too large')
  }

  /** A number of at most max. */
  number(max: bigint): bigint {
    const v = this.varint()
    if (v > max) this.fail(`${v} is too large: at most ${max}`)
    return v
  }

  /** A number of at most max, which is far below 2^53. */
  count(max: number): number {
    return Number(this.number(BigInt(max)))
  }

  /** A number that may be below zero: 0, -1, 1, -2, ... are written as 0, 1, 2, 3, ... */
  signed(): bigint {
    const v = this.varint()
    return (v >> 1n) ^ -(v & 1n)
  }

  /** Bytes that have their number before them, at most max. */
  field(max: number): Uint8Array {
    const n = this.number(most)
    if (n > BigInt(max)) this.fail(`a field has ${n} bytes, more than ${max}`)
    return this.bytes(Number(n))
  }
}

export function uvarint(n: bigint | number): Uint8Array {
  const bytes: number[] = []
  let left = BigInt(n)
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128)
  bytes.push(Number(left))
  return Uint8Array.from(bytes)
}

/** A signed varint of a number that is not below zero. */
export function zigzag(n: bigint): Uint8Array {
  return uvarint(n << 1n)
}

export function field(bytes: Uint8Array): Uint8Array {
  return concat(uvarint(bytes.length), bytes)
}
