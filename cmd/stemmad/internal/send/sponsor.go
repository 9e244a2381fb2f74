package send

import (
	"context"
	"fmt"
	"strings"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
)

// allowance is what a sponsor lets the signer spend on fees at most; limited
// says whether there is a limit.
func (s *Sender) allowance(ctx context.Context) (limit sdk.Coins, limited bool, err error) {
	sponsor := s.conn.FeeGranter.String()
	res, err := feegrant.NewQueryClient(s.conn).Allowance(ctx, &feegrant.QueryAllowanceRequest{Granter: sponsor, Grantee: s.Account()})
	// The module has no code of its own for it, only the store's words.
	if err != nil && strings.Contains(err.Error(), collections.ErrNotFound.Error()) {
		return nil, false, fmt.Errorf("--%s %s pays no fees for %s: they allow it with `stemmad tx feegrant grant %s %s`",
			flags.FlagFeeGranter, sponsor, s.Account(), sponsor, s.Account())
	}
	if err != nil {
		return nil, false, err
	}
	// The answer does not unpack what it holds.
	if err := res.Allowance.UnpackInterfaces(s.conn.InterfaceRegistry); err != nil {
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
