package pages

import (
	"context"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/portal/index"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type accountPage struct {
	Height    int64
	Address   string
	Balances  []string
	Waiting   []string // royalties that wait to be paid out
	Earned    []string // what works have brought it since history begins
	Works     []claimLine
	MoreWorks string // address of the next page
	// More: the list has others than those that are shown.
	MoreBalances, MoreGrants, MoreDisputes bool
	Grants                                 []grantLine
	Disputes                               []disputeLine
	History                                []happening
	Before                                 string // address of what happened before
	Begins                                 int64  // the block with which history begins, if it may be older
}

// claimLine is a work in a list.
type claimLine struct {
	link
	Kind, Status string
	Active       bool
	Owner        link
	Creators     string
	Since        time.Time
}

type grantLine struct {
	ID    string
	Work  link
	Terms link
	Until time.Time
}

func (s *Site) account(ctx context.Context, v *visit) error {
	address, ok := accountIn(v.r.PathValue("id"))
	if !ok {
		return wrong("fault.account", v.r.PathValue("id"))
	}
	height, _, err := s.Client.Latest(ctx)
	if err != nil {
		return err
	}
	page := &accountPage{Address: address, Height: height}
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	at, group := errgroupAt(v.at(ctx, height))
	few := &query.PageRequest{Limit: maxShown}
	group.Go(func() error {
		return s.balancesOf(at, u, page)
	})
	group.Go(func() error {
		res, err := s.Client.Royalty().Balances(at, &royaltytypes.QueryBalancesRequest{
			Account: address, Pagination: &query.PageRequest{Limit: royaltytypes.MaxDenoms},
		})
		if err == nil {
			for _, c := range res.Balances {
				page.Waiting = append(page.Waiting, u.Short(c))
			}
		}
		return err
	})
	group.Go(func() error {
		subject, err := index.ParseSubject(address)
		if err != nil {
			return err
		}
		earned, err := s.Index.Earned(at, subject)
		for _, c := range earned {
			page.Earned = append(page.Earned, u.Short(c))
		}
		return err
	})
	group.Go(func() error { return s.worksOf(at, v, page) })
	group.Go(func() error {
		res, err := s.Client.License().Grants(at, &licensetypes.QueryGrantsRequest{Licensee: address, Pagination: few})
		if err == nil {
			page.MoreGrants = len(res.Pagination.GetNextKey()) > 0
			for _, g := range res.Grants {
				page.Grants = append(page.Grants, v.grantLine(at, g))
			}
		}
		return err
	})
	group.Go(func() error {
		res, err := s.Client.Dispute().Disputes(at, &disputetypes.QueryDisputesRequest{Party: address, Pagination: few})
		if err == nil {
			page.MoreDisputes = len(res.Pagination.GetNextKey()) > 0
			for _, d := range res.Disputes {
				page.Disputes = append(page.Disputes, v.disputeLine(d))
			}
		}
		return err
	})
	group.Go(func() error {
		p, err := v.historyOf(at, address)
		page.History, page.Before, page.Begins = p.list, p.before, p.begins
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return v.show(200, "account.html", v.T("account.title", short(address)), page)
}

// balancesOf puts what the chain accepts first: anybody can send an account coins that nobody knows, whose names
// come before.
func (s *Site) balancesOf(ctx context.Context, u units.Units, page *accountPage) error {
	for _, unit := range u.All() {
		res, err := s.Client.Bank().Balance(ctx, &banktypes.QueryBalanceRequest{Address: page.Address, Denom: unit.Denom})
		if err != nil {
			return err
		}
		if res.Balance != nil && res.Balance.IsPositive() {
			page.Balances = append(page.Balances, u.Short(*res.Balance))
		}
	}
	res, err := s.Client.Bank().AllBalances(ctx, &banktypes.QueryAllBalancesRequest{
		Address: page.Address, Pagination: &query.PageRequest{Limit: maxShown},
	})
	if err != nil {
		return err
	}
	for _, c := range res.Balances {
		if _, known := u.Of(c.Denom); !known {
			page.Balances = append(page.Balances, u.Short(c))
		}
	}
	page.MoreBalances = len(res.Pagination.GetNextKey()) > 0
	return nil
}

// accountIn reads an address, and writes it as the chain does: bech32 may be in capitals too.
func accountIn(text string) (address string, ok bool) {
	raw, err := sdk.AccAddressFromBech32(text)
	if err != nil {
		return "", false
	}
	_, err = index.ParseSubject(raw.String())
	return raw.String(), err == nil
}

func (s *Site) worksOf(ctx context.Context, v *visit, page *accountPage) error {
	pages := &query.PageRequest{Limit: maxShown}
	if key := v.r.URL.Query().Get("works"); key != "" {
		raw, err := fromKey(key)
		if err != nil {
			return wrong("fault.page")
		}
		pages.Key = raw
	}
	res, err := s.Client.Registry().Works(ctx, &registrytypes.QueryWorksRequest{Owner: page.Address, Pagination: pages})
	if err != nil {
		return err
	}
	for _, w := range res.Works {
		if !s.Denied(w.Id.String()) {
			page.Works = append(page.Works, v.claimLine(w))
		}
	}
	if next := res.Pagination.GetNextKey(); len(next) > 0 {
		page.MoreWorks = "?works=" + toKey(next)
	}
	return nil
}

func (v *visit) claimLine(w registrytypes.Claim) claimLine {
	line := claimLine{
		link: workLink(w.Id, v.titleOf(w)), Kind: v.kind(w.Details.Kind), Status: v.status(w.Status),
		Active: w.Status == registrytypes.STATUS_ACTIVE, Owner: accountLink(w.Owner), Since: w.ClaimedSince.Time,
	}
	if !v.site.Denied(w.Id.String()) {
		line.Creators = creatorsOf(w.Details.Creators)
	}
	return line
}

func creatorsOf(list []registrytypes.Creator) string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Name
	}
	return clip(strings.Join(names, ", "))
}

func (v *visit) grantLine(ctx context.Context, g licensetypes.NamedGrant) grantLine {
	line := grantLine{ID: g.Id.String(), Work: v.named(ctx, g.Work), Terms: link{short(g.Terms.String()), "/terms/" + g.Terms.String()}}
	if g.Grant.ExpiresAt != nil {
		line.Until = *g.Grant.ExpiresAt
	}
	return line
}
