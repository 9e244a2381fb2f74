package origin_test

import (
	"testing"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/origin"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/relay"
)

// A voucher's way is known once one has come, and before by whoever writes it; the chain at its end is the one that the light client
// verifies.
func TestWhereVouchersComeFrom(t *testing.T) {
	set := []chain.Validator{chain.NamedValidator("one", 10)}
	signed := chain.Signed(func(int64) []chain.Validator { return set })
	home, away := relay.Connect(t, chain.New(t, signed), chain.New(t, signed))
	ctx := t.Context()
	c, err := client.New(home.Conn(), client.ForChain(chain.ID))
	require.NoError(t, err)
	port := transfertypes.PortID
	near := transfertypes.NewDenom("uusdc", transfertypes.NewHop(port, home.Channel))
	far := transfertypes.NewDenom("uatom", transfertypes.NewHop(port, home.Channel), transfertypes.NewHop(port, "channel-5"))
	require.Equal(t, near.IBCDenom(), origin.Denom("transfer/"+home.Channel+"/uusdc"))
	require.Equal(t, far.IBCDenom(), origin.Denom(far.Path()))
	for _, denom := range []string{"ustem", near.IBCDenom(), "transfer/channel-0", "transfer//x", "other/channel-0/uusdc"} {
		require.Equal(t, denom, origin.Denom(denom))
	}

	o, err := origin.Of(ctx, c, far.IBCDenom())
	require.NoError(t, err)
	require.Nil(t, o, "none has come")
	home.Write(func(ctx sdk.Context) error { home.App.Keepers.IBC.Transfer.SetDenom(ctx, far); return nil })
	o, err = origin.Of(ctx, c, far.IBCDenom())
	require.NoError(t, err)
	require.Equal(t, &origin.Origin{
		Path: far.Path(), Channel: home.Channel, There: away.Channel, Steps: 2,
		DenomThere: transfertypes.NewDenom("uatom", transfertypes.NewHop(port, "channel-5")).IBCDenom(),
	}, o)

	o, err = origin.By(ctx, c, near)
	require.NoError(t, err)
	require.Equal(t, "uusdc", o.DenomThere)
	id, err := o.Chain(ctx, c)
	require.NoError(t, err)
	require.Equal(t, chain.ID, id)
	_, err = origin.By(ctx, c, transfertypes.NewDenom("uusdc", transfertypes.NewHop(port, "channel-9")))
	require.Error(t, err)
}
