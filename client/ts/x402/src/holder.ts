// Who may use a work already proves it, and pays nothing.
import { toBase64 } from '@cosmjs/encoding'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '../../src/bytes.js'
import { addressOf } from '../../src/signer.js'
import { holderBytes } from './commitment.js'
import { encodeHeader, paymentHeader } from './wire.js'

/** The header that shows who asks for a resource, for some minutes. With acting the key is one of that agent's, and its controller is shown. */
export function holderHeader(
  chainId: string, resource: string, privateKey: Uint8Array, acting?: { agent: string; controller: string }, now = new Date(),
): Record<string, string> {
  const key = secp256k1.getPublicKey(privateKey, true)
  const network = `cosmos:${chainId}`
  const account = acting?.controller ?? addressOf(key)
  const time = Math.floor(now.getTime() / 1000)
  const signed = sha256(holderBytes(network, resource, account, acting?.agent ?? '', time))
  const signature = secp256k1.sign(signed, privateKey, { prehash: false, lowS: true })
  const holder = { account, ...(acting && { agent: acting.agent }), key: toBase64(key), time, signature: toBase64(signature) }
  const accepted = { scheme: 'exact', network, amount: '0', asset: '', payTo: '', maxTimeoutSeconds: 0, extra: { resource } }
  return { [paymentHeader]: encodeHeader({ x402Version: 2, accepted, payload: { holder } }) }
}
