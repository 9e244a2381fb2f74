package keeper_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// full returns a registry with something of everything.
func full(t *testing.T) *fixture {
	f := newFixture(t)
	proofs := f.anchor(alice, "poem", "song")
	f.anchor(bob, "unrevealed")
	f.nextBlock()
	f.register(bob, "poem")
	_, err := f.registerProved(alice, "poem", proofs[0])
	require.NoError(t, err)
	_, err = f.tryRegister(carol, true, "poem")
	require.NoError(t, err)
	f.nextBlock()
	ids := f.register(alice, "photo", "novel", "sold")
	doi := types.Fingerprint{Scheme: "doi", Value: "10.1/1"}
	require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: ids[0], Details: details("Photo", doi)}))
	require.NoError(t, f.try(&types.MsgOfferTransfer{Owner: alice.String(), Work: ids[1], Recipient: bob.String()}))
	f.transfer(ids[2], alice, carol)
	f.nextBlock()
	f.transfer(ids[2], carol, bob)
	require.EqualValues(t, 2, f.transfers(ids[2]))
	require.NoError(t, f.try(&types.MsgRevise{Owner: bob.String(), Work: ids[2], Details: details("Bob's", doi)}))
	require.NoError(t, f.try(&types.MsgBlankText{Sender: bob.String(), Work: ids[2], Version: 1}))
	gone := f.register(alice, "gone")[0]
	require.NoError(t, f.try(&types.MsgBlankText{Sender: alice.String(), Work: gone}))
	f.setStatus(ids[1], types.STATUS_DISPUTED)
	return f
}

func TestExportImportIsIdentity(t *testing.T) {
	f := full(t)
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	require.Len(t, exported.Works, 7)
	require.Len(t, exported.Anchors, 2)

	g := newFixture(t)
	require.NoError(t, g.k.InitGenesis(afterAll(g.ctx), *exported))
	require.NoError(t, g.k.CheckInvariants(g.ctx))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)

	// The rebuilt indexes answer as the old ones did.
	require.Equal(t, f.resolve("sha256", digestOf("poem").String()), g.resolve("sha256", digestOf("poem").String()))
	require.Equal(t, f.resolve("doi", "10.1/1"), g.resolve("doi", "10.1/1"))
	require.Equal(t, f.owned(bob), g.owned(bob))
	for _, w := range exported.Works {
		require.Equal(t, f.work(w.Id), g.work(w.Id))
		require.Equal(t, f.owners(w.Id), g.owners(w.Id))
	}
}

func TestEmptyGenesis(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.k.InitGenesis(f.ctx, *types.DefaultGenesisState()))
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, types.DefaultGenesisState(), exported)
}

func TestBrokenGenesisIsRefused(t *testing.T) {
	f := full(t)
	for name, breakIt := range map[string]func(gs *types.GenesisState){
		"work twice":     func(gs *types.GenesisState) { gs.Works = append(gs.Works, gs.Works[0]) },
		"anchor twice":   func(gs *types.GenesisState) { gs.Anchors = append(gs.Anchors, gs.Anchors[0]) },
		"anchor missing": func(gs *types.GenesisState) { gs.Anchors = nil },
		"anchor of others": func(gs *types.GenesisState) {
			gs.Anchors[0].Account, gs.Anchors[1].Account = bob.String(), alice.String()
		},
		"anchor moved":       func(gs *types.GenesisState) { moveAnchors(gs) },
		"anchor ranked":      func(gs *types.GenesisState) { gs.Anchors[0].Anchor.Priority.Rank = 1 },
		"anchor empty":       func(gs *types.GenesisState) { gs.Anchors[0].Anchor.Total = 0 },
		"anchor root":        func(gs *types.GenesisState) { gs.Anchors[0].Root = types.Digest{} },
		"anchor account":     func(gs *types.GenesisState) { gs.Anchors[0].Account = "ab" },
		"id of another":      func(gs *types.GenesisState) { gs.Works[0].Id = gs.Works[1].Id },
		"no id":              func(gs *types.GenesisState) { gs.Works[0].Id = types.WorkID{} },
		"registrant changed": func(gs *types.GenesisState) { gs.Works[0].Work.Registrant = account("dave") },
		"no owner":           func(gs *types.GenesisState) { gs.Works[0].Work.Owner = nil },
		"sold, not counted":  func(gs *types.GenesisState) { gs.Works[0].Work.Owner, gs.Works[0].Work.Transfers = account("dave"), 0 },
		"long owner":         func(gs *types.GenesisState) { gs.Works[0].Work.Owner = make([]byte, 256) },
		"no digest":          func(gs *types.GenesisState) { gs.Works[0].Work.Sha256.Digest = types.Digest{} },
		"no status":          func(gs *types.GenesisState) { gs.Works[0].Work.Status = 0 },
		"unknown status":     func(gs *types.GenesisState) { gs.Works[0].Work.Status = 257 },
		"version ahead":      func(gs *types.GenesisState) { gs.Works[0].Work.Version++ },
		"no version":         func(gs *types.GenesisState) { gs.Works[0].Work.Version, gs.Works[0].Revisions = 0, nil },
		"current given":      func(gs *types.GenesisState) { gs.Works[0].Work.Current = []byte{1} },
		"bad revision":       func(gs *types.GenesisState) { gs.Works[0].Revisions[0].Details.Kind = 0 },
		"not the spelling": func(gs *types.GenesisState) {
			gs.Works[0].Revisions[0].Details = details("x", types.Fingerprint{Scheme: "doi", Value: "doi:10.1/1"})
		},
		"account in capitals": func(gs *types.GenesisState) {
			gs.Works[0].Revisions[0].Details.Creators = []types.Creator{{Name: "x", Account: strings.ToUpper(alice.String())}}
		},
		"empty content":       func(gs *types.GenesisState) { emptied(gs) },
		"blanked, with text":  func(gs *types.GenesisState) { blanked(gs).Details.Title = "x" },
		"blanked, no kind":    func(gs *types.GenesisState) { blanked(gs).Details.Kind = 0 },
		"owner missing":       func(gs *types.GenesisState) { w := sold(gs); w.Owners = w.Owners[1:] },
		"owner too many":      func(gs *types.GenesisState) { w := sold(gs); w.Owners = append(w.Owners, w.Owners[0]) },
		"last owner differs":  func(gs *types.GenesisState) { sold(gs).Owners[1].Owner = account("dave") },
		"owner after oneself": func(gs *types.GenesisState) { sold(gs).Owners[0].Owner = alice },
		"nobody owned":        func(gs *types.GenesisState) { sold(gs).Owners[0].Owner = nil },
		"owner before birth":  func(gs *types.GenesisState) { sold(gs).Owners[0].Since = genesisTime.Add(-time.Hour) },
		"owners out of order": func(gs *types.GenesisState) { sold(gs).Owners[0].Since = genesisTime.Add(time.Hour) },
		"claim from later":    func(gs *types.GenesisState) { unanchored(gs).ClaimedSince.Time = genesisTime.Add(time.Hour) },
		"claim from before":   func(gs *types.GenesisState) { unanchored(gs).ClaimedSince.Time = genesisTime.Add(-time.Hour) },
		"time out of range":   func(gs *types.GenesisState) { gs.Works[0].Work.ClaimedSince.Time = time.Time{} },
		"root without time":   func(gs *types.GenesisState) { unanchored(gs).AnchorRoot.Digest = types.Digest{1} },
		"same place":          func(gs *types.GenesisState) { samePlaces(gs) },
		"no window":           func(gs *types.GenesisState) { gs.Params = types.Params{} },
		"placed, no anchor":   func(gs *types.GenesisState) { unanchored(gs).PlacedAt = &types.Priority{Time: genesisTime} },
		"placed before anchor": func(gs *types.GenesisState) {
			anchored(gs).PlacedAt = &types.Priority{Time: genesisTime.Add(-time.Hour)}
		},
		"placed later": func(gs *types.GenesisState) {
			anchored(gs).PlacedAt = &types.Priority{Time: genesisTime.Add(time.Hour)}
		},
		"transfer to owner": func(gs *types.GenesisState) {
			offer(gs, gs.Works[0].Work.Owner)
		},
		"transfer to nobody":    func(gs *types.GenesisState) { offer(gs, nil) },
		"transfer not said":     func(gs *types.GenesisState) { offer(gs, account("dave")).OnOffer = false },
		"transfer said":         func(gs *types.GenesisState) { offer(gs, account("dave")); gs.Works[0].Transfer = nil },
		"transfer not counted":  func(gs *types.GenesisState) { offer(gs, account("dave")).TransferOffers = gs.Works[0].Work.Transfers },
		"transfers not counted": func(gs *types.GenesisState) { sold(gs).Work.TransferOffers = 1 },
	} {
		gs, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		breakIt(gs)
		require.Error(t, gs.Validate(), name)
		g := newFixture(t)
		require.Error(t, g.k.InitGenesis(afterAll(g.ctx), *gs), name)
		empty, err := g.k.ExportGenesis(g.ctx)
		require.NoError(t, err)
		require.Empty(t, empty.Works, name)
	}
}

// offer puts the first work on offer to a recipient.
func offer(gs *types.GenesisState, recipient sdk.AccAddress) *types.Work {
	w := &gs.Works[0]
	w.Transfer = &types.TransferOffer{Recipient: recipient, OfferedAt: genesisTime}
	w.Work.OnOffer, w.Work.TransferOffers = true, w.Work.Transfers+1
	return &w.Work
}

func moveAnchors(gs *types.GenesisState) {
	for i := range gs.Anchors {
		gs.Anchors[i].Anchor.Priority.TxIndex++
	}
}

// sold finds the work that changed hands twice.
func sold(gs *types.GenesisState) *types.GenesisWork {
	for i := range gs.Works {
		if gs.Works[i].Work.Transfers == 2 {
			return &gs.Works[i]
		}
	}
	panic("no work was sold twice")
}

// blanked finds a version without its text.
func blanked(gs *types.GenesisState) *types.Revision {
	for i := range gs.Works {
		if r := &gs.Works[i].Revisions[0]; r.Blanked() {
			return r
		}
	}
	panic("no version is blanked")
}

// emptied makes a work one of no content, with the id that it would have.
func emptied(gs *types.GenesisState) {
	nothing := types.Digest(sha256.Sum256(nil))
	work := unanchored(gs)
	work.Sha256.Digest = nothing
	for i := range gs.Works {
		if &gs.Works[i].Work == work {
			gs.Works[i].Id = types.NewWorkID(work.Registrant, nothing)
		}
	}
}

func anchored(gs *types.GenesisState) *types.Work {
	for i := range gs.Works {
		if !gs.Works[i].Work.AnchorRoot.IsZero() {
			return &gs.Works[i].Work
		}
	}
	panic("no work with an anchor")
}

func unanchored(gs *types.GenesisState) *types.Work {
	for i := range gs.Works {
		if gs.Works[i].Work.AnchorRoot.IsZero() {
			return &gs.Works[i].Work
		}
	}
	panic("no work without an anchor")
}

// samePlaces gives all claims that are not anchored the first rank.
func samePlaces(gs *types.GenesisState) {
	for i := range gs.Works {
		gs.Works[i].Work.ClaimedSince.Rank = 0
	}
}
