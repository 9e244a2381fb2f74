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

// A proof is checked in the page.
const checking = element('checking')
if (checking) {
  const say = (name, text) => (element(name).textContent = text)
  const words = checking.dataset
  const show = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? v.toString() : v), 2)
  const check = async () => {
    const file = element('proof').files[0]
    if (!file) return
    say('told', '')
    try {
      const { beginsAt, parseTrust, verify } = await checker()
      const raw = new Uint8Array(await file.arrayBuffer())
      let trust = element('trust').value.trim()
      if (!trust) {
        const answer = await fetch('/header/' + beginsAt(raw).height)
        if (!answer.ok) throw new Error(words.noheader)
        trust = (await answer.text()).trim()
      }
      const verdict = verify(raw, parseTrust(trust))
      say('verdict', words[verdict.result] ?? verdict.result)
      element('verdict').className = 'verdict ' + (verdict.result === 'proved' ? 'allowed' : 'denied')
      say('by', words.by.replace('{}', trust))
      say('told', verdict.result === 'proved' ? show({ ...verdict, trusted: undefined }) : verdict.why)
    } catch (e) {
      say('verdict', words[e.result] ?? words.failed)
      element('verdict').className = 'verdict denied'
      say('by', '')
      say('told', String(e.message ?? e))
    }
  }
  checking.hidden = false
  checking.addEventListener('submit', (e) => {
    e.preventDefault()
    check()
  })
  element('proof').addEventListener('change', check)
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
