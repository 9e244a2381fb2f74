package rights_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// offering is a chain on which a work has public offers, and no source of it has its uses paid.
type offering struct {
	licensetypes.QueryClient
	open []licensetypes.OpenOffer
}

func (o offering) Offers(context.Context, *licensetypes.QueryOffersRequest, ...grpc.CallOption) (*licensetypes.QueryOffersResponse, error) {
	return &licensetypes.QueryOffersResponse{Offers: o.open}, nil
}

func (offering) Constraints(
	context.Context, *licensetypes.QueryConstraintsRequest, ...grpc.CallOption,
) (*licensetypes.QueryConstraintsResponse, error) {
	return &licensetypes.QueryConstraintsResponse{}, nil
}

func (offering) Terms(context.Context, *licensetypes.QueryTermsRequest, ...grpc.CallOption) (*licensetypes.QueryTermsResponse, error) {
	return &licensetypes.QueryTermsResponse{}, nil
}

// A use is not opened by what its sources cost where the work itself has each use paid by its public offer.
func TestSourcesGrantsOpenNoUseThatIsPaid(t *testing.T) {
	work, source := registrytypes.WorkID{1}, registrytypes.WorkID{2}
	paid := licensetypes.Terms{AiInput: licensetypes.PERMISSION_PAID, UsePrice: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 20))}
	ofSource := licensetypes.Obtainable{Work: source, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1))}
	answer := licensetypes.Rights{
		Verdict: licensetypes.VERDICT_NEEDS_GRANT, Works: []registrytypes.WorkID{work}, Offers: []licensetypes.Obtainable{ofSource},
	}
	for name, c := range map[string]struct {
		open []licensetypes.OpenOffer
		use  licensetypes.Action
		sold int
	}{
		"its uses are free":          {nil, licensetypes.ACTION_AI_INPUT, 1},
		"each is paid":               {[]licensetypes.OpenOffer{{Public: true, Terms: licensetypes.IdentifiedTerms{Terms: paid}}}, licensetypes.ACTION_AI_INPUT, 0},
		"other uses are":             {[]licensetypes.OpenOffer{{Public: true, Terms: licensetypes.IdentifiedTerms{Terms: paid}}}, licensetypes.ACTION_SEARCH, 1},
		"each is paid under a grant": {[]licensetypes.OpenOffer{{Terms: licensetypes.IdentifiedTerms{Terms: paid}}}, licensetypes.ACTION_AI_INPUT, 1},
	} {
		left, err := rights.Beside{License: offering{open: c.open}}.Unpaid(context.Background(), licensetypes.Use{Action: c.use}, answer)
		require.NoError(t, err, name)
		require.Len(t, left.Offers, c.sold, name)
	}
}
