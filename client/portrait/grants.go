package portrait

import (
	"context"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Grant is one that serves a derivative, as programs read it.
type Grant struct {
	Grant licensetypes.GrantID `json:"grant"`
	Work  registrytypes.WorkID `json:"work"`
	Terms licensetypes.TermsID `json:"terms"`
	// Source is the declared source that it serves: the work itself, or one made from it.
	Source registrytypes.WorkID `json:"source"`
	Serves uint32               `json:"serves"`
	Used   uint32               `json:"used"`
	// Left is how many further derivatives it serves; nil: there is no limit.
	Left *uint32 `json:"left"`
}

// Grants are those that a declaration uses, with what is left of each.
func Grants(list []lineagetypes.ServingGrant) []Grant {
	grants := make([]Grant, len(list))
	for i, g := range list {
		grants[i] = Grant{g.Grant, g.Work, g.Terms, g.Source, g.Serves, g.Used, nil}
		if g.Serves != licensetypes.UnlimitedDerivatives {
			left := g.Serves - min(g.Used, g.Serves)
			grants[i].Left = &left
		}
	}
	return grants
}

// servingNow are the grants that serve a work by its edges, as they are now.
func servingNow(ctx context.Context, license licensetypes.QueryClient, links []lineagetypes.Link) ([]Grant, error) {
	var list []lineagetypes.ServingGrant
	for _, link := range links {
		ids := link.MetByGrants
		if !link.Grant.IsZero() {
			ids = append([]licensetypes.GrantID{link.Grant}, ids...)
		}
		for _, id := range ids {
			res, err := license.Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
			if err != nil {
				return nil, err
			}
			g := res.Grant
			list = append(list, lineagetypes.ServingGrant{
				Grant: id, Work: g.Work, Terms: g.Terms, Source: link.Source, Serves: g.Grant.Serves, Used: g.Grant.Used,
			})
		}
	}
	return Grants(list), nil
}
