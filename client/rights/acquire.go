package rights

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// IsPass says whether what is bought is a pass for uses of another work, and no grant.
func (i Item) IsPass() bool { return !i.Offer.UsesOf.IsZero() }

// Message buys the item for an account at its price and rate as they are shown. Serial tells
// the account's grants apart, any number that it has not used for these terms of the work yet; a pass
// has none.
func (i Item) Message(licensee sdk.AccAddress, serial uint64) *licensetypes.MsgAcquire {
	msg := &licensetypes.MsgAcquire{
		Licensee: licensee.String(), Work: i.Offer.Work, Terms: i.Offer.Terms, MaxFee: i.Price,
		UsesOf: i.Offer.UsesOf, Seen: i.Offer.Conditions,
	}
	if !i.IsPass() {
		msg.Serial, msg.MaxRate = serial, i.Offer.RoyaltyRate
	}
	return msg
}

// Reserved is the work that a grant under these terms is to be reserved for, where it is bought for one; zero: none. One that
// serves several is not: to be for one would be to serve one.
func (i Item) Reserved(terms licensetypes.Terms, derivative registrytypes.WorkID) registrytypes.WorkID {
	if i.IsPass() || i.Offer.Serves != 1 && !terms.DerivativeApproval {
		return registrytypes.WorkID{}
	}
	return derivative
}

// Grant is the id of the grant that Message buys, which a derivation may cite in the same
// transaction; zero for a pass.
func (i Item) Grant(licensee sdk.AccAddress, serial uint64) licensetypes.GrantID {
	if i.IsPass() {
		return licensetypes.GrantID{}
	}
	return licensetypes.NewGrantID(i.Offer.Work, i.Offer.Terms, licensee, serial)
}
