package app_test

import (
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	icatypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// squat puts an account of the attacker's making at an address, with coins that vest in a hundred years or with free ones. Before the
// upgrade messages can do this: nothing was blocked there.
func squat(t *testing.T, ctx sdk.Context, c *chain.Chain, at sdk.AccAddress, vesting bool) {
	t.Helper()
	k := c.App.Keepers
	if old := k.Account.GetAccount(ctx, at); old != nil {
		k.Account.RemoveAccount(ctx, old)
	}
	coins := sdk.NewCoins(sdk.NewInt64Coin(app.LocalDenom, 7000))
	base := k.Account.NewAccountWithAddress(ctx, at).(*authtypes.BaseAccount)
	k.Account.SetAccount(ctx, base)
	if vesting {
		locked, err := vestingtypes.NewDelayedVestingAccount(base, coins, ctx.BlockTime().Add(100*365*24*time.Hour).Unix())
		require.NoError(t, err)
		k.Account.SetAccount(ctx, locked)
	}
	payer := chain.Named("faucet").Address // past the restriction, which was not there
	have := k.Bank.GetBalance(ctx, payer, app.LocalDenom)
	require.NoError(t, k.Bank.Balances.Set(ctx, collections.Join(payer, app.LocalDenom), have.Amount.SubRaw(7000)))
	require.NoError(t, k.Bank.Balances.Set(ctx, collections.Join(at, app.LocalDenom), math.NewInt(7000)))
}

// What a validator signed is punished as long as its stake is bound, after the upgrade too.
func TestEvidenceCountsAsLongAsStakeIsBound(t *testing.T) {
	fresh := app.ConsensusParams().Evidence
	require.Equal(t, app.Unbonding, fresh.MaxAgeDuration)
	c := chain.New(t)
	params := func() cmtproto.EvidenceParams {
		got, err := c.App.Keepers.Consensus.ParamsStore.Get(c.Ctx())
		require.NoError(t, err)
		return *got.Evidence
	}
	require.Equal(t, app.Unbonding, params().MaxAgeDuration)
	for old, want := range map[time.Duration]time.Duration{48 * time.Hour: app.Unbonding, 60 * 24 * time.Hour: 60 * 24 * time.Hour} {
		c.Write(func(ctx sdk.Context) error {
			before, err := c.App.Keepers.Consensus.ParamsStore.Get(ctx)
			require.NoError(t, err)
			before.Evidence.MaxAgeDuration, before.Evidence.MaxAgeNumBlocks = old, 100_000
			require.NoError(t, c.App.Keepers.Consensus.ParamsStore.Set(ctx, before))
			return c.App.Keepers.Upgrade.ApplyUpgrade(ctx, upgradetypes.Plan{Name: "v0.2.0", Height: c.Height()})
		})
		require.Equal(t, want, params().MaxAgeDuration)
		require.Equal(t, fresh.MaxAgeNumBlocks, params().MaxAgeNumBlocks)
	}
}

// Whatever somebody puts at the addresses that the upgrade's modules will have, it goes through, and transfers arrive after it.
func TestTheUpgradeTakesAddressesThatAreTaken(t *testing.T) {
	for name, vesting := range map[string]bool{"an account": false, "coins that vest": true} {
		t.Run(name, func(t *testing.T) {
			home, away := connected(t)
			song := home.Register("song", home.Account("alice"))
			transfers, accounts := authtypes.NewModuleAddress(transfertypes.ModuleName), authtypes.NewModuleAddress(icatypes.ModuleName)
			escrow := transfertypes.GetEscrowAddress(transfertypes.PortID, home.Channel)
			home.Write(func(ctx sdk.Context) error {
				for _, at := range []sdk.AccAddress{ibcpay.Address(), transfers, accounts, escrow} {
					squat(t, ctx, home.Chain, at, vesting)
				}
				return home.App.Keepers.Upgrade.ApplyUpgrade(ctx, upgradetypes.Plan{Name: "v0.2.0", Height: home.Height()})
			})
			home.RequireInvariants()
			for _, at := range []sdk.AccAddress{ibcpay.Address(), transfers, accounts} {
				require.Empty(t, home.App.Keepers.Bank.GetAllBalances(home.Ctx(), at))
			}
			fan := away.Account("fan")
			out := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), ibcpay.Address().String(), payMemo(song)))
			require.True(t, away.Carry(out.Events)[0].Success())
			alice := home.Account("alice")
			out = home.MustDeliver(alice, home.TransferMsg(alice, sdk.NewInt64Coin(app.LocalDenom, 5000), fan.String(), ""))
			require.True(t, home.Carry(out.Events)[0].Success())
			out = away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(away.Denom(app.LocalDenom), 5000), alice.String(), ""))
			require.True(t, away.Carry(out.Events)[0].Success())
			home.RequireSameExport()
		})
	}
}

// A chain that begins with this version has its modules' accounts from the first block on: nobody takes an address before they use it.
func TestModuleAccountsAreThereFromTheStart(t *testing.T) {
	c := chain.New(t)
	for _, name := range []string{transfertypes.ModuleName, icatypes.ModuleName} {
		account := c.App.Keepers.Account.GetAccount(c.Ctx(), authtypes.NewModuleAddress(name))
		require.Implements(t, (*sdk.ModuleAccountI)(nil), account, name)
	}
}

// A validator that is slashed takes its redelegations along, and pays their rewards out in the hook of a block. Where the delegator has
// them go to an address that bank refuses, the block must not fail.
func TestRewardsThatBankRefusesStopNoBlock(t *testing.T) {
	work := chain.WorkOf("a pool's", chain.Named("nobody"))
	for name, to := range map[string]sdk.AccAddress{
		"the pay address": ibcpay.Address(), "a contributor pool": royaltytypes.PoolAccount(work.ID, 1),
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t)
			bob, eve := c.Account("bob"), c.Account("eve")
			k := c.App.Keepers
			honest, err := k.Staking.GetAllValidators(c.Ctx())
			require.NoError(t, err)
			stake := sdk.NewInt64Coin(app.StakingDenom, 5_000_000)
			key := ed25519.GenPrivKeyFromSecret([]byte("bob")).PubKey()
			create, err := stakingtypes.NewMsgCreateValidator(sdk.ValAddress(bob.Address).String(), key, stake,
				stakingtypes.NewDescription("bob", "", "", "", ""),
				stakingtypes.NewCommissionRates(math.LegacyNewDecWithPrec(5, 2), math.LegacyOneDec(), math.LegacyOneDec()), math.OneInt())
			require.NoError(t, err)
			c.MustDeliver(bob, create)
			own, other := sdk.ValAddress(bob.Address).String(), honest[0].OperatorAddress
			c.MustDeliver(eve, stakingtypes.NewMsgDelegate(eve.String(), own, stake))
			refused := c.Deliver(eve, distrtypes.NewMsgSetWithdrawAddress(eve.Address, to)).Err()
			infraction := c.Height()
			c.MustDeliver(eve, stakingtypes.NewMsgBeginRedelegate(eve.String(), own, other, stake))
			c.Write(func(ctx sdk.Context) error { return k.Distr.SetDelegatorWithdrawAddr(ctx, eve.Address, to) }) // when it was allowed
			c.MustDeliver(bob, distrtypes.NewMsgDepositValidatorRewardsPool(bob.String(), other, sdk.NewCoins(stake)))
			c.Write(func(ctx sdk.Context) error {
				_, err := k.Staking.Slash(ctx, sdk.ConsAddress(key.Address()), infraction, 10, math.LegacyNewDecWithPrec(5, 1))
				return err
			})
			require.Error(t, refused)
			c.RequireInvariants()
		})
	}
}
