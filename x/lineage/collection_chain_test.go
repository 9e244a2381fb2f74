package lineage_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// shelf is a chain with an author, a curator who collects, a maker who makes something
// from collections, and a fan who asks.
type shelf struct {
	*chain.Chain
	t                           *testing.T
	author, curator, maker, fan chain.Account
}

func newShelf(t *testing.T, options ...chain.Option) *shelf {
	c := chain.New(t, options...)
	return &shelf{Chain: c, t: t, author: c.Account("author"), curator: c.Account("curator"), maker: c.Account("maker"), fan: c.Account("fan")}
}

// publish stores terms.
func (s *shelf) publish(t licensetypes.Terms) licensetypes.TermsID {
	s.t.Helper()
	s.MustDeliver(s.author, &licensetypes.MsgPublishTerms{Author: s.author.String(), Terms: t})
	return t.ID()
}

// anything permits all there is.
func (s *shelf) anything() licensetypes.TermsID {
	return s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Anything", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_ALLOW, AiInput: licensetypes.PERMISSION_ALLOW, Search: licensetypes.PERMISSION_ALLOW,
	})
}

// item is a work of the author's, to go into a collection under a preset.
func (s *shelf) item(name, preset string) chain.Source {
	return s.Register(name, s.author).Under(chain.Preset(preset)).As(types.ROLE_CONTAINS)
}

// noTraining is an item that may be used for anything but the training of models.
func (s *shelf) noTraining(name string) chain.Source {
	return s.Register(name, s.author).Under(s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-No-Training", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_DENY,
	})).As(types.ROLE_CONTAINS)
}

// collect makes a collection of the curator's.
func (s *shelf) collect(name string, items ...chain.Source) chain.Work {
	s.t.Helper()
	return s.Derive(name, s.curator, items...)
}

// ofKind registers a work of a kind.
func (s *shelf) ofKind(name string, owner chain.Account, kind registrytypes.Kind) chain.Work {
	msg := chain.RegisterMsg(owner, name)
	msg.Works[0].Details.Kind = kind
	s.MustDeliver(owner, msg)
	return chain.WorkOf(name, owner)
}

// derive declares sources of a new work of the maker's.
func (s *shelf) derive(name string, sources ...chain.Source) (chain.Work, error) {
	work := chain.WorkOf(name, s.maker)
	return work, s.Deliver(s.maker, chain.RegisterMsg(s.maker, name), s.DeriveMsg(work, sources...)).Err()
}

func (s *shelf) offerErr(work chain.Work, terms licensetypes.TermsID) error {
	return s.Deliver(work.Owner, chain.OfferMsg(work, terms)).Err()
}

func (s *shelf) rights(work chain.Work, action licensetypes.Action, commercial bool) licensetypes.Rights {
	s.t.Helper()
	res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
		Work: work.ID.String(), Licensee: s.fan.String(), Use: licensetypes.Use{Action: action, Commercial: commercial},
	})
	require.NoError(s.t, err)
	return res.Rights
}

// requireDenied checks that a use is denied for a reason that names exactly these works.
func (s *shelf) requireDenied(work chain.Work, action licensetypes.Action, code string, by ...chain.Work) {
	s.t.Helper()
	rights := s.rights(work, action, false)
	require.Equal(s.t, licensetypes.VERDICT_DENIED, rights.Verdict)
	var named []registrytypes.WorkID
	for _, r := range rights.Reasons {
		if r.Code == code {
			named = append(named, r.Ancestor)
		}
	}
	var want []registrytypes.WorkID
	for _, w := range by {
		want = append(want, w.ID)
	}
	require.ElementsMatch(s.t, want, named, "%s of %v", code, rights.Reasons)
}

// requireAllowed checks that the fan may do all of it without money.
func (s *shelf) requireAllowed(work chain.Work, actions ...licensetypes.Action) {
	s.t.Helper()
	for _, a := range actions {
		rights := s.rights(work, a, false)
		require.Equal(s.t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "%s: %v", a, rights.Reasons)
	}
}

// apart lists the works that the notice items_apart of an answer names.
func (s *shelf) apart(work chain.Work) []registrytypes.WorkID {
	s.t.Helper()
	for _, n := range s.rights(work, licensetypes.ACTION_COPY, false).Notices {
		if n.Code == "items_apart" {
			return n.Works
		}
	}
	return nil
}

const (
	copies     = licensetypes.ACTION_COPY
	distribute = licensetypes.ACTION_DISTRIBUTE
	perform    = licensetypes.ACTION_PERFORM
	adapt      = licensetypes.ACTION_ADAPT
	trainAI    = licensetypes.ACTION_TRAIN_AI
	aiInput    = licensetypes.ACTION_AI_INPUT
	searchFor  = licensetypes.ACTION_SEARCH
)

// collectionChart is Creative Commons' chart of what may become of a collection with an
// item under a licence, by the preset: distributed for money, and without.
var collectionChart = map[string]struct{ Commercial, Noncommercial bool }{
	"cc0-1.0": {true, true}, "cc-by-4.0": {true, true}, "cc-by-sa-4.0": {true, true}, "cc-by-nd-4.0": {true, true},
	"cc-by-nc-4.0": {false, true}, "cc-by-nc-sa-4.0": {false, true}, "cc-by-nc-nd-4.0": {false, true},
}

// The chart in the test is that of Creative Commons, where that is at hand.
func TestTheCollectionChartIsTheirs(t *testing.T) {
	bz, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "vectors", "cc-charts.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the charts are not there")
	}
	require.NoError(t, err)
	var charts struct {
		Collection map[string]struct{ Commercial, Noncommercial bool } `json:"collection_chart"`
	}
	require.NoError(t, json.Unmarshal(bz, &charts))
	require.Len(t, charts.Collection, len(collectionChart))
	for spdx, want := range charts.Collection {
		if spdx == "PD" {
			spdx = "CC0-1.0"
		}
		found := false
		for name, has := range collectionChart {
			if p, _ := licensetypes.PresetByName(name); p.Terms.Spdx == spdx {
				require.Equal(t, want, has, spdx)
				found = true
			}
		}
		require.True(t, found, spdx)
	}
}

// Every licence lets its work be included unchanged; the collection may be distributed
// for money and without as the chart has it, by the owner and by others, and the item
// is credited.
func TestCollectionChart(t *testing.T) {
	s := newShelf(t)
	for preset, want := range collectionChart {
		item := s.item("item "+preset, preset)
		work := s.collect("collection of "+preset, item)
		s.Offer(work, chain.Preset("cc-by-4.0"))
		for commercial, allowed := range map[bool]bool{true: want.Commercial, false: want.Noncommercial} {
			for _, action := range []licensetypes.Action{copies, distribute, perform} {
				rights := s.rights(work, action, commercial)
				require.Equal(t, allowed, rights.Verdict == licensetypes.VERDICT_ALLOWED, "%s, commercial: %t: %v", preset, commercial, rights.Reasons)
				if !allowed {
					require.Equal(t, "noncommercial_source", rights.Reasons[0].Code)
					require.Equal(t, item.Work.ID, rights.Reasons[0].Ancestor)
					continue
				}
				credited := false
				for _, o := range rights.Obligations {
					credited = credited || o.Kind == licensetypes.OBLIGATION_ATTRIBUTION && o.Work == item.Work.ID
				}
				require.Equal(t, preset != "cc0-1.0", credited, preset)
			}
		}
	}
	s.RequireInvariants()
	s.RequireSameExport()
}

// What the author of an item offers it under is not what the collection is offered
// under, but for money where an item forbids that.
func TestACollectionHasTermsOfItsOwn(t *testing.T) {
	s := newShelf(t)
	work := s.collect("anthology", s.item("a", "cc-by-sa-4.0"), s.item("b", "cc-by-nd-4.0"), s.noTraining("c"))
	for _, preset := range []string{"cc-by-4.0", "commercial-use", "commercial-remix-10", "mit", "cc-by-nc-sa-4.0"} {
		require.NoError(t, s.offerErr(work, chain.Preset(preset)), preset)
	}
	other := s.collect("other", s.item("d", "cc-by-nc-4.0"))
	for _, preset := range []string{"commercial-use", "commercial-remix-10", "mit"} {
		require.ErrorContains(t, s.offerErr(other, chain.Preset(preset)), "noncommercial_source", preset)
	}
	for _, preset := range []string{"cc-by-4.0", "cc0-1.0", "noncommercial-remix"} {
		require.NoError(t, s.offerErr(other, chain.Preset(preset)), "the chart warns: %s", preset)
	}
	s.RequireInvariants()
}

// An item under BY-NC-ND may be collected. Nothing may be made from the collection,
// whatever it is offered under, by nobody.
func TestAnItemThatAllowsNoDerivatives(t *testing.T) {
	s := newShelf(t)
	item := s.item("poem", "cc-by-nc-nd-4.0")
	free := s.item("free", "cc0-1.0")
	work := s.collect("anthology", item, free)
	s.Offer(work, chain.Preset("cc0-1.0"))
	s.requireAllowed(work, copies, distribute, perform, searchFor)
	for _, action := range []licensetypes.Action{adapt, trainAI, aiInput} {
		s.requireDenied(work, action, "no_derivatives", item.Work)
	}
	for _, role := range []types.Role{types.ROLE_PARENT_OF, types.ROLE_COMPONENT_OF, types.ROLE_INPUT_TO} {
		_, err := s.derive("made "+role.Name(), work.Under(chain.Preset("cc0-1.0")).As(role))
		require.ErrorContains(t, err, "no_derivatives")
		require.ErrorContains(t, err, item.Work.String())
	}
	// The owner of the collection is no better off.
	mine := s.Register("mine", s.curator)
	msg := s.DeriveMsg(mine, work.Under(licensetypes.TermsID{}))
	msg.Sources[0].Permission = ""
	s.See(msg)
	require.ErrorContains(t, s.Deliver(s.curator, msg).Err(), "no_derivatives")
}

// Training on a collection takes every item along.
func TestAnItemThatMayNotBeTrainedOn(t *testing.T) {
	s := newShelf(t)
	denied := s.noTraining("denied")
	work := s.collect("corpus", s.item("free", "cc0-1.0"), denied)
	all := s.anything()
	s.Offer(work, all)
	s.requireAllowed(work, copies, distribute, perform, searchFor)
	s.requireDenied(work, trainAI, "training_denied", denied.Work)
	model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
	err := s.Deliver(s.maker, s.DeriveMsg(model, work.Under(all).As(types.ROLE_TRAINED_ON))).Err()
	require.ErrorContains(t, err, "training_denied")
	require.ErrorContains(t, err, denied.Work.String())
}

// An album of a song under BY-NC-SA and one under BY-SA may be distributed, but not for
// money. Nothing can be made from it, since no licence suits both: both are named.
func TestSongsWhoseLicencesClash(t *testing.T) {
	s := newShelf(t)
	one, other := s.item("one", "cc-by-nc-sa-4.0"), s.item("other", "cc-by-sa-4.0")
	_, err := s.derive("medley", one.As(types.ROLE_COMPONENT_OF), other.As(types.ROLE_COMPONENT_OF))
	require.Error(t, err)
	album := s.collect("album", one, other)
	s.Offer(album, chain.Preset("cc-by-4.0"))
	s.requireAllowed(album, copies, distribute, perform, searchFor)
	require.Equal(t, licensetypes.VERDICT_DENIED, s.rights(album, distribute, true).Verdict)
	for _, action := range []licensetypes.Action{adapt, trainAI, aiInput} {
		s.requireDenied(album, action, "sharealike_conflict", one.Work, other.Work)
	}
	for _, role := range []types.Role{types.ROLE_PARENT_OF, types.ROLE_COMPONENT_OF, types.ROLE_INPUT_TO} {
		_, err := s.derive("made "+role.Name(), album.Under(chain.Preset("cc-by-4.0")).As(role))
		require.ErrorContains(t, err, "sharealike_conflict")
	}
	// In a collection of collections they stand as well.
	box := s.collect("box", album.Under(chain.Preset("cc-by-4.0")).As(types.ROLE_CONTAINS))
	s.Offer(box, chain.Preset("cc-by-4.0"))
	s.requireAllowed(box, distribute)
	s.requireDenied(box, adapt, "sharealike_conflict", one.Work, other.Work)
	s.RequireInvariants()
	s.RequireSameExport()
}

// Wrapping a work in a collection, or in several, washes nothing off: whatever is made
// from the collection is under what the item demands.
func TestWrappingLaundersNothing(t *testing.T) {
	for _, depth := range []int{1, 3} {
		s := newShelf(t)
		all := s.anything()
		shared, denying := s.item("shared", "cc-by-sa-4.0"), s.Register("denying", s.author)
		noMachines := s.publish(licensetypes.Terms{
			Spdx: "LicenseRef-NoMachines", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
			AiTraining: licensetypes.PERMISSION_DENY, Search: licensetypes.PERMISSION_DENY,
		})
		wrap := func(name string, inner chain.Source) chain.Work {
			var work chain.Work
			for i := range depth {
				work = s.collect(name+string(rune('a'+i)), inner)
				s.Offer(work, all)
				inner = work.Under(all).As(types.ROLE_CONTAINS)
			}
			return work
		}
		alike := wrap("alike", shared)
		remix, err := s.derive("remix", alike.Under(all))
		require.NoError(t, err)
		for _, terms := range []licensetypes.TermsID{all, chain.Preset("cc-by-4.0")} {
			require.ErrorContains(t, s.offerErr(remix, terms), "sharealike_source ("+shared.Work.String())
		}
		require.NoError(t, s.offerErr(remix, chain.Preset("cc-by-sa-4.0")))

		machines := wrap("machines", denying.Under(noMachines).As(types.ROLE_CONTAINS))
		s.requireDenied(machines, trainAI, "training_denied", denying)
		s.requireAllowed(machines, searchFor)
		remix, err = s.derive("other", machines.Under(all))
		require.NoError(t, err)
		require.NoError(t, s.offerErr(remix, all))
		s.requireDenied(remix, trainAI, "training_denied", denying)
		s.requireDenied(remix, searchFor, "search_denied", denying)
		s.RequireInvariants()
	}
}

// The work that a collection was adapted from and its items are told apart: what the
// first demands binds all of the collection, in whatever order they are declared.
func TestTheSameWorkAsItemAndSource(t *testing.T) {
	s := newShelf(t)
	item := s.item("song", "cc-by-sa-4.0")
	work := s.collect("album", item)
	require.NoError(t, s.offerErr(work, chain.Preset("cc0-1.0")))
	s.MustDeliver(s.curator, &licensetypes.MsgCloseOffer{Owner: s.curator.String(), Work: work.ID, Terms: chain.Preset("cc0-1.0")})

	other := s.collect("other", item, s.Derive("version", s.author, item.As(types.ROLE_PARENT_OF)).Under(chain.Preset("cc-by-sa-4.0")))
	require.ErrorContains(t, s.offerErr(other, chain.Preset("cc0-1.0")), "sharealike_source")
	res, err := licensetypes.NewQueryClient(s.Conn()).Constraints(s.Ctx(), &licensetypes.QueryConstraintsRequest{Work: other.ID})
	require.NoError(t, err)
	for _, c := range res.Constraints {
		if c.Constraint.Kind == licensetypes.CONSTRAINT_SHARE_ALIKE {
			require.False(t, c.Constraint.Contained)
		}
	}
	s.RequireInvariants()
}
