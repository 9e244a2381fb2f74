package lineage_test

import (
	"slices"
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

// "Who makes something of a collection takes of each item what it takes by itself" (ADR 0060), "of each
// registered item what its other roles would pass" (section 4, precisely 10), and "wrap a work in a collection
// of one and derive from that" is a laundry (ADR 0045). Two things that `contains` still leaves behind.
//
// Approval: a song is offered to everybody who has the author's approval, which is direct: what is made
// from an approved adaptation asks for none. Copying it asks for none either, so anybody puts it into a
// collection of one under that offer. A direct approval is no demand that passes on, and an item under a
// public offer needs no grant: whoever adapts the collection adapts the song, and the author is never
// asked. Expected: needs_approval, as of the song itself.
//
// Royalty: a song is had by grants that cost nothing but half of all that the adaptation takes in. Whoever
// adapts it has a second account put it into a collection of one, which owes that half and takes in nothing.
// By the collection the same grant of the song is asked for and used up, with its rate, and the
// adaptation owes nothing to anybody. Expected: it owes the half, or is refused.
func TestAttackAgainACollectionOfOne(t *testing.T) {
	t.Run("approval", func(t *testing.T) {
		s := newShelf(t)
		asks := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Ask-Me", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
			DerivativeApproval: true, ApprovalDirect: true,
		})
		song := s.Register("song", s.author)
		s.Offer(song, asks)
		direct := s.asks(song, s.maker, adapt, true)
		require.NotEqual(t, licensetypes.VERDICT_ALLOWED, direct.Verdict)
		_, err := s.derive("direct", song.Under(asks).As(types.ROLE_PARENT_OF))
		require.Error(t, err, "the author has not approved")

		wrap := s.collect("wrap", song.Under(asks).As(types.ROLE_CONTAINS))
		all := s.anything()
		s.Offer(wrap, all)
		rights := s.asks(wrap, s.maker, adapt, true)
		_, err = s.derive("adaptation", wrap.Under(all).As(types.ROLE_PARENT_OF))
		require.NotEqual(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "derived: %v", err)
		require.Error(t, err)
	})
	t.Run("royalty", func(t *testing.T) {
		s := newShelf(t)
		half := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Half", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: 1 << 20,
			RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 500_000,
		})
		song := s.Register("song", s.author)
		s.Offer(song, half)
		take := func(by chain.Account) licensetypes.GrantID {
			s.MustDeliver(by, &licensetypes.MsgAcquire{
				Licensee: by.String(), Work: song.ID, Terms: half, MaxRate: chain.Whole, Seen: s.Seen(song, half),
			})
			return licensetypes.NewGrantID(song.ID, half, by.Address, 0)
		}
		owes := func(work chain.Work) uint32 {
			res, err := royaltytypes.NewQueryClient(s.Conn()).Upstream(s.Ctx(), &royaltytypes.QueryUpstreamRequest{Work: work.ID})
			require.NoError(t, err)
			return res.Relative
		}
		direct := s.Register("direct", s.fan)
		require.NoError(t, s.declare(direct, song.Under(half).As(types.ROLE_PARENT_OF), take(s.fan).String()))
		require.EqualValues(t, 500_000, owes(direct))

		wrap, all := s.Register("wrap", s.curator), s.anything()
		require.NoError(t, s.declare(wrap, song.Under(half).As(types.ROLE_CONTAINS), take(s.curator).String()))
		s.Offer(wrap, all)
		grant := take(s.maker)
		made, err := s.derive("adaptation", wrap.Under(all).As(types.ROLE_PARENT_OF))
		if err != nil {
			return
		}
		res, err := licensetypes.NewQueryClient(s.Conn()).GrantUses(s.Ctx(), &licensetypes.QueryGrantUsesRequest{Grant: grant})
		require.NoError(t, err)
		t.Logf("the grant serves %v, the adaptation is %s", res.Derivatives, made.ID)
		s.Pay(s.fan, made, "1000uusdc")
		require.EqualValues(t, 500_000, owes(made), "the song gets nothing of what the adaptation takes in")
	})
}

// "`sole` leaves the owner in, `exclusive` does not", and a collection withholds what others have exclusively of
// an item when it is taken in, "from everybody" (ADR 0060).
//
// The owner of a song registers an empty collection first and offers it under a licence that can't be taken
// back, or gives a second account a free grant of it. Then the owner sells all adaptations of the song
// exclusively, and takes the song into the collection afterwards: by a later source, for which every owner of
// a work that newly demands something is asked but who declares it, who is the only one. Whoever has
// the exclusive grant is not asked. The collection withholds adaptations, in a version of its demands that
// neither the licence nor the grant is judged by: everybody adapts the song by the collection, after the
// sale. Expected: exclusive_granted, or the declaration is refused.
func TestAttackAgainAnEmptyCollectionBreaksAnExclusiveGrant(t *testing.T) {
	for _, kind := range []string{"licence", "grant"} {
		t.Run(kind, func(t *testing.T) {
			s := newShelf(t)
			fee, by := sdk.NewInt64Coin("uusdc", 1_000), chain.Preset("cc-by-4.0")
			alone := s.publish(licensetypes.Terms{
				Spdx: "LicenseRef-Alone", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Uses: []licensetypes.Action{adapt},
				GrantFee: sdk.NewCoins(fee), Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
			})
			free := s.publish(licensetypes.Terms{
				Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: 1 << 20,
				DerivativesPerGrant: licensetypes.UnlimitedDerivatives,
			})
			song, wrap := s.Register("song", s.author), s.Register("wrap", s.author)
			permission := by.String()
			if kind == "licence" {
				s.Offer(wrap, by)
			} else {
				s.Offer(wrap, free)
				s.MustDeliver(s.fan, &licensetypes.MsgAcquire{Licensee: s.fan.String(), Work: wrap.ID, Terms: free, Seen: s.Seen(wrap, free)})
				permission = licensetypes.NewGrantID(wrap.ID, free, s.fan.Address, 0).String()
			}
			s.Offer(song, alone)
			s.buy(s.maker, song, alone, 0)
			if s.declare(wrap, song.Under(by).As(types.ROLE_CONTAINS), "") != nil {
				return
			}
			adaptation := s.Register("adaptation", s.fan)
			err := s.declare(adaptation, wrap.Under(by).As(types.ROLE_PARENT_OF), permission)
			require.ErrorContains(t, err, "exclusive_granted")
		})
	}
}

// "`exclusive` does not leave the owner in", "items keep their terms", "trainedOn passes its column onto
// models; onto a dataset it passes the full one", and "a use of a derivative is a use of what it was made from".
//
// What a collection of one is refused, a dataset of one is not: `contains` marks what is had by grants
// and what others have exclusively, `trainedOn` of a dataset, which holds the source itself, does not. A buyer
// has all adaptations of a song exclusively; the owner puts the song into a dataset, whose making asks for
// training alone, and adapts the dataset, as does anybody. Or the song sells adaptations, a grant for each:
// one grant for the dataset, and everybody adapts that for nothing. Or a buyer has the training exclusively:
// the owner makes a remix after the sale, by any slight change, and everybody trains on that, while training
// that is denied or sold would have passed on to it. Expected: exclusive_granted, and needs_grant.
func TestAttackAgainOtherRolesThanContains(t *testing.T) {
	t.Run("exclusive", func(t *testing.T) {
		s := newShelf(t)
		fee := sdk.NewInt64Coin("uusdc", 1_000)
		alone := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Alone", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Uses: []licensetypes.Action{adapt},
			GrantFee: sdk.NewCoins(fee), Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
		})
		song := s.Register("song", s.author)
		s.Offer(song, alone)
		s.buy(s.maker, song, alone, 0)
		all := s.anything()
		direct := s.Register("direct", s.author)
		require.ErrorContains(t, s.declare(direct, song.Under(all).As(types.ROLE_PARENT_OF), ""), "exclusive_granted")

		dataset := s.ofKind("dataset", s.author, registrytypes.KIND_DATASET)
		if s.declare(dataset, song.Under(all).As(types.ROLE_TRAINED_ON), "") != nil {
			return
		}
		s.Offer(dataset, all)
		mine := s.declare(direct, dataset.Under(all).As(types.ROLE_PARENT_OF), "")
		theirs := s.declare(s.Register("another's", s.fan), dataset.Under(all).As(types.ROLE_PARENT_OF), all.String())
		require.ErrorContains(t, mine, "exclusive_granted")
		require.ErrorContains(t, theirs, "exclusive_granted")
	})
	t.Run("grant", func(t *testing.T) {
		s := newShelf(t)
		all, sells := s.anything(), s.sells("Sold")
		song := s.Register("song", s.author)
		s.Offer(song, sells)
		dataset := s.ofKind("dataset", s.curator, registrytypes.KIND_DATASET)
		require.NoError(t, s.declare(dataset, song.Under(sells).As(types.ROLE_TRAINED_ON), s.buy(s.curator, song, sells, 0).String()))
		s.Offer(dataset, all)
		rights := s.asks(dataset, s.maker, adapt, true)
		_, err := s.derive("adaptation", dataset.Under(all).As(types.ROLE_PARENT_OF))
		require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, rights.Verdict, "derived: %v", err)
	})
	t.Run("remix", func(t *testing.T) {
		s := newShelf(t)
		alone := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Alone", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_NONE, Uses: []licensetypes.Action{trainAI},
			AiTraining: licensetypes.PERMISSION_ALLOW, GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)),
			Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
		})
		song := s.Register("song", s.author)
		s.Offer(song, alone)
		s.buy(s.maker, song, alone, 0)
		all, remix := s.anything(), s.Register("remix", s.author)
		s.Offer(song, all)
		require.NoError(t, s.declare(remix, song.Under(all).As(types.ROLE_PARENT_OF), ""))
		s.Offer(remix, all)
		require.Equal(t, licensetypes.VERDICT_DENIED, s.asks(song, s.fan, trainAI, true).Verdict)
		require.Equal(t, licensetypes.VERDICT_DENIED, s.asks(remix, s.fan, trainAI, true).Verdict)
	})
}

// "A grant that is reserved for a work is safe against the licensor" and goes first if it was there first
// (ADR 0057), and "no later message of a licensor voids what was bought".
//
// As in TestAttackFreshALicensorReservesTheOtherWayRound: somebody has paid for a grant of a song that is
// reserved for a remix. The remix is for sale too, by the hour. The owner of the song buys 64 such
// grants of it, reserved for the song, and lets them end. From then on nobody looks beyond the 64th: it
// counts as one that runs, though all have ended, and though the buyer's was there first. The remix
// can't be declared as made from the song for ever. Expected: what has ended stands in nobody's way.
func TestAttackAgainEndedReservationsVoidAGrant(t *testing.T) {
	s := newShelf(t)
	hour, fee, cheap := time.Hour, sdk.NewInt64Coin("uusdc", 1_000), sdk.NewInt64Coin("uusdc", 10)
	sells := s.sells("Sold")
	hourly := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &hour,
		GrantFee: sdk.NewCoins(cheap),
	})
	song, remix := s.Register("song", s.author), s.Register("remix", s.maker)
	s.Offer(song, sells)
	s.Offer(remix, hourly)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: song.ID, Terms: sells, Derivative: remix.ID, MaxFee: &fee, Seen: s.Seen(song, sells),
	})
	const most = licensetypes.MaxReserved // one less does no harm
	for n := range uint64(most) {
		s.MustDeliver(s.author, &licensetypes.MsgAcquire{
			Licensee: s.author.String(), Work: remix.ID, Terms: hourly, Serial: n, Derivative: song.ID, MaxFee: &cheap, Seen: s.Seen(remix, hourly),
		})
	}
	s.Advance(2 * time.Hour)
	msg := s.DeriveMsg(remix, song.Under(sells))
	msg.Sources[0].Permission = licensetypes.NewGrantID(song.ID, sells, s.maker.Address, 0).String()
	s.See(msg)
	msg.AllowUnapproved = true
	require.NoError(t, s.Deliver(s.maker, msg).Err())
}

// "A message that binds names what its signer saw" (ADR 0058), so that nothing is slipped in between. Exclusive
// grants and collections are not among it.
//
// Purchase: a buyer looks at a song, of which nothing is made, and signs the purchase of all adaptations of
// it, exclusively. Before it, in the same block, the owner puts the song into a collection of one and offers
// that for anything. An exclusive grant reaches nothing that was made before it: everybody adapts the song by
// the collection, for ever, and the buyer has paid for nothing. Expected: the purchase is refused, or the
// collection does not open the song.
//
// Collection: a curator signs an album of two songs under public offers for anything. Before it, in the
// same block, the owner of one gives a second account of theirs the adaptations of it exclusively, for
// nothing and without end. Copying is not kept out, so the album is declared, and withholds adaptations of the
// whole, from everybody and in all places, for ever: a source is never taken out. Neither version that
// `seen` names tells that. Expected: the derivation is refused as made under other conditions.
func TestAttackAgainExclusiveGrantsAreNotSeen(t *testing.T) {
	t.Run("purchase", func(t *testing.T) {
		s := newShelf(t)
		fee := sdk.NewInt64Coin("uusdc", 1_000)
		alone := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Alone", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
			GrantFee: sdk.NewCoins(fee), Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
		})
		song := s.Register("song", s.author)
		s.Offer(song, alone)
		signed := &licensetypes.MsgAcquire{Licensee: s.fan.String(), Work: song.ID, Terms: alone, MaxFee: &fee, Seen: s.Seen(song, alone)}

		all, wrap := s.anything(), s.Register("wrap", s.author)
		require.NoError(t, s.declare(wrap, song.Under(all).As(types.ROLE_CONTAINS), ""))
		s.Offer(wrap, all)
		if s.Deliver(s.fan, signed).Err() != nil {
			return
		}
		_, err := s.derive("adaptation", wrap.Under(all).As(types.ROLE_PARENT_OF))
		require.Error(t, err, "the exclusive grant is sold, and somebody else adapts the song")
	})
	t.Run("collection", func(t *testing.T) {
		s := newShelf(t)
		all := s.anything()
		song, other, album := s.Register("song", s.author), s.Register("other", s.fan), s.Register("album", s.curator)
		s.Offer(song, all)
		s.Offer(other, all)
		signed := s.DeriveMsg(album, song.Under(all).As(types.ROLE_CONTAINS), other.Under(all).As(types.ROLE_CONTAINS))

		alone := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Alone", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Uses: []licensetypes.Action{adapt},
			Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
		})
		sock := s.Account("sock of the author")
		s.Offer(song, alone)
		s.MustDeliver(sock, &licensetypes.MsgAcquire{Licensee: sock.String(), Work: song.ID, Terms: alone, Seen: s.Seen(song, alone)})

		err := s.Deliver(s.curator, signed).Err()
		if err == nil {
			s.Offer(album, all)
			s.requireAllowed(album, adapt)
		}
		require.ErrorIs(t, err, licensetypes.ErrOtherConditions)
	})
}

// "Items keep their terms", and an answer about a collection "opens no item": a grant of the collection is
// none of its items. Who adapts a collection takes of an item what it takes by itself, and that
// is as its owner offers it on the day. What was bought of the collection stays: copies of the whole.
// Whoever means to adapt acquires the item's grant too, reserved for the work, which `acquire` says.
func TestAGrantOfACollectionIsNoneOfItsItems(t *testing.T) {
	for want, open := range map[licensetypes.Verdict]bool{licensetypes.VERDICT_ALLOWED: true, licensetypes.VERDICT_NEEDS_GRANT: false} {
		t.Run(want.String(), func(t *testing.T) {
			s := newShelf(t)
			all, sells, studio := s.anything(), s.sells("Sold"), s.sells("Studio")
			song := s.Register("song", s.author)
			s.Offer(song, sells)
			wrap := s.Register("wrap", s.curator)
			require.NoError(t, s.declare(wrap, song.Under(sells).As(types.ROLE_CONTAINS), s.buy(s.curator, song, sells, 0).String()))
			s.Offer(wrap, studio)
			if open {
				s.Offer(song, all)
			}
			s.buy(s.maker, wrap, studio, 0)
			mine := s.buy(s.maker, song, sells, 0)
			require.Equal(t, licensetypes.VERDICT_ALLOWED, s.asks(wrap, s.maker, adapt, true).Verdict, "with a grant of both")
			s.buy(s.fan, wrap, studio, 0)
			before := s.asks(wrap, s.fan, adapt, true)
			require.Equal(t, want, before.Verdict, "%v", before.Reasons)
			require.True(t, slices.ContainsFunc(before.Notices, func(n licensetypes.Notice) bool { return n.Code == "items_apart" }) || !open)

			s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: sells})
			if open {
				s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: all})
			}
			after := s.asks(wrap, s.fan, adapt, true)
			require.Equal(t, licensetypes.VERDICT_DENIED, after.Verdict)
			require.Equal(t, []licensetypes.Reason{{Code: "not_offered", Work: wrap.ID, Ancestor: song.ID, AncestorTerms: sells}}, after.Reasons)
			require.Equal(t, licensetypes.VERDICT_ALLOWED, s.asks(wrap, s.fan, distribute, true).Verdict)
			require.Equal(t, licensetypes.VERDICT_ALLOWED, s.asks(wrap, s.maker, adapt, true).Verdict, "by %s", mine)
		})
	}
}

// "The payment that served an edge counts for that edge's work alone: wrapping a work whose training is paid
// in one's own collection would have made its curator a holder who need not pay" (ADR 0045), and "the
// grant that serves the collection serves that one, so its owner is asked too" (ADR 0060).
//
// A song sells training, a grant for each model. A curator buys one, for a collection of one. Whoever
// adapts a collection is asked for a grant of the item, the curator too; for what the terms sell the demand
// is another, and of that the holder of what a grant served is exempt. So the curator trains any number of
// models of the song for the price of one. Expected: NEEDS_GRANT for each.
func TestAttackAgainACuratorTrainsForThePriceOfOne(t *testing.T) {
	s := newShelf(t)
	paid := s.sellsTraining("Sells-Training", nil)
	song := s.Register("song", s.author)
	s.Offer(song, paid)
	wrap := s.Register("wrap", s.curator)
	require.NoError(t, s.declare(wrap, song.Under(paid).As(types.ROLE_CONTAINS), s.buy(s.curator, song, paid, 0).String()))
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, s.asks(wrap, s.curator, adapt, true).Verdict, "of adapting it the curator is asked")
	rights := s.asks(wrap, s.curator, trainAI, true)
	made := 0
	for _, name := range []string{"first", "second", "third"} {
		model := s.ofKind(name, s.curator, registrytypes.KIND_MODEL)
		if s.declare(model, wrap.Under(paid).As(types.ROLE_TRAINED_ON), "") == nil {
			made++
		}
	}
	require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, rights.Verdict, "%d models trained on the song by one grant", made)
}

// "A LicenseRef that folds to a known name is refused", so that names keep their word.
//
// The names by which the table knows licences are refused, and so are many of their titles. Those that stand
// above their own texts or in their own notices are taken, with a fee and half of all revenue: with the words
// public license, with a date, with the short name behind the long one, with a port's country in full.
// Expected: refused.
func TestAttackAgainTitlesAsTheTextsHaveThem(t *testing.T) {
	s := newShelf(t)
	for _, name := range []string{
		"Creative-Commons-Attribution-4.0-International-Public-License",
		"Creative-Commons-Attribution-ShareAlike-4.0-International-Public-License",
		"Creative-Commons-CC0-1.0-Universal", "Creative-Commons-Attribution-ShareAlike-3.0-Germany", "CC-BY-SA-3.0-Germany",
		"GNU-General-Public-License-version-3-or-any-later-version", "GNU-Lesser-General-Public-License-LGPL-3.0",
		"Apache-License-Version-2.0-January-2004", "SIL-OPEN-FONT-LICENSE-Version-1.1-26-February-2007",
		"ODC-Open-Database-License-ODbL", "Free-Art-License-FAL-1.3", "The-MIT-License-MIT", "BSD3", "BSD-2",
	} {
		t.Run(name, func(t *testing.T) {
			terms := licensetypes.Terms{
				Spdx: "LicenseRef-" + name, Derivatives: licensetypes.DERIVATIVES_ALLOWED, GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1)),
				RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 500_000,
			}
			require.Error(t, s.Deliver(s.author, &licensetypes.MsgPublishTerms{Author: s.author.String(), Terms: terms}).Err())
		})
	}
}
