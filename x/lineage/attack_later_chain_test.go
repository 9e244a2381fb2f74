package lineage_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Once broke "A public licence that the table calls irrevocable, once offered, permits everybody for
// ever, derivations included", and "what CheckRights allows the derivation accepts".
//
// The owner closes the CC-BY-SA or GPL offer of a work and declares a source of a second
// account: one that is owed 1 %, or one under share-alike terms that don't go with it. Closed
// offers are not looked at, so that is accepted. From then on every derivation under the licence
// was refused (sharealike_conflicts_royalty, sharealike_conflict), while CheckRights still
// said allowed. So one source does not contradict itself: the derivation is permitted, and
// the derivative can be offered to nobody.
func TestAttackALaterSourceEndsALicenceForEver(t *testing.T) {
	onePercent := licensetypes.Terms{
		Spdx: "LicenseRef-One", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 10_000,
	}
	alike := licensetypes.Terms{Spdx: "LicenseRef-Alike", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE}
	for name, trapped := range map[string]licensetypes.Terms{"royalty": onePercent, "share-alike": alike} {
		t.Run(name, func(t *testing.T) {
			l := newLaunderer(t)
			sa := chain.Preset("cc-by-sa-4.0")
			work, trap := l.Register("work", l.owner), l.Register("trap", l.sock)
			l.Offer(work, sa)
			before := l.Register("before", l.star)
			l.MustDeliver(l.star, l.DeriveMsg(before, work.Under(sa)))

			source := l.publish(trapped)
			l.Offer(trap, source)
			l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: work.ID, Terms: sa})
			msg := l.DeriveMsg(work, trap.Under(source))
			msg.AllowUnapproved = true
			if l.Deliver(l.owner, msg).Err() != nil {
				return
			}
			rights := l.rights(work, l.star, licensetypes.ACTION_ADAPT)
			require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict)
			after := l.Register("after", l.star)
			declare := l.DeriveMsg(after, work.Under(sa))
			declare.AllowUnapproved = true
			require.NoError(t, l.Deliver(l.star, declare).Err())
			l.MustDeliver(l.star, l.DeriveMsg(l.Register("of one's own", l.star), after.Under(sa)))
			require.Error(t, l.Deliver(l.star, chain.OfferMsg(after, sa)).Err())
			require.Error(t, l.Deliver(l.star, chain.OfferMsg(after, l.publish(trapped))).Err())
		})
	}
}

// Once broke "Older permissions stand, derivations under older grants included" and "buyers keep what
// they bought".
//
// Two works are licensed for money's worth; then the owner of one declares sixteen sources of a
// second account, the other's owner one, that nobody approves. Nobody could make one work of
// both by the older grants any more: it would have waited for seventeen declarations. So a
// work on which nobody relies waits for as many as its sources do.
func TestAttackManyDeclarationsRefuseWhatWasBought(t *testing.T) {
	l := newLaunderer(t)
	nc := chain.Preset("noncommercial-remix")
	one, other := l.Register("one", l.owner), l.Register("other", l.owner)
	grants := []licensetypes.GrantID{l.free(one, 1), l.free(other, 2)}
	for i := range 17 {
		trap, work := l.Register(fmt.Sprint("trap ", i), l.star), one
		l.Offer(trap, nc)
		if i == 16 {
			work = other
		}
		msg := l.DeriveMsg(work, trap.Under(nc))
		msg.AllowUnapproved = true
		l.MustDeliver(l.owner, msg)
	}
	made := l.Register("made", l.sock)
	msg := l.DeriveMsg(made, one.Under(l.freed), other.Under(l.freed))
	msg.Sources[0].Permission, msg.Sources[1].Permission = grants[0].String(), grants[1].String()
	msg.AllowUnapproved = true
	require.NoError(t, l.Deliver(l.sock, l.See(msg)).Err())
}

// Once broke the sense of "An approval names the numbers of derivatives, grants and irrevocable offers
// that it was shown and is void when one grows": a grant that serves any number of derivatives
// counts as one.
//
// The owner gives a second account one grant with derivatives_per_grant without limit, and
// declares the hit. The star is shown "1 grant, 0 derivatives" and approves; then the second
// account makes as many works as it likes that owe nothing, and offers them. It is the case of
// "1,000 grants given after the approval" by other means. So the approval is shown
// grants as often as they serve derivatives.
func TestAttackOneGrantWithoutLimitPassesAnApproval(t *testing.T) {
	l := newLaunderer(t)
	work := l.Register("work", l.owner)
	l.freed = l.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Any-Number", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: 9,
		DerivativesPerGrant: licensetypes.UnlimitedDerivatives,
	})
	grant := l.free(work, 1)
	l.admit(work, l.hit.Under(l.remix10))
	require.ErrorContains(t, l.settle(work, types.Promises{Grants: 1}), "grants for 4294967295 derivatives")
	require.NoError(t, l.settle(work, types.Promises{Grants: licensetypes.UnlimitedDerivatives}))
	_, err := l.under(l.sock, "made", work, grant)
	require.NoError(t, err, "she was told")
}

// Once broke "A permission can be replaced by a better one of the same source (no demand stricter, no
// rate higher)" where the better one has the same name.
//
// A child is made from a non-commercial demo under terms X. The demo becomes a release: under
// the same X nothing is forbidden any more. The child's owner declared the source anew and was
// told "a source is declared once"; with another role it was taken.
// So the same permission pins today's.
func TestAttackTheSamePermissionPinsAnew(t *testing.T) {
	l := newLaunderer(t)
	any := l.publish(licensetypes.Terms{Spdx: "LicenseRef-X", Derivatives: licensetypes.DERIVATIVES_ALLOWED})
	better := l.publish(licensetypes.Terms{Spdx: "LicenseRef-Better", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED})
	once := l.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Training-Denied", Derivatives: licensetypes.DERIVATIVES_ALLOWED, AiTraining: licensetypes.PERMISSION_DENY,
	})
	l.Offer(l.hit, once)
	demo := l.Register("demo", l.owner)
	l.MustDeliver(l.owner, l.DeriveMsg(demo, l.hit.Under(once)))
	l.Offer(demo, any)
	child := l.Register("child", l.sock)
	l.MustDeliver(l.sock, l.DeriveMsg(child, demo.Under(any)))
	l.Offer(l.hit, better)
	l.MustDeliver(l.owner, l.DeriveMsg(demo, l.hit.Under(better)))
	again := l.Deliver(l.sock, l.DeriveMsg(child, demo.Under(any))).Err()
	for _, role := range []types.Role{types.ROLE_COMPONENT_OF, types.ROLE_PARENT_OF} {
		l.MustDeliver(l.sock, l.DeriveMsg(child, demo.Under(any).As(role))) // a part that turns out to be all
	}
	require.NoError(t, again, "what the demo's offer permits today is better")
}
