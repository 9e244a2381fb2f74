package permission

import (
	"slices"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Once keeps, of what the choices for all sources of one derivation buy of one and the same
// work under the same terms, one purchase: a grant serves all edges of one derivative. It
// returns what each choice lost.
func Once(choices ...*Choice) (lost [][]Purchase) {
	type bought struct {
		work   registrytypes.WorkID
		terms  licensetypes.TermsID
		usesOf registrytypes.WorkID
	}
	key := func(p Purchase) bought { return bought{p.Offer.Work, p.Offer.Terms, p.Offer.UsesOf} }
	have := map[bought]bool{}
	for _, c := range choices {
		if c.Buy != nil {
			have[key(*c.Buy)] = true
		}
	}
	lost = make([][]Purchase, len(choices))
	for i, c := range choices {
		c.Beside = slices.DeleteFunc(slices.Clone(c.Beside), func(p Purchase) bool {
			twice := have[key(p)]
			if twice {
				lost[i] = append(lost[i], p)
			}
			have[key(p)] = true
			return twice
		})
	}
	return lost
}

// UsesOnce is what is to be paid with this use, of each choice: what several ask for one work under the same terms is one
// use, of the first of them.
func UsesOnce(choices ...*Choice) [][]licensetypes.Obligation {
	type use struct {
		work  registrytypes.WorkID
		terms licensetypes.TermsID
	}
	asked := map[use]bool{}
	uses := make([][]licensetypes.Obligation, len(choices))
	for i, c := range choices {
		for _, o := range c.PerUse {
			if one := (use{o.Work, o.Terms}); !asked[one] && len(o.Price) > 0 {
				asked[one] = true
				uses[i] = append(uses[i], o)
			}
		}
	}
	return uses
}

// FurtherGrants is how many of the grants that serve a derivative are of works that its sources were made from: what a
// trial says, for MaxGrants of the declaration.
func FurtherGrants(list []lineagetypes.ServingGrant) uint32 {
	seen := make(map[licensetypes.GrantID]bool)
	for _, g := range list {
		if g.Source != g.Work {
			seen[g.Grant] = true
		}
	}
	return uint32(len(seen))
}
