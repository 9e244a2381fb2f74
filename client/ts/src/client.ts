// What a program does with the chain: ask, sign, send and wait, over a node's RPC.
import { Comet38Client, HttpClient, type HttpEndpoint } from '@cosmjs/tendermint-rpc'
import { AccountState, Gate } from './account.js'
import { codes, TxError } from './errors.js'
import { chooseFee } from './fee.js'
import type { Any } from './gen/google/protobuf/any.js'
import type { Msg } from './messages.js'
import { Questions, ask } from './query.js'
import { Sender, type Node, type Options } from './sender.js'
import type { Signer } from './signer.js'
import { hashOf, readTrial, resultOf, type Nanos, type Outcome, type Result } from './tx.js'
import { Units } from './units.js'
import { Watcher, type Block } from './watcher.js'
import { concat } from './bytes.js'

export interface Connecting {
  /** What is signed; else what the node says. */
  chainId?: string
  /** The pause between two looks for a new block while something is awaited, in ms; 100. */
  poll?: number
}

/** How long a node may take for an answer, in ms. */
const askingTime = 20_000
/** Trials at once, for which any node has places. */
const trialsAtOnce = 4

/** Asks one node and sends to it. One client serves the whole program. */
export class Client extends Questions {
  readonly #node: ClientNode

  private constructor(comet: Comet38Client, options: Connecting) {
    super(comet)
    this.#node = new ClientNode(this, options)
  }

  /**
   * Connects to a node's RPC, as http://localhost:26657 or wss://..., by Comet38Client: what CosmJS finds out by itself
   * (connectComet) misreads the node's version.
   */
  static async connect(rpc: string | HttpEndpoint, options: Connecting = {}): Promise<Client> {
    const overHttp = typeof rpc !== 'string' || /^https?:/.test(rpc)
    const comet = overHttp ? Comet38Client.create(new HttpClient(rpc, askingTime)) : await Comet38Client.connect(rpc)
    const client = new Client(comet, options)
    await client.chainId()
    return client
  }

  /** A client of a connection that is there already. */
  static of(comet: Comet38Client, options: Connecting = {}): Client {
    return new Client(comet, options)
  }

  /** Ends what runs in the background, and the connection. */
  close(): void {
    this.#node.watcher.close()
    this.comet.disconnect()
  }

  /** Asks of the state after a block, while the node has it. */
  at(height: number): Questions {
    return new Questions(this.comet, height)
  }

  chainId(): Promise<string> {
    return this.#node.chainId()
  }

  /** Height and time of the newest block whose state can be asked for. */
  async latest(): Promise<{ height: number; time: Date }> {
    const { height, nanos } = await this.#node.latest()
    return { height, time: new Date(Number(nanos / 1_000_000n)) }
  }

  /** A sender of one account. All of one account and client hand out its sequences together. */
  async sender(signer: Signer, options: Options = {}): Promise<Sender> {
    const accounts = await signer.getAccounts()
    const account = options.account === undefined ? accounts[0] : accounts.find((a) => a.address === options.account)
    if (!account) throw new Error(`the signer does not have ${options.account ?? 'any account'}`)
    return new Sender(this.#node, signer, account, this.#node.account(account.address), options)
  }

  /**
   * Sends messages as one transaction, all or nothing, and waits for its block. They happen once or not at all. It
   * throws a TxError where the chain refuses them, and Undecided where it is not known in time.
   */
  async send(signer: Signer, msgs: Msg[], options: Options = {}): Promise<Result> {
    return (await this.sender(signer, options)).send(...msgs)
  }

  /**
   * Looks for a transaction in the blocks from a height on to the newest, without an index; undefined: it is in none.
   * It throws a TxError for one that failed. It reads each block, so give it a height near.
   */
  async find(hash: string, from: number): Promise<Result | undefined> {
    const { height: newest } = await this.#node.latest()
    for (let height = Math.max(from, 1); height <= newest; height++) {
      const block = await this.#node.block(height)
      const at = block.txs.findIndex((raw) => hashOf(raw) === hash.toUpperCase())
      if (at < 0) continue
      const outcomes = await this.#node.outcomes(block)
      return resultOf(block.txs[at]!, block.height, block.time, outcomes[at]!)
    }
    return undefined
  }

  /** The events of a block: those of its transactions and those of its end. */
  async blockEvents(height: number): Promise<Outcome['events']> {
    const { results, finalizeBlockEvents } = await this.comet.blockResults(height)
    return [...results.flatMap((r) => r.events), ...finalizeBlockEvents]
  }

  /**
   * The units in which people write the denoms that the chain accepts, by the bank's metadata. They are what this node
   * says: where money moves, show base units beside them (Units.exact).
   */
  async units(): Promise<Units> {
    const [fees, payments] = await Promise.all([this.feemarket.params(), this.royalty.params()])
    const accepted = new Set([fees.params?.baseDenom ?? '', ...(fees.params?.denoms ?? []).map((d) => d.denom),
      ...(payments.params?.denoms ?? []).map((d) => d.denom)])
    accepted.delete('')
    const metadata = await Promise.all([...accepted].map(async (denom) => {
      const none = { base: denom, display: '', symbol: '', denomUnits: [] } // its name is taken, also without metadata
      try {
        const { metadata } = await this.bank.denomMetadata({ denom })
        return metadata?.base === denom ? metadata : none
      } catch (e) {
        if ((e as { notFound?: boolean }).notFound) return none
        throw e
      }
    }))
    return new Units(metadata)
  }
}

/** What senders and the watcher need of a node. */
class ClientNode implements Node {
  readonly watcher: Watcher
  readonly trials = new Gate(trialsAtOnce)
  readonly #accounts = new Map<string, AccountState>()
  #chainId: Promise<string> | undefined

  constructor(private readonly client: Client, options: Connecting) {
    this.watcher = new Watcher(this, options.poll ?? 100)
    if (options.chainId !== undefined) this.#chainId = Promise.resolve(options.chainId)
  }

  chainId(): Promise<string> {
    this.#chainId ??= this.client.comet.status().then(({ nodeInfo }) => nodeInfo.network, (e: unknown) => {
      this.#chainId = undefined
      throw e
    })
    return this.#chainId
  }

  async latest(): Promise<{ height: number; nanos: Nanos }> {
    const { height, timestamp } = await this.client.node.status()
    return { height: Number(height), nanos: timestamp ? timestamp.seconds * 1_000_000_000n + BigInt(timestamp.nanos) : 0n }
  }

  async block(height: number): Promise<Block> {
    const { block } = await this.client.comet.block(height)
    const { time } = block.header
    const nanos = BigInt(time.getTime()) * 1_000_000n + BigInt(time.nanoseconds ?? 0)
    return { height, time: new Date(time.getTime()), nanos, txs: block.txs }
  }

  async outcomes(block: Block): Promise<readonly Outcome[]> {
    const { results } = await this.client.comet.blockResults(block.height)
    if (results.length !== block.txs.length) {
      throw new Error(`block ${block.height} has ${block.txs.length} transactions and ${results.length} results`)
    }
    return results
  }

  account(address: string): AccountState {
    let state = this.#accounts.get(address)
    if (!state) {
      const { client } = this
      state = new AccountState(address, async (height) => {
        const { info } = await (height > 0 ? client.at(height) : client).auth.accountInfo({ address })
        return { number: info?.accountNumber ?? 0n, sequence: info?.sequence ?? 0n }
      }, async () => (await client.feemarket.turn({ account: address })).next)
      this.#accounts.set(address, state)
    }
    return state
  }

  async broadcast(tx: Uint8Array): Promise<TxError | undefined> {
    try {
      const { code, codespace, log } = await this.client.comet.broadcastTxSync({ tx })
      return code ? new TxError('checked', { codespace: codespace ?? '', code }, log ?? '', hashOf(tx)) : undefined
    } catch (e) {
      const pool = refusedByPool(e)
      if (pool) return new TxError('checked', pool, pool.words, hashOf(tx))
      if (reachedNoPool(e)) throw e
      return undefined
    }
  }

  async simulate(raw: Uint8Array): Promise<{ gasUsed: bigint; responses: Any[] }> {
    // SimulateRequest.tx_bytes
    const request = concat(Uint8Array.of(2 << 3 | 2), varint(raw.length), raw)
    return readTrial(await ask(this.client.comet, '/cosmos.tx.v1beta1.Service/Simulate', request))
  }

  chooseFee(gas: bigint, payer: string, spender: string, denoms: readonly string[] | undefined) {
    return chooseFee(this.client, gas, payer, spender, denoms)
  }
}

function varint(n: number): Uint8Array {
  const bytes = []
  for (; n > 127; n >>>= 7) bytes.push((n & 127) | 128)
  return Uint8Array.of(...bytes, n)
}

/** A node's pool refuses without a code: by its words, as the SDK reads them. */
function refusedByPool(e: unknown) {
  const { sdkerrors } = codes
  const text = textOf(e).toLowerCase()
  if (text.includes('tx already exists in cache')) return sdkerrors.ErrTxInMempoolCache
  if (text.includes('mempool is full')) return sdkerrors.ErrMempoolIsFull
  if (text.includes('tx too large')) return sdkerrors.ErrTxTooLarge
  return undefined
}

/** Whether a request was turned away before the pool: no such method, or a proxy's refusal. */
function reachedNoPool(e: unknown): boolean {
  const { status } = ((e as Error)?.cause ?? {}) as { status?: number }
  return (status !== undefined && status >= 400 && status < 500) || /"code":-3260[012]\b/.test(textOf(e))
}

function textOf(e: unknown): string {
  if (!(e instanceof Error)) return String(e)
  const { body } = (e.cause ?? {}) as { body?: string }
  return `${e.message} ${body ?? ''}`
}
