package keeper_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	copying   = types.Use{Action: types.ACTION_COPY}
	training  = types.Use{Action: types.ACTION_TRAIN_AI}
	searching = types.Use{Action: types.ACTION_SEARCH}
)

// free terms permit everything to everybody; sold ones for a fee, for 30 days, as often as one likes.
func freely() types.Terms {
	return types.Terms{
		Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, AiTraining: types.PERMISSION_ALLOW,
		AiInput: types.PERMISSION_ALLOW, Search: types.PERMISSION_ALLOW, RoyaltyPolicy: royaltytypes.POLICY_NONE,
	}
}

func monthly() types.Terms {
	t := freely()
	month := 30 * 24 * time.Hour
	t.Spdx, t.Duration, t.DerivativesPerGrant = "LicenseRef-Monthly", &month, types.UnlimitedDerivatives
	return t
}

// leftOut is the obligation to leave items out; nil: there is none.
func leftOut(rights types.Rights) *types.Obligation {
	i := slices.IndexFunc(rights.Obligations, func(o types.Obligation) bool { return o.Kind == types.OBLIGATION_LEAVE_OUT })
	if i < 0 {
		return nil
	}
	return &rights.Obligations[i]
}

// What was taken back is denied to all but those whose grant is older; a renewed grant pins the list anew.
func TestAnItemThatWasTakenBackIsDenied(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol), given(2, alice))
	data := d.register(alice, m)
	free := d.offer(alice, data, freely())
	terms := d.offer(alice, data, monthly())
	old := d.acquire(bob, data, terms, 0)
	d.wait(time.Second)
	require.Nil(t, leftOut(d.ask(data, bob, copying, nil)))

	d.withdraw(carol, data, 1, m, 1, false)
	at := d.ctx.BlockTime()
	young := d.acquire(bob, data, terms, 1) // in the same block, but behind it
	d.wait(time.Second)
	first, err := d.registry.WithdrawalList(d.ctx, data)
	require.NoError(t, err)

	all := d.ask(data, nil, copying, nil)
	require.Equal(t, types.VERDICT_ALLOWED, all.Verdict)
	require.Equal(t, &types.Obligation{
		Kind: types.OBLIGATION_LEAVE_OUT, Work: data, Withdrawals: 1, WithdrawalsSha256: first.Sha256,
	}, leftOut(all))
	for _, by := range []sdk.AccAddress{nil, alice, carol} {
		rights := d.ask(data, by, copying, itemOf(m.Items[1]))
		require.Equal(t, types.VERDICT_DENIED, rights.Verdict)
		require.Equal(t, []types.Reason{{Code: string(rules.ItemWithdrawn), Work: data, At: &at, Withdrawal: 1}}, rights.Reasons)
		require.Equal(t, m.Items[1].Sha256, [32]byte(rights.Item))
	}
	// Somebody who has an older and a younger grant relies on the older one, though an offer to everybody would come first.
	rights := d.ask(data, bob, copying, itemOf(m.Items[1]))
	require.Equal(t, types.VERDICT_ALLOWED, rights.Verdict)
	require.Equal(t, old.String(), rights.Permission)
	require.Nil(t, leftOut(rights))
	for _, permission := range []string{young.String(), free.String(), terms.String()} {
		rights := d.askFor(&types.QueryCheckRightsRequest{
			Work: data.String(), Use: copying, Item: itemOf(m.Items[1]), Licensee: bob.String(), Permission: permission,
		})
		require.Equal(t, types.VERDICT_DENIED, rights.Verdict, permission)
		require.Contains(t, codesOf(rights), string(rules.ItemWithdrawn))
	}
	// The same content of somebody else stays.
	other := itemOf(m.Items[1])
	other.Contributor.Account = alice.String()
	require.Equal(t, types.VERDICT_ALLOWED, d.ask(data, nil, copying, other).Verdict)
	require.Equal(t, types.VERDICT_ALLOWED, d.ask(data, nil, copying, itemOf(m.Items[0])).Verdict)

	d.renew(bob, data, terms, old)
	d.wait(time.Second)
	require.Equal(t, types.VERDICT_DENIED, d.ask(data, bob, copying, itemOf(m.Items[1])).Verdict)
	bound := d.askFor(&types.QueryCheckRightsRequest{Work: data.String(), Use: copying, Licensee: bob.String(), Permission: old.String()})
	require.Equal(t, uint64(1), leftOut(bound).Withdrawals)

	// A grant pins the list of its day, whatever comes later.
	d.withdraw(alice, data, 1, m, 0, true)
	d.wait(time.Second)
	bound = d.askFor(&types.QueryCheckRightsRequest{Work: data.String(), Use: copying, Licensee: bob.String(), Permission: old.String()})
	require.Equal(t, first.Sha256, leftOut(bound).WithdrawalsSha256)
	require.Equal(t, uint64(2), leftOut(d.ask(data, nil, copying, nil)).Withdrawals)
	require.Equal(t, types.VERDICT_DENIED, d.ask(data, nil, training, itemOf(m.Items[2])).Verdict)
	require.Equal(t, types.VERDICT_ALLOWED, d.askFor(&types.QueryCheckRightsRequest{
		Work: data.String(), Use: training, Item: itemOf(m.Items[2]), Licensee: bob.String(), Permission: young.String(),
	}).Verdict)
	require.NoError(t, d.k.CheckInvariants(d.ctx))
}

// Where a grant is needed the answer says what would have to be left out.
func TestWhoNeedsAGrantIsToldWhatToLeaveOut(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	d.offer(alice, data, monthly())
	d.withdraw(carol, data, 1, m, 1, false)
	d.wait(time.Second)
	rights := d.ask(data, nil, copying, nil)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, rights.Verdict)
	require.Equal(t, uint64(1), leftOut(rights).Withdrawals)
	rights = d.ask(data, nil, copying, itemOf(m.Items[1]))
	require.Equal(t, types.VERDICT_DENIED, rights.Verdict)
	require.Empty(t, rights.Offers)
	require.Nil(t, leftOut(rights))
}

// An older grant is found however many younger ones would serve before it.
func TestAnOlderGrantIsFoundAmongMany(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	terms := monthly()
	terms.Duration, terms.MaxGrants = nil, 1000 // no end: nothing tells the grants apart but their ids
	id := d.offer(alice, data, terms)
	old := d.acquire(bob, data, id, 0)
	d.withdraw(carol, data, 1, m, 1, false)
	for serial := range uint64(100) {
		d.acquire(bob, data, id, serial+1)
	}
	d.wait(time.Second)
	rights := d.ask(data, bob, copying, itemOf(m.Items[1]))
	require.Equal(t, types.VERDICT_ALLOWED, rights.Verdict)
	require.Equal(t, old.String(), rights.Permission)
}

// What the terms answer that an item was given under stands beside the answer of the work.
func TestAnItemsOwnTermsAnswerToo(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	d.offer(alice, data, freely())
	publish := func(change func(*types.Terms)) types.TermsID {
		terms := freely()
		terms.Spdx = "LicenseRef-Item"
		change(&terms)
		return d.must(&types.MsgPublishTerms{Author: carol.String(), Terms: terms}).(*types.MsgPublishTermsResponse).Id
	}
	commercial := copying
	commercial.Commercial = true
	making := []types.Action{types.ACTION_ADAPT, types.ACTION_TRAIN_AI, types.ACTION_AI_INPUT, types.ACTION_SEARCH}
	placed := types.Use{Action: types.ACTION_ADAPT, Territories: []string{"FR"}}
	paid := func(t *types.Terms) {
		t.AiTraining, t.Search, t.GrantFee = types.PERMISSION_PAID, types.PERMISSION_PAID, coins("5uusdc")
	}
	royal := func(t *types.Terms) { t.RoyaltyRate, t.RoyaltyPolicy = 100_000, royaltytypes.POLICY_RELATIVE }
	noTraining := func(t *types.Terms) { t.AiTraining = types.PERMISSION_DENY }
	noSearch := func(t *types.Terms) { t.Search = types.PERMISSION_DENY }
	private := func(t *types.Terms) { t.CommercialUse = false }
	approved := func(t *types.Terms) { t.DerivativeApproval = true }
	made := func(t *types.Terms) { t.Uses = making }
	whole := func(t *types.Terms) { t.Derivatives = types.DERIVATIVES_NONE }
	in := func(country string) func(*types.Terms) {
		return func(t *types.Terms) { t.Territories = []string{country} }
	}
	performing := types.Use{Action: types.ACTION_PERFORM}
	for name, tt := range map[string]struct {
		terms   types.TermsID
		use     types.Use
		verdict types.Verdict
		code    rules.Code
	}{
		"the same":           {publish(func(*types.Terms) {}), training, types.VERDICT_ALLOWED, ""},
		"training":           {publish(noTraining), training, types.VERDICT_DENIED, rules.TrainingDenied},
		"training, copied":   {publish(noTraining), copying, types.VERDICT_ALLOWED, ""},
		"search":             {publish(noSearch), searching, types.VERDICT_DENIED, rules.SearchDenied},
		"not commercial":     {publish(private), commercial, types.VERDICT_DENIED, rules.NonCommercialSource},
		"a place":            {publish(in("DE")), placed, types.VERDICT_DENIED, rules.TerritoryNotCovered},
		"its place":          {publish(in("FR")), placed, types.VERDICT_ALLOWED, ""},
		"paid, not sold":     {publish(paid), training, types.VERDICT_DENIED, rules.NotOffered},
		"search, not sold":   {publish(paid), searching, types.VERDICT_DENIED, rules.NotOffered},
		"paid, copied":       {publish(paid), copying, types.VERDICT_DENIED, rules.NotOffered},
		"a royalty":          {publish(royal), placed, types.VERDICT_DENIED, rules.NotOffered},
		"a royalty, copied":  {publish(royal), copying, types.VERDICT_ALLOWED, ""},
		"approval":           {publish(approved), training, types.VERDICT_NEEDS_GRANT, rules.NeedsApproval},
		"nobody's":           {types.TermsID{1}, copying, types.VERDICT_DENIED, rules.ItemTermsUnknown},
		"about other uses":   {publish(made), performing, types.VERDICT_DENIED, rules.UseNotCovered},
		"made, no more than": {publish(whole), placed, types.VERDICT_DENIED, rules.NoDerivatives},
	} {
		t.Run(name, func(t *testing.T) {
			item := itemOf(m.Items[1])
			item.Terms = tt.terms
			rights := d.ask(data, bob, tt.use, item)
			require.Equal(t, tt.verdict, rights.Verdict)
			if tt.code == "" {
				require.Empty(t, rights.Reasons)
				return
			}
			require.Equal(t, string(tt.code), rights.Reasons[0].Code)
			switch tt.code {
			case rules.ItemTermsUnknown:
			case rules.NotOffered:
				require.Equal(t, tt.terms.String(), rights.Reasons[0].Permission)
			default:
				require.Equal(t, data, rights.Reasons[0].Ancestor)
				require.Equal(t, tt.terms, rights.Reasons[0].AncestorTerms)
			}
			require.Equal(t, types.VERDICT_ALLOWED, d.ask(data, bob, tt.use, nil).Verdict)
		})
	}
	// Whoever sells the whole under the item's terms sells the item.
	item := itemOf(m.Items[1])
	item.Terms = publish(paid)
	d.must(&types.MsgOffer{Owner: alice.String(), Work: data, Terms: item.Terms})
	rights := d.ask(data, bob, training, item)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, rights.Verdict)
	require.Equal(t, item.Terms, rights.Offers[0].Terms)
	// And who makes something of it owes what these terms say.
	item.Terms = publish(royal)
	d.must(&types.MsgOffer{Owner: alice.String(), Work: data, Terms: item.Terms})
	rights = d.ask(data, bob, types.Use{Action: types.ACTION_ADAPT}, item)
	require.Equal(t, types.VERDICT_ALLOWED, rights.Verdict)
	require.Equal(t, item.Terms.String(), rights.Permission)
	require.True(t, slices.ContainsFunc(rights.Obligations, func(o types.Obligation) bool { return o.Kind == types.OBLIGATION_ROYALTY }))
	// Credit is owed by what the item asks, once.
	item.Terms = publish(func(t *types.Terms) { t.Attribution = true })
	rights = d.ask(data, bob, copying, item)
	require.Equal(t, types.VERDICT_ALLOWED, rights.Verdict)
	require.Len(t, rights.Obligations, 1)
	require.Equal(t, item.Terms, rights.Obligations[0].Terms)
	require.Equal(t, uint32(1), rights.Obligations[0].WorkVersion)
}

// A batch answers as single questions do, whatever stands beside.
func TestABatchOfItems(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol), given(2, carol), given(3, bob))
	data := d.register(alice, m)
	single := d.add(alice, registrytypes.Entry{
		Sha256: content(100), Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: "single"},
	})
	terms := d.offer(alice, data, freely())
	d.acquire(bob, data, d.offer(alice, data, monthly()), 0)
	d.withdraw(carol, data, 1, m, 1, false)
	d.withdraw(bob, data, 1, m, 3, true)
	d.wait(time.Second)
	unknown := itemOf(m.Items[0])
	unknown.Terms = types.TermsID{7}
	req := &types.QueryCheckRightsBatchRequest{Use: copying, Licensee: bob.String()}
	add := func(work string, item *types.Item) {
		if req.Works = append(req.Works, work); item == nil {
			item = &types.Item{}
		}
		req.Items = append(req.Items, *item)
	}
	for range 2 {
		for _, item := range m.Items {
			add(data.String(), itemOf(item))
		}
		add(data.String(), nil)
		add(m.Roots().Digest().String(), itemOf(m.Items[1]))
		add(data.String(), unknown)
		add(single.String(), itemOf(m.Items[0]))
		add(single.String(), nil)
		add(registrytypes.WorkID{9}.String(), itemOf(m.Items[0]))
	}
	res, err := d.query.CheckRightsBatch(d.ctx, req)
	require.NoError(t, err)
	for i, got := range res.Rights {
		one := &types.QueryCheckRightsRequest{Work: req.Works[i], Use: copying, Licensee: bob.String()}
		if !req.Items[i].IsZero() {
			one.Item = &req.Items[i]
		}
		require.Equal(t, d.askFor(one), got, i)
	}
	require.Equal(t, terms.String(), res.Rights[0].Permission)
	require.Equal(t, []string{string(rules.NoManifest)}, codesOf(res.Rights[7]))
	require.Equal(t, types.VERDICT_UNKNOWN, res.Rights[9].Verdict)

	for _, wrong := range []func(){
		func() { req.Items = req.Items[1:] },
		func() { req.Items[0] = types.Item{Sha256: content(0)} },
		func() { req.Items[0] = types.Item{Contributor: registrytypes.Contributor{Account: bob.String()}} },
		func() {
			req.Items[0] = types.Item{Sha256: content(0), Contributor: registrytypes.Contributor{Account: "nobody"}}
		},
	} {
		whole := req.Items
		req.Items = slices.Clone(whole)
		wrong()
		_, err := d.query.CheckRightsBatch(d.ctx, req)
		require.Error(t, err)
		require.Contains(t, err.Error(), "InvalidArgument")
		req.Items = whole
	}
}

// Who takes over a grant names how many withdrawals bind it: the holder could renew it just before.
func TestATransferNamesWhatBindsTheGrant(t *testing.T) {
	d := newDatasets(t)
	m := manifests.Of(given(0, alice), given(1, carol))
	data := d.register(alice, m)
	sold := monthly()
	sold.Transferable = true
	terms := d.offer(alice, data, sold)
	grant := d.acquire(bob, data, terms, 0)
	d.must(&types.MsgOfferGrant{Licensee: bob.String(), Grant: grant, Recipient: carol.String()})
	row, err := d.k.GetGrant(d.ctx, grant)
	require.NoError(t, err)
	seen := row.Conditions()
	d.withdraw(carol, data, 1, m, 1, false)
	d.renew(bob, data, terms, grant)
	accept := &types.MsgAcceptGrant{Recipient: carol.String(), Grant: grant, Seen: seen}
	_, err = d.router.Handler(accept)(d.ctx, accept)
	require.ErrorIs(t, err, types.ErrOtherConditions)
	require.ErrorContains(t, err, "withdrawals is 1, 0 was seen")
	accept.Seen.Withdrawals = 1
	d.must(accept)
	d.wait(time.Second)
	require.Equal(t, types.VERDICT_DENIED, d.askFor(&types.QueryCheckRightsRequest{
		Work: data.String(), Use: copying, Item: itemOf(m.Items[1]), Licensee: carol.String(), Permission: grant.String(),
	}).Verdict)
	require.NoError(t, d.k.CheckInvariants(d.ctx))

	// No grant pins more withdrawals than there are, nor any of a work without a manifest.
	row, err = d.k.GetGrant(d.ctx, grant)
	require.NoError(t, err)
	row.Withdrawals = 2
	require.NoError(t, d.k.Grants.Set(d.ctx, grant, row))
	require.ErrorContains(t, d.k.CheckInvariants(d.ctx), "pins 2 withdrawals")
}
