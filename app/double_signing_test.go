package app_test

import (
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// A validator that signs two blocks of one height loses a part of its stake, and what was delegated to it, and never signs again, not
// under another evidence either; what works earn is nobody's stake. Evidence that comes after the stake could leave is too late.
func TestWhoSignsTwiceNeverSignsAgain(t *testing.T) {
	c := chain.New(t)
	bob, eve := c.Account("bob"), c.Account("eve")
	k := c.App.Keepers
	stake := sdk.NewInt64Coin(app.StakingDenom, 5_000_000)
	key := ed25519.GenPrivKeyFromSecret([]byte("bob")).PubKey()
	operator := sdk.ValAddress(bob.Address)
	create, err := stakingtypes.NewMsgCreateValidator(operator.String(), key, stake, stakingtypes.NewDescription("bob", "", "", "", ""),
		stakingtypes.NewCommissionRates(math.LegacyNewDecWithPrec(5, 2), math.LegacyOneDec(), math.LegacyOneDec()), math.OneInt())
	require.NoError(t, err)
	c.MustDeliver(bob, create)
	c.MustDeliver(eve, stakingtypes.NewMsgDelegate(eve.String(), operator.String(), stake))
	song := c.Register("song", bob)
	c.NextBlock()

	twice := abci.Misbehavior{
		Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: abci.Validator{Address: key.Address(), Power: 10},
		Height: c.Height(), Time: c.Now(), TotalVotingPower: 11,
	}
	tokens := func() math.Int {
		t.Helper()
		v, err := k.Staking.GetValidator(c.Ctx(), operator)
		require.NoError(t, err)
		return v.Tokens
	}
	before := tokens()
	fraction, err := k.Slashing.SlashFractionDoubleSign(c.Ctx())
	require.NoError(t, err)
	require.True(t, fraction.IsPositive())
	c.Accuse(twice)
	c.NextBlock()
	lost := fraction.MulInt(before).TruncateInt()
	require.Equal(t, before.Sub(lost), tokens(), "bob's stake and what eve gave to it")
	v, err := k.Staking.GetValidator(c.Ctx(), operator)
	require.NoError(t, err)
	require.True(t, v.IsJailed())
	require.True(t, k.Slashing.IsTombstoned(c.Ctx(), sdk.ConsAddress(key.Address())))

	c.Advance(365 * 24 * time.Hour)
	require.ErrorIs(t, c.Deliver(bob, slashingtypes.NewMsgUnjail(operator.String())).Err(), slashingtypes.ErrValidatorJailed)
	after := tokens()
	twice.Height, twice.Time = c.Height(), c.Now()
	c.Accuse(twice)
	c.NextBlock()
	require.Equal(t, after, tokens(), "once")

	had := c.Balance(bob, app.LocalDenom)
	c.Pay(chain.Named("fan"), song, "1000000uusdc")
	c.NextBlock()
	require.Equal(t, int64(1_000_000), c.Balance(bob, app.LocalDenom).Sub(had).Amount.Int64())
	c.RequireInvariants()
}

// Evidence of what lies further back than stake is bound punishes nobody: the stake may be somebody else's by now.
func TestEvidenceThatIsTooOldPunishesNobody(t *testing.T) {
	c := chain.New(t)
	bob := c.Account("bob")
	key := ed25519.GenPrivKeyFromSecret([]byte("bob")).PubKey()
	operator := sdk.ValAddress(bob.Address)
	stake := sdk.NewInt64Coin(app.StakingDenom, 5_000_000)
	create, err := stakingtypes.NewMsgCreateValidator(operator.String(), key, stake, stakingtypes.NewDescription("bob", "", "", "", ""),
		stakingtypes.NewCommissionRates(math.LegacyNewDecWithPrec(5, 2), math.LegacyOneDec(), math.LegacyOneDec()), math.OneInt())
	require.NoError(t, err)
	c.MustDeliver(bob, create)
	params := app.ConsensusParams()
	old := abci.Misbehavior{
		Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: abci.Validator{Address: key.Address(), Power: 5},
		Height: c.Height() - params.Evidence.MaxAgeNumBlocks - 1, Time: c.Now().Add(-params.Evidence.MaxAgeDuration - time.Second), TotalVotingPower: 6,
	}
	c.Accuse(old)
	c.NextBlock()
	v, err := c.App.Keepers.Staking.GetValidator(c.Ctx(), operator)
	require.NoError(t, err)
	require.Equal(t, stake.Amount, v.Tokens)
	require.False(t, v.IsJailed())
}
