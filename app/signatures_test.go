package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	kmultisig "github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/testutil/chain"
)

const (
	direct = signing.SignMode_SIGN_MODE_DIRECT
	amino  = signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
)

// signedAs signs one transaction of an account in a mode, for the account's key or for
// two of three keys of a multisig account.
func signedAs(
	t *testing.T, c *chain.Chain, mode signing.SignMode, key cryptotypes.PubKey, members []chain.Account, sequence uint64,
) []byte {
	t.Helper()
	config := c.App.Encoding().TxConfig
	address := sdk.AccAddress(key.Address())
	account := c.App.Keepers.Account.GetAccount(c.Ctx(), address)
	require.NotNil(t, account)
	builder := config.NewTxBuilder()
	require.NoError(t, builder.SetMsgs(banktypes.NewMsgSend(address, bob.Address, sdk.NewCoins(sdk.NewInt64Coin("ustem", 1)))))
	builder.SetGasLimit(chain.DefaultGas)
	data := func(signature []byte) signing.SignatureData {
		return &signing.SingleSignatureData{SignMode: mode, Signature: signature}
	}
	set := func(d signing.SignatureData) {
		require.NoError(t, builder.SetSignatures(signing.SignatureV2{PubKey: key, Data: d, Sequence: sequence}))
	}
	set(data(nil))
	bytes, err := authsigning.GetSignBytesAdapter(context.Background(), config.SignModeHandler(), mode, authsigning.SignerData{
		Address: address.String(), ChainID: chain.ID, AccountNumber: account.GetAccountNumber(), Sequence: sequence, PubKey: key,
	}, builder.GetTx())
	require.NoError(t, err)
	if _, several := key.(multisig.PubKey); !several {
		signature, err := members[0].Key.Sign(bytes)
		require.NoError(t, err)
		set(data(signature))
	} else {
		joint := multisig.NewMultisig(len(members))
		for i, m := range members[:2] {
			signature, err := m.Key.Sign(bytes)
			require.NoError(t, err)
			multisig.AddSignature(joint, data(signature), i)
		}
		set(joint)
	}
	raw, err := config.TxEncoder()(builder.GetTx())
	require.NoError(t, err)
	return raw
}

// TestSignaturesAreVerifiedOnce: nodes that checked the transactions when they arrived,
// nodes that did not, and nodes that verify all of them again, on both executors, agree
// on every app hash, result, log and unit of gas, for all kinds of signatures.
func TestSignaturesAreVerifiedOnce(t *testing.T) {
	stock := chain.AppOption(fast.FlagSignatures, false)
	checks := []*chain.Chain{chain.New(t), chain.New(t, chain.BlockSTM(2))}
	others := []*chain.Chain{
		chain.New(t), chain.New(t, stock), chain.New(t, stock, chain.BlockSTM(2)), chain.New(t, stock, chain.AppOption(fast.FlagCurve, false)),
	}
	all := append(slices.Clone(checks), others...)
	c := all[0]
	hits := uint64(0)
	play := func(name string, knows int, txs ...[]byte) {
		for _, checked := range checks {
			for _, tx := range txs {
				_ = checked.Check(tx) // some fail, and are none the better known for it
			}
		}
		want := c.Block(txs...)
		for _, other := range all[1:] {
			got := other.Block(txs...)
			require.Equal(t, want.AppHash, got.AppHash, name)
			for i := range txs {
				require.Equal(t, want.Txs[i], got.Txs[i], "%s, transaction %d", name, i)
			}
		}
		hits += uint64(knows)
		require.Equal(t, hits, c.App.VerifiedBefore(), name)
		require.GreaterOrEqual(t, checks[1].App.VerifiedBefore(), hits, "each execution counts")
		for _, other := range others {
			require.Zero(t, other.App.VerifiedBefore(), name)
		}
	}

	members := chain.NamedMany("member", 3)
	keys := make([]cryptotypes.PubKey, len(members))
	for i, m := range members {
		keys[i] = m.Key.PubKey()
	}
	shared := kmultisig.NewLegacyAminoPubKey(2, keys)
	fund := banktypes.NewMsgSend(alice.Address, sdk.AccAddress(shared.Address()), sdk.NewCoins(sdk.NewInt64Coin("ustem", 1000)))
	allow, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, bob.Address)
	require.NoError(t, err)
	play("first transactions of accounts", 3, c.Sign(alice, fund), c.Sign(alice, allow), c.Sign(carol, send(carol, bob, 1)))
	play("a mode of old", 1, signedAs(t, c, amino, bob.Key.PubKey(), []chain.Account{bob}, 0))
	play("two of three", 1, signedAs(t, c, amino, shared, members, 0))
	play("two of three again, the key is on the chain", 1, signedAs(t, c, amino, shared, members, 1))
	c.Forget()
	play("a granter's fee", 1, c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(bob, alice, 1)}, Signers: []chain.Account{bob}, Fee: "7ustem", Granter: &alice,
	}))
	play("unordered", 2,
		c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Expires: c.Now().Add(time.Minute)}),
		c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Expires: c.Now().Add(2 * time.Minute)}))
	play("two signers", 1, c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1), send(carol, bob, 1)}, Signers: []chain.Account{alice, carol},
	}))

	good := c.Sign(carol, send(carol, bob, 1))
	forged := slices.Clone(good)
	forged[len(forged)-1] ^= 1
	play("a forged one before the good one", 1, forged, good)
	play("the good one twice: the sequence is wrong now, though it is known", 1, good)
	c.Forget()
	failing := c.Sign(carol, banktypes.NewMsgSend(carol.Address, bob.Address, sdk.NewCoins(sdk.NewInt64Coin("nothing", 1))))
	play("one whose message fails", 1, failing)
	foreign := signedAs(t, c, direct, carol.Key.PubKey(), []chain.Account{alice}, 0)
	play("another's key", 0, foreign)
	require.ErrorIs(t, c.Check(forged), sdkerrors.ErrWrongSequence)
}

// BenchmarkCheckedBlock is a block of 2,000 bank sends that were all checked before, with
// and without what was verified then.
func BenchmarkCheckedBlock(b *testing.B) {
	accounts := chain.NamedMany("sender", 2000)
	for name, known := range map[string]bool{"known": true, "verified again": false} {
		b.Run(name, func(b *testing.B) {
			c := chain.New(b, chain.Accounts(accounts...), chain.AppOption(fast.FlagSignatures, known))
			for range b.N {
				b.StopTimer()
				var txs [][]byte
				for _, a := range accounts {
					tx := c.Sign(a, send(a, bob, 1))
					require.NoError(b, c.Check(tx))
					txs = append(txs, tx)
				}
				b.StartTimer()
				c.Block(txs...).RequireOK(b)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(accounts)), "us/tx")
		})
	}
}
