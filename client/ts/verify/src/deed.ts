// What a transaction did. Its header's data hash is the root of an RFC 6962 tree over the hashes of the block's transactions, and
// the next header has the root of one over their results, in the same order: so the same turns lead to both.
import { assigned } from './assigned.js'
import { readId } from './bech32.js'
import { concat, equal, hex, sha256 } from './bytes.js'
import type { State } from './chain.js'
import { decode, fields, json, number, sized, type Message } from './proto.js'
import { ProofError, refuted, unsupported } from './result.js'
import { climb, leaf } from './rfc6962.js'
import * as s from './schemas.js'
import type { Header } from './signed.js'
import { max32, most, type Reader } from './wire.js'

const maxTx = 1 << 20
const maxDepth = 32

export interface Deed {
  tx: Uint8Array
  /** Of each level, from the transaction up, whether it is on the right side there. */
  right: boolean[]
  beside: Uint8Array[]
  code: number
  data: Uint8Array
  gasWanted: bigint
  gasUsed: bigint
  resultBeside: Uint8Array[]
}

export function readDeed(r: Reader): Deed {
  const tx = r.field(maxTx)
  const levels = r.count(maxDepth)
  const bits = r.bytes((levels + 7) >> 3)
  const sides = Array.from({ length: 8 * bits.length }, (_, i) => ((bits[i >> 3]! >> (i & 7)) & 1) === 1)
  if (sides.slice(levels).includes(true)) r.fail('there are more turns than levels')
  const hashes = () => Array.from({ length: levels }, () => r.hash())
  return {
    tx, right: sides.slice(0, levels), beside: hashes(), code: Number(r.number(max32)), data: r.field(maxTx),
    gasWanted: r.number(most), gasUsed: r.number(most), resultBeside: hashes(),
  }
}

/**
 * What a transaction did, as it is told; of the headers, the first is that of its block, and the second
 * the next one; the lists that payments are assigned by are in the state under the last. */
export function tell(d: Deed, headers: Header[], last: State | undefined): Message {
  const [block, next] = headers
  if (!block || !next || next.height !== block.height + 1n) {
    throw refuted("it does not show the header of the transaction's block and the next one")
  }
  const hash = sha256(d.tx)
  const result = concat(number(1, d.code), d.data.length > 0 ? sized(2, d.data) : d.data, number(5, d.gasWanted), number(6, d.gasUsed))
  if (!equal(climb(leaf(hash), d.right, d.beside), block.data)) throw refuted(`block ${block.height} does not have the transaction there`)
  if (!equal(climb(leaf(result), d.right, d.resultBeside), next.lastResults)) {
    throw refuted(`the transaction's result in block ${block.height} is another one`)
  }
  if (headers.length > 3 || (headers.length === 3 && !last)) throw refuted('it shows more headers than are needed')
  const messages = readMessages(d.tx)
  const answers = d.code === 0 ? (decode(s.messageData, d.data).msg_responses as Message[]) : []
  if (d.code === 0 && answers.length !== messages.length) {
    throw refuted(`it has ${messages.length} messages and ${answers.length} answers`)
  }
  const open = () => {
    if (!last) throw refuted('it does not show the lists that a payment is assigned by')
    return last
  }
  return {
    tx: hex(hash).toUpperCase(), code: d.code, gas_wanted: d.gasWanted.toString(), gas_used: d.gasUsed.toString(),
    messages: messages.length === 0 ? null : tellAll(messages, answers, block.height, open),
  }
}

/** Reads the messages of a transaction, as strictly as the chain does. */
function readMessages(tx: Uint8Array): Message[] {
  const raw = decode(s.txRaw, tx, true)
  let last = 0
  for (const { number } of fields(tx)) {
    if (number < last) throw new Error('the parts of the transaction stand out of order')
    last = number
  }
  for (const { public_key } of decode(s.authInfo, raw.auth_info_bytes, true).signer_infos) {
    if (!public_key) continue
    if (!s.keyTypes.includes(public_key.type_url)) throw unsupported(`keys of type "${public_key.type_url}" can't be read here`)
    if (public_key.type_url !== s.multisig) decode(s.publicKey, public_key.value, true)
  }
  for (const { number } of fields(raw.body_bytes)) {
    // Bit 11 of a field's number says that a chain that does not know it may pass it over.
    if (!s.txBody[number] && ((number >> 10) & 1) === 0) throw new Error(`field ${number} of the transaction is unknown`)
  }
  const body = decode(s.txBody, raw.body_bytes)
  if (body.extension_options.length + body.non_critical_extension_options.length > 0) {
    throw new Error('the chain has no extensions of transactions')
  }
  for (const { number, value } of fields(raw.body_bytes)) if (number === 1) decode(s.any, value as Uint8Array, true)
  return body.messages
}

/** Tells of all messages, so that one that is wrong is found behind one that is not supported. */
function tellAll(messages: Message[], answers: Message[], height: bigint, open: () => State): Message[] {
  let cannot: ProofError | undefined
  const list = messages.map((m, i) => {
    try {
      return told(m, answers[i], height, open)
    } catch (e) {
      if (!(e instanceof ProofError) || e.result !== 'unsupported') throw e
      cannot ??= e
      return {}
    }
  })
  if (cannot) throw cannot
  return list
}

function told(packed: Message, answer: Message | undefined, height: bigint, open: () => State): Message {
  const type: string = packed.type_url
  const known = s.messages[type]
  if (!known || (!known.asked && !answer)) {
    throw unsupported(`it is proved, but messages ${type} can't be read here: check it with stemmad verify`)
  }
  const asked = known.asked ? decode(known.asked, packed.value, true) : {}
  if (!answer) return { type }
  if (answer.type_url !== `${type}Response`) throw refuted('a message has the answer of something else')
  const said = decode(known.answer, answer.value)
  const made = payments(type, asked, said).map((p) => ({
    payer: p.payer, work: p.work, amount: json(s.coin, p.amount), epoch: p.epoch.toString(),
    lists: assigned(open(), paidWork(p.work), p.amount, p.epoch, height),
  }))
  return { type, ...(made.length > 0 && { payments: made }), answer: json(known.answer, said) }
}

function paidWork(text: string): Uint8Array {
  const work = readId(text, 'work', 20)
  if (!work) throw refuted('a payment names no work')
  return work
}

interface Payment {
  payer: string
  work: string
  amount: Message
  epoch: bigint
}

/** The payments that a message made, by the epochs that it answered. */
function payments(type: string, asked: Message, answer: Message): Payment[] {
  switch (type) {
    case '/stemma.royalty.v1.MsgPay':
      return [{ payer: asked.payer, work: asked.work, amount: asked.amount, epoch: answer.epoch }]
    case '/stemma.royalty.v1.MsgPayMany':
      if (answer.epochs.length !== asked.payments.length) throw refuted('payments have the answer of something else')
      return asked.payments.map((p: Message, i: number) => ({
        payer: asked.payer, work: p.work, amount: p.amount, epoch: answer.epochs[i],
      }))
    case '/stemma.license.v1.MsgAcquire':
      return answer.fee ? [{ payer: asked.licensee, work: asked.work, amount: answer.fee, epoch: answer.epoch }] : []
    case '/stemma.license.v1.MsgRenewGrant':
    case '/cosmos.authz.v1beta1.MsgExec':
    case '/stemma.agent.v1.MsgAct':
      throw unsupported(`it is proved, but what messages ${type} paid can't be told here: check it with stemmad verify`)
  }
  return []
}
