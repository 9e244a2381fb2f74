// What readers do on the portal, in a real browser on a phone.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launch, openPhone, startWorld } from './world.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let world, browser, phone, page

before(async () => {
  world = await startWorld()
  browser = await launch()
  phone = await openPhone(browser)
  page = phone.page
}, { timeout: 120_000 })

after(async () => {
  await browser?.close()
  await world?.stop()
})

const open = (path) => page.goto(world.portal + path)
const work = (name) => '/works/' + world.works[name]
const shoot = (name) => process.env.SHOTS && page.screenshot({ path: join(process.env.SHOTS, name + '.png'), fullPage: true })

test('a work is found by words of its title, in any script', async () => {
  for (const words of ['first light', 'FIRST li', '晨光', 'muller']) {
    await open('/')
    await page.fill('#search input[name=q]', words)
    await page.click('#search button')
    await page.locator('.works a', { hasText: 'First Light 晨光' }).first().click()
    assert.equal(new URL(page.url()).pathname, work('song'), words)
  }
  await shoot('work')
})

test('a dropped file is looked for by its digest, and stays here', async () => {
  await open('/')
  await shoot('home')
  await page.setInputFiles('#file', world.files['song.wav'])
  await page.waitForURL('**' + work('song'))
  await open('/')
  await page.setInputFiles('#file', world.files['unknown.txt'])
  await page.waitForURL('**/search?q=*')
  assert.match(await page.locator('main').innerText(), /Nobody has registered a file with this digest/)
})

test('a dropped file that is an item leads to the dataset, and to what its contributors have', async () => {
  await open('/')
  await page.setInputFiles('#file', world.files['leaf.png'])
  await page.waitForURL('**/search?q=*')
  const found = page.locator('#datasets')
  assert.match(await found.innerText(), /item 0 .*withdrawn \(number 1\).*\n.*item 1 /s)
  await shoot('items')
  await found.locator('a', { hasText: 'Leaves' }).click()
  assert.equal(new URL(page.url()).pathname, work('leaves'))
  const said = await page.locator('#dataset').innerText()
  assert.match(said, /30\s% of what the work earns/)
  assert.match(said, /1\.50 USDC/)
  assert.match(await page.locator('#paid').innerText(), /the contributors \(version 1\)/)
  await shoot('dataset')
})

test('the six answers stand on the first screen of a phone', async () => {
  await open(work('remix'))
  const rows = page.locator('.six > div')
  assert.equal(await rows.count(), 6)
  for (const row of await rows.all()) {
    const box = await row.boundingBox()
    assert.ok(box.y + box.height <= 844, `${await row.innerText()} ends at ${box.y + box.height}`)
  }
  const said = await page.locator('.six').innerText()
  for (const part of [
    /Claimed by/, /no other claim/, /1 source/, /remix it commercially: (with a grant|yes)/,
    /90\.00 USDC/, /certificate/,
  ]) {
    assert.match(said, part)
  }
})

test('rival claims and disputes show at once', async () => {
  await open(work('photo'))
  const said = await page.locator('.six').innerText()
  assert.match(said, /1 other claim/)
  assert.match(said, /1 dispute/)
  await shoot('disputed')
  await open('/disputes/' + world.dispute)
  assert.match(await page.locator('main').innerText(), /What is claimed/)
  await shoot('dispute')
})

test('the lineage of sixty works is drawn, and said in words', async () => {
  await open(work('merge') + '/lineage')
  assert.equal(await page.locator('svg.pic-svg a').count() >= 60, true)
  await page.locator('details summary').click()
  assert.match(await page.locator('details').innerText(), /Model 59/)
  await shoot('lineage')
  const size = (await page.content()).length
  assert.ok(size < 100_000, `${size} bytes`)
})

test('"may I?" is asked of the chain', async () => {
  await open(work('photo'))
  await page.selectOption('select[name=use]', 'train-ai')
  await page.check('input[name=commercial]')
  await page.click('form.question button')
  assert.match(await page.locator('.told').innerText(), /disputed|with a grant|no/)
  await open(work('song'))
  await page.selectOption('select[name=use]', 'adapt')
  await page.check('input[name=commercial]')
  await page.fill('input[name=territory]', 'XX')
  await page.click('form.question button')
  assert.match(await page.locator('.told').innerText(), /codes of countries/)
  await page.fill('input[name=territory]', 'FR')
  await page.click('form.question button')
  assert.match(await page.locator('.told').innerText(), /yes/)
  await shoot('may')
})

test('a receipt of three generations', async () => {
  await open('/search?q=' + world.payment)
  const said = await page.locator('main').innerText()
  for (const part of [/1\.00 USDC/, /0\.80 USDC/, /0\.10 USDC/, /First Light 晨光/, /First Light, again/]) assert.match(said, part)
  await shoot('receipt')
})

test('a proof is accepted in the page, and refused after one byte', async () => {
  await open(work('song'))
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('.six a[href$="/proof"]')])
  const file = join(tmpdir(), `song-${process.pid}.proof`)
  await download.saveAs(file)
  await open('/check')
  await page.setInputFiles('#proof', file)
  await page.locator('#verdict.allowed').waitFor()
  assert.match(await page.locator('#told').innerText(), new RegExp(world.works.song))
  await shoot('check')
  const raw = readFileSync(file)
  raw[raw.length >> 1] ^= 1
  const changed = file.replace('.proof', '-changed.proof')
  writeFileSync(changed, raw)
  await page.setInputFiles('#proof', changed)
  await page.locator('#verdict.denied').waitFor()
  // Nor is it by another header than the one it begins at.
  await page.fill('#trust', '1:' + '00'.repeat(32))
  await page.setInputFiles('#proof', file)
  await page.locator('#verdict.denied').waitFor()
  assert.match(await page.locator('#told').innerText(), /begins at header/)
})

test('a certificate is checked in the page, and refused after one byte', async () => {
  await open(work('song'))
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('.six a[href$="/certificate"]')])
  const file = join(tmpdir(), `song-${process.pid}.html`)
  await download.saveAs(file)
  const text = readFileSync(file, 'utf8')
  assert.match(text, /First Light/)
  assert.match(text, new RegExp(world.works.song))
  const verified = execFileSync(join(process.env.ROOT, 'build/stemmad'), ['verify', file, '--trust', /--trust (\S+:[0-9A-F]{64})/.exec(text)[1]])
  assert.match(String(verified), /^PROVED/)

  await open('/check')
  await page.setInputFiles('#proof', file)
  await page.locator('#verdict.allowed').waitFor()
  const shown = await page.locator('#shown').innerText()
  for (const part of [/has claimed since/, /First Light 晨光/, new RegExp(world.works.song), /Follows/, /does not prove who made/]) {
    assert.match(shown, part)
  }
  await shoot('certificate')
  // Where the site shows another chain, it is no fact of that one.
  const [of] = /chain <bdi>([^<]+)/.exec(text).slice(1)
  assert.match(await page.locator('#by').innerText(), new RegExp(`· ${of}$`))
  await page.evaluate(() => (document.getElementById('checking').dataset.chain = 'other-1'))
  await page.click('#checking button')
  await page.locator('#verdict.denied').waitFor()
  assert.match(await page.locator('#told').innerText(), /is of the chain/)
  // A lie in what is shown, a byte of the proof, a certificate without its proof, and a header that is another one.
  const trust = /--trust (\S+:[0-9A-F]{64})/.exec(text)[1]
  const bytes = text.lastIndexOf('\n', text.length - 100) + 20
  for (const [name, changed, by, why] of [
    ['lie', text.replaceAll('First Light', 'First Night'), '', /not the one that its proof makes/],
    ['byte', text.slice(0, bytes) + (text[bytes] === 'A' ? 'B' : 'A') + text.slice(bytes + 1), '', /damaged|says something else/],
    ['bare', text.slice(0, text.indexOf('<!-- stemma')), '', /carries no proof/],
    ['trust', text, trust.replace(/.$/, (c) => (c === '0' ? '1' : '0')), /you trust another one/],
  ]) {
    writeFileSync(file, changed)
    await open('/check')
    await page.fill('#trust', by)
    await page.setInputFiles('#proof', file)
    await page.locator('#verdict.denied').waitFor()
    assert.match(await page.locator('#told').innerText(), why, name)
    assert.equal(await page.locator('#shown').isVisible(), false, name)
  }
})

test('a certificate is made and checked by one link, dropped again, and kept', async () => {
  await open(work('remix'))
  await page.click('.six a[href^="/check"]')
  await page.locator('#verdict.allowed').waitFor({ timeout: 60_000 })
  assert.match(await page.locator('#shown').innerText(), /First Light, again/)
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#shown a[download]')])
  const raw = readFileSync(await download.path())
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run())
  assert.deepEqual(violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => [v.id, v.nodes[0].html]), [])
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390)

  await open('/check')
  const data = await page.evaluateHandle((text) => {
    const d = new DataTransfer()
    d.items.add(new File([text], 'remix.html', { type: 'text/html' }))
    return d
  }, raw.toString('utf8'))
  await page.dispatchEvent('main', 'drop', { dataTransfer: data })
  await page.locator('#verdict.allowed').waitFor()
})

test('a lineage is opened where it stands, by keyboard too', async () => {
  const boxes = () => page.locator('#drawn svg a:not(.m)').count()
  await open(work('merge'))
  const first = await boxes()
  const more = page.locator('#drawn svg a.m').first()
  const to = await more.getAttribute('href')
  await page.evaluate(() => (globalThis.stays = true))
  await more.focus()
  await page.keyboard.press('Enter')
  await page.waitForFunction((n) => document.querySelectorAll('#drawn svg a:not(.m)').length > n, first)
  const opened = await boxes()
  assert.equal(page.url(), world.portal + to)
  assert.equal(await page.evaluate(() => globalThis.stays), true, 'the page is the same')
  assert.match(await page.locator('#drawn-said').innerText(), new RegExp(`: ${opened}$`))
  const focused = await page.evaluate(() => document.activeElement.getAttribute('href'))
  assert.match(focused, /^\/works\/work1/, 'focus stays at the work that was opened')
  assert.ok(to.includes(focused.slice(7)))
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run('#sources'))
  assert.deepEqual(violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => [v.id, v.nodes[0].html]), [])
  await shoot('opened')

  await page.locator('#drawn svg a.m').first().dispatchEvent('click')
  await page.waitForFunction((n) => document.querySelectorAll('#drawn svg a:not(.m)').length > n, opened)
  const twice = await boxes()
  await page.goBack()
  await page.waitForFunction((n) => document.querySelectorAll('#drawn svg a:not(.m)').length === n, opened)
  await page.goBack()
  await page.waitForFunction((n) => document.querySelectorAll('#drawn svg a:not(.m)').length === n, first)
  assert.equal(page.url(), world.portal + work('merge'))
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), to, 'focus is back at the link')
  await page.goForward()
  await page.waitForFunction((n) => document.querySelectorAll('#drawn svg a:not(.m)').length === n, opened)
  assert.equal(await page.evaluate(() => globalThis.stays), true)
  await page.reload()
  assert.equal(await boxes(), opened, 'the address has the same')
  assert.ok(twice > opened)

  const plain = await openPhone(browser, { javaScriptEnabled: false })
  await plain.page.goto(world.portal + work('merge'))
  await plain.page.goto(world.portal + await plain.page.locator('#drawn svg a.m').first().getAttribute('href'))
  assert.equal(await plain.page.locator('#drawn svg a:not(.m)').count(), opened, 'and without scripts')
  await plain.context.close()
})

const leaf = createHash('sha256').update('leaf').digest('hex')

const everyPage = () => [
  '/', '/search?q=light', work('song'), work('photo'), work('merge'), work('merge') + '/lineage', work('song') + '/history',
  work('leaves'), '/search?q=' + leaf,
  '/accounts/' + world.accounts.alice, '/terms/commercial-remix-10', '/tx/' + world.payment, '/disputes/' + world.dispute, '/network',
  '/check',
  '/notice', '/works/nonsense', '/nowhere',
]

test('no page has serious faults of accessibility, in light and dark', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    for (const path of [...everyPage(), '/act/register', '/act/derive?work=' + world.works.song]) {
      await open(path)
      await page.evaluate(axe)
      const { violations } = await page.evaluate((dark) => globalThis.axe.run(dark ? { runOnly: ['color-contrast'] } : {}),
        colorScheme === 'dark')
      const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact))
      assert.deepEqual(serious.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 120))]), [], `${colorScheme} ${path}`)
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
})

test('no page is wider than a phone, nor larger than 100 kB', async () => {
  for (const path of everyPage()) {
    const answer = await open(path)
    assert.ok((await answer.body()).length <= 100_000, path)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= 390, `${path} is ${width} wide`)
  }
})

test('the same facts stand there without scripts', async () => {
  const plain = await openPhone(browser, { javaScriptEnabled: false })
  for (const path of everyPage()) {
    const texts = []
    for (const p of [page, plain.page]) {
      await p.goto(world.portal + path)
      texts.push((await p.locator('main').innerText()).replace(/block \d+/g, 'block N'))
    }
    if (['/', '/check', '/network'].includes(path)) continue // a file needs a script, and the supply grows with each block
    assert.equal(texts[1], texts[0], path)
  }
  await plain.context.close()
})

test('pages speak three languages', async () => {
  for (const [code, word] of [['fr', /Lignée|Généalogie|Filiation/], ['zh', /[\u4e00-\u9fff]{2}/]]) {
    await open(work('remix') + '?lang=' + code)
    assert.equal(await page.locator('html').getAttribute('lang'), code)
    assert.match(await page.locator('main').innerText(), word)
    await shoot('work-' + code)
    await open('/terms/commercial-remix-10')
    assert.equal(await page.locator('html').getAttribute('lang'), code, 'it is kept')
    await shoot('deed-' + code)
  }
  await open('/?lang=en')
})

test('the height follows the chain', async () => {
  await open('/network')
  const before = await page.locator('#height').innerText()
  await page.waitForFunction((b) => document.getElementById('height').textContent !== b, before, { timeout: 15_000 })
})

/** A phone with a wallet that signs by a key, and what acts with it: it returns the words that were signed. */
async function openWallet(name) {
  const phone = await openPhone(browser)
  await phone.context.addInitScript((key) => {
    globalThis.keplr = {
      experimentalSuggestChain: async (info) => (globalThis.suggested = info),
      enable: async () => {},
      getOfflineSignerAuto: async () => {
        const { fromKey } = await import(document.documentElement.dataset.act)
        return fromKey(Uint8Array.from(key.match(/../g), (h) => parseInt(h, 16)))
      },
    }
  }, world.keys[name])
  const p = phone.page
  const act = async (path, fill) => {
    await p.goto(world.portal + path)
    await p.locator('#act').waitFor()
    await fill?.()
    await p.click('#act button')
    await p.locator('#signing').waitFor()
    const signs = await p.locator('#signing').innerText()
    assert.equal((await p.evaluate(() => globalThis.suggested)).bech32Config.bech32PrefixAccAddr, 'stemma')
    await p.click('#sign')
    await p.locator('#acted a').waitFor({ timeout: 60_000 })
    return signs
  }
  return { ...phone, act }
}

test('acting: a file is registered, offered, licensed and paid with a wallet in the page', async () => {
  const buyer = await openWallet('fan')
  const { page: p, act } = buyer
  let signs = await act('/act/register', async () => {
    await p.setInputFiles('#act-file', world.files['unknown.txt'])
    await p.fill('input[name=title]', 'Question')
    await p.selectOption('select[name=kind]', 'KIND_TEXT')
  })
  assert.match(signs, /Anchor the digest/)
  assert.match(signs, /Register “Question”/)
  await shoot('act')
  const mine = await p.locator('#acted a').getAttribute('href')
  await p.goto(world.portal + mine)
  assert.match(await p.locator('.six').innerText(), /proved by an anchor/)

  signs = await act('/act/offer?work=' + mine.slice(7), async () => {
    await p.selectOption('select[name=terms]', { label: 'commercial-remix-5' })
    await p.fill('input[name=price]', '2.50 USDC')
  })
  assert.match(signs, /commercial-remix-5 for 2\.50 USDC \(2500000uusdc\)/)
  await p.goto(world.portal + mine)
  assert.match(await p.locator('#may').innerText(), /commercial-remix-5[\s\S]*2\.50 USDC/)

  signs = await act('/act/buy?work=' + world.works.print)
  assert.match(signs, /at most 5\.00 USDC/)
  await p.goto(world.portal + '/accounts/' + world.accounts.fan)
  assert.match(await p.locator('main').innerText(), /Grants[\s\S]*Green/)

  signs = await act('/act/derive?work=' + world.works.song, async () => {
    await p.setInputFiles('#act-file', world.files['other.txt'])
    await p.fill('input[name=title]', 'Light, otherwise')
  })
  assert.match(signs, /“First Light 晨光”. Of its gross revenue 10 %/)

  signs = await act('/act/pay?work=' + world.works.mix, () => p.fill('input[name=amount]', '0.50 USDC'))
  assert.match(signs, /0\.50 USDC \(500000uusdc\)/)
  await p.click('#acted a')
  assert.match(await p.locator('main').innerText(), /0\.05 USDC/)
  assert.deepEqual(buyer.faults, [])
  await buyer.context.close()
})

test('acting: a transfer is accepted with a wallet in the page', async () => {
  const stemmad = (...args) => execFileSync(join(process.env.ROOT, 'build/stemmad'), [...args, '--home', world.home], { encoding: 'utf8' })
  stemmad('transfer', world.works.print, '--to', world.accounts.fan, '--from', 'bob', '--yes')
  const fan = await openWallet('fan')
  const { page: p, act } = fan
  await p.goto(world.portal + work('print'))
  assert.match(await p.locator('.six').innerText(), new RegExp('Claimed by\\s+' + world.accounts.bob.slice(0, 12)))
  await p.click('.acts a[href^="/act/accept"]')
  await p.locator('#act').waitFor()
  await p.evaluate(axe)
  const { violations } = await p.evaluate(() => globalThis.axe.run())
  assert.deepEqual(violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => [v.id, v.nodes[0].html]), [])
  const signs = await act('/act/accept?work=' + world.works.print)
  assert.match(signs, /Take over “Green”/)
  assert.match(signs, new RegExp(world.accounts.fan))
  if (process.env.SHOTS) await p.screenshot({ path: join(process.env.SHOTS, 'accept.png'), fullPage: true })
  await p.click('#acted a')
  await p.waitForURL('**' + work('print'))
  // The page is made of the newest block; what is indexed follows.
  await p.waitForFunction((owner) => document.querySelector('.six').innerText.includes(owner) || (location.reload(), false),
    world.accounts.fan.slice(0, 12), { polling: 500 })
  assert.equal(await p.locator('.acts a[href^="/act/accept"]').count(), 0, 'nothing is left to accept')
  await p.goto(world.portal + '/accounts/' + world.accounts.fan)
  assert.match(await p.locator('main').innerText(), /Green/)
  assert.deepEqual(fan.faults, [])
  await fan.context.close()
})

test('no page had an error of a script, or asked another host', () => {
  assert.deepEqual(phone.faults, [])
})
