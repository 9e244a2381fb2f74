// Protobuf as the chain writes it: decoding by schemas, the one encoding of a question, and the JSON of the chain's REST
// interface: names as in the definitions, every field present, 64-bit numbers as strings.
import { base64, bigEndian, concat, fromUtf8, none, utf8 } from './bytes.js'
import { account, readId } from './bech32.js'
import { uvarint } from './wire.js'

/** A moment: seconds since 1970 and nanoseconds. */
export interface Moment {
  seconds: bigint
  nanos: number
}

export type Value = number | bigint | boolean | string | Uint8Array | Moment | Message | null | Value[]
export type Message = { [name: string]: any }

type Kind = 'u32' | 'u64' | 'bool' | 'text' | 'id' | 'int' | 'bytes' | 'account' | 'time' | 'duration' | 'message' | 'enum'

export interface Field {
  kind: Kind
  name: string
  list?: boolean
  /** It may be absent: null. */
  maybe?: boolean
  of?: Schema
  names?: readonly string[]
  check?: (text: string) => boolean
  /** How many bytes there are, if any. */
  size?: number
}

/** The fields of a message by number, in ascending order. */
export type Schema = { readonly [number: number]: Field }

export const u32 = (name: string): Field => ({ kind: 'u32', name })
export const u64 = (name: string): Field => ({ kind: 'u64', name })
export const bool = (name: string): Field => ({ kind: 'bool', name })
export const text = (name: string): Field => ({ kind: 'text', name })
/** Bytes; with a size: so many, or none. */
export const bytes = (name: string, size?: number): Field => ({ kind: 'bytes', name, size })
/** The bytes of an account, which JSON has as text. */
export const accountBytes = (name: string): Field => ({ kind: 'account', name })
export const duration = (name: string): Field => ({ kind: 'duration', name, maybe: true })
export const time = (name: string): Field => ({ kind: 'time', name })
export const enumeration = (name: string, names: readonly string[]): Field => ({ kind: 'enum', name, names })
export const message = (name: string, of: Schema): Field => ({ kind: 'message', name, of })
export const maybe = (f: Field): Field => ({ ...f, maybe: true })
export const list = (f: Field): Field => ({ ...f, list: true })
/** A text that is written even where it is empty, and is nothing or passes a check. */
const checked = (name: string, check: (text: string) => boolean): Field => ({ kind: 'id', name, check })
export const id = (name: string, prefix: string, size: number): Field => checked(name, (t) => readId(t, prefix, size) !== undefined)
export const work = (name: string): Field => id(name, 'work', 20)
export const terms = (name: string): Field => id(name, 'terms', 32)
export const grant = (name: string): Field => id(name, 'grant', 20)
export const dispute = (name: string): Field => id(name, 'dispute', 20)
export const digest = (name: string): Field => checked(name, (t) => /^[0-9a-f]{64}$/.test(t) && !/^0*$/.test(t))
/** A whole number as text; nothing is 0. */
export const int = (name: string): Field => ({ kind: 'int', name })

/** What a time is that nothing is said of: the first of the year 1. */
const noTime: Moment = { seconds: -62135596800n, nanos: 0 }
/** The last second of the year 9999. */
const lastTime = 253402300799n

function blank(f: Field): any {
  if (f.list) return []
  switch (f.kind) {
    case 'u32':
    case 'enum':
      return 0
    case 'u64':
      return 0n
    case 'bool':
      return false
    case 'text':
    case 'id':
    case 'int':
      return ''
    case 'duration':
      return null
    case 'bytes':
    case 'account':
      return none
    case 'time':
      return f.maybe ? null : noTime
    case 'message':
      return f.maybe ? null : empty(f.of!)
  }
}

export function empty(schema: Schema): Message {
  return Object.fromEntries(Object.values(schema).map((f: Field) => [f.name, blank(f)]))
}

interface Encoded {
  number: number
  /** Its wire type: 0 a number, 2 bytes of a length; what has another is of no schema here. */
  wire: number
  value: bigint | Uint8Array
}

/** The fields of encoded bytes as they stand there. It throws an Error. */
export function* fields(raw: Uint8Array): Generator<Encoded> {
  let at = 0
  const varint = (): bigint => {
    let v = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const b = raw[at++]
      if (b === undefined) throw new Error('a message is cut short')
      v |= BigInt(b & 127) << shift
      if (b < 128) return v & 0xffff_ffff_ffff_ffffn
    }
    throw new Error('a number is too large')
  }
  const take = (n: bigint): Uint8Array => {
    if (n > BigInt(raw.length - at)) throw new Error('a message is cut short')
    at += Number(n)
    return raw.subarray(at - Number(n), at)
  }
  const read = (): Encoded => {
    const tag = varint()
    const [number, wire] = [Number(BigInt.asIntN(32, tag >> 3n)), Number(tag & 7n)]
    if (wire === 0) return { number, wire, value: varint() }
    if (wire === 1 || wire === 5) return { number, wire, value: take(wire === 1 ? 8n : 4n) }
    if (wire === 2) return { number, wire, value: take(varint()) }
    if (wire === 3) for (let depth = 1; depth > 0; ) depth += { 3: 1, 4: -1 }[read().wire] ?? 0
    else if (wire !== 4) throw new Error(`field ${number} has wire type ${wire}`)
    return { number, wire, value: none }
  }
  while (at < raw.length) {
    const f = read()
    if (f.number < 1) throw new Error(`a field has number ${f.number}`)
    if (f.wire === 4) throw new Error(`field ${f.number} ends a group that did not begin`)
    yield f
  }
}

const timestamp: Schema = { 1: u64('seconds'), 2: u32('nanos') }

function one(f: Field, value: bigint | Uint8Array): any {
  if (f.kind === 'message') throw new Error(`${f.name} is no message`)
  const numeric = f.kind === 'u32' || f.kind === 'u64' || f.kind === 'bool' || f.kind === 'enum'
  if (numeric !== (typeof value === 'bigint')) throw new Error(`${f.name} has another wire type`)
  if (typeof value === 'bigint') {
    if (f.kind === 'u64') return value
    if (f.kind === 'bool') return value !== 0n
    return f.kind === 'enum' ? Number(BigInt.asIntN(32, value)) : Number(BigInt.asUintN(32, value))
  }
  switch (f.kind) {
    case 'text':
      return utf8(value)
    case 'id': {
      const said = utf8(value)
      if (said !== '' && !f.check!(said)) throw new Error(`${f.name} is not in its one spelling: ${said}`)
      return said
    }
    case 'int': {
      const said = utf8(value)
      if (!/^(|0|-?[1-9][0-9]*)$/.test(said)) throw new Error(`${f.name} is no number: ${said}`)
      return said
    }
    case 'duration': {
      const d = decode(timestamp, value)
      return BigInt.asIntN(64, d.seconds) * 1_000_000_000n + BigInt(d.nanos | 0)
    }
    case 'time': {
      const t = decode(timestamp, value)
      const seconds = BigInt.asIntN(64, t.seconds)
      if (seconds < noTime.seconds || seconds > lastTime || t.nanos >= 1e9) throw new Error(`${f.name} is no time`)
      return { seconds, nanos: t.nanos }
    }
    default:
      if (f.size && value.length > 0 && value.length !== f.size) throw new Error(`${f.name} has ${value.length} bytes, not ${f.size}`)
      return value
  }
}

/**
 * Decodes a message. Fields that the schema does not have are left out; strict: they are an Error. What stands twice goes by the
 * last, but messages are merged into one, and that is what into is for.
 */
export function decode(schema: Schema, raw: Uint8Array, strict = false, into = empty(schema)): Message {
  for (const { number, wire, value } of fields(raw)) {
    const f = schema[number]
    if (!f) {
      if (strict) throw new Error(`field ${number} is unknown`)
      continue
    }
    if (wire !== 0 && wire !== 2) throw new Error(`${f.name} has wire type ${wire}`)
    const nested = f.kind === 'message' && typeof value !== 'bigint'
    if (f.list && (f.kind === 'u64' || f.kind === 'enum') && typeof value !== 'bigint') {
      into[f.name].push(...packed(value).map((v) => one(f, v)))
    }
    else if (f.list) into[f.name].push(nested ? decode(f.of!, value, strict) : one(f, value))
    else into[f.name] = nested ? decode(f.of!, value, strict, into[f.name] ?? undefined) : one(f, value)
  }
  return into
}

function packed(raw: Uint8Array): bigint[] {
  const numbers: bigint[] = []
  let [v, shift] = [0n, 0n]
  for (const b of raw) {
    v |= BigInt(b & 127) << shift
    shift += 7n
    if (b < 128) {
      numbers.push(v)
      ;[v, shift] = [0n, 0n]
    }
  }
  if (shift > 0n) throw new Error('a number is cut short')
  return numbers
}

export const tag = (number: number, wire: number) => uvarint((number << 3) | wire)
export const number = (n: number, v: bigint | number) =>
  BigInt(v) === 0n ? none : concat(tag(n, 0), uvarint(BigInt.asUintN(64, BigInt(v))))
export const sized = (n: number, raw: Uint8Array) => concat(tag(n, 2), uvarint(raw.length), raw)
/** Eight bytes, the lowest first. */
export const fixed = (n: number, v: bigint) => (v === 0n ? none : concat(tag(n, 1), bigEndian(BigInt.asUintN(64, v), 8).reverse()))
export const moment = (t: Moment) => concat(number(1, t.seconds), number(2, t.nanos))

/** Encodes a message as the chain does. */
export function encode(schema: Schema, m: Message): Uint8Array {
  const parts: Uint8Array[] = []
  const put = (n: number, f: Field, v: any): Uint8Array => {
    switch (f.kind) {
      case 'u32':
      case 'u64':
        return number(n, v)
      case 'enum':
        return number(n, v)
      case 'bool':
        return number(n, v ? 1 : 0)
      case 'text':
        return v === '' && !f.list ? none : sized(n, fromUtf8(v))
      case 'id':
      case 'int':
        return sized(n, fromUtf8(v))
      case 'duration':
        throw new Error('no question has a duration')
      case 'bytes':
      case 'account':
        return v.length === 0 && !f.list ? none : sized(n, v)
      case 'time':
        return v === null ? none : sized(n, moment(v))
      case 'message':
        return v === null ? none : sized(n, encode(f.of!, v))
    }
  }
  for (const [n, f] of Object.entries(schema) as unknown as [string, Field][]) {
    const v = m[f.name]
    if (f.list) for (const each of v) parts.push(put(Number(n), f, each))
    else parts.push(put(Number(n), f, v))
  }
  return concat(...parts)
}

/** A moment in RFC 3339; a fraction of a second has a multiple of so many digits. */
export function rfc3339(t: Moment, step = 3): string {
  const whole = new Date(Number(t.seconds) * 1000)
  const year = whole.getUTCFullYear().toString().padStart(4, '0')
  let fraction = t.nanos.toString().padStart(9, '0')
  while (fraction !== '' && fraction.endsWith('0'.repeat(step))) fraction = fraction.slice(0, -step)
  return `${year}-${whole.toISOString().replace(/^[+-]?\d+-/, '').replace(/\.000Z$/, '')}${fraction && '.'}${fraction}Z`
}

/** Nanoseconds as JSON has them. */
function seconds(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  let fraction = (size % 1_000_000_000n).toString().padStart(9, '0')
  while (fraction.endsWith('000')) fraction = fraction.slice(0, -3)
  return `${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction && '.'}${fraction}s`
}

/** The JSON of a message, as a plain object. */
export function json(schema: Schema, m: Message): Message {
  const show = (f: Field, v: any): any => {
    if (v === null) return null
    switch (f.kind) {
      case 'u64':
        return v.toString()
      case 'enum':
        return f.names![v] ?? v
      case 'bytes':
        return v.length === 0 ? null : base64(v)
      case 'account':
        return account(v)
      case 'int':
        return v === '' ? '0' : v
      case 'duration':
        return seconds(v)
      case 'time':
        return rfc3339(v)
      case 'message':
        return json(f.of!, v)
      default:
        return v
    }
  }
  return Object.fromEntries(
    Object.values(schema).map((f: Field) => [f.name, f.list ? m[f.name].map((v: any) => show(f, v)) : show(f, m[f.name])]),
  )
}
