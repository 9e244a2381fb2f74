// May I use this, and what would it cost?
import { Client, licensetypes } from 'stemma'

export async function ask(client: Client, work: string, licensee: string) {
  const { rights } = await client.license.checkRights({
    work, // an id, or the digest of a content
    licensee,
    use: { action: licensetypes.Action.ACTION_ADAPT, commercial: true, unplaced: true },
  })
  if (!rights) throw new Error('no answer')
  switch (rights.verdict) {
    case licensetypes.Verdict.VERDICT_ALLOWED:
      console.log(`yes, under ${rights.permission || 'nothing, it is your own'}; it brings`, rights.obligations.map((o) => licensetypes.ObligationKind[o.kind]))
      break
    case licensetypes.Verdict.VERDICT_NEEDS_GRANT:
      console.log('with one of', rights.offers.map((o) => o.terms))
      break
    default:
      console.log('no:', rights.reasons.map((r) => r.code))
  }
  return rights
}
