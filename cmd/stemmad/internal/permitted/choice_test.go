package permitted_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// offering is a chain on which a source is offered under presets, what would be
// taken first.
func offering(names ...string) *chain {
	c := &chain{answer: map[string]licensetypes.Rights{"": allowed(terms(names[0]).String())}}
	for _, name := range names {
		c.offers = append(c.offers, offer(name))
		c.answer[terms(name).String()] = allowed(terms(name).String())
	}
	return c
}

// chosen finds a permission with a person who answers; 0: nobody is there.
func (c *chain) chosen(req permitted.Request, answer int) (choice permitted.Choice, asked string, err error) {
	f := permitted.Finder{Chain: c, Name: func(id licensetypes.TermsID) string { return id.String() }}
	if answer > 0 {
		f.Choose = func(list string, _ int) (int, bool, error) {
			asked = list
			return answer - 1, true, nil
		}
	}
	choice, err = f.Find(context.Background(), req)
	return choice, asked, err
}

func TestABindingPermissionIsNeverTakenInSilence(t *testing.T) {
	for name, c := range map[string]struct {
		offers []string
		asks   bool
	}{
		"non-commercial beside commercial":          {[]string{"cc-by-nc-4.0", "commercial-remix-10"}, true},
		"share-alike beside commercial":             {[]string{"cc-by-sa-4.0", "commercial-remix-5"}, true},
		"non-commercial beside share-alike":         {[]string{"cc-by-nc-4.0", "cc-by-sa-4.0"}, true},
		"non-commercial share-alike":                {[]string{"cc-by-nc-sa-4.0", "cc-by-4.0"}, true},
		"non-commercial alone":                      {[]string{"cc-by-nc-4.0"}, false},
		"share-alike alone":                         {[]string{"cc-by-sa-4.0"}, false},
		"share-alike beside non-commercial":         {[]string{"cc-by-sa-4.0", "cc-by-nc-4.0"}, false},
		"commercial beside non-commercial":          {[]string{"cc-by-4.0", "cc-by-nc-4.0"}, false},
		"commercial beside commercial at a royalty": {[]string{"cc-by-4.0", "commercial-remix-5"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			chain := offering(c.offers...)
			choice, _, err := chain.chosen(ask(), 0)
			if !c.asks {
				require.NoError(t, err)
				require.Equal(t, terms(c.offers[0]).String(), choice.Permission)
				return
			}
			require.ErrorIs(t, err, permitted.ErrChoice)
			require.ErrorIs(t, err, permitted.ErrRefused)
			for _, want := range append(c.offers, "--under TERMS", "--commercial", "-y does not choose") {
				require.ErrorContains(t, err, want)
			}
			for i, name := range c.offers {
				choice, asked, err := chain.chosen(ask(), i+1)
				require.NoError(t, err)
				require.Equal(t, terms(name).String(), choice.Permission)
				require.Contains(t, asked, "permissions that bind you differently")
			}
		})
	}
}

// A ceiling binds what is made too, so it is not taken in silence either.
func TestACeilingIsChosen(t *testing.T) {
	capped := preset("commercial-remix-5").Terms
	capped.RevenueCeiling = sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1000))
	capped.RoyaltyRate = 1
	c := &withTerms{chain: offering("commercial-remix-10"), more: licensetypes.IdentifiedTerms{Id: capped.ID(), Terms: capped}}
	c.answer[""], c.answer[capped.ID().String()] = allowed(capped.ID().String()), allowed(capped.ID().String())
	f := permitted.Finder{Chain: c, Name: func(id licensetypes.TermsID) string { return id.String() }}
	req := ask()
	_, err := f.Find(context.Background(), req)
	require.ErrorIs(t, err, permitted.ErrChoice)
	require.ErrorContains(t, err, "commercial use once it has taken in 1000uusdc")
	req.Commercial = true
	choice, err := f.Find(context.Background(), req)
	require.NoError(t, err)
	require.Equal(t, terms("commercial-remix-10").String(), choice.Permission)

	// What binds otherwise is no way out that is taken unasked.
	c.chain.offers = []licensetypes.OpenOffer{offer("cc-by-sa-4.0")}
	c.answer[terms("cc-by-sa-4.0").String()] = allowed(terms("cc-by-sa-4.0").String())
	_, err = f.Find(context.Background(), req)
	require.ErrorIs(t, err, permitted.ErrChoice)
	c.chain.offers = nil
	choice, err = f.Find(context.Background(), req)
	require.NoError(t, err)
	require.Contains(t, choice.How, ", ceiling of 1000uusdc")
}

// withTerms knows terms that are no preset.
type withTerms struct {
	*chain
	more licensetypes.IdentifiedTerms
}

func (c *withTerms) License() licensetypes.QueryClient { return c }

func (c *withTerms) Terms(
	ctx context.Context, req *licensetypes.QueryTermsRequest, opts ...grpc.CallOption,
) (*licensetypes.QueryTermsResponse, error) {
	if req.Terms == c.more.Id.String() {
		return &licensetypes.QueryTermsResponse{Terms: c.more}, nil
	}
	return c.chain.Terms(ctx, req, opts...)
}

func TestAChoiceSaysWhatEachCostsAndForbids(t *testing.T) {
	c := offering("cc-by-nc-sa-4.0", "commercial-remix-10")
	c.offers[1].Offer.Price = sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5000))
	priced := obtainable(t, "commercial-remix-10", "5000uusdc")
	c.answer[terms("commercial-remix-10").String()] = needed(priced)
	_, _, err := c.chosen(ask(), 0)
	require.ErrorContains(t, err, "cc-by-nc-sa-4.0      nothing    no royalty             commercial use of what you make; "+
		"offering what you make under other terms")
	require.ErrorContains(t, err, "commercial-remix-10  5000uusdc  10 % of gross revenue  -")

	// What has to be bought is bought with --buy alone.
	_, _, err = c.chosen(ask(), 2)
	require.ErrorContains(t, err, "needs a grant to be adapted: add --buy")
	req, most := ask(), sdk.NewInt64Coin("uusdc", 6000)
	req.Buy, req.MaxFee = true, &most
	choice, _, err := c.chosen(req, 2)
	require.NoError(t, err)
	require.Equal(t, "5000uusdc", choice.Buy.Price.String())
}

// --commercial settles it where nothing has to be bought, for share-alike too.
func TestCommercialSettlesTheChoice(t *testing.T) {
	req := ask()
	req.Commercial = true
	c := offering("cc-by-sa-4.0", "commercial-remix-10", "commercial-remix-5", "cc-by-nc-4.0")
	choice, _, err := c.chosen(req, 0)
	require.NoError(t, err)
	require.Equal(t, terms("commercial-remix-5").String(), choice.Permission)

	for _, name := range []string{"commercial-remix-10", "commercial-remix-5"} {
		c.answer[terms(name).String()] = needed(obtainable(t, name, "5uusdc"))
	}
	_, _, err = c.chosen(req, 0)
	require.ErrorIs(t, err, permitted.ErrChoice)
	require.NotContains(t, err.Error(), "--commercial")
	require.NotContains(t, err.Error(), "--buy", "there are two")
}

// The only commercial permission that leaves what is made free is bought with --buy, though a
// share-alike one is free of charge; without, its price and the flags are named.
func TestCommercialBuysTheOnlyFreeOne(t *testing.T) {
	c := offering("cc-by-sa-4.0", "commercial-remix-10", "cc-by-nc-4.0")
	alike := preset("cc-by-sa-4.0").Terms
	alike.Spdx = "LicenseRef-House-Alike"
	more := licensetypes.IdentifiedTerms{Id: alike.ID(), Terms: alike}
	c.offers = append(c.offers, licensetypes.OpenOffer{Terms: more, Public: true})
	c.answer[more.Id.String()] = allowed(more.Id.String())
	c.offers[1].Offer.Price = sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5000))
	priced := obtainable(t, "commercial-remix-10", "5000uusdc")
	c.answer[priced.Terms.String()] = needed(priced)
	c.answer[terms("cc-by-nc-4.0").String()] = denied(rules.NonCommercialTerms, terms("cc-by-nc-4.0").String())
	req, most := ask(), sdk.NewInt64Coin("uusdc", 6000)
	req.Commercial = true
	_, _, err := c.chosen(req, 0)
	require.ErrorIs(t, err, permitted.ErrChoice)
	require.ErrorContains(t, err, "or add --buy --max-fee 5000uusdc for commercial-remix-10")
	require.ErrorContains(t, err, "it costs 5000uusdc")
	require.ErrorContains(t, err, "LicenseRef-House-Alike", "all that it can be made under")
	require.NotContains(t, err.Error(), "cc-by-nc-4.0")

	req.Buy, req.MaxFee = true, &most
	choice, _, err := c.chosen(req, 0)
	require.NoError(t, err)
	require.Equal(t, priced.Terms, choice.Buy.Message.Terms)
	most.Amount = most.Amount.SubRaw(1001)
	_, _, err = c.chosen(req, 0)
	require.ErrorContains(t, err, "add --max-fee 5000uusdc")

	priced.NeedsApproval = true
	c.answer[priced.Terms.String()] = needed(priced)
	_, _, err = c.chosen(req, 0)
	require.ErrorIs(t, err, permitted.ErrChoice)
	require.NotContains(t, err.Error(), "add --buy")
}

// A grant of one's own is a choice too; one that another work uses, or that the
// chain does not accept, is none.
func TestGrantsAreChoices(t *testing.T) {
	c := offering("cc-by-nc-4.0")
	grant := licensetypes.GrantID{7}
	c.grants = []licensetypes.NamedGrant{{Id: grant, Work: source, Terms: terms("commercial-remix-10"), Licensee: bob.String()}}
	c.answer[grant.String()] = allowed(grant.String())
	choice, _, err := c.chosen(ask(), 2)
	require.NoError(t, err)
	require.Equal(t, grant.String(), choice.Permission)

	c.grants[0].UsedBy = source
	_, _, err = c.chosen(ask(), 0)
	require.NoError(t, err)
	c.grants[0].UsedBy = remix
	c.answer[grant.String()] = denied(rules.GrantExpired, grant.String())
	choice, _, err = c.chosen(ask(), 0)
	require.NoError(t, err)
	require.Equal(t, "public offer of cc-by-nc-4.0, no royalty, no commercial use", choice.How)
}

// Where something is bought, the cheapest is not taken in silence if it binds.
func TestWhatIsBoughtIsChosenToo(t *testing.T) {
	c := offering("noncommercial-remix", "commercial-remix-10")
	cheap, dear := obtainable(t, "noncommercial-remix", "1uusdc"), obtainable(t, "commercial-remix-10", "9uusdc")
	c.answer[""] = needed(cheap, dear)
	c.answer[cheap.Terms.String()], c.answer[dear.Terms.String()] = needed(cheap), needed(dear)
	req, most := ask(), sdk.NewInt64Coin("uusdc", 10)
	req.Buy, req.MaxFee = true, &most
	_, _, err := c.chosen(req, 0)
	require.ErrorIs(t, err, permitted.ErrChoice)
	choice, _, err := c.chosen(req, 2)
	require.NoError(t, err)
	require.Equal(t, dear.Terms, choice.Buy.Message.Terms)
}
