// Amounts as people write them: 10.00 USDC is 10000000uusdc, as the bank's metadata of that denom says. Only denoms that
// the chain accepts have a symbol, and where two of them claim the same one neither has it.
import type { Metadata } from './gen/cosmos/bank/v1beta1/bank.js'

/** An amount in base units of a denom; a string of digits, as messages have it. */
export interface Coin {
  denom: string
  amount: string
}

/** A text is no amount, or in units that nobody knows. */
export class AmountError extends Error {
  override readonly name = 'AmountError'
}

/** How people write a denom. */
export interface Unit {
  denom: string
  symbol: string
  /** 1 to 30. */
  decimals: number
}

const validDenom = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/
const validSymbol = /^[A-Za-z][A-Za-z0-9.]{1,15}$/
const mostDecimals = 30
/** What is written even where it is zeros. */
const shownDecimals = 2
const most = 2n ** 256n

/** How many people write thousands or decimals. */
const grouped = /^[0-9]+([,' _][0-9]+)+(\.[0-9]+)? ?[A-Za-z]/

/** Reads whole units: digits, no zero in front, nothing else. It throws an AmountError. */
export function readAmount(text: string): bigint {
  if (!/^(0|[1-9][0-9]*)$/.test(text) || text.length > 78 || BigInt(text) >= most) {
    throw new AmountError(`"${text}" is not an amount: write whole units in the digits 0 to 9, such as 10000`)
  }
  return BigInt(text)
}

/** Reads an amount in base units, "10000uusdc". It throws an AmountError. */
export function parseCoin(text: string): Coin {
  const [, amount, denom] = /^([0-9]+)([a-zA-Z].*)$/.exec(text) ?? []
  if (amount === undefined || denom === undefined || !validDenom.test(denom) || /^0[xXbBoO]/.test(text)) {
    throw new AmountError(`"${text}" is not an amount: write whole units with their denom, such as 10000uusdc`)
  }
  return { denom, amount: readAmount(amount).toString() }
}

/** The units of a chain; Client.units asks for them. Without any, amounts are in base units. */
export class Units {
  readonly #byDenom = new Map<string, Unit>()
  readonly #bySymbol = new Map<string, Unit>()

  /** Metadata in any order; those that are not fit to read are left out. */
  constructor(metadata: Pick<Metadata, 'base' | 'display' | 'symbol' | 'denomUnits'>[] = []) {
    const claimed = new Map<string, number>()
    const claim = (name: string) => claimed.set(name.toLowerCase(), (claimed.get(name.toLowerCase()) ?? 0) + 1)
    for (const m of metadata) {
      claim(m.base)
      const shown = m.denomUnits.find((u) => u.denom === m.display && u.exponent > 0 && u.exponent <= mostDecimals)
      if (!shown || !validSymbol.test(m.symbol) || !validDenom.test(m.base)) continue
      claim(m.symbol)
      this.#bySymbol.set(m.symbol.toLowerCase(), { denom: m.base, symbol: m.symbol, decimals: shown.exponent })
    }
    for (const [name, unit] of this.#bySymbol) {
      if (claimed.get(name)! > 1) this.#bySymbol.delete(name)
      else this.#byDenom.set(unit.denom, unit)
    }
  }

  of(denom: string): Unit | undefined {
    return this.#byDenom.get(denom)
  }

  /** In order of their symbols. */
  all(): Unit[] {
    return [...this.#byDenom.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1))
  }

  /** Writes an amount exactly, "10.00 USDC", and one of a denom without a unit as "10000000uusdc". */
  coin({ denom, amount }: Coin): string {
    const unit = this.of(denom)
    if (!unit || !/^[0-9]+$/.test(amount)) return amount + denom
    const digits = amount.padStart(unit.decimals + 1, '0')
    const point = digits.length - unit.decimals
    const fraction = digits.slice(point).replace(/0+$/, '').padEnd(Math.min(shownDecimals, unit.decimals), '0')
    return `${digits.slice(0, point)}.${fraction} ${unit.symbol}`
  }

  /** coin with the base units that it stands for, which are what is signed. */
  exact(c: Coin): string {
    return this.of(c.denom) ? `${this.coin(c)} (${c.amount}${c.denom})` : this.coin(c)
  }

  /**
   * Reads "10.00 USDC", "10usdc", or base units, "10000000uusdc". The space before the unit is free, and so is the case
   * of a symbol. It throws an AmountError.
   */
  read(text: string): Coin {
    const t = text.trim()
    const [, whole, fraction = '', space, name] = /^([0-9]+)(?:\.([0-9]+))?( ?)([A-Za-z][A-Za-z0-9/:._-]*)$/.exec(t) ?? []
    if (whole === undefined || name === undefined || this.#byDenom.size === 0) return this.#unreadable(t)
    const unit = this.#bySymbol.get(name.toLowerCase())
    if (unit) {
      const wrong = whole.length > 1 && whole.startsWith('0') ? 'leave out the zeros in front'
        : fraction.length > unit.decimals ? `${unit.symbol} has ${unit.decimals} decimals` : ''
      if (wrong) throw new AmountError(`"${t}" is not an amount: ${wrong}`)
      const digits = (whole + fraction.padEnd(unit.decimals, '0')).replace(/^0+(?=.)/, '')
      return { denom: unit.denom, amount: readAmount(digits).toString() }
    }
    if (fraction === '' && (this.of(name) || !space)) return parseCoin(whole + name)
    throw new AmountError(this.of(name) ? `"${t}" is not an amount: ${name} is the smallest unit and has no decimals`
      : `"${t}" is in units that this chain does not know: write ${this.all().map((u) => u.symbol).join(' or ')}`)
  }

  #unreadable(text: string): Coin {
    const example = this.all()[0]?.symbol ?? 'USDC'
    if (/^[0-9]+(\.[0-9]+)?$/.test(text)) {
      throw new AmountError(`"${text}" is not an amount: write the unit behind it, such as ${text} ${example}`)
    }
    if (grouped.test(text)) {
      throw new AmountError(
        `"${text}" is not an amount: write a point before the decimals and nothing between thousands, such as 1000.50 ${example}`)
    }
    return parseCoin(text)
  }
}
