// Says in words what a proof proves, as Go's client/proof/certificate does: the question and all of the answer.
import { facts, sentences } from './facts.js'
import { hidden } from './hidden.js'
import type { Proven } from './index.js'
import type { Message } from './proto.js'
import { unsupported } from './result.js'

/** A part of what is proved: named values, or a table where there are columns. */
export interface Section {
  title: string
  rows: [name: string, value: string][]
  columns: string[]
  cells: string[][]
}

/** The most columns of a table that people can read on paper. */
const mostColumns = 5

/** One line of printable characters. They do not depend on the engine's version of Unicode: pages are compared byte by byte. */
export const clean = (text: string) => text.replace(hidden, '?')

/** A point in time to the second. */
export const utc = (time: string) => time.slice(0, 19).replace('T', ' ') + ' UTC'

export const many = (n: bigint | number, noun: string) => (BigInt(n) === 1n ? `1 ${noun}` : `${n} ${noun}s`)

/** A value of what is proved: an object or a list has kids; text is empty where it is empty, zero or no. */
interface Node {
  /** The names that lead to it, without the numbers of lists. */
  path: string
  text: string
  kids: Node[]
  list: boolean
  value: any
}

const nameOf = (n: Node) => n.path.slice(n.path.lastIndexOf('.') + 1)
const isLeaf = (n: Node) => !n.list && n.kids.length === 0
const isFlat = (n: Node) => n.kids.every(isLeaf)

function tree(value: any, path: string): Node {
  if (Array.isArray(value)) return { path, text: '', kids: value.map((v) => tree(v, path)), list: true, value }
  if (value === null || typeof value !== 'object') {
    const no = value === null || value === 0 || value === false
    return { path, text: no ? '' : clean(String(value)), kids: [], list: false, value }
  }
  const kids = Object.entries(value).map(([name, v]) => tree(v, `${path}.${name}`))
  const [denom, amount] = kids
  if (kids.length === 2 && nameOf(denom!) === 'denom' && nameOf(amount!) === 'amount') {
    return { path, text: amount!.text + denom!.text, kids: [], list: false, value }
  }
  return { path, text: '', kids, list: false, value }
}

interface Fact {
  name: string
  say: string
  empty: string
  known: boolean
}

function factOf(path: string): Fact {
  for (let at = path; ; at = at.slice(at.indexOf('.') + 1)) {
    const known = Object.hasOwn(facts, at) ? facts[at] : undefined
    if (known) return { name: known[0]!, say: known[1]!, empty: known[2]!, known: true }
    if (!at.includes('.')) break
  }
  const names = clean(path.includes('.') ? path.slice(path.indexOf('.') + 1) : '').replace(/[_.]/g, ' ')
  return { name: names.charAt(0).toUpperCase() + names.slice(1), say: '', empty: '', known: false }
}

const percent = (text: string) => {
  if (!/^[0-9]+$/.test(text)) return text
  const ppm = BigInt(text)
  return `${ppm / 10_000n}.${(ppm % 10_000n).toString().padStart(4, '0')}`.replace(/0+$/, '').replace(/\.$/, '') + ' %'
}

const enumWord = (text: string) => {
  if (!text.includes('_')) return text
  return text.endsWith('UNSPECIFIED') ? '' : text.slice(text.indexOf('_') + 1).replaceAll('_', ' ').toLowerCase()
}

const sayers: { [say: string]: (text: string) => string } = {
  '': (text) => text,
  moment: (text) => (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? text : text === '0001-01-01T00:00:00Z' ? '' : utc(text)),
  counted: (text) => (text === '0' ? '' : text),
  yes: (text) => (text === 'true' ? 'yes' : text),
  enum: enumWord,
  percent,
  serves: (text) => (text === '4294967295' ? 'any number of derivatives' : text === '1' ? 'one derivative' : `${text} derivatives`),
  failedWith: (text) => `FAILED with code ${text}: it paid its fee and did nothing`,
}

function said(fact: Fact, text: string): string {
  if (fact.say.startsWith('=')) return fact.say.slice(1)
  const say = sayers[fact.say]
  if (say) return say(text)
  const known = sentences[fact.say]
  if (!known) throw unsupported(`what a proof says of ${fact.name} takes words that are not here: check it with stemmad verify`)
  return Object.hasOwn(known, text) ? known[text]! : text
}

/** What a leaf says; empty: nothing. */
const valueOf = (n: Node, fact: Fact): string => (n.text === '' ? '' : said(fact, n.text))

const section = (title = ''): Section => ({ title, rows: [], columns: [], cells: [] })

/** Collects sections. The first has what stands in no list. */
class Writer {
  readonly sections = [section()]

  /** Puts a value into a section, and lists that it has behind all sections. */
  write(n: Node, to: Section): void {
    const fact = factOf(n.path)
    if (fact.name === '' && !isLeaf(n) && fact.known) return
    if (n.list && !isFlat(n)) return this.list(n, fact)
    if (n.list || isLeaf(n)) {
      const text = valueOf(n, fact) || n.kids.map((k) => said(fact, k.text)).join(', ') || fact.empty
      if (text !== '' && fact.name !== '') to.rows.push([fact.name, text])
      return
    }
    if (n.path.endsWith('.offers.terms.terms')) {
      throw unsupported('headers and rows are right, but terms are not put into words here: check it with stemmad verify')
    }
    const isLater = (kid: Node) => kid.list && !isFlat(kid)
    for (const kid of n.kids) if (!isLater(kid)) this.write(kid, to)
    for (const kid of n.kids) if (isLater(kid)) this.write(kid, to)
  }

  /** Writes a table of a list whose rows are short, else a section for each. */
  list(n: Node, fact: Fact): void {
    const table = payees(n) ?? tableOf(n)
    if (table) {
      this.sections.push({ ...table, title: fact.name })
      return
    }
    n.kids.forEach((kid, i) => {
      const part = section(n.kids.length > 1 ? `${fact.name} ${i + 1}` : fact.name)
      this.sections.push(part)
      this.write(kid, part)
    })
  }
}

/** A list as a table, if it is wide enough for one and fits on paper. */
function tableOf(n: Node): Section | undefined {
  const names: string[] = []
  const table = section()
  for (const row of n.kids) {
    if (!isFlat(row)) return undefined
    for (const cell of row.kids) {
      const fact = factOf(cell.path)
      if (fact.name === '' || valueOf(cell, fact) === '' || names.includes(nameOf(cell))) continue
      names.push(nameOf(cell))
      table.columns.push(fact.name)
    }
  }
  if (names.length > mostColumns || names.length < 2) return undefined
  table.cells = n.kids.map((row) => names.map((name) => {
    const cell = row.kids.find((kid) => nameOf(kid) === name)
    if (!cell) return ''
    const fact = factOf(cell.path)
    return valueOf(cell, fact) || fact.empty
  }))
  return table
}

/** What a payment assigned, with what belongs together in one cell. */
function payees(n: Node): Section | undefined {
  if (nameOf(n) !== 'payees' || n.kids.length === 0) return undefined
  const table = { ...section(), columns: ['Account', 'By the work', 'Share of the payment', 'Is assigned', 'State then'] }
  for (const payee of n.kids) {
    const value: { [name: string]: string } = {}
    for (const kid of payee.kids) {
      const fact = factOf(kid.path)
      if (!isLeaf(kid) || !fact.known) return undefined
      if (kid.text !== '') value[nameOf(kid)] = said(fact, kid.text)
    }
    const v = (name: string) => value[name] ?? ''
    const account = v('escrow') ? 'in escrow' : v('account')
    const work = v('work') + (v('earner') && v('earner') !== v('work') ? `, to the holders of ${v('earner')}` : '')
    const share = v('weight') !== '100 %' && v('weight') !== '' ? `${v('weight')} of ${v('rate')}` : v('rate')
    const state = v('progress') + (v('at_work') ? `, in the stage ${v('at_stage')} of ${v('at_work')}` : '')
    table.cells.push([account, work, `${share}: ${v('basis')}`, v('amount'), state])
  }
  return table
}

/** What a proof proves, in words. It throws a ProofError where there are none here: of answers about rights, and of terms on offer. */
export function sections(p: Proven): Section[] {
  const w = new Writer()
  w.write(tree(p.answer, p.kind), w.sections[0]!)
  if (p.question) ask(w, tree(p.question, `${p.kind}.asked`), p)
  return w.sections[0]!.rows.length === 0 ? w.sections.slice(1) : w.sections
}

/** Puts the question first, but for what the answer says again. */
function ask(w: Writer, question: Node, p: Proven): void {
  const q = new Writer()
  const [asked] = q.sections as [Section]
  q.write(question, asked)
  if (p.content && p.kind === 'content') asked.rows.push(['SHA-256 of the content', p.content])
  const first = w.sections[0]!
  const again = ([name, value]: [string, string]) => first.rows.some(([n, v]) => n === name && v === value)
  first.rows = [...asked.rows.filter((row) => !again(row)), ...first.rows]
  w.sections.push(...q.sections.slice(1))
}

/** The payments of a transaction, in a phrase each. */
export function payments(p: Proven): string[] {
  if (p.kind !== 'transaction') return []
  return (p.answer.messages ?? []).flatMap((m: Message) => (m.payments ?? []).map((a: Message) =>
    `${a.payer} paid ${a.amount.amount}${a.amount.denom} to ${a.work}`))
}
