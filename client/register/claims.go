package register

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// MaxClaims is how many claims to one content are looked at.
const MaxClaims = 100

// Claims lists the claims to a content, in order of claim; more than MaxClaims are cut. None: nobody has registered it.
func Claims(ctx context.Context, registry registrytypes.QueryClient, content registrytypes.Digest) ([]registrytypes.Claim, error) {
	res, err := registry.Resolve(ctx, &registrytypes.QueryResolveRequest{
		Scheme: registrytypes.SchemeSHA256, Value: content.String(), Pagination: &query.PageRequest{Limit: MaxClaims},
	})
	if err != nil {
		return nil, err
	}
	return res.Works, nil
}

// Doubtful says whether the earliest of several claims to a content is under dispute: who pays or relies on it has to say
// which one they mean.
func Doubtful(claims []registrytypes.Claim) bool {
	return len(claims) > 1 && claims[0].Status == registrytypes.STATUS_DISPUTED
}
