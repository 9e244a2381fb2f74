package lineage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func (s *shelf) owes(work chain.Work) uint32 {
	res, err := royaltytypes.NewQueryClient(s.Conn()).Upstream(s.Ctx(), &royaltytypes.QueryUpstreamRequest{Work: work.ID})
	require.NoError(s.t, err)
	return res.Absolute
}

// A collection, and what is made from it, owes and pays its items; both count their
// generations.
func TestACollectionPaysItsItems(t *testing.T) {
	s := newShelf(t)
	item := s.Register("song", s.author).Under(chain.Preset("commercial-remix-10")).As(types.ROLE_CONTAINS)
	album := s.collect("album", item)
	require.EqualValues(t, 100_000, s.owes(album))
	all := s.anything()
	s.Offer(album, all)
	remix, err := s.derive("remix", album.Under(all))
	require.NoError(t, err)
	require.EqualValues(t, 100_000, s.owes(remix))
	queries := types.NewQueryClient(s.Conn())
	for want, work := range []chain.Work{item.Work, album, remix} {
		got, err := queries.Derivation(s.Ctx(), &types.QueryDerivationRequest{Work: work.ID})
		require.NoError(t, err)
		require.EqualValues(t, want, got.Node.Generation)
	}
	before := s.Balance(s.author, "uusdc")
	s.MustDeliver(s.fan, chain.PayMsg(s.fan, remix, sdk.NewInt64Coin("uusdc", 1_000_000)))
	s.NextBlock()
	require.Equal(t, "100000uusdc", s.Balance(s.author, "uusdc").Sub(before).String())

	credits, err := queries.Credits(s.Ctx(), &types.QueryCreditsRequest{Work: remix.ID})
	require.NoError(t, err)
	require.Len(t, credits.Credits, 1)
	require.Equal(t, types.ROLE_CONTAINS, credits.Credits[0].Role)
	require.ErrorContains(t, s.Deliver(s.author, s.DeriveMsg(item.Work, remix.Under(all))).Err(), "not")
	s.RequireInvariants()
	s.RequireSameExport()
}

// A collection that owes royalties may hold an item under share-alike; nothing can be
// made from it that would owe the one and be under the other.
func TestRoyaltiesBesideShareAlike(t *testing.T) {
	s := newShelf(t)
	alike := s.item("alike", "cc-by-sa-4.0")
	work := s.collect("album", s.Register("paid", s.author).Under(chain.Preset("commercial-remix-5")).As(types.ROLE_CONTAINS), alike)
	all := s.anything()
	s.Offer(work, all)
	s.requireAllowed(work, distribute)
	s.requireDenied(work, adapt, "sharealike_conflicts_royalty", alike.Work)
	_, err := s.derive("remix", work.Under(all))
	require.ErrorContains(t, err, "sharealike_conflicts_royalty")

	other := s.collect("other", alike)
	s.Offer(other, chain.Preset("commercial-remix-5"))
	s.requireDenied(other, adapt, "sharealike_conflicts_royalty", alike.Work)
	_, err = s.derive("another", other.Under(chain.Preset("commercial-remix-5")))
	require.ErrorContains(t, err, "sharealike_conflicts_royalty")
	s.RequireInvariants()
}

// Containing needs the permission to copy and to distribute, both by the same terms, and
// no approval of derivatives; whoever makes something from the collection needs that.
func TestWhatContainingAsksOfAnItem(t *testing.T) {
	s := newShelf(t)
	only := func(name string, uses ...licensetypes.Action) licensetypes.TermsID {
		terms := licensetypes.Terms{Spdx: "LicenseRef-" + name, CommercialUse: true, Uses: uses}
		if uses[0] == adapt {
			terms.Derivatives = licensetypes.DERIVATIVES_ALLOWED
		}
		return s.publish(terms)
	}
	song := s.Register("song", s.author)
	for name, uses := range map[string][]licensetypes.Action{
		"Copy": {copies}, "Distribute": {distribute}, "Adapt": {adapt},
	} {
		terms := only(name, uses...)
		s.Offer(song, terms)
		_, err := s.derive("with "+name, song.Under(terms).As(types.ROLE_CONTAINS))
		require.ErrorContains(t, err, "use_not_covered", name)
	}
	both := only("Both", copies, distribute)
	s.Offer(song, both)
	_, err := s.derive("with both", song.Under(both).As(types.ROLE_COMPONENT_OF))
	require.ErrorContains(t, err, "no_derivatives")
	_, err = s.derive("with both", song.Under(both).As(types.ROLE_CONTAINS))
	require.NoError(t, err)
	_, err = s.derive("nothing", song.Under(licensetypes.TermsID{1}).As(types.ROLE_CONTAINS))
	require.Error(t, err)

	asking := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Ask", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, DerivativeApproval: true,
	})
	novel := s.Register("novel", s.author)
	anthology := s.collect("anthology", novel.Under(asking).As(types.ROLE_CONTAINS))
	all := s.anything()
	s.Offer(anthology, all)
	s.requireAllowed(anthology, copies, distribute, perform)
	rights := s.rights(anthology, adapt, false)
	require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, rights.Verdict)
	require.Equal(t, []licensetypes.Reason{
		{Code: "needs_approval", Work: anthology.ID, Ancestor: novel.ID, AncestorTerms: asking},
	}, rights.Reasons)
	_, err = s.derive("film", anthology.Under(all))
	require.ErrorContains(t, err, "needs_approval")
	s.MustDeliver(s.author, &licensetypes.MsgApprove{Owner: s.author.String(), Work: novel.ID, Terms: asking, Licensee: s.maker.String()})
	_, err = s.derive("film", anthology.Under(all))
	require.NoError(t, err)
	s.RequireInvariants()
}

// A collection is one of the derivatives that a grant serves.
func TestACollectionUsesUpAGrant(t *testing.T) {
	s := newShelf(t)
	terms := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Granted", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: 9,
	})
	song := s.Register("song", s.author)
	s.Offer(song, terms)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: terms})
	grant := licensetypes.NewGrantID(song.ID, terms, s.maker.Address, 0)
	by := func(name string, role types.Role) error {
		work := chain.WorkOf(name, s.maker)
		msg := s.DeriveMsg(work, song.Under(terms).As(role))
		msg.Sources[0].Permission = grant.String()
		s.See(msg)
		return s.Deliver(s.maker, chain.RegisterMsg(s.maker, name), msg).Err()
	}
	require.NoError(t, by("album", types.ROLE_CONTAINS))
	require.ErrorContains(t, by("second album", types.ROLE_CONTAINS), "grant_used")
	require.ErrorContains(t, by("remix", types.ROLE_COMPONENT_OF), "grant_used")
	res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
		Work: song.ID.String(), Licensee: s.maker.String(), Use: licensetypes.Use{Action: copies, Unplaced: true}, Permission: grant.String(),
	})
	require.NoError(t, err)
	require.Equal(t, "grant_used", res.Rights.Reasons[0].Code)
	s.RequireInvariants()
	s.RequireSameExport()
}

// Territories of items that have none in common are refused when they are declared;
// others narrow the collection as a whole.
func TestTerritoriesOfItems(t *testing.T) {
	s := newShelf(t)
	in := func(name string, territories ...string) chain.Source {
		return s.Register(name, s.author).Under(s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Territories: territories,
		})).As(types.ROLE_CONTAINS)
	}
	france, germany, both := in("France", "FR"), in("Germany", "DE"), in("Both", "DE", "FR")
	for _, i := range []chain.Source{france, germany} {
		s.Offer(i.Work, i.Terms)
	}
	_, err := s.derive("nowhere", france, germany)
	require.ErrorContains(t, err, "scope_conflict")
	work := s.collect("atlas", france, both)
	require.ErrorContains(t, s.Deliver(s.curator, s.DeriveMsg(work, germany)).Err(), "scope_conflict")
	require.NoError(t, s.offerErr(work, chain.Preset("cc-by-4.0")), "the collection's terms are its own")
	check := func(country string) licensetypes.Verdict {
		res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
			Work: work.ID.String(), Use: licensetypes.Use{Action: distribute, Territories: []string{country}},
		})
		require.NoError(t, err)
		return res.Rights.Verdict
	}
	require.Equal(t, licensetypes.VERDICT_ALLOWED, check("FR"))
	require.Equal(t, licensetypes.VERDICT_DENIED, check("DE"))
	s.RequireInvariants()
}

// ofManifest registers a manifest of the curator's as a work that is no dataset.
func (s *shelf) ofManifest(title string, roots registrytypes.Roots) chain.Work {
	msg := chain.RegisterMsg(s.curator, title)
	msg.Works[0].Sha256, msg.Works[0].Manifest = roots.Digest(), &roots
	s.MustDeliver(s.curator, msg)
	return chain.Work{ID: registrytypes.NewWorkID(s.curator.Address, roots.Digest()), Owner: s.curator}
}

// TestItemsAreApart: collections and datasets say so, and whatever is made from them.
func TestItemsAreApart(t *testing.T) {
	s := newShelf(t)
	free := chain.Preset("cc0-1.0")
	item := s.item("song", "cc0-1.0")
	album := s.collect("album", item)
	box := s.collect("box", album.Under(free).As(types.ROLE_CONTAINS))
	remix, err := s.derive("remix", album.Under(free))
	require.NoError(t, err)
	s.Offer(remix, free)
	cover, err := s.derive("cover", remix.Under(free))
	require.NoError(t, err)
	note, err := s.derive("note", album.Cited())
	require.NoError(t, err)
	data := s.ofKind("data", s.curator, registrytypes.KIND_DATASET)
	s.Offer(data, free)
	model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
	s.MustDeliver(s.maker, s.DeriveMsg(model, data.Under(free).As(types.ROLE_TRAINED_ON)))
	by := manifest.Contributor{Kind: manifest.Account, ID: s.author.Address}
	made := manifests.Of(manifest.Item{Sha256: [32]byte{1}, Contributor: by, Weight: 1})
	frames := s.ofManifest("frames", made.Roots())
	s.Offer(frames, free)
	film, err := s.derive("film", frames.Under(free).As(types.ROLE_COMPONENT_OF))
	require.NoError(t, err)
	sample, err := s.derive("sample", item.As(types.ROLE_COMPONENT_OF))
	require.NoError(t, err)
	mine := s.Register("mine", s.curator)
	msg := s.DeriveMsg(mine, box.Under(free).As(types.ROLE_CONTAINS))
	msg.Sources[0].Permission = ""
	s.See(msg)
	s.MustDeliver(s.curator, msg)

	for name, tc := range map[string]struct {
		work  chain.Work
		apart []chain.Work
	}{
		"item": {item.Work, nil}, "collection": {album, []chain.Work{album}}, "of a collection": {box, []chain.Work{album, box}},
		"made from it": {remix, []chain.Work{album}}, "made from that": {cover, []chain.Work{album}}, "cites it": {note, nil},
		"dataset": {data, []chain.Work{data}}, "model": {model, []chain.Work{data}}, "made from the item": {sample, nil},
		"of a manifest": {frames, []chain.Work{frames}}, "made from a manifest": {film, []chain.Work{frames}},
		"one's own": {mine, []chain.Work{album, box, mine}},
	} {
		var want []registrytypes.WorkID
		for _, w := range tc.apart {
			want = append(want, w.ID)
		}
		require.ElementsMatch(t, want, s.apart(tc.work), name)
	}
	s.RequireInvariants()
	s.RequireSameExport()
}

// TestWeakShareAlike: a changed version of a library under the MPL is shared alike, what
// holds it or was made with it is not, at whatever depth and by way of a collection too.
func TestWeakShareAlike(t *testing.T) {
	s := newShelf(t)
	all := s.anything()
	lib := s.Register("lib", s.author).Under(chain.Preset("mpl-2.0"))
	s.Offer(lib.Work, lib.Terms)
	shared := func(name string, source chain.Source) (work chain.Work, is bool) {
		t.Helper()
		work, err := s.derive(name, source)
		require.NoError(t, err)
		err = s.offerErr(work, all)
		if err != nil {
			require.ErrorContains(t, err, "sharealike_source ("+lib.Work.String())
			require.NoError(t, s.offerErr(work, lib.Terms))
		}
		return work, err != nil
	}
	for role, want := range map[types.Role]bool{
		types.ROLE_PARENT_OF: true, types.ROLE_COMPONENT_OF: false, types.ROLE_INPUT_TO: false, types.ROLE_CONTAINS: false,
	} {
		_, is := shared(role.Name(), lib.As(role))
		require.Equal(t, want, is, role.Name())
	}
	fork, _ := shared("fork", lib.As(types.ROLE_PARENT_OF))
	for role, want := range map[types.Role]bool{types.ROLE_PARENT_OF: true, types.ROLE_COMPONENT_OF: false} {
		_, is := shared(role.Name()+" of the fork", fork.Under(lib.Terms).As(role))
		require.Equal(t, want, is, role.Name())
	}
	font := s.Register("font", s.author).Under(s.publish(licensetypes.Terms{
		Spdx: "OFL-1.1", CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE, NoFurtherRestrictions: true,
	}))
	distribution := s.collect("distribution", lib.As(types.ROLE_CONTAINS), font.As(types.ROLE_CONTAINS))
	s.Offer(distribution, all)
	s.requireAllowed(distribution, adapt) // as a part, which the library does not bind
	_, err := s.derive("changed", distribution.Under(all).As(types.ROLE_PARENT_OF))
	require.ErrorContains(t, err, "sharealike_conflict")
	one := s.collect("only the library", lib.As(types.ROLE_CONTAINS))
	s.Offer(one, all)
	for role, want := range map[types.Role]bool{types.ROLE_PARENT_OF: true, types.ROLE_COMPONENT_OF: false} {
		_, is := shared(role.Name()+" of a collection", one.Under(all).As(role))
		require.Equal(t, want, is, role.Name())
	}
	data := s.ofKind("data", s.maker, registrytypes.KIND_DATASET)
	s.MustDeliver(s.maker, s.DeriveMsg(data, lib.As(types.ROLE_TRAINED_ON)))
	require.NoError(t, s.offerErr(data, all))
	s.RequireInvariants()
	s.RequireSameExport()
}

// What was trained on a dataset passes as a part of one does: uses too, which a model
// does not take on.
func TestADatasetTakesOnWhatItHolds(t *testing.T) {
	s := newShelf(t)
	all := s.anything()
	terms := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Train-Only", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_NONE, AiTraining: licensetypes.PERMISSION_ALLOW,
	})
	song := s.Register("song", s.author)
	s.Offer(song, terms)
	for kind, bound := range map[registrytypes.Kind]bool{registrytypes.KIND_DATASET: true, registrytypes.KIND_MODEL: false} {
		work := s.ofKind(kind.String(), s.maker, kind)
		s.MustDeliver(s.maker, s.DeriveMsg(work, song.Under(terms).As(types.ROLE_TRAINED_ON)))
		s.Offer(work, all)
		require.Equal(t, bound, s.rights(work, adapt, false).Verdict == licensetypes.VERDICT_DENIED, kind)
	}
	s.RequireInvariants()
}

// An item that becomes a component binds more, and asks those who are newly limited once
// somebody relies on the work. A component becomes no item: it would lose what it passes on.
func TestAnItemBecomesAComponent(t *testing.T) {
	s := newShelf(t)
	song := s.item("song", "cc-by-sa-4.0")
	work := s.collect("album", song)
	require.NoError(t, s.Deliver(s.curator, s.DeriveMsg(work, song.As(types.ROLE_COMPONENT_OF))).Err())
	require.ErrorContains(t, s.offerErr(work, chain.Preset("cc0-1.0")), "sharealike_source")
	require.ErrorContains(t, s.Deliver(s.curator, s.DeriveMsg(work, song)).Err(), "can't become contains")
	work = s.collect("another album", song)
	all := s.anything()
	s.Offer(work, all)
	_, err := s.derive("remix", work.Under(all))
	require.NoError(t, err)
	s.MustDeliver(s.curator, &licensetypes.MsgCloseOffer{Owner: s.curator.String(), Work: work.ID, Terms: all})
	require.ErrorContains(t, s.Deliver(s.curator, s.DeriveMsg(work, song.As(types.ROLE_COMPONENT_OF))).Err(), "MsgApproveSource")
	s.RequireInvariants()
	s.RequireSameExport()
}

// A work whose later sources nobody has approved goes into no collection under an offer,
// as nothing else is made from it.
func TestAnAdmittedWorkIsNotCollected(t *testing.T) {
	l := newLaunderer(t)
	work := l.Register("work", l.owner)
	l.free(work, 1)
	open := chain.Preset("commercial-use")
	l.Offer(work, open)
	l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: work.ID, Terms: open})
	l.Offer(work, l.freed)
	album := l.Register("album", l.sock)
	msg := l.DeriveMsg(work, l.hit.Under(l.remix10))
	msg.AllowUnapproved = true
	l.MustDeliver(l.owner, msg)
	err := l.Deliver(l.sock, l.DeriveMsg(album, work.Under(l.freed).As(types.ROLE_CONTAINS))).Err()
	require.ErrorContains(t, err, "unapproved_source")
	l.RequireInvariants()
}

// A permission of a work that has demands of its own is replaced by a better one, which
// nobody has to approve, and compared with what the edge pinned.
func TestAPermissionOfADerivativeIsReplaced(t *testing.T) {
	s := newShelf(t)
	base := s.Register("base", s.author).Under(chain.Preset("cc-by-4.0"))
	remix := s.Derive("remix", s.curator, base)
	free, asking := s.anything(), s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Asking", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, AiTraining: licensetypes.PERMISSION_PAID,
		GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)),
	})
	s.Offer(remix, asking)
	grant := func(serial uint64) string {
		fee := sdk.NewInt64Coin("uusdc", 1_000)
		s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
			Licensee: s.maker.String(), Work: remix.ID, Terms: asking, Serial: serial, MaxFee: &fee,
			Seen: s.Seen(remix, asking),
		})
		return licensetypes.NewGrantID(remix.ID, asking, s.maker.Address, serial).String()
	}
	work := s.Register("cover", s.maker)
	by := func(permission string) *types.MsgDerive {
		msg := s.DeriveMsg(work, remix.Under(asking))
		msg.Sources[0].Permission = permission
		return s.See(msg)
	}
	s.MustDeliver(s.maker, by(grant(1)))
	s.Offer(work, free)
	_, err := s.derive("relied on", work.Under(free))
	require.NoError(t, err)
	s.MustDeliver(s.maker, by(grant(2))) // asks for the same
	s.Offer(remix, free)
	s.MustDeliver(s.maker, by(free.String()))
	require.ErrorContains(t, s.Deliver(s.maker, by(grant(3))).Err(), "MsgApproveSource", "stricter again")
	s.RequireInvariants()
	s.RequireSameExport()
}
