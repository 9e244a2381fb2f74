package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// lived is a chain with a row of nearly every kind, money on its way included.
func lived(t *testing.T) *chain.Chain {
	c := chain.New(t)
	song, cover := c.Register("song", alice), c.Register("cover", bob)
	remix10 := chain.Preset("commercial-remix-10")
	remix := c.Derive("remix", bob, song.Under(remix10), cover.Cited())
	c.Derive("remix of it", carol, remix.Under(remix10), song.Under(remix10))

	c.MustDeliver(alice, &registrytypes.MsgAnchor{Account: alice.String(), Root: chain.Digest("a root"), Total: 3})
	c.MustDeliver(bob, &royaltytypes.MsgAssignShares{
		Holder: bob.String(), Work: remix.ID, Shares: []royaltytypes.Assignment{
			{Account: bob.String(), Weight: 700_000}, {Account: carol.String(), Weight: 300_000},
		},
	})
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-sold", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 500)), MaxGrants: 9,
	}
	c.MustDeliver(alice,
		&licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms}, chain.OfferMsg(song, terms.ID()))
	price := sdk.NewInt64Coin("uusdc", 500)
	c.MustDeliver(bob, &licensetypes.MsgAcquire{
		Licensee: bob.String(), Work: song.ID, Terms: terms.ID(), MaxFee: &price,
	})
	c.MustDeliver(alice, &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: song.ID, Recipient: carol.String()})
	msg := chain.PaymentChannelMsg(bob, 1, sdk.NewInt64Coin("uusdc", 1000), song.Share(chain.Whole))
	c.MustDeliver(bob, msg)
	channel := chain.PaymentChannelOf(bob, 1)
	c.MustDeliver(carol, chain.RedeemMsg(carol, chain.Voucher(bob, channel, 400, c.Now().Add(time.Hour))))

	picture := c.Register("picture", bob)
	external := lineagetypes.Source{
		Role:     lineagetypes.ROLE_COMPONENT_OF,
		External: &lineagetypes.External{Uri: "https://example.org/photo"},
	}
	c.MustDeliver(bob, &lineagetypes.MsgDerive{Owner: bob.String(), Work: picture.ID, Sources: []lineagetypes.Source{external}})

	livedDisputes(t, c, remix, song)
	livedAgents(t, c, song)
	for _, by := range []chain.Account{alice, carol} { // the cover is in escrow
		contest(t, c, by, cover.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: by.String()}, "a recording")
	}
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Royalty.Params.Get(ctx)
		params.SweepBudget = 1
		if err == nil {
			err = c.App.Keepers.Royalty.UpdateParams(ctx, params)
		}
		for _, debtor := range []royaltytypes.ArrearsEntry{{DebtorWork: picture.ID}, {DebtorAccount: carol.Address}} {
			debtor.Creditor, debtor.Amount = song.ID, sdk.NewInt64Coin("uusdc", 900_000)
			if err == nil {
				err = c.App.Keepers.Royalty.AddArrears(ctx, debtor)
			}
		}
		return err
	})
	c.Pay(carol, remix, "100003uusdc")
	c.Pay(carol, cover, "50000uusdc")
	return c
}

// livedDisputes leaves a dispute of each outcome and in each phase, an objection, and an invalid work whose
// derivatives are being told.
func livedDisputes(t *testing.T, c *chain.Chain, output, source chain.Work) {
	c.Write(func(ctx sdk.Context) error {
		params := disputetypes.DefaultParams()
		params.Arbiters, params.NoticeBudget = []string{bob.String()}, 1
		return c.App.Keepers.Dispute.UpdateParams(ctx, params)
	})
	c.MustDeliver(alice, &disputetypes.MsgObjectToWeight{Owner: alice.String(), Work: output.ID, Source: source.ID, Weight: 400_000})
	past := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 77))
	var ids []disputetypes.DisputeID
	for i := range 6 {
		stolen := c.Register(fmt.Sprint("copy ", i), carol)
		for j := range 3 {
			c.Derive(fmt.Sprint("made of copy ", i, j), carol, stolen.Under(chain.Preset("commercial-remix-10")))
		}
		claim := disputetypes.Redress{Invalidate: true, Successor: source.ID, Past: past}
		ids = append(ids, contest(t, c, alice, stolen.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "a letter"))
	}
	for _, id := range ids[1:] {
		c.MustDeliver(carol, &disputetypes.MsgAnswer{Respondent: carol.String(), Dispute: id, Bond: ustem(bond)})
	}
	for _, id := range ids[2:] {
		claim := dispute(t, c, id).Claim
		claim.Past = nil
		c.MustDeliver(bob, &disputetypes.MsgRule{Arbiter: bob.String(), Dispute: id, Upheld: true, Redress: claim})
	}
	c.MustDeliver(carol, &disputetypes.MsgAppeal{Appellant: carol.String(), Dispute: ids[3], Bond: ustem(bond)})
	c.Advance(disputetypes.DefaultParams().AppealWindow)
}

// livedAgents leaves an agent with a key that has acted and paid fees, one that was removed, a recovery that
// runs, a card and a name that were blanked, and attestations.
func livedAgents(t *testing.T, c *chain.Chain, song chain.Work) {
	card := agenttypes.Card{Responsible: agenttypes.Party{Name: "Alice Ltd"}, Model: agenttypes.Model{Work: song.ID, Name: "a model"}}
	end := c.Now().Add(300 * 24 * time.Hour)
	for _, name := range []string{"painter", "crawler"} {
		c.MustDeliver(alice, &agenttypes.MsgRegister{Controller: alice.String(), Name: name, Card: card, ExpiresAt: end})
	}
	id, other := agenttypes.NewAgentID(alice.Address, "painter"), agenttypes.NewAgentID(alice.Address, "crawler")
	limit := limitOf(c, "uusdc", 10, 20, 100, payType)
	limit.Works, limit.MaxRate = append(limit.Works, song.ID), &agenttypes.MaxRate{Rate: 1_000}
	limit.Payees = []string{song.String()}
	limit.Fees = []agenttypes.Budget{{Denom: "ustem", Act: math.NewInt(10), Window: math.NewInt(10), Total: math.NewInt(10)}}
	for _, key := range []chain.Account{bob, carol} {
		setLimit(c, id, key, limit)
		c.MustDeliver(key, act(t, id, key, payMsg(alice, song, 7)))
	}
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, bob.Address)
	require.NoError(t, err)
	digest := chain.Digest("audit")
	c.MustDeliver(alice, allowance,
		&agenttypes.MsgRemoveKey{Controller: alice.String(), Agent: id, Key: carol.String()},
		&agenttypes.MsgRevise{Controller: alice.String(), Agent: id, Card: card},
		&agenttypes.MsgBlankText{Sender: alice.String(), Agent: id, Version: 1},
		&agenttypes.MsgBlankText{Sender: alice.String(), Agent: other},
		&agenttypes.MsgOfferPayout{Controller: alice.String(), Agent: id, Account: carol.String()},
		&agenttypes.MsgOfferControl{Controller: alice.String(), Agent: id, Recipient: carol.String()},
		&agenttypes.MsgSetRecovery{Controller: alice.String(), Agent: id, Account: bob.String(), Delay: 8 * 24 * time.Hour},
		&agenttypes.MsgAttest{Issuer: alice.String(), Schema: "audit/2026", Subject: id.String(), PayloadSha256: digest, ExpiresAt: &end},
		&agenttypes.MsgAttest{Issuer: alice.String(), Schema: "audit/2026", Subject: song.String(), PayloadSha256: digest},
		&agenttypes.MsgAttest{Issuer: alice.String(), Schema: "audit/2027", Subject: song.String(), PayloadSha256: digest},
		&agenttypes.MsgBlankAttestation{
			Sender: alice.String(), Attestation: agenttypes.NewAttestationID(alice.Address, "audit/2027", song.String(), digest),
		},
		&agenttypes.MsgRevokeAttestation{
			Issuer: alice.String(), Attestation: agenttypes.NewAttestationID(alice.Address, "audit/2026", song.String(), digest),
		})
	c.MustDeliver(bob, &agenttypes.MsgRequestRecovery{Account: bob.String(), Agent: id})
	tx := chain.Tx{Msgs: []sdk.Msg{send(bob, carol, 1)}, Signers: []chain.Account{bob}, Fee: "5ustem", Granter: &alice}
	require.NoError(t, c.Block(c.SignTx(tx)).Txs[0].Err())
}

// ours are the parts that this chain's own modules have in a genesis.
var ours = []string{"feemarket", "agent", "registry", "royalty", "license", "lineage", "dispute"}

// changesOf is what one change at a time makes of v, by the place of the change.
// Of the rows of a list only the first is changed, so that a place stands for all
// rows of its kind.
func changesOf(place string, v any, change func(place string, v any) (any, bool)) map[string]any {
	all := map[string]any{}
	if changed, ok := change(place, v); ok {
		all[place] = changed
	}
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			for at, changed := range changesOf(place+"."+name, field, change) {
				next := maps.Clone(v)
				next[name] = changed
				all[at] = next
			}
		}
	case []any:
		if len(v) > 0 {
			for at, changed := range changesOf(place+"[0]", v[0], change) {
				next := slices.Clone(v)
				next[0] = changed
				all[at] = next
			}
		}
	}
	return all
}

// requireRefused imports every variant of a genesis that a change makes. Each is
// refused with an error that matches says; spared are places where it is no fault.
func requireRefused(
	t *testing.T, c *chain.Chain, spared []string, says func(place string) string,
	change func(place string, v any) (any, bool),
) {
	var genesis map[string]any
	decoder := json.NewDecoder(bytes.NewReader(c.ExportGenesis()))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&genesis))
	seen := map[string]bool{}
	var passed, silent []string
	for _, module := range ours {
		for place, part := range changesOf(module, genesis[module], change) {
			next := maps.Clone(genesis)
			next[module] = part
			state, err := json.Marshal(next)
			require.NoError(t, err)
			err = c.TryImport(state, c.Height()+1)
			if slices.Contains(spared, place) {
				seen[place] = true
				require.NoError(t, err, "%s is refused now: take it off the list", place)
				continue
			}
			switch {
			case err == nil:
				passed = append(passed, place)
			case !strings.Contains(err.Error(), "genesis refused") || !regexp.MustCompile(says(place)).MatchString(err.Error()):
				silent = append(silent, fmt.Sprintf("%s: %s", place, err))
			}
		}
	}
	require.Empty(t, passed, "these faults pass")
	require.Empty(t, silent, "the row is not named")
	for _, place := range spared {
		require.True(t, seen[place], "%s is not there", place)
	}
}

// naming finds what names a row: an id or an address.
var naming = regexp.MustCompile(`\b(work1|terms1|grant1|stemma1)[a-z0-9]+`)

// TestAGenesisWithARowTwiceIsRefused: the second would take the place of the first.
// The error has one of the row's ids, its denom or its place in its list.
func TestAGenesisWithARowTwiceIsRefused(t *testing.T) {
	says := map[string]string{}
	requireRefused(t, lived(t), nil, func(place string) string { return says[place] },
		func(place string, v any) (any, bool) {
			rows, ok := v.([]any)
			if !ok || len(rows) == 0 || strings.Count(place, ".") != 1 {
				return nil, false
			}
			row, err := json.Marshal(rows[0])
			require.NoError(t, err)
			ids := append(naming.FindAllString(string(row), -1), `\w\[\d+\]`, "paych1", "uusdc")
			says[place] = strings.Join(ids, "|")
			return append(slices.Clone(rows), rows[0]), true
		})
}

// TestAGenesisWithANegativeNumberIsRefused, whatever the number is of.
func TestAGenesisWithANegativeNumberIsRefused(t *testing.T) {
	digits := regexp.MustCompile(`^[0-9]+$`)
	requireRefused(t, lived(t), nil, func(string) string { return "" },
		func(_ string, v any) (any, bool) {
			switch v := v.(type) {
			case string:
				return "-5", digits.MatchString(v)
			case json.Number:
				return json.Number("-5"), true
			}
			return nil, false
		})
}

// TestAGenesisThatNamesAnUnknownWorkIsRefused.
func TestAGenesisThatNamesAnUnknownWorkIsRefused(t *testing.T) {
	stranger := registrytypes.WorkID{1, 2, 3}.String()
	spared := []string{
		"agent.agents[0].cards[0].card.model.work", // what is said of a work, and bounds what may be done with
		"agent.keys[0].key.limit.payees[0]",        // one, may come before the work
		"agent.keys[0].key.limit.works[0]",
		"dispute.spreads[0].steps[0].after", // where to go on, in order of id
	}
	requireRefused(t, lived(t), spared, func(string) string { return "" },
		func(_ string, v any) (any, bool) {
			id, ok := v.(string)
			return stranger, ok && strings.HasPrefix(id, "work1")
		})
}

// TestAGenesisThatLacksAPartIsRefused: the SDK would start without it, and a module
// without its parameters.
func TestAGenesisThatLacksAPartIsRefused(t *testing.T) {
	c := chain.New(t)
	var genesis app.GenesisState
	require.NoError(t, json.Unmarshal(c.ExportGenesis(), &genesis))
	for _, module := range ours {
		next := maps.Clone(genesis)
		delete(next, module)
		state, err := json.Marshal(next)
		require.NoError(t, err)
		require.ErrorContains(t, c.TryImport(state, 1), fmt.Sprintf("no part %q", module))
		next[module] = json.RawMessage("null")
		state, err = json.Marshal(next)
		require.NoError(t, err)
		require.ErrorContains(t, c.TryImport(state, 1), fmt.Sprintf("no part %q", module))
	}
	genesis["licence"] = json.RawMessage("{}")
	state, err := json.Marshal(genesis)
	require.NoError(t, err)
	require.ErrorContains(t, c.TryImport(state, 1), `no module "licence"`)
}

// free are numbers that nothing else in the state tells: what was declared, agreed
// or counted, and parameters. Any other is known twice, and both must agree.
var free = []string{
	"agent.agents[0].passport.offers", // also those that were taken back
	"agent.facts[0].facts.acts",
	"agent.facts[0].facts.declared",
	"agent.facts[0].facts.disputed",
	"agent.facts[0].facts.paid[0].amount",
	"agent.facts[0].facts.upheld",
	"agent.keys[0].counters.acts",
	"agent.keys[0].counters.fees[0].total",
	"agent.keys[0].counters.spent[0].total",
	"agent.keys[0].key.limit.budgets[0].act",
	"agent.keys[0].key.limit.budgets[0].total",
	"agent.keys[0].key.limit.budgets[0].window",
	"agent.keys[0].key.limit.fees[0].act",
	"agent.keys[0].key.limit.fees[0].total",
	"agent.keys[0].key.limit.fees[0].window",
	"agent.keys[0].key.limit.max_rate.rate",
	"feemarket.params.denoms[0].rate",
	"feemarket.params.max_change",
	"feemarket.params.others_share",
	"feemarket.params.payer_share",
	"feemarket.params.target_share",
	"registry.anchors[0].anchor.priority.tx_index",
	"registry.anchors[0].anchor.total",
	"registry.works[0].work.claimed_since.rank",
	"registry.works[0].work.claimed_since.tx_index",
	"registry.works[0].work.transfer_offers", // also those that were cancelled
	"royalty.arrears[0].arrears.amount",
	"royalty.arrears[0].number", // only their order counts
	"royalty.params.denoms[0].min_flow",
	"royalty.params.denoms[0].min_payment",
	"royalty.params.denoms[0].min_payout",
	"royalty.params.gas_per_line",
	"royalty.params.gas_per_payout",
	"royalty.params.gas_per_receiver",
	"royalty.params.max_reach",
	"royalty.params.payout_budget",
	"royalty.params.sweep_budget",
	"royalty.stages[0].stages.earned.flushed_at",
	"royalty.stages[0].stages.paid.flushed_at",
	"royalty.stages[0].stages.received.flushed_at",
	"royalty.works[0].upstream[0].upstream.since",
	"royalty.queue[0].generation", // read anew when it is served
	"royalty.queue[0].round",
	"royalty.serials[0].last", // also of channels that are closed
	"license.grant_counts[0].count",
	"license.grants[0].grant.fee.amount",
	"license.terms[0].max_grants",
	"lineage.nodes[0].edges[0].edge.weight",
	"lineage.params.gas_per_step",
	"lineage.params.max_walk",
	"dispute.objections[0].objection.weight",
	"dispute.params.bond_rate",
	"dispute.params.deadline_budget",
	"dispute.params.max_bond",
	"dispute.params.max_notices",
	"dispute.params.min_bond[0].amount",
	"dispute.params.notice_budget",
}

// TestAGenesisWithAnotherNumberIsRefused, one more of anything that is not free.
func TestAGenesisWithAnotherNumberIsRefused(t *testing.T) {
	digits := regexp.MustCompile(`^[0-9]+$`)
	more := func(s string) string {
		n, _ := new(big.Int).SetString(s, 10)
		return n.Add(n, big.NewInt(1)).String()
	}
	requireRefused(t, lived(t), free, func(string) string { return "" },
		func(_ string, v any) (any, bool) {
			switch v := v.(type) {
			case string:
				if digits.MatchString(v) {
					return more(v), true
				}
			case json.Number:
				return json.Number(more(v.String())), true
			}
			return nil, false
		})
}

// TestAGenesisWithATimeToComeIsRefused: all that has happened came before genesis_time,
// which the first block has. Ends may come later.
func TestAGenesisWithATimeToComeIsRefused(t *testing.T) {
	c := lived(t)
	c.MustDeliver(bob, chain.CloseMsg(bob, chain.PaymentChannelOf(bob, 1)))
	start := app.GenesisTime(c.Now())
	ends := []string{
		"agent.agents[0].passport.expires_at", "agent.attestations[0].expires_at", "agent.keys[0].key.limit.expires_at",
		"dispute.disputes[0].deadline",
	}
	requireRefused(t, c, ends, func(string) string { return "" },
		func(_ string, v any) (any, bool) {
			text, _ := v.(string)
			at, err := time.Parse(time.RFC3339, text)
			if err == nil && at.After(start) {
				return start.Add(chain.CloseDelay).Format(time.RFC3339Nano), true
			}
			return start.Format(time.RFC3339Nano), err == nil
		})
	refused := c.TryImportAt(c.ExportGenesis(), c.Height()+1, c.Past().Genesis.Time)
	require.ErrorContains(t, refused, "and genesis_time is 2026-01-01T00:00:00Z")
	shifted := strings.ReplaceAll(string(c.ExportGenesis()), `"2026-01-01T`, `"2200-01-01T`)
	require.ErrorContains(t, c.TryImport(json.RawMessage(shifted), c.Height()+1), "and genesis_time is 2026")
}

// TestAGenesisWithANameTwiceIsRefused: of a list that stands twice in its part, the
// first would be passed over in silence, and so would a part that stands twice.
func TestAGenesisWithANameTwiceIsRefused(t *testing.T) {
	c := lived(t)
	whole := c.ExportGenesis()
	for name, change := range map[string][2]string{
		"a list":          {`"anchors": [`, `"anchors": [{"account":"nobody"}], "anchors": [`},
		"in another form": {`"grant_counts": [`, `"grantCounts": [], "grant_counts": [`},
		"a part":          {`"registry": {`, `"registry": {"works":[{"id":"work1"}]}, "registry": {`},
	} {
		t.Run(name, func(t *testing.T) {
			state := bytes.Replace(whole, []byte(change[0]), []byte(change[1]), 1)
			require.NotEqual(t, string(whole), string(state))
			require.ErrorContains(t, c.TryImport(state, c.Height()+1), "is there twice")
		})
	}
}

// TestAGenesisWhoseGrantsDoNotHoldIsRefused: a derivation rests on a grant, and both
// pin versions of the work.
func TestAGenesisWhoseGrantsDoNotHoldIsRefused(t *testing.T) {
	c := chain.New(t)
	song, remix := c.Register("song", alice), c.Register("remix", bob)
	terms := chain.Preset("commercial-remix-10")
	c.Offer(song, terms)
	c.MustDeliver(bob, &licensetypes.MsgAcquire{Licensee: bob.String(), Work: song.ID, Terms: terms, MaxRate: chain.Whole})
	grant := licensetypes.NewGrantID(song.ID, terms, bob.Address, 0).String()
	c.MustDeliver(bob, &lineagetypes.MsgDerive{
		Owner: bob.String(), Work: remix.ID, MaxTotalRate: chain.Whole,
		Sources: []lineagetypes.Source{{Work: song.ID, Role: lineagetypes.ROLE_COMPONENT_OF, Permission: grant}},
	})
	c.NextBlock()
	for name, change := range map[string][3]string{
		"no grant":               {"license", `"grants":\[.*?\}\}\]`, `"grants":[]`},
		"of version 0":           {"license", `"work_version":1`, `"work_version":0`},
		"the edge pins nothing":  {"lineage", `"work_version":1`, `"work_version":0`},
		"royalties for no terms": {"lineage", `"terms":"[^"]+","grant":"[^"]+"`, `"terms":"","grant":""`},
		"no walks":               {"lineage", `"max_walk":1000`, `"max_walk":0`},
		"steps for nothing":      {"lineage", `"gas_per_step":"2000"`, `"gas_per_step":"0"`},
	} {
		t.Run(name, func(t *testing.T) {
			var genesis app.GenesisState
			require.NoError(t, json.Unmarshal(c.ExportGenesis(), &genesis))
			var part bytes.Buffer
			require.NoError(t, json.Compact(&part, genesis[change[0]]))
			changed := regexp.MustCompile(change[1]).ReplaceAll(part.Bytes(), []byte(change[2]))
			require.NotEqual(t, part.String(), string(changed))
			genesis[change[0]] = changed
			state, err := json.Marshal(genesis)
			require.NoError(t, err)
			require.ErrorContains(t, c.TryImport(state, c.Height()+1), "genesis refused")
		})
	}
}
