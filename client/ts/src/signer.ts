// Who signs: any OfflineSigner of CosmJS, such as Keplr's, or a key in memory.
import { fromBase64, toBase64 } from '@cosmjs/encoding'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from './bytes.js'
import { SignDoc } from './gen/cosmos/tx/v1beta1/tx.js'
import { account } from './ids.js'

/** An account of a wallet. */
export interface Account {
  readonly address: string
  readonly algo: string
  readonly pubkey: Uint8Array
}

/** What a wallet that shows amino JSON signs. */
export interface AminoSignDoc {
  readonly chain_id: string
  readonly account_number: string
  readonly sequence: string
  readonly fee: {
    readonly amount: readonly { denom: string; amount: string }[]
    readonly gas: string
    readonly granter?: string
    readonly payer?: string
  }
  readonly msgs: readonly { readonly type: string; readonly value: any }[]
  readonly memo: string
  readonly timeout_height?: string
  readonly unordered?: boolean
  readonly timeout_timestamp?: string
}

interface Signed<Doc> {
  /** What was signed; a wallet may have changed it. */
  readonly signed: Doc
  /** In base64. */
  readonly signature: { readonly signature: string }
}

/** Signs what goes over the wire. */
export interface DirectSigner {
  readonly getAccounts: () => Promise<readonly Account[]>
  readonly signDirect: (address: string, doc: SignDoc) => Promise<Signed<Pick<SignDoc, 'bodyBytes' | 'authInfoBytes'>>>
}

/** Signs amino JSON, as a Ledger does. */
export interface AminoSigner {
  readonly getAccounts: () => Promise<readonly Account[]>
  readonly signAmino: (address: string, doc: AminoSignDoc) => Promise<Signed<AminoSignDoc>>
}

/** Signs for accounts: an OfflineSigner of CosmJS is one. */
export type Signer = DirectSigner | AminoSigner

export function isDirect(signer: Signer): signer is DirectSigner {
  return 'signDirect' in signer
}

/** Signs with a private key of 32 bytes, in memory. */
export function fromKey(privateKey: Uint8Array): DirectSigner {
  const pubkey = secp256k1.getPublicKey(privateKey, true)
  const address = addressOf(pubkey)
  return {
    getAccounts: async () => [{ address, algo: 'secp256k1', pubkey }],
    signDirect: async (asked, doc) => {
      if (asked !== address) throw new Error(`the key is that of ${address}, not of ${asked}`)
      const signature = secp256k1.sign(sha256(SignDoc.encode(doc).finish()), privateKey, { prehash: false, lowS: true })
      return { signed: doc, signature: { signature: toBase64(signature) } }
    },
  }
}

/** The account of a compressed secp256k1 key. */
export function addressOf(pubkey: Uint8Array): string {
  return account(ripemd160(sha256(pubkey)))
}

/** The signature's bytes. */
export const signatureOf = (signed: Signed<unknown>): Uint8Array => fromBase64(signed.signature.signature)

/** The address of a signer's first account, which signs unless another is named. */
export async function accountOf(signer: Signer): Promise<string> {
  const [account] = await signer.getAccounts()
  if (!account) throw new Error('the signer has no account')
  return account.address
}
