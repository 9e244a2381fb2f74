// The client of the Stemma chain: ask, sign, send, wait, and read what happened.
export * from './anchor.js'
export { Client, type Connecting } from './client.js'
export {
  CodeError, codes, codeOf, FeeError, isCode, QueryError, TxError, Undecided, UnknownAccountError, type Code, type Stage,
} from './errors.js'
export { events, eventsOf, type TypedEvent } from './events.js'
export { prices, cost, type Price } from './fee.js'
export { payments, receipt, receivers, totals, type Paid, type Payment, type Receipt } from './history.js'
export * from './ids.js'
export { fromJSON } from './json.js'
export { msg, typeOf, types, type DeepPartial, type Msg, type Type } from './messages.js'
export { all, rows, type Page } from './pages.js'
export { Questions, type QueryClient } from './query.js'
export { Sender, type Options, type Trial } from './sender.js'
export { accountOf, addressOf, fromKey, type AminoSigner, type DirectSigner, type Signer } from './signer.js'
export { hashOf, response, type Draft, type Event, type Result } from './tx.js'
export { AmountError, parseCoin, readAmount, Units, type Coin, type Unit } from './units.js'
export * from './voucher.js'

// The types of the modules, by the names that they have in Go.
export * as banktypes from './gen/bank.js'
export * as disputetypes from './gen/dispute.js'
export * as feemarkettypes from './gen/feemarket.js'
export * as headerstypes from './gen/headers.js'
export * as licensetypes from './gen/license.js'
export * as lineagetypes from './gen/lineage.js'
export * as registrytypes from './gen/registry.js'
export * as royaltytypes from './gen/royalty.js'
