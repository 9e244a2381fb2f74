package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// No answer about an item allows what the same terms deny of a work that is offered under them.
func TestAnItemIsNotHadForMoreThanItsTermsSay(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	d.offer(alice, data, freely())
	everything := []types.Action{
		types.ACTION_COPY, types.ACTION_DISTRIBUTE, types.ACTION_PERFORM, types.ACTION_ADAPT, types.ACTION_TRAIN_AI, types.ACTION_AI_INPUT,
		types.ACTION_SEARCH,
	}
	serial := 10
	only := func(a types.Action) func(*types.Terms) {
		allow := func(p *types.Permission, of types.Action) {
			if *p = 0; a == of {
				*p = types.PERMISSION_ALLOW
			}
		}
		return func(t *types.Terms) {
			if t.Uses = []types.Action{a}; a != types.ACTION_ADAPT {
				t.Derivatives = types.DERIVATIVES_NONE
			}
			allow(&t.AiTraining, types.ACTION_TRAIN_AI)
			allow(&t.AiInput, types.ACTION_AI_INPUT)
			allow(&t.Search, types.ACTION_SEARCH)
		}
	}
	for name, change := range map[string]func(*types.Terms){
		"only to adapt":    only(types.ACTION_ADAPT),
		"only as input":    only(types.ACTION_AI_INPUT),
		"only to train":    only(types.ACTION_TRAIN_AI),
		"all but copies":   func(t *types.Terms) { t.Uses = everything[2:] },
		"all but perform":  func(t *types.Terms) { t.Uses = append(append([]types.Action{}, everything[:2]...), everything[3:]...) },
		"no derivatives":   func(t *types.Terms) { t.Derivatives, t.AiTraining, t.AiInput = types.DERIVATIVES_NONE, 0, 0 },
		"not for money":    func(t *types.Terms) { t.CommercialUse = false },
		"one country":      func(t *types.Terms) { t.Territories = []string{"DE"} },
		"one medium":       func(t *types.Terms) { t.Media = []string{"print"} },
		"with an approval": func(t *types.Terms) { t.DerivativeApproval = true },
		"direct approval":  func(t *types.Terms) { t.DerivativeApproval, t.ApprovalDirect = true, true },
		"search denied":    func(t *types.Terms) { t.Search = types.PERMISSION_DENY },
	} {
		own := freely()
		own.Spdx = "LicenseRef-Item"
		change(&own)
		serial++
		work := d.add(alice, registrytypes.Entry{
			Sha256: content(serial), Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: name},
		})
		id := d.offer(alice, work, own)
		item := itemOf(m.Items[1])
		item.Terms = id
		for _, action := range everything {
			for _, use := range []types.Use{{Action: action}, {Action: action, Commercial: true}, {Action: action, Territories: []string{"FR"}}} {
				alone, within := d.ask(work, bob, use, nil), d.ask(data, bob, use, item)
				if alone.Verdict != types.VERDICT_ALLOWED {
					require.NotEqual(t, types.VERDICT_ALLOWED, within.Verdict, "%s: %s %v", name, action, alone.Reasons)
				}
				if action == types.ACTION_COPY && name == "only to adapt" && len(use.Territories) == 0 && !use.Commercial {
					require.Equal(t, string(rules.UseNotCovered), within.Reasons[0].Code)
					require.Equal(t, id, within.Reasons[0].AncestorTerms)
				}
			}
		}
	}
}

// What is generated from an item owes the royalty that the item was given for, so that no free offer of the whole stands in for it.
func TestNoInputWithoutTheItemsRoyalty(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	d.offer(alice, data, freely())
	own := freely()
	own.Spdx, own.RoyaltyRate, own.RoyaltyPolicy = "LicenseRef-Item", 100_000, royaltytypes.POLICY_RELATIVE
	item := itemOf(m.Items[1])
	item.Terms = d.must(&types.MsgPublishTerms{Author: carol.String(), Terms: own}).(*types.MsgPublishTermsResponse).Id
	input := types.Use{Action: types.ACTION_AI_INPUT}
	require.Equal(t, types.VERDICT_DENIED, d.ask(data, bob, input, item).Verdict)
	d.offer(alice, data, own)
	rights := d.ask(data, bob, input, item)
	require.Equal(t, types.VERDICT_ALLOWED, rights.Verdict)
	require.Equal(t, item.Terms.String(), rights.Permission)
}

// What is made of an item under share-alike terms cannot owe the royalties that the work owes, as of a collection that has it.
func TestAnItemSharedAlikeOwesNoRoyalties(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	free := d.offer(alice, data, freely())
	d.revenue.upstream[data] = 1
	grants := monthly()
	grants.Duration, grants.MaxGrants, grants.DerivativesPerGrant = nil, 1000, 5
	bought := d.acquire(bob, data, d.offer(alice, data, grants), 0)
	own := freely()
	own.Spdx, own.Derivatives = "LicenseRef-Alike", types.DERIVATIVES_SHARE_ALIKE
	item := itemOf(m.Items[1])
	item.Terms = d.must(&types.MsgPublishTerms{Author: carol.String(), Terms: own}).(*types.MsgPublishTermsResponse).Id
	adapting := types.Use{Action: types.ACTION_ADAPT}
	for _, permission := range []string{free.String(), bought.String(), ""} {
		ask := func(use types.Use, item *types.Item) types.Rights {
			return d.askFor(&types.QueryCheckRightsRequest{
				Work: data.String(), Use: use, Item: item, Licensee: bob.String(), Permission: permission,
			})
		}
		d.revenue.owed[data] = 0
		require.Equal(t, types.VERDICT_ALLOWED, ask(adapting, item).Verdict, permission)
		d.revenue.owed[data] = 100_000
		rights := ask(adapting, item)
		require.Equal(t, types.VERDICT_DENIED, rights.Verdict, permission)
		require.Equal(t, string(rules.ShareAlikeRoyalty), rights.Reasons[0].Code)
		require.Equal(t, types.VERDICT_ALLOWED, ask(copying, item).Verdict, permission)
		require.Equal(t, types.VERDICT_ALLOWED, ask(adapting, nil).Verdict, permission)
	}
	require.Equal(t, types.VERDICT_DENIED, d.ask(data, alice, adapting, item).Verdict)
}

// Who relies on an offer of the whole under the item's own terms owes what they ask once.
func TestWhatAnItemsTermsAskIsOwedOnce(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	own := freely()
	own.Spdx, own.AiInput, own.UsePrice, own.Attribution = "LicenseRef-Item", types.PERMISSION_PAID, coins("5uusdc"), true
	own.Derivatives = types.DERIVATIVES_SHARE_ALIKE
	item := itemOf(m.Items[1])
	item.Terms = d.offer(alice, data, own)
	for _, action := range []types.Action{types.ACTION_AI_INPUT, types.ACTION_ADAPT, types.ACTION_COPY} {
		use := types.Use{Action: action}
		whole, within := d.ask(data, bob, use, nil), d.ask(data, bob, use, item)
		require.Equal(t, types.VERDICT_ALLOWED, within.Verdict, "%s %v", action, within.Reasons)
		require.Equal(t, whole.Obligations, within.Obligations, action)
	}
}

// A grant under the item's own terms was approved when it was given: what became of the approval since takes nothing from it.
func TestAGrantUnderAnItemsTermsStaysApproved(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	d.offer(alice, data, freely())
	own := freely()
	own.Spdx, own.DerivativeApproval, own.DerivativesPerGrant = "LicenseRef-Item", true, 5
	item := itemOf(m.Items[1])
	item.Terms = d.offer(alice, data, own)
	adapting := types.Use{Action: types.ACTION_ADAPT}
	require.Equal(t, types.VERDICT_NEEDS_GRANT, d.ask(data, bob, adapting, item).Verdict)
	d.must(&types.MsgApprove{Owner: alice.String(), Work: data, Terms: item.Terms, Licensee: bob.String()})
	require.Equal(t, types.VERDICT_ALLOWED, d.ask(data, bob, adapting, item).Verdict)
	grant := d.acquire(bob, data, item.Terms, 1)
	d.must(&types.MsgWithdrawApproval{Owner: alice.String(), Work: data, Terms: item.Terms, Licensee: bob.String()})
	for _, permission := range []string{grant.String(), ""} {
		ask := func(by sdk.AccAddress, item *types.Item) types.Rights {
			return d.askFor(&types.QueryCheckRightsRequest{
				Work: data.String(), Use: adapting, Item: item, Licensee: by.String(), Permission: permission,
			})
		}
		require.Equal(t, types.VERDICT_ALLOWED, ask(bob, nil).Verdict)
		rights := ask(bob, item)
		require.Equal(t, types.VERDICT_ALLOWED, rights.Verdict, rights.Reasons)
		require.Equal(t, grant.String(), rights.Permission)
		require.NotEqual(t, types.VERDICT_ALLOWED, ask(carol, item).Verdict)
	}
}
