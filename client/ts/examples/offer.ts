// Offer a work under terms: whoever makes something of it passes on a tenth of what that earns.
import { accountOf, Client, licensetypes, msg, newTermsID, QueryError, royaltytypes, type Signer, type TermsID } from 'stemma'

export async function offer(client: Client, owner: Signer, work: string): Promise<TermsID> {
  const address = await accountOf(owner)
  const terms = licensetypes.Terms.fromPartial({
    spdx: 'LicenseRef-Example-Remix', uri: 'https://example.org/remix', commercialUse: true, attribution: true,
    derivatives: licensetypes.Derivatives.DERIVATIVES_ALLOWED,
    royaltyPolicy: royaltytypes.Policy.POLICY_ABSOLUTE, royaltyRate: 100_000, // parts per million
  })
  const id = newTermsID(terms) // equal terms are one entry, whoever published them
  const msgs = [msg(licensetypes.MsgOffer, { owner: address, work, terms: id, offer: {} })]
  if (!await published(client, id)) msgs.unshift(msg<any>(licensetypes.MsgPublishTerms, { author: address, terms }))
  await client.send(owner, msgs)
  return id
}

async function published(client: Client, terms: string): Promise<boolean> {
  try {
    await client.license.terms({ terms })
    return true
  } catch (e) {
    if (e instanceof QueryError && e.notFound) return false
    throw e
  }
}
