package permission

import (
	"context"
	"fmt"
	"strings"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// joined finds what several public offers of a source, joined by +, permit together.
// That they go together the chain decides.
func (f Finder) joined(ctx context.Context, req Request) (Choice, error) {
	var all Choice
	var ids, names []string
	for _, part := range strings.Split(req.Wanted, licensetypes.Joiner) {
		if isGrant(part) {
			return Choice{}, fmt.Errorf("%s: %s joins public offers, and %s is a grant: name it alone", subject(req), licensetypes.Joiner, part)
		}
		one := req
		one.Wanted, one.Buy = part, false
		choice, err := f.Find(ctx, one)
		if err != nil {
			return Choice{}, err
		}
		if choice.Permission == "" { // one's own work
			return choice, nil
		}
		if isGrant(choice.Permission) {
			return Choice{}, fmt.Errorf("%s: %s is not a public offer: only those are joined by %s", subject(req), part, licensetypes.Joiner)
		}
		if all.Terms == nil {
			all.Terms = choice.Terms
		}
		ids, names = append(ids, choice.Permission), append(names, Name(*choice.Terms))
	}
	all.Permission = strings.Join(ids, licensetypes.Joiner)
	all.How = "public offers of " + strings.Join(names, " and ") + ", under any of which the work may be shared"
	return all, nil
}
