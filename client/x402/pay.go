package x402

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// Purse is what pays: an account, or a key that acts for an agent.
type Purse struct {
	Client *client.Client
	Signer client.Signer
	// Options of its transactions: a sponsor, denoms of fees, and Acting where Signer is a key of an agent, within whose limit it pays.
	// What the scheme asks for is set in any case.
	Options client.Options
	// MaxNetworkFee is the most that the fee of a transaction may be, a coin a denom that it may be paid in; none of a denom: DefaultNetworkFee
	// base units. What gas costs the node says, which may lie. A fee that Options name is paid as it is.
	MaxNetworkFee sdk.Coins
	// Agree is asked before anything is signed, with the fee of the transaction; nil: nobody is.
	Agree func(fee sdk.Coins) error
}

// DefaultNetworkFee is the most that a transaction which pays by HTTP costs beside the price, in base units of whatever denom: 0.05 of a
// token with six decimals. At the least price (0.001) that is more gas than a transaction may declare, and a payment costs some hundred units.
const DefaultNetworkFee = 50_000

// NetworkFeeError says that the fee of a transaction is more than was agreed to. It is the Err of a *Refusal with the reason NetworkFee.
type NetworkFeeError struct{ Fee, Most sdk.Coin }

// Error implements error.
func (e *NetworkFeeError) Error() string {
	return fmt.Sprintf("by what the node says the transaction costs a fee of %s, and at most %s are agreed to", e.Fee, e.Most)
}

// affords checks the fee of a transaction. It fails with a *Refusal.
func (p Purse) affords(fee sdk.Coins) error {
	if !p.Options.Fee.IsZero() {
		return nil
	}
	for _, coin := range fee {
		most := sdk.NewInt64Coin(coin.Denom, DefaultNetworkFee)
		if given, named := p.MaxNetworkFee.Find(coin.Denom); given {
			most = named
		}
		if coin.Amount.GT(most.Amount) {
			err := &NetworkFeeError{coin, most}
			return &Refusal{Reason: NetworkFee, Detail: err.Error(), Err: err}
		}
	}
	return nil
}

// account is whose money it is.
func (p Purse) account() sdk.AccAddress {
	if p.Options.Acting != nil {
		return p.Options.Acting.Controller
	}
	return p.Signer.Address()
}

// Pay answers a requirement of the scheme exact. Nothing is sent: whoever is given the payment sends it, and until
// MaxTimeoutSeconds are over it may come. Show the same payment again where no answer comes; a new one would be paid as
// well. It fails where the messages are not for paying, take another amount than is said, or cost a fee above
// MaxNetworkFee (*Refusal), and as client.Sender.Draft does.
func (p Purse) Pay(ctx context.Context, r Requirement) (Payment, error) {
	chainID, err := p.Client.ChainID(ctx)
	switch {
	case err != nil:
		return Payment{}, err
	case r.Scheme != Exact:
		return Payment{}, &Refusal{Reason: InvalidScheme, Detail: r.Scheme}
	case r.Network != Network(chainID):
		return Payment{}, &Refusal{Reason: InvalidNetwork, Detail: fmt.Sprintf("%s, the node is of %s", r.Network, Network(chainID))}
	case r.MaxTimeoutSeconds < 1 || r.MaxTimeoutSeconds > maxTimeout:
		return Payment{}, &Refusal{Reason: InvalidRequirements, Detail: fmt.Sprintf(
			"it could be paid within %d seconds, at most %d are allowed", r.MaxTimeoutSeconds, maxTimeout)}
	}
	msgs, err := r.Messages(p.Client.Encoding.Codec)
	if err != nil {
		return Payment{}, err
	}
	if err := SetPayer(msgs, p.account().String(), newSerial()); err != nil {
		return Payment{}, err
	}
	nonce := NewNonce()
	options := p.Options
	options.Unordered, options.Note, options.Lifetime = true, Memo(r, nonce), time.Duration(r.MaxTimeoutSeconds)*time.Second
	sender := p.Client.Sender(p.Signer, options)
	draft, err := sender.Draft(ctx, msgs...)
	if err != nil {
		return Payment{}, err
	}
	if err := p.affords(draft.Fee); err != nil {
		return Payment{}, err
	}
	if p.Agree != nil {
		if err := p.Agree(draft.Fee); err != nil {
			return Payment{}, err
		}
	}
	raw, err := sender.Sign(ctx, draft)
	if err != nil {
		return Payment{}, err
	}
	return Payment{X402Version: Version, Accepted: r, Payload: Payload{
		Transaction: base64.StdEncoding.EncodeToString(raw), Nonce: base64.StdEncoding.EncodeToString(nonce),
	}}, nil
}

// maxTimeout is the longest that a payment is on its way, in seconds.
const maxTimeout = 540

// newSerial tells grants of the same terms apart.
func newSerial() uint64 {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails
	return binary.BigEndian.Uint64(raw[:])>>1 | 1
}

// ByVoucher answers a requirement of the scheme batch-settlement.
func ByVoucher(r Requirement, v voucher.Voucher) (Payment, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return Payment{}, err
	}
	return Payment{X402Version: Version, Accepted: r, Payload: Payload{Voucher: raw}}, nil
}

// Prove shows who asks, for a resource of a chain, where nothing has to be paid any more.
func (p Purse) Prove(ctx context.Context, resource string, now time.Time) (Payment, error) {
	chainID, err := p.Client.ChainID(ctx)
	if err != nil {
		return Payment{}, err
	}
	h := Holder{
		Account: p.account().String(), Key: base64.StdEncoding.EncodeToString(p.Signer.PubKey().Bytes()), Time: now.Unix(),
	}
	if p.Options.Acting != nil {
		h.Agent = p.Options.Acting.Agent.String()
	}
	signature, err := p.Signer.Sign(HolderBytes(Network(chainID), resource, h.Account, h.Agent, h.Time))
	if err != nil {
		return Payment{}, err
	}
	h.Signature = base64.StdEncoding.EncodeToString(signature)
	return Payment{
		X402Version: Version, Accepted: Requirement{Scheme: Exact, Network: Network(chainID), Amount: "0", Extra: Extra{Resource: resource}},
		Payload: Payload{Holder: &h},
	}, nil
}
