package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxDebtsShown bounds the lines of what a work owes that are said before anything is
// signed.
const maxDebtsShown = 40

// debt is a line of what a work owes, or will.
type debt struct {
	Work   registrytypes.WorkID `json:"work"`
	Policy royaltytypes.Policy  `json:"-"`
	How    string               `json:"policy"`
	// Rate in ppm.
	Rate uint32 `json:"rate"`
	// Through is the source that passes it on; zero: it is owed to a source itself. Before:
	// the work owes it already.
	Through registrytypes.WorkID `json:"through,omitzero"`
	Before  bool                 `json:"owed_before,omitempty"`
}

func newDebt(work registrytypes.WorkID, policy royaltytypes.Policy, rate uint32) debt {
	return debt{Work: work, Policy: policy, How: enumName(policy.String(), "POLICY_"), Rate: rate}
}

// debts is what a work owes in one version, 0: the one in force.
func debtsOf(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, version uint32) ([]debt, error) {
	var list []debt
	page := &query.PageRequest{Limit: maxConstraints}
	for {
		res, err := conn.Royalty().Upstream(ctx, &royaltytypes.QueryUpstreamRequest{Work: work, Version: version, Pagination: page})
		if err != nil {
			return nil, err
		}
		for _, o := range res.Owed {
			list = append(list, newDebt(o.Work, o.Policy, o.Rate))
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return list, nil
		}
		page = &query.PageRequest{Key: res.Pagination.NextKey, Limit: maxConstraints}
	}
}

// passedOn is what a source has whatever is made from it owe beside itself: absolute rates,
// in the version that a grant pins, else those of today.
func passedOn(
	ctx context.Context, conn *connect.Conn, source registrytypes.WorkID, permission string,
) ([]debt, error) {
	version := uint32(0)
	if id, err := licensetypes.ParseGrantID(permission); err == nil {
		if res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id}); err == nil {
			if version = res.Grant.Grant.UpstreamVersion; version == 0 {
				return nil, nil // it owed nothing then
			}
		}
	}
	list, err := debtsOf(ctx, conn, source, version)
	list = slices.DeleteFunc(list, func(d debt) bool { return d.Policy != royaltytypes.POLICY_ABSOLUTE })
	for i := range list {
		list[i].Through = source
	}
	return list, err
}

// highest keeps of several lines for one work, by one policy, the one with the highest rate,
// which is owed once; the highest lines come first.
func highest(list []debt) []debt {
	slices.SortStableFunc(list, func(a, b debt) int {
		return cmp.Or(cmp.Compare(b.Rate, a.Rate), strings.Compare(a.Work.String(), b.Work.String()))
	})
	var kept []debt
	for _, d := range list {
		if !slices.ContainsFunc(kept, func(k debt) bool { return k.Work == d.Work && k.Policy == d.Policy }) {
			kept = append(kept, d)
		}
	}
	return kept
}

// sumOf adds up rates, in ppm.
func sumOf(list []debt) uint32 {
	sum := uint32(0)
	for _, d := range list {
		sum += d.Rate
	}
	return sum
}

// debtLines say what is owed to whom, a line each.
func debtLines(ctx context.Context, list []debt, speaker *limits.Speaker) string {
	var b strings.Builder
	for i, d := range list {
		if i == maxDebtsShown {
			fmt.Fprintf(&b, "\n  and to %d more works", len(list)-i)
			break
		}
		how := "to that source itself"
		switch {
		case d.Before:
			how = "owed already"
		case !d.Through.IsZero():
			how = "passed on by " + speaker.Work(ctx, d.Through)
		}
		fmt.Fprintf(&b, "\n  %s, to %s: %s", words.Royalty(d.Policy, d.Rate), speaker.Work(ctx, d.Work), how)
	}
	return b.String()
}
