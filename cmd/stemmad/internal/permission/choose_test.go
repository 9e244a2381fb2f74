package permission_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permission"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	now    = time.Unix(1_800_000_000, 0)
	bob    = sdk.AccAddress("bob's twenty bytes..")
	source = registrytypes.WorkID{1}.String()
)

func offer(t *testing.T, preset, price string) licensetypes.OpenOffer {
	t.Helper()
	p, ok := licensetypes.PresetByName(preset)
	require.True(t, ok, preset)
	o := licensetypes.OpenOffer{Terms: licensetypes.IdentifiedTerms{Id: p.ID.String(), Preset: preset, Terms: p.Terms}}
	coins, err := sdk.ParseCoinsNormalized(price)
	require.NoError(t, err)
	o.Offer.Price = coins
	o.Public = o.Offer.Public(p.Terms)
	return o
}

func ask() permission.Request {
	return permission.Request{Source: source, Title: "song", Licensee: bob, Now: now}
}

func TestOwnWorkNeedsNothing(t *testing.T) {
	choice, err := permission.Choose(ask(), permission.Options{Own: true})
	require.NoError(t, err)
	require.Empty(t, choice.Permission)
	require.Equal(t, "your own work", choice.How)
}

func TestTheCheapestPublicOfferIsTaken(t *testing.T) {
	ten, five, nc := offer(t, "commercial-remix-10", ""), offer(t, "commercial-remix-5", ""), offer(t, "cc-by-nc-4.0", "")
	options := permission.Options{Offers: []licensetypes.OpenOffer{ten, nc, five, offer(t, "cc-by-nd-4.0", "")}}

	choice, err := permission.Choose(ask(), options)
	require.NoError(t, err)
	require.Equal(t, nc.Terms.Id, choice.Permission)

	req := ask()
	req.Commercial = true
	choice, err = permission.Choose(req, options)
	require.NoError(t, err)
	require.Equal(t, five.Terms.Id, choice.Permission)
	require.Equal(t, "public offer of commercial-remix-5, 5 % of gross revenue", choice.How)

	req.Wanted = "commercial-remix-10"
	choice, err = permission.Choose(req, options)
	require.NoError(t, err)
	require.Equal(t, ten.Terms.Id, choice.Permission)

	req.Wanted = "cc-by-4.0"
	_, err = permission.Choose(req, options)
	require.ErrorContains(t, err, "no offer of song")
}

func TestTrainingGoesByItsOwnAnswer(t *testing.T) {
	req := ask()
	req.Training = true
	denied, allowed := offer(t, "ai-training-denied", ""), offer(t, "ai-training-allowed", "")
	_, err := permission.Choose(req, permission.Options{Offers: []licensetypes.OpenOffer{denied}})
	require.ErrorContains(t, err, "trained on")
	choice, err := permission.Choose(req, permission.Options{Offers: []licensetypes.OpenOffer{denied, allowed}})
	require.NoError(t, err)
	require.Equal(t, allowed.Terms.Id, choice.Permission)
}

func TestAnUnusedGrantComesFirst(t *testing.T) {
	ten := offer(t, "commercial-remix-10", "")
	past := now.Add(-time.Second)
	grants := []licensetypes.NamedGrant{
		{Id: "grant1used", Terms: ten.Terms.Id, UsedBy: "work1x"},
		{Id: "grant1over", Terms: ten.Terms.Id, Grant: licensetypes.Grant{ExpiresAt: &past}},
		{Id: "grant1good", Terms: ten.Terms.Id},
	}
	choice, err := permission.Choose(ask(), permission.Options{
		Offers: []licensetypes.OpenOffer{ten}, Grants: grants,
		Terms: map[string]licensetypes.IdentifiedTerms{ten.Terms.Id: ten.Terms},
	})
	require.NoError(t, err)
	require.Equal(t, "grant1good", choice.Permission)
}

func TestBuying(t *testing.T) {
	dear, cheap := offer(t, "commercial-remix-5", "9000uusdc,5ustem"), offer(t, "commercial-remix-10", "4000uusdc")
	options := permission.Options{Offers: []licensetypes.OpenOffer{dear, cheap}}

	_, err := permission.Choose(ask(), options)
	require.ErrorContains(t, err, "--buy and --max-fee")
	require.ErrorContains(t, err, "5ustem or 9000uusdc")

	req := ask()
	req.Buy, req.MaxFee = true, &sdk.Coin{Denom: "uusdc", Amount: sdk.NewInt64Coin("uusdc", 10_000).Amount}
	choice, err := permission.Choose(req, options)
	require.NoError(t, err)
	require.Equal(t, "4000uusdc", choice.Price.String())
	require.Equal(t, cheap.Terms.Id, choice.Buy.Terms)
	require.Equal(t, uint32(100_000), choice.Buy.MaxRate)
	work, terms := registrytypes.WorkID{1}, mustTerms(t, cheap.Terms.Id)
	require.Equal(t, licensetypes.NewGrantID(work, terms, bob, choice.Buy.Serial).String(), choice.Permission)
	require.NoError(t, choice.Buy.ValidateBasic())

	low := sdk.NewInt64Coin("uusdc", 100)
	req.MaxFee = &low
	_, err = permission.Choose(req, options)
	require.ErrorContains(t, err, "max_fee is 100uusdc")
}

func TestClosedToOthers(t *testing.T) {
	expired, other := offer(t, "cc-by-4.0", ""), offer(t, "cc-by-4.0", "")
	past := now.Add(-time.Second)
	expired.Offer.ExpiresAt = &past
	other.Offer.Licensees = []string{"somebody else"}
	_, err := permission.Choose(ask(), permission.Options{Offers: []licensetypes.OpenOffer{expired, other}})
	require.ErrorContains(t, err, "no offer of song")
	_, err = permission.Choose(ask(), permission.Options{})
	require.ErrorContains(t, err, "offered to nobody")
}

func TestWantedIsChecked(t *testing.T) {
	req := ask()
	req.Wanted = "grant1nonsense"
	_, err := permission.Choose(req, permission.Options{})
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	req.Wanted = licensetypes.GrantID{7}.String()
	choice, err := permission.Choose(req, permission.Options{})
	require.NoError(t, err)
	require.Equal(t, req.Wanted, choice.Permission)
	req.Wanted = "mit"
	_, err = permission.Choose(req, permission.Options{})
	require.ErrorContains(t, err, "nor a preset")
}

func mustTerms(t *testing.T, s string) licensetypes.TermsID {
	t.Helper()
	id, err := licensetypes.ParseTermsID(s)
	require.NoError(t, err)
	return id
}
