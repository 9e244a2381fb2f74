package keeper_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// alikeTerms share alike and allow further restrictions.
var alikeTerms = types.Terms{Spdx: "LicenseRef-Alike", Attribution: true, Derivatives: types.DERIVATIVES_SHARE_ALIKE}

// populated has a row of every kind.
func populated(t testing.TB) *fixture {
	f := newFixture(t)
	week := day(7)
	end := genesisTime.Add(day(9))
	exclusive := f.publish(types.Terms{
		Spdx: "LicenseRef-Only", Derivatives: types.DERIVATIVES_ALLOWED, Exclusivity: types.EXCLUSIVITY_EXCLUSIVE, Duration: &week,
		MaxGrants: 2,
	})
	f.offered(song, exclusive, types.Offer{Price: coins("5ustem"), ExpiresAt: &end, Licensees: []string{bob.String()}})
	f.offered(photo, preset("cc-by-sa-4.0"), types.Offer{})
	alike := f.publish(alikeTerms)
	f.offered(photo, alike, types.Offer{})
	f.acquired(carol, photo, preset("cc-by-sa-4.0"), 0, "")
	grant := f.acquired(bob, song, exclusive, 0, "5ustem")
	require.NoError(t, f.derive(remix, source{song, grant}, source{photo, alike}))

	several := f.publish(types.Terms{
		Spdx: "LicenseRef-Several", Derivatives: types.DERIVATIVES_ALLOWED, DerivativesPerGrant: 3, Territories: []string{"DE"},
	})
	f.offered(photo, several, types.Offer{})
	served := f.acquired(alice, photo, several, 0, "")
	require.NoError(t, f.derive(f.register(alice, 21), source{photo, served}))
	require.NoError(t, f.derive(f.register(alice, 22), source{photo, served}))

	asked := f.publish(ask())
	f.offered(photo, asked, types.Offer{Paused: true})
	f.sell(photo, alice)
	f.sell(photo, carol)
	require.NoError(t, f.try(approve(carol, photo, asked, bob)))
	require.NoError(t, f.try(&types.MsgApprove{
		Owner: carol.String(), Work: photo, Terms: asked, Derivative: remix,
	}))
	return f
}

func TestGenesisRoundTrip(t *testing.T) {
	f := populated(t)
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	require.Len(t, exported.Terms, 27)
	require.Len(t, exported.Offers, 5)
	require.Len(t, exported.Grants, 3)
	require.Len(t, exported.GrantCounts, 3)
	require.Len(t, exported.GrantUses, 2)
	require.Len(t, exported.AllowLists, 1)
	require.Len(t, exported.Demands, 3, "those of what the grant of several serves too")
	require.Len(t, exported.Approvals, 2)
	require.EqualValues(t, 2, exported.Approvals[0].Transfers)

	g := newFixture(t)
	for id, work := range f.registry {
		g.registry[id] = work
	}
	g.wait(time.Hour)
	require.NoError(t, g.k.InitGenesis(g.ctx, *exported))
	require.NoError(t, g.k.CheckInvariants(g.ctx))
	row, err := f.k.Exclusives.Get(f.ctx, song)
	require.NoError(t, err)
	rebuilt, err := g.k.Exclusives.Get(g.ctx, song)
	require.NoError(t, err)
	require.Equal(t, row, rebuilt)
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)

	// What is derived from the rows works as before.
	for _, grant := range exported.Grants { // in order of id
		if grant.Grant.Licensee.Equals(bob) {
			_, err = g.acquire(bob, song, grant.Grant.Terms.TermsID, 9, "5ustem")
			require.ErrorIs(t, err, types.ErrExclusive)
		}
	}
	require.ErrorIs(t, g.offer(remix, preset("cc-by-4.0"), types.Offer{}), types.ErrConflict)
}

// demanded are the constraints of the remix.
func demanded(gs *types.GenesisState) []types.Constraint {
	of := slices.IndexFunc(gs.Demands, func(d types.GenesisDemands) bool { return d.Work == remix })
	return gs.Demands[of].Demands.Constraints
}

// grantOf is the only grant that an account acquired of the song.
func (f *fixture) grantOf(account sdk.AccAddress) (types.GrantID, types.Grant) {
	f.t.Helper()
	res, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: account.String(), Work: song})
	require.NoError(f.t, err)
	require.Len(f.t, res.Grants, 1)
	return res.Grants[0].Id, res.Grants[0].Grant
}

// expiring is the constraint that ends with a grant.
func expiring(gs *types.GenesisState) *types.Constraint {
	for i := range demanded(gs) {
		if demanded(gs)[i].Kind == types.CONSTRAINT_EXPIRES {
			return &demanded(gs)[i]
		}
	}
	panic("no constraint ends")
}

func TestBrokenGenesis(t *testing.T) {
	for name, edit := range map[string]func(*types.GenesisState){
		"terms twice":       func(gs *types.GenesisState) { gs.Terms = append(gs.Terms, gs.Terms[0]) },
		"bad terms":         func(gs *types.GenesisState) { gs.Terms[0].Spdx = "" },
		"offer twice":       func(gs *types.GenesisState) { gs.Offers = append(gs.Offers, gs.Offers[0]) },
		"offer of no work":  func(gs *types.GenesisState) { gs.Offers[0].Work = registrytypes.WorkID{} },
		"unknown terms":     func(gs *types.GenesisState) { gs.Offers[0].Terms = types.TermsID{1} },
		"bad offer":         func(gs *types.GenesisState) { gs.Offers[0].Offer.Licensees = []string{"x"} },
		"grant twice":       func(gs *types.GenesisState) { gs.Grants = append(gs.Grants, gs.Grants[0]) },
		"grant of no work":  func(gs *types.GenesisState) { gs.Grants[0].Grant.Work.WorkID = registrytypes.WorkID{} },
		"grant to nobody":   func(gs *types.GenesisState) { gs.Grants[0].Grant.Licensee = nil },
		"grant of no terms": func(gs *types.GenesisState) { gs.Grants[0].Grant.Terms.TermsID = types.TermsID{} },
		"grant of no list":  func(gs *types.GenesisState) { gs.AllowLists = nil },
		"list twice":        func(gs *types.GenesisState) { gs.AllowLists = append(gs.AllowLists, gs.AllowLists[0]) },
		"list of nobody":    func(gs *types.GenesisState) { gs.AllowLists = append(gs.AllowLists, types.AllowList{}) },
		"use twice":         func(gs *types.GenesisState) { gs.GrantUses[1] = gs.GrantUses[0] },
		"use missing":       func(gs *types.GenesisState) { gs.GrantUses = gs.GrantUses[1:] },
		"use of no grant": func(gs *types.GenesisState) {
			gs.GrantUses = append(gs.GrantUses, types.GenesisGrantUse{Grant: types.GrantID{1}, Derivative: song})
		},
		"use by no work": func(gs *types.GenesisState) { gs.GrantUses[0].Derivative = registrytypes.WorkID{} },
		"serves more":    func(gs *types.GenesisState) { gs.Grants[0].Grant.Serves = 9 },
		"serves none":    func(gs *types.GenesisState) { gs.Grants[0].Grant.Serves = 0 },
		"used and offered": func(gs *types.GenesisState) {
			for i := range gs.Grants {
				gs.Grants[i].Grant.OfferedTo = carol
			}
		},
		"closed, not for ever": func(gs *types.GenesisState) {
			for i := range gs.Offers {
				gs.Offers[i].Offer.Closed = true
			}
		},
		"for ever since later": func(gs *types.GenesisState) {
			later := afterAll(newFixture(t).ctx).BlockTime()
			for i := range gs.Offers {
				if gs.Offers[i].Offer.IrrevocableSince != nil {
					gs.Offers[i].Offer.IrrevocableSince = &later
				}
			}
		},
		"grant without an id": func(gs *types.GenesisState) { gs.Grants[0].Id = types.GrantID{} },
		"count missing":       func(gs *types.GenesisState) { gs.GrantCounts = gs.GrantCounts[1:] },
		"count too low":       func(gs *types.GenesisState) { gs.GrantCounts[0].Count = 0 },
		"demands twice":       func(gs *types.GenesisState) { gs.Demands = append(gs.Demands, gs.Demands[0]) },
		"constraint twice": func(gs *types.GenesisState) {
			gs.Demands[0].Demands.Constraints = slices.Concat(demanded(gs)[:1], demanded(gs))
		},
		"constraints out of order": func(gs *types.GenesisState) { slices.Reverse(demanded(gs)) },
		"version of nothing":       func(gs *types.GenesisState) { gs.Demands[0].Demands.Version = 0 },
		"version without a past":   func(gs *types.GenesisState) { gs.Demands[0].Demands.Version = 2 },
		"past without a version":   func(gs *types.GenesisState) { gs.Demands[0].Past = []types.Demands{{Version: 1}} },
		"past of another version": func(gs *types.GenesisState) {
			gs.Demands[0].Demands.Version, gs.Demands[0].Past = 2, []types.Demands{{Version: 2}}
		},
		"no demands": func(gs *types.GenesisState) { gs.Demands[0].Demands = types.Demands{} },
		"waiting for too many": func(gs *types.GenesisState) {
			gs.Demands[0].Demands.Waiting = refsOf(remix, 1, types.MaxConstraints+1)
		},
		"waiting for no work": func(gs *types.GenesisState) {
			gs.Demands[0].Demands.Waiting = []types.DeclarationRef{{}}
		},
		"declaration twice": func(gs *types.GenesisState) {
			gs.Demands[0].Demands.Waiting = []types.DeclarationRef{{Work: remix, Number: 1}, {Work: remix, Number: 1}}
		},
		"admission for nobody": func(gs *types.GenesisState) {
			gs.Admissions = []types.GenesisAdmission{{Declaration: types.DeclarationRef{Work: remix, Number: 1}}}
		},
		"admission twice": func(gs *types.GenesisState) {
			a := types.GenesisAdmission{Declaration: types.DeclarationRef{Work: remix, Number: 1}, Admission: types.Admission{Others: 1}}
			gs.Admissions = []types.GenesisAdmission{a, a}
		},
		"unknown kind":       func(gs *types.GenesisState) { demanded(gs)[0].Kind = 257 },
		"no kind":            func(gs *types.GenesisState) { demanded(gs)[0].Kind = 0 },
		"constraint of none": func(gs *types.GenesisState) { demanded(gs)[0].Source.WorkID = registrytypes.WorkID{} },
		"version of none": func(gs *types.GenesisState) {
			demanded(gs)[0].WorkVersion = 1 - demanded(gs)[0].WorkVersion
		},
		"grant where none is": func(gs *types.GenesisState) { demanded(gs)[0].Grant.GrantID = types.GrantID{1} },
		"end of no grant":     func(gs *types.GenesisState) { expiring(gs).Grant.GrantID = types.GrantID{} },
		"end of lost grant":   func(gs *types.GenesisState) { expiring(gs).Grant.GrantID = types.GrantID{1} },
		"end under terms":     func(gs *types.GenesisState) { expiring(gs).Terms.TermsID = types.TermsID{1} },
		"approval twice":      func(gs *types.GenesisState) { gs.Approvals = append(gs.Approvals, gs.Approvals[0]) },
		"approval of nobody": func(gs *types.GenesisState) {
			gs.Approvals[0].Licensee, gs.Approvals[0].Derivative = "", registrytypes.WorkID{}
		},
		"approval of no work": func(gs *types.GenesisState) { gs.Approvals[0].Work = registrytypes.WorkID{} },
		"approval not asked":  func(gs *types.GenesisState) { gs.Approvals[0].Terms = preset("cc-by-4.0") },
		"end of the world": func(gs *types.GenesisState) {
			end := types.MaxTime
			gs.Grants[0].Grant.ExpiresAt = &end
		},
		"constraint on no work": func(gs *types.GenesisState) { gs.Demands[0].Work = registrytypes.WorkID{} },
	} {
		f := populated(t)
		gs, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		edit(gs)
		if name != "for ever since later" {
			require.Error(t, gs.Validate(), name)
		}
		g := newFixture(t)
		require.Error(t, g.k.InitGenesis(afterAll(g.ctx), *gs), name)
	}
}

func TestInvariantsNoticeWhatIsBroken(t *testing.T) {
	for name, damage := range map[string]func(*fixture) error{
		"terms": func(f *fixture) error { return f.k.Terms.Set(f.ctx, types.TermsID{1}, types.Terms{Spdx: "MIT"}) },
		"offers": func(f *fixture) error {
			delete(f.registry, song)
			return nil
		},
		"offers, miscounted":       func(f *fixture) error { return f.k.OfferCounts.Set(f.ctx, photo, 1) },
		"offers, not counted":      func(f *fixture) error { return f.k.OfferCounts.Remove(f.ctx, photo) },
		"offers, counted for none": func(f *fixture) error { return f.k.OfferCounts.Set(f.ctx, remix, 1) },
		"grants":                   func(f *fixture) error { return f.k.GrantsByWork.Clear(f.ctx, nil) },
		"grant indexes": func(f *fixture) error {
			return f.k.Grants.Clear(f.ctx, nil)
		},
		"tallies": func(f *fixture) error { return f.k.Tallies.Clear(f.ctx, nil) },
		// the offer under the same terms is noticed first
		"offers, without terms": func(f *fixture) error {
			return f.k.Terms.Remove(f.ctx, alikeTerms.ID())
		},
		"demands, without a grant": func(f *fixture) error {
			row := []types.Constraint{{Kind: types.CONSTRAINT_EXPIRES, Source: registrytypes.WorkIDBytes{WorkID: song}}}
			return f.k.Demands.Set(f.ctx, photo, types.Demands{Version: 1, Constraints: row}.Pack())
		},
		"grant indexes, of another work": func(f *fixture) error {
			id, g := f.grantOf(bob)
			holder := types.Approved{Licensee: bob}.Key()
			return f.k.GrantsHeld.Set(f.ctx, collections.Join4(holder, photo, g.Terms.TermsID, g.HeldKey(id)))
		},
		"grant indexes, of another use": func(f *fixture) error {
			id, g := f.grantOf(bob)
			holder := types.Approved{Licensee: bob}.Key()
			g.UsedBy.WorkID, g.Used = registrytypes.WorkID{}, 0
			return f.k.GrantsHeld.Set(f.ctx, collections.Join4(holder, song, g.Terms.TermsID, g.HeldKey(id)))
		},
		"grants, reserved": func(f *fixture) error {
			id, g := f.grantOf(bob)
			return f.k.Reserved.Set(f.ctx, collections.Join3(song, g.UsedBy.WorkID, id))
		},
		"grant indexes, reserved for another": func(f *fixture) error {
			id, _ := f.grantOf(bob)
			return f.k.Reserved.Set(f.ctx, collections.Join3(song, photo, id))
		},
		"grants, not held": func(f *fixture) error { return f.k.GrantsHeld.Clear(f.ctx, nil) },
		"grants, used beyond": func(f *fixture) error {
			id, g := f.grantOf(bob)
			g.Used = 2
			return f.k.Grants.Set(f.ctx, id, g)
		},
		"grants, of no list":      func(f *fixture) error { return f.k.AllowLists.Clear(f.ctx, nil) },
		"allow-lists":             func(f *fixture) error { return f.k.AllowLists.Set(f.ctx, []byte{1}, types.AllowList{}) },
		"grant uses":              func(f *fixture) error { return f.k.GrantUses.Clear(f.ctx, nil) },
		"tallies, without an end": func(f *fixture) error { return f.k.Running.Clear(f.ctx, nil) },
		"tallies, with one of none": func(f *fixture) error {
			return f.k.Running.Set(f.ctx, collections.Join3(song, uint64(7), types.TermsID{1}))
		},
		"tallies, of another end": func(f *fixture) error {
			_, g := f.grantOf(bob)
			return f.k.Tallies.Set(f.ctx, collections.Join(song, g.Terms.TermsID), types.Tally{Given: 1})
		},
		"granted derivatives": func(f *fixture) error { return f.k.GrantedDerivatives.Clear(f.ctx, nil) },
		"granted derivatives, of none": func(f *fixture) error {
			return f.k.GrantedDerivatives.Set(f.ctx, photo, 0)
		},
		"granted derivatives, miscounted": func(f *fixture) error { return f.k.GrantedDerivatives.Set(f.ctx, song, 1_000) },
		"exclusives":                      func(f *fixture) error { return f.k.Exclusives.Clear(f.ctx, nil) },
		"exclusives, of none":             func(f *fixture) error { return f.k.Exclusives.Set(f.ctx, photo, types.Exclusives{}) },
		"exclusives, of later": func(f *fixture) error {
			row, err := f.k.Exclusives.Get(f.ctx, song)
			require.NoError(f.t, err)
			row.Grants[0].ExpiresAt = nil
			return f.k.Exclusives.Set(f.ctx, song, row)
		},
		"offers, that can be taken back": func(f *fixture) error {
			return f.k.Offers.Set(f.ctx, collections.Join(photo, preset("cc-by-sa-4.0")), types.Offer{})
		},
		"approvals": func(f *fixture) error {
			whom := types.Approved{Licensee: bob}
			return f.k.Approvals.Set(f.ctx, collections.Join3(song, preset("cc-by-4.0"), whom.Key()), 0)
		},
		"approvals, of later": func(f *fixture) error {
			whom := types.Approved{Licensee: bob}
			return f.k.Approvals.Set(f.ctx, collections.Join3(photo, ask().ID(), whom.Key()), 3)
		},
		"approvals, of nobody": func(f *fixture) error {
			return f.k.Approvals.Set(f.ctx, collections.Join3(song, preset("cc-by-4.0"), []byte{7}), 0)
		},
		"demands":            func(f *fixture) error { return f.k.Demands.Set(f.ctx, photo, types.Demands{}.Pack()) },
		"demands, truncated": func(f *fixture) error { return f.k.Demands.Set(f.ctx, remix, []byte{1, 2}) },
		"demands, waiting for no work": func(f *fixture) error {
			return f.k.Demands.Set(f.ctx, photo, types.Demands{Waiting: []types.DeclarationRef{types.AllOf(registrytypes.WorkID{9})}}.Pack())
		},
		"demands, waiting for too many": func(f *fixture) error {
			return f.k.Demands.Set(f.ctx, photo, types.Demands{Waiting: refsOf(song, 1, types.MaxConstraints+1)}.Pack())
		},
		"demands, without a past": func(f *fixture) error {
			d := types.Demands{Version: 2}
			return f.k.Demands.Set(f.ctx, photo, d.Pack())
		},
		"demands, with a past of none": func(f *fixture) error {
			return f.k.PastDemands.Set(f.ctx, collections.Join(photo, uint32(1)), types.Demands{Version: 1}.Pack())
		},
		"admissions, not waited for": func(f *fixture) error {
			return f.k.Admissions.Set(f.ctx, collections.Join(photo, uint32(1)), types.Admission{Others: 1})
		},
		"admissions, indexed for none": func(f *fixture) error {
			return f.k.AdmissionsByWork.Set(f.ctx, collections.Join3(song, photo, uint32(1)))
		},
		"demands, twice": func(f *fixture) error {
			row, err := f.k.Demands.Get(f.ctx, remix)
			require.NoError(f.t, err)
			return f.k.Demands.Set(f.ctx, remix, append(row, row[6:]...))
		},
		"demands, of a version to come": func(f *fixture) error {
			row := []types.Constraint{{
				Kind: types.CONSTRAINT_ATTRIBUTION, Source: registrytypes.WorkIDBytes{WorkID: song},
				Terms: types.TermsIDBytes{TermsID: preset("cc-by-4.0")}, WorkVersion: 9,
			}}
			return f.k.Demands.Set(f.ctx, photo, types.Demands{Version: 1, Constraints: row}.Pack())
		},
		"demands, without terms": func(f *fixture) error {
			row := []types.Constraint{{Kind: types.CONSTRAINT_SHARE_ALIKE, Source: registrytypes.WorkIDBytes{WorkID: song}}}
			return f.k.Demands.Set(f.ctx, photo, types.Demands{Version: 1, Constraints: row}.Pack())
		},
	} {
		f := populated(t)
		require.NoError(t, damage(f))
		err := f.k.CheckInvariants(f.ctx)
		require.Error(t, err, name)
		name, _, _ := strings.Cut(name, ",")
		require.ErrorContains(t, err, "license invariant \""+name+"\"")
	}
}

func TestQueries(t *testing.T) {
	f := populated(t)
	named, err := f.query.Terms(f.ctx, &types.QueryTermsRequest{Terms: "cc-by-4.0"})
	require.NoError(t, err)
	byID, err := f.query.Terms(f.ctx, &types.QueryTermsRequest{Terms: named.Terms.Id.String()})
	require.NoError(t, err)
	require.Equal(t, named, byID)

	page, err := f.query.TermsList(f.ctx, &types.QueryTermsListRequest{Pagination: &query.PageRequest{Limit: 10}})
	require.NoError(t, err)
	require.Len(t, page.Terms, 10)
	rest, err := f.query.TermsList(f.ctx, &types.QueryTermsListRequest{Pagination: &query.PageRequest{Key: page.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, rest.Terms, 17)

	offers, err := f.query.Offers(f.ctx, &types.QueryOffersRequest{Work: photo})
	require.NoError(t, err)
	require.Len(t, offers.Offers, 4)
	var public int
	var granted uint64
	for _, o := range offers.Offers {
		if o.Public {
			public++
		}
		granted += o.Granted
	}
	require.Equal(t, 3, public)
	require.EqualValues(t, 2, granted)

	for _, c := range []struct {
		req  types.QueryGrantsRequest
		want int
	}{
		{types.QueryGrantsRequest{Work: song}, 1},
		{types.QueryGrantsRequest{Licensee: bob.String()}, 1},
		{types.QueryGrantsRequest{Licensee: bob.String(), Work: photo}, 0},
		{types.QueryGrantsRequest{Licensee: bob.String(), Work: song}, 1},
		{types.QueryGrantsRequest{Licensee: carol.String(), Work: photo}, 1},
		{types.QueryGrantsRequest{Work: remix}, 0},
	} {
		res, err := f.query.Grants(f.ctx, &c.req)
		require.NoError(t, err)
		require.Len(t, res.Grants, c.want, c.req.String())
	}
}

func TestConstraintsComeInPages(t *testing.T) {
	f := populated(t)
	all := f.constraints(remix)
	ask := func(page *query.PageRequest) (*types.QueryConstraintsResponse, error) {
		return f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: remix, Pagination: page})
	}
	var read []types.NamedConstraint
	page := &query.PageRequest{Limit: 3}
	for {
		res, err := ask(page)
		require.NoError(t, err)
		read = append(read, named(res.Constraints)...)
		if len(res.Pagination.NextKey) == 0 {
			break
		}
		page.Key = res.Pagination.NextKey
	}
	require.Equal(t, all, read)

	res, err := ask(&query.PageRequest{Offset: 1, Limit: 1, Reverse: true, CountTotal: true})
	require.NoError(t, err)
	require.Equal(t, all[len(all)-2:len(all)-1], named(res.Constraints))
	require.EqualValues(t, len(all), res.Pagination.Total)
	res, err = ask(&query.PageRequest{Offset: 9})
	require.NoError(t, err)
	require.Empty(t, res.Constraints)
	_, err = ask(&query.PageRequest{Key: []byte("trash")})
	require.ErrorContains(t, err, "code = InvalidArgument")
}

func TestQueriesThatCantBeAnswered(t *testing.T) {
	f := newFixture(t)
	missing := registrytypes.WorkID{9}
	for want, ask := range map[string]func() error{
		"NotFound terms": func() error {
			_, err := f.query.Terms(f.ctx, &types.QueryTermsRequest{Terms: types.TermsID{1}.String()})
			return err
		},
		"InvalidArgument terms": func() error {
			_, err := f.query.Terms(f.ctx, &types.QueryTermsRequest{Terms: "cc-by-9.0"})
			return err
		},
		"NotFound offers": func() error {
			_, err := f.query.Offers(f.ctx, &types.QueryOffersRequest{Work: missing})
			return err
		},
		"InvalidArgument offers": func() error {
			_, err := f.query.Offers(f.ctx, &types.QueryOffersRequest{})
			return err
		},
		"InvalidArgument grants": func() error {
			_, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{})
			return err
		},
		"InvalidArgument licensee": func() error {
			_, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: "bob"})
			return err
		},
		"NotFound grant": func() error {
			_, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{Grant: types.GrantID{9}})
			return err
		},
		"InvalidArgument grant": func() error {
			_, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{})
			return err
		},
		"InvalidArgument page": func() error {
			_, err := f.query.TermsList(f.ctx, &types.QueryTermsListRequest{Pagination: &query.PageRequest{Limit: 1_001}})
			return err
		},
		"NotFound constraints": func() error {
			_, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: missing})
			return err
		},
	} {
		code, _, _ := strings.Cut(want, " ")
		require.ErrorContains(t, ask(), "code = "+code, want)
	}
}
