package follow

import (
	"context"
	"fmt"

	"github.com/stemma-chain/stemma/client/history/blocks"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const (
	// termsBatch is how many terms are described at once.
	termsBatch = 200
	// termsQuery is the path of a query for terms.
	termsQuery = "/stemma.license.v1.Query/Terms"
)

// readTerms reads some terms that offers name, and returns how many. The node may not have them yet where it is of an older
// state: they stay due.
func (f *Follower) readTerms(ctx context.Context) (int, error) {
	due, err := f.x.DueTerms(ctx, termsBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var read []licensetypes.IdentifiedTerms
	var refused error
	err = blocks.Each(ctx, 0, int64(len(due)-1), nil,
		func(ctx context.Context, i int64) (answered, error) { return f.termsOf(ctx, due[i]), nil },
		func(a answered) error {
			if a.err != nil {
				refused = a.err
			} else {
				read = append(read, a.terms)
			}
			return nil
		})
	if err == nil {
		err = refused
	}
	if len(read) == 0 {
		return 0, err
	}
	if failed := f.x.DescribeTerms(ctx, read); failed != nil {
		return 0, failed
	}
	return len(read), err
}

// answered are terms, or why there are none.
type answered struct {
	terms licensetypes.IdentifiedTerms
	err   error
}

func (f *Follower) termsOf(ctx context.Context, id licensetypes.TermsID) (a answered) {
	var answer licensetypes.QueryTermsResponse
	a.err = f.ask(ctx, termsQuery, &licensetypes.QueryTermsRequest{Terms: id.String()}, &answer)
	if a.err == nil && answer.Terms.Id != id {
		a.err = fmt.Errorf("the node was asked for %s and answers about %s", id, answer.Terms.Id)
	}
	a.terms = answer.Terms
	return a
}
