package send

import (
	"context"
	"errors"
	"fmt"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/units"
)

// readPrices reads what a person wants to pay; none where the flags are empty.
func readPrices(u units.Units, fees, gasPrices string) (fee sdk.Coins, prices sdk.DecCoins, err error) {
	if fees != "" && gasPrices != "" {
		return nil, nil, fmt.Errorf("give --%s or --%s, not both", flags.FlagFees, flags.FlagGasPrices)
	}
	if fee, err = u.ReadList(fees); err != nil {
		return nil, nil, fmt.Errorf("--%s: %w", flags.FlagFees, err)
	}
	if prices, err = sdk.ParseDecCoins(gasPrices); err != nil {
		return nil, nil, fmt.Errorf("--%s %q: %w; write a price such as 0.001ustem", flags.FlagGasPrices, gasPrices, err)
	}
	return fee, prices, nil
}

// fee is what so much gas costs.
func (s *Sender) fee(ctx context.Context, gas uint64) (sdk.Coins, error) {
	fee, err := s.chain.Fee(ctx, gas)
	var none *client.PriceError
	if errors.As(err, &none) {
		return nil, fmt.Errorf("%w; give --%s", err, flags.FlagGasPrices)
	}
	return fee, noSponsor(err)
}

// Then says what a transaction that was tried will cost when it follows another; empty where
// that can't be told.
func (s *Sender) Then(ctx context.Context, trial client.Trial) string {
	fee, err := s.fee(ctx, trial.Gas)
	if err != nil {
		return ""
	}
	return ", then the rest, for about " + s.said(fee) + " more"
}
