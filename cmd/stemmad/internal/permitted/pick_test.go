package permitted_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func offer(name string, price ...sdk.Coin) licensetypes.OpenOffer {
	p := preset(name)
	o := licensetypes.OpenOffer{Terms: licensetypes.IdentifiedTerms{Id: p.ID, Preset: name, Terms: p.Terms}}
	o.Offer.Price = price
	o.Public = o.Offer.Public(p.Terms)
	return o
}

func TestPickTakesTheOnlyOfferThatNeedsAGrant(t *testing.T) {
	price := sdk.NewInt64Coin("uusdc", 5)
	ten, use, free := offer("commercial-remix-10", price), offer("commercial-use", price), offer("cc-by-4.0")

	picked, err := permitted.Pick(ask(), []licensetypes.OpenOffer{free, ten})
	require.NoError(t, err)
	require.Equal(t, ten, picked)

	_, err = permitted.Pick(ask(), []licensetypes.OpenOffer{free, ten, use})
	require.ErrorContains(t, err, "several offers; name the terms")
	require.NotContains(t, err.Error(), "cc-by-4.0")

	_, err = permitted.Pick(ask(), []licensetypes.OpenOffer{free})
	require.ErrorContains(t, err, "a public offer is itself the permission")
	_, err = permitted.Pick(ask(), nil)
	require.ErrorContains(t, err, "offered to nobody now")
	require.ErrorContains(t, err, "name that work with --uses-of", "a closed offer may be sold on for what was made under it")

	req := ask()
	req.Wanted = "cc-by-4.0"
	picked, err = permitted.Pick(req, []licensetypes.OpenOffer{ten, free})
	require.NoError(t, err)
	require.Equal(t, free, picked)
	req.Wanted = "commercial-use"
	_, err = permitted.Pick(req, []licensetypes.OpenOffer{ten, free})
	require.ErrorContains(t, err, "is not offered under commercial-use. Its offers:")
	req.Wanted = licensetypes.GrantID{1}.String()
	_, err = permitted.Pick(req, []licensetypes.OpenOffer{ten})
	require.ErrorContains(t, err, "is a grant, not terms")
	req.Wanted = "wtfpl"
	_, err = permitted.Pick(req, []licensetypes.OpenOffer{ten})
	require.ErrorContains(t, err, "nor a preset")
}

func TestPickSaysWhatKeepsAnOfferFromBeingTaken(t *testing.T) {
	price := sdk.NewInt64Coin("uusdc", 5)
	past := now.Add(-time.Second)
	paused, ended, others := offer("commercial-use", price), offer("commercial-remix-5", price), offer("commercial-remix-10", price)
	paused.Offer.Paused = true
	ended.Offer.ExpiresAt = &past
	others.Offer.Licensees = []string{"somebody else"}
	offers := []licensetypes.OpenOffer{paused, ended, others}

	_, err := permitted.Pick(ask(), offers)
	require.ErrorIs(t, err, permitted.ErrRefused)
	require.ErrorContains(t, err, "commercial-use: its owner paused it")
	require.ErrorContains(t, err, "commercial-remix-5: it ended at 2027-01-15 07:59:59 UTC")
	require.ErrorContains(t, err, "commercial-remix-10: it is for other accounts")

	req := ask()
	req.Wanted = "commercial-use"
	_, err = permitted.Pick(req, offers)
	require.EqualError(t, err, "song ("+source.String()+") cannot be acquired now:\n  - commercial-use: its owner paused it; ask the owner to resume it")
}
