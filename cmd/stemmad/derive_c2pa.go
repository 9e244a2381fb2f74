package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxIngredients is how many ingredients are looked for: a work has at most some sources, and a manifest any number of ingredients.
const maxIngredients = 64

// proposed are the sources that the file's Content Credentials name and that are registered works, as --from has them, without those
// that are named already. Each is said, and so is what is not registered. None is taken without a person's naming it: whoever registers
// a work says which fingerprints it has, so these must not choose who is paid.
func (d *derivation) proposed(ctx context.Context, conn *connect.Conn, named []string) (sources []string, err error) {
	if d.file == "" {
		return nil, nil
	}
	c, err := content.Read(ctx, d.file, content.Options{NoISCC: true})
	if err != nil {
		return nil, err
	}
	if c.Credentials == nil || c.Credentials.Report.State == c2pa.Invalid {
		return nil, nil
	}
	ingredients := c.Credentials.Ingredients()
	if len(ingredients) > maxIngredients {
		conn.Note("The Content Credentials name %d ingredients; the first %d are looked for.", len(ingredients), maxIngredients)
		ingredients = ingredients[:maxIngredients]
	}
	for _, i := range ingredients {
		what := fmt.Sprintf("%s (%s)", ingredientTitle(i.Ingredient), i.Relationship)
		works, exactly, more, err := ingredientWorks(ctx, conn, i)
		if err != nil {
			return nil, err
		}
		if len(i.Marks) == 0 {
			conn.Note("The Content Credentials name %s, but nothing by which its work is found: name it with --%s if you know it.",
				what, flagSources)
			continue
		}
		if len(works) == 0 {
			conn.Note("The Content Credentials name %s, which is not registered as far as can be told.", what)
			continue
		}
		if slices.ContainsFunc(works, func(w registrytypes.Claim) bool { return namedAlready(named, w) || w.Id == d.work }) {
			continue
		}
		why := "its registrant says"
		if exactly {
			why = "it has that content"
		}
		for _, work := range works {
			conn.Note("The Content Credentials name %s: it is %s, %q, of %s, %s.", what, work.Id, table.Short(describe.Heading(work)),
				accountName(work.Owner, conn.KeyNames()), why)
		}
		switch {
		case more:
			conn.Note("  More works say so: stemmad detect FILE, with the ingredient's own file, says which it is.")
		case len(works) == 1:
			sources = append(sources, works[0].Id.String()+"="+string(i.Relationship))
		default:
			conn.Note("  Several say so, and at most one is right: look at them before you name one.")
		}
	}
	return sources, nil
}

// namedAlready says whether a source is named: by its id, or by the digest of its content.
func namedAlready(named []string, work registrytypes.Claim) bool {
	for _, name := range named {
		if strings.HasPrefix(name, work.Id.String()) || strings.HasPrefix(name, work.Sha256.String()) {
			return true
		}
	}
	return false
}

// orTake says how to take the sources that are proposed; empty: none are.
func orTake(proposed []string) string {
	if len(proposed) == 0 {
		return ""
	}
	return fmt.Sprintf("; if those above are right: --%s %s", flagSources, strings.Join(proposed, " --"+flagSources+" "))
}

// maxRivals is how many works are named that say to be one ingredient.
const maxRivals = 4

// ingredientWorks finds the works of an ingredient, of which none is known or one is right. One that has just its content counts alone,
// the earliest claim to it; else all count that say to be it, since anybody can say so of a work that is older than the right one. more:
// there are others.
func ingredientWorks(
	ctx context.Context, conn *connect.Conn, i content.Ingredient,
) (works []registrytypes.Claim, exactly, more bool, err error) {
	for _, mark := range i.Marks {
		same := mark.Scheme == registrytypes.SchemeSHA256
		limit := uint64(maxRivals + 1)
		if same {
			limit = 1
		}
		res, err := conn.Registry().Resolve(ctx, &registrytypes.QueryResolveRequest{
			Scheme: mark.Scheme, Value: mark.Value, Pagination: &query.PageRequest{Limit: limit},
		})
		if code := status.Code(err); code == codes.NotFound || code == codes.InvalidArgument {
			continue
		}
		if err != nil {
			return nil, false, false, err
		}
		if same && len(res.Works) > 0 {
			return res.Works[:1], true, false, nil
		}
		for _, claim := range res.Works {
			if !slices.ContainsFunc(works, func(w registrytypes.Claim) bool { return w.Id == claim.Id }) {
				works = append(works, claim)
			}
		}
	}
	if len(works) > maxRivals {
		works, more = works[:maxRivals], true
	}
	return works, false, more, nil
}
