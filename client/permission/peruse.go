package permission

import (
	"context"
	"slices"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// besideGrant is what is to be paid with each use that is asked for once a grant under terms is there: by these terms, and by those of the
// source's own sources.
func (f Finder) besideGrant(ctx context.Context, req Request, terms licensetypes.IdentifiedTerms) (list []licensetypes.Obligation, err error) {
	beside := rights.Beside{License: f.Chain.License(), Registry: f.Chain.Registry()}
	for _, action := range req.Actions {
		use := req.Use()
		use.Action = action
		owed, err := beside.Owed(ctx, req.Source, use, terms)
		if err != nil {
			return nil, err
		}
		list = withPayments(licensetypes.Rights{Obligations: list}, []licensetypes.Rights{{Obligations: owed}}).Obligations
	}
	return list, nil
}

// payingEach are the obligations to pay with each use.
func payingEach(list []licensetypes.Obligation) (paying []licensetypes.Obligation) {
	for _, o := range list {
		if o.Kind == licensetypes.OBLIGATION_PAY_PER_USE {
			paying = append(paying, o)
		}
	}
	return paying
}

// withPayments adds to the answer for one action what the other actions pay with each use.
func withPayments(answer licensetypes.Rights, others []licensetypes.Rights) licensetypes.Rights {
	answer.Obligations = slices.Clone(answer.Obligations)
	for _, other := range others {
		for _, o := range payingEach(other.Obligations) {
			if !slices.ContainsFunc(answer.Obligations, func(have licensetypes.Obligation) bool {
				return have.Kind == o.Kind && have.Work == o.Work && have.Terms == o.Terms
			}) {
				answer.Obligations = append(answer.Obligations, o)
			}
		}
	}
	return answer
}
