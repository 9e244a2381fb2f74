// What pages can do beyond links and forms. Nothing that is opened or dropped here leaves this machine.

// The address of this script's neighbour, with the part that tells versions apart.
const checker = () => import(document.documentElement.dataset.check)
const element = (id) => document.getElementById(id)

// A file is looked for by its digest.
const drop = element('drop')
if (drop) {
  const said = element('hashed')
  const look = async (file) => {
    try {
      const { sha256 } = await checker()
      let shown = 0
      const digest = await sha256(file, (bytes) => {
        const percent = Math.floor((100 * bytes) / Math.max(1, file.size))
        if (percent > shown) said.textContent = `${(shown = percent)} %`
      })
      said.textContent = digest
      location.assign('/search?q=' + digest)
    } catch (e) {
      said.textContent = String(e.message ?? e)
    }
  }
  drop.hidden = false
  element('file').addEventListener('change', (e) => e.target.files[0] && look(e.target.files[0]))
  for (const name of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(name, (e) => {
      e.preventDefault()
      drop.classList.toggle('over', name === 'dragover')
      if (name === 'drop' && e.dataTransfer.files[0]) look(e.dataTransfer.files[0])
    })
  }
}

// A proof or a certificate is checked in the page.
const checking = element('checking')
if (checking) {
  const words = checking.dataset
  const make = (tag, text, ...kids) => {
    const made = document.createElement(tag)
    made.append(...(text === undefined ? kids : [text]))
    return made
  }
  const json = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? v.toString() : v), 2)
  const pairs = (rows) => {
    const list = make('dl', undefined, ...rows.flatMap(([name, value]) => [make('dt', name), make('dd', value)]))
    list.className = 'facts'
    return list
  }
  const parts = ({ title, rows, columns, cells }) => [
    ...(title ? [make('h3', title)] : []),
    ...(columns.length ? cells.map((row) => pairs(row.map((cell, i) => [columns[i], cell]).filter(([, cell]) => cell))) : [pairs(rows)]),
  ]
  const say = (result, text, by = '') => {
    element('verdict').textContent = text
    element('verdict').className = 'verdict ' + (result === 'proved' ? 'allowed' : result ? 'denied' : '')
    element('by').textContent = by
    for (const id of ['shown', 'why']) element(id).hidden = true
  }
  const tell = (text) => {
    element('told').textContent = text
    element('why').hidden = false
  }
  // What a certificate says, once all of it is known to hold.
  const show = ({ headline, proved, when, headers, notProved }) => {
    const said = make('div', undefined, make('h2', headline), ...proved.flatMap(parts), make('h3', 'Since when'), pairs(when),
      ...parts({ ...headers, title: 'By which headers' }), make('h3', 'What is not proved'),
      make('ul', undefined, ...notProved.map((text) => make('li', text))))
    said.lang = 'en'
    const note = make('p', words.maker)
    note.className = 'quiet'
    element('shown').replaceChildren(said, note)
    element('shown').hidden = false
  }
  const trustIn = async (proof, beginsAt) => {
    const written = element('trust').value.trim()
    if (written) return written
    const answer = await fetch('/header/' + beginsAt(proof).height)
    if (!answer.ok) throw new Error(words.noheader)
    return (await answer.text()).trim()
  }
  let latest = 0
  const check = async (file) => {
    const mine = ++latest
    say('', '')
    try {
      const { beginsAt, isPage, parseTrust, readPage, verify, verifyPage } = await checker()
      const raw = new Uint8Array(await file.arrayBuffer())
      const paged = isPage(raw)
      const trust = await trustIn(paged ? readPage(raw).proof : raw, beginsAt)
      const verdict = (paged ? verifyPage : verify)(raw, parseTrust(trust), { chainId: words.chain })
      if (mine !== latest) return
      const { result } = verdict
      say(result, paged && result === 'proved' ? words.certified : words[result] ?? result, words.by.replace('{}', trust) + (result === 'proved' ? ` · ${verdict.chainId}` : ''))
      if (result !== 'proved') return tell(verdict.why)
      if (paged) show(verdict.page)
      else tell(json({ ...verdict, trusted: undefined, trustedTime: undefined, last: undefined, headers: undefined }))
    } catch (e) {
      if (mine !== latest) return
      say('failed', words[e.result] ?? words.failed)
      tell(String(e.message ?? e))
    }
  }
  let chosen
  const choose = (file) => file && check((chosen = file))
  checking.hidden = false
  checking.addEventListener('submit', (e) => {
    e.preventDefault()
    if (chosen) check(chosen)
  })
  element('proof').addEventListener('change', (e) => choose(e.target.files[0]))
  for (const name of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(name, (e) => {
      e.preventDefault()
      checking.classList.toggle('over', name === 'dragover')
      if (name === 'drop') choose(e.dataTransfer.files[0])
    })
  }
  // The certificate of a work is fetched, checked, and can be kept as it was checked.
  if (words.work) {
    say('', words.making)
    const mine = ++latest
    fetch(`/works/${words.work}/certificate`).then(async (answer) => {
      if (!answer.ok) throw new Error(words.failed)
      const file = new File([await answer.blob()], words.work + '.html', { type: 'text/html' })
      if (mine !== latest) return
      await choose(file)
      if (latest !== mine + 1) return // another file was chosen meanwhile
      const keep = make('a', words.keep)
      Object.assign(keep, { href: URL.createObjectURL(file), download: file.name })
      element('shown').append(make('p', undefined, keep))
    }).catch((e) => mine === latest && say('failed', String(e.message ?? e)))
  }
}

// More of a lineage is drawn where the picture stands: its links lead to the same in a page of its own.
const drawn = element('drawn')
if (drawn) {
  const here = () => location.pathname + location.search
  let shown = here()
  let asked
  const redraw = async (address, focused) => {
    asked?.abort()
    asked = new AbortController()
    drawn.setAttribute('aria-busy', 'true')
    try {
      const answer = await fetch(address, { signal: asked.signal })
      const made = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('drawn')
      if (!made) return location.reload()
      const open = drawn.querySelector('details').open
      drawn.replaceChildren(...made.childNodes)
      drawn.querySelector('details').open = open
      drawn.dataset.works = made.dataset.works
      element('drawn-said').textContent = made.dataset.works
      shown = here()
      const link = drawn.querySelector(`svg a[href="${CSS.escape(focused)}"]`) ?? drawn.querySelector('svg [aria-current]')
      link?.focus({ preventScroll: true })
      link?.scrollIntoView({ block: 'center', inline: 'nearest' })
    } catch (e) {
      if (e.name !== 'AbortError') location.reload()
    } finally {
      drawn.removeAttribute('aria-busy')
    }
  }
  drawn.addEventListener('click', (e) => {
    const link = e.target.closest('a.m')
    if (!link || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return
    e.preventDefault()
    const address = link.getAttribute('href')
    const opener = link.previousElementSibling.closest('a:not(.m)') ?? link.previousElementSibling.previousElementSibling
    history.pushState(null, '', address)
    redraw(address, opener?.getAttribute('href') ?? address)
  })
  addEventListener('popstate', () => {
    if (here() !== shown) redraw(here(), shown + '#sources') // back to the link that was followed
  })
}

// What takes a wallet: its script is large, so it is fetched on these pages alone.
const act = element('act')
if (act) import(document.documentElement.dataset.act).then(({ start }) => start(act))

// The height at the foot of a page follows the chain.
const height = element('height')
if (height && globalThis.EventSource) {
  const events = new EventSource('/events')
  events.addEventListener('block', (e) => {
    const { text, time, said } = JSON.parse(e.data)
    height.textContent = text
    const at = element('height-time')
    at.dateTime = time
    at.textContent = said
  })
  addEventListener('pagehide', () => events.close())
}
