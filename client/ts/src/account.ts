// The sequences of one account, handed out to all of a process that send with it (docs/adr/0066).
import { random } from './bytes.js'
import { UnknownAccountError } from './errors.js'
import type { Coin } from './units.js'
import type { Nanos, Slot } from './tx.js'
import type { Sighting, Watcher } from './watcher.js'

/** Lets so many through at once. */
export class Gate {
  #waiting: (() => void)[] = []

  constructor(private places: number) {}

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.places > 0) this.places--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.places++
    }
  }
}

/** A signed transaction that was sent. */
export class Attempt {
  /** It is decided, or nobody waits for it. */
  done = false
  /** The newest block when it was sent last, and how often the node had been gone. */
  sentAt = 0
  outages = 0

  constructor(
    readonly raw: Uint8Array, readonly hash: string, readonly at: Slot, readonly fee: readonly Coin[], readonly sighting: Sighting,
  ) {}

  note(watcher: Watcher): void {
    this.sentAt = watcher.height
    this.outages = watcher.outages
  }
}

/** What the chain and the node say of an account. */
export interface Place {
  number: bigint
  sequence: bigint
}

export class AccountState {
  /** The turn of ordered transactions. */
  readonly turn = new Gate(1)
  number = 0n
  next = 0n
  /** number and next are the node's, or follow from it by what was sent since. */
  known = false
  /** The ordered transactions that were sent and are not decided, by sequence. */
  flying: Attempt[] = []
  /** When a transaction was last seen in a block, in ms; 0: none was. */
  landed = 0
  readonly #given = new Set<Nanos>()
  #sweepAt = fewGiven
  #passed: { height: number; sequence: bigint } | undefined

  constructor(
    readonly address: string,
    private readonly info: (height: number) => Promise<Place>,
    private readonly turnOf: () => Promise<bigint>,
  ) {}

  /** Asks for number and sequence as the newest block has them. */
  async ask(): Promise<void> {
    try {
      const { number, sequence } = await this.info(0)
      Object.assign(this, { number, next: sequence, known: true })
    } catch (e) {
      throw new UnknownAccountError(this.address, e)
    }
  }

  /** The place of an ordered transaction, for who has the turn: behind what waits in the node's pool, of others too. */
  async place(height: number): Promise<Place> {
    this.flying = this.flying.filter((f) => !f.done && f.at.lastBlock >= height)
    if (!this.known || this.flying.length === 0) {
      await this.ask()
      const waits = await this.turnOf()
      if (waits > this.next) this.next = waits
    }
    return { number: this.number, sequence: this.next }
  }

  /** Notes that a transaction was sent: the next sequence is behind it and those that stand behind it already. */
  fly(now: Attempt): void {
    this.flying.push(now)
    this.flying.sort((a, b) => (a.at.sequence < b.at.sequence ? -1 : 1))
    this.next = now.at.sequence + 1n
    for (const f of this.flying) {
      if (f.at.sequence === this.next && !f.done) this.next++
    }
  }

  /** A time that no other unordered transaction of the account has: of this process, and by chance of others. Those before now are forgotten. */
  later(now: Nanos, wanted: Nanos): Nanos {
    let time = scattered(wanted)
    while (this.#given.has(time)) time += 1n
    if (this.#given.size >= this.#sweepAt) {
      for (const at of this.#given) if (at < now) this.#given.delete(at)
      this.#sweepAt = Math.max(fewGiven, 2 * this.#given.size)
    }
    this.#given.add(time)
    return time
  }

  /** The account's sequence after a block. */
  async sequenceAt(height: number): Promise<bigint> {
    if (this.#passed?.height !== height) this.#passed = { height, sequence: (await this.info(height)).sequence }
    return this.#passed.sequence
  }
}

/** So few are not worth going through. */
const fewGiven = 256

/** Up to four seconds after a time, by chance to the nanosecond. */
export function scattered(time: Nanos): Nanos {
  return time + BigInt(new DataView(random(4).buffer).getUint32(0))
}
