package chain

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
)

// DefaultGas is what a transaction declares unless Tx says otherwise. It is
// generous: tests of gas set their own.
const DefaultGas = 20_000_000

// NoFee is the fee of a transaction that pays nothing, whatever it should.
const NoFee = "none"

// Tx is a transaction to be signed.
type Tx struct {
	Msgs    []sdk.Msg
	Signers []Account
	Gas     uint64   // DefaultGas when 0
	Fee     string   // the base price when empty: nothing, but with FeeMarket; or NoFee
	Granter *Account // pays the fee in place of the first signer
	Memo    string
	Expires time.Time // makes the transaction unordered, valid until then
	Last    uint64    // height of the last block that takes it; 0 when any does
}

// position is where the next ordered transaction of an account stands.
type position struct{ number, sequence uint64 }

// Sign signs one transaction of one signer and counts its sequence on, so
// several can go into one block, in the order of signing.
func (c *Chain) Sign(signer Account, msgs ...sdk.Msg) []byte {
	c.t.Helper()
	return c.SignTx(Tx{Msgs: msgs, Signers: []Account{signer}})
}

// SignTx is Sign with all choices.
func (c *Chain) SignTx(tx Tx) []byte {
	c.t.Helper()
	config := c.App.Encoding().TxConfig
	builder := config.NewTxBuilder()
	require.NoError(c.t, builder.SetMsgs(tx.Msgs...))
	gas := tx.Gas
	if gas == 0 {
		gas = DefaultGas
	}
	builder.SetGasLimit(gas)
	builder.SetMemo(tx.Memo)
	builder.SetTimeoutHeight(tx.Last)
	switch {
	case tx.Fee == NoFee:
	case tx.Fee != "":
		builder.SetFeeAmount(coins(tx.Fee))
	case c.settings.feeMarket:
		builder.SetFeeAmount(sdk.NewCoins(c.BaseFee(gas)))
	}
	if tx.Granter != nil {
		builder.SetFeeGranter(tx.Granter.Address)
	}
	unordered := !tx.Expires.IsZero()
	if unordered {
		builder.SetUnordered(true)
		builder.SetTimeoutTimestamp(tx.Expires)
	}

	signatures := make([]signing.SignatureV2, len(tx.Signers))
	positions := make([]position, len(tx.Signers))
	for i, signer := range tx.Signers {
		positions[i] = c.next(signer, unordered)
		signatures[i] = signing.SignatureV2{
			PubKey:   signer.Key.PubKey(),
			Data:     &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
			Sequence: positions[i].sequence,
		}
	}
	require.NoError(c.t, builder.SetSignatures(signatures...))
	for i, signer := range tx.Signers {
		bytes, err := authsigning.GetSignBytesAdapter(context.Background(), config.SignModeHandler(),
			signing.SignMode_SIGN_MODE_DIRECT, authsigning.SignerData{
				Address:       signer.String(),
				ChainID:       ID,
				AccountNumber: positions[i].number,
				Sequence:      positions[i].sequence,
				PubKey:        signer.Key.PubKey(),
			}, builder.GetTx())
		require.NoError(c.t, err)
		signature, err := signer.Key.Sign(bytes)
		require.NoError(c.t, err)
		signatures[i].Data = &signing.SingleSignatureData{
			SignMode: signing.SignMode_SIGN_MODE_DIRECT, Signature: signature,
		}
	}
	require.NoError(c.t, builder.SetSignatures(signatures...))
	raw, err := config.TxEncoder()(builder.GetTx())
	require.NoError(c.t, err)
	return raw
}

// next is the position to sign with. Unordered transactions have sequence 0
// and leave the account's own where it is.
func (c *Chain) next(signer Account, unordered bool) position {
	c.t.Helper()
	p, known := c.sequence[signer.Name]
	if !known {
		account := c.App.Keepers.Account.GetAccount(c.Ctx(), signer.Address)
		require.NotNil(c.t, account, "%s has no account on the chain", signer.Name)
		p = &position{account.GetAccountNumber(), account.GetSequence()}
		c.sequence[signer.Name] = p
	}
	if unordered {
		return position{number: p.number}
	}
	p.sequence++
	return position{p.number, p.sequence - 1}
}

// Forget has the next transactions signed at the sequences that the chain has: for
// accounts that others have signed for, or whose transactions failed.
func (c *Chain) Forget() { clear(c.sequence) }
