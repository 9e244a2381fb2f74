package lineage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// TestAPassOnTheChain: the price that an edge was made at outlasts a change of the offer, a
// renewal at the new price and an export, and whoever pays it may train on the remix.
func TestAPassOnTheChain(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"))
	year := 365 * 24 * time.Hour
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-Sells-Training", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_PAID, Duration: &year,
	}
	alice, bob, fan := c.Account("alice"), c.Account("bob"), c.Account("fan")
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
	song, remix := c.Register("song.wav", alice), c.Register("remix.wav", bob)
	offer := func(price int64) {
		msg := chain.OfferMsg(song, terms.ID())
		msg.Offer.Price = sdk.NewCoins(sdk.NewInt64Coin("uusdc", price))
		c.MustDeliver(alice, msg)
	}
	fee := func(amount int64) *sdk.Coin { coin := sdk.NewInt64Coin("uusdc", amount); return &coin }
	offer(20_000)
	c.MustDeliver(bob, &licensetypes.MsgAcquire{Licensee: bob.String(), Work: song.ID, Terms: terms.ID(), MaxFee: fee(20_000)})
	grant := licensetypes.NewGrantID(song.ID, terms.ID(), bob.Address, 0)
	derive := c.DeriveMsg(remix)
	derive.Sources = []lineagetypes.Source{{Work: song.ID, Role: lineagetypes.ROLE_PARENT_OF, Permission: grant.String()}}
	c.MustDeliver(bob, derive)
	c.Offer(remix, chain.Preset("commercial-remix-5"))

	offer(90_000)
	c.MustDeliver(bob, &licensetypes.MsgRenewGrant{Licensee: bob.String(), Grant: grant, MaxFee: fee(90_000)})
	c.MustDeliver(alice, &licensetypes.MsgCloseOffer{Owner: alice.String(), Work: song.ID, Terms: terms.ID()})
	c.RequireInvariants() // what the edges pin is what is demanded, although the grant was renewed

	c = c.RequireSameExport()
	pass := &licensetypes.MsgAcquire{Licensee: fan.String(), Work: song.ID, Terms: terms.ID(), UsesOf: remix.ID, MaxFee: fee(20_000), Seen: c.DemandsSeen(remix)}
	c.MustDeliver(fan, pass)
	c.RequireBalance(alice, "1130000uusdc") // the grant, its renewal and the pass
	rights, err := licensetypes.NewQueryClient(c.Conn()).CheckRights(t.Context(), &licensetypes.QueryCheckRightsRequest{
		Work: remix.ID.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI}, Licensee: fan.String(),
	})
	require.NoError(t, err)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Rights.Verdict, "%v", rights.Rights.Reasons)
	c.RequireSameExport().RequireInvariants()
}
