// Pay a work, in people's units, and read who got what of it.
import { accountOf, Client, msg, receipt, royaltytypes, type Receipt, type Signer } from 'stemma'

export async function pay(client: Client, payer: Signer, work: string, text: string): Promise<Receipt> {
  const address = await accountOf(payer)
  const units = await client.units()
  const amount = units.read(text)
  console.log(`paying ${units.exact(amount)}`)
  const result = await client.send(payer, [msg(royaltytypes.MsgPay, { payer: address, work, amount })])

  await passedOn(client, result.height)
  const told = await receipt(client, result)
  for (const paid of told.paid) {
    for (const { account, amount } of paid.shares) console.log(account, 'gets', amount && units.coin(amount))
  }
  return told
}

/** The network passes a payment on in the block after it. */
async function passedOn(client: Client, height: number): Promise<void> {
  while ((await client.latest()).height < height + 2) await new Promise((resolve) => setTimeout(resolve, 100))
}
