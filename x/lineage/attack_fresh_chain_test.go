package lineage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// sellsTraining are terms that sell training by grants, each for as long as said.
func (s *shelf) sellsTraining(name string, duration *time.Duration) licensetypes.TermsID {
	return s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: duration,
		AiTraining: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)),
	})
}

// again declares the song as the source of the curator's remix anew, by another grant; whether the
// author approves that makes no difference.
func (s *shelf) again(remix, song chain.Work, terms licensetypes.TermsID, serial uint64) {
	s.t.Helper()
	msg := s.DeriveMsg(remix, song.Under(terms).As(types.ROLE_PARENT_OF))
	msg.Sources[0].Permission = licensetypes.NewGrantID(song.ID, terms, s.curator.Address, serial).String()
	s.See(msg)
	msg.AllowUnapproved = true
	s.MustDeliver(s.curator, msg)
}

// "No later message of a licensor makes a use denied that a grant in force allowed", and "paid
// terms that an edge cites stay obtainable at that edge's price, though closed or withdrawn".
//
// A studio buys a grant of a remix for ever, to train on it, and sees that the song sells a pass at
// 1,000. The grant pins the demand of that day, with its price version. Then the owners of song
// and remix, who are in it together, put a list on the song's offer (or another price), and
// declare the song anew as the remix's source by a grant of that version. The pinned demand
// still asks for a pass, but what one costs, and who may have it, is read from the one row of
// the last price that was demanded: the studio is denied. Expected: the grant's pinned demand is
// met at the price that it names.
func TestAttackFreshThePriceOfAPassMovesUnderAGrantInForce(t *testing.T) {
	for _, kind := range []string{"list", "price"} {
		t.Run(kind, func(t *testing.T) {
			s := newShelf(t)
			fee := sdk.NewInt64Coin("uusdc", 1_000)
			paid := s.sellsTraining("Sells-Training", nil)
			sold := s.publish(licensetypes.Terms{
				Spdx: "LicenseRef-Studio", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
				AiTraining: licensetypes.PERMISSION_ALLOW, GrantFee: sdk.NewCoins(fee), DerivativesPerGrant: licensetypes.UnlimitedDerivatives,
			})
			song := s.Register("song", s.author)
			s.Offer(song, paid)
			remix := s.bought("remix", s.curator, song, paid, 0)
			s.Offer(remix, sold)
			s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
				Licensee: s.maker.String(), Work: remix.ID, Terms: sold, MaxFee: &fee, Seen: s.Seen(remix, sold),
			})
			before := s.asks(remix, s.maker, trainAI, true)
			require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, before.Verdict, "%v", before.Reasons)

			slip, most := chain.OfferMsg(song, paid), sdk.NewInt64Coin("uusdc", 1_000_000_000)
			if kind == "list" {
				slip.Offer.Licensees = []string{s.curator.String()}
			} else {
				slip.Offer.Price = sdk.NewCoins(most)
			}
			s.MustDeliver(s.author, slip)
			s.MustDeliver(s.curator, &licensetypes.MsgAcquire{
				Licensee: s.curator.String(), Work: song.ID, Terms: paid, Serial: 1, MaxFee: &most, Seen: s.Seen(song, paid),
			})
			s.again(remix, song, paid, 1)
			s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: paid})

			after := s.asks(remix, s.maker, trainAI, true)
			err := s.Deliver(s.maker, &licensetypes.MsgAcquire{
				Licensee: s.maker.String(), Work: song.ID, Terms: paid, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix),
			}).Err()
			require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, after.Verdict, "%v", after.Reasons)
			require.NoError(t, err, "offers now: %v", after.Offers)
		})
	}
}

// "A renewed grant lifts it", "acquiring the pass again lifts it from all descendants", and no later
// message of a licensor voids what was bought.
//
// A model is trained on a remix by a pass for an hour, under a grant of the remix. The owners of
// song and remix declare the song anew under a price version with a list, as above. The pass can't
// be had again at any price, so the model ends for ever within the hour. Expected: whoever has
// a pass can have it again at the price of what they made.
func TestAttackFreshWhatWasMadeByAPassCannotBeKeptUp(t *testing.T) {
	s := newShelf(t)
	hour, fee := time.Hour, sdk.NewInt64Coin("uusdc", 1_000)
	paid := s.sellsTraining("Hourly", &hour)
	song := s.Register("song", s.author)
	s.Offer(song, paid)
	remix := s.bought("remix", s.curator, song, paid, 0)
	all := s.anything()
	s.Offer(remix, all)
	pass := &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: paid, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix)}
	s.MustDeliver(s.maker, pass)
	model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
	require.NoError(t, s.trains(model, remix, all))

	slip := chain.OfferMsg(song, paid)
	slip.Offer.Licensees = []string{s.curator.String()}
	s.MustDeliver(s.author, slip)
	s.MustDeliver(s.curator, &licensetypes.MsgAcquire{
		Licensee: s.curator.String(), Work: song.ID, Terms: paid, Serial: 1, MaxFee: &fee, Seen: s.Seen(song, paid),
	})
	s.again(remix, song, paid, 1)
	grant := licensetypes.NewGrantID(song.ID, paid, s.curator.Address, 0)
	for range 3 { // what the remix was made under runs on, and with it all that was made from it
		s.MustDeliver(s.curator, &licensetypes.MsgRenewGrant{Licensee: s.curator.String(), Grant: grant, MaxFee: &fee, Seen: s.Seen(song, paid)})
	}
	s.Advance(2 * time.Hour)
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, s.asks(model, s.maker, distribute, true).Verdict, "the pass is over")
	pass.Seen = s.DemandsSeen(remix)
	require.NoError(t, s.Deliver(s.maker, pass).Err())
	require.Equal(t, licensetypes.VERDICT_ALLOWED, s.asks(model, s.maker, distribute, true).Verdict)
}

// "A permission can be replaced by a better one of the same source (no demand stricter)".
//
// Price versions are compared by their numbers: an older one counts as no stricter, whatever it
// asks. The owner of a remix has two grants of the song, one of a day when training cost 900,000
// or was for one account only, and makes the remix under the newer one, at 1,000. Later he declares
// the song anew by the old grant: nobody is asked, and whoever relies on the remix finds passes
// at the old price. Expected: a demand that costs more is stricter.
func TestAttackFreshAnOlderDearerPriceCountsAsBetter(t *testing.T) {
	s := newShelf(t)
	fee, dear := sdk.NewInt64Coin("uusdc", 1_000), sdk.NewInt64Coin("uusdc", 900_000)
	paid := s.sellsTraining("Sells-Training", nil)
	song := s.Register("song", s.author)
	first := chain.OfferMsg(song, paid)
	first.Offer.Price = sdk.NewCoins(dear)
	s.MustDeliver(s.author, first)
	s.MustDeliver(s.curator, &licensetypes.MsgAcquire{Licensee: s.curator.String(), Work: song.ID, Terms: paid, Serial: 1, MaxFee: &dear})
	s.Offer(song, paid)
	remix := s.bought("remix", s.curator, song, paid, 0)
	sold := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Studio", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_ALLOW, GrantFee: sdk.NewCoins(fee),
	})
	s.Offer(remix, sold)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: remix.ID, Terms: sold, MaxFee: &fee, Seen: s.Seen(remix, sold),
	})
	msg := s.DeriveMsg(remix, song.Under(paid).As(types.ROLE_PARENT_OF))
	msg.Sources[0].Permission = licensetypes.NewGrantID(song.ID, paid, s.curator.Address, 1).String()
	s.See(msg)
	if err := s.Deliver(s.curator, msg).Err(); err != nil {
		require.ErrorContains(t, err, "MsgApproveSource") // it counts as a later source
		return
	}
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: paid})
	err := s.Deliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: song.ID, Terms: paid, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix),
	}).Err()
	require.NoError(t, err)
}

// "A grant that is reserved for a work is safe against the licensor" (and no later message of a
// licensor voids what was bought).
//
// As in TestAttackALicensorTurnsTheEdgeAround, but the licensor does not declare anything: he takes
// a free grant of the remix that is reserved for the song, without end. Now a grant of the remix
// is reserved for the song, so the remix can't be declared as made from the song (ErrReserved), nor
// the song as made from the remix: what was paid for is void for ever, for the price of a message.
// Expected: the grant that was there first goes first.
func TestAttackFreshALicensorReservesTheOtherWayRound(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	sells := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Sold", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, GrantFee: sdk.NewCoins(fee),
	})
	song, remix := s.Register("song", s.author), s.Register("remix", s.maker)
	s.Offer(song, sells)
	all := s.anything()
	s.Offer(remix, all)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: song.ID, Terms: sells, Derivative: remix.ID, MaxFee: &fee,
	})
	back := &licensetypes.MsgAcquire{Licensee: s.author.String(), Work: remix.ID, Terms: all, Derivative: song.ID}
	_ = s.Deliver(s.author, back).Err() // to refuse it would do as well

	msg := s.DeriveMsg(remix, song.Under(sells))
	msg.Sources[0].Permission = licensetypes.NewGrantID(song.ID, sells, s.maker.Address, 0).String()
	s.See(msg)
	msg.AllowUnapproved = true
	require.NoError(t, s.Deliver(s.maker, msg).Err())
}

// "The honest can always declare", and "unbounded costs put on others".
//
// A stranger takes a free grant of a work, without end, reserved for a placeholder that is made from
// nothing. From then on each later source of the work is walked up, and one that is made from
// more than max_walk works is refused for ever, whatever its owner approves: here one that
// the work's owner has bought a grant of. Expected: a reserved grant of a stranger whose
// placeholder nothing is made from does not stand in the way.
func TestAttackFreshAStrangersReservedGrantRefusesDeclarations(t *testing.T) {
	s := newShelf(t)
	all := s.anything()
	const most = 1_001 // max_walk and one
	atlas := s.Register("atlas", s.curator)
	for from := 0; from < most; from += 100 {
		var names []string
		for i := from; i < min(most, from+100); i++ {
			names = append(names, fmt.Sprint("map ", i))
		}
		s.MustDeliver(s.curator, chain.RegisterMsg(s.curator, names...))
		msg := s.DeriveMsg(atlas)
		for _, name := range names {
			msg.Sources = append(msg.Sources, types.Source{Work: chain.WorkOf(name, s.curator).ID, Role: types.ROLE_COMPONENT_OF})
		}
		s.MustDeliver(s.curator, msg)
	}
	s.Offer(atlas, all)
	work, control := s.Register("work", s.maker), s.Register("control", s.maker)
	for _, w := range []chain.Work{work, control} {
		s.Offer(w, all)
		s.MustDeliver(s.author, &licensetypes.MsgAcquire{Licensee: s.author.String(), Work: w.ID, Terms: all}) // relied on
	}
	placeholder := s.Register("placeholder", s.fan)
	s.MustDeliver(s.fan, &licensetypes.MsgAcquire{Licensee: s.fan.String(), Work: work.ID, Terms: all, Derivative: placeholder.ID})
	require.NoError(t, s.Deliver(s.maker, s.DeriveMsg(control, atlas.Under(all))).Err())
	require.NoError(t, s.Deliver(s.maker, s.DeriveMsg(work, atlas.Under(all))).Err())
}

// "Older permissions stand, derivations under older grants included", and "no later message of a
// licensor voids what was bought".
//
// ADR 0057 bounds what a work waits for by 16 where somebody relies on it, and says that the one too
// many is refused "to the owner who declares". It is refused to the licensee: the licensor
// declares sixteen sources of a second account that nobody approves, and then no work on which
// somebody relies can be derived under a grant that was sold before with a royalty, since its
// own declaration is the seventeenth. Expected: what the sources wait for does not count
// against the buyer.
func TestAttackFreshSixteenDeclarationsVoidAGrant(t *testing.T) {
	l := newLaunderer(t)
	nc := chain.Preset("noncommercial-remix")
	one := l.Register("one", l.owner)
	l.Offer(one, l.remix10)
	made := l.Register("made", l.sock)
	l.MustDeliver(l.sock, &licensetypes.MsgAcquire{
		Licensee: l.sock.String(), Work: one.ID, Terms: l.remix10, MaxRate: chain.Whole, Derivative: made.ID,
	})
	grant := licensetypes.NewGrantID(one.ID, l.remix10, l.sock.Address, 0)
	l.Offer(made, l.freed)
	l.MustDeliver(l.star, &licensetypes.MsgAcquire{Licensee: l.star.String(), Work: made.ID, Terms: l.freed})
	l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: one.ID, Terms: l.remix10})
	const traps = 16 // fifteen do no harm
	for i := range traps {
		trap := l.Register(fmt.Sprint("trap ", i), l.star)
		l.Offer(trap, nc)
		msg := l.DeriveMsg(one, trap.Under(nc))
		msg.AllowUnapproved = true
		l.MustDeliver(l.owner, msg)
	}
	msg := l.DeriveMsg(made, one.Under(l.remix10))
	msg.Sources[0].Permission, msg.AllowUnapproved = grant.String(), true
	l.See(msg)
	require.NoError(t, l.Deliver(l.sock, msg).Err())
}

// "A public licence that the table calls irrevocable permits everybody for ever, derivations
// included; closing or withdrawing changes nothing", and "what CheckRights allows the derivation
// accepts".
//
// The owner of a CC-BY work closes the offer and declares sixteen sources of a second account that
// nobody approves. No work on which somebody relies can take it in any more: its own declaration
// is the seventeenth that it would wait for. Answers say allowed. Expected: allowed.
func TestAttackFreshSixteenDeclarationsEndALicenceForEver(t *testing.T) {
	l := newLaunderer(t)
	by, nc := chain.Preset("cc-by-4.0"), chain.Preset("noncommercial-remix")
	work := l.Register("work", l.owner)
	l.Offer(work, by)
	l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: work.ID, Terms: by})
	const traps = 16 // fifteen do no harm
	for i := range traps {
		trap := l.Register(fmt.Sprint("trap ", i), l.star)
		l.Offer(trap, nc)
		msg := l.DeriveMsg(work, trap.Under(nc))
		msg.AllowUnapproved = true
		l.MustDeliver(l.owner, msg)
	}
	made := l.Register("made", l.sock)
	l.Offer(made, l.freed)
	l.MustDeliver(l.star, &licensetypes.MsgAcquire{Licensee: l.star.String(), Work: made.ID, Terms: l.freed})
	l.MustDeliver(l.sock, &licensetypes.MsgCloseOffer{Owner: l.sock.String(), Work: made.ID, Terms: l.freed})
	rights := l.rights(work, l.sock, adapt)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "%v", rights.Reasons)
	msg := l.DeriveMsg(made, work.Under(by))
	msg.AllowUnapproved = true
	require.NoError(t, l.Deliver(l.sock, msg).Err())
}

// "Grants pin ..., so nothing can be slipped in between": a buyer tricked in the same block.
//
// A grant is offered to a buyer, who looks at it: nothing is demanded of the song. Before the
// acceptance, in the same block, its holder renews it, after the song was declared as made from a
// work of a second account that is owed half of all and denies training. The offer of the grant
// outlives the renewal, and MsgAcceptGrant names nothing that was seen. Expected: the acceptance
// is refused, or the grant is what it was when it was offered.
func TestAttackFreshAGrantIsRenewedUnderItsRecipient(t *testing.T) {
	s := newShelf(t)
	hour, fee := time.Hour, sdk.NewInt64Coin("uusdc", 1_000)
	lent := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Lent", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Transferable: true, Duration: &hour,
		AiTraining: licensetypes.PERMISSION_ALLOW, GrantFee: sdk.NewCoins(fee),
	})
	song := s.Register("song", s.author)
	s.Offer(song, lent)
	s.MustDeliver(s.curator, &licensetypes.MsgAcquire{Licensee: s.curator.String(), Work: song.ID, Terms: lent, MaxFee: &fee})
	grant := licensetypes.NewGrantID(song.ID, lent, s.curator.Address, 0)
	s.MustDeliver(s.curator, &licensetypes.MsgOfferGrant{Licensee: s.curator.String(), Grant: grant, Recipient: s.fan.String()})

	accept := s.AcceptGrantMsg(grant, s.fan)

	sock := s.Account("sock of the author")
	trap := s.Register("trap", sock)
	half := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Half", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_DENY, RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 500_000,
	})
	s.Offer(trap, half)
	s.MustDeliver(sock, chain.ApproveSourceMsg(trap.Under(half), song))
	s.MustDeliver(s.author, s.DeriveMsg(song, trap.Under(half)))
	s.MustDeliver(s.curator, &licensetypes.MsgRenewGrant{Licensee: s.curator.String(), Grant: grant, MaxFee: &fee, Seen: s.Seen(song, lent)})

	err := s.Deliver(s.fan, accept).Err()
	require.ErrorIs(t, err, licensetypes.ErrOtherConditions)
	require.ErrorContains(t, err, "upstream_version is 1, 0 was seen, demands_version is 1, 0 was seen")
	s.MustDeliver(s.fan, s.AcceptGrantMsg(grant, s.fan)) // who has looked again may
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, s.asks(song, s.fan, trainAI, true).Verdict)
}

// "An owner who is not the work's sole revenue holder licenses from it under a public offer like
// anybody else", and "paid by grant needs one of that source too".
//
// The owner of a song has sold 99 % of its revenue. To train on the song he pays it, and the holders
// get their share. On a remix of it he trains as often as he likes: at the source whoever owns
// it is asked for nothing, sole holder or not. Expected: NEEDS_GRANT, and the derivation refused.
func TestAttackFreshAnOwnerPaysTheHoldersNothing(t *testing.T) {
	s := newShelf(t)
	paid := s.sellsTraining("Sells-Training", nil)
	song := s.Register("song", s.author)
	s.Offer(song, paid)
	s.MustDeliver(s.author, &royaltytypes.MsgAssignShares{
		Holder: s.author.String(), Work: song.ID,
		Shares: []royaltytypes.Assignment{{Account: s.fan.String(), Weight: 990_000}, {Account: s.author.String(), Weight: 10_000}},
	})
	remix := s.bought("remix", s.curator, song, paid, 0)
	all := s.anything()
	s.Offer(remix, all)
	direct := s.asks(song, s.author, trainAI, true)
	require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, direct.Verdict, "%v", direct.Reasons)
	rights := s.asks(remix, s.author, trainAI, true)
	model := s.ofKind("model", s.author, registrytypes.KIND_MODEL)
	err := s.Deliver(s.author, s.DeriveMsg(model, remix.Under(all).As(types.ROLE_TRAINED_ON))).Err()
	require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, rights.Verdict, "derived: %v", err)
}

// "The acceptance names the version of work and holders it expects", so that nothing is slipped in
// between, and "whoever accepts a transfer of the work is shown" what cannot be taken back.
//
// A work is sold for its exclusivity. Before the acceptance, in the same block, the seller offers it
// under CC0, or declares a non-commercial source of a second account that asks for no royalty.
// Neither changes the revision or the epoch, which are all that MsgAcceptTransfer names, and
// neither can be undone. Expected: the acceptance is refused.
func TestAttackFreshAWorkIsOpenedUnderItsBuyer(t *testing.T) {
	for _, kind := range []string{"licence", "source", "approval", "restored"} {
		t.Run(kind, func(t *testing.T) {
			s := newShelf(t)
			work := s.Register("work", s.author)
			asks := s.publish(licensetypes.Terms{Spdx: "LicenseRef-Asks", Derivatives: licensetypes.DERIVATIVES_ALLOWED, DerivativeApproval: true})
			s.Offer(work, asks)
			nc, trap := chain.Preset("noncommercial-remix"), s.Register("trap", s.Account("sock of the author"))
			s.Offer(trap, nc)
			var slip sdk.Msg
			switch kind {
			case "licence":
				slip = chain.OfferMsg(work, chain.Preset("cc-by-nc-4.0"))
			case "source":
				slip = s.DeriveMsg(work, trap.Under(nc))
			case "approval":
				slip = &licensetypes.MsgApprove{Owner: s.author.String(), Work: work.ID, Terms: asks, Licensee: s.curator.String()}
			case "restored":
				s.MustDeliver(s.author, &registrytypes.MsgWithdrawWork{Owner: s.author.String(), Work: work.ID})
				slip = &registrytypes.MsgRestoreWork{Owner: s.author.String(), Work: work.ID}
			}
			offer := &registrytypes.MsgOfferTransfer{Owner: s.author.String(), Work: work.ID, Recipient: s.fan.String()}
			s.MustDeliver(s.author, offer)
			accept := s.AcceptTransferMsg(work, s.fan)
			slipped := s.Deliver(s.author, slip).Err()
			require.ErrorIs(t, slipped, registrytypes.ErrOnOffer)

			// Nor between two offers.
			s.MustDeliver(s.author, &registrytypes.MsgCancelTransfer{Owner: s.author.String(), Work: work.ID})
			s.MustDeliver(s.author, slip)
			s.MustDeliver(s.author, offer)
			require.ErrorIs(t, s.Deliver(s.fan, accept).Err(), registrytypes.ErrInvalidTransfer)
			s.MustDeliver(s.fan, s.AcceptTransferMsg(work, s.fan)) // who has looked again may
		})
	}
}

// "What a purchase names": MsgAcquire names what it saw, so that nothing is slipped under it in the
// same block. A pass names nothing.
//
// A buyer sends MsgAcquire with uses_of. Before it, in the same block, the owner of the remix
// declares the song anew under other terms that sell training too. The pass is sold all the same, for
// terms that are demanded of the remix no longer, and permits nothing. Expected: the purchase is
// refused, or the use is allowed.
func TestAttackFreshAPassForNothing(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	paid, other := s.sellsTraining("Sells-Training", nil), s.sellsTraining("Sells-Training-Too", nil)
	song := s.Register("song", s.author)
	s.Offer(song, paid)
	s.Offer(song, other)
	remix := s.bought("remix", s.curator, song, paid, 0)
	s.Offer(remix, s.anything())
	pass := &licensetypes.MsgAcquire{Licensee: s.fan.String(), Work: song.ID, Terms: paid, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix)}
	s.MustDeliver(s.curator, &licensetypes.MsgAcquire{Licensee: s.curator.String(), Work: song.ID, Terms: other, MaxFee: &fee})
	s.again(remix, song, other, 0)
	err := s.Deliver(s.fan, pass).Err()
	require.ErrorIs(t, err, licensetypes.ErrOtherConditions)
	require.ErrorContains(t, err, "demands_version is 2, 1 was seen")

	pass.Terms, pass.Seen = other, s.DemandsSeen(remix) // who has looked again buys what is asked
	s.MustDeliver(s.fan, pass)
	rights := s.asks(remix, s.fan, trainAI, true)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "%v", rights.Reasons)
}

// "MsgAcquire and MsgRenewGrant have in seen what the grant pins beside the price", and the case
// "titles revised later change every descendant's credit".
//
// A grant pins the revision of the work too, by which whatever is made is to credit it. In the same
// block before the purchase the owner revises the title: the buyer has to credit an advertisement for
// ever. Expected: the purchase is refused, or the credit is by the revision that was seen.
func TestAttackFreshATitleIsSlippedUnderAPurchase(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	sells := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Sold", CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		GrantFee: sdk.NewCoins(fee),
	})
	song := s.Register("song", s.author)
	s.Offer(song, sells)
	seen := s.Seen(song, sells)
	s.MustDeliver(s.author, &registrytypes.MsgRevise{
		Owner: s.author.String(), Work: song.ID,
		Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: "Brought to you by a casino"},
	})
	buy := &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: sells, MaxFee: &fee, Seen: seen}
	err := s.Deliver(s.maker, buy).Err()
	require.ErrorIs(t, err, licensetypes.ErrOtherConditions)
	require.ErrorContains(t, err, "revisions is 1, 0 was seen")
	buy.Seen.Revisions = 1
	s.MustDeliver(s.maker, buy)
}

// The same where nothing is bought: whatever is made under a public offer credits the source by
// the revision of that day, for ever.
func TestAttackFreshATitleIsSlippedUnderADerivation(t *testing.T) {
	s := newShelf(t)
	by := chain.Preset("cc-by-4.0")
	song, remix := s.Register("song", s.author), s.Register("remix", s.maker)
	s.Offer(song, by)
	signed := s.DeriveMsg(remix, song.Under(by))
	s.MustDeliver(s.author, &registrytypes.MsgRevise{
		Owner: s.author.String(), Work: song.ID,
		Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: "Brought to you by a casino"},
	})
	require.ErrorIs(t, s.Deliver(s.maker, signed).Err(), licensetypes.ErrOtherConditions)
	s.MustDeliver(s.maker, s.DeriveMsg(remix, song.Under(by)))
}

// "What is made ends with it" (ADR 0049).
//
// A model is trained on a remix by a pass for an hour. Within it the owner declares the remix anew in
// another role, for which the song asks no price: contains, or a part. The edge by which the model
// was trained stays in the history; the end is gone, and the model is sold for ever. Expected: the
// end stays, or the model's owner is asked for what a model takes.
func TestAttackFreshAnotherRoleLosesTheEndOfAPass(t *testing.T) {
	for _, role := range []types.Role{types.ROLE_CONTAINS, types.ROLE_COMPONENT_OF} {
		t.Run(role.Name(), func(t *testing.T) {
			s := newShelf(t)
			hour, fee := time.Hour, sdk.NewInt64Coin("uusdc", 1_000)
			hourly := s.sellsTraining("Hourly", &hour)
			song := s.Register("song", s.author)
			s.Offer(song, hourly)
			remix := s.bought("remix", s.curator, song, hourly, 0)
			all := s.anything()
			s.Offer(remix, all)
			s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
				Licensee: s.maker.String(), Work: song.ID, Terms: hourly, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix),
			})
			model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
			require.NoError(t, s.trains(model, remix, all))
			s.Advance(30 * time.Minute)
			grant := licensetypes.NewGrantID(song.ID, hourly, s.curator.Address, 0)
			for range 3 { // the remix runs on
				s.MustDeliver(s.curator, &licensetypes.MsgRenewGrant{Licensee: s.curator.String(), Grant: grant, MaxFee: &fee})
			}
			err := s.Deliver(s.maker, s.DeriveMsg(model, remix.Under(all).As(role))).Err()
			s.Advance(time.Hour)
			rights := s.asks(model, s.maker, distribute, true)
			require.NotEqual(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "declared anew: %v", err)
		})
	}
}

// "The honest can always declare".
//
// The owner of something that a source is made from takes a free grant of the work, without end,
// reserved for it. From then on the work can declare neither that nor anything that is ever made from
// it, whoever owns that and approves: not even what was bought before. Expected: a grant
// that nobody paid for, or that came later than that of the source, does not stand in the way.
func TestAttackFreshAnAncestorsOwnerRefusesDeclarations(t *testing.T) {
	s := newShelf(t)
	all, fee := s.anything(), sdk.NewInt64Coin("uusdc", 1_000)
	sells := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Sold", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, GrantFee: sdk.NewCoins(fee),
	})
	samples, work := s.Register("samples", s.fan), s.Register("work", s.maker)
	s.Offer(samples, all)
	s.Offer(work, all)
	song := s.Register("song", s.author)
	s.MustDeliver(s.author, s.DeriveMsg(song, samples.Under(all)))
	s.Offer(song, sells)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: song.ID, Terms: sells, Derivative: work.ID, MaxFee: &fee, Seen: s.Seen(song, sells),
	})
	_ = s.Deliver(s.fan, &licensetypes.MsgAcquire{Licensee: s.fan.String(), Work: work.ID, Terms: all, Derivative: samples.ID}).Err()
	msg := s.DeriveMsg(work, song.Under(sells))
	msg.Sources[0].Permission = licensetypes.NewGrantID(song.ID, sells, s.maker.Address, 0).String()
	s.See(msg)
	msg.AllowUnapproved = true
	require.NoError(t, s.Deliver(s.maker, msg).Err())
}

// "Items keep their terms" (ADR 0045): adapting a collection is bound by all that its items demand, and
// "wrap a work in a collection of one and derive from that" is called a laundry.
//
// A song sells adaptations, each by a grant that serves one. A curator buys one, for a collection that
// holds the song unchanged, and offers the collection for anything. Whoever wants to adapt the song
// adapts the collection: no grant, no fee, any number. Expected: NEEDS_GRANT of the item, as for
// training that is paid.
func TestAttackFreshACollectionOfOneSparesTheGrant(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	sells := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Sold", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, GrantFee: sdk.NewCoins(fee),
	})
	song := s.Register("song", s.author)
	s.Offer(song, sells)
	s.MustDeliver(s.curator, &licensetypes.MsgAcquire{Licensee: s.curator.String(), Work: song.ID, Terms: sells, MaxFee: &fee})
	wrap := s.Register("wrap", s.curator)
	msg := s.DeriveMsg(wrap, song.Under(sells).As(types.ROLE_CONTAINS))
	msg.Sources[0].Permission = licensetypes.NewGrantID(song.ID, sells, s.curator.Address, 0).String()
	s.See(msg)
	s.MustDeliver(s.curator, msg)
	all := s.anything()
	s.Offer(wrap, all)
	require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, s.asks(song, s.maker, adapt, true).Verdict)
	rights := s.asks(wrap, s.maker, adapt, true)
	_, err := s.derive("adaptation", wrap.Under(all).As(types.ROLE_PARENT_OF))
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "derived: %v", err)
}

// A buyer tricked in the same block: what MsgAcquire names in seen, MsgDerive does not.
//
// A derivation relies on a public offer. Before it, in the same block, the owner of the work declares
// a source of a second account that denies training, for no royalty, so that max_total_rate sees
// nothing. The derivative takes that on for ever: a source is never taken out, and the same owner
// approves nothing later. Expected: the derivation is refused, as a purchase is.
func TestAttackFreshASourceIsSlippedUnderADerivation(t *testing.T) {
	s := newShelf(t)
	all := s.anything()
	song := s.Register("song", s.author)
	s.Offer(song, all)
	trap := s.Register("trap", s.Account("sock of the author"))
	denies := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-No-Training", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_DENY,
	})
	s.Offer(trap, denies)
	remix := s.Register("remix", s.maker)
	signed := s.DeriveMsg(remix, song.Under(all))
	s.MustDeliver(s.author, s.DeriveMsg(song, trap.Under(denies)))
	err := s.Deliver(s.maker, signed).Err()
	require.ErrorIs(t, err, licensetypes.ErrOtherConditions)
	require.ErrorContains(t, err, "demands_version is 1, 0 was seen")
	s.MustDeliver(s.maker, s.DeriveMsg(remix, song.Under(all))) // who has looked again may
}

// What waits for approval is a bind that no version tells: a remix made under an old grant takes on
// what its source waits for, without owing or demanding anything new. A licence for ever goes on
// permitting derivations, and what is made so waits too, for whom its maker never saw: it takes no offers
// and grants. Whoever has not allowed that is refused, under offers and under grants.
func TestAttackFreshWaitingIsSlippedUnderADerivation(t *testing.T) {
	for _, bought := range []bool{false, true} {
		t.Run(fmt.Sprintf("bought %t", bought), func(t *testing.T) {
			l := newLaunderer(t)
			work, by := l.Register("work", l.owner), chain.Preset("cc-by-4.0")
			permission := by.String()
			l.Offer(work, by)
			l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: work.ID, Terms: by})
			if bought {
				permission = l.free(work, 0).String()
			}
			made := l.Register("made", l.sock)
			signed := l.DeriveMsg(made, work.Under(by))
			if signed.Sources[0].Permission = permission; bought {
				signed.Sources[0].Seen = licensetypes.Conditions{}
			}
			l.admit(work, l.hit.Under(l.remix10))
			if !bought {
				require.ErrorIs(t, l.Deliver(l.sock, signed).Err(), licensetypes.ErrOtherConditions)
				l.See(signed)
			}
			err := l.Deliver(l.sock, signed).Err()
			require.ErrorIs(t, err, types.ErrApprovalNeeded)
			require.ErrorContains(t, err, "--allow-unapproved")
			signed.AllowUnapproved = true
			l.MustDeliver(l.sock, signed)
		})
	}
}

// "exclusive keeps the owner out too, of derivations wherever they end up", and "items keep their
// terms": making something from a collection takes of each item what its other roles would.
//
// A buyer has all adaptations of a song exclusively. The owner then puts the song into a collection
// of one: holding it unchanged asks to copy and distribute, which the grant is not about. From the
// collection the owner adapts the song, and offers it for anything, so that anybody adapts it.
// Expected: exclusive_granted for both.
func TestAttackFreshACollectionOfOneBreaksAnExclusiveGrant(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	alone := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Alone", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Uses: []licensetypes.Action{adapt},
		GrantFee: sdk.NewCoins(fee), Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
	})
	song := s.Register("song", s.author)
	s.Offer(song, alone)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: alone, MaxFee: &fee})
	direct := s.Register("direct", s.author)
	own := types.Source{Work: song.ID, Role: types.ROLE_PARENT_OF}
	require.ErrorContains(t, s.Deliver(s.author, &types.MsgDerive{
		Owner: s.author.String(), Work: direct.ID, MaxTotalRate: chain.Whole, Sources: []types.Source{own},
	}).Err(), "exclusive_granted")

	wrap := s.Register("wrap", s.author)
	own.Role = types.ROLE_CONTAINS
	if s.Deliver(s.author, &types.MsgDerive{
		Owner: s.author.String(), Work: wrap.ID, MaxTotalRate: chain.Whole, Sources: []types.Source{own},
	}).Err() != nil {
		return
	}
	all := s.anything()
	s.Offer(wrap, all)
	own = types.Source{Work: wrap.ID, Role: types.ROLE_PARENT_OF}
	mine := s.Deliver(s.author, &types.MsgDerive{
		Owner: s.author.String(), Work: direct.ID, MaxTotalRate: chain.Whole, Sources: []types.Source{own},
	}).Err()
	other := s.Register("another's", s.fan)
	theirs := s.Deliver(s.fan, s.DeriveMsg(other, wrap.Under(all).As(types.ROLE_PARENT_OF))).Err()
	require.Error(t, mine, "the owner adapts the song")
	require.Error(t, theirs, "anybody adapts the song")
}

// "A LicenseRef that folds to a known name is refused", so that names keep their word.
//
// LicenseRef-Apache-License-2.0 and LicenseRef-MIT-License are refused; the titles of other licences,
// as their authors write them, are taken, here for terms with a fee and half of all revenue.
// Expected: refused, as the names are.
func TestAttackFreshTitlesOfKnownLicences(t *testing.T) {
	s := newShelf(t)
	for _, name := range []string{
		"LicenseRef-GNU-General-Public-License-v3", "LicenseRef-Creative-Commons-Attribution-4.0", "LicenseRef-BY-SA-4.0",
		"LicenseRef-Mozilla-Public-License-2.0", "LicenseRef-Free-Art-License", "LicenseRef-CC-Zero",
	} {
		terms := licensetypes.Terms{
			Spdx: name, Derivatives: licensetypes.DERIVATIVES_ALLOWED, GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1)),
			RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 500_000,
		}
		require.Error(t, s.Deliver(s.author, &licensetypes.MsgPublishTerms{Author: s.author.String(), Terms: terms}).Err(), name)
	}
}

// CheckRights and derivations about giving as input, which makes nothing unless it is asked
// for a derivation: with a grant that is used up, and where a free offer of the source would stand in.
func TestAttackFreshInputIsAnsweredAsItIsDerived(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	paid := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Sells-Input", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiInput: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(fee),
	})
	song := s.Register("song", s.author)
	s.Offer(song, paid)
	s.Offer(song, chain.Preset("cc-by-sa-4.0"))
	remix := s.bought("remix", s.curator, song, paid, 0)
	all := s.anything()
	s.Offer(remix, all)
	for n := range 2 {
		output := s.Register(fmt.Sprint("output ", n), s.maker)
		res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
			Work: remix.ID.String(), Licensee: s.maker.String(), Derivative: output.ID,
			Use: licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT, Unplaced: true},
		})
		require.NoError(t, err)
		msg := s.DeriveMsg(output, remix.Under(all).As(types.ROLE_INPUT_TO))
		msg.Record = &types.GenerationRecord{Model: "some model"}
		derived := s.Deliver(s.maker, msg).Err()
		rights := res.Rights
		require.Equal(t, rights.Verdict == licensetypes.VERDICT_ALLOWED, derived == nil, "%s %v: %v", rights.Verdict, rights.Reasons, derived)
		if n == 0 {
			s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: paid, MaxFee: &fee})
		}
	}
}

// "Two share-alike LicenseRefs are the same only if the digests of their texts are", and the case
// "a share-alike evaded".
//
// A song is under share-alike terms of its author's own, with a legal text, whose digest they have.
// The maker of a remix publishes terms with the same name and fields and another text, "do what you like":
// terms of another id, the digest of whose text nothing reads. The remix is offered under them, and so
// is what is made from it. Expected: sharealike_source; sources under both are sharealike_conflict.
func TestAttackFreshShareAlikeUnderAnotherText(t *testing.T) {
	s := newShelf(t)
	text := func(name string) licensetypes.TermsID {
		return s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Commons", CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE,
			Uri: "https://example.org/" + name, UriSha256: chain.Digest(name).String(),
		})
	}
	theirs, mine := text("theirs.txt"), text("do-what-you-like.txt")
	require.NotEqual(t, theirs, mine)
	song := s.Register("song", s.author)
	s.Offer(song, theirs)
	remix, err := s.derive("remix", song.Under(theirs))
	require.NoError(t, err)
	require.ErrorContains(t, s.offerErr(remix, s.anything()), "sharealike_source")
	require.ErrorContains(t, s.offerErr(remix, mine), "sharealike_source")
	other := s.Register("other", s.curator)
	s.Offer(other, mine)
	_, err = s.derive("mix", song.Under(theirs), other.Under(mine))
	require.ErrorContains(t, err, "sharealike_conflict")
}

// "Costs put on others": what an approval costs grows without end.
//
// An approval counts what stands of the declaring work: all terms under which grants were ever given,
// a read or two each. At most 64 offers stand, but closed ones make room, and their sums stay. The
// declaring owner gives a free grant under each of any number of terms to a second account; whoever
// is asked to approve pays for reading all. Expected: a sum that is kept.
func TestAttackFreshAnApprovalCostsMoreWithEachTerms(t *testing.T) {
	l := newLaunderer(t)
	gas := func(name string, terms int) int64 {
		work := l.Register(name, l.owner)
		for i := range terms {
			l.freed = l.publish(licensetypes.Terms{
				Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: uint64(2 + i),
			})
			l.free(work, 0)
		}
		l.admit(work, l.hit.Under(l.remix10))
		return l.MustDeliver(l.star, &types.MsgApproveSource{
			Owner: l.star.String(), Source: l.hit.ID, Derivative: work.ID, Declaration: 1, Shown: types.Promises{Grants: 1 << 20},
		}).GasUsed
	}
	one, many := gas("one", 1), gas("many", 41)
	require.Less(t, many, one+one/2, "gas of an approval with grants under 1 and under 41 terms: %d, %d", one, many)
}

// "A royalty evaded", by a licensee who says afterwards that it was another role.
//
// A remix is declared as made from a song that is owed 10 %. Before anybody relies on it, its owner
// declares the song anew, as contained, under the song's free terms for copies: the debt is gone, the
// ban of adapting is marked and refuses no offer, and the history still says that it was adapted. A
// permission can be replaced by a better one of the same source; this one permits less. Expected:
// refused, since what was made needs permission to adapt, or the debt stays.
func TestAttackFreshAnotherRoleLosesTheRoyalty(t *testing.T) {
	s := newShelf(t)
	copies := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Copies", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_NONE,
		Uses: []licensetypes.Action{licensetypes.ACTION_COPY, distribute},
	})
	tenth := chain.Preset("commercial-remix-10")
	song := s.Register("song", s.author)
	s.Offer(song, tenth)
	s.Offer(song, copies)
	remix, err := s.derive("remix", song.Under(tenth).As(types.ROLE_PARENT_OF))
	require.NoError(t, err)
	require.EqualValues(t, 100_000, s.owes(remix))
	err = s.Deliver(s.maker, s.DeriveMsg(remix, song.Under(copies).As(types.ROLE_CONTAINS))).Err()
	require.EqualValues(t, 100_000, s.owes(remix), "declared anew: %v", err)
}

// "A work's kind is fixed at registration", by which trainedOn passes on less.
func TestAttackFreshAKindIsFixed(t *testing.T) {
	s := newShelf(t)
	work := s.Register("work", s.maker)
	require.Error(t, s.Deliver(s.maker, &registrytypes.MsgRevise{
		Owner: s.maker.String(), Work: work.ID, Details: registrytypes.Details{Kind: registrytypes.KIND_MODEL, Title: "work"},
	}).Err())
}
