// What readers do on the portal, in a real browser on a phone.
import assert from 'node:assert/strict'
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
  assert.match(await page.locator('.told').innerText(), /is no country/)
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

test('the certificate is a page of its own', async () => {
  await open(work('song'))
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('.six a[href$="/certificate"]')])
  const text = readFileSync(await download.path(), 'utf8')
  assert.match(text, /First Light/)
  assert.match(text, new RegExp(world.works.song))
})

const everyPage = () => [
  '/', '/search?q=light', work('song'), work('photo'), work('merge'), work('merge') + '/lineage', work('song') + '/history',
  '/accounts/' + world.accounts.alice, '/terms/commercial-remix-10', '/tx/' + world.payment, '/disputes/' + world.dispute, '/network',
  '/check',
  '/notice', '/works/nonsense', '/nowhere',
]

test('no page has serious faults of accessibility, in light and dark', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    for (const path of everyPage()) {
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

test('acting: a file is registered, offered, licensed and paid with a wallet in the page', async () => {
  const buyer = await openPhone(browser)
  await buyer.context.addInitScript((key) => {
    globalThis.keplr = {
      experimentalSuggestChain: async (info) => (globalThis.suggested = info),
      enable: async () => {},
      getOfflineSignerAuto: async () => {
        const { fromKey } = await import(document.documentElement.dataset.act)
        return fromKey(Uint8Array.from(key.match(/../g), (h) => parseInt(h, 16)))
      },
    }
  }, world.keys.fan)
  const p = buyer.page
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

test('no page had an error of a script, or asked another host', () => {
  assert.deepEqual(phone.faults, [])
})
