// Fees: what gas costs now, and in which denom to pay it.
import { FeeError, NoSponsorError, QueryError } from './errors.js'
import { AllowedMsgAllowance, BasicAllowance, PeriodicAllowance } from './gen/cosmos/feegrant/v1beta1/feegrant.js'
import type { Any } from './gen/google/protobuf/any.js'
import type { Questions } from './query.js'
import type { Coin } from './units.js'

/** Prices have 18 decimals. */
const scale = 10n ** 18n

/** A price of a unit of gas, in 10^-18 of a denom. */
export interface Price {
  denom: string
  price: bigint
}

/**
 * What suffices for a unit of gas in each denom, for the next blocks: the chain's estimate, or what this node asks for
 * where that is more. Denoms that the node does not take are left out; none: gas is free.
 */
export async function prices(chain: Questions): Promise<Price[]> {
  const [{ estimates }, { minimumGasPrice }] = await Promise.all([chain.feemarket.prices(), chain.node.config()])
  const least = new Map(minimumGasPrice.split(',').flatMap((text) => {
    const [, whole, fraction = '', denom] = /^([0-9]+)(?:\.([0-9]+))?([a-zA-Z].*)$/.exec(text.trim()) ?? []
    return whole === undefined ? [] : [[denom!, BigInt(whole) * scale + BigInt(fraction.padEnd(18, '0'))] as const]
  }))
  const asks = [...least.values()].some((price) => price > 0n)
  return estimates.flatMap(({ denom, amount }) => {
    const minimum = least.get(denom) ?? 0n
    if (asks && minimum === 0n) return []
    const price = BigInt(amount) > minimum ? BigInt(amount) : minimum
    return price > 0n ? [{ denom, price }] : []
  })
}

/** What gas costs at a price, rounded up as the node does. */
export function cost(gas: bigint, { denom, price }: Price): Coin {
  return { denom, amount: ((gas * price + scale - 1n) / scale).toString() }
}

/** The fee in the first denom of which the payer has enough, and that it allows a spender; none: gas is free. */
export async function chooseFee(
  chain: Questions, gas: bigint, payer: string, spender: string, denoms: readonly string[] | undefined,
): Promise<Coin[]> {
  const all = (await prices(chain)).map((price) => cost(gas, price))
  const options = denoms ? denoms.flatMap((denom) => all.filter((c) => c.denom === denom)) : all
  if (options.length === 0) return []
  const limit = payer === spender ? [] : await allowance(chain, payer, spender)
  for (const option of options) {
    if (limit.length > 0 && !limit.some((c) => c.denom === option.denom && BigInt(c.amount) >= BigInt(option.amount))) continue
    const { balance } = await chain.bank.balance({ address: payer, denom: option.denom })
    if (BigInt(balance?.amount ?? '0') >= BigInt(option.amount)) return [option]
  }
  throw new FeeError(payer, options, limit)
}

/**
 * What a sponsor lets an account spend on fees at most; none: there is no limit. It throws a
 * NoSponsorError where nothing is allowed.
 */
async function allowance(chain: Questions, granter: string, grantee: string): Promise<Coin[]> {
  try {
    const { allowance } = await chain.feegrant.allowance({ granter, grantee })
    return spendLimit(allowance?.allowance)
  } catch (e) {
    if (e instanceof QueryError) throw new NoSponsorError(granter, grantee, e)
    throw e
  }
}

/** The limit in all. A period's own is left to the chain: it depends on the block's time. */
function spendLimit(allowance: Any | undefined): Coin[] {
  switch (allowance?.typeUrl) {
    case '/cosmos.feegrant.v1beta1.BasicAllowance':
      return BasicAllowance.decode(allowance.value).spendLimit
    case '/cosmos.feegrant.v1beta1.PeriodicAllowance': {
      const { basic, periodSpendLimit } = PeriodicAllowance.decode(allowance.value)
      return basic && basic.spendLimit.length > 0 ? basic.spendLimit : periodSpendLimit
    }
    case '/cosmos.feegrant.v1beta1.AllowedMsgAllowance':
      return spendLimit(AllowedMsgAllowance.decode(allowance.value).allowance)
  }
  return []
}
