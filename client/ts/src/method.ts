// What generated code is made of: types, and the methods of query services.
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'

/** A generated type: how a message is written and read. */
export interface Type<T = any> {
  readonly $type: string
  encode(message: T, writer?: BinaryWriter): BinaryWriter
  decode(input: BinaryReader | Uint8Array, length?: number): T
  fromPartial(object: any): T
}

/** A message of which parts are left out: they are zero. */
export type DeepPartial<T> = T extends bigint ? string | number | bigint
  : T extends Uint8Array | string | number | boolean | undefined ? T
  : T extends readonly (infer U)[] ? readonly DeepPartial<U>[]
  : { [K in keyof T]?: DeepPartial<T[K]> }

/** A method of a query service. */
export interface Method<Request, Response> {
  readonly name: string
  readonly request: Type<Request>
  readonly response: Type<Response>
}

export function method<Request, Response>(name: string, request: Type<Request>, response: Type<Response>): Method<Request, Response> {
  return { name, request, response }
}
