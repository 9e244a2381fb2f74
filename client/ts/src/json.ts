// The JSON of messages, as the chain's REST interface and its typed events have it, and the amino JSON that a Ledger
// shows and signs. Both follow from the table of messages.
import { fromBase64, toBase64 } from '@cosmjs/encoding'
import { enums, schema } from './gen/schema.js'
import { typeOf } from './messages.js'

interface Field {
  /** In JSON, and in the types that ts-proto makes. */
  name: string
  property: string
  kind: string
  repeated: boolean
  always: boolean
  amount: boolean
}

const known = new Map<string, Field[]>()

function fieldsOf(type: string): Field[] {
  let fields = known.get(type)
  if (fields) return fields
  const shape = schema[type]
  if (!shape) throw new Error(`${type} is no message that is known here`)
  fields = shape.fields.map((text) => {
    const [name, kind, ...marks] = text.split(' ') as [string, string, ...string[]]
    const property = name.replace(/_+([a-z0-9])/g, (_, c: string) => c.toUpperCase())
    const [repeated, always, amount] = ['repeated', 'always', 'amount'].map((mark) => marks.includes(mark)) as [boolean, boolean, boolean]
    return { name, property, kind, repeated, always, amount }
  })
  known.set(type, fields)
  return fields
}

type Json = Record<string, any>
/** What fromPartial of a generated type takes. */
export type Partials = Record<string, any>

const timestamp = 'google.protobuf.Timestamp'
const duration = 'google.protobuf.Duration'
/** A message within a message, with its type. */
const any = 'google.protobuf.Any'
const billion = 1_000_000_000n

/** Reads the JSON of a message into what fromPartial of its type takes. Fields that it does not know are left out. */
export function fromJSON(type: string, json: Json): Partials {
  return read(type, json, readValue)
}

function read(type: string, json: Json, value: (kind: string, v: any) => unknown): Partials {
  const message: Partials = {}
  for (const { name, property, kind, repeated } of fieldsOf(type)) {
    const v = json[name]
    if (v === undefined || v === null) continue
    message[property] = repeated ? v.map((one: any) => value(kind, one)) : value(kind, v)
  }
  return message
}

function readValue(kind: string, v: any): unknown {
  switch (kind) {
    case 'string': return String(v)
    case 'bool': return v === true || v === 'true'
    case 'number': return Number(v)
    case 'bigint': return BigInt(v)
    case 'bytes': return fromBase64(v)
    case timestamp: return readTime(v)
    case any: return packed(v['@type'].slice(1), (type) => fromJSON(type, v))
    case duration: {
      const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(v) ?? []
      if (whole === undefined) throw new Error(`"${v}" is no duration`)
      const [seconds, nanos] = [BigInt(whole), Number(part.padEnd(9, '0'))]
      return sign ? { seconds: -seconds, nanos: -nanos } : { seconds, nanos }
    }
  }
  const names = enums[kind]
  if (names === undefined) return read(kind, v, readValue)
  const number = typeof v === 'number' ? v : names[v]
  if (number === undefined) throw new Error(`"${v}" is no ${kind}`)
  return number
}

/** A message of this type, as it lies in another. */
function packed(name: string, partials: (type: string) => Partials): { typeUrl: string; value: Uint8Array } {
  const type = typeOf(name)
  if (!type) throw new Error(`${name} is no message that is known here`)
  return { typeUrl: `/${name}`, value: type.encode(type.fromPartial(partials(name))).finish() }
}

function readTime(text: string): { seconds: bigint; nanos: number } {
  const [, whole, part = '', zone] = /^([\d-]+T[\d:]+)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const at = Date.parse(`${whole}${zone}`)
  if (Number.isNaN(at)) throw new Error(`"${text}" is no time`)
  return { seconds: BigInt(at / 1000), nanos: Number(part.padEnd(9, '0')) }
}

/** Time is RFC 3339 in UTC, with the digits of a second that are not zero. */
export function timeText({ seconds, nanos }: { seconds: bigint; nanos: number }): string {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  return `${whole}${nanos ? `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}` : ''}Z`
}

/** Writes a message in amino JSON: what is zero is left out, as the chain does, but for fields that say not to. */
export function toAmino(type: string, message: Json): Json {
  const json: Json = {}
  for (const { name, property, kind, repeated, always, amount } of fieldsOf(type)) {
    const v = message[property]
    if (isEmpty(v) && !always) continue
    json[name] = repeated ? v.map((one: any) => writeAmino(kind, amount, one)) : writeAmino(kind, amount, v)
  }
  return json
}

function isEmpty(v: any): boolean {
  return v === undefined || v === 0 || v === 0n || v === false || v.length === 0
}

function writeAmino(kind: string, amount: boolean, v: any): unknown {
  switch (kind) {
    case 'string': return amount && v === '' ? '0' : v
    case 'bigint': return v.toString()
    case 'bytes': return toBase64(v)
    case timestamp: return timeText(v)
    case any: {
      const name = v.typeUrl.slice(1)
      const type = typeOf(name)
      if (!type) throw new Error(`${name} is no message that is known here`)
      return { type: schema[name]!.amino, value: toAmino(name, type.decode(v.value)) }
    }
    case duration: return (v.seconds * billion + BigInt(v.nanos)).toString()
  }
  return schema[kind] ? toAmino(kind, v) : v
}

/** Reads amino JSON into what fromPartial of the message's type takes. */
export function fromAmino(type: string, json: Json): Partials {
  return read(type, json, readAmino)
}

function readAmino(kind: string, v: any): unknown {
  switch (kind) {
    case 'bigint': return BigInt(v)
    case 'bytes': return fromBase64(v)
    case timestamp: return readTime(v)
    case any: {
      const name = Object.keys(schema).find((name) => schema[name]!.amino === v.type)
      return packed(name ?? v.type, (type) => fromAmino(type, v.value))
    }
    case duration: return { seconds: BigInt(v) / billion, nanos: Number(BigInt(v) % billion) }
  }
  return schema[kind] ? read(kind, v, readAmino) : v
}
