package x402

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// holderDomain separates these proofs from all else that a key signs: no transaction's sign bytes begin like it.
const holderDomain = "stemma/x402/holder/v1"

// holderAge is how old a proof may be, and how far ahead.
const holderAge = 5 * time.Minute

// Holder proves who asks, so that nobody pays for what they may do already. It is for one resource of one chain, and for
// some minutes: whoever gets hold of it can use it there meanwhile.
type Holder struct {
	// Account that may use the work.
	Account string `json:"account"`
	// Agent whose key it is that signs, in the name of Account; empty: Account signs.
	Agent string `json:"agent,omitempty"`
	// Key is the compressed secp256k1 key that signs, in base64.
	Key string `json:"key"`
	// Time in seconds since 1970.
	Time int64 `json:"time"`
	// Signature over HolderBytes, 64 bytes in base64.
	Signature string `json:"signature"`
}

// HolderBytes are what a holder signs: the domain and, each behind its length in 4 bytes big endian, network, resource,
// account and agent; then the time in 8 bytes.
func HolderBytes(network, resource, account, agent string, at int64) []byte {
	var b bytes.Buffer
	b.WriteString(holderDomain)
	for _, field := range []string{network, resource, account, agent} {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(field))) // a buffer takes all
		b.WriteString(field)
	}
	_ = binary.Write(&b, binary.BigEndian, at)
	return b.Bytes()
}

// Verify checks the signature and the time, and returns the account of the key that signed: that of the holder, or a key that its
// agent has to have. It fails with a *Refusal.
func (h Holder) Verify(network, resource string, now time.Time) (signer sdk.AccAddress, err error) {
	refuse := func(reason Reason, format string, args ...any) (sdk.AccAddress, error) {
		return nil, &Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
	}
	key, err := base64.StdEncoding.DecodeString(h.Key)
	if err != nil || len(key) != secp256k1.PubKeySize {
		return refuse(InvalidPayload, "the key is not 33 bytes in base64")
	}
	signature, err := base64.StdEncoding.DecodeString(h.Signature)
	if err != nil {
		return refuse(InvalidPayload, "the signature is not in base64")
	}
	at := time.Unix(h.Time, 0)
	if at.Before(now.Add(-holderAge)) || at.After(now.Add(holderAge)) {
		return refuse(Expired, "the proof is of %s, here it is %s", at.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	public := &secp256k1.PubKey{Key: key}
	if !public.VerifySignature(HolderBytes(network, resource, h.Account, h.Agent, h.Time), signature) {
		return refuse(WrongSignature, "the key did not sign this account, resource and time")
	}
	signer = sdk.AccAddress(public.Address())
	if h.Agent == "" && signer.String() != h.Account {
		return refuse(WrongSignature, "the key is that of %s, not of %s", signer, h.Account)
	}
	return signer, nil
}
