// The scheme exact on cosmos:<chain-id>: a signed transaction that the server brings to the chain.
import { toBase64 } from '@cosmjs/encoding'
import { random } from '../../src/bytes.js'
import type { Client } from '../../src/client.js'
import * as agent from '../../src/gen/agent.js'
import * as license from '../../src/gen/license.js'
import * as royalty from '../../src/gen/royalty.js'
import { fromJSON } from '../../src/json.js'
import { msg, pack, type Msg } from '../../src/messages.js'
import { accountOf, type Signer } from '../../src/signer.js'
import { memo } from './commitment.js'
import { decided, encodeHeader, paymentHeader, type Answered, type Json, type Payment, type Requirements } from './wire.js'

/** Who pays. */
export interface Purse {
  client: Client
  signer: Signer
  /** Which of the signer's accounts; else its first. */
  account?: string
  /** The signer is a key of this agent, and its controller pays, within the key's limit. */
  acting?: { agent: string; controller: string }
  /**
   * Origins whose resources are paid for, as https://example.org; missing: any. A scheme is not told what was fetched, so that a server can
   * ask to be paid for what another one sells, and show the payment there.
   */
  origins?: readonly string[]
  /**
   * The most that the fee of a transaction may be, in base units of each denom; of others nothing. Missing: 1,000,000 of ustem and of uusdc.
   * The node says what gas costs, and what a trial used.
   */
  maxFee?: Readonly<Record<string, bigint>>
}

const defaultMaxFee: Readonly<Record<string, bigint>> = { ustem: 50_000n, uusdc: 50_000n }

interface Coin {
  denom: string
  amount: string
}

const refuse = (why: string): never => {
  throw new Error(`it is not paid: ${why}`)
}

/** Of each message that pays: its type, what it costs, and how who pays is written into it. */
const payments: Record<string, { type: any; cost(value: any): Coin[]; paidBy(value: any, account: string): void }> = {
  '/stemma.royalty.v1.MsgPay': {
    type: royalty.MsgPay, cost: (v) => [v.amount], paidBy: (v, account) => { v.payer = account },
  },
  '/stemma.royalty.v1.MsgPayMany': {
    type: royalty.MsgPayMany, cost: (v) => v.payments.map((line: any) => line.amount), paidBy: (v, account) => { v.payer = account },
  },
  '/stemma.license.v1.MsgAcquire': {
    type: license.MsgAcquire,
    cost: (v) => (v.maxFee ? [v.maxFee] : []),
    paidBy: (v, account) => {
      v.licensee = account
      if (!v.usesOf) v.serial = newSerial()
    },
  },
}

const maxMessages = 64
const maxTimeout = 540

/** An amount as requirements have it: decimal digits, of which each reader reads the same number. */
function digits(amount: unknown): bigint {
  if (typeof amount !== 'string' || !/^(0|[1-9][0-9]{0,77})$/.test(amount)) return refuse(`${JSON.stringify(amount)} is no amount`)
  return BigInt(amount)
}

/** It throws where a resource is not one that the payer means to pay for. */
export function meant(purse: Purse, resource: unknown): void {
  if (typeof resource !== 'string') refuse('the server does not say what the payment is for')
  if (purse.origins && !(URL.canParse(resource as string) && purse.origins.includes(new URL(resource as string).origin))) {
    refuse(`it is for ${resource}, which is none of ${purse.origins.join(', ')}`)
  }
}

/** It throws where the fee of a transaction is more than its payer means to pay. */
export function bounded({ maxFee = defaultMaxFee }: Purse, fee: readonly Coin[]): void {
  for (const { denom, amount } of fee) {
    const most = Object.hasOwn(maxFee, denom) ? maxFee[denom]! : 0n
    if (digits(amount) > most) refuse(`the fee of the transaction is ${amount}${denom}, at most ${most}${denom} is allowed (maxFee)`)
  }
}

/** A number that tells grants of the same terms apart. */
function newSerial(): bigint {
  return random(8).reduce((n, byte) => (n << 8n) | BigInt(byte), 0n) >> 1n
}

/** The messages that a requirement asks for, paid by an account. It throws where they take more than is said, or do anything but pay. */
export function messagesOf(r: Requirements, account: string): Msg[] {
  const plain: Json[] = [{ '@type': '/stemma.royalty.v1.MsgPay', work: r.payTo, amount: { denom: r.asset, amount: r.amount } }]
  let sum = 0n
  if ((r.extra.messages?.length ?? 0) > maxMessages) refuse(`more than ${maxMessages} messages are asked for`)
  const messages = (r.extra.messages?.length ? r.extra.messages : plain).map((json) => {
    const typeUrl = String(json['@type'])
    const kind = payments[typeUrl] ?? refuse(`${typeUrl} is asked for, which is no payment`)
    const value = kind.type.fromPartial(fromJSON(typeUrl.slice(1), json))
    for (const coin of kind.cost(value)) {
      if (coin.denom !== r.asset) refuse(`${coin.amount}${coin.denom} is asked for beside ${r.asset}`)
      sum += digits(coin.amount)
    }
    kind.paidBy(value, account)
    return msg(kind.type, value)
  })
  if (sum !== digits(r.amount)) refuse(`${r.amount} is said, and ${sum} asked for`)
  return messages
}

const none = ''

/** A header of an answer; missing, or no JSON in base64: undefined. */
function read(response: Response, name: string): any {
  try {
    return JSON.parse(atob(response.headers.get(name) ?? none))
  } catch {
    return undefined
  }
}

/** The transaction that a header shows; none: it shows none. */
function shownIn(header: string | null): string {
  try {
    return String((JSON.parse(atob(header ?? none)) as Payment).payload.transaction ?? none)
  } catch {
    return none
  }
}

/** A payer by exact. Register it on a client of x402 for cosmos:* (register). */
export class Exact {
  readonly scheme = 'exact'
  readonly schemeHooks = { onPaymentResponse: async (answer: Answered) => this.#answered(answer) }
  /** Payments that were shown, by transaction: nobody has said yet what became of them. */
  readonly #open = new Map<string, Payment>()
  /** Those of them whose thing is being handed over. */
  readonly #reading = new Set<string>()

  constructor(private readonly purse: Purse) {}

  async createPaymentPayload(x402Version: number, requirements: unknown): Promise<{ x402Version: number; payload: Record<string, unknown> }> {
    const r = requirements as Requirements
    const { client, signer, acting } = this.purse
    const chain = `cosmos:${await client.chainId()}`
    if (r.network !== chain) refuse(`${r.network} is asked for, the node is of ${chain}`)
    meant(this.purse, r.extra?.resource)
    if (!Number.isInteger(r.maxTimeoutSeconds) || r.maxTimeoutSeconds < 1 || r.maxTimeoutSeconds > maxTimeout) {
      refuse(`it could be paid within ${r.maxTimeoutSeconds} seconds, at most ${maxTimeout} are allowed`)
    }
    const key = this.purse.account ?? (await accountOf(signer))
    const msgs = messagesOf(r, acting?.controller ?? key)
    const nonce = random(32)
    const sender = await client.sender(signer, {
      account: key, unordered: true, note: memo(r, nonce), lifetime: r.maxTimeoutSeconds,
    })
    const draft = await sender.draft(...(acting ? [msg(agent.MsgAct, { key, agent: acting.agent, messages: msgs.map(pack) })] : msgs))
    bounded(this.purse, draft.fee)
    const payload = { transaction: toBase64(await sender.signed(draft)), nonce: toBase64(nonce) }
    this.#open.set(payload.transaction, { x402Version, accepted: r, payload })
    return { x402Version, payload }
  }

  /**
   * Payments of which no answer has come, or whose thing was not read to its end (watch), as when the connection broke. Show them again
   * (again): a new one would be paid as well.
   */
  get open(): Payment[] {
    return [...this.#open.values()]
  }

  /**
   * Watches what a fetch hands over for payments: each stays open until the thing that it paid is read to its end. Give it to the client of
   * x402, which tells its schemes of headers alone: wrapFetchWithPayment(exact.watch(fetch), payer).
   */
  watch<Input>(fetch: (input: Input, init?: RequestInit) => Promise<Response>): (input: Input, init?: RequestInit) => Promise<Response> {
    return async (input, init) => {
      const response = await fetch(input, init)
      const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
      return this.#watched(response, shownIn(headers.get(paymentHeader)))
    }
  }

  #watched(response: Response, transaction: string): Response {
    if (!this.#open.has(transaction) || !response.ok || !response.body || !read(response, 'payment-response')?.success) return response
    this.#reading.add(transaction)
    const end = () => this.#close(transaction)
    const { status, statusText, headers, url } = response
    // A body that breaks off, or that nobody reads on, never comes to its end.
    const watched = new Response(response.body.pipeThrough(new TransformStream({ flush: end })), { status, statusText, headers })
    return Object.defineProperty(watched, 'url', { value: url })
  }

  /**
   * Shows an open payment again. The server hands over what it paid, or says that nothing was paid and that it is over. It returns the
   * server's answer. Read it: the payment stays open until that is done.
   */
  async again(fetch: (input: string, init?: RequestInit) => Promise<Response>, payment: Payment, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set(paymentHeader, encodeHeader(payment))
    const response = await this.watch(fetch)(payment.accepted.extra.resource, { ...init, headers })
    const settleResponse = read(response, 'payment-response')
    const paymentRequired = response.status === 402 ? read(response, 'payment-required') : undefined
    this.#answered({ paymentPayload: payment, settleResponse, paymentRequired })
    return response
  }

  #answered(answer: Answered): void {
    const transaction = String(answer.paymentPayload.payload.transaction ?? none)
    const handedOver = answer.settleResponse?.success && this.#reading.has(transaction)
    if (decided(answer) && !handedOver) this.#close(transaction)
  }

  #close(transaction: string): void {
    this.#open.delete(transaction)
    this.#reading.delete(transaction)
  }
}
