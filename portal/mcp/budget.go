package mcp

import (
	"context"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/units"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// Budget is what the limit of the agent's key leaves.
type Budget struct {
	Agent      string `json:"agent"`
	Key        string `json:"key"`
	Acts       bool   `json:"acts" jsonschema:"the key acts now: neither it nor the agent has ended or is stopped"`
	ExpiresAt  string `json:"expires_at" jsonschema:"when the key ends"`
	WindowEnds string `json:"window_ends_at,omitempty" jsonschema:"when the window that runs ends; empty: no budget has a window"`
	Spending   []Left `json:"spending" jsonschema:"what may leave the controller; a denom that is not here may not"`
	Fees       []Left `json:"fees,omitempty" jsonschema:"what the controller may pay of the key's fees"`
}

// Left is what a budget leaves in one denom.
type Left struct {
	Denom string  `json:"denom"`
	Next  Amount  `json:"next_act" jsonschema:"the most that the next act may take: the least of the others"`
	Act   *Amount `json:"act,omitempty" jsonschema:"the most of one act"`
	// A window's and the whole are what is left of them.
	Window *Amount `json:"window,omitempty" jsonschema:"what is left of the window"`
	Whole  *Amount `json:"whole,omitempty" jsonschema:"what is left in all"`
}

// standing asks how the server's key stands.
func (s *Server) standing(ctx context.Context) (agenttypes.KeyStanding, error) {
	res, err := s.config.Client.Agent().Key(ctx, &agenttypes.QueryKeyRequest{
		Agent: s.config.Agent, Key: s.config.Key.Address().String(),
	})
	if err != nil {
		return agenttypes.KeyStanding{}, err
	}
	return res.Key, nil
}

// left is what the key's limit leaves now.
func (s *Server) left(ctx context.Context) (Budget, error) {
	k, err := s.standing(ctx)
	if err != nil {
		return Budget{}, err
	}
	u := s.inUnits(ctx)
	return Budget{
		Agent: s.config.Agent.String(), Key: k.Key, Acts: k.Acts, ExpiresAt: moment(&k.Limit.ExpiresAt), WindowEnds: moment(k.WindowEndsAt),
		Spending: leftOf(u, k.Limit.Budgets, k.Counters.Spent, k.Remaining),
		Fees:     leftOf(u, k.Limit.Fees, k.Counters.Fees, k.RemainingFees),
	}, nil
}

func leftOf(u units.Units, budgets []agenttypes.Budget, spent []agenttypes.Spent, next []agenttypes.Remaining) []Left {
	list := make([]Left, len(budgets))
	for i, b := range budgets {
		of := func(most, gone sdkmath.Int) *Amount {
			if most.IsNil() || most.IsZero() {
				return nil // it has no such bound
			}
			if !gone.IsNil() {
				most = sdkmath.MaxInt(most.Sub(gone), sdkmath.ZeroInt())
			}
			a := coin(u, sdk.Coin{Denom: b.Denom, Amount: most})
			return &a
		}
		var gone agenttypes.Spent
		for _, s := range spent {
			if s.Denom == b.Denom {
				gone = s
			}
		}
		list[i] = Left{
			Denom: b.Denom, Act: of(b.Act, sdkmath.Int{}), Window: of(b.Window, gone.Window), Whole: of(b.Total, gone.Total),
		}
		for _, n := range next {
			if n.Denom == b.Denom {
				list[i].Next = coin(u, sdk.Coin{Denom: n.Denom, Amount: n.Amount})
			}
		}
	}
	return list
}
