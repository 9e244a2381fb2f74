package keeper

import (
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// obligation puts in full what comes with a use of a work under terms relied on.
func (q *inquiry) obligation(
	id registrytypes.WorkID, work registrytypes.Work, relied types.TermsID, o rules.Obligation,
) (types.Obligation, error) {
	owed := types.Obligation{Kind: types.ObligationKind(o.Duty), Work: id, Terms: relied, Incomplete: o.Incomplete}
	if o.Source != "" {
		var err error
		if owed.Work, owed.Terms, err = readAncestor(o.Source, o.TermsID); err != nil {
			return owed, err
		}
	}
	if o.Duty == rules.LeaveOut {
		list, err := q.k.registry.WithdrawalListAt(q.ctx, id, o.Withdrawals)
		owed.Terms, owed.Withdrawals, owed.WithdrawalsSha256 = types.TermsID{}, list.Count, list.Sha256
		return owed, err
	}
	if o.Duty == rules.CountUse {
		id, err := types.ParseGrantID(o.Grant)
		if err != nil {
			return owed, err
		}
		grant, err := q.k.GetGrant(q.ctx, id)
		owed.Grant, owed.UsesLeft, owed.Terms = id, o.UsesLeft, grant.Terms.TermsID
		return owed, err
	}
	t, err := q.termsOf(owed.Terms)
	if err != nil {
		return owed, err
	}
	for _, text := range o.OrTerms {
		id, err := types.ParseTermsID(text)
		if err != nil {
			return owed, err
		}
		owed.OrTerms = append(owed.OrTerms, id)
	}
	switch o.Duty {
	case rules.Credit:
		if owed.WorkVersion = o.Version; o.Version == 0 {
			owed.WorkVersion = work.Version
		}
		if q.brief {
			return owed, nil
		}
		revision, err := q.credited(owed.Work, owed.WorkVersion, id, work)
		if err != nil {
			return owed, err
		}
		owed.Text = types.CreditLine(owed.Work, revision, t.stored)
	case rules.OweRoyalty:
		owed.RoyaltyPolicy, owed.RoyaltyRate = t.stored.RoyaltyPolicy, t.stored.RoyaltyRate
	case rules.PayPerUse:
		owed.Price, err = q.k.payable(q.ctx, owed.Work, t.stored.UsePrice)
		return owed, err
	}
	return owed, nil
}

// credited reads the version of a work by which it is credited: of an ancestor the
// one that was derived from, of the work asked about the one that a grant pins, else
// today's.
func (q *inquiry) credited(
	id registrytypes.WorkID, version uint32, asked registrytypes.WorkID, work registrytypes.Work,
) (registrytypes.Revision, error) {
	if id == asked && version == work.Version {
		return work.Revision()
	}
	return q.k.registry.Revision(q.ctx, id, version)
}
