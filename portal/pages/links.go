package pages

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// source is a work, or something outside of the chain, that a work was made from; or a
// work that was made from it.
type source struct {
	Work link
	// External is what it is where it is no work of the chain's.
	External string
	Role     string
	Royalty  string
	Terms    link
	Notes    []string
}

func (a *asking) links() {
	shown := a.Sources.Sources
	if len(shown) > maxShown {
		shown = shown[:maxShown]
	}
	a.page.MoreLinks = len(a.Sources.Sources) > maxShown
	for _, l := range shown {
		a.page.Sources = append(a.page.Sources, a.source(l, l.Source))
	}
}

// source says a link: other is the work at its other end.
func (a *asking) source(l lineagetypes.Link, other registrytypes.WorkID) source {
	s := source{Role: a.role(l.Role), Royalty: a.royalty(l.RoyaltyPolicy, l.RoyaltyRate)}
	switch {
	case l.External == nil:
		s.Work = workLink(other, "")
	case !l.BlankedSha256.IsZero():
		s.External = a.T("source.blanked")
	case l.External.Uri != "":
		s.External = l.External.Uri
	default:
		s.External = a.T("source.external")
	}
	if !l.Terms.IsZero() {
		s.Terms = link{short(l.Terms.String()), "/terms/" + l.Terms.String()}
	}
	if l.AddedLater {
		s.Notes = append(s.Notes, a.T("source.later"))
	}
	if l.Ruled {
		s.Notes = append(s.Notes, a.T("source.ruled"))
	}
	return s
}

// usedIn finds what was made from the work.
func (a *asking) usedIn(ctx context.Context) error {
	res, err := a.site.Client.Lineage().Derivatives(ctx, &lineagetypes.QueryDerivativesRequest{
		Work: a.Work.Id, Pagination: &query.PageRequest{Limit: maxShown},
	})
	if err != nil {
		return err
	}
	a.page.MoreUsed = len(res.Pagination.GetNextKey()) > 0
	for _, l := range res.Derivatives {
		id, err := registrytypes.ParseWorkID(l.Derivative.String())
		if err != nil {
			return err
		}
		a.page.UsedIn = append(a.page.UsedIn, a.source(l, id))
	}
	return nil
}
