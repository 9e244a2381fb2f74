package app_test

import (
	"testing"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/feemarket/price"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// A vote may say the unit of a coin before the first has come, and after: what the other chain calls it changes nothing of that. Who brings
// another coin of that name takes no symbol away.
func TestAVoteSaysTheUnitOfAVoucher(t *testing.T) {
	for name, first := range map[string]bool{"before the first has come": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			home, away := connected(t)
			fan, bob := away.Account("fan"), home.Account("bob")
			denom := transfertypes.NewDenom(app.LocalDenom, transfertypes.NewHop(transfertypes.PortID, home.Channel)).IBCDenom()
			vote := func() {
				home.Write(func(ctx sdk.Context) error {
					row := royaltytypes.NewAcceptedDenom(denom)
					row.Unit = &royaltytypes.Unit{Symbol: "USDT", Decimals: 6, Name: "US Dollar T"}
					return home.App.Keepers.Royalty.AcceptDenom(ctx, row)
				})
			}
			send := func() {
				sent := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5_000_000), bob.String(), ""))
				require.True(t, away.Carry(sent.Events)[0].Success())
			}
			if first {
				vote()
				send()
			} else {
				send()
				vote()
			}
			asking, err := client.New(home.Conn(), client.ForChain(chain.ID))
			require.NoError(t, err)
			units, err := asking.Units(t.Context())
			require.NoError(t, err)
			require.Equal(t, "5.00 USDT", units.Coin(home.Balance(bob, denom)))
			paid, err := units.Read("2.5 USDT")
			require.NoError(t, err)
			song := home.Register("song", home.Account("alice"))
			home.MustDeliver(bob, chain.PayMsg(bob, song, paid))
			metadata, _ := home.App.Keepers.Bank.GetDenomMetaData(home.Ctx(), denom)
			require.NoError(t, metadata.Validate())
			if !first {
				require.Equal(t, []string{app.LocalDenom}, metadata.DenomUnits[0].Aliases)
			}
			home.RequireInvariants()
			home.RequireSameExport()
		})
	}
}

// A denom that only fees are paid in takes no symbol away either: clients show none of two that one name stands for.
func TestAFeeDenomIsNoSymbol(t *testing.T) {
	t.Skip("open: x/feemarket takes any denom that fees are to be paid in, also one by the name of a symbol of another denom")
	c := chain.New(t)
	c.Write(func(ctx sdk.Context) error {
		row := royaltytypes.NewAcceptedDenom(app.LocalDenom)
		row.Unit = &royaltytypes.Unit{Symbol: "USDC", Decimals: 6}
		return c.App.Keepers.Royalty.AcceptDenom(ctx, row)
	})
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.FeeMarket.Params.Get(ctx)
		if err != nil {
			return err
		}
		params.Denoms = []feemarkettypes.FeeDenom{{Denom: "usdc", Rate: price.One}}
		return c.App.Keepers.FeeMarket.UpdateParams(ctx, params) // or it is refused
	})
	asking, err := client.New(c.Conn(), client.ForChain(chain.ID))
	require.NoError(t, err)
	units, err := asking.Units(t.Context())
	require.NoError(t, err)
	require.Equal(t, "5.00 USDC", units.Coin(sdk.NewInt64Coin(app.LocalDenom, 5_000_000)))
}
