// Blocks as they come, gone through once for all who wait, while somebody does. It needs no index of transactions.
import { codes } from './errors.js'
import { hashOf, type Nanos, type Outcome, type Slot } from './tx.js'

/** A block, as far as it is read. */
export interface Block {
  height: number
  time: Date
  nanos: Nanos
  txs: readonly Uint8Array[]
}

/** What the watcher asks of a node. */
export interface Chain {
  latest(): Promise<{ height: number; nanos: Nanos }>
  block(height: number): Promise<Block>
  outcomes(block: Block): Promise<readonly Outcome[]>
}

/** A transaction that is awaited, and where it was seen. */
export interface Sighting {
  /** Where it can't come any more. */
  readonly until: Pick<Slot, 'lastBlock' | 'lastTime'>
  seen?: { height: number; time: Date; outcome: Outcome }
}

export class Watcher {
  /** The newest block that was looked through. */
  height = 0
  nanos: Nanos = 0n
  /** How often the node was gone and came back. */
  outages = 0
  /** Why the node can't be looked at now. */
  error: unknown
  closed = false

  readonly #awaited = new Map<string, Sighting>()
  #running: Promise<void> | undefined
  #changed = withResolvers()

  constructor(readonly chain: Chain, readonly poll: number) {}

  /** Resolves when something has changed. */
  get changed(): Promise<void> {
    return this.#changed.promise
  }

  /** Begins to wait for a transaction, before it is sent: no block that has it is missed. */
  async await(hash: string, until: Sighting['until']): Promise<Sighting> {
    if (this.closed) throw new Error('the client is closed')
    const sighting: Sighting = { until }
    if (!this.#running) {
      const { height, nanos } = await this.chain.latest()
      if (!this.#running) {
        Object.assign(this, { height, nanos, error: undefined })
        this.#awaited.set(hash, sighting)
        this.#running = this.#run()
        return sighting
      }
    }
    this.#awaited.set(hash, sighting)
    return sighting
  }

  /** Height and time of the newest block that is known. */
  async now(): Promise<{ height: number; nanos: Nanos }> {
    return this.#running && !this.error ? { height: this.height, nanos: this.nanos } : this.chain.latest()
  }

  forget(hash: string): void {
    this.#awaited.delete(hash)
  }

  close(): void {
    this.closed = true
    this.#wake()
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = withResolvers()
  }

  async #run(): Promise<void> {
    while (this.#awaited.size > 0 && !this.closed) {
      try {
        await this.#catchUp()
        if (this.error) {
          this.outages++
          this.error = undefined
          this.#wake()
        }
      } catch (e) {
        const first = !this.error
        this.error = e
        if (first) this.#wake()
      }
      await new Promise((resolve) => setTimeout(resolve, this.poll))
    }
    this.#running = undefined
  }

  async #catchUp(): Promise<void> {
    const { height: newest } = await this.chain.latest()
    while (this.height < newest) {
      const block = await this.chain.block(this.height + 1)
      const found = block.txs.flatMap((raw, i) => {
        const sighting = this.#awaited.get(hashOf(raw))
        return sighting ? [[sighting, i] as const] : []
      })
      const outcomes = found.length > 0 ? await this.chain.outcomes(block) : []
      for (const [sighting, i] of found) {
        const outcome = outcomes[i]!
        // One whose sequence was not its turn did nothing, and may come again.
        const { codespace, code } = codes.sdkerrors.ErrWrongSequence
        if (outcome.code === code && outcome.codespace === codespace) continue
        sighting.seen = { height: block.height, time: block.time, outcome }
      }
      for (const [hash, { seen, until }] of this.#awaited) {
        const late = until.lastBlock > 0 ? block.height >= until.lastBlock : block.nanos >= until.lastTime!
        if (seen || late) this.#awaited.delete(hash)
      }
      this.height = block.height
      this.nanos = block.nanos
      this.#wake()
    }
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((r) => { resolve = r })
  return { promise, resolve }
}
