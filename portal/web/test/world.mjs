// The chain, the portal and the browser that all tests use.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

/** Starts build/web/world, and returns where everything is, with stop(). */
export async function startWorld() {
  const child = spawn(process.env.WORLD ?? './world', { cwd: process.env.ROOT, stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = new Promise((resolve) => child.on('exit', resolve))
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([lines[Symbol.asyncIterator]().next(), exited.then(() => ({ done: true }))])
  if (first.done) throw new Error('the world did not start')
  return { ...JSON.parse(first.value), stop: () => (child.stdin.end(), exited) }
}

/** A phone, with the faults of its pages. */
export async function openPhone(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, acceptDownloads: true, locale: 'en-GB', ...options })
  const faults = []
  context.on('page', (page) => {
    page.on('pageerror', (e) => faults.push(e.message))
    page.on('console', (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && faults.push(m.text()))
    page.on('request', (r) => !r.url().startsWith('http://127.0.0.1:') && !/^(data|blob):/.test(r.url()) && faults.push('asks ' + r.url()))
  })
  return { context, page: await context.newPage(), faults }
}

export function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}
