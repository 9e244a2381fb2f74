// Proofs that hold without a node: stemma-verify.
export * from 'stemma-verify'
