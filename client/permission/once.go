package permission

import (
	"slices"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
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
