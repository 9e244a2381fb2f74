package app_test

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// shortWindows let disputes come to every end within a few blocks, and bonds be small. Two players are
// arbiters, so that some are parties.
func shortWindows(cdc codec.Codec, state app.GenesisState) {
	var gs disputetypes.GenesisState
	cdc.MustUnmarshalJSON(state[disputetypes.ModuleName], &gs)
	p := &gs.Params
	p.Arbiters = []string{chain.Named("player0").String(), chain.Named("player1").String()}
	p.MinBond = sdk.NewCoins(sdk.NewInt64Coin("ustem", 1000), sdk.NewInt64Coin("uusdc", 1000))
	p.AnswerWindow, p.ArbitrationWindow, p.AppealWindow = 4*time.Second, 10*time.Second, 3*time.Second
	p.GovernanceWindow, p.BondWindow = 8*time.Second, 3*time.Second
	p.DeadlineBudget, p.NoticeBudget = 3, 2
	state[disputetypes.ModuleName] = cdc.MustMarshalJSON(&gs)
}

// open are the disputes that players see, in order of id.
func (g *game) open() (list []disputetypes.Dispute) {
	ctx := g.seen.Ctx()
	err := g.seen.App.Keepers.Dispute.Disputes.Walk(ctx, nil, func(_ disputetypes.DisputeID, d disputetypes.Dispute) (bool, error) {
		if d.IsOpen() {
			list = append(list, d)
		}
		return false, nil
	})
	if err != nil {
		panic(err)
	}
	return list
}

// ends counts how disputes ended.
func (g *game) ends() map[disputetypes.Outcome]int {
	ends := map[disputetypes.Outcome]int{}
	err := g.seen.App.Keepers.Dispute.Disputes.Walk(g.seen.Ctx(), nil, func(_ disputetypes.DisputeID, d disputetypes.Dispute) (bool, error) {
		if !d.IsOpen() {
			ends[d.Outcome]++
		}
		return false, nil
	})
	if err != nil {
		panic(err)
	}
	return ends
}

// disputed is one of the open disputes that the drawn move fits, where there is one.
func (g *game) disputed(phases ...disputetypes.Phase) disputetypes.Dispute {
	open := g.open()
	fitting := slices.DeleteFunc(slices.Clone(open), func(d disputetypes.Dispute) bool { return !slices.Contains(phases, d.Phase) })
	switch {
	case len(fitting) > 0 && g.rng.IntN(8) > 0:
		return fitting[g.rng.IntN(len(fitting))]
	case len(open) > 0:
		return open[g.rng.IntN(len(open))]
	}
	return disputetypes.Dispute{Work: g.work().ID}
}

// named is the player with an address, or any where it is nobody's.
func (g *game) named(address string) chain.Account {
	for i := range players {
		if p := chain.Named(fmt.Sprintf("player%d", i)); p.String() == address {
			return p
		}
	}
	return g.player()
}

func (g *game) bond() sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin([]string{"uusdc", "ustem"}[g.rng.IntN(2)], 900+g.rng.Int64N(3000)))
}

func (g *game) openDispute() (chain.Account, []sdk.Msg) {
	by, work := g.player(), g.work()
	past := sdk.NewCoins(g.coin())
	claims := map[disputetypes.Kind]disputetypes.Redress{
		disputetypes.KIND_PRIOR_CLAIM:       {TransferTo: by.String(), Past: past},
		disputetypes.KIND_FALSE_DECLARATION: {Invalidate: true, Successor: g.work().ID},
		disputetypes.KIND_WRONG_TERMS:       {CloseOffers: []licensetypes.TermsID{g.terms()}},
		disputetypes.KIND_MISSING_SOURCE: {
			Source: &disputetypes.RuledSource{Work: g.work().ID, Role: lineagetypes.ROLE_COMPONENT_OF, Terms: g.terms()}, Past: past,
		},
		disputetypes.KIND_UNFAIR_MANIFEST: {Payee: &disputetypes.Payee{Account: by.String(), Share: uint32(1 + g.rng.IntN(400_000))}},
		disputetypes.KIND_FALSE_WEIGHT:    {Weights: []lineagetypes.RuledWeight{{Source: g.work().ID, Weight: 10_000}}},
	}
	kinds := []disputetypes.Kind{
		disputetypes.KIND_PRIOR_CLAIM, disputetypes.KIND_PRIOR_CLAIM, disputetypes.KIND_WRONG_TERMS, disputetypes.KIND_MISSING_SOURCE,
		disputetypes.KIND_UNFAIR_MANIFEST, disputetypes.KIND_FALSE_WEIGHT,
	}
	if g.rng.IntN(12) == 0 { // what is invalid stays so
		kinds = []disputetypes.Kind{disputetypes.KIND_FALSE_DECLARATION}
	}
	kind := kinds[g.rng.IntN(len(kinds))]
	return by, []sdk.Msg{&disputetypes.MsgOpen{
		Challenger: by.String(), Work: work.ID, Kind: kind, Claim: claims[kind],
		Evidence: []disputetypes.Evidence{{Sha256: chain.Digest(fmt.Sprint("evidence ", g.rng.IntN(40)))}}, Bond: g.bond(),
	}}
}

func (g *game) answer() (chain.Account, []sdk.Msg) {
	d := g.disputed(disputetypes.PHASE_ANSWER)
	by := g.named(d.Respondent)
	msg := &disputetypes.MsgAnswer{Respondent: by.String(), Dispute: d.Id, Concede: g.rng.IntN(3) == 0}
	if !msg.Concede {
		msg.Bond = g.bond()
	}
	return by, []sdk.Msg{msg}
}

// rule gives what is claimed or nothing, mostly by the arbiter whose case it is.
func (g *game) rule() (chain.Account, []sdk.Msg) {
	d := g.disputed(disputetypes.PHASE_ARBITRATION)
	by := g.named(d.Arbiter)
	msg := &disputetypes.MsgRule{Arbiter: by.String(), Dispute: d.Id}
	if g.rng.IntN(4) > 0 {
		msg.Upheld, msg.Redress = true, d.Claim
		msg.Redress.Past = nil
		for _, c := range d.Claim.Past {
			msg.Redress.Restitution = append(msg.Redress.Restitution, g.restitution(d, c))
		}
	}
	return by, []sdk.Msg{msg}
}

func (g *game) restitution(d disputetypes.Dispute, c sdk.Coin) disputetypes.Restitution {
	if s := d.Claim.Source; s != nil {
		return disputetypes.Restitution{Creditor: s.Work, Amount: c}
	}
	return disputetypes.Restitution{Debtor: d.Respondent, HoldersVersion: uint32(g.rng.IntN(3)), Creditor: d.Work, Amount: c}
}

func (g *game) appeal() (chain.Account, []sdk.Msg) {
	d := g.disputed(disputetypes.PHASE_APPEAL)
	by := g.named(d.Respondent)
	return by, []sdk.Msg{&disputetypes.MsgAppeal{Appellant: by.String(), Dispute: d.Id, Bond: g.bond()}}
}

func (g *game) drop() (chain.Account, []sdk.Msg) {
	d := g.disputed(disputetypes.PHASE_ANSWER, disputetypes.PHASE_ARBITRATION)
	by := g.named(d.Challenger)
	if g.rng.IntN(4) > 0 { // let most go on
		by = g.player()
	}
	return by, []sdk.Msg{&disputetypes.MsgDrop{Challenger: by.String(), Dispute: d.Id}}
}

// raiseBond calls for more, or adds some.
func (g *game) raiseBond() (chain.Account, []sdk.Msg) {
	d, by := g.disputed(disputetypes.PHASE_ANSWER, disputetypes.PHASE_ARBITRATION), g.player()
	if g.rng.IntN(2) == 0 {
		return by, []sdk.Msg{&disputetypes.MsgCallBond{Caller: by.String(), Dispute: d.Id}}
	}
	return by, []sdk.Msg{&disputetypes.MsgAddBond{
		Payer: by.String(), Dispute: d.Id,
		Bond: sdk.NewCoins(sdk.NewInt64Coin("ustem", 1+g.rng.Int64N(900))),
	}}
}

// object says that a source weighs something else, and sometimes the owner of the work agrees.
func (g *game) object() (chain.Account, []sdk.Msg) {
	work, source := g.sourceOf()
	weight := uint32(1 + g.rng.IntN(300_000))
	if g.rng.IntN(2) == 0 {
		row, err := g.seen.App.Keepers.Registry.GetWork(g.seen.Ctx(), source)
		if err != nil {
			return g.player(), []sdk.Msg{&disputetypes.MsgObjectToWeight{Owner: g.player().String(), Work: work, Source: source, Weight: weight}}
		}
		by := g.named(row.Owner.String())
		return by, []sdk.Msg{&disputetypes.MsgObjectToWeight{Owner: by.String(), Work: work, Source: source, Weight: weight}}
	}
	o, _, _ := g.seen.App.Keepers.Dispute.Objections.Find(g.seen.Ctx(), collections.Join(work, source))
	by := g.player()
	if row, err := g.seen.App.Keepers.Registry.GetWork(g.seen.Ctx(), work); err == nil {
		by = g.named(row.Owner.String())
	}
	return by, []sdk.Msg{&disputetypes.MsgAgreeToWeight{
		Owner: by.String(), Work: work, Source: source, Weights: []lineagetypes.RuledWeight{{Source: source, Weight: max(o.Weight, 1)}},
	}}
}

// sourceOf is a work and one of its sources, where some work has any.
func (g *game) sourceOf() (work, source registrytypes.WorkID) {
	var pairs [][2]registrytypes.WorkID
	err := g.seen.App.Keepers.Lineage.Derivations.Walk(g.seen.Ctx(), nil,
		func(id registrytypes.WorkID, row lineagetypes.Derivation) (bool, error) {
			for _, e := range row.Edges {
				pairs = append(pairs, [2]registrytypes.WorkID{id, e.Source.WorkID})
			}
			return false, nil
		})
	if err != nil {
		panic(err)
	}
	if len(pairs) == 0 {
		return g.work().ID, g.work().ID
	}
	slices.SortFunc(pairs, func(a, b [2]registrytypes.WorkID) int { return bytes.Compare(a[0][:], b[0][:]) })
	p := pairs[g.rng.IntN(len(pairs))]
	return p[0], p[1]
}
