package types

import registrytypes "github.com/stemma-chain/stemma/x/registry/types"

// closureHolders is how many of the six receivers that a work of the closure counts as
// are taken for holders who are not paid out at once with the others. See flow.Reach.
const closureHolders = 4

// Payees is how many holders a payment is charged for as paid out: the receivers that
// are no stage, and one or two of each work that relative shares reach.
func (h Head) Payees() uint64 {
	return uint64(h.Reach) - uint64(h.Receivers) - closureHolders*uint64(h.Closure)
}

// CheckReach fails with ErrReachTooLarge when a payment to the work would be charged for
// more receivers or holders than are allowed.
func (h Head) CheckReach(params Params, work registrytypes.WorkID) error {
	if h.Reach > params.MaxReach {
		return ErrReachTooLarge.Wrapf("a payment to %s would set %d receivers in motion, at most %d are allowed; "+
			"leave sources or holders out", work, h.Reach, params.MaxReach)
	}
	if most := params.MaxPayees(); h.Payees() > most {
		return ErrReachTooLarge.Wrapf("a payment to %s would pay out to %d holders, at most %d are allowed; "+
			"leave sources or holders out", work, h.Payees(), most)
	}
	return nil
}
