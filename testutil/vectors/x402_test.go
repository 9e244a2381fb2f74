package vectors

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// payments402 are what is written down in docs/x402-cosmos.md.
type payments402 struct {
	Commitments []commitment402 `json:"commitments"`
	// Asked are requirements, with the messages that an account pays them by, as protobuf; those of a grant with the serial 1.
	Asked []asked402 `json:"asked"`
	// Refused are requirements that no payer answers.
	Refused []refused402 `json:"refused"`
	Holders []holder402  `json:"holders"`
}

type commitment402 struct {
	Requirement x402.Requirement `json:"requirement"`
	Nonce       hexBytes         `json:"nonce"`
	Memo        string           `json:"memo"`
}

type asked402 struct {
	Requirement x402.Requirement `json:"requirement"`
	Account     hexBytes         `json:"account"`
	Messages    []message402     `json:"messages"`
}

type message402 struct {
	TypeURL string   `json:"type_url"`
	Value   hexBytes `json:"value"`
}

type refused402 struct {
	Why         string           `json:"why"`
	Requirement x402.Requirement `json:"requirement"`
}

type holder402 struct {
	Network    string   `json:"network"`
	Resource   string   `json:"resource"`
	Account    string   `json:"account"`
	Agent      string   `json:"agent"`
	Time       int64    `json:"time"`
	SignBytes  hexBytes `json:"sign_bytes"`
	PrivateKey hexBytes `json:"private_key"`
	Header     string   `json:"header"`
}

func makeX402(t *testing.T) any {
	e, err := encoding.New()
	require.NoError(t, err)
	work, other := registrytypes.WorkID(repeated(7, 20)), registrytypes.WorkID(repeated(8, 20))
	coin := func(amount int64) sdk.Coin { return sdk.NewInt64Coin("uusdc", amount) }
	fee := coin(5)
	base := x402.Requirement{
		Scheme: x402.Exact, Network: "cosmos:stemma-1", Amount: "12", Asset: "uusdc", PayTo: work.String(), MaxTimeoutSeconds: 60,
		Extra: x402.Extra{Resource: "https://shop.example/x402/works/" + work.String() + "?use=ai-input"},
	}
	with := func(amount string, msgs ...sdk.Msg) x402.Requirement {
		r := base
		r.Amount = amount
		r.Extra.Messages = packed402(t, e.Codec, msgs)
		return r
	}
	acquire := &licensetypes.MsgAcquire{Work: work, Terms: licensetypes.TermsID(repeated(9, 32)), MaxFee: &fee, MaxRate: 100_000, Seen: licensetypes.Conditions{Revisions: 2}}
	pass := &licensetypes.MsgAcquire{Work: other, Terms: licensetypes.TermsID(repeated(9, 32)), MaxFee: &fee, UsesOf: work}
	var all payments402
	for _, r := range []x402.Requirement{
		base, with("12", &royaltytypes.MsgPay{Work: work, Amount: coin(12)}), with("10", acquire, pass),
		with("7", &royaltytypes.MsgPayMany{Payments: []royaltytypes.Payment{{Work: work, Amount: coin(3)}, {Work: other, Amount: coin(4)}}}),
	} {
		nonce := repeated(byte(len(all.Commitments)+1), x402.NonceSize)
		all.Commitments = append(all.Commitments, commitment402{r, nonce, x402.Memo(r, nonce)})
		msgs, err := r.Messages(e.Codec)
		require.NoError(t, err)
		require.NoError(t, x402.SetPayer(msgs, sdk.AccAddress(addresses[0]).String(), 1))
		asked := asked402{Requirement: r, Account: hexBytes(addresses[0])}
		for _, msg := range msgs {
			raw, err := proto.Marshal(msg)
			require.NoError(t, err)
			asked.Messages = append(asked.Messages, message402{sdk.MsgTypeURL(msg), raw})
		}
		all.Asked = append(all.Asked, asked)
	}
	refused := map[string]x402.Requirement{}
	refused["more is taken than is said"] = with("4", acquire)
	refused["less is taken than is said"] = with("6", acquire)
	refused["it is paid in two denoms"] = with("12", &royaltytypes.MsgPay{Work: work, Amount: coin(7)}, &royaltytypes.MsgPay{Work: work, Amount: sdk.NewInt64Coin("ustem", 5)})
	refused["it is paid in another denom"] = with("5", &royaltytypes.MsgPay{Work: work, Amount: sdk.NewInt64Coin("ustem", 5)})
	refused["it is no payment"] = with("5", &royaltytypes.MsgWithdraw{})
	for _, why := range []string{
		"more is taken than is said", "less is taken than is said", "it is paid in two denoms", "it is paid in another denom", "it is no payment",
	} {
		_, err := refused[why].Messages(e.Codec)
		require.Error(t, err, why)
		all.Refused = append(all.Refused, refused402{why, refused[why]})
	}
	all.Holders = holders402(t)
	return all
}

func packed402(t *testing.T, cdc codec.Codec, msgs []sdk.Msg) []json.RawMessage {
	t.Helper()
	packed, err := x402.PackMessages(cdc, msgs)
	require.NoError(t, err)
	return packed
}

func holders402(t *testing.T) (all []holder402) {
	t.Helper()
	key := secp256k1.GenPrivKeyFromSecret([]byte("vectors of x402"))
	account := sdk.AccAddress(key.PubKey().Address()).String()
	for _, agent := range []string{"", "agent1" + "qqqqqqqq"} {
		h := x402.Holder{Account: account, Agent: agent, Key: base64.StdEncoding.EncodeToString(key.PubKey().Bytes()), Time: 1_800_000_000}
		const network, resource = "cosmos:stemma-1", "https://shop.example/photos/a.jpg"
		signBytes := x402.HolderBytes(network, resource, h.Account, h.Agent, h.Time)
		signature, err := key.Sign(signBytes)
		require.NoError(t, err)
		h.Signature = base64.StdEncoding.EncodeToString(signature)
		_, err = h.Verify(network, resource, time.Unix(h.Time, 0))
		require.NoError(t, err)
		all = append(all, holder402{
			Network: network, Resource: resource, Account: h.Account, Agent: agent, Time: h.Time, SignBytes: signBytes, PrivateKey: key.Key,
			Header: x402.Encode(x402.Payment{X402Version: x402.Version, Accepted: x402.Requirement{
				Scheme: x402.Exact, Network: network, Amount: "0", Extra: x402.Extra{Resource: resource},
			}, Payload: x402.Payload{Holder: &h}}),
		})
	}
	return all
}
