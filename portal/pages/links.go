package pages

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words"
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

func (a *asking) links(ctx context.Context) error {
	name := a.terms(ctx)
	shown := a.Sources.Sources
	if len(shown) > maxShown {
		shown = shown[:maxShown]
	}
	a.page.MoreLinks = len(a.Sources.Sources) > maxShown
	for _, l := range shown {
		a.page.Sources = append(a.page.Sources, a.source(ctx, name, l, l.Source))
	}
	return nil
}

// source says a link, with terms by their names: other is the work at its other end.
func (a *asking) source(ctx context.Context, name words.Namer, l lineagetypes.Link, other registrytypes.WorkID) source {
	s := source{Role: a.role(l.Role), Royalty: a.royalty(l.RoyaltyPolicy, l.RoyaltyRate)}
	switch {
	case l.External == nil:
		s.Work = a.named(ctx, other)
	case !l.BlankedSha256.IsZero():
		s.External = a.T("source.blanked")
	case l.External.Uri != "":
		s.External = clipLong(l.External.Uri)
	default:
		s.External = a.T("source.external")
	}
	if !l.Terms.IsZero() {
		s.Terms = link{name(l.Terms), "/terms/" + l.Terms.String()}
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
	name := a.terms(ctx)
	a.page.MoreUsed = len(res.Pagination.GetNextKey()) > 0
	for _, l := range res.Derivatives {
		id, err := registrytypes.ParseWorkID(l.Derivative.String())
		if err != nil {
			return err
		}
		a.page.UsedIn = append(a.page.UsedIn, a.source(ctx, name, l, id))
	}
	return nil
}
