package types

import registrytypes "github.com/stemma-chain/stemma/x/registry/types"

// User is the derivative that the grant is for and moves with, if there is one.
func (g Grant) User() (registrytypes.WorkID, bool) {
	return g.UsedBy.WorkID, !g.UsedBy.IsZero()
}
