// Checks certificates: pages for people that carry a proof. What a page says is checked by writing it anew from what its proof proves,
// byte by byte as Go's client/proof/certificate does.
import { ascii, base64, equal, fromUtf8, hex, sha256, utf8 } from './bytes.js'
import { proofs } from './facts.js'
import { defaultPeriod, mustVerify, type Policy, type Proven, type Trust } from './index.js'
import { code } from './qr.js'
import { ProofError, refuted, unreadable, unverified, type Failure } from './result.js'
import { headline } from './headline.js'
import { style } from './style.js'
import { clean, payments, sections, utc, type Section } from './words.js'

export type { Section }

const begins = '<!DOCTYPE html>\n<html lang="en">\n'
const carries = '\n<!-- stemma certificate 1\n'
const ends = '\n-->\n'
const maxBytes = 4 * (4 << 20)
const maxPeriod = 1_000_000_000

/** A page as somebody hands it on, with what its maker alone says: files' names, when they checked, and by what period. */
export interface Page {
  proof: Uint8Array
  name: string
  content: string
  checked: string
  /** In seconds; 0: no signatures counted. */
  period: number
}

/** What a page says that holds. */
export interface Certified {
  headline: string
  /** What is proved, what is not, as of when, and by which headers. */
  proved: Section[]
  notProved: string[]
  when: [name: string, value: string][]
  headers: Section
}

/** What is to be said of a page. */
export type PageVerdict = ({ result: 'proved'; page: Certified } & Proven) | { result: Failure; why: string }

/** Says whether a file begins as a certificate's page. */
export const isPage = (file: Uint8Array) => equal(file.subarray(0, begins.length), ascii(begins))

/** Reads what a page carries, and believes nothing of it. It throws a ProofError. */
export function readPage(file: Uint8Array): Page {
  if (file.length > maxBytes) throw unreadable(`it has ${file.length} bytes, more than ${maxBytes}`)
  const at = lastIndex(file, ascii(carries))
  if (!isPage(file) || at < 0 || !equal(file.subarray(-ends.length), ascii(ends))) {
    throw unreadable('the page carries no proof: check the file of the proof that came with it')
  }
  const carried = file.subarray(at + carries.length, Math.max(at + carries.length, file.length - ends.length))
  const lineEnds = carried.indexOf(10)
  const line = lineEnds < 0 ? carried : carried.subarray(0, lineEnds)
  const text = lineEnds < 0 ? '' : utf8(carried.subarray(lineEnds + 1))
  const said = readMaker(line)
  if (!said || !equal(fromUtf8(maker(said)), line)) throw unreadable("what the page's maker says can't be read")
  const proof = fromBase64(text.replaceAll('\n', ''))
  if (!proof || lines(proof) !== text) throw unreadable("the proof that the page carries can't be read")
  return { proof, ...said }
}

function readMaker(line: Uint8Array): Omit<Page, 'proof'> | undefined {
  let said: any
  try {
    said = JSON.parse(utf8(line))
  } catch {
    return undefined
  }
  const { name, content = '', checked, period = 0 } = said ?? {}
  const time = new Date(checked)
  if (typeof name !== 'string' || typeof content !== 'string' || typeof checked !== 'string' || isNaN(time.getTime())) return undefined
  if (time.toISOString().replace('.000', '') !== checked || !Number.isInteger(period) || period < 0 || period > maxPeriod) return undefined
  return { name, content, checked, period }
}

/** The line of what a maker says, as Go writes JSON. */
function maker(p: Omit<Page, 'proof'>): string {
  const { name, content, checked, period } = p
  return JSON.stringify({ name, ...(content && { content }), checked, ...(period && { period }) })
    .replace(/[<>&\u2028\u2029]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))
}

/** Bytes in base64, 76 characters a line. */
const lines = (proof: Uint8Array) => base64(proof).replace(/(.{76})(?=.)/g, '$1\n')

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  } catch {
    return undefined
  }
}

function lastIndex(file: Uint8Array, wanted: Uint8Array): number {
  for (let at = file.length - wanted.length; at >= 0; at--) {
    if (file[at] === wanted[0] && equal(file.subarray(at, at + wanted.length), wanted)) return at
  }
  return -1
}

/**
 * Says what is to be said of a page, by a header that is trusted: proved where its proof holds and all that it says is what that
 * proves. Names of files and the time at which its maker checked are the maker's word alone. It is unverified where the page says
 * that signatures count for longer than the policy does.
 */
export function verifyPage(file: Uint8Array, trust: Trust, policy: Policy = {}): PageVerdict {
  try {
    const page = readPage(file)
    let certified: Certified | undefined
    const proven = mustVerify(page.proof, trust, policy, (p) => {
      certified = certify(p, page)
      if (page.content && !p.content) throw refuted('the page names a file as the content of what is about none')
      if (!equal(fromUtf8(write(p, page, certified)), file)) {
        throw refuted('the page is not the one that its proof makes: it says something else, or was changed')
      }
      const period = policy.period ?? defaultPeriod
      if (page.period > period) throw unverified(`the page says that signatures count for ${page.period} s, and you hold to ${period} s`)
    })
    return { result: 'proved', page: certified!, ...proven }
  } catch (e) {
    if (e instanceof ProofError) return { result: e.result, why: e.message }
    throw e
  }
}

/** The page of a proof. It throws a ProofError where it takes words that are not here. */
export function writePage(p: Proven, page: Page): string {
  return write(p, page, certify(p, page))
}

/** What a page says. */
function certify(p: Proven, page: Page): Certified {
  return {
    proved: sections(p), headline: clean(headline(p)), when: when(p, page), headers: headers(p),
    notProved: [
      `It does not prove ${proofs[p.kind]?.[1] ?? ''}.`,
      'It says what the chain recorded, not that it is true.',
      'It does not say that it still holds: look at the time above.',
    ],
  }
}

function when(p: Proven, page: Page): [string, string][] {
  const rows: [string, string][] = [p.kind === 'transaction'
    ? ['Happened', `in block ${p.height}, ${utc(p.time)}`]
    : ['Held', `before the transactions of block ${p.height}, ${utc(p.time)}`]]
  const last = p.headers.at(-1)
  if (last && payments(p).length > 0) {
    rows.push(['What it assigned', `as it stood before the transactions of block ${last.height}, ${utc(last.time)}`])
  }
  let follows = `from header ${p.trusted.height}, which whoever checked it trusted`
  if (p.hops > 0) follows += `; by signatures of over two thirds of the validators to header ${p.last.height}`
  const [first] = p.headers
  if (first && first.height < p.last.height) follows += `; by the chain's own log of headers back to header ${first.height}`
  rows.push(['Follows', follows])
  if (p.hops > 0) {
    // Whole seconds are added, so a fraction of one is cut off before as it is after.
    const until = new Date(Date.parse(p.trustedTime.slice(0, 19) + 'Z') + 1000 * page.period).toISOString()
    rows.push(['Signatures count until',
      `${utc(until)}: before that, make the proof begin at a later header (stemmad prove --refresh), which lasts for ever`])
  }
  if (page.content) rows.push(['Compared with', `${clean(page.content)}: it is the content that this is about`])
  rows.push(['Checked', `${utc(page.checked)}, by the clock of whoever made this page`])
  return rows
}

function headers(p: Proven): Section {
  const s: Section = { title: '', rows: [], columns: ['Header', 'Time', 'Hash'], cells: [] }
  const add = (what: string, h: Trust, time: string) => s.cells.push([`${h.height}, ${what}`, utc(time), hex(h.hash).toUpperCase()])
  const same = (a: Trust, b: Trust) => a.height === b.height && equal(a.hash, b.hash)
  add('trusted', p.trusted, p.trustedTime)
  if (!same(p.last, p.trusted)) add('signed', p.last, p.last.time)
  for (const h of p.headers) if (!same(h, p.last) && !same(h, p.trusted)) add('of what is proved', h, h.time)
  return s
}

/** A name as a shell takes it. */
function quoted(name: string): string {
  if (/^[A-Za-z0-9_./][A-Za-z0-9_./-]*$/.test(name)) return name
  return `'${(name.startsWith('-') ? './' + name : name).replaceAll("'", "'\\''")}'`
}

const escapes: { [c: string]: string } = { '"': '&#34;', '&': '&amp;', "'": '&#39;', '+': '&#43;', '<': '&lt;', '>': '&gt;', '\0': '\ufffd' }
/** Text as Go's html/template writes it. */
const html = (text: string) => text.replace(/["&'+<>\0]/g, (c) => escapes[c]!)
const bdi = (text: string) => `<bdi>${html(text)}</bdi>`

const rowsOf = (rows: [string, string][]) =>
  `<table><tbody>\n${rows.map(([name, value]) => `<tr><th scope="row">${bdi(name)}</th><td>${bdi(value)}</td></tr>\n`).join('')}</tbody></table>`

function sectionOf(s: Section): string {
  if (s.columns.length === 0) return rowsOf(s.rows)
  const cell = (text: string, i: number) => `<td data-name="${html(s.columns[i]!)}">${bdi(text)}</td>`
  return `<table><thead><tr>${s.columns.map((c) => `<th scope="col">${html(c)}</th>`).join('')}</tr></thead><tbody>\n` +
    `${s.cells.map((row) => `<tr>${row.map(cell).join('')}</tr>\n`).join('')}</tbody></table>`
}

/** Writes the page, as page.html of Go's client/proof/certificate. */
function write(p: Proven, page: Page, c: Certified): string {
  const name = clean(page.name)
  const sum = hex(sha256(page.proof))
  const [digest, of] = p.content ? [p.content, 'the content'] : [sum, 'the file of the proof']
  const drawn = code(digest)
  const policy = `default-src 'none'; style-src 'sha256-${base64(sha256(fromUtf8(style)))}'; base-uri 'none'; form-action 'none'`
  const command = `stemmad verify ${quoted(name)} --trust ${p.trusted.height}:${hex(p.trusted.hash).toUpperCase()}`
  const chain = bdi(clean(p.chainId))
  return `${begins}<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>Certificate: ${html(c.headline)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<div>
<p>Certificate of a record on the chain ${chain}</p>
<h1>${bdi(c.headline)}</h1>
</div>
<figure>
<svg viewBox="0 0 ${drawn.side} ${drawn.side}" role="img" aria-label="QR code of the SHA-256 of ${of}: ${digest}" shape-rendering="crispEdges">
<rect width="${drawn.side}" height="${drawn.side}" fill="#fff"/>
<path d="${drawn.path}" fill="#000"/>
</svg>
<figcaption>SHA-256 of ${of}: <code>${digest}</code></figcaption>
</figure>
</header>
<h2>What is proved</h2>
${c.proved.map((s) => `${s.title && `<h3>${bdi(s.title)}</h3>\n`}${sectionOf(s)}\n`).join('')}<p>What is not named is empty, zero or no.</p>
<h2>Since when</h2>
${rowsOf(c.when)}
<h2>By which headers of the chain ${chain}</h2>
${sectionOf(c.headers)}
<h2>What is not proved</h2>
<ul>
${c.notProved.map((s) => `<li>${html(s)}</li>\n`).join('')}</ul>
<h2>How to check it</h2>
<ol>
<li>${bdi(`This text proves nothing by itself: the file ${name} does, which came with it.`)}</li>
<li>${bdi('Find out from elsewhere, such as from nodes that you trust, whether the trusted header has this hash.')}</li>
<li>${bdi('Then check the file, without a node and without a network. Any program will do that follows docs/proofs.md of Stemma:')}</li>
<li>This page carries that file too: the program takes the page in its place, and then also says whether the page says what is proved.</li>
</ol>
<p><code>${bdi(command)}</code></p>
<p>SHA-256 of ${bdi(name)}: <code>${sum}</code></p>
</main>
</body>
</html>
<!-- stemma certificate 1
${maker({ ...page, name, content: clean(page.content), period: p.hops > 0 ? page.period : 0 })}
${lines(page.proof)}${ends}`
}
