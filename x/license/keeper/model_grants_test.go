package keeper_test

import (
	"bytes"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// anyGrant draws a grant; nil: there is none.
func (m *model) anyGrant(rt *rapid.T) (types.GrantID, *modelGrant) {
	var ids []types.GrantID
	for id := range m.grants {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return types.GrantID{}, nil
	}
	// repeatable, whatever the map's order
	slices.SortFunc(ids, func(a, b types.GrantID) int { return bytes.Compare(a[:], b[:]) })
	id := rapid.SampledFrom(ids).Draw(rt, "grant")
	return id, m.grants[id]
}

// holder is the account that a grant belongs to.
func (m *model) holder(g *modelGrant) string {
	if (g.usedBy != registrytypes.WorkID{}) {
		return m.registry[g.usedBy].Owner.String()
	}
	return g.licensee
}

func (m *model) isRunning(g *modelGrant) bool {
	return g.ends.IsZero() || m.ctx.BlockTime().Before(g.ends)
}

// approved says whether an account or a derivative was approved since the work
// last changed hands.
func (m *model) approved(work registrytypes.WorkID, id types.TermsID, whom string) bool {
	then, found := m.approvals[offerKey(work, id)+whom]
	return found && then == m.registry[work].Transfers
}

// approveAny approves an account or a derivative, or takes that back.
func (m *model) approveAny(rt *rapid.T, work registrytypes.WorkID, id types.TermsID, approver sdk.AccAddress) {
	whom := rapid.SampledFrom([]string{alice.String(), bob.String(), song.String(), remix.String()}).Draw(rt, "whom")
	licensee, derivative := whom, registrytypes.WorkID{}
	for _, work := range []registrytypes.WorkID{song, remix} {
		if whom == work.String() {
			licensee, derivative = "", work
		}
	}
	key := offerKey(work, id) + whom
	owns := m.registry[work].Owner.Equals(approver)
	if rapid.Bool().Draw(rt, "withdraw") {
		_, stands := m.approvals[key]
		err := m.try(&types.MsgWithdrawApproval{
			Owner: approver.String(), Work: work, Terms: id, Licensee: licensee, Derivative: derivative,
		})
		require.Equal(rt, owns && stands, err == nil, "%v", err)
		if err == nil {
			delete(m.approvals, key)
		}
		return
	}
	err := m.try(&types.MsgApprove{
		Owner: approver.String(), Work: work, Terms: id, Licensee: licensee, Derivative: derivative,
	})
	require.Equal(rt, owns && m.kinds[id].DerivativeApproval && whom != work.String(), err == nil, "%v", err)
	if err == nil {
		m.approvals[key] = m.registry[work].Transfers
	}
}

func (m *model) mayRenew(g *modelGrant, holder sdk.AccAddress, fee int64) bool {
	t := m.kinds[g.terms]
	return !g.ends.IsZero() && holder.String() == m.holder(g) && m.mayTake(g.work, g.terms, holder, g.usedBy, fee) &&
		(m.mayRun(g.work, t, g) || t.Exclusivity != 0 && m.isRunning(g))
}

func (m *model) renewAny(rt *rapid.T, holder sdk.AccAddress) {
	id, g := m.anyGrant(rt)
	if g == nil {
		return
	}
	fee := rapid.Int64Range(3, 9).Draw(rt, "fee")
	most := sdk.NewInt64Coin("ustem", fee)
	seen := m.seen(g.work, g.terms)
	msg := &types.MsgRenewGrant{Licensee: holder.String(), Grant: id, MaxFee: &most}
	if rapid.IntRange(0, 9).Draw(rt, "seen") > 0 {
		msg.Seen = seen
	}
	err := m.try(msg)
	require.Equal(rt, m.mayRenew(g, holder, fee) && msg.Seen == seen, err == nil, "%v", err)
	if err != nil {
		return
	}
	if !m.isRunning(g) {
		g.ends = m.ctx.BlockTime()
	}
	g.ends, g.allowed = g.ends.Add(time.Hour), m.offers[offerKey(g.work, g.terms)].Licensees
}

// mayMove says whether a grant can be given to an account.
func (m *model) mayMove(g *modelGrant, recipient string) bool {
	terms := m.kinds[g.terms]
	return g.usedBy == registrytypes.WorkID{} && len(g.uses) == 0 && m.isRunning(g) && terms.Transferable && recipient != g.licensee &&
		(len(g.allowed) == 0 || slices.Contains(g.allowed, recipient)) &&
		(!terms.DerivativeApproval || len(g.allowed) > 0 || m.approved(g.work, g.terms, recipient))
}

// moveAny offers a grant, takes that back or accepts it.
func (m *model) moveAny(rt *rapid.T, recipient sdk.AccAddress) {
	id, g := m.anyGrant(rt)
	if g == nil {
		return
	}
	switch rapid.IntRange(0, 4).Draw(rt, "step") {
	case 0:
		holder := m.holder(g)
		err := m.try(&types.MsgCancelGrantOffer{Licensee: holder, Grant: id})
		require.Equal(rt, g.offeredTo != "", err == nil, "%v", err)
		g.offeredTo = ""
	case 1, 2:
		if m.holder(g) == recipient.String() {
			return // refused before it runs
		}
		err := m.try(&types.MsgOfferGrant{Licensee: m.holder(g), Grant: id, Recipient: recipient.String()})
		require.Equal(rt, m.mayMove(g, recipient.String()), err == nil, "%v", err)
		if err == nil {
			g.offeredTo = recipient.String()
		}
	default:
		err := m.try(m.acceptGrant(recipient, id))
		require.Equal(rt, g.offeredTo == recipient.String() && m.mayMove(g, recipient.String()), err == nil, "%v", err)
		if err == nil {
			g.licensee, g.offeredTo = recipient.String(), ""
		}
	}
}
