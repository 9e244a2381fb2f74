// x402 version 2 as these schemes have it. Types of @x402/core fit them; nothing of that package is needed here.

/** One way to pay. */
export interface Requirements {
  scheme: string
  network: string
  /** In base units of the denom asset. */
  amount: string
  asset: string
  /** The work that is used. */
  payTo: string
  maxTimeoutSeconds: number
  extra: Extra
}

export interface Extra {
  /** What the payment is bound to. */
  resource: string
  /** What the transaction has, in protobuf's JSON, without who pays. */
  messages?: Json[]
  /** What a payment channel has to be like, for batch-settlement. */
  paymentChannel?: Channel
}

export type Json = Record<string, unknown>

export interface Channel {
  payees: { work: string; weight: number }[]
  receiver: string
  minCloseDelaySeconds: number
}

/** What a payer answers. */
export interface Payment {
  x402Version: number
  accepted: Requirements
  payload: Record<string, unknown>
}

/** What became of a payment. */
export interface Settlement {
  success: boolean
  errorReason?: string
  payer?: string
  transaction: string
  network: string
  amount?: string
}

/** What a client tells its schemes of an answer to a payment. */
export interface Answered {
  paymentPayload: { payload: Record<string, unknown> }
  settleResponse?: { success: boolean; errorReason?: string }
  paymentRequired?: { error?: string }
}

/** Reasons with which the same payment is to be shown again: nobody knows what became of it. */
const open = ['undecided', 'unexpected_settle_error']

/** Whether an answer says what became of a payment. */
export function decided({ settleResponse, paymentRequired }: Answered): boolean {
  if (settleResponse) return settleResponse.success || !open.includes(settleResponse.errorReason ?? '')
  return paymentRequired !== undefined && !open.includes(paymentRequired.error ?? '')
}

/** The header that carries a payment. */
export const paymentHeader = 'PAYMENT-SIGNATURE'

export const encodeHeader = (value: unknown): string => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
