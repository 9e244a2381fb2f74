// Payers of x402 version 2 on cosmos:<chain-id>, for the clients of @x402/core and @x402/fetch (docs/x402-cosmos.md).
export { Batch, type Open, type Vouchers } from './batch.js'
export { holderBytes, memo } from './commitment.js'
export { Exact, messagesOf, type Purse } from './exact.js'
export { holderHeader } from './holder.js'
export * from './wire.js'
