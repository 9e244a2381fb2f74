package app

import (
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

const day = 24 * time.Hour

// Unbonding is how long stake stays bound after it is taken back, and so how long what its validator signed can be punished.
const Unbonding = 21 * day

const (
	// blocksPerYear is for blocks of 2.4 s, the pause of 2 s and what a round of some fifty validators on several continents takes.
	// x/mint pays a year's inflation in so many blocks, so that with the SDK's 5 s it would be twice what it is said to be.
	blocksPerYear = 13_149_000
	// fastestBlock is what no public network is faster than: the pause after a block.
	fastestBlock = 2 * time.Second
)

// PublicGenesis is the genesis of a public network without accounts: docs/mainnet.md has the reason for each value that is not a
// module's default.
func (app *App) PublicGenesis() GenesisState {
	state, cdc := app.DefaultGenesis(), app.encoding.Codec
	stem := func(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(StakingDenom, n*1_000_000)) }
	percent := func(n int64) math.LegacyDec { return math.LegacyNewDecWithPrec(n, 2) }

	staking := stakingtypes.DefaultGenesisState()
	cdc.MustUnmarshalJSON(state[stakingtypes.ModuleName], staking)
	staking.Params.UnbondingTime = Unbonding
	staking.Params.MinCommissionRate = percent(5)
	state[stakingtypes.ModuleName] = cdc.MustMarshalJSON(staking)

	slashing := slashingtypes.DefaultGenesisState()
	cdc.MustUnmarshalJSON(state[slashingtypes.ModuleName], slashing)
	slashing.Params.SignedBlocksWindow = 10_000
	slashing.Params.SlashFractionDowntime = math.LegacyNewDecWithPrec(1, 4)
	state[slashingtypes.ModuleName] = cdc.MustMarshalJSON(slashing)

	var mint minttypes.GenesisState
	cdc.MustUnmarshalJSON(state[minttypes.ModuleName], &mint)
	mint.Params.BlocksPerYear = blocksPerYear
	mint.Params.InflationMin, mint.Params.InflationMax, mint.Params.InflationRateChange = percent(3), percent(10), percent(7)
	mint.Minter.Inflation = percent(10)
	state[minttypes.ModuleName] = cdc.MustMarshalJSON(&mint)

	var gov govv1.GenesisState
	cdc.MustUnmarshalJSON(state[govtypes.ModuleName], &gov)
	deposits, voting, expedited := 14*day, 7*day, 2*day
	gov.Params.MinDeposit, gov.Params.ExpeditedMinDeposit = stem(1_000), stem(5_000)
	gov.Params.MinInitialDepositRatio = "0.250000000000000000"
	gov.Params.MaxDepositPeriod, gov.Params.VotingPeriod, gov.Params.ExpeditedVotingPeriod = &deposits, &voting, &expedited
	state[govtypes.ModuleName] = cdc.MustMarshalJSON(&gov)

	var dispute disputetypes.GenesisState
	cdc.MustUnmarshalJSON(state[disputetypes.ModuleName], &dispute)
	dispute.Params.MinBond = stem(100) // of other denoms when a vote accepts them
	state[disputetypes.ModuleName] = cdc.MustMarshalJSON(&dispute)

	var distribution distrtypes.GenesisState
	cdc.MustUnmarshalJSON(state[distrtypes.ModuleName], &distribution)
	distribution.Params.CommunityTax = percent(5)
	state[distrtypes.ModuleName] = cdc.MustMarshalJSON(&distribution)

	var bank banktypes.GenesisState
	cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
	bank.DenomMetadata = []banktypes.Metadata{StakingMetadata()}
	state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	return state
}

// StakingMetadata is how people and wallets write StakingDenom: no vote changes it, so each genesis has to say it.
func StakingMetadata() banktypes.Metadata { return sixDecimals(StakingDenom, "stem", "STEM") }

// LocalMetadata is the same of LocalDenom.
func LocalMetadata() banktypes.Metadata { return sixDecimals(LocalDenom, "usdc", "USDC") }

func sixDecimals(base, display, name string) banktypes.Metadata {
	return banktypes.Metadata{
		Base: base, Display: display, Name: name, Symbol: name,
		DenomUnits: []*banktypes.DenomUnit{{Denom: base}, {Denom: display, Exponent: 6}},
	}
}
