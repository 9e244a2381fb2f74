package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// inquiry is a question about rights; one may be asked of many works.
type inquiry struct {
	*reader
	use rules.Use
	asker
	// grants: the licensee has some.
	grants bool
	// only is the one offer or grant that counts; empty: all do.
	only string
	// onlyGrant is that grant, where it is one.
	onlyGrant types.GrantID
	// item of the works' manifests that is asked about; nil: the works are.
	item *types.Item
	// brief: credits are named without their text.
	brief bool
	// subjects are works whose items were asked about.
	subjects map[types.Subject]*subject
	// sources are those of the works asked about, with what is offered and granted of
	// them.
	sources map[registrytypes.WorkID]rules.Work
}

// newInquiry reads a question; its work is named later.
func (k Keeper) newInquiry(ctx context.Context, req *types.QueryCheckRightsRequest) (*inquiry, error) {
	if err := req.Use.Validate(); err != nil {
		return nil, err
	}
	q := &inquiry{reader: k.newReader(ctx), use: req.Use.Rules(), item: req.Item}
	if req.Item != nil {
		if err := req.Item.Validate(); err != nil {
			return nil, err
		}
	}
	if err := q.readOnly(req.Permission); err != nil {
		return nil, err
	}
	if req.Licensee != "" {
		var err error
		if q.licensee, err = sdk.AccAddressFromBech32(req.Licensee); err != nil {
			return nil, types.ErrInvalidUse.Wrapf("licensee %q is no account: %s", req.Licensee, err)
		}
		if q.grants, err = q.hasGrants(); err != nil {
			return nil, err
		}
	}
	return q, q.readDerivative(req.Derivative)
}

// readOnly reads the one permission that counts, if one is named.
func (q *inquiry) readOnly(permission string) (err error) {
	switch {
	case permission == "":
	case types.NamesGrant(permission):
		q.onlyGrant, err = types.ParseGrantID(permission)
		q.only = q.onlyGrant.String()
	default:
		var id types.TermsID
		id, err = types.ParseTerms(permission)
		q.only = id.String()
	}
	return err
}

// hasGrants says whether the licensee has a grant of anything: batches ask once.
func (q *inquiry) hasGrants() (bool, error) {
	holder := types.Approved{Licensee: q.licensee}.Key()
	it, err := q.k.GrantsHeld.Iterate(q.ctx, collections.NewPrefixedQuadRange[[]byte, registrytypes.WorkID, types.TermsID, []byte](holder))
	if err != nil {
		return false, err
	}
	defer it.Close()
	return it.Valid(), nil
}

// readDerivative reads what is to be made, if it is named. If it is registered
// it has to be the licensee's: nobody else derives it.
func (q *inquiry) readDerivative(id registrytypes.WorkID) error {
	if id.IsZero() {
		return nil
	}
	work, err := q.k.registry.GetWork(q.ctx, id)
	switch {
	case errors.Is(err, registrytypes.ErrWorkNotFound):
	case err != nil:
		return err
	case !work.OwnedBy(q.licensee):
		return types.ErrInvalidUse.Wrapf("derivative %s belongs to %s: name that account as the licensee", id, work.Owner)
	}
	q.derivative = id
	return nil
}
