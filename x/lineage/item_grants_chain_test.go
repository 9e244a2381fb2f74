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
)

// sells are terms under which everything is had by grants, each for one derivative.
func (s *shelf) sells(name string) licensetypes.TermsID {
	return s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)),
	})
}

// buy acquires a grant.
func (s *shelf) buy(by chain.Account, work chain.Work, terms licensetypes.TermsID, serial uint64) licensetypes.GrantID {
	s.t.Helper()
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	s.MustDeliver(by, &licensetypes.MsgAcquire{
		Licensee: by.String(), Work: work.ID, Terms: terms, Serial: serial, MaxFee: &fee, Seen: s.Seen(work, terms),
	})
	return licensetypes.NewGrantID(work.ID, terms, by.Address, serial)
}

// declare derives a work by a permission as it is written; empty: by owning the source.
func (s *shelf) declare(work chain.Work, source chain.Source, permission string) error {
	msg := s.DeriveMsg(work, source)
	msg.Sources[0].Permission = permission
	return s.Deliver(work.Owner, s.See(msg)).Err()
}

// wrapped is a collection of the curator's with a work in it by a grant, offered for anything.
func (s *shelf) wrapped(name string, work chain.Work, terms licensetypes.TermsID, serial uint64) chain.Work {
	s.t.Helper()
	wrap := s.Register(name, s.curator)
	require.NoError(s.t, s.declare(wrap, work.Under(terms).As(types.ROLE_CONTAINS), s.buy(s.curator, work, terms, serial).String()))
	s.Offer(wrap, s.anything())
	return wrap
}

// Who makes something of a collection needs a grant of each item that is there by one, for each
// work that is made; who copies it does not. What was made asks for nothing more.
func TestMakingSomethingOfACollectionUsesGrantsOfItsItems(t *testing.T) {
	s := newShelf(t)
	all, sells := s.anything(), s.sells("Sold")
	song := s.Register("song", s.author)
	s.Offer(song, sells)
	wrap := s.wrapped("wrap", song, sells, 0)
	box := s.collect("box", wrap.Under(all).As(types.ROLE_CONTAINS))
	s.Offer(box, all)
	for _, work := range []chain.Work{wrap, box} {
		s.requireAllowed(work, copies, distribute, perform, searchFor)
		for _, action := range []licensetypes.Action{adapt, trainAI, aiInput} {
			rights := s.asks(work, s.maker, action, true)
			require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, rights.Verdict, action)
			require.Equal(t, []licensetypes.Reason{{Code: "needs_grant", Work: work.ID, Ancestor: song.ID, AncestorTerms: sells}}, rights.Reasons)
			require.Len(t, rights.Offers, 1)
			require.Equal(t, song.ID, rights.Offers[0].Work)
		}
	}
	made := s.Register("made", s.maker)
	require.ErrorContains(t, s.declare(made, box.Under(all), all.String()), "needs_grant")
	own := s.Register("the curator's", s.curator)
	require.ErrorContains(t, s.declare(own, wrap.Under(all), ""), "needs_grant", "whose grant serves the collection")

	s.buy(s.maker, song, sells, 1)
	require.NoError(t, s.declare(made, box.Under(all), all.String()))
	again := s.Register("again", s.maker)
	require.ErrorContains(t, s.declare(again, wrap.Under(all), all.String()), "needs_grant", "it is used up")
	s.buy(s.maker, song, sells, 2)
	model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
	require.NoError(t, s.trains(model, wrap, all))
	require.ErrorContains(t, s.declare(again, wrap.Under(all), all.String()), "needs_grant", "so is this")

	s.Offer(made, all)
	_, err := s.derive("of what was made", made.Under(all))
	require.NoError(t, err)
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: sells})
	s.requireDenied(wrap, adapt, "not_offered", song)
	s.requireAllowed(wrap, copies, distribute)
	s.RequireInvariants()
	s.RequireSameExport()
}

// What lets nobody make more than the item's grant does meets the demand: a free offer of the item
// that asks no more. One for other uses does not, nor a grant of who is no party to it.
func TestWhatStandsInForAGrantOfAnItem(t *testing.T) {
	s := newShelf(t)
	all, sells := s.anything(), s.sells("Sold")
	song := s.Register("song", s.author)
	s.Offer(song, sells)
	wrap := s.wrapped("wrap", song, sells, 0)
	made := s.Register("made", s.maker)
	s.Offer(song, chain.Preset("noncommercial-remix"))
	require.ErrorContains(t, s.declare(made, wrap.Under(all), all.String()), "needs_grant", "for no commercial use")
	s.buy(s.fan, song, sells, 0)
	require.ErrorContains(t, s.declare(made, wrap.Under(all), all.String()), "needs_grant", "somebody else's")
	s.Offer(song, s.anything())
	require.NoError(t, s.declare(made, wrap.Under(all), all.String()))

	// What is there by a public offer asks for nothing, whatever becomes of the offer.
	free := s.collect("free", song.Under(all).As(types.ROLE_CONTAINS))
	s.Offer(free, all)
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: all})
	s.requireAllowed(free, adapt, trainAI, aiInput)
	require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, s.asks(wrap, s.Account("somebody"), trainAI, true).Verdict)
	s.RequireInvariants()
}

// Where nothing may be made of the item anyway a grant is not asked for; where training is sold by
// itself a pass for uses of the collection does, as for anything else.
func TestAnItemsTermsDecideWhatIsAsked(t *testing.T) {
	s := newShelf(t)
	all := s.anything()
	song := s.Register("song", s.author)
	copied := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Copies", CommercialUse: true, Uses: []licensetypes.Action{copies, distribute},
		GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)),
	})
	s.Offer(song, copied)
	s.requireDenied(s.wrapped("wrap", song, copied, 0), adapt, "use_not_covered", song)

	trained := s.sellsTraining("Sells-Training", nil)
	s.Offer(song, trained)
	wrap := s.wrapped("sold", song, trained, 0)
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: trained})
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: song.ID, Terms: trained, UsesOf: wrap.ID, MaxFee: &fee, Seen: s.DemandsSeen(wrap),
	})
	model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
	require.NoError(t, s.trains(model, wrap, all))
	require.Equal(t, licensetypes.VERDICT_DENIED, s.asks(wrap, s.maker, adapt, true).Verdict, "a pass is for training")
	s.RequireInvariants()
	s.RequireSameExport()
}

// A collection may hold any number of items by grants. Of more than can be listed nothing is made.
func TestACollectionOfManyItemsByGrants(t *testing.T) {
	s := newShelf(t)
	all, sells := s.anything(), s.sells("Sold")
	album := s.Register("album", s.curator)
	for n := range 18 {
		song := s.Register(fmt.Sprint("song ", n), s.author)
		s.Offer(song, sells)
		require.NoError(t, s.declare(album, song.Under(sells).As(types.ROLE_CONTAINS), s.buy(s.curator, song, sells, 0).String()))
		if n == 15 {
			s.Offer(album, all)
			rights := s.asks(album, s.maker, adapt, true)
			require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, rights.Verdict)
			require.Len(t, rights.Offers, 16)
			s.MustDeliver(s.curator, &licensetypes.MsgCloseOffer{Owner: s.curator.String(), Work: album.ID, Terms: all})
		}
	}
	s.Offer(album, all)
	s.requireAllowed(album, copies, distribute, perform, searchFor)
	for _, action := range []licensetypes.Action{adapt, trainAI, aiInput} {
		rights := s.asks(album, s.maker, action, true)
		require.Equal(t, licensetypes.VERDICT_DENIED, rights.Verdict)
		require.Equal(t, []licensetypes.Reason{{Code: "items_by_grant", Work: album.ID}}, rights.Reasons)
	}
	s.RequireInvariants()
	s.RequireSameExport()
}

// alone are terms that give something exclusively, for an hour.
func (s *shelf) alone(name string, exclusivity licensetypes.Exclusivity, uses ...licensetypes.Action) licensetypes.TermsID {
	hour := time.Hour
	return s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Uses: uses, Territories: []string{"FR"},
		GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)), Exclusivity: exclusivity, Duration: &hour,
	})
}

// While somebody has the making of an item exclusively, nobody else makes that of a collection
// that takes the item in, by whatever permission: the owner's or a public offer; of a sole
// grant the item's owner does. The end that the grant had then lifts it, whatever becomes of the
// grant.
func TestACollectionWithholdsWhatOthersHaveExclusively(t *testing.T) {
	for name, exclusivity := range map[string]licensetypes.Exclusivity{
		"exclusive": licensetypes.EXCLUSIVITY_EXCLUSIVE, "sole": licensetypes.EXCLUSIVITY_SOLE,
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			all, alone := s.anything(), s.alone("Alone", exclusivity, adapt, licensetypes.ACTION_AI_INPUT)
			song := s.Register("song", s.author)
			s.Offer(song, alone)
			before := s.Register("before", s.author)
			require.NoError(t, s.declare(before, song.Under(all).As(types.ROLE_CONTAINS), ""))
			s.buy(s.maker, song, alone, 0)
			s.Offer(song, all)
			own, public := s.Register("own", s.author), s.Register("public", s.curator)
			require.NoError(t, s.declare(own, song.Under(all).As(types.ROLE_CONTAINS), ""))
			require.NoError(t, s.declare(public, song.Under(all).As(types.ROLE_CONTAINS), all.String()))
			for _, work := range []chain.Work{own, public, before} {
				s.Offer(work, all)
			}
			box := s.collect("box", own.Under(all).As(types.ROLE_CONTAINS))
			s.Offer(box, all)
			for _, work := range []chain.Work{own, public, box} {
				s.requireAllowed(work, copies, distribute, perform, searchFor, trainAI)
				s.requireDenied(work, adapt, "exclusive_granted", song)
				s.requireDenied(work, aiInput, "exclusive_granted", song)
				adaptation := s.Register("made of "+work.ID.String(), s.fan)
				require.ErrorContains(t, s.declare(adaptation, work.Under(all), all.String()), "exclusive_granted")
				_, err := s.derive("the licensee's of "+work.ID.String(), work.Under(all))
				require.NoError(t, err)
			}
			adaptation := s.Register("the owner's", s.author)
			if err := s.declare(adaptation, public.Under(all), all.String()); exclusivity == licensetypes.EXCLUSIVITY_SOLE {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "exclusive_granted")
			}
			s.requireAllowed(before, adapt, trainAI, aiInput)

			// What was made of it otherwise is under no such demand.
			model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
			require.NoError(t, s.trains(model, own, all))
			s.Offer(model, all)
			s.requireAllowed(model, adapt, aiInput)
			s.RequireInvariants()
			s.RequireSameExport()

			s.Advance(2 * time.Hour)
			for _, work := range []chain.Work{own, public, box} {
				s.requireAllowed(work, adapt, trainAI, aiInput)
			}
			s.RequireInvariants()
			s.RequireSameExport()
		})
	}
}

// Who has it exclusively is not kept out, and what is withheld where others rely on the collection
// counts as a later source.
func TestWhoHasItExclusivelyWithholdsNothing(t *testing.T) {
	s := newShelf(t)
	all, alone := s.anything(), s.alone("Alone", licensetypes.EXCLUSIVITY_EXCLUSIVE)
	song := s.Register("song", s.author)
	s.Offer(song, all)
	wrap := s.collect("wrap", song.Under(all).As(types.ROLE_CONTAINS))
	s.Offer(wrap, all)
	_, err := s.derive("relies on it", wrap.Under(all))
	require.NoError(t, err)
	s.MustDeliver(s.curator, &licensetypes.MsgCloseOffer{Owner: s.curator.String(), Work: wrap.ID, Terms: all})
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: all})
	s.Offer(song, alone)
	grant := s.buy(s.maker, song, alone, 0)
	mine := s.Register("mine", s.maker)
	require.NoError(t, s.declare(mine, song.Under(alone).As(types.ROLE_CONTAINS), grant.String()))
	s.Offer(mine, all)
	_, err = s.derive("of mine", mine.Under(all))
	require.ErrorContains(t, err, "not_offered", "it takes another grant of the song, and none is to be had")

	adaptAlone := s.alone("Adapts-Alone", licensetypes.EXCLUSIVITY_EXCLUSIVE, adapt)
	poem := s.Register("poem", s.author)
	s.Offer(poem, adaptAlone)
	s.Offer(poem, all)
	verses := s.collect("verses", poem.Under(all).As(types.ROLE_CONTAINS))
	s.Offer(verses, all)
	_, err = s.derive("relies on verses", verses.Under(all))
	require.NoError(t, err)
	s.MustDeliver(s.curator, &licensetypes.MsgCloseOffer{Owner: s.curator.String(), Work: verses.ID, Terms: all})
	s.buy(s.maker, poem, adaptAlone, 0)
	require.ErrorContains(t, s.declare(verses, poem.Under(all).As(types.ROLE_CONTAINS), all.String()), "exclusive_source")
	held := s.Register("held", s.maker)
	require.NoError(t, s.declare(held, poem.Under(all).As(types.ROLE_CONTAINS), all.String()))
	s.Offer(held, all)
	s.requireAllowed(held, adapt)
	s.RequireInvariants()
	s.RequireSameExport()
}
