package client

import (
	"context"
	"strings"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
)

// Fee is what so much gas costs now: Options.Fee, else at Options.GasPrices, else at what the
// chain and the node ask for: of the denoms that both take, the first that the payer has
// enough of, and that a sponsor allows. It fails with a *FeeError where none is; empty: free.
func (s *Sender) Fee(ctx context.Context, gas uint64) (sdk.Coins, error) {
	if !s.options.Fee.IsZero() {
		return s.options.Fee, nil
	}
	if !s.options.GasPrices.IsZero() {
		return sdk.NewCoins(cost(s.options.GasPrices, gas)...), nil
	}
	prices, err := s.client.Prices(ctx)
	if err != nil {
		return nil, err
	}
	options := s.preferred(cost(prices, gas))
	if len(options) == 0 {
		return nil, nil
	}
	payer := s.signer.Address()
	var limit sdk.Coins
	var limited bool
	if s.options.Sponsor != nil {
		payer = s.options.Sponsor
		if limit, limited, err = s.client.Allowance(ctx, payer, s.signer.Address()); err != nil {
			return nil, err
		}
	}
	for _, option := range options {
		if limited && limit.AmountOf(option.Denom).LT(option.Amount) {
			continue
		}
		res, err := s.client.Bank().Balance(ctx, &banktypes.QueryBalanceRequest{Address: payer.String(), Denom: option.Denom})
		if err != nil {
			return nil, err
		}
		if res.Balance.Amount.GTE(option.Amount) {
			return sdk.NewCoins(option), nil
		}
	}
	return nil, &FeeError{Payer: payer, Options: options, Limit: limit, Limited: limited}
}

// preferred leaves the denoms of Options.FeeDenoms, in that order.
func (s *Sender) preferred(options []sdk.Coin) []sdk.Coin {
	if len(s.options.FeeDenoms) == 0 {
		return options
	}
	var chosen []sdk.Coin
	for _, denom := range s.options.FeeDenoms {
		for _, option := range options {
			if option.Denom == denom {
				chosen = append(chosen, option)
			}
		}
	}
	return chosen
}

// cost rounds up, as the node does when it checks. A denom that is free costs 0.
func cost(prices sdk.DecCoins, gas uint64) []sdk.Coin {
	coins := make([]sdk.Coin, len(prices))
	for i, price := range prices {
		amount := price.Amount.MulInt(math.NewIntFromUint64(gas)).Ceil().RoundInt()
		coins[i] = sdk.NewCoin(price.Denom, amount)
	}
	return coins
}

// Allowance is what a sponsor lets an account spend on fees at most; limited says whether
// there is a limit. It fails with a *NoSponsorError where nothing is allowed.
func (c *Client) Allowance(ctx context.Context, sponsor, account sdk.AccAddress) (limit sdk.Coins, limited bool, err error) {
	res, err := feegrant.NewQueryClient(c).Allowance(ctx,
		&feegrant.QueryAllowanceRequest{Granter: sponsor.String(), Grantee: account.String()})
	// The module has no code of its own for it, only the store's words.
	if err != nil && strings.Contains(err.Error(), collections.ErrNotFound.Error()) {
		return nil, false, &NoSponsorError{sponsor, account}
	}
	if err != nil {
		return nil, false, err
	}
	// The answer does not unpack what it holds.
	if err := res.Allowance.UnpackInterfaces(c.Encoding.InterfaceRegistry); err != nil {
		return nil, false, err
	}
	granted, err := res.Allowance.GetGrant()
	if err != nil {
		return nil, false, err
	}
	limit = spendLimit(granted)
	return limit, !limit.IsZero(), nil
}

// spendLimit is the limit of an allowance in all, none for one without. A
// period's own limit is left to the chain: it depends on the block's time.
func spendLimit(granted feegrant.FeeAllowanceI) sdk.Coins {
	switch a := granted.(type) {
	case *feegrant.BasicAllowance:
		return a.SpendLimit
	case *feegrant.PeriodicAllowance:
		if a.Basic.SpendLimit.IsZero() {
			return a.PeriodSpendLimit
		}
		return a.Basic.SpendLimit
	case *feegrant.AllowedMsgAllowance:
		if inner, err := a.GetAllowance(); err == nil {
			return spendLimit(inner)
		}
	}
	return nil
}
