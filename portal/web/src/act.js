// Signs in the page with a wallet: what it will do is said in words first, and nothing is asked of another host.
import {
  Client, accountOf, all, anchorLeaf, buildAnchor, licensetypes, lineagetypes, msg, newSalt, newWorkID,
  proofMessage, registrytypes, royaltytypes, rows,
} from '../../../client/ts/src/index.ts'
import { sha256 } from './check.js'
import { duties, feesOf, quotable, say } from './say.js'

export { fromKey } from '../../../client/ts/src/index.ts'

const coinType = 118
const prefix = 'stemma'

/** The chain for Keplr, so that it can show amounts (experimentalSuggestChain). */
function chainInfo(chainId, units) {
  const currencies = units.all().map((u) => ({ coinDenom: u.symbol, coinMinimalDenom: u.denom, coinDecimals: u.decimals }))
  const price = { low: 0.01, average: 0.025, high: 0.04 }
  return {
    chainId, chainName: 'Stemma (' + chainId + ')', rpc: location.origin + '/rpc', rest: location.origin,
    bip44: { coinType },
    bech32Config: {
      bech32PrefixAccAddr: prefix, bech32PrefixAccPub: prefix + 'pub', bech32PrefixValAddr: prefix + 'valoper',
      bech32PrefixValPub: prefix + 'valoperpub', bech32PrefixConsAddr: prefix + 'valcons', bech32PrefixConsPub: prefix + 'valconspub',
    },
    currencies, feeCurrencies: currencies.map((c) => ({ ...c, gasPriceStep: price })),
    stakeCurrency: currencies.find((c) => c.coinMinimalDenom === 'ustem') ?? currencies[0],
  }
}

/** Opens the reader's wallet: Keplr, or any that gives an OfflineSigner in its way. */
async function openWallet(client, words) {
  const wallet = globalThis.keplr
  if (!wallet) throw new Error(words.nowallet)
  const chainId = await client.chainId()
  await wallet.experimentalSuggestChain?.(chainInfo(chainId, await client.units()))
  await wallet.enable(chainId)
  return wallet.getOfflineSignerAuto ? wallet.getOfflineSignerAuto(chainId) : wallet.getOfflineSigner(chainId)
}

const value = (form, name) => form.elements[name]?.value.trim() ?? ''

/** Registers a file: an anchor first, so that nobody who sees the registration comes before. Steps are sent one after the other. */
async function registering({ client, form, words, address, chainId }) {
  const file = form.querySelector('#act-file').files[0]
  if (!file) throw new Error(words.nofile)
  const digest = await sha256(file)
  const page = (pagination) => client.registry.resolve({ scheme: 'sha256', value: digest, pagination })
  const claims = await all(rows(page, ({ works }) => works))
  if (claims.length > 0) throw new Error(say(words.claimed, claims.map((c) => c.id).join(', ')))
  // A salt that is lost makes the anchor useless, so it is kept until the work is registered.
  const kept = 'salt ' + chainId + ' ' + address + ' ' + digest
  const salt = kept in localStorage ? Uint8Array.from(JSON.parse(localStorage[kept])) : newSalt()
  localStorage[kept] = JSON.stringify([...salt])
  const { root, proofs } = buildAnchor([anchorLeaf(chainId, address, salt, digest)])
  const anchorProof = proofMessage(root, salt, proofs[0])
  const creator = value(form, 'creator')
  const details = {
    kind: registrytypes.Kind[value(form, 'kind')], title: value(form, 'title'), mediaType: file.type,
    creators: creator ? [{ name: creator }] : [],
  }
  const anchored = await client.registry.anchor({ account: address, root: anchorProof.root }).then(() => true, () => false)
  return {
    work: newWorkID(address, digest),
    first: anchored ? [] : [msg(registrytypes.MsgAnchor, { account: address, root: anchorProof.root, total: 1n })],
    then: msg(registrytypes.MsgRegister, { registrant: address, works: [{ sha256: digest, details, anchorProof }] }),
    forget: () => localStorage.removeItem(kept),
    words: [say(words.anchor, digest), say(words.register, details.title, digest)],
  }
}

/** What each deed signs: steps of messages, each one transaction, and the words for them. */
const deeds = {
  async register(act) {
    const r = await registering(act)
    return { steps: [r.first, [r.then]].filter((s) => s.length), words: r.words, work: r.work, forget: r.forget }
  },
  async derive(act) {
    const { client, form, words, address, work, title } = act
    const role = lineagetypes.Role[value(form, 'role')]
    const actions = {
      ROLE_TRAINED_ON: licensetypes.Action.ACTION_TRAIN_AI, ROLE_INPUT_TO: licensetypes.Action.ACTION_AI_INPUT,
    }
    const use = { action: actions[value(form, 'role')] ?? licensetypes.Action.ACTION_ADAPT, commercial: form.elements.commercial.checked }
    const { rights } = await client.license.checkRights({ work, licensee: address, use })
    if (rights.verdict !== licensetypes.Verdict.VERDICT_ALLOWED) {
      throw new Error(say(words.denied, rights.reasons.map((r) => r.code).join(', ')))
    }
    const r = await registering(act)
    const owed = Math.max(0, ...rights.obligations.map((o) => o.royaltyRate))
    const source = { work, role, permission: rights.permission, ...(rights.conditions && { seen: rights.conditions }) }
    return {
      steps: [
        r.first, [r.then, msg(lineagetypes.MsgDerive, { owner: address, work: r.work, maxTotalRate: owed, sources: [source] })],
      ].filter((s) => s.length),
      words: [
        ...r.words, say(words.derive, title, owed / 10_000 + ' %'),
        ...duties(rights.obligations.map((o) => licensetypes.ObligationKind[o.kind]), words),
      ], work: r.work, forget: r.forget,
    }
  },
  async offer({ form, words, address, work, units, title }) {
    const text = value(form, 'price')
    const price = text ? [units.read(text)] : []
    const terms = form.elements.terms
    return {
      steps: [[msg(licensetypes.MsgOffer, { owner: address, work, terms: terms.value, offer: { price } })]],
      words: [say(words.offer, title, terms.selectedOptions[0].text, price.length ? units.exact(price[0]) : words.free)], work,
    }
  },
  async buy({ client, form, words, address, work, units, title }) {
    const chosen = value(form, 'terms')
    const { offers } = await client.license.offers({ work })
    const open = offers.find((o) => o.terms.id === chosen)
    if (!open) throw new Error(words.failed)
    const maxFee = open.offer.price[0]
    const serial = BigInt(Date.now()) * 1_000_000n
    return {
      steps: [[msg(licensetypes.MsgAcquire, {
        licensee: address, work, terms: chosen, serial, maxFee, maxRate: open.terms.terms.royaltyRate, seen: open.conditions,
      })]],
      words: [say(words.buy, title, form.elements.terms.selectedOptions[0].text, maxFee ? units.exact(maxFee) : words.free)], work,
    }
  },
  async pay({ form, words, address, work, units, title }) {
    const amount = units.read(value(form, 'amount'))
    return {
      steps: [[msg(royaltytypes.MsgPay, { payer: address, work, amount })]],
      words: [say(words.pay, units.exact(amount), title, work)], receipt: true,
    }
  },
  /** What is accepted is the work as the page was made, not as it is when the button is pressed: the chain refuses what changed. */
  async accept({ words, address, work, title }) {
    const seen = { workVersion: Number(words.version), epoch: BigInt(words.epoch), offer: Number(words.number) }
    return {
      steps: [[msg(royaltytypes.MsgAcceptTransfer, { recipient: address, work, ...seen })]],
      words: [say(words.accept, title, work)], work,
    }
  },
}

/** Makes the form of a page work. */
export function start(form) {
  const element = (id) => document.getElementById(id)
  const words = form.dataset
  const tell = (text) => (element('acted').textContent = text)
  let prepared
  const guarded = (what) => async (e) => {
    e.preventDefault()
    for (const b of document.querySelectorAll('#act button, #sign')) b.disabled = true
    try {
      await what()
    } catch (problem) {
      tell(say(words.failed, String(problem.message ?? problem)))
    } finally {
      for (const b of document.querySelectorAll('#act button, #sign')) b.disabled = false
    }
  }
  const prepare = async () => {
    element('signing').hidden = true
    tell(words.asking)
    const client = await Client.connect(location.origin + '/rpc', { poll: 1000 })
    const signer = await openWallet(client, words)
    const address = await accountOf(signer)
    const [units, chainId] = await Promise.all([client.units(), client.chainId()])
    const about = { work: words.work, title: quotable(words.title ?? '') }
    const deed = await deeds[words.do]({ client, form, words, address, units, chainId, ...about })
    const sender = await client.sender(signer)
    const fees = await feesOf(deed.steps, async (msgs) => (await sender.draft(...msgs)).fee)
    prepared = { sender, deed }
    element('signs').replaceChildren(...deed.words.map((text) => Object.assign(document.createElement('li'), { textContent: text })))
    const fee = fees.map((c) => units.exact(c)).join(', ') || words.free
    element('costs').textContent = say(words.fee, fee) + ' ' + say(words.by, address)
    element('signing').hidden = false
    tell('')
    element('sign').focus()
  }
  const sign = async () => {
    const { sender, deed } = prepared
    tell(words.sending)
    let last
    // A step that is done is not sent again where a later one fails and the reader signs once more.
    while (deed.steps.length > 0) {
      last = await sender.send(...deed.steps[0])
      deed.steps.shift()
    }
    deed.forget?.()
    element('signing').hidden = true
    tell(words.done + ' ')
    const to = deed.receipt ? '/tx/' + last.hash : '/works/' + deed.work
    element('acted').append(Object.assign(document.createElement('a'), { href: to, textContent: to.slice(0, 24) + '…' }))
  }
  form.hidden = false
  form.addEventListener('submit', guarded(prepare))
  element('sign').addEventListener('click', guarded(sign))
}
