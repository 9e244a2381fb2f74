// The scheme batch-settlement on cosmos:<chain-id>: vouchers of a payment channel, each over all uses so far.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import * as royalty from '../../src/gen/royalty.js'
import { newPaymentChannelID, type PaymentChannelID } from '../../src/ids.js'
import { msg, type Msg } from '../../src/messages.js'
import { accountOf } from '../../src/signer.js'
import { signVoucher, voucherText } from '../../src/voucher.js'
import { bounded, meant, type Purse } from './exact.js'
import type { Channel, Requirements } from './wire.js'

/** How payment channels are opened and vouchers signed. */
export interface Vouchers {
  purse: Purse
  /** 32 bytes, that sign vouchers: not the key of an account with money. */
  voucherKey: Uint8Array
  /** What a payment channel is opened with, in base units of the denom that is asked for. What is not spent comes back. */
  deposit: bigint
  /** How many payment channels are opened at most, each with a deposit: a server says what they have to be like. Missing: 8. */
  maxChannels?: number
  /** How long the rest of a deposit may be kept after it is asked for, in seconds. Missing: a day. */
  maxCloseDelay?: number
}

const defaultChannels = 8
const defaultCloseDelay = 86_400

/** A payment channel that pays uses. */
export interface Open {
  id: PaymentChannelID
  deposit: bigint
  /** What the newest voucher promises. Keep it: the service refuses what is no more. */
  total: bigint
}

/** A payer by vouchers. The first use opens a payment channel; one whose deposit is spent is refused, and forgotten by close. */
export class Batch {
  readonly scheme = 'batch-settlement'
  readonly #channels = new Map<string, Promise<Open>>()

  constructor(private readonly vouchers: Vouchers) {}

  async createPaymentPayload(x402Version: number, requirements: unknown): Promise<{ x402Version: number; payload: Record<string, unknown> }> {
    const r = requirements as Requirements
    const { client } = this.vouchers.purse
    const chainId = await client.chainId()
    if (r.network !== `cosmos:${chainId}`) throw new Error(`it is not paid: ${r.network} is asked for, the node is of cosmos:${chainId}`)
    const wanted = r.extra?.paymentChannel
    if (!wanted) throw new Error('it is not paid: the server does not say what the payment channel has to be like')
    meant(this.vouchers.purse, r.extra.resource)
    const key = keyOf(r.asset, wanted)
    let opening = this.#channels.get(key)
    if (!opening) {
      this.#bounded(wanted)
      opening = this.#open(r.asset, wanted)
      this.#channels.set(key, opening)
      opening.catch(() => this.#channels.delete(key))
    }
    const channel = await opening
    if (!/^[1-9][0-9]*$/.test(r.amount)) throw new Error(`it is not paid: ${r.amount} is no amount`)
    const total = channel.total + BigInt(r.amount)
    if (total > channel.deposit) {
      throw new Error(`it is not paid: the deposit of ${channel.id} is ${channel.deposit}, and this use makes ${total}; top it up (topUp)`)
    }
    channel.total = total
    const signed = signVoucher({ chainId, paymentChannel: channel.id, total, expires: 0n }, this.vouchers.voucherKey)
    return { x402Version, payload: { voucher: JSON.parse(voucherText(signed)) } }
  }

  /** The payment channels that are open here. */
  async open(): Promise<Open[]> {
    return Promise.all(this.#channels.values())
  }

  /** Goes on with a payment channel of before. */
  resume(asset: string, wanted: Channel, channel: Open): void {
    this.#channels.set(keyOf(asset, wanted), Promise.resolve(channel))
  }

  /** Adds to a deposit. */
  async topUp(channel: Open, denom: string, amount: bigint): Promise<void> {
    const payer = await this.#payer()
    await this.#send(msg(royalty.MsgTopUpPaymentChannel, { payer, paymentChannel: channel.id, amount: { denom, amount: amount.toString() } }))
    channel.deposit += amount
  }

  async #payer(): Promise<string> {
    const { account, signer } = this.vouchers.purse
    return account ?? accountOf(signer)
  }

  /** Sends a transaction of one message, with a fee that its payer means to pay. */
  async #send(message: Msg): Promise<void> {
    const { client, signer } = this.vouchers.purse
    const account = await this.#payer()
    const { gas, fee } = await (await client.sender(signer, { account })).draft(message)
    bounded(this.vouchers.purse, fee)
    await client.send(signer, [message], { account, gas, fee: [...fee] })
  }

  /** It throws where one payment channel more would keep more money from its payer, or longer, than they mean. */
  #bounded({ minCloseDelaySeconds: delay }: Channel): void {
    const { maxChannels = defaultChannels, maxCloseDelay = defaultCloseDelay } = this.vouchers
    if (!Number.isInteger(delay) || delay > maxCloseDelay) {
      throw new Error(`it is not paid: a payment channel that closes after ${delay} seconds is asked for, at most ${maxCloseDelay} are allowed`)
    }
    if (this.#channels.size >= maxChannels) {
      throw new Error(`it is not paid: another payment channel is asked for, and ${maxChannels} are open (maxChannels)`)
    }
  }

  async #open(denom: string, wanted: Channel): Promise<Open> {
    const { voucherKey, deposit } = this.vouchers
    const payer = await this.#payer()
    // Above all that were used before, as the chain wants it.
    const serial = BigInt(Math.floor(Date.now() / 1000))
    await this.#send(msg(royalty.MsgOpenPaymentChannel, {
      payer, serial, deposit: { denom, amount: deposit.toString() }, payees: wanted.payees, receiver: wanted.receiver,
      key: secp256k1.getPublicKey(voucherKey, true), closeDelay: { seconds: BigInt(wanted.minCloseDelaySeconds), nanos: 0 },
    }))
    return { id: newPaymentChannelID(payer, serial), deposit, total: 0n }
  }
}

const keyOf = (asset: string, { payees, receiver }: Channel): string => JSON.stringify([asset, receiver, payees])
