package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// roles are what may be done with a source, and how much the result takes on.
var roles = []role{
	{[]rules.Action{rules.Adapt}, rules.Full},
	{[]rules.Action{rules.Adapt}, rules.Part},
	{[]rules.Action{rules.TrainAI}, rules.Trained},
	{[]rules.Action{rules.AIInput}, rules.Part},
	{[]rules.Action{rules.Copy, rules.Distribute}, rules.Contained},
}

type role struct {
	actions []rules.Action
	column  rules.Column
}

func (f *fixture) permitAs(role role, derivative, source registrytypes.WorkID, permission fmt.Stringer) (types.Permit, error) {
	r := types.PermitRequest{
		Derivative: derivative, Owner: f.registry[derivative].Owner, Source: source, Actions: role.actions, Column: role.column,
	}
	if permission != nil {
		r.Permission = permission.String()
	}
	if r.NamesTerms() {
		r.Seen = f.standing(source)
	}
	return f.k.Permit(f.ctx, r)
}

// collect is derive for a collection that holds the sources.
func (f *fixture) collect(collection registrytypes.WorkID, sources ...source) error {
	f.t.Helper()
	return f.deriveAs(roles[len(roles)-1], collection, sources...)
}

func (f *fixture) deriveAs(role role, derivative registrytypes.WorkID, sources ...source) error {
	f.t.Helper()
	cache, write := f.ctx.CacheContext()
	var permits []types.Permit
	for _, s := range sources {
		p, err := f.permitAs(role, derivative, s.work, s.permission)
		if err != nil {
			return err
		}
		permits = append(permits, p)
	}
	if err := f.k.Bind(cache, binding(derivative, permits...)); err != nil {
		return err
	}
	write()
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	return nil
}

// collection is a fixture with a song under BY-SA in an album that the remix is.
func collection(t *testing.T) *fixture {
	f := newFixture(t)
	f.offered(song, preset("cc-by-sa-4.0"), types.Offer{})
	require.NoError(t, f.collect(remix, source{song, preset("cc-by-sa-4.0")}))
	return f
}

// What an item demands is marked, and the collection's own row says that items are apart.
func TestDemandsOfItemsAreMarked(t *testing.T) {
	f := collection(t)
	bySA := preset("cc-by-sa-4.0")
	require.Equal(t, []types.NamedConstraint{
		{Kind: types.CONSTRAINT_SHARE_ALIKE, Source: song, Terms: bySA, Contained: true},
		{Kind: types.CONSTRAINT_ATTRIBUTION, Source: song, Terms: bySA, WorkVersion: 1, Contained: true},
		{Kind: types.CONSTRAINT_ITEMS_APART, Source: remix},
	}, f.constraints(remix))
	f.offered(remix, anything(f), types.Offer{})

	// A collection of it keeps the marks; what is made from it has none.
	f.add(cover, carol)
	require.NoError(t, f.collect(cover, source{remix, anything(f)}))
	for _, c := range f.constraints(cover) {
		require.Equal(t, c.Kind != types.CONSTRAINT_ITEMS_APART, c.Contained)
	}
	made := f.register(carol, 99)
	require.NoError(t, f.derive(made, source{remix, anything(f)}))
	require.Equal(t, []types.NamedConstraint{
		{Kind: types.CONSTRAINT_SHARE_ALIKE, Source: song, Terms: bySA},
		{Kind: types.CONSTRAINT_ATTRIBUTION, Source: song, Terms: bySA, WorkVersion: 1},
		{Kind: types.CONSTRAINT_ITEMS_APART, Source: remix},
	}, f.constraints(made))
	require.Equal(t, []string{"items_apart"}, noticesOf(f.rights(made, copied, fan)))
}

// A grant that ends takes the collection with it, as it does whatever else rests on it.
func TestAnItemThatEnds(t *testing.T) {
	f := newFixture(t)
	hour := time.Hour
	terms := f.publish(types.Terms{Spdx: "LicenseRef-Hour", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &hour})
	f.offered(song, terms, types.Offer{})
	require.NoError(t, f.collect(remix, source{song, f.acquired(bob, song, terms, 0, "")}))
	f.offered(remix, preset("cc-by-4.0"), types.Offer{})
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, copied, fan).Verdict)
	f.wait(2 * hour)
	require.Equal(t, []string{"source_expired"}, codesOf(f.rights(remix, copied, fan)))
	require.ErrorIs(t, f.offer(remix, anything(f), types.Offer{}), types.ErrSourceExpired)
}

// A ceiling of an item is the collection's: who sells the whole sells the item.
func TestACeilingOfAnItem(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(types.Terms{
		Spdx: "LicenseRef-Ceiling", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, RevenueCeiling: coins("5ustem"),
	})
	f.offered(song, terms, types.Offer{})
	require.NoError(t, f.collect(remix, source{song, terms}))
	f.offered(remix, anything(f), types.Offer{Price: coins("9ustem")})
	sold := types.Use{Action: types.ACTION_DISTRIBUTE, Commercial: true}
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(remix, sold, fan).Verdict)
	f.acquired(fan, remix, anything(f), 0, "9ustem")
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, sold, fan).Verdict)
	f.revenue.meters[remix.String()+"ustem"] = coins("6ustem")[0].Amount
	require.Equal(t, []string{"ceiling_reached"}, codesOf(f.rights(remix, sold, fan)))
	require.False(t, f.constraints(remix)[0].Contained)
}

// TestGenesisKnowsItems: marks and what is apart come back, and what cannot be is refused.
func TestGenesisKnowsItems(t *testing.T) {
	f := collection(t)
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, gs.Validate())
	require.Len(t, gs.Demands, 1)
	rows := gs.Demands[0].Demands.Constraints
	require.True(t, rows[0].Contained)
	other := newFixture(t)
	*other.revenue = *f.revenue
	require.NoError(t, other.k.InitGenesis(afterAll(other.ctx), *gs))
	require.Equal(t, f.constraints(remix), other.constraints(remix))

	last := len(rows) - 1
	require.Equal(t, types.CONSTRAINT_ITEMS_APART, rows[last].Kind)
	for name, spoil := range map[string]func(c *types.Constraint){
		"terms":     func(c *types.Constraint) { c.Terms.TermsID = preset("cc-by-4.0") },
		"grant":     func(c *types.Constraint) { c.Grant.GrantID = types.GrantID{1} },
		"contained": func(c *types.Constraint) { c.Contained = true },
	} {
		good := rows[last]
		spoil(&rows[last])
		require.ErrorIs(t, gs.Validate(), types.ErrInvalidGenesis, name)
		demands := gs.Demands[0].Demands
		require.NoError(t, f.k.Demands.Set(f.ctx, remix, demands.Pack()))
		if name != "grant" { // which no row of another kind than EXPIRES can have
			require.Error(t, f.k.CheckInvariants(f.ctx), name)
		}
		rows[last] = good
	}
	require.NoError(t, f.k.Demands.Set(f.ctx, remix, gs.Demands[0].Demands.Pack()))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}
