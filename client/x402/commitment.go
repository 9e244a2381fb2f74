package x402

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
)

const (
	// commitmentDomain separates commitments from all else that is hashed.
	commitmentDomain = "stemma/x402/exact/v1"
	// memoPrefix begins the memo of a transaction that pays.
	memoPrefix = "x402:"
	// NonceSize in bytes.
	NonceSize = 32
)

// Commitment binds a payment to what it is for: SHA-256 of the domain and, each behind its length in 4 bytes big endian, of network,
// payTo, asset, amount, resource and nonce. The memo of the transaction has it, so that whoever finds the
// transaction on the chain can't show it as a payment of their own: they don't know the nonce.
func Commitment(r Requirement, nonce []byte) [sha256.Size]byte {
	var b bytes.Buffer
	b.WriteString(commitmentDomain)
	for _, field := range [][]byte{
		[]byte(r.Network), []byte(r.PayTo), []byte(r.Asset), []byte(r.Amount), []byte(r.Extra.Resource), nonce,
	} {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(field))) // a buffer takes all
		b.Write(field)
	}
	return sha256.Sum256(b.Bytes())
}

// Memo is that of a transaction which pays for a requirement.
func Memo(r Requirement, nonce []byte) string {
	c := Commitment(r, nonce)
	return memoPrefix + hex.EncodeToString(c[:])
}

// NewNonce is one that nobody else has.
func NewNonce() []byte {
	nonce := make([]byte, NonceSize)
	_, _ = rand.Read(nonce) // never fails
	return nonce
}

// readNonce reads a payload's.
func readNonce(text string) ([]byte, error) {
	nonce, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(nonce) != NonceSize {
		return nil, &Refusal{Reason: InvalidPayload, Detail: "the nonce is not 32 bytes in base64"}
	}
	return nonce, nil
}
