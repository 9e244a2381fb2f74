// Amino JSON of the chain's messages, which a Ledger signs.
import { schema, signed } from './gen/schema.js'
import { fromAmino, toAmino } from './json.js'
import { type Msg, type Type, typeOf } from './messages.js'

export { signed }

/** How CosmJS takes a message into amino JSON and back. */
export interface Converter {
  readonly aminoType: string
  readonly toAmino: (value: any) => any
  readonly fromAmino: (json: any) => any
}

function converter(type: Type): Converter | undefined {
  const aminoType = schema[type.$type]?.amino
  return aminoType === undefined ? undefined : {
    aminoType,
    toAmino: (value) => toAmino(type.$type, type.fromPartial(value)),
    fromAmino: (json) => type.fromPartial(fromAmino(type.$type, json)),
  }
}

/** Those of all messages that accounts sign, for AminoTypes of CosmJS. */
export function aminoConverters(): Record<string, Converter> {
  return Object.fromEntries([...signed, '/cosmos.bank.v1beta1.MsgSend'].map((url) => [url, converter(typeOf(url.slice(1))!)!]))
}

/** A message as it is signed in amino JSON. */
export function aminoMsg({ typeUrl, value }: Msg): { type: string; value: any } {
  const type = typeOf(typeUrl.slice(1))
  const how = type && converter(type)
  if (!how) throw new Error(`${typeUrl} can't be signed as amino JSON`)
  return { type: how.aminoType, value: how.toAmino(value) }
}

/** What a wallet hands back after signing. */
export function fromAminoMsg({ type, value }: { type: string; value: any }): Msg {
  const name = Object.keys(schema).find((name) => schema[name]!.amino === type)
  const how = name === undefined ? undefined : typeOf(name)
  if (!how) throw new Error(`${type} is no message that is known here`)
  return { typeUrl: `/${name}`, value: how.fromPartial(fromAmino(how.$type, value)) }
}
