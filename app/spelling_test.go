package app_test

import (
	"bytes"
	"reflect"
	"regexp"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/internal/spelling"
	"github.com/stemma-chain/stemma/testutil/chain"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// written signs a transaction in whose bytes one text stands for another of its
// length: what a client can write and our own encoder does not.
func written(t *testing.T, c *chain.Chain, signer chain.Account, msg sdk.Msg, fee sdk.Coins, from, to string) []byte {
	t.Helper()
	encode := func(msg gogoproto.Message) []byte {
		raw, err := gogoproto.Marshal(msg)
		require.NoError(t, err)
		return bytes.ReplaceAll(raw, []byte(from), []byte(to))
	}
	return encoded(t, c, signer, &codectypes.Any{TypeUrl: sdk.MsgTypeURL(msg), Value: encode(msg)}, encode(&tx.Fee{
		Amount: fee, GasLimit: chain.DefaultGas,
	}))
}

// encoded signs a transaction of one message and a fee that are bytes already.
func encoded(t *testing.T, c *chain.Chain, signer chain.Account, msg *codectypes.Any, fee []byte) []byte {
	t.Helper()
	account := c.App.Keepers.Account.GetAccount(c.Ctx(), signer.Address)
	key, err := codectypes.NewAnyWithValue(signer.Key.PubKey())
	require.NoError(t, err)
	encode := func(msg gogoproto.Message) []byte {
		raw, err := gogoproto.Marshal(msg)
		require.NoError(t, err)
		return raw
	}
	body := encode(&tx.TxBody{Messages: []*codectypes.Any{msg}})
	info := encode(&tx.AuthInfo{SignerInfos: []*tx.SignerInfo{{
		PublicKey: key, Sequence: account.GetSequence(),
		ModeInfo: &tx.ModeInfo{Sum: &tx.ModeInfo_Single_{Single: &tx.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT}}},
	}}})
	info = protowire.AppendBytes(protowire.AppendTag(info, 2, protowire.BytesType), fee) // AuthInfo.fee
	signature, err := signer.Key.Sign(encode(&tx.SignDoc{
		BodyBytes: body, AuthInfoBytes: info, ChainId: chain.ID, AccountNumber: account.GetAccountNumber(),
	}))
	require.NoError(t, err)
	return encode(&tx.TxRaw{BodyBytes: body, AuthInfoBytes: info, Signatures: [][]byte{signature}})
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

// Protobuf merges a message that comes twice where one is expected. The first half
// has an amount, and the name of a message without numbers in its place; the second
// has the name of the allowance that is decoded.
func TestAnAllowanceInTwoHalvesIsRefused(t *testing.T) {
	c := chain.New(t)
	text := func(raw []byte, number protowire.Number, value string) []byte {
		return protowire.AppendString(protowire.AppendTag(raw, number, protowire.BytesType), value)
	}
	coin := string(text(text(nil, 1, "uusdc"), 2, "0100000"))
	allowance := string(text(nil, 1, coin)) // BasicAllowance.spend_limit, or MsgSend.from_address
	first := string(text(text(nil, 1, sdk.MsgTypeURL(&banktypes.MsgSend{})), 2, allowance))
	second := string(text(nil, 1, "/"+gogoproto.MessageName(&feegrant.BasicAllowance{})))
	msg := &codectypes.Any{
		TypeUrl: sdk.MsgTypeURL(&feegrant.MsgGrantAllowance{}),
		Value:   text(text(text(text(nil, 1, alice.String()), 2, bob.String()), 3, first), 3, second),
	}
	fee, err := gogoproto.Marshal(&tx.Fee{GasLimit: chain.DefaultGas})
	require.NoError(t, err)
	raw := encoded(t, c, alice, msg, fee)
	require.ErrorIs(t, c.Block(raw).Txs[0].Err(), sdkerrors.ErrTxDecode)
	require.ErrorContains(t, c.Check(raw), "MsgGrantAllowance.allowance comes twice: write it once")
	given, _ := c.App.Keepers.FeeGrant.GetAllowance(c.Ctx(), alice.Address, bob.Address)
	require.Nil(t, given)
}

func TestNumbersOfAGenesisAreDecimal(t *testing.T) {
	c := lived(t)
	genesis := c.ExportGenesis()
	for _, spelled := range []string{"0764", "0x1f4", "5_00", "+500"} {
		state := bytes.ReplaceAll(genesis, []byte(`"amount": "500"`), []byte(`"amount": "`+spelled+`"`))
		require.NotEqual(t, string(genesis), string(state))
		require.ErrorContains(t, c.TryImport(state, c.Height()+1), `"`+spelled+`" in cosmos.base.v1beta1.Coin.amount is not a number`)
	}
	bank := regexp.MustCompile(`"amount": "1000000`).ReplaceAll(genesis, []byte(`"amount": "0x1000000`))
	require.NotEqual(t, string(genesis), string(bank))
	require.ErrorContains(t, c.TryImport(bank, c.Height()+1), "is not a number in decimal digits")
}

// What a person edits and signs: files of transactions and of proposals.
func TestNumbersInFilesAreDecimal(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	coin := sdk.NewInt64Coin("uusdc", 100_000)
	encoding := c.App.Encoding()
	for name, edit := range map[string]func(client.TxBuilder) error{
		"payment": func(b client.TxBuilder) error { return b.SetMsgs(chain.PayMsg(bob, song, coin)) },
		"fee": func(b client.TxBuilder) error {
			b.SetFeeAmount(sdk.NewCoins(coin))
			return nil
		},
	} {
		builder := encoding.TxConfig.NewTxBuilder()
		require.NoError(t, edit(builder), name)
		raw, err := encoding.TxConfig.TxJSONEncoder()(builder.GetTx())
		require.NoError(t, err)
		_, err = encoding.TxConfig.TxJSONDecoder()(raw)
		require.NoError(t, err)
		_, err = encoding.TxConfig.TxJSONDecoder()(bytes.ReplaceAll(raw, []byte(`"100000"`), []byte(`"0100000"`)))
		require.ErrorContains(t, err, `"0100000" in cosmos.base.v1beta1.Coin.amount`, name)
	}
	raw, err := encoding.Codec.MarshalInterfaceJSON(chain.PayMsg(bob, song, coin))
	require.NoError(t, err)
	var msg sdk.Msg
	require.NoError(t, encoding.Codec.UnmarshalInterfaceJSON(raw, &msg))
	raw = bytes.ReplaceAll(raw, []byte(`"100000"`), []byte(`"0x100"`))
	require.ErrorIs(t, encoding.Codec.UnmarshalInterfaceJSON(raw, &msg), spelling.ErrSpelling)
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
