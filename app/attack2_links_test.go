package app_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAttack2AGrantThatWasUsedIsUsedAgain: a genesis in which a derivation rests on a grant
// that says that no work uses it starts; the grant serves a second derivation.
func TestAttack2AGrantThatWasUsedIsUsedAgain(t *testing.T) {
	c := chain.New(t)
	song, remix, second := c.Register("song", alice), c.Register("remix", bob), c.Register("second", bob)
	terms := chain.Preset("commercial-remix-10")
	c.Offer(song, terms)
	c.MustDeliver(bob, &licensetypes.MsgAcquire{Licensee: bob.String(), Work: song.ID, Terms: terms, MaxRate: chain.Whole})
	derive := func(work chain.Work) *lineagetypes.MsgDerive {
		return &lineagetypes.MsgDerive{Owner: bob.String(), Work: work.ID, MaxTotalRate: chain.Whole, Sources: []lineagetypes.Source{{
			Work: song.ID, Role: lineagetypes.ROLE_COMPONENT_OF, Permission: licensetypes.NewGrantID(song.ID, terms, bob.Address, 0).String(),
		}}}
	}
	c.MustDeliver(bob, derive(remix))
	require.ErrorContains(t, c.Deliver(bob, derive(second)).Err(), "used")
	var state app.GenesisState
	require.NoError(t, json.Unmarshal(c.ExportGenesis(), &state))
	cdc := c.App.Encoding().Codec
	var license licensetypes.GenesisState
	cdc.MustUnmarshalJSON(state[licensetypes.ModuleName], &license)
	require.Equal(t, remix.ID, license.Grants[0].Grant.UsedBy.WorkID)
	license.Grants[0].Grant.UsedBy = registrytypes.WorkIDBytes{}
	state[licensetypes.ModuleName] = cdc.MustMarshalJSON(&license)
	fresh := tryStart(t, c, state)
	if fresh == nil {
		return // refused, as it is to be
	}
	require.ErrorContains(t, fresh.Deliver(bob, derive(second)).Err(), "used")
}

// TestAttack2OwedForNothing: a genesis in which a work owes another that it was not made
// from, nor anything that it was made from, starts, and pays it.
func TestAttack2OwedForNothing(t *testing.T) {
	c := chain.New(t)
	song, stranger := c.Register("song", alice), c.Register("stranger", carol)
	remix := c.Derive("remix", bob, song.Under(chain.Preset("commercial-remix-10")))
	c.NextBlock()
	var state app.GenesisState
	require.NoError(t, json.Unmarshal(c.ExportGenesis(), &state))
	cdc := c.App.Encoding().Codec
	var royalty royaltytypes.GenesisState
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
	for i := range royalty.Works {
		if w := &royalty.Works[i]; w.Id == remix.ID {
			owed, err := w.Upstream[0].Upstream.Unpack()
			require.NoError(t, err)
			owed.Absolute = append(owed.Absolute, flow.Owed{To: royaltytypes.FlowWork(stranger.ID), Weight: 500_000, Holders: 1})
			slices.SortFunc(owed.Absolute, func(a, b flow.Owed) int { return strings.Compare(string(a.To), string(b.To)) })
			w.Upstream[0].Upstream = royaltytypes.PackUpstream(owed)
			w.Head.Reach += 2
		}
	}
	state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
	fresh := tryStart(t, c, state)
	if fresh == nil {
		return // refused, as it is to be
	}
	before := fresh.Balance(carol, "uusdc")
	fresh.Pay(alice, remix, "100000uusdc")
	fresh.NextBlock()
	require.Equal(t, before, fresh.Balance(carol, "uusdc"))
}
