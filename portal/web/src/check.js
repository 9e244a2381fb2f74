// Checks proofs and certificates in the page, by the same code as Node's: nothing is sent anywhere.
import { sha256 as hasher } from '@noble/hashes/sha2.js'
import { beginsAt, checkContent, isPage, parseTrust, readPage, verify, verifyPage } from '../../../client/ts/verify/src/index.ts'

export { beginsAt, checkContent, isPage, parseTrust, readPage, verify, verifyPage }

/** The SHA-256 of a file of any size in hex, read a piece at a time. */
export async function sha256(file, read = () => {}) {
  const sum = hasher.create()
  const reader = file.stream().getReader()
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) break
    sum.update(value)
    read((bytes += value.length))
  }
  return [...sum.digest()].map((b) => b.toString(16).padStart(2, '0')).join('')
}
