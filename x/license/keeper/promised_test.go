package keeper_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
)

// pricier is the remix of bob's, declared anew at each of the prices that the song asks one after
// the other.
type pricier struct {
	*fixture
	terms  types.TermsID
	serial uint64
}

func newPricier(t *testing.T) *pricier {
	f := newFixture(t)
	return &pricier{fixture: f, terms: f.publish(sold("Paid", nil))}
}

// at has the song ask a price of those that are named, and the remix declared anew at it.
func (p *pricier) at(price, denom string, licensees ...string) error {
	p.t.Helper()
	slices.Sort(licensees)
	p.offered(song, p.terms, types.Offer{Price: coins(price), Licensees: licensees})
	p.serial++
	grant := p.acquired(bob, song, p.terms, p.serial, denom)
	permit, err := p.permit(remix, song, grant)
	require.NoError(p.t, err)
	b := types.Binding{Declaration: types.DeclarationRef{Work: remix, Number: uint32(p.serial)}, Permits: []types.Permit{permit}, Rebuilt: true}
	ctx, write := p.ctx.CacheContext()
	if err = p.k.Bind(ctx, b); err == nil {
		write()
	}
	require.NoError(p.t, p.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: p.terms}))
	return err
}

// promised is what a pass for the remix costs an account.
func (p *pricier) promised(account sdk.AccAddress) string {
	p.t.Helper()
	list := passes(p.rights(remix, train, account))
	if len(list) == 0 {
		return ""
	}
	return list[0].Price.String()
}

// Whatever a work is declared under later, its uses cost an account the least that they were
// promised to it at, and are kept from nobody.
func TestAPriceThatWasPromisedStays(t *testing.T) {
	p := newPricier(t)
	require.NoError(t, p.at("9ustem", "9ustem"))
	p.offered(remix, anything(p.fixture), types.Offer{})
	require.NoError(t, p.at("900ustem", "900ustem"))
	require.Equal(t, "9ustem", p.promised(fan), "a higher price")
	require.NoError(t, p.at("3ustem", "3ustem", bob.String(), carol.String()))
	require.Equal(t, "9ustem", p.promised(fan), "a list that leaves the account out")
	require.Equal(t, "3ustem", p.promised(carol), "and what is for the account alone")
	require.NoError(t, p.at("1uusdc,50ustem", "50ustem"))
	require.Equal(t, "9ustem,1uusdc", p.promised(fan), "each denom by itself")
	require.Equal(t, "3ustem,1uusdc", p.promised(carol))
	packed, err := p.k.Promised.Get(p.ctx, collections.Join3(remix, song, p.terms))
	require.NoError(t, err)
	require.Equal(t, types.PackVersions([]uint32{1, 3, 4}), packed, "the second is no good to anybody")
	require.NoError(t, p.at("2ustem", "2ustem"))
	packed, err = p.k.Promised.Get(p.ctx, collections.Join3(remix, song, p.terms))
	require.NoError(t, err)
	require.Equal(t, types.PackVersions([]uint32{4, 5}), packed, "nor are those that another is as good as for all")

	require.ErrorIs(t, p.pass(fan, remix, song, p.terms, "1ustem"), types.ErrFeeAboveMax)
	require.NoError(t, p.pass(fan, remix, song, p.terms, "1uusdc"))
	require.NoError(t, p.pass(carol, remix, song, p.terms, "2ustem"))

	gs, err := p.k.ExportGenesis(p.ctx)
	require.NoError(t, err)
	fresh := newFixture(t)
	require.NoError(t, fresh.k.InitGenesis(afterAll(fresh.ctx), *gs))
	again, err := fresh.k.Promised.Get(fresh.ctx, collections.Join3(remix, song, p.terms))
	require.NoError(t, err)
	require.Equal(t, packed, again)
	require.NoError(t, p.k.Promised.Set(p.ctx, collections.Join3(remix, song, p.terms), types.PackVersions([]uint32{4})))
	require.Error(t, p.k.CheckInvariants(p.ctx))
}

// Who declares a work at a ninth price that is as good for somebody is told so; nobody else is
// refused anything.
func TestHowManyPricesArePromised(t *testing.T) {
	p := newPricier(t)
	for i := range types.MaxPromised + 1 {
		price := fmt.Sprintf("%dustem", 100-i)
		err := p.at(price, price, bob.String(), sdk.AccAddress(fmt.Sprintf("account %12d", i)).String())
		if i < types.MaxPromised {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, types.ErrTooMany)
		require.ErrorContains(t, err, remix.String())
	}
	require.NoError(t, p.at("1ustem", "1ustem"), "what is for everybody takes the place of all")
}

func TestWhichPriceIsAsGood(t *testing.T) {
	price := func(text string, licensees ...string) types.Price {
		return types.Price{Price: coins(text), Licensees: licensees}
	}
	for _, row := range []struct {
		a, b types.Price
		good bool
	}{
		{price("5ustem"), price("5ustem"), true},
		{price("4ustem"), price("5ustem"), true},
		{price("6ustem"), price("5ustem"), false},
		{price("5ustem,9uusdc"), price("5ustem"), true},
		{price("5ustem"), price("5ustem,9uusdc"), false},
		{price("5ustem"), price("5ustem", "a"), true},
		{price("5ustem", "a"), price("5ustem"), false},
		{price("5ustem", "a", "b"), price("5ustem", "a"), true},
		{price("5ustem", "a"), price("5ustem", "a", "b"), false},
	} {
		require.Equal(t, row.good, row.a.AsGoodAs(row.b), "%v %v", row.a, row.b)
	}
}

// What an approval counts is a sum: of all that was ever given, and no more than it can hold.
func TestGrantsPromisedAreASum(t *testing.T) {
	f := newFixture(t)
	grants := func() uint64 {
		p, err := f.k.Promises(f.ctx, song)
		require.NoError(t, err)
		return p.Grants
	}
	require.Zero(t, grants())
	three := f.publish(types.Terms{Spdx: "LicenseRef-Three", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, DerivativesPerGrant: 3})
	one := f.publish(types.Terms{Spdx: "LicenseRef-One", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED})
	f.offered(song, three, types.Offer{})
	f.offered(song, one, types.Offer{})
	f.acquired(bob, song, three, 0, "")
	f.acquired(bob, song, three, 1, "")
	f.acquired(bob, song, one, 0, "")
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: three}))
	require.EqualValues(t, 7, grants())
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	for i := range gs.GrantCounts {
		gs.GrantCounts[i].Count = math.MaxUint64
	}
	f = newFixture(t)
	require.NoError(t, f.k.InitGenesis(afterAll(f.ctx), *gs))
	require.EqualValues(t, uint64(math.MaxUint64), grants())
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}
