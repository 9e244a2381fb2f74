package lineage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// A state with a row of most kinds, some of which nothing refers to any more, is exported and
// imported as it is: a grant that is offered, one that ended while it was, one that moved on with a
// placeholder, a pass that ended, terms that are no longer relied on together, a declaration of
// which one of two has approved, and an exclusive grant.
func TestAttackAnUntidyStateIsExported(t *testing.T) {
	s := newShelf(t)
	hour := time.Hour
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	lent := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Lent", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Transferable: true, Duration: &hour,
		AiTraining: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(fee), DerivativesPerGrant: 3,
	})
	song := s.Register("song", s.author)
	s.Offer(song, lent)
	remix := s.bought("remix", s.curator, song, lent, 0)
	for serial := range uint64(2) {
		s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: lent, Serial: serial, MaxFee: &fee})
		s.MustDeliver(s.maker, &licensetypes.MsgOfferGrant{
			Licensee: s.maker.String(), Grant: licensetypes.NewGrantID(song.ID, lent, s.maker.Address, serial), Recipient: s.fan.String(),
		})
	}
	s.MustDeliver(s.fan, s.AcceptGrantMsg(licensetypes.NewGrantID(song.ID, lent, s.maker.Address, 0), s.fan))
	s.MustDeliver(s.fan, &licensetypes.MsgAcquire{Licensee: s.fan.String(), Work: song.ID, Terms: lent, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix)})

	placeholder := s.Register("placeholder", s.maker)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: song.ID, Terms: lent, Serial: 7, Derivative: placeholder.ID, MaxFee: &fee,
	})
	s.sell(placeholder, s.fan)
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: lent})

	one := s.publish(licensetypes.Terms{Spdx: "LicenseRef-One", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE})
	two := s.publish(licensetypes.Terms{Spdx: "LicenseRef-Two", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE})
	library, app := s.Register("library", s.author), s.Register("app", s.maker)
	s.Offer(library, one)
	s.Offer(library, two)
	msg := s.DeriveMsg(app, library.Under(one))
	msg.Sources[0].Permission += licensetypes.Joiner + two.String()
	s.MustDeliver(s.maker, msg)
	s.MustDeliver(s.maker, s.DeriveMsg(app, library.Under(two)))
	s.MustDeliver(s.maker, s.DeriveMsg(app, library.Under(two).As(types.ROLE_PARENT_OF)))

	nc := chain.Preset("noncommercial-remix")
	work, mine, theirs := s.Register("work", s.curator), s.Register("mine", s.author), s.Register("theirs", s.fan)
	s.Offer(mine, nc)
	s.Offer(theirs, nc)
	s.Offer(work, chain.Preset("cc-by-4.0"))
	s.MustDeliver(s.curator, &licensetypes.MsgCloseOffer{Owner: s.curator.String(), Work: work.ID, Terms: chain.Preset("cc-by-4.0")})
	later := s.DeriveMsg(work, mine.Under(nc), theirs.Under(nc).As(types.ROLE_CONTAINS))
	later.AllowUnapproved = true
	s.MustDeliver(s.curator, later)
	s.MustDeliver(s.author, &types.MsgApproveSource{
		Owner: s.author.String(), Source: mine.ID, Derivative: work.ID, Declaration: 1, Shown: types.Promises{IrrevocableOffers: 1},
	})

	alone := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Alone", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &hour,
		Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
	})
	s.Offer(library, alone)
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: library.ID, Terms: one})
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: library.ID, Terms: two})
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: library.ID, Terms: alone})
	s.RequireInvariants()
	s.RequireSameExport()
	s.Advance(2 * hour)
	s.RequireInvariants()
	again := s.RequireSameExport()
	err := again.Deliver(s.fan, again.AcceptGrantMsg(licensetypes.NewGrantID(song.ID, lent, s.maker.Address, 1), s.fan)).Err()
	require.ErrorContains(t, err, "ended")
}
