package main

import (
	"context"
	"fmt"
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

// proposed are the sources that the file's Content Credentials name and that are registered works, as --from has them, without those that are
// named already. Each is said, and so is what is not registered. None is taken without a person's naming it: whoever registers a work says
// which fingerprints it has, so these must not choose who is paid.
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
		work, exactly, err := ingredientWork(ctx, conn, i)
		switch {
		case err != nil:
			return nil, err
		case len(i.Marks) == 0:
			conn.Note("The Content Credentials name %s, but nothing by which its work is found: name it with --%s if you know it.", what, flagSources)
			continue
		case work == nil:
			conn.Note("The Content Credentials name %s, which is not registered as far as can be told.", what)
			continue
		case namedAlready(named, *work) || work.Id == d.work:
			continue
		}
		why := "its registrant says"
		if exactly {
			why = "it has that content"
		}
		conn.Note("The Content Credentials name %s: it is %s, %q, of %s, %s.", what, work.Id, table.Short(describe.Heading(*work)),
			accountName(work.Owner, conn.KeyNames()), why)
		sources = append(sources, work.Id.String()+"="+string(i.Relationship))
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

// ingredientWork finds the work of an ingredient; nil: none is known. One that has just its content comes before those that only say so, and of each
// the earliest claim.
func ingredientWork(ctx context.Context, conn *connect.Conn, i content.Ingredient) (work *registrytypes.Claim, exactly bool, err error) {
	for _, mark := range i.Marks {
		res, err := conn.Registry().Resolve(ctx, &registrytypes.QueryResolveRequest{
			Scheme: mark.Scheme, Value: mark.Value, Pagination: &query.PageRequest{Limit: 1},
		})
		if code := status.Code(err); code == codes.NotFound || code == codes.InvalidArgument {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		for _, claim := range res.Works {
			same := mark.Scheme == registrytypes.SchemeSHA256
			if work == nil || same && !exactly || same == exactly && claim.Place().Time.Before(work.Place().Time) {
				work, exactly = &claim, same
			}
		}
	}
	return work, exactly, nil
}
