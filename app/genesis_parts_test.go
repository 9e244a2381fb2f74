package app_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// TestPartsOfAGenesisFitEachOther: each module's part is valid by itself in these, and
// together they would start a chain that breaks a promise later.
func TestPartsOfAGenesisFitEachOther(t *testing.T) {
	c := chain.New(t)
	song, stranger := c.Register("song", alice), c.Register("stranger", carol)
	ceiling := sdk.NewInt64Coin("uusdc", 1000)
	small := licensetypes.Terms{
		Spdx: "LicenseRef-small", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, RevenueCeiling: sdk.NewCoins(ceiling),
	}
	remix10 := chain.Preset("commercial-remix-10")
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: small})
	limited := c.Derive("limited", bob, song.Under(small.ID()))
	c.Offer(song, remix10)
	c.MustDeliver(bob, &licensetypes.MsgAcquire{Licensee: bob.String(), Work: song.ID, Terms: remix10, MaxRate: chain.Whole})
	grant := licensetypes.NewGrantID(song.ID, remix10, bob.Address, 0)
	remix := c.Register("remix", bob)
	c.MustDeliver(bob, &lineagetypes.MsgDerive{
		Owner: bob.String(), Work: remix.ID, MaxTotalRate: chain.Whole,
		Sources: []lineagetypes.Source{
			{Work: song.ID, Role: lineagetypes.ROLE_COMPONENT_OF, Permission: grant.String()},
		},
	})
	c.MustDeliver(bob, chain.PaymentChannelMsg(bob, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole)))
	c.NextBlock()
	cdc := c.App.Encoding().Codec
	require.NoError(t, c.TryImport(c.ExportGenesis(), c.Height()+1), "as it is")

	for name, tc := range map[string]struct {
		change func(*testing.T, app.GenesisState)
		want   string
	}{
		"a ceiling of terms that have none": {func(t *testing.T, state app.GenesisState) {
			inPart(cdc, state, licensetypes.ModuleName, func(gs *licensetypes.GenesisState) {
				for _, row := range gs.Demands {
					for i, c := range row.Demands.Constraints {
						if c.Kind == licensetypes.CONSTRAINT_CEILING {
							row.Demands.Constraints[i].Terms.TermsID = chain.Preset("commercial-use")
						}
					}
				}
			})
		}, "does not demand"},
		"a ceiling that nobody counts": {func(t *testing.T, state app.GenesisState) {
			inPart(cdc, state, royaltytypes.ModuleName, func(gs *royaltytypes.GenesisState) {
				gs.Stages = slices.DeleteFunc(gs.Stages, func(s royaltytypes.GenesisStages) bool { return s.Work == limited.ID })
			})
		}, "is not counted"},
		"a ceiling that is passed in another denom": {func(t *testing.T, state app.GenesisState) {
			inPart(cdc, state, royaltytypes.ModuleName, func(gs *royaltytypes.GenesisState) {
				w := &gs.Works[slices.IndexFunc(gs.Works, func(w royaltytypes.GenesisWork) bool { return w.Id == limited.ID })]
				w.Head.Taking = nil
			})
		}, "its ceilings are in"},
		"a grant that serves again": {func(t *testing.T, state app.GenesisState) {
			inPart(cdc, state, licensetypes.ModuleName, func(gs *licensetypes.GenesisState) {
				require.Equal(t, remix.ID, gs.Grants[0].Grant.UsedBy.WorkID)
				gs.Grants[0].Grant.UsedBy, gs.Grants[0].Grant.Used = registrytypes.WorkIDBytes{}, 0
			})
		}, "which another work uses, or none"},
		"owed for nothing": {func(t *testing.T, state app.GenesisState) {
			inPart(cdc, state, royaltytypes.ModuleName, func(gs *royaltytypes.GenesisState) {
				w := &gs.Works[slices.IndexFunc(gs.Works, func(w royaltytypes.GenesisWork) bool { return w.Id == remix.ID })]
				owed, err := w.Upstream[0].Upstream.Unpack()
				require.NoError(t, err)
				owed.Absolute = append(owed.Absolute, flow.Owed{To: royaltytypes.FlowWork(stranger.ID), Weight: 500_000, Holders: 1})
				slices.SortFunc(owed.Absolute, func(a, b flow.Owed) int { return strings.Compare(string(a.To), string(b.To)) })
				w.Upstream[0].Upstream = royaltytypes.PackUpstream(owed)
				w.Head.Reach, w.Head.Receivers = w.Head.Reach+2, w.Head.Receivers+1
			})
		}, "its sources make it"},
		"coins of nobody": {func(t *testing.T, state app.GenesisState) {
			inPart(cdc, state, banktypes.ModuleName, func(gs *banktypes.GenesisState) {
				account := authtypes.NewModuleAddress(royaltytypes.ModuleName).String()
				extra := sdk.NewInt64Coin("uother", 5)
				i := slices.IndexFunc(gs.Balances, func(b banktypes.Balance) bool { return b.Address == account })
				gs.Balances[i].Coins = gs.Balances[i].Coins.Add(extra)
				gs.Supply = gs.Supply.Add(extra)
			})
		}, "uother: the module's account has 5"},
		"a channel that can never be closed": {func(t *testing.T, state app.GenesisState) {
			inPart(cdc, state, royaltytypes.ModuleName, func(gs *royaltytypes.GenesisState) {
				blocked := authtypes.NewModuleAddress("distribution")
				gs.PaymentChannels[0].PaymentChannel.Payer = blocked
				gs.Serials[0].Payer = blocked.String()
			})
		}, "may not receive"},
	} {
		t.Run(name, func(t *testing.T) {
			var state app.GenesisState
			require.NoError(t, json.Unmarshal(c.ExportGenesis(), &state))
			tc.change(t, state)
			whole, err := json.Marshal(state)
			require.NoError(t, err)
			require.ErrorContains(t, c.TryImport(whole, c.Height()+1), tc.want)
		})
	}
}

// inPart changes a module's part of a genesis.
func inPart[T any, P interface {
	*T
	proto.Message
}](cdc codec.JSONCodec, state app.GenesisState, module string, change func(P)) {
	part := P(new(T))
	cdc.MustUnmarshalJSON(state[module], part)
	change(part)
	state[module] = cdc.MustMarshalJSON(part)
}

// TestASpellingThatHasNoneIsRefused: what is stored is normalised again at every check.
func TestASpellingThatHasNoneIsRefused(t *testing.T) {
	c := chain.New(t)
	msg := chain.RegisterMsg(alice, "a model")
	msg.Works[0].Details.Fingerprints = []registrytypes.Fingerprint{{Scheme: "hf", Value: "openai/whisper-large-v3@main@main"}}
	require.ErrorContains(t, c.Deliver(alice, msg).Err(), "must be owner/name")
}
