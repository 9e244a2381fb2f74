package spelling_test

import (
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/stemma-chain/stemma/internal/spelling"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func TestNumbersInJSONAreChecked(t *testing.T) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	registry := codectypes.NewInterfaceRegistry()
	authz.RegisterInterfaces(registry)
	feegrant.RegisterInterfaces(registry)
	royaltytypes.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	for name, msg := range carriers(t) {
		t.Run(name, func(t *testing.T) {
			message := protoreflect.FullName(gogoproto.MessageName(msg))
			raw, err := cdc.MarshalJSON(msg)
			require.NoError(t, err)
			require.NoError(t, checker.JSON(message, raw))
			for _, bad := range []string{"0100000", "0x12345", "100_000", "+100000", "-012345", "01.5000"} {
				text := strings.ReplaceAll(string(raw), mark, bad)
				if strings.Contains(text, "0.00000") {
					continue // a decimal of so many digits is written as a fraction
				}
				err := checker.JSON(message, []byte(text))
				require.ErrorIs(t, err, spelling.ErrSpelling, text)
				require.ErrorContains(t, err, bad)
			}
		})
	}
}

// The names that the decoder takes, wherever the type of what is packed stands.
func TestJSONIsCheckedInEveryForm(t *testing.T) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	const staking = "cosmos.staking.v1beta1."
	plain := strings.NewReplacer("010", "10", `\u003010`, "10", "00.5", "0.5")
	for text, name := range map[string]protoreflect.FullName{
		`{"min_self_delegation": "010"}`:                                                  staking + "MsgCreateValidator",
		`{"minSelfDelegation": "010"}`:                                                    staking + "MsgCreateValidator",
		`{"min_self_delegation": "\u003010"}`:                                             staking + "MsgCreateValidator",
		`{"commission_rate": "00.5"}`:                                                     staking + "MsgEditValidator",
		`{"amount": [{"amount": "1"}, {"amount": "010"}], "other": {"a": [1]}}`:           "cosmos.bank.v1beta1.MsgSend",
		`{"amount": {"amount": "010"}, "@type": "/stemma.royalty.v1.MsgPay"}`:             "google.protobuf.Any",
		`{"msgs": [{"amount": {"amount": "010"}, "@type": "/stemma.royalty.v1.MsgPay"}]}`: "cosmos.authz.v1beta1.MsgExec",
	} {
		require.ErrorIs(t, checker.JSON(name, []byte(text)), spelling.ErrSpelling, text)
		require.NoError(t, checker.JSON(name, []byte(plain.Replace(text))), text)
	}
	for _, text := range []string{
		"", "null", "{", "[]", "010", `{"amount"`, `{"amount": [`, `{"amount": null}`,
		`{"amount": 7}`, `{"amount": {"amount": ""}}`,
	} {
		require.NoError(t, checker.JSON("cosmos.bank.v1beta1.MsgSend", []byte(text)), text)
		require.NoError(t, checker.JSON("google.protobuf.Any", []byte(text)), text)
	}
	require.NoError(t, checker.JSON("nobody.defined.This", []byte(`{"amount": "010"}`)))
}

// comesTwice is a message whose field holds a message that a decoder puts together
// from two halves: the content of one, and the type of the other.
func comesTwice(message []byte, number protowire.Number, content string, packed gogoproto.Message) []byte {
	half := func(raw []byte, field protowire.Number, text string) []byte {
		inner := protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), text)
		return protowire.AppendBytes(protowire.AppendTag(raw, number, protowire.BytesType), inner)
	}
	return half(half(message, 2, content), 1, "/"+gogoproto.MessageName(packed))
}

func TestAMessageThatComesTwiceIsRefused(t *testing.T) {
	checker := spelling.NewChecker(gogoproto.HybridResolver)
	coin, err := gogoproto.Marshal(&banktypes.MsgSend{Amount: sdk.Coins{marked()}})
	require.NoError(t, err)
	twice := func(number protowire.Number, packed gogoproto.Message) []byte {
		return comesTwice(nil, number, string(coin), packed)
	}
	for name, c := range map[string]struct {
		message protoreflect.FullName
		raw     []byte
	}{
		"an allowance":          {"cosmos.feegrant.v1beta1.MsgGrantAllowance", twice(3, &feegrant.BasicAllowance{})},
		"an allowance's own":    {"cosmos.feegrant.v1beta1.AllowedMsgAllowance", twice(1, &feegrant.BasicAllowance{})},
		"an authorization":      {"cosmos.authz.v1beta1.Grant", twice(1, &banktypes.SendAuthorization{})},
		"content of a proposal": {"cosmos.gov.v1.MsgExecLegacyContent", twice(1, &govv1.MsgSubmitProposal{})},
		"a plain message":       {"stemma.royalty.v1.MsgPay", comesTwice(nil, 3, "5", &banktypes.MsgSend{})},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, checker.Message(c.message, c.raw), spelling.ErrTwice)
		})
	}
	// In a list each is another one, and of a number the last one counts.
	many, err := gogoproto.Marshal(&banktypes.MsgSend{Amount: sdk.Coins{marked(), marked()}})
	require.NoError(t, err)
	require.NoError(t, checker.Message("cosmos.bank.v1beta1.MsgSend", many))
}
