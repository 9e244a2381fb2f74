package app

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app/pool"
	"github.com/stemma-chain/stemma/client/encoding"
)

// counting counts how often an account is read.
type counting struct {
	ante.AccountKeeper
	reads int
}

func (*counting) GetParams(context.Context) authtypes.Params { return authtypes.DefaultParams() }

func (k *counting) GetAccount(context.Context, sdk.AccAddress) sdk.AccountI {
	k.reads++
	return nil
}

// Who names hundreds of signers that did not sign has no account read for them: 400 fit 60 kB, and
// cost 20 ms.
func TestNoTurnsForMoreSignersThanThereMayBe(t *testing.T) {
	codecs, err := encoding.New()
	require.NoError(t, err)
	limit := authtypes.DefaultTxSigLimit
	for n, want := range map[uint64]int{1: 1, limit: int(limit), limit + 1: 0, 400: 0} {
		builder := codecs.TxConfig.NewTxBuilder()
		var msgs []sdk.Msg
		var signatures []signing.SignatureV2
		for i := range n {
			by := sdk.AccAddress(append(bytes.Repeat([]byte{1}, 18), byte(i>>8), byte(i))).String()
			msgs = append(msgs, &banktypes.MsgSend{FromAddress: by, ToAddress: by})
			signatures = append(signatures, signing.SignatureV2{Data: &signing.SingleSignatureData{}})
		}
		require.NoError(t, builder.SetMsgs(msgs...))
		require.NoError(t, builder.SetSignatures(signatures...))
		accounts := &counting{}
		turns{pool.New(pool.DefaultLimits()), accounts, func() sdk.Context { return sdk.Context{} }, nil}.set(sdk.Context{}, builder.GetTx())
		require.Equal(t, want, accounts.reads)
	}
}
