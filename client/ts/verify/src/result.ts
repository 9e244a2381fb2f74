/** What is to be said of a file that does not prove anything. */
export type Failure = 'refuted' | 'unverified' | 'unreadable' | 'unsupported'

/**
 * ProofError says why a file does not prove anything:
 * - unreadable: it is no proof, or not written in the one way that a proof is written;
 * - refuted: what it says does not follow from what is in it, or is about something else;
 * - unverified: nothing speaks against it, and nothing that is trusted leads to it;
 * - unsupported: headers and rows are right, and what follows from them takes rules of the chain that are not here.
 */
export class ProofError extends Error {
  constructor(
    readonly result: Failure,
    message: string,
  ) {
    super(message)
    this.name = 'ProofError'
  }
}

export const unreadable = (why: string) => new ProofError('unreadable', why)
export const refuted = (why: string) => new ProofError('refuted', why)
export const unverified = (why: string) => new ProofError('unverified', why)
export const unsupported = (why: string) => new ProofError('unsupported', why)
