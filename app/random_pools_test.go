package app_test

import (
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// editions is how many manifests a player's dataset can have.
const editions = 3

// edition is one manifest of a player's dataset: contributors are players, works of theirs, and other datasets.
func edition(owner chain.Account, number int) *manifests.Made {
	var items []manifest.Item
	for i, p := range chain.NamedMany("player", players) {
		item := manifest.Item{Sha256: chain.Digest(fmt.Sprint(owner.Name, i)), Weight: uint64(1 + (i+number)%3)}
		switch (i + number) % 4 {
		case 0:
			work := chain.WorkOf(fmt.Sprint("work ", i%works), p).ID
			item.Contributor = manifest.Contributor{Kind: manifest.Work, ID: work[:]}
		case 1:
			if number > 0 {
				work := setOf(p).ID
				item.Contributor = manifest.Contributor{Kind: manifest.Work, ID: work[:]}
				break
			}
			fallthrough
		default:
			item.Contributor = manifest.Contributor{Kind: manifest.Account, ID: p.Address}
		}
		items = append(items, item)
	}
	return manifests.Of(items...)
}

// setOf is a player's dataset.
func setOf(owner chain.Account) chain.Work {
	return chain.Work{ID: registrytypes.NewWorkID(owner.Address, edition(owner, 0).Roots().Digest()), Owner: owner}
}

func registerSet(owner chain.Account) *registrytypes.MsgRegister {
	roots := edition(owner, 0).Roots()
	return &registrytypes.MsgRegister{Registrant: owner.String(), AllowContested: true, Works: []registrytypes.Entry{
		{Sha256: roots.Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER}, Manifest: &roots},
	}}
}

// setInForce is a dataset, with a manifest that it had and the version of that.
func (g *game) setInForce() (set chain.Work, made *manifests.Made, version uint32) {
	p := g.player()
	set, version = setOf(p), 1
	made = edition(p, 0)
	list := g.seen.App.Keepers.Registry.Manifests
	number := g.rng.IntN(4)
	for v := uint32(1); v < 50 && number > 0; v++ {
		row, err := list.Get(g.seen.Ctx(), collections.Join(set.ID, v))
		if err != nil {
			continue
		}
		number--
		for e := range editions {
			if other := edition(p, e); other.Roots() == row.Roots() {
				made, version = other, v
			}
		}
	}
	return set, made, version
}

// sharePool has contributors share, by the manifest in force or another, at once or later; the owner may be another by now.
func (g *game) sharePool() (chain.Account, []sdk.Msg) {
	set, _, version := g.setInForce()
	weight := []uint32{0, 100, 300_000, 500_000, 1_000_000}[g.rng.IntN(5)]
	owner := set.Owner
	if work, err := g.seen.App.Keepers.Registry.GetWork(g.seen.Ctx(), set.ID); err == nil {
		for _, p := range chain.NamedMany("player", players) {
			if work.OwnedBy(p.Address) {
				owner = p
			}
		}
	}
	share := &royaltytypes.MsgSharePool{Owner: owner.String(), Work: set.ID, Version: version, Weight: weight}
	if g.rng.IntN(3) > 0 {
		return owner, []sdk.Msg{share}
	}
	return owner, []sdk.Msg{chain.PayMsg(owner, set, g.coin()), share, chain.PayMsg(owner, set, g.coin())}
}

func (g *game) reviseManifest() (chain.Account, []sdk.Msg) {
	p := g.player()
	roots := edition(p, g.rng.IntN(editions)).Roots()
	return p, []sdk.Msg{&registrytypes.MsgRevise{
		Owner: p.String(), Work: setOf(p).ID, Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER}, Manifest: &roots,
	}}
}

func (g *game) collect() (chain.Account, []sdk.Msg) {
	set, made, version := g.setInForce()
	p := g.player()
	msg := &royaltytypes.MsgCollect{Sender: p.String(), Work: set.ID, Version: version}
	for _, place := range g.rng.Perm(len(made.Contributors))[:1+g.rng.IntN(len(made.Contributors))] {
		msg.Entries = append(msg.Entries, made.Contributor(place))
	}
	if g.rng.IntN(4) == 0 {
		msg.Denoms = []string{"uusdc"}
	}
	return p, []sdk.Msg{msg}
}

func (g *game) withdrawItems() (chain.Account, []sdk.Msg) {
	set, made, version := g.setInForce()
	place := g.rng.IntN(len(made.Items))
	contributor := registrytypes.NewContributor(made.Items[place].Contributor)
	sender := g.player()
	for _, p := range chain.NamedMany("player", players) {
		if contributor.Account == p.String() {
			sender = p
		}
	}
	msg := &registrytypes.MsgWithdrawItems{Sender: sender.String(), Work: set.ID, Version: version, Contributor: contributor}
	if g.rng.IntN(8) > 0 {
		msg.Items = append(msg.Items, made.Item(place))
		return sender, []sdk.Msg{msg}
	}
	for i, c := range made.Contributors {
		if registrytypes.NewContributor(c.Contributor) == contributor {
			all := made.Contributor(i)
			msg.All = &all
		}
	}
	return sender, []sdk.Msg{msg}
}

func (g *game) namePayee() (chain.Account, []sdk.Msg) {
	p := g.player()
	return p, []sdk.Msg{&royaltytypes.MsgNamePayee{Contributor: p.String(), Payee: g.player().String()}}
}
