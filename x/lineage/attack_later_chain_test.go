package lineage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Breaks "A public licence that the table calls irrevocable, once offered, permits everybody for
// ever, derivations included", and "what CheckRights allows the derivation accepts".
//
// The owner closes the CC-BY-SA or GPL offer of a work and declares a source of a second
// account: one that is owed 1 %, or one under share-alike terms that don't go with it. Closed
// offers are not looked at, so that is accepted. From then on every derivation under the licence
// is refused (sharealike_conflicts_royalty, sharealike_conflict), while CheckRights still
// says allowed. Expected: the derivation is permitted, or the declaration that makes
// it impossible is refused as it is beside an open offer.
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
			l.MustDeliver(l.star, chain.DeriveMsg(before, work.Under(sa)))

			source := l.publish(trapped)
			l.Offer(trap, source)
			l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: work.ID, Terms: sa})
			msg := chain.DeriveMsg(work, trap.Under(source))
			msg.AllowUnapproved = true
			if l.Deliver(l.owner, msg).Err() != nil {
				return
			}
			rights := l.rights(work, l.star, licensetypes.ACTION_ADAPT)
			require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict)
			after := l.Register("after", l.star)
			require.NoError(t, l.Deliver(l.star, chain.DeriveMsg(after, work.Under(sa))).Err())
		})
	}
}
