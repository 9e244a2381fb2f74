package rights

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var (
	workA, workB = registrytypes.WorkID{1}, registrytypes.WorkID{2}
	termsB       = licensetypes.TermsID{3}
)

func TestParseUse(t *testing.T) {
	use, err := ParseUse(Wish{
		Action: "Train-AI", Commercial: true, Territories: []string{"fr, DE", "FR"}, Media: []string{
			"web,print",
			"Web",
		}, Until: "2027-12-31",
	}, now)
	require.NoError(t, err)
	until := time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC)
	require.Equal(t, licensetypes.Use{
		Action: licensetypes.ACTION_TRAIN_AI, Commercial: true, Territories: []string{"DE", "FR"},
		Media: []string{"print", "web"}, Until: &until,
	}, use)
	use, err = ParseUse(Wish{Action: "copy"}, now)
	require.NoError(t, err)
	require.Equal(t, licensetypes.Use{Action: licensetypes.ACTION_COPY}, use)
}

func TestParseUseNamesFlagValueAndRemedy(t *testing.T) {
	many := strings.Split(strings.Repeat("x", licensetypes.MaxMedia+1), "")
	for i := range many {
		many[i] = strings.Repeat("m", i+1)[:min(i+1, 31)] + string(rune('a'+i%26))
	}
	for want, wish := range map[string]Wish{
		"use is not said: write one of copy, distribute, perform, adapt, train-ai, ai-input, search": {},
		`use "sell" is no use: write one of copy`:                                                    {Action: "sell"},
		`territory "UK" is no country: write ISO 3166-1 alpha-2 codes such as FR,DE (GB`: {
			Action:      "copy",
			Territories: []string{"FR,uk"},
		},
		`medium "the web" is no medium: write names such as web,print`: {
			Action: "copy",
			Media:  []string{"the web"},
		},
		`medium "-web" is no medium`:                    {Action: "copy", Media: []string{"-web"}},
		"medium names 33 media, at most 32":             {Action: "copy", Media: many},
		`until "soon" is not a time: write 2027-01-31`:  {Action: "copy", Until: "soon"},
		"until 2026-11-20 is over: name a time to come": {Action: "copy", Until: "2026-11-20"},
	} {
		_, err := ParseUse(wish, now)
		require.ErrorContains(t, err, want)
	}
}

func TestPrices(t *testing.T) {
	coins := func(s string) sdk.Coins {
		c, err := amounts.ParseCoins(s)
		require.NoError(t, err)
		return c
	}
	offer := func(work registrytypes.WorkID, price string) licensetypes.Obtainable {
		return licensetypes.Obtainable{Work: work, Terms: termsB, Price: coins(price)}
	}
	for _, c := range []struct {
		offers []licensetypes.Obtainable
		want   string
		ok     bool
	}{
		{nil, "", false},
		{[]licensetypes.Obtainable{offer(workA, "")}, "", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workA, "3uusdc,9ustem"), offer(workA, "7ustem")}, "7ustem,3uusdc", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workA, "")}, "", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc,2ustem"), offer(workB, "3uusdc")}, "8uusdc", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workB, "")}, "5uusdc", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workB, "3ustem")}, "", false},
	} {
		price, ok := Price(licensetypes.Rights{Offers: c.offers})
		require.Equal(t, c.ok, ok, c.offers)
		require.Equal(t, coins(c.want).String(), price.String())
	}

	approved := offer(workA, "1uusdc")
	approved.NeedsApproval = true
	best := Best([]licensetypes.Obtainable{approved, offer(workA, "9uusdc"), offer(workA, "4ustem"), offer(workA,
		"6uusdc,1ustem"), offer(workA, "")}, "uusdc")
	var order []string
	for _, o := range best {
		order = append(order, o.Price.String())
	}
	require.Equal(t, []string{"", "1ustem,6uusdc", "9uusdc", "4ustem", "1uusdc"}, order)

	_, ok := PerUse(licensetypes.Rights{})
	require.False(t, ok)
	perUse, ok := PerUse(licensetypes.Rights{Obligations: []licensetypes.Obligation{
		{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: coins("5uusdc,2ustem")},
		{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: coins("3uusdc")},
	}})
	require.True(t, ok)
	require.Equal(t, "8uusdc", perUse.String())
}

func TestCheapest(t *testing.T) {
	offer := func(terms string, approval bool, price ...sdk.Coin) licensetypes.Obtainable {
		return licensetypes.Obtainable{Spdx: terms, Price: sdk.NewCoins(price...), NeedsApproval: approval}
	}
	uusdc := func(n int64) sdk.Coin { return sdk.NewInt64Coin("uusdc", n) }
	most := uusdc(7)
	offers := []licensetypes.Obtainable{offer("dear", false, uusdc(9)), offer("fair", false, uusdc(6)), offer("asks", true, uusdc(1))}

	found, price, reasons := Cheapest(offers, &most)
	require.Empty(t, reasons)
	require.Equal(t, "fair", found.Spdx)
	require.Equal(t, "6uusdc", price.String())

	_, _, reasons = Cheapest(offers[:1], &most)
	require.Equal(t, []Obstacle{{Kind: AbovePrice, Offer: &offers[0], Most: &most}}, reasons)
	_, _, reasons = Cheapest(offers[:1], nil)
	require.Equal(t, []Obstacle{{Kind: NoPriceAgreed, Offer: &offers[0]}}, reasons)
	_, _, reasons = Cheapest(offers[2:], &most)
	require.Equal(t, []Obstacle{{Kind: NeedsApproval, Offer: &offers[2]}}, reasons)
	found, price, _ = Cheapest([]licensetypes.Obtainable{offer("gift", false)}, nil)
	require.NotNil(t, found)
	require.Nil(t, price)
	found, _, reasons = Cheapest(nil, &most)
	require.Nil(t, found)
	require.Equal(t, []Obstacle{{Kind: NothingOffered}}, reasons)
}
