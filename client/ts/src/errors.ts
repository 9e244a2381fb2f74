// Errors: what the chain refuses, by codespace and code. Never compare texts.
import { codes, type Code } from './gen/codes.js'

export { codes, type Code }

/** Something that the chain has a code for. */
export class CodeError extends Error {
  override readonly name: string = 'CodeError'
  /** Those of the module's error; empty and 0: it is none of a module's own. */
  readonly codespace: string
  readonly code: number

  constructor(of: { codespace: string; code: number }, message: string, options?: ErrorOptions) {
    super(message, options)
    this.codespace = of.codespace
    this.code = of.code
  }

  /** Whether it is this error: e.is(codes.license.ErrFeeAboveMax). */
  is(error: Code): boolean {
    return this.code === error.code && this.codespace === error.codespace
  }
}

/** Whether anything that was thrown is this error of the chain. */
export function isCode(e: unknown, error: Code): boolean {
  return e instanceof CodeError && e.is(error)
}

/** A question that a node does not answer; 'not found' is an answer too. */
export class QueryError extends CodeError {
  override readonly name = 'QueryError'
  /** There is no such thing. */
  readonly notFound: boolean
  /** How the question is called. */
  readonly query: string

  constructor(query: string, codespace: string, code: number, log: string) {
    const text = tidy(log)
    super(codeOf(text) ?? { codespace, code }, text)
    this.query = query
    this.notFound = codespace === 'sdk' && code === keyNotFound
  }
}

/** ErrKeyNotFound of the SDK, in which it packs gRPC's NotFound. */
const keyNotFound = 22

/**
 * Where a transaction was refused: when it was tried, and nothing was sent; by the node, and nothing of it happens;
 * in a block, and nothing of it happened but its fee.
 */
export type Stage = 'tried' | 'checked' | 'executed'

const passing: readonly Code[] = [
  codes.sdkerrors.ErrWrongSequence, codes.sdkerrors.ErrInsufficientFee, codes.sdkerrors.ErrMempoolIsFull,
  codes.sdkerrors.ErrTxInMempoolCache, codes.sdkerrors.ErrTxTimeoutHeight, codes.sdkerrors.ErrTxTimeout,
]

/** A transaction that the chain refused. */
export class TxError extends CodeError {
  override readonly name = 'TxError'
  /** The same messages may pass later as they are: what failed is the transaction's place, time or fee. */
  readonly retryable: boolean

  constructor(
    readonly stage: Stage, of: { codespace: string; code: number }, readonly log: string,
    /** The transaction's, and the height of its block; empty and 0: it has none. */
    readonly hash = '', readonly height = 0,
  ) {
    super(of, stage === 'executed' ? `transaction ${hash} in block ${height} failed: ${tidy(log)} (${of.codespace} ${of.code})`
      : of.code ? `${tidy(log)} (${of.codespace} ${of.code})` : tidy(log))
    this.retryable = passing.some((code) => this.is(code))
  }
}

/**
 * A transaction was sent, and the time for it ended before it was in a block or could no longer come. It may still
 * come: look for it (Client.find) before sending the same again.
 */
export class Undecided extends Error {
  override readonly name = 'Undecided'

  constructor(readonly hash: string, readonly from: number, cause: unknown) {
    super(`transaction ${hash} was sent, but is not in a block yet`, { cause })
  }
}

/** An account can't sign: the chain does not know it. It exists once it has received something. */
export class UnknownAccountError extends Error {
  override readonly name = 'UnknownAccountError'

  constructor(readonly address: string, cause: unknown) {
    const why = cause instanceof QueryError && cause.notFound ? 'the chain does not know it; an account exists once it has received something'
      : cause instanceof Error ? cause.message : cause
    super(`account ${address} cannot sign: ${why}`, { cause })
  }
}

/** Nobody can pay the fee. */
export class FeeError extends Error {
  override readonly name = 'FeeError'

  constructor(
    readonly payer: string,
    /** Of which one is to be paid. */
    readonly options: readonly { denom: string; amount: string }[],
    /** What a sponsor allows at most; empty: there is no limit. */
    readonly limit: readonly { denom: string; amount: string }[] = [],
  ) {
    const text = (coins: typeof options) => coins.map((c) => c.amount + c.denom).join(', ')
    super(limit.length > 0 ? `${payer} sponsors fees of up to ${text(limit)}; this transaction takes one of ${text(options)}`
      : `${payer} cannot pay the fee: it takes one of ${text(options)}`)
  }
}

/** An account pays no fees for another. */
export class NoSponsorError extends Error {
  override readonly name = 'NoSponsorError'

  constructor(readonly sponsor: string, readonly account: string, cause: unknown) {
    super(`${sponsor} pays no fees for ${account}`, { cause })
  }
}

const listed: readonly Code[] = Object.values(codes).flatMap((module) => Object.values(module))

/**
 * The error whose own words a text ends with, the longest where several do: a trial that failed tells no code.
 * undefined: an error of none of the modules, or words that several have.
 */
export function codeOf(text: string): Code | undefined {
  let found: Code | undefined
  let words = ''
  for (const code of listed) {
    if (code.words.length < words.length || (text !== code.words && !text.endsWith(`: ${code.words}`))) continue
    found = code.words === words ? undefined : code
    words = code.words
  }
  return found
}

const framing = new RegExp([
  'rpc error: code = \\w+ desc = ', '\\s*\\[[^\\]\\s]+\\.go:\\d+\\]', " with gas used: '\\d+'",
  'failed to execute message; message index: \\d+: ',
].join('|'), 'g')
const sponsor = /^[^]* does not allow to pay fees for [^]+?: /
const category = /(: (unknown request|invalid request|key not found|tx parse error))+$/gm

/** The chain's own words of a text, without what gRPC and the SDK add around them. */
export function tidy(text: string): string {
  const [own] = text.replace(sponsor, "the sponsor's allowance does not cover it: ").replace(framing, '').split('With gas wanted:')
  return own!.trim().replace(category, '')
}
