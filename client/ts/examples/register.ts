// Register a file, so that nobody comes before: its digest is anchored first, hidden behind a salt, and shown once that stands.
import { createReadStream } from 'node:fs'
import {
  accountOf, all, anchorLeaf, buildAnchor, Client, digestOf, msg, newSalt, newWorkID, proofMessage, registrytypes, rows,
  type Signer, type WorkID,
} from 'stemma'

export async function register(client: Client, owner: Signer, path: string, title: string): Promise<WorkID> {
  const address = await accountOf(owner)
  const sha256 = await digestOf(createReadStream(path)) // the file itself stays here

  const claims = await all(rows(
    (pagination) => client.registry.resolve({ scheme: 'sha256', value: sha256, pagination }), (page) => page.works))
  const work = newWorkID(address, sha256)
  if (claims.some((claim) => claim.id === work)) return work
  if (claims.length > 0) throw new Error(`${path} is claimed already, by ${claims.map((claim) => claim.id)}`)

  const salt = newSalt() // in a program of yours: keep it on disk before you go on
  const leaf = anchorLeaf(await client.chainId(), address, salt, sha256)
  const { root, proofs } = buildAnchor([leaf])
  const anchorProof = proofMessage(root, salt, proofs[0]!)
  await client.send(owner, [msg(registrytypes.MsgAnchor, { account: address, root: anchorProof.root, total: 1n })])

  const details = {
    kind: registrytypes.Kind.KIND_IMAGE, title, mediaType: 'image/jpeg',
    creators: [{ name: 'Alice', account: address, role: 'author' }],
  }
  await client.send(owner, [msg(registrytypes.MsgRegister, { registrant: address, works: [{ sha256, details, anchorProof }] })])
  return work
}
