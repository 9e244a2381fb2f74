package spelling_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/internal/spelling"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// mark stands in encoded messages where a test puts another text of its length.
const mark = "1234567"

func marked() sdk.Coin {
	amount, _ := math.NewIntFromString(mark)
	return sdk.Coin{Denom: "uusdc", Amount: amount}
}

func anyOf(t require.TestingT, msg gogoproto.Message) *codectypes.Any {
	packed, err := codectypes.NewAnyWithValue(msg)
	require.NoError(t, err)
	return packed
}

// carriers are messages of all kinds that have an amount somewhere.
func carriers(t require.TestingT) map[string]gogoproto.Message {
	coin := marked()
	dec := math.LegacyNewDecFromIntWithPrec(coin.Amount, math.LegacyPrecision)
	pay := &royaltytypes.MsgPay{Amount: coin}
	return map[string]gogoproto.Message{
		"a coin":             pay,
		"a list of coins":    &banktypes.MsgSend{Amount: sdk.Coins{coin}},
		"lines of a message": &royaltytypes.MsgPayMany{Payments: []royaltytypes.Payment{{}, {Amount: coin}}},
		"a bare number":      &stakingtypes.MsgCreateValidator{MinSelfDelegation: coin.Amount},
		"a decimal":          &stakingtypes.MsgEditValidator{CommissionRate: &dec},
		"an optional coin":   &licensetypes.MsgAcquire{MaxFee: &coin},
		"terms":              &licensetypes.MsgPublishTerms{Terms: licensetypes.Terms{GrantFee: sdk.Coins{coin}}},
		"params":             &royaltytypes.MsgUpdateParams{Params: royaltytypes.Params{Denoms: []royaltytypes.AcceptedDenom{{MinFlow: coin.Amount}}}},
		"a message in another": &authz.MsgExec{Msgs: []*codectypes.Any{
			anyOf(t, &authz.MsgExec{Msgs: []*codectypes.Any{anyOf(t, &royaltytypes.MsgPay{}), anyOf(t, pay)}}),
		}},
		"a proposal":   &govv1.MsgSubmitProposal{Messages: []*codectypes.Any{anyOf(t, pay)}},
		"an allowance": &feegrant.MsgGrantAllowance{Allowance: anyOf(t, &feegrant.BasicAllowance{SpendLimit: sdk.Coins{coin}})},
	}
}

func encode(t require.TestingT, msg gogoproto.Message, text string) []byte {
	raw, err := gogoproto.Marshal(msg)
	require.NoError(t, err)
	require.Contains(t, string(raw), mark)
	require.Len(t, text, len(mark))
	return bytes.ReplaceAll(raw, []byte(mark), []byte(text))
}

// Why the package is there. When the SDK reads digits alone, it can go.
func TestTheSDKReadsTextAsGoReadsLiterals(t *testing.T) {
	for text, reads := range map[string]int64{"0100000": 32_768, "0x10": 16, "0b11": 3, "0o17": 15, "1_000": 1000, "+5": 5} {
		var i math.Int
		require.NoError(t, i.Unmarshal([]byte(text)))
		require.Equal(t, math.NewInt(reads), i)
		require.NoError(t, i.UnmarshalJSON([]byte(`"`+text+`"`)))
		require.Equal(t, math.NewInt(reads), i)
		var d math.LegacyDec
		require.NoError(t, d.Unmarshal([]byte(text)))
		require.Equal(t, math.LegacyNewDecWithPrec(reads, math.LegacyPrecision), d)
	}
}

func TestNumbersInEveryPlaceAreChecked(t *testing.T) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	for name, msg := range carriers(t) {
		t.Run(name, func(t *testing.T) {
			message := protoreflect.FullName(gogoproto.MessageName(msg))
			for _, good := range []string{mark, "-234567", "9000000"} {
				require.NoError(t, checker.Message(message, encode(t, msg, good)))
			}
			for _, bad := range []string{"0100000", "0x12345", "0b10101", "0o12345", "100_000", "+100000", "-012345", "-------", "12345 7", "123.567"} {
				err := checker.Message(message, encode(t, msg, bad))
				require.ErrorIs(t, err, spelling.ErrSpelling, bad)
				require.ErrorContains(t, err, bad)
			}
		})
	}
}

func TestTransactionsAreCheckedWithTheirFee(t *testing.T) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	encodeTx := func(payment, fee string) []byte {
		body := &tx.TxBody{Messages: []*codectypes.Any{anyOf(t, &royaltytypes.MsgPay{}), anyOf(t, &royaltytypes.MsgPay{Amount: marked()})}}
		info := &tx.AuthInfo{Fee: &tx.Fee{Amount: sdk.Coins{marked()}, GasLimit: 7}}
		raw, err := gogoproto.Marshal(&tx.TxRaw{
			BodyBytes: encode(t, body, payment), AuthInfoBytes: encode(t, info, fee), Signatures: [][]byte{[]byte("0100000")},
		})
		require.NoError(t, err)
		return raw
	}
	require.NoError(t, checker.Tx(encodeTx(mark, mark)))
	require.ErrorContains(t, checker.Tx(encodeTx("0100000", mark)), "cosmos.base.v1beta1.Coin.amount")
	require.ErrorIs(t, checker.Tx(encodeTx("0100000", mark)), spelling.ErrSpelling)
	require.ErrorIs(t, checker.Tx(encodeTx(mark, "0100000")), spelling.ErrSpelling)
}

// Accepted is exactly what the SDK would write for the number that it reads.
func TestAcceptedIsWhatTheChainWrites(t *testing.T) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-+]?(0[xXbBoO]?)?[0-9a-f_]{0,7}`).Draw(t, "text")
		var read math.Int
		if read.Unmarshal([]byte(text)) != nil {
			t.Skip("no number at all")
		}
		raw, err := gogoproto.Marshal(&banktypes.MsgSend{Amount: sdk.Coins{{Denom: "uusdc", Amount: math.NewInt(5)}}})
		require.NoError(t, err)
		// Replaces "amount: 5" with its lengths: Coin is the last field.
		at := bytes.LastIndex(raw, []byte("\x12\x015"))
		raw = append(raw[:at:at], append([]byte{0x12, byte(len(text))}, text...)...)
		raw[1] += byte(len(text) - 1)
		var msg banktypes.MsgSend
		require.NoError(t, gogoproto.Unmarshal(raw, &msg))

		err = checker.Message("cosmos.bank.v1beta1.MsgSend", raw)
		if text == "" || read.String() == text {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, spelling.ErrSpelling)
		}
	})
}

func TestWhatHoldsNoNumberIsPassedOver(t *testing.T) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	exec := &authz.MsgExec{Grantee: "0100000", Msgs: []*codectypes.Any{{TypeUrl: "/nobody.defined.This", Value: []byte("0100000")}}}
	raw, err := gogoproto.Marshal(exec)
	require.NoError(t, err)
	require.NoError(t, checker.Message("cosmos.authz.v1beta1.MsgExec", raw))
	require.NoError(t, checker.Message("nobody.defined.This", raw))
	require.NoError(t, checker.Message("cosmos.base.v1beta1.Coin.amount", raw), "a field is no message")
	require.NoError(t, checker.Message("cosmos.bank.v1beta1.MsgSend", []byte(strings.Repeat("\xff", 20))), "no protobuf at all")
}

// Any bytes at all are checked to their end, and what the checker accepts keeps
// its amounts when it is written again.
func FuzzMessage(f *testing.F) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	for _, text := range []string{mark, "0100000", "100_000"} {
		f.Add(encode(f, &banktypes.MsgSend{Amount: sdk.Coins{marked(), marked()}}, text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		err := checker.Message("cosmos.bank.v1beta1.MsgSend", raw)
		var msg banktypes.MsgSend
		if err != nil || gogoproto.Unmarshal(raw, &msg) != nil {
			return
		}
		for _, coin := range msg.Amount {
			if !coin.Amount.IsNil() {
				require.Contains(t, string(raw), coin.Amount.String())
			}
		}
	})
}

func BenchmarkTx(b *testing.B) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	for name, msg := range map[string]gogoproto.Message{
		"send":     &banktypes.MsgSend{FromAddress: strings.Repeat("a", 45), ToAddress: strings.Repeat("b", 45), Amount: sdk.Coins{marked()}},
		"pay-1000": &royaltytypes.MsgPayMany{Payments: slices.Repeat([]royaltytypes.Payment{{Work: registrytypes.WorkID{1}, Amount: marked()}}, 1000)},
	} {
		body, err := gogoproto.Marshal(&tx.TxBody{Messages: []*codectypes.Any{anyOf(b, msg)}})
		require.NoError(b, err)
		info, err := gogoproto.Marshal(&tx.AuthInfo{Fee: &tx.Fee{Amount: sdk.Coins{marked()}, GasLimit: 7}})
		require.NoError(b, err)
		raw, err := gogoproto.Marshal(&tx.TxRaw{BodyBytes: body, AuthInfoBytes: info, Signatures: [][]byte{make([]byte, 64)}})
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, checker.Tx(raw))
			}
		})
	}
}
