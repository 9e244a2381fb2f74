// Transactions: built, signed, and what blocks say of them.
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { toHex } from '@cosmjs/encoding'
import { sha256 } from './bytes.js'
import { TxError } from './errors.js'
import { PubKey } from './gen/cosmos/crypto/secp256k1/keys.js'
import { SignMode } from './gen/cosmos/tx/signing/v1beta1/signing.js'
import { AuthInfo, SignDoc, TxBody, TxRaw } from './gen/cosmos/tx/v1beta1/tx.js'
import type { Any } from './gen/google/protobuf/any.js'
import type { Timestamp } from './gen/google/protobuf/timestamp.js'
import { aminoMsg, fromAminoMsg } from './amino.js'
import { timeText } from './json.js'
import { pack, type Msg, type Type } from './messages.js'
import { isDirect, signatureOf, type Account, type Signer } from './signer.js'
import type { Coin } from './units.js'

/** A time in nanoseconds since 1970. */
export type Nanos = bigint

/** Where a transaction stands among those of its account, and until when it may come. */
export interface Slot {
  chainId: string
  number: bigint
  sequence: bigint
  /** The last block that takes it, of an ordered one; 0: none. */
  lastBlock: number
  /** The last block time that takes it; no two of one account have the same. undefined: a device shows what is signed. */
  lastTime?: Nanos
}

/** A transaction that has gas and fee, and is not signed. */
export interface Draft {
  /** What it does, all or nothing. */
  msgs: readonly Msg[]
  /** The most that it may use, and what the fee is for. */
  gas: bigint
  fee: readonly Coin[]
}

export interface Form {
  note: string
  sponsor: string
  unordered: boolean
}

const billion = 1_000_000_000n

export function timestamp(nanos: Nanos): Timestamp {
  return { seconds: nanos / billion, nanos: Number(nanos % billion) }
}

function bodyOf(
  msgs: readonly Any[], form: Pick<Form, 'note' | 'unordered'>, at: Pick<Slot, 'lastBlock' | 'lastTime'>,
): Uint8Array {
  return TxBody.encode(TxBody.fromPartial({
    messages: [...msgs], memo: form.note, timeoutHeight: BigInt(at.lastBlock), unordered: form.unordered,
    ...(at.lastTime !== undefined && { timeoutTimestamp: timestamp(at.lastTime) }),
  })).finish()
}

function authOf(
  account: Account, mode: SignMode, sequence: bigint, gas: bigint, fee: readonly Coin[], granter = '', payer = '',
): Uint8Array {
  if (account.algo !== 'secp256k1') {
    throw new Error(`the key of ${account.address} is of ${account.algo}, and the chain takes secp256k1`)
  }
  const publicKey = { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: PubKey.encode({ key: account.pubkey }).finish() }
  return AuthInfo.encode(AuthInfo.fromPartial({
    signerInfos: [{ publicKey, modeInfo: { single: { mode } }, sequence }],
    fee: { amount: [...fee], gasLimit: gas, granter, payer },
  })).finish()
}

function rawOf(bodyBytes: Uint8Array, authInfoBytes: Uint8Array, signature: Uint8Array): Uint8Array {
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish()
}

/** A transaction without a signature, to be tried. */
export function unsigned(signer: Signer, account: Account, msgs: readonly Msg[], form: Form, at: Slot): Uint8Array {
  const mode = isDirect(signer) ? SignMode.SIGN_MODE_DIRECT : SignMode.SIGN_MODE_LEGACY_AMINO_JSON
  return rawOf(bodyOf(msgs.map(pack), form, at), authOf(account, mode, at.sequence, 0n, [], form.sponsor), new Uint8Array())
}

/** Signs a transaction: its bytes. What a wallet changed is as the wallet has it. */
export async function sign(signer: Signer, account: Account, draft: Draft, form: Form, at: Slot): Promise<Uint8Array> {
  if (isDirect(signer)) {
    const signed = await signer.signDirect(account.address, SignDoc.fromPartial({
      bodyBytes: bodyOf(draft.msgs.map(pack), form, at), chainId: at.chainId, accountNumber: at.number,
      authInfoBytes: authOf(account, SignMode.SIGN_MODE_DIRECT, at.sequence, draft.gas, draft.fee, form.sponsor),
    }))
    return rawOf(signed.signed.bodyBytes, signed.signed.authInfoBytes, signatureOf(signed))
  }
  const answer = await signer.signAmino(account.address, {
    chain_id: at.chainId, account_number: at.number.toString(), sequence: at.sequence.toString(), memo: form.note,
    fee: {
      amount: draft.fee.map(({ denom, amount }) => ({ denom, amount })), gas: draft.gas.toString(),
      ...(form.sponsor && { granter: form.sponsor }),
    },
    msgs: draft.msgs.map(aminoMsg),
    ...(at.lastBlock > 0 && { timeout_height: at.lastBlock.toString() }),
    ...(form.unordered && { unordered: true }),
    ...(at.lastTime !== undefined && { timeout_timestamp: timeText(timestamp(at.lastTime)) }),
  })
  const { fee, memo, msgs, timeout_height: last = '0', sequence } = answer.signed
  return rawOf(
    bodyOf(msgs.map(fromAminoMsg).map(pack), { note: memo, unordered: form.unordered }, { ...at, lastBlock: Number(last) }),
    authOf(account, SignMode.SIGN_MODE_LEGACY_AMINO_JSON, BigInt(sequence), BigInt(fee.gas), fee.amount, fee.granter, fee.payer),
    signatureOf(answer))
}

/** An event as a node tells it. */
export interface Event {
  readonly type: string
  readonly attributes: readonly { readonly key: string; readonly value: string }[]
}

/** What a block did with a transaction. */
export interface Outcome {
  readonly code: number
  readonly codespace?: string
  readonly log?: string
  readonly data?: Uint8Array
  readonly events: readonly Event[]
  readonly gasWanted: bigint
  readonly gasUsed: bigint
}

/** A transaction in a block. */
export interface Result {
  /** In capital hex digits. */
  hash: string
  height: number
  time: Date
  /** What was paid for and what was used. */
  gasWanted: bigint
  gasUsed: bigint
  fee: Coin[]
  /** Of its messages and of its fee. */
  events: readonly Event[]
  /** The answers to all messages, packed. */
  responses: Any[]
}

/** The answer to the message at a place: response(result, 0, registrytypes.MsgRegisterResponse). */
export function response<T>(from: { responses: readonly Any[] }, at: number, type: Type<T>): T {
  const answer = from.responses[at]
  if (!answer) throw new Error(`the chain gave no answer to message ${at}`)
  if (answer.typeUrl !== `/${type.$type}`) throw new Error(`the answer to message ${at} is a ${answer.typeUrl.slice(1)}`)
  return type.decode(answer.value)
}

/** The hash of a transaction's bytes, as a node writes it. */
export const hashOf = (raw: Uint8Array): string => toHex(sha256(raw)).toUpperCase()

/** The fee that a transaction's bytes declare. */
export function feeOf(raw: Uint8Array): Coin[] {
  return AuthInfo.decode(TxRaw.decode(raw).authInfoBytes).fee?.amount ?? []
}

/** What a block did with a transaction; it throws a TxError where that failed. */
export function resultOf(raw: Uint8Array, height: number, time: Date, outcome: Outcome): Result {
  const hash = hashOf(raw)
  if (outcome.code !== 0) {
    throw new TxError('executed', { codespace: outcome.codespace ?? '', code: outcome.code }, outcome.log ?? '', hash, height)
  }
  return {
    hash, height, time, gasWanted: outcome.gasWanted, gasUsed: outcome.gasUsed, fee: feeOf(raw), events: outcome.events,
    responses: readAnys(outcome.data ?? new Uint8Array(), 2), // TxMsgData.msg_responses
  }
}

/** What a trial used and would answer, of a SimulateResponse. */
export function readTrial(bytes: Uint8Array): { gasUsed: bigint; responses: Any[] } {
  let gasUsed = 0n
  let responses: Any[] = []
  each(bytes, (field, reader) => {
    if (field === 1) each(reader.bytes(), (inner, r) => { // GasInfo
      if (inner !== 2) return false
      gasUsed = r.uint64() as bigint
      return true
    })
    else if (field === 2) responses = readAnys(reader.bytes(), 4) // Result.msg_responses
    else return false
    return true
  })
  return { gasUsed: BigInt(gasUsed), responses }
}

function readAnys(bytes: Uint8Array, field: number): Any[] {
  const all: Any[] = []
  each(bytes, (at, reader) => {
    if (at !== field) return false
    const any: Any = { typeUrl: '', value: new Uint8Array() }
    each(reader.bytes(), (inner, r) => {
      if (inner === 1) any.typeUrl = r.string()
      else if (inner === 2) any.value = r.bytes()
      else return false
      return true
    })
    all.push(any)
    return true
  })
  return all
}

/** Goes through the fields of a message; read says whether it has read the one that stands there. */
function each(bytes: Uint8Array, read: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (!read(field, reader)) reader.skip(wire, field)
  }
}
