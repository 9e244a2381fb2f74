package keeper_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// edited is an export with the module's part changed.
func edited(t *testing.T, c *chain.Chain, edit func(gs *types.GenesisState)) json.RawMessage {
	cdc := c.App.Encoding().Codec
	var state map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(c.ExportGenesis(), &state))
	var gs types.GenesisState
	cdc.MustUnmarshalJSON(state[types.ModuleName], &gs)
	edit(&gs)
	state[types.ModuleName] = cdc.MustMarshalJSON(&gs)
	out, err := json.Marshal(state)
	require.NoError(t, err)
	return out
}

// TestAChainDoesNotStartFrom a genesis in which money would go round in a circle, go
// nowhere, or be too much; the error says why.
func TestAChainDoesNotStartFrom(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, assign(alice, song, dave, 500_000))
	remix := c.Derive("remix.wav", bob, song.Under(terms(c, types.POLICY_RELATIVE, 100_000)))
	c.MustDeliver(fan, chain.PaymentChannelMsg(fan, 1, usdc(1000), song.Share(chain.Whole)))
	c.NextBlock()
	of := func(gs *types.GenesisState, work chain.Work) *types.GenesisWork {
		for i := range gs.Works {
			if gs.Works[i].Id == work.ID {
				return &gs.Works[i]
			}
		}
		require.Fail(t, "the work has no row")
		return nil
	}
	for says, edit := range map[string]func(gs *types.GenesisState){
		"it can owe lower generations only": func(gs *types.GenesisState) {
			owed, err := of(gs, remix).Upstream[0].Upstream.Unpack()
			require.NoError(t, err)
			owed.Relative[0].To = types.FlowWork(remix.ID)
			packed := types.PackUpstream(owed)
			packed.HoldersVersion, packed.Since = 1, uint64(c.Height())
			w := of(gs, song)
			w.Upstream = append(w.Upstream, types.GenesisUpstream{Version: 2, Upstream: packed})
			w.Head.Epoch, w.Head.UpstreamVersion, w.Head.Receivers, w.Head.Closure, w.Head.Reach = 2, 2, 2, 2, 15
			w.Closure = flow.ClosureOf(types.FlowWork(remix.ID), types.FlowWork(song.ID)).Pack()
		},
		"1 works that relative shares of " + remix.ID.String() + " reach": func(gs *types.GenesisState) {
			of(gs, remix).Closure = flow.ClosureOf(types.FlowWork(chain.WorkOf("never", bob).ID)).Pack()
		},
		"its closure has 0 works, its head says 1":               func(gs *types.GenesisState) { of(gs, remix).Closure = nil },
		"has a reach of ":                                        func(gs *types.GenesisState) { of(gs, remix).Head.Reach-- },
		"a payment to " + remix.ID.String() + " has 2 receivers": func(gs *types.GenesisState) { of(gs, remix).Head.Receivers++ },
		"holder 0: ": func(gs *types.GenesisState) { of(gs, song).Holders[0].Holders.Shares[0].Account = nil },
		"the last ones possible are 4611686018427387903 and, in the late lane, 13835058055282163711": func(gs *types.GenesisState) {
			gs.Queue = append(gs.Queue, types.GenesisDirt{Round: 1 << 62, Work: song.ID, Denom: "uusdc"})
		},
		"waits for round 13835058055282163712": func(gs *types.GenesisState) {
			gs.Queue = append(gs.Queue, types.GenesisDirt{Round: 1<<63 + 1<<62, Work: song.ID, Denom: "uusdc"})
		},
		"deposit in all": func(gs *types.GenesisState) { gs.PaymentChannels[0].PaymentChannel.Deposit = amounts.Max().AddRaw(1) },
		"payees of ": func(gs *types.GenesisState) {
			payees, err := types.NewPaymentChannelPayees([]types.PaymentChannelPayee{chain.WorkOf("never", bob).Share(chain.Whole)})
			require.NoError(t, err)
			gs.PaymentChannels[0].Payees = payees
		},
	} {
		t.Run(says, func(t *testing.T) {
			require.ErrorContains(t, c.TryImport(edited(t, c, edit), c.Height()+1), says)
		})
	}
	require.NoError(t, c.TryImport(edited(t, c, func(gs *types.GenesisState) {
		gs.Queue = append(gs.Queue, types.GenesisDirt{Round: 1<<63 + 1<<62 - 1, Work: song.ID, Denom: "uusdc"})
	}), c.Height()+1))
}
