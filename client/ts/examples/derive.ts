// Make something of a work: register the outcome and say what it was made from, in one transaction.
import { accountOf, Client, lineagetypes, msg, newWorkID, registrytypes, response, type Digest, type Signer, type WorkID } from 'stemma'
import { ask } from './ask.js'

export async function derive(client: Client, maker: Signer, sha256: Digest, title: string, source: string): Promise<WorkID> {
  const address = await accountOf(maker)
  const { permission, conditions } = await ask(client, source, address)
  const work = newWorkID(address, sha256) // known before anything is sent
  const result = await client.send(maker, [
    msg(registrytypes.MsgRegister, {
      registrant: address, works: [{ sha256, details: { kind: registrytypes.Kind.KIND_IMAGE, title } }],
    }),
    msg(lineagetypes.MsgDerive, {
      owner: address, work, maxTotalRate: 100_000,
      sources: [{ work: source, role: lineagetypes.Role.ROLE_PARENT_OF, permission, ...(conditions && { seen: conditions }) }],
    }),
  ])
  const { works } = response(result, 0, registrytypes.MsgRegisterResponse)
  if (works[0] !== work) throw new Error(`the chain registered ${works[0]}, not ${work}`)
  return work
}
