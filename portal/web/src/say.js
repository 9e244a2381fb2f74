/** Puts arguments into a text in place of {}, in order. What an argument says is no place for the next: titles are others' words. */
export const say = (text, ...args) => text.replace(/\{\}/g, (place) => (args.length > 0 ? String(args.shift()) : place))

/**
 * What whoever derives a work takes on, each once. Declaring it and its royalty are what is signed anyway; what is not known is said
 * to be there.
 */
export function duties(kinds, words) {
  const names = kinds.map((kind) => String(kind).replace('OBLIGATION_', '').toLowerCase())
  return [...new Set(names.filter((name) => name !== 'report_use' && name !== 'royalty').map((name) => words[name] ?? words.other))]
}

/** A title as it stands between the quotation marks of a text: it can't end them and go on as if the page spoke. */
export const quotable = (title) => title.replace(/[“”„‟«»‹›《》〈〉「」『』"＂]/g, "'")

/**
 * What the fees of several transactions are together, by what one of some messages costs. What comes after an anchor can't be tried
 * before that stands, so it is tried with all before it: that is a little more than it costs.
 */
export async function feesOf(steps, feeOf) {
  const sums = new Map()
  for (const i of steps.keys()) {
    for (const { denom, amount } of await feeOf(steps.slice(0, i + 1).flat())) {
      sums.set(denom, (sums.get(denom) ?? 0n) + BigInt(amount))
    }
  }
  return [...sums].map(([denom, amount]) => ({ denom, amount: String(amount) }))
}
