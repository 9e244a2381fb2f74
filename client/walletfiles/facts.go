// Package walletfiles writes what wallets, explorers and exchanges read about a chain before they ask it anything: chain.json and
// assetlist.json of the chain registry (github.com/cosmos/chain-registry), and the chain file of the Keplr wallet.
//
// What the chain says (Facts) is asked of a node at one height; what it cannot know, such as addresses of public nodes, the
// operator says (Said). A file that would mislead a wallet is an error, not a file.
package walletfiles

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	icahosttypes "github.com/cosmos/ibc-go/v11/modules/apps/27-interchain-accounts/host/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/client"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// Facts are what a chain says of itself.
type Facts struct {
	ChainID string
	// Build is what the node runs that was asked.
	Build Build
	// StakingDenom is the denom that validators stake.
	StakingDenom string
	// Unbonding is how long staked coins stay locked after they were withdrawn.
	Unbonding time.Duration
	// Fees are what gas costs, in the base denom first, then in order of denom.
	Fees []Fee
	// Transfers says whether coins go to and come from other chains, Accounts whether accounts of other chains act here.
	Transfers, Accounts bool
	// Assets are the native denoms and those that payments or fees take, the staking denom first, then in order of denom.
	Assets []Asset
}

// Build is the program of a node, by the modules that it was built from. What is not known is empty.
type Build struct {
	// Version is that of a release, as v0.2.0; empty for any other build.
	Version string
	// Program is the name of the node's program.
	Program string
	// Go is the version of the language, as 1.26.5.
	Go string
	// SDK, Comet and IBC are the versions of the Cosmos SDK, of CometBFT and of ibc-go.
	SDK, Comet, IBC string
}

// Fee is what a unit of gas costs in a denom, in that denom.
type Fee struct {
	Denom string
	// Floor is what it costs at the least, Low what it costs in the next block, Average what suffices in the one after too, however full
	// the next is, and High is twice the average: some six full blocks in a row raise the price that far (x/feemarket's default).
	Floor, Low, Average, High string
}

// highOver is how many times the average a high price is.
const highOver = 2

// Ask asks a chain for its facts but for the build, all at the height of the context (client.At). Infos name and measure denoms in place
// of the bank's metadata. It fails with an *UnitError, a *SymbolError, an *UnusedError or ErrNoFeeDenom where the files would mislead.
func Ask(ctx context.Context, c *client.Client, infos map[string]Info) (Facts, error) {
	var f Facts
	var err error
	if f.ChainID, err = c.ChainID(ctx); err != nil {
		return Facts{}, err
	}
	staking, err := stakingtypes.NewQueryClient(c).Params(ctx, &stakingtypes.QueryParamsRequest{})
	if err != nil {
		return Facts{}, fmt.Errorf("ask what is staked: %w", err)
	}
	f.StakingDenom, f.Unbonding = staking.Params.BondDenom, staking.Params.UnbondingTime
	if f.Fees, err = askFees(ctx, c); err != nil {
		return Facts{}, err
	}
	transfers, err := transfertypes.NewQueryClient(c).Params(ctx, &transfertypes.QueryParamsRequest{})
	if err != nil {
		return Facts{}, fmt.Errorf("ask whether coins come from other chains: %w", err)
	}
	f.Transfers = transfers.Params.SendEnabled && transfers.Params.ReceiveEnabled
	accounts, err := icahosttypes.NewQueryClient(c).Params(ctx, &icahosttypes.QueryParamsRequest{})
	if err != nil {
		return Facts{}, fmt.Errorf("ask whether accounts of other chains act here: %w", err)
	}
	f.Accounts = accounts.Params.HostEnabled
	f.Assets, err = askAssets(ctx, c, f, infos)
	return f, err
}

func askFees(ctx context.Context, c *client.Client) ([]Fee, error) {
	questions := feemarkettypes.NewQueryClient(c)
	params, err := questions.Params(ctx, &feemarkettypes.QueryParamsRequest{})
	if err != nil {
		return nil, fmt.Errorf("ask which denoms pay fees: %w", err)
	}
	prices, err := questions.Prices(ctx, &feemarkettypes.QueryPricesRequest{})
	if err != nil {
		return nil, fmt.Errorf("ask what gas costs: %w", err)
	}
	return feesOf(params.Params, prices)
}

// feesOf lists the denoms that a fee can be paid in: others than the base denom only where they may buy any of a block.
func feesOf(params feemarkettypes.Params, now *feemarkettypes.QueryPricesResponse) ([]Fee, error) {
	market := feemarkettypes.Market{Params: params}
	floors, high := market.Prices(params.Floor), market.Prices(params.Curve().Above(now.Price).Mul(math.NewInt(highOver)))
	if len(floors) != len(now.Prices) || len(floors) != len(now.Estimates) || params.BaseDenom == "" {
		return nil, ErrNoFeeDenom
	}
	var fees []Fee
	for i, floor := range floors {
		if i > 0 && params.OthersShare == 0 {
			break
		}
		if now.Prices[i].Denom != floor.Denom || now.Estimates[i].Denom != floor.Denom {
			return nil, fmt.Errorf("the node says the price of %s where that of %s is asked for", now.Prices[i].Denom, floor.Denom)
		}
		fees = append(fees, Fee{
			Denom: floor.Denom, Floor: number(floor), Low: number(now.Prices[i]), Average: number(now.Estimates[i]), High: number(high[i]),
		})
	}
	return fees, nil
}

// number is a price as JSON has it: exact, without zeros at its end.
func number(price sdk.DecCoin) string {
	text := price.Amount.String()
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

var (
	release   = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)
	goVersion = regexp.MustCompile(`\bgo(\d+(\.\d+){1,2})\b`)
)

// AskBuild asks a node what it runs.
func AskBuild(ctx context.Context, c *client.Client) (Build, error) {
	info, err := cmtservice.NewServiceClient(c).GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return Build{}, fmt.Errorf("ask the node what it runs: %w", err)
	}
	return buildOf(info.ApplicationVersion), nil
}

func buildOf(said *cmtservice.VersionInfo) Build {
	if said == nil {
		return Build{}
	}
	b := Build{Program: said.AppName, SDK: said.CosmosSdkVersion}
	if version := "v" + strings.TrimPrefix(said.Version, "v"); release.MatchString(version) {
		b.Version = version
	}
	if found := goVersion.FindStringSubmatch(said.GoVersion); found != nil {
		b.Go = found[1]
	}
	for _, m := range said.BuildDeps {
		switch {
		case m.Path == "github.com/cosmos/cosmos-sdk":
			b.SDK = m.Version
		case m.Path == "github.com/cometbft/cometbft":
			b.Comet = m.Version
		case strings.HasPrefix(m.Path, "github.com/cosmos/ibc-go/"):
			b.IBC = m.Version
		}
	}
	return b
}
