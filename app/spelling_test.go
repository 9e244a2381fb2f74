package app_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/internal/spelling"
	"github.com/stemma-chain/stemma/testutil/chain"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// written signs a transaction in whose bytes one text stands for another of its
// length: what a client can write and our own encoder does not.
func written(t *testing.T, c *chain.Chain, signer chain.Account, msg sdk.Msg, fee sdk.Coins, from, to string) []byte {
	t.Helper()
	account := c.App.Keepers.Account.GetAccount(c.Ctx(), signer.Address)
	pack := func(msg gogoproto.Message) *codectypes.Any {
		packed, err := codectypes.NewAnyWithValue(msg)
		require.NoError(t, err)
		return packed
	}
	encode := func(msg gogoproto.Message) []byte {
		raw, err := gogoproto.Marshal(msg)
		require.NoError(t, err)
		return bytes.ReplaceAll(raw, []byte(from), []byte(to))
	}
	body := encode(&tx.TxBody{Messages: []*codectypes.Any{pack(msg)}})
	info := encode(&tx.AuthInfo{
		SignerInfos: []*tx.SignerInfo{{
			PublicKey: pack(signer.Key.PubKey()), Sequence: account.GetSequence(),
			ModeInfo: &tx.ModeInfo{Sum: &tx.ModeInfo_Single_{Single: &tx.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT}}},
		}},
		Fee: &tx.Fee{Amount: fee, GasLimit: chain.DefaultGas},
	})
	doc, err := gogoproto.Marshal(&tx.SignDoc{
		BodyBytes: body, AuthInfoBytes: info, ChainId: chain.ID, AccountNumber: account.GetAccountNumber(),
	})
	require.NoError(t, err)
	signature, err := signer.Key.Sign(doc)
	require.NoError(t, err)
	raw, err := gogoproto.Marshal(&tx.TxRaw{BodyBytes: body, AuthInfoBytes: info, Signatures: [][]byte{signature}})
	require.NoError(t, err)
	return raw
}

func TestANumberIsPaidAsItIsWritten(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	coin := sdk.NewInt64Coin("uusdc", 1_234_567)
	inner, err := codectypes.NewAnyWithValue(chain.PayMsg(bob, song, coin))
	require.NoError(t, err)

	for name, msg := range map[string]sdk.Msg{
		"pay":         chain.PayMsg(bob, song, coin),
		"pay many":    &royaltytypes.MsgPayMany{Payer: bob.String(), Payments: []royaltytypes.Payment{{Work: song.ID, Amount: coin}}},
		"a bank send": &banktypes.MsgSend{FromAddress: bob.String(), ToAddress: alice.String(), Amount: sdk.NewCoins(coin)},
		"in another":  &authz.MsgExec{Grantee: bob.String(), Msgs: []*codectypes.Any{inner}},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, c.Block(written(t, c, bob, msg, nil, "1234567", "7654321")).Txs[0].Err())
			before := c.Balance(bob, "uusdc")
			for _, text := range []string{"0100000", "0x12345", "1_00_00", "0b10101"} {
				raw := written(t, c, bob, msg, nil, "1234567", text)
				require.ErrorIs(t, c.Block(raw).Txs[0].Err(), sdkerrors.ErrTxDecode)
				says := `"` + text + `" in cosmos.base.v1beta1.Coin.amount is not a number in decimal digits`
				require.ErrorIs(t, c.Check(raw), sdkerrors.ErrTxDecode)
				require.ErrorContains(t, c.Check(raw), says)
				_, _, err = c.App.Simulate(raw)
				require.ErrorContains(t, err, says)
			}
			require.Equal(t, before, c.Balance(bob, "uusdc"))
		})
	}
	fee := sdk.NewCoins(sdk.NewInt64Coin("ustem", 1_234_567))
	msg := chain.PayMsg(bob, song, sdk.NewInt64Coin("uusdc", 1000))
	raw := written(t, c, bob, msg, fee, "1234567", "0100000")
	require.ErrorIs(t, c.Block(raw).Txs[0].Err(), sdkerrors.ErrTxDecode)

	proposal, err := c.App.ProcessProposal(&abci.RequestProcessProposal{Height: c.Height() + 1, Txs: [][]byte{raw}})
	require.NoError(t, err)
	require.Equal(t, abci.ResponseProcessProposal_REJECT, proposal.Status)
	c.RequireInvariants()
}

// TestNoNumberIsMissed compares what the checker looks at, which goes by the
// definitions, with what the decoder reads, which are the fields of Go's types.
func TestNoNumberIsMissed(t *testing.T) {
	registry := chain.New(t).App.Encoding().InterfaceRegistry
	seen, numbers := map[reflect.Type]bool{}, 0
	var look func(message reflect.Type)
	look = func(message reflect.Type) {
		if seen[message] {
			return
		}
		seen[message] = true
		named, ok := reflect.New(message).Interface().(gogoproto.Message)
		if !ok {
			return
		}
		found, err := registry.FindDescriptorByName(protoreflect.FullName(gogoproto.MessageName(named)))
		require.NoError(t, err)
		fields := found.(protoreflect.MessageDescriptor).Fields()
		for i := range message.NumField() {
			kind := message.Field(i).Type
			for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice {
				kind = kind.Elem()
			}
			switch kind {
			case reflect.TypeFor[math.Int](), reflect.TypeFor[math.Uint](), reflect.TypeFor[math.LegacyDec]():
				_, name, _ := strings.Cut(message.Field(i).Tag.Get("protobuf"), "name=")
				name, _, _ = strings.Cut(name, ",")
				require.True(t, spelling.IsNumber(fields.ByName(protoreflect.Name(name))), "%s.%s", message, name)
				numbers++
			default:
				if kind.Kind() == reflect.Struct {
					look(kind)
				}
			}
		}
	}
	for _, set := range registry.ListAllInterfaces() {
		for _, url := range registry.ListImplementations(set) {
			msg, err := registry.Resolve(url)
			require.NoError(t, err)
			look(reflect.TypeOf(msg).Elem())
		}
	}
	require.Greater(t, numbers, 20)
}
