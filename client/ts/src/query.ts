// Questions: the query services of the modules, over a node's RPC.
import type { Comet38Client } from '@cosmjs/tendermint-rpc'
import { QueryError } from './errors.js'
import { queries } from './gen/queries.js'
import type { DeepPartial, Method } from './method.js'

type Definition = { readonly service: string; readonly methods: Readonly<Record<string, Method<any, any>>> }

/** A module's questions: what is left out of a request is zero. */
export type QueryClient<D extends Definition> = {
  readonly [M in keyof D['methods']]: D['methods'][M] extends Method<infer Request, infer Response>
    ? (request?: DeepPartial<Request>) => Promise<Response> : never
}

/** Asks a node a question by its path; bytes in, bytes out. It throws a QueryError where the node refuses it. */
export async function ask(comet: Comet38Client, path: string, data: Uint8Array, height = 0): Promise<Uint8Array> {
  const { code, codespace, log, value } = await comet.abciQuery({ path, data, ...(height > 0 && { height }) })
  if (code) throw new QueryError(path, codespace, code, log ?? '')
  return value
}

function clientOf<D extends Definition>(definition: D, comet: Comet38Client, height: number): QueryClient<D> {
  const methods = Object.entries(definition.methods).map(([method, { name, request, response }]) => [method,
    async (parts: object = {}) => response.decode(
      await ask(comet, `/${definition.service}/${name}`, request.encode(request.fromPartial(parts)).finish(), height)),
  ])
  return Object.fromEntries(methods)
}

/** What can be asked of the state after one block. */
export class Questions {
  /** x/registry: works, claims, anchors. */
  readonly registry: QueryClient<typeof queries.registry>
  /** x/royalty: payments, holders, balances. */
  readonly royalty: QueryClient<typeof queries.royalty>
  /** x/license: terms, offers, grants, rights. */
  readonly license: QueryClient<typeof queries.license>
  /** x/lineage: derivations, ancestors, descendants. */
  readonly lineage: QueryClient<typeof queries.lineage>
  /** x/agent: who acts for whom, within which limit. */
  readonly agent: QueryClient<typeof queries.agent>
  /** x/dispute: who contests what, how it stands. */
  readonly dispute: QueryClient<typeof queries.dispute>
  /** x/feemarket: what gas costs. */
  readonly feemarket: QueryClient<typeof queries.feemarket>
  /** x/headers: the log of headers. */
  readonly headers: QueryClient<typeof queries.headers>
  /** x/bank: balances. */
  readonly bank: QueryClient<typeof queries.bank>
  /** x/auth: accounts. */
  readonly auth: QueryClient<typeof queries.auth>
  /** x/feegrant: who pays fees for whom. */
  readonly feegrant: QueryClient<typeof queries.feegrant>
  /** The node itself. */
  readonly node: QueryClient<typeof queries.node>

  constructor(
    /** The node's RPC. */
    readonly comet: Comet38Client,
    /** After which block; 0: the newest. */
    readonly height = 0,
  ) {
    this.registry = clientOf(queries.registry, comet, height)
    this.royalty = clientOf(queries.royalty, comet, height)
    this.license = clientOf(queries.license, comet, height)
    this.lineage = clientOf(queries.lineage, comet, height)
    this.agent = clientOf(queries.agent, comet, height)
    this.dispute = clientOf(queries.dispute, comet, height)
    this.feemarket = clientOf(queries.feemarket, comet, height)
    this.headers = clientOf(queries.headers, comet, height)
    this.bank = clientOf(queries.bank, comet, height)
    this.auth = clientOf(queries.auth, comet, height)
    this.feegrant = clientOf(queries.feegrant, comet, height)
    this.node = clientOf(queries.node, comet, height)
  }
}
