// Messages by their type URLs, typed and packed.
import * as agent from './gen/agent.js'
import * as bank from './gen/bank.js'
import * as dispute from './gen/dispute.js'
import * as feegrant from './gen/feegrant.js'
import * as feemarket from './gen/feemarket.js'
import type { Any } from './gen/google/protobuf/any.js'
import * as headers from './gen/headers.js'
import * as license from './gen/license.js'
import * as lineage from './gen/lineage.js'
import * as registry from './gen/registry.js'
import * as royalty from './gen/royalty.js'
import type { DeepPartial, Type } from './method.js'

export type { DeepPartial, Type }

/** A message with its type URL, as CosmJS has it too. */
export interface Msg<T = any> {
  readonly typeUrl: string
  readonly value: T
}

/** A message of what is given; the rest is zero: msg(royaltytypes.MsgPay, { payer, work, amount }). */
export function msg<T>(type: Type<T>, parts: DeepPartial<T>): Msg<T> {
  return { typeUrl: `/${type.$type}`, value: type.fromPartial(parts) }
}

const byName = new Map<string, Type>()
for (const module of [agent, bank, dispute, feegrant, feemarket, headers, license, lineage, registry, royalty]) {
  for (const type of Object.values(module)) {
    if (typeof type === 'object' && '$type' in type) byName.set(type.$type, type as Type)
  }
}

/** The generated type of a name, as stemma.royalty.v1.MsgPay; undefined: there is none here. */
export function typeOf(name: string): Type | undefined {
  return byName.get(name)
}

/** All generated types by type URL, for a Registry of CosmJS. */
export function types(): [string, Type][] {
  return [...byName].map(([name, type]) => [`/${name}`, type])
}

export function pack({ typeUrl, value }: Msg): Any {
  const type = typeOf(typeUrl.slice(1))
  if (!type) throw new Error(`${typeUrl} is no message that is known here`)
  return { typeUrl, value: type.encode(type.fromPartial(value)).finish() }
}
