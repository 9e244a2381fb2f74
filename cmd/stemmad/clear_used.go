package main

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/query"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// usedGrant is a grant that serves a derivative already, and so no other.
type usedGrant struct {
	Grant  licensetypes.GrantID `json:"grant"`
	UsedBy registrytypes.WorkID `json:"used_by"`
}

// String says what has become of the grant and what to do.
func (u usedGrant) String() string {
	return fmt.Sprintf("Your grant %s is used up: it serves %s, and moves only with it. "+
		"For that work it still counts (--%s %s); for another, acquire another grant.", u.Grant, u.UsedBy, flagForWork, u.UsedBy)
}

// findUsed finds the licensee's grants of the work that are used up, when a use that
// makes something was not allowed: an answer that asks for a grant names no grants
// that the licensee has.
func (c *clearing) findUsed(ctx context.Context) error {
	makes := c.use.Action == licensetypes.ACTION_ADAPT || c.use.Action == licensetypes.ACTION_TRAIN_AI
	if c.licensee == "" || !makes || c.answer.Verdict == licensetypes.VERDICT_ALLOWED {
		return nil
	}
	res, err := c.conn.License().Grants(ctx, &licensetypes.QueryGrantsRequest{
		Work: c.work.Id, Licensee: c.licensee, Pagination: &query.PageRequest{Limit: shownGrants},
	})
	if err != nil {
		return err
	}
	for _, g := range res.Grants {
		if !g.UsedBy.IsZero() && g.UsedBy != c.derivative && len(c.used) < maxUsedShown {
			c.used = append(c.used, usedGrant{g.Id, g.UsedBy})
		}
	}
	return nil
}

// maxUsedShown bounds the grants that an answer explains.
const maxUsedShown = 8
