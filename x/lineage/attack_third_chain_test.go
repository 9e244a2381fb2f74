package lineage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// fit has terms permit what their uses say.
func fit(t *licensetypes.Terms) {
	if len(t.Uses) == 0 || slices.Contains(t.Uses, adapt) {
		t.Derivatives = licensetypes.DERIVATIVES_ALLOWED
	}
	if len(t.Uses) == 0 || slices.Contains(t.Uses, trainAI) {
		t.AiTraining = licensetypes.PERMISSION_ALLOW
	}
}

// only are terms that permit everybody some uses, or count their grants.
func (s *shelf) only(name string, counted bool, territories []string, uses ...licensetypes.Action) licensetypes.TermsID {
	t := licensetypes.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Uses: uses, Territories: territories,
	}
	fit(&t)
	if counted {
		t.MaxGrants = 1 << 20
	}
	return s.publish(t)
}

// exclusively are terms that give uses exclusively, for a fee or, where free, for nothing.
func (s *shelf) exclusively(name string, free bool, territories []string, uses ...licensetypes.Action) licensetypes.TermsID {
	t := licensetypes.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Uses: uses, Territories: territories,
		Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE, Transferable: true,
	}
	fit(&t)
	if !free {
		t.GrantFee = sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000))
	}
	return s.publish(t)
}

// take acquires a grant that costs nothing.
func (s *shelf) take(by chain.Account, work chain.Work, terms licensetypes.TermsID, serial uint64) licensetypes.GrantID {
	s.t.Helper()
	s.MustDeliver(by, &licensetypes.MsgAcquire{
		Licensee: by.String(), Work: work.ID, Terms: terms, Serial: serial, Seen: s.Seen(work, terms),
	})
	return licensetypes.NewGrantID(work.ID, terms, by.Address, serial)
}

// codes are territories.
func codes() (list []string) {
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code := string([]rune{a, b}); termspec.IsTerritory(code) {
				list = append(list, code)
			}
		}
	}
	return list
}

// "Simulation and queries have a gas bound", and gas is there to cover what a message costs.
//
// Whether terms overlap is found out by comparing each territory of one with each of the other, for each offer of a
// source with each of its exclusive grants, and again with each terms under which grants run, and none of that takes
// gas. One song has 64 offers for one half of the world and 64 exclusive grants for the other half, apart by
// their media; its adaptations ask for approval. One derivation from a remix of it, or one answer, takes a second,
// for the gas of reading the rows: 0.8 million of the 300 million of a block, which is minutes for one block.
// Sixteen such sources of one remix, and 256 terms under which grants run, multiply that in one message. Lists
// with one entry, for the same rows, take a fiftieth. Expected: time that follows the gas.
func TestAttackThirdPlacesAreComparedForNothing(t *testing.T) {
	cost := func(territories bool) (time.Duration, int64) {
		s := newShelf(t)
		here, there := codes()[:124], codes()[124:248]
		if !territories {
			here, there = here[:1], there[:1]
		}
		free := licensetypes.Terms{
			CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Territories: there, DerivativeApproval: true,
		}
		song := s.Register("song", s.author)
		const most = licensetypes.MaxExclusives
		for n := range most {
			t := licensetypes.Terms{
				Spdx: fmt.Sprint("LicenseRef-Alone-", n), CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
				Territories: here, Media: []string{fmt.Sprint("medium-", n)}, Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
			}
			id := t.ID()
			s.MustDeliver(s.author, &licensetypes.MsgPublishTerms{Author: s.author.String(), Terms: t}, chain.OfferMsg(song, id))
			s.take(s.fan, song, id, 0)
			s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: id})
		}
		var asks licensetypes.TermsID
		for n := range licensetypes.MaxOffers {
			t := free
			t.Spdx = fmt.Sprint("LicenseRef-Ask-", n)
			if n > 0 {
				t.Exclusivity = licensetypes.EXCLUSIVITY_EXCLUSIVE
			}
			s.MustDeliver(s.author, &licensetypes.MsgPublishTerms{Author: s.author.String(), Terms: t}, chain.OfferMsg(song, t.ID()))
			if n == 0 {
				asks = t.ID()
			}
		}
		remix := s.Register("remix", s.curator)
		s.MustDeliver(s.author, &licensetypes.MsgApprove{Owner: s.author.String(), Work: song.ID, Terms: asks, Licensee: s.curator.String()})
		require.NoError(t, s.declare(remix, song.Under(asks).As(types.ROLE_PARENT_OF), s.take(s.curator, song, asks, 0).String()))
		s.Offer(remix, asks)
		made := s.Register("made", s.maker)
		best := time.Hour // of several, so that a busy machine does not decide
		for range 5 {
			start := time.Now()
			s.asks(remix, s.maker, adapt, true)
			best = min(best, time.Since(start))
		}
		start := time.Now()
		res := s.Deliver(s.maker, s.DeriveMsg(made, remix.Under(asks).As(types.ROLE_PARENT_OF)))
		return min(best, time.Since(start)), res.GasUsed
	}
	plain, plainGas := cost(false)
	heavy, heavyGas := cost(true)
	t.Logf("one place: %s for %d gas; 124 places: %s for %d gas", plain, plainGas, heavy, heavyGas)
	require.Less(t, heavy, 10*plain)
}

// "Where others rely on a work already nothing comes in that is withheld, by any role: it would be had by what they
// hold" (ADR 0064), and "nothing is added to what others rely on of which somebody has uses exclusively" (ADR 0060).
//
// What is refused is a source of which somebody has something exclusively, not one that is under such a demand
// itself. The owner of a song offers an empty work under a licence that can't be taken back, or gives a second account
// a free grant of it; sells the adaptations of the song (or the training on it) exclusively; makes a work
// between of the song, which withholds that; and declares that as the source of the first. Who is asked to approve
// is the owner of the song, who declares it; who has the exclusive grant is not. Everybody adapts the song, or
// trains on it, by what they hold of the work. Expected: exclusive_granted, or the declaration is refused, as
// that of the song itself is.
func TestAttackThirdThroughAWorkBetween(t *testing.T) {
	for _, kind := range []string{"licence", "grant"} {
		for _, use := range []licensetypes.Action{adapt, trainAI} {
			t.Run(kind+" "+use.String(), func(t *testing.T) {
				s := newShelf(t)
				all, by := s.anything(), chain.Preset("cc-by-4.0")
				alone, free := s.exclusively("Alone", false, nil, use), s.only("Free", true, nil)
				song, work, between := s.Register("song", s.author), s.Register("work", s.author), s.Register("between", s.author)
				permission := by.String()
				if kind == "licence" {
					s.Offer(work, by)
					s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: work.ID, Terms: by})
				} else {
					s.Offer(work, free)
					permission = s.take(s.fan, work, free, 0).String()
				}
				s.Offer(song, alone)
				s.buy(s.maker, song, alone, 0)

				role := types.ROLE_PARENT_OF
				if use == adapt {
					role = types.ROLE_CONTAINS // to hold it asks for copies
				}
				require.ErrorContains(t, s.declare(work, song.Under(all).As(role), ""), "exclusive_source", "directly")
				require.NoError(t, s.declare(between, song.Under(all).As(role), ""))
				if s.declare(work, between.Under(all).As(role), "") != nil {
					return
				}
				made, as := s.Register("made", s.fan), types.ROLE_PARENT_OF
				if use == trainAI {
					made, as = s.ofKind("model", s.fan, registrytypes.KIND_MODEL), types.ROLE_TRAINED_ON
				}
				rights := s.asks(work, s.fan, use, true)
				err := s.declare(made, work.Under(by).As(as), permission)
				require.Equal(t, licensetypes.VERDICT_DENIED, rights.Verdict, "by %s; derived: %v", rights.Permission, err)
				require.ErrorContains(t, err, "exclusive_granted")
			})
		}
	}
}

// "It keeps who asks out of what those terms permit, in their places" (ADR 0064), "derivations by those of their terms"
// (x/license/README.md), and "what CheckRights allows the derivation accepts".
//
// The owner of a song gives a second account adaptations of it in Antarctica exclusively, for nothing and without
// end, and offers the song to everybody for Germany. That has nothing in common, and the song is adapted under
// it. A remix made so takes on the limit to Germany, and what is withheld in Antarctica. An answer about adapting it
// in Germany is ALLOWED, and each derivation from it is refused for ever, whatever its terms and by grants
// too: a derivation names no places, and those of the permission are not looked at. Expected: accepted.
func TestAttackThirdAnExclusiveGrantElsewhereClosesARemix(t *testing.T) {
	s := newShelf(t)
	germany := s.only("Germany", false, []string{"DE"})
	alone := s.exclusively("Antarctica", true, []string{"AQ"}, adapt)
	sock := s.Account("sock of the author")
	song := s.Register("song", s.author)
	s.Offer(song, alone)
	s.take(sock, song, alone, 0)
	s.Offer(song, germany)
	remix := s.Register("remix", s.curator)
	require.NoError(t, s.declare(remix, song.Under(germany).As(types.ROLE_PARENT_OF), germany.String()))
	s.Offer(remix, germany)
	res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
		Work: remix.ID.String(), Licensee: s.maker.String(),
		Use: licensetypes.Use{Action: adapt, Commercial: true, Territories: []string{"DE"}},
	})
	require.NoError(t, err)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, res.Rights.Verdict, "%v", res.Rights.Reasons)
	_, err = s.derive("adaptation", remix.Under(germany).As(types.ROLE_PARENT_OF))
	require.NoError(t, err)
}

// "Nothing comes in by a grant: what a grant permits nobody else has exclusively while it runs, since exclusive grants
// are not given beside what overlaps; what it does not permit its own demands deny or limit" (ADR 0064); and
// "adapting includes copying and distributing the result" (section 4).
//
// The result of a grant may be used for more than the grant overlaps by. A label has a song's distribution
// exclusively. A remix under a public offer for adapting withholds distribution, as it should. By a grant for
// adapting, which is given for nothing beside the label's, since adapting and distributing don't overlap, nothing
// is withheld, and distribution of what is adapted is not denied: by the slightest change everybody distributes the
// song. Grants for AI input do the same. Expected: DENIED, exclusive_granted, or the grant is not given.
func TestAttackThirdAGrantForAdaptingDistributes(t *testing.T) {
	s := newShelf(t)
	all := s.anything()
	alone := s.exclusively("Distributes", false, nil, copies, distribute)
	adapts, granted := s.only("Adapts", false, nil, adapt), s.only("Adapts-By-Grant", true, nil, adapt)
	song := s.Register("song", s.author)
	s.Offer(song, alone)
	s.buy(s.maker, song, alone, 0)
	s.Offer(song, adapts)
	s.Offer(song, granted)

	public := s.Register("public", s.curator)
	require.NoError(t, s.declare(public, song.Under(adapts).As(types.ROLE_PARENT_OF), adapts.String()))
	s.Offer(public, all)
	s.requireDenied(public, distribute, "exclusive_granted", song)

	cover := s.Register("cover", s.curator)
	err := s.Deliver(s.curator, &licensetypes.MsgAcquire{
		Licensee: s.curator.String(), Work: song.ID, Terms: granted, Seen: s.Seen(song, granted),
	}).Err()
	if err != nil {
		require.ErrorIs(t, err, licensetypes.ErrExclusive)
		return
	}
	grant := licensetypes.NewGrantID(song.ID, granted, s.curator.Address, 0)
	require.NoError(t, s.declare(cover, song.Under(granted).As(types.ROLE_PARENT_OF), grant.String()))
	s.Offer(cover, all)
	s.requireDenied(cover, distribute, "exclusive_granted", song)
}

// "A message that binds names what its signer saw" (ADR 0058): "a grant that is offered is accepted as its pins were
// seen"; "`seen` tells of both sides", and "whoever buys exclusivity from a licensee looks at what that one has
// made" (ADR 0064).
//
// A licensee has all adaptations of a song exclusively and offers the grant to a buyer, who looks: nothing is
// made of the song. Before the acceptance, in the same block, the licensee makes a remix under a public offer of the
// song, from which the own grant does not keep them out, and offers it for anything: nothing is withheld of it, and
// the grant is not used. The acceptance names neither `made` nor `exclusives`: the buyer gets what everybody has
// by the remix. A purchase from the owner is safe against that. Expected: ErrOtherConditions.
func TestAttackThirdASellerOfAnExclusiveGrantKeepsACopy(t *testing.T) {
	s := newShelf(t)
	all, alone := s.anything(), s.exclusively("Alone", false, nil, adapt)
	song := s.Register("song", s.author)
	s.Offer(song, alone)
	grant := s.buy(s.fan, song, alone, 0)
	s.Offer(song, all)
	s.MustDeliver(s.fan, &licensetypes.MsgOfferGrant{Licensee: s.fan.String(), Grant: grant, Recipient: s.maker.String()})
	signed := s.AcceptGrantMsg(grant, s.maker) // nothing is made of the song

	remix := s.Register("remix", s.fan)
	require.NoError(t, s.declare(remix, song.Under(all).As(types.ROLE_PARENT_OF), all.String()))
	s.Offer(remix, all)
	if s.Deliver(s.maker, signed).Err() != nil {
		return
	}
	require.Equal(t, licensetypes.VERDICT_DENIED, s.asks(song, s.curator, adapt, true).Verdict)
	require.Equal(t, licensetypes.VERDICT_DENIED, s.asks(remix, s.curator, adapt, true).Verdict, "the maker has it exclusively")
}

// `seen` is there so that nothing is slipped under a signer by whoever gains by it (ADR 0058), and nobody is blocked
// by somebody else's cheap message.
//
// A label has the training on a song exclusively, by the hour. The song may be remixed by everybody, for nothing.
// `made` is compared exactly, also when a grant is renewed that runs, and everybody can raise it: each remix
// that a stranger declares in the same block before the renewal refuses it. What is made meanwhile takes on what
// the label has, so it harms nobody. Five times in a row here; a rival pays the gas of one declaration a block until
// the grant has ended, and of a song that is remixed in every block no renewal and no purchase succeeds, without
// any rival. Expected: a renewal of a grant that runs names what it pins, and nothing that strangers move.
func TestAttackThirdStrangersKeepALicenseeFromRenewing(t *testing.T) {
	s := newShelf(t)
	hour, fee := time.Hour, sdk.NewInt64Coin("uusdc", 1_000)
	remixes := s.only("Remixes", false, nil, adapt)
	alone := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Trains-Alone", CommercialUse: true, Uses: []licensetypes.Action{trainAI}, AiTraining: licensetypes.PERMISSION_ALLOW,
		GrantFee: sdk.NewCoins(fee), Duration: &hour, Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
	})
	song := s.Register("song", s.author)
	s.Offer(song, remixes)
	s.Offer(song, alone)
	grant := s.buy(s.maker, song, alone, 0)
	renewed := false
	for n := range 5 {
		signed := &licensetypes.MsgRenewGrant{Licensee: s.maker.String(), Grant: grant, MaxFee: &fee, Seen: s.Seen(song, alone)}
		work := chain.WorkOf(fmt.Sprint("remix ", n), s.fan)
		msg := s.DeriveMsg(work, song.Under(remixes).As(types.ROLE_PARENT_OF))
		block := s.Block(
			s.Sign(s.fan, chain.RegisterMsg(s.fan, fmt.Sprint("remix ", n)), msg),
			s.Sign(s.maker, signed))
		require.NoError(t, block.Txs[0].Err())
		err := block.Txs[1].Err()
		if renewed = err == nil; renewed {
			break
		}
		require.ErrorIs(t, err, licensetypes.ErrOtherConditions)
	}
	require.True(t, renewed, "nothing of what the licensee pins or pays has changed")
}

// "Datasets ask as collections do: ITEM_BY_GRANT for whoever adapts a dataset or gives it as input" (ADR 0064), and
// "the curator who paid for an edge takes of the item what anybody does: a grant each for training and input too"
// (ADR 0060).
//
// A song is had by grants, one for each derivative. Whoever holds a dataset with it by one and gives that as input
// needs another for each output, where the terms allow input. Where they sell input, PAID_USES asks in place of
// ITEM_BY_GRANT, unmarked in a dataset, and of that the holder is exempt, who paid for training: any number of
// outputs of the song for the price of one grant, because its owner asks money for just that. In a collection the
// mark keeps the holder in. Expected: needs_grant for each output.
func TestAttackThirdADatasetsHolderGivesItAsInput(t *testing.T) {
	kinds := map[string]licensetypes.Permission{"allowed": licensetypes.PERMISSION_ALLOW, "paid": licensetypes.PERMISSION_PAID}
	for name, input := range kinds {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			terms := s.publish(licensetypes.Terms{
				Spdx: "LicenseRef-Sold", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
				AiTraining: licensetypes.PERMISSION_ALLOW, AiInput: input, GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)),
			})
			song := s.Register("song", s.author)
			s.Offer(song, terms)
			dataset := s.ofKind("dataset", s.curator, registrytypes.KIND_DATASET)
			require.NoError(t, s.declare(dataset, song.Under(terms).As(types.ROLE_TRAINED_ON), s.buy(s.curator, song, terms, 0).String()))
			made := 0
			for n := range 3 {
				output := s.Register(fmt.Sprint("output ", n), s.curator)
				msg := s.DeriveMsg(output, dataset.Under(terms).As(types.ROLE_INPUT_TO))
				msg.Sources[0].Permission, msg.Record = "", &types.GenerationRecord{Model: "model"}
				if s.Deliver(s.curator, s.See(msg)).Err() == nil {
					made++
				}
			}
			require.Zero(t, made, "outputs for the price of one grant")
		})
	}
}

// "A longer walk is refused until such grants are used or end" (ADR 0057), "declare it when they are used or have
// ended"; "the end lifts it", and a licence that can't be taken back permits everybody for ever, derivations included.
//
// Reservations: somebody buys 64 grants of a work by the hour, each reserved for a placeholder of its own, and lets
// them end. Nobody looks beyond the 64th: they count as if one ran, and they are never taken away. From then on each
// later source of the work is walked up, and one that is made from more than max_walk works is refused for ever, to
// the owner of a work of which nobody holds anything any more. As in TestAttackAgainEndedReservationsVoidAGrant,
// where they were reserved for one work.
//
// Exclusive grants: what was withheld until a minute ago limits nobody, needs no approval and stands beside a
// licence without limits, but its row stays, passes on, and counts among the 16. The owner of a work under CC BY
// gives a second account sixteen free grants of another work for a minute each, and makes the first from a collection with that
// when they are over. Answers go on to say ALLOWED; whoever has one such row already, ended or not, can't take the work in
// for ever. (That at most 16 withhold something is not the point: none does.)
//
// Expected: what has ended stands in nobody's way.
func TestAttackThirdWhatHasEndedStandsInTheWay(t *testing.T) {
	t.Run("reservations", func(t *testing.T) {
		s := newShelf(t)
		all, hour, cheap := s.anything(), time.Hour, sdk.NewInt64Coin("uusdc", 10)
		hourly := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &hour,
			GrantFee: sdk.NewCoins(cheap),
		})
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
		work := s.Register("work", s.maker)
		s.Offer(work, hourly)
		const ended = licensetypes.MaxReserved // one less does no harm
		for n := range ended {
			name := fmt.Sprint("placeholder ", n)
			s.MustDeliver(s.fan, chain.RegisterMsg(s.fan, name), &licensetypes.MsgAcquire{
				Licensee: s.fan.String(), Work: work.ID, Terms: hourly, Serial: uint64(n),
				Derivative: chain.WorkOf(name, s.fan).ID, MaxFee: &cheap, Seen: s.Seen(work, hourly),
			})
		}
		s.Advance(2 * time.Hour)
		require.NoError(t, s.Deliver(s.maker, s.DeriveMsg(work, atlas.Under(all))).Err())
	})
	t.Run("exclusive", func(t *testing.T) {
		s := newShelf(t)
		all, by, minute := s.anything(), chain.Preset("cc-by-4.0"), time.Minute
		give := func(work chain.Work, n int) {
			alone := s.publish(licensetypes.Terms{
				Spdx: fmt.Sprint("LicenseRef-Alone-", n), CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &minute,
				Uses: []licensetypes.Action{adapt}, Media: []string{fmt.Sprint("medium-", n)}, Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
			})
			s.Offer(work, alone)
			s.take(s.fan, work, alone, 0)
		}
		song, collage := s.Register("song", s.maker), s.Register("collage", s.curator)
		give(song, 0)
		s.Offer(song, all)
		require.NoError(t, s.declare(collage, song.Under(all).As(types.ROLE_CONTAINS), all.String()))

		work, other, trap := s.Register("work", s.author), s.Register("other", s.author), s.Register("trap", s.author)
		s.Offer(work, by)
		for n := range licensetypes.MaxConstraints {
			give(other, n+1)
		}
		require.NoError(t, s.declare(trap, other.Under(all).As(types.ROLE_CONTAINS), ""))
		s.Advance(time.Hour)
		require.NoError(t, s.declare(work, trap.Under(all).As(types.ROLE_CONTAINS), ""))
		s.requireAllowed(work, copies, distribute, adapt)
		require.NoError(t, s.declare(collage, work.Under(by).As(types.ROLE_CONTAINS), by.String()))
	})
}
