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
}

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

/** A payer by exact. Register it on a client of x402 for cosmos:* (register). */
export class Exact {
  readonly scheme = 'exact'
  readonly schemeHooks = { onPaymentResponse: async (answer: Answered) => this.#answered(answer) }
  /** Payments that were shown, by transaction: nobody has said yet what became of them. */
  readonly #open = new Map<string, Payment>()

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
    const payload = { transaction: toBase64(await sender.signed(draft)), nonce: toBase64(nonce) }
    this.#open.set(payload.transaction, { x402Version, accepted: r, payload })
    return { x402Version, payload }
  }

  /** Payments of which no answer has come, as when the connection broke. Show them again (again): a new one would be paid as well. */
  get open(): Payment[] {
    return [...this.#open.values()]
  }

  /**
   * Shows an open payment again. The server hands over what it paid, or says that nothing was paid and that it is over. It returns the
   * server's answer.
   */
  async again(fetch: (input: string, init?: RequestInit) => Promise<Response>, payment: Payment, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set(paymentHeader, encodeHeader(payment))
    const response = await fetch(payment.accepted.extra.resource, { ...init, headers })
    const settleResponse = read(response, 'payment-response')
    const paymentRequired = response.status === 402 ? read(response, 'payment-required') : undefined
    this.#answered({ paymentPayload: payment, settleResponse, paymentRequired })
    return response
  }

  #answered(answer: Answered): void {
    if (decided(answer)) this.#open.delete(String(answer.paymentPayload.payload.transaction ?? none))
  }
}
