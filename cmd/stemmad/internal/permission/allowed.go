package permission

import (
	"context"
	"fmt"
	"time"

	"github.com/stemma-chain/stemma/client/words/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// allowed says what an allowed derivation relies on.
func (f Finder) allowed(ctx context.Context, req Request, rights licensetypes.Rights) (Choice, error) {
	if rights.Permission == "" {
		return Choice{How: "your own work"}, nil
	}
	terms, err := f.termsOf(ctx, rights.Permission)
	if err != nil {
		return Choice{}, err
	}
	choice := Choice{Permission: rights.Permission, Terms: &terms, Seen: rights.Conditions, PerUse: perUse(req, terms, rights)}
	says := Name(terms) + ", " + Royalty(terms.Terms) + binding(terms.Terms)
	if !isGrant(rights.Permission) {
		choice.How = "public offer of " + says
		return choice, nil
	}
	choice.How = "your grant " + rights.Permission + " under " + says
	id, err := licensetypes.ParseGrantID(rights.Permission)
	if err != nil {
		return Choice{}, err
	}
	res, err := f.Chain.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return Choice{}, err
	}
	choice.Until = res.Grant.Grant.ExpiresAt
	choice.How += until(choice.Until) + left(res.Grant, req)
	return choice, nil
}

// until says when a permission ends; empty: never.
func until(end *time.Time) string {
	if end == nil {
		return ""
	}
	return ", until " + table.Time(*end) + " unless renewed"
}

// left says what a derivation takes of the number that a grant serves; empty: there is no
// number, or the derivative counts already.
func left(g licensetypes.NamedGrant, req Request) string {
	serves, used := g.Grant.Serves, g.Grant.Used
	switch {
	case serves == licensetypes.UnlimitedDerivatives:
		return ""
	case serves <= 1 && used > 0:
		return "; it is tied to this work already"
	case serves <= 1:
		return "; this uses it up, it serves no other work then"
	}
	left := serves - min(used, serves)
	if left == 1 {
		return fmt.Sprintf("; 1 of its %d derivatives is left, which this takes unless it counts already", serves)
	}
	return fmt.Sprintf("; %d of its %d derivatives are left, of which this takes one unless it counts already", left, serves)
}
