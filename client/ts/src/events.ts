// Typed events: what happened, as the types that the definitions have.
import * as agent from './gen/stemma/agent/v1/events.js'
import * as dispute from './gen/stemma/dispute/v1/events.js'
import * as feemarket from './gen/stemma/feemarket/v1/events.js'
import * as license from './gen/stemma/license/v1/events.js'
import * as lineage from './gen/stemma/lineage/v1/events.js'
import * as registry from './gen/stemma/registry/v1/events.js'
import * as royalty from './gen/stemma/royalty/v1/events.js'
import { fromJSON } from './json.js'
import { typeOf, type Type } from './messages.js'
import type { Event } from './tx.js'

type EventsOf<Module> = { [K in keyof Module]: Module[K] extends { $type: infer Name extends string; decode(...args: any[]): infer T }
  ? { readonly name: Name; readonly value: T } : never }[keyof Module]
type Known = EventsOf<typeof agent> | EventsOf<typeof dispute> | EventsOf<typeof feemarket> | EventsOf<typeof license> |
  EventsOf<typeof lineage> | EventsOf<typeof registry> | EventsOf<typeof royalty>

/** An event of the chain's modules: `name` says which, and what `value` is. */
export type TypedEvent = Known & {
  /** The message of the transaction that it is of; undefined: what comes before or behind messages. */
  readonly msg: number | undefined
  /** Its place among all events. */
  readonly at: number
}

interface Events {
  readonly events: readonly Event[]
}

/**
 * The typed events of a transaction or a block, in order. Those of other modules are left out:
 *
 *   for (const event of events(result)) {
 *     if (event.name === 'stemma.royalty.v1.EventPaid') console.log(event.value.work, event.value.amount)
 *   }
 */
export function events(of: Events | readonly Event[]): TypedEvent[] {
  const all: readonly Event[] = 'events' in of ? of.events : of
  return all.flatMap((event, at) => {
    const type = event.type.startsWith('stemma.') ? typeOf(event.type) : undefined
    if (!type) return []
    const json = Object.fromEntries(event.attributes.map(({ key, value }) => [key, valueOf(value)]))
    const msg = json.msg_index === undefined ? undefined : Number(json.msg_index)
    return [{ name: event.type, value: type.fromPartial(fromJSON(event.type, json)), msg, at } as TypedEvent]
  })
}

/** The events of one type: eventsOf(result, royaltytypes.EventPaid). */
export function eventsOf<T>(of: Events | readonly Event[], type: Type<T>): T[] {
  return events(of).filter((e) => e.name === type.$type).map((e) => e.value as T)
}

/** Attributes are JSON, but for those that are no field. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
