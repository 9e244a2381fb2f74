package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func preview(t *testing.T, c *chain.Chain, work chain.Work, amount string) (*types.QueryPreviewResponse, error) {
	return types.NewQueryClient(c.Conn()).Preview(t.Context(), &types.QueryPreviewRequest{Work: work.ID, Amount: amount})
}

// TestAPreviewOfPartsThatMeet: two sources' parts go to one work, whose holders divide
// the sum. It says what the payment does, to the unit.
func TestAPreviewOfPartsThatMeet(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	a, b, both := c.Register("a.wav", alice), c.Register("b.wav", alice), c.Register("c.wav", bob)
	c.MustDeliver(bob, assign(bob, both, dave, 500_000))
	clip := c.Derive("clip.mp4", carol, a.Under(chain.Preset("commercial-remix-10")), b.Under(chain.Preset("commercial-remix-10")))
	redirect(c, a, types.DESTINATION_ANOTHER, both)
	redirect(c, b, types.DESTINATION_ANOTHER, both)
	said, err := preview(t, c, clip, "10uusdc")
	require.NoError(t, err)
	got := map[string]int64{}
	for _, p := range said.Payees {
		got[p.Account] += p.Amount.Amount.Int64()
	}
	require.Equal(t, map[string]int64{carol.String(): 8, bob.String(): 1, dave.String(): 1}, got)
	require.Equal(t, "0uusdc", said.Held.String())
	c.Pay(fan, clip, "10uusdc")
	for range flow.LateAfter { // nobody is charged for the second holder
		c.NextBlock()
	}
	c.RequireBalance(bob, "1000001uusdc")
	c.RequireBalance(dave, "1000001uusdc")
}

// TestAPreviewRefusesWhatAPaymentDoes with the same sentence.
func TestAPreviewRefusesWhatAPaymentDoes(t *testing.T) {
	c := chain.New(t, fortune(fan), withParams(func(p *types.Params) {
		everyUnitOf(p)
		p.Denoms[0].MinPayment = amounts.Max()
	}))
	song, gone := c.Register("song.wav", alice), c.Register("gone.wav", bob)
	c.Write(func(ctx sdk.Context) error { return c.App.Keepers.Registry.Invalidate(ctx, gone.ID) })
	for name, refused := range map[string]struct {
		work   chain.Work
		amount sdk.Coin
		code   codes.Code
	}{
		"too much":            {song, sdk.NewCoin("uusdc", amounts.Max().AddRaw(1)), codes.InvalidArgument},
		"too little":          {song, sdk.NewInt64Coin("ustem", 1), codes.InvalidArgument},
		"a denom unknown":     {song, sdk.NewInt64Coin("ufoo", 1), codes.InvalidArgument},
		"an invalidated work": {gone, usdc(1000), codes.FailedPrecondition},
		"no work":             {chain.WorkOf("none", bob), usdc(1000), codes.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			paid := c.Deliver(fan, chain.PayMsg(fan, refused.work, refused.amount)).Err()
			require.Error(t, paid)
			_, err := preview(t, c, refused.work, refused.amount.String())
			require.Equal(t, refused.code, status.Code(err), "%v", err)
			require.ErrorContains(t, paid, status.Convert(err).Message())
		})
	}
}

// TestAPreviewIsBounded: over a chain of as many works as it looks at it takes little,
// and over one work more it says that these are too many.
func TestAPreviewIsBounded(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), withParams(func(p *types.Params) {
		everyUnitOf(p)
		wideReach(p)
	}))
	works := bareWorks("link", flow.MaxExplained+1)
	registerBare(t, c, works...)
	c.Write(func(ctx sdk.Context) error {
		for i := range flow.MaxExplained {
			_, _, err := c.App.Keepers.Royalty.Link(ctx, types.Link{
				Work: works[i+1].ID, Generation: uint32(i + 1), MaxTotalRate: chain.Whole, Sources: []types.LinkSource{{
					Work: works[i].ID, Policy: types.POLICY_RELATIVE, Rate: 999_999, UpstreamVersion: uint32(min(1, i)),
				}},
			})
			if err != nil {
				return fmt.Errorf("link %d: %w", i, err)
			}
		}
		return nil
	})
	start := time.Now()
	_, err := preview(t, c, works[flow.MaxExplained-1], "1000000uusdc")
	took := time.Since(start)
	t.Log(took)
	require.NoError(t, err)
	require.Less(t, took, 2*time.Second)
	_, err = preview(t, c, works[flow.MaxExplained], "1000000uusdc")
	require.Equal(t, codes.ResourceExhausted, status.Code(err), "%v", err)
	require.ErrorContains(t, err, "it can be paid all the same")
}
