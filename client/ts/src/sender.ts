// Sending: messages happen once or not at all (docs/adr/0066). What the network loses is sent again as the same bytes; a new
// transaction is made only once the old one is in no block and can't come any more.
import { Attempt, scattered, type AccountState, type Gate } from './account.js'
import { codeOf, codes, QueryError, TxError, tidy, Undecided } from './errors.js'
import type { Msg } from './messages.js'
import { isDirect, type Account, type Signer } from './signer.js'
import { hashOf, resultOf, sign, unsigned, type Draft, type Form, type Result, type Slot } from './tx.js'
import type { Any } from './gen/google/protobuf/any.js'
import type { Coin } from './units.js'
import type { Watcher } from './watcher.js'

/** How a sender makes its transactions. None of it suits most. */
export interface Options {
  /** Which of the signer's accounts; else its first. */
  account?: string
  /** Of each transaction; else what a trial used, times gasAdjustment (1.5). */
  gas?: bigint
  gasAdjustment?: number
  /** Of each transaction; else by gas. */
  fee?: Coin[]
  /** Those to pay in, the first that suffices; else any that is accepted. */
  feeDenoms?: string[]
  /** Pays the fee; it has allowed that by x/feegrant. */
  sponsor?: string
  /** Public, and part of the transaction; at most 256 characters. */
  note?: string
  /** Unordered transactions of one account come in any order, and one that waits holds up no other. */
  unordered?: boolean
  /** Told the hash right before a node is given a transaction, so that what may come is known whenever the program ends. */
  offered?: (hash: string) => void
  /** How many blocks an ordered one may wait before a new one is made; 100, at least 6. */
  blocks?: number
  /** How long an unordered one may wait, in seconds of the chain's time; 300, from 30 to 540. */
  lifetime?: number
  /** Ends the waiting; else it ends after two minutes. What was sent may still come then: Undecided. */
  signal?: AbortSignal
}

/** What a transaction would do. */
export interface Trial {
  gasUsed: bigint
  /** To give the transaction. */
  gas: bigint
  /** What the answers would be. */
  responses: Any[]
}

/** More gas than taking a fee uses, which no trial does. */
const feeGas = 10_500n

/** What a sender needs of its client. */
export interface Node {
  readonly watcher: Watcher
  /** A node refuses trials that are too much for it. */
  readonly trials: Gate
  chainId(): Promise<string>
  /** undefined: the node has it, or can't say. */
  broadcast(raw: Uint8Array): Promise<TxError | undefined>
  simulate(raw: Uint8Array): Promise<{ gasUsed: bigint; responses: Any[] }>
  chooseFee(gas: bigint, payer: string, spender: string, denoms: readonly string[] | undefined): Promise<Coin[]>
}

/** Blocks that a transaction waits before it is sent again. */
const resendAfter = 5
/** How often a trial or a sending is repeated for a sequence that others took, and the pause between, in ms. */
const tries = 20
const pause = 50
/** For how long trials may be behind what a node tells of, in ms, and how often a refused one is repeated within that. */
const settlingTime = 2000
const settlingTries = 3
/** How long to wait for a place in a full pool, about a block, and how often. */
const fullPause = 500
const patience = 240
const second = 1_000_000_000n
/** No limit: an ordered transaction's is its last block. */
const farOff = 24n * 3600n * second
const defaultWait = 120_000

/** Whether a text is in a message. */
function names(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value === text
  return Object.values(value).some((part) => names(part, text))
}

/** Sends transactions of one account. */
export class Sender {
  readonly #form: Form
  readonly #blocks: number
  readonly #lifetime: bigint

  constructor(
    private readonly node: Node, private readonly signer: Signer, private readonly account: Account,
    private readonly state: AccountState, private readonly options: Options,
  ) {
    this.#form = { note: options.note ?? '', sponsor: options.sponsor ?? '', unordered: options.unordered ?? false }
    this.#blocks = Math.max(options.blocks ?? 100, 6)
    this.#lifetime = BigInt(Math.round(Math.max(30, Math.min(options.lifetime ?? 300, 540)))) * second
  }

  /** The account's address. */
  get address(): string {
    return this.account.address
  }

  /**
   * Tries the messages, signs and sends them as one transaction, all or nothing, and waits for its block. It throws a
   * TxError where the chain refuses them, and Undecided where the signal ends before that is known.
   */
  async send(...msgs: Msg[]): Promise<Result> {
    const signal = this.options.signal ?? AbortSignal.timeout(defaultWait)
    const draft = await this.draft(...msgs)
    return new Pending(this, draft, signal).run()
  }

  /** Gives messages gas and fee. It sends nothing. */
  async draft(...msgs: Msg[]): Promise<Draft> {
    this.#requireNamed(msgs)
    const gas = this.options.gas ?? (await this.try(...msgs)).gas
    return { msgs, gas, fee: await this.fee(gas) }
  }

  /**
   * Makes an unordered transaction of a draft and sends it nowhere: whoever is given its bytes brings them to the chain, and
   * until its lifetime is over it may come.
   */
  async signed(draft: Draft): Promise<Uint8Array> {
    if (!this.#form.unordered) throw new Error('only an unordered transaction is signed without being sent: it has an end')
    return sign(this.signer, this.account, draft, this.#form, await this.slot())
  }

  /** Executes messages on the node without sending them. It throws a TxError where the chain refuses them. */
  async try(...msgs: Msg[]): Promise<Trial> {
    this.#requireNamed(msgs)
    const once = async () => {
      const raw = unsigned(this.signer, this.account, msgs, this.#form, await this.slot())
      return this.node.simulate(raw)
    }
    const repeated = async () => {
      for (let n = 1; ; n++) {
        try {
          return await once()
        } catch (e) {
          // A node tells of a block before its trials run on the state after it.
          const settling = Date.now() - this.state.landed < settlingTime && n <= settlingTries
          const passes = this.#passes(e) && n < tries
          if (!passes && !settling) throw tried(e)
          if (passes) this.askAgain()
        }
        await rest(pause * n)
      }
    }
    const trial = await (this.#form.unordered ? this.node.trials : this.state.turn).pass(repeated)
    const adjusted = BigInt(Math.floor(Number(trial.gasUsed) * (this.options.gasAdjustment ?? 1.5)))
    const least = trial.gasUsed + feeGas
    return { ...trial, gas: this.options.gas ?? (adjusted > least ? adjusted : least) }
  }

  /** The chain would refuse a message of somebody else for that account's sequence, which says nothing of the mistake. */
  #requireNamed(msgs: Msg[]): void {
    const other = msgs.find((m) => !names(m.value, this.address))
    if (other) throw new Error(`${this.address} signs, and ${other.typeUrl} is of another account: name the signer in it`)
  }

  /** What so much gas costs now, in a denom of which the payer has enough. It throws a FeeError where there is none. */
  async fee(gas: bigint): Promise<Coin[]> {
    if (this.options.fee) return this.options.fee
    return this.node.chooseFee(gas, this.options.sponsor ?? this.address, this.address, this.options.feeDenoms)
  }

  /** Whether a trial failed for what passes: the sequence was taken, the node is busy or has just started. */
  #passes(e: unknown): boolean {
    if (!(e instanceof QueryError)) return false
    return e.message.endsWith(codes.sdkerrors.ErrWrongSequence.words) || / at once/.test(e.message) ||
      (this.#form.unordered && e.message.includes('unordered tx ttl'))
  }

  /** Chooses a transaction's place. An ordered one's is given only by who has the turn. */
  async slot(): Promise<Slot> {
    const chainId = await this.node.chainId()
    const { height, nanos } = await this.node.watcher.now()
    if (this.#form.unordered) {
      if (!this.state.known) await this.state.ask()
      return { chainId, number: this.state.number, sequence: 0n, lastBlock: 0, lastTime: this.state.later(nanos, nanos + this.#lifetime) }
    }
    const { number, sequence } = await this.state.place(height)
    const slot = { chainId, number, sequence, lastBlock: height + this.#blocks }
    return isDirect(this.signer) ? { ...slot, lastTime: scattered(nanos + farOff) } : slot
  }

  /** Has the sequence asked for, before the next ordered transaction. */
  askAgain(): void {
    if (!this.#form.unordered) this.state.known = false
  }

  /** Signs and sends once. A refusal has not happened; where nobody knows whether the node has taken it, it counts as sent. */
  async offer(draft: Draft): Promise<TxError | Attempt> {
    const { watcher } = this.node
    const at = await this.slot()
    const raw = await sign(this.signer, this.account, draft, this.#form, at)
    const hash = hashOf(raw)
    const now = new Attempt(raw, hash, at, draft.fee, await watcher.await(hash, at))
    now.note(watcher)
    this.options.offered?.(hash)
    let refused
    try {
      refused = await this.node.broadcast(raw)
    } catch (e) {
      watcher.forget(hash)
      throw e
    }
    // Nobody else makes these bytes: they came twice on their way.
    if (refused?.is(codes.sdkerrors.ErrTxInMempoolCache) && at.lastTime !== undefined) refused = undefined
    if (refused) {
      watcher.forget(hash)
      return refused
    }
    if (!this.#form.unordered) this.state.fly(now)
    return now
  }

  /** What lets a refused draft pass, and for how long to wait; it throws the refusal where nothing does. */
  async remedy(refused: TxError, draft: Draft, n: number): Promise<{ draft: Draft; wait: number }> {
    const sdk = codes.sdkerrors
    let [wait, most] = [pause * n, tries]
    if (refused.is(sdk.ErrWrongSequence) || refused.is(sdk.ErrTxInMempoolCache)) {
      // Another process took it, or the node has lost what came before.
      await this.#resend()
      this.askAgain()
    } else if (refused.is(sdk.ErrInsufficientFee)) {
      // The price rose; or another process's transaction waits at this sequence.
      if (this.options.fee) most = 2
      else draft = { ...draft, fee: await this.fee(draft.gas) }
      this.askAgain()
    } else if (refused.is(sdk.ErrMempoolIsFull)) {
      [wait, most] = [fullPause, patience]
    } else if (this.#form.unordered && refused.codespace === 'sdk' && refused.code === invalidRequest) {
      wait = fullPause // its time was taken, or the node has no block yet and its time is none
    } else if (!refused.is(sdk.ErrTxTimeoutHeight) && !refused.is(sdk.ErrTxTimeout)) {
      throw refused
    }
    if (n >= most) throw refused
    return { draft, wait }
  }

  /** Sends again what is not decided, in its order, as the same bytes. What the node says decides nothing: blocks do. */
  async #resend(): Promise<void> {
    for (const f of this.state.flying) {
      f.note(this.node.watcher)
      if (!f.sighting.seen && !f.done) await this.node.broadcast(f.raw).catch(() => undefined)
    }
  }

  /** Sends a transaction again, and what waits with it. */
  async repeat(now: Attempt): Promise<void> {
    if (this.#form.unordered) {
      now.note(this.node.watcher)
      await this.node.broadcast(now.raw).catch(() => undefined)
      return
    }
    await this.state.turn.pass(async () => {
      if (this.due(now)) await this.#resend() // else somebody did it meanwhile
    })
  }

  /** Whether the network may have lost a transaction. */
  due(now: Attempt): boolean {
    const { error, outages, height } = this.node.watcher
    return !error && (outages > now.outages || height >= now.sentAt + resendAfter)
  }

  /** Whether a transaction is in no block and can't come into one: from blocks that were looked through, so for good. */
  async late({ at, sentAt }: Attempt): Promise<boolean> {
    const { height, nanos, error } = this.node.watcher
    if (this.#form.unordered) return nanos >= at.lastTime!
    if (height >= at.lastBlock) return true
    if (height <= sentAt || error) return false
    return (await this.state.sequenceAt(height)) > at.sequence
  }

  get watcher(): Watcher {
    return this.node.watcher
  }

  /** A transaction was seen in a block. */
  landed(): void {
    this.state.landed = Date.now()
  }

  /** In turn, where order counts. */
  ordered<T>(work: () => Promise<T>): Promise<T> {
    return this.#form.unordered ? work() : this.state.turn.pass(work)
  }
}

/** ErrInvalidRequest of the SDK. */
const invalidRequest = 18

/** One draft on its way. */
class Pending {
  constructor(private readonly sender: Sender, private draft: Draft, private readonly signal: AbortSignal) {}

  async run(): Promise<Result> {
    for (;;) {
      const now = await this.#submit()
      try {
        const result = await this.#wait(now)
        if (result) return result
      } finally {
        now.done = true
        this.sender.watcher.forget(now.hash)
      }
    }
  }

  /** Signs and sends until the node takes it. What is refused has not happened, so that it is signed anew. */
  #submit(): Promise<Attempt> {
    return this.sender.ordered(async () => {
      for (let n = 1; ; n++) {
        const answer = await this.sender.offer(this.draft)
        if (answer instanceof Attempt) return answer
        const { draft, wait } = await this.sender.remedy(answer, this.draft, n)
        this.draft = draft
        await rest(wait)
        if (this.signal.aborted) throw answer
      }
    })
  }

  /** Waits for its block; undefined: it can't come any more. */
  async #wait(now: Attempt): Promise<Result | undefined> {
    const { watcher } = this.sender
    const aborted = new Promise<void>((resolve) => {
      if (this.signal.aborted) resolve()
      else this.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const from = now.sentAt
    for (;;) {
      const { changed } = watcher
      const { seen } = now.sighting
      if (seen) {
        this.sender.landed()
        return resultOf(now.raw, seen.height, seen.time, seen.outcome)
      }
      if (watcher.closed || this.signal.aborted) {
        throw new Undecided(now.hash, from, watcher.error ?? (watcher.closed ? new Error('the client is closed') : this.signal.reason))
      }
      let late = false
      try {
        late = await this.sender.late(now)
      } catch {
        // asked again after the next block
      }
      if (now.sighting.seen) continue
      if (late) return undefined
      if (this.sender.due(now)) await this.sender.repeat(now)
      await Promise.race([changed, aborted])
    }
  }
}

/** The error of a trial. One of no module, as of a node that can't be reached, stays what it is. */
function tried(e: unknown): unknown {
  if (!(e instanceof QueryError)) return e
  const code = codeOf(tidy(e.message))
  return code ? Object.assign(new TxError('tried', code, e.message), { cause: e }) : e
}

/** Waits, with a little chance in it, so that processes that got in each other's way part. */
function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms * (1 + Math.random())))
}
