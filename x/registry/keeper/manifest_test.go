package keeper_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/types"
)

func fromAccount(account sdk.AccAddress, content byte, weight uint64) manifest.Item {
	return manifest.Item{
		Sha256: [32]byte{content}, Contributor: manifest.Contributor{Kind: manifest.Account, ID: account}, Weight: weight,
	}
}

func fromWork(work types.WorkID, content byte) manifest.Item {
	return manifest.Item{Sha256: [32]byte{content}, Contributor: manifest.Contributor{Kind: manifest.Work, ID: work[:]}, Weight: 1}
}

// registerManifest registers a dataset of alice's.
func (f *fixture) registerManifest(made *manifests.Made) types.WorkID {
	f.t.Helper()
	roots := made.Roots()
	_, _, err := f.send(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{{
		Sha256: roots.Digest(), Details: types.Details{Kind: types.KIND_DATASET}, Manifest: &roots,
	}}})
	require.NoError(f.t, err)
	return types.NewWorkID(alice, roots.Digest())
}

func (f *fixture) reviseManifest(work types.WorkID, made *manifests.Made) error {
	roots := made.Roots()
	_, _, err := f.send(&types.MsgRevise{
		Owner: alice.String(), Work: work, Details: types.Details{Kind: types.KIND_DATASET}, Manifest: &roots,
	})
	return err
}

func (f *fixture) itemStatus(work types.WorkID, account sdk.AccAddress, content byte) uint64 {
	f.t.Helper()
	res, err := f.query.ItemStatus(f.ctx, &types.QueryItemStatusRequest{Work: work, Items: []types.ContributedItem{
		{Sha256: types.Digest{content}, Contributor: types.Contributor{Account: account.String()}},
	}})
	require.NoError(f.t, err)
	return res.Items[0].Number
}

func withdraw(sender sdk.AccAddress, work types.WorkID, version uint32, items ...types.ItemProof) *types.MsgWithdrawItems {
	return &types.MsgWithdrawItems{
		Sender: sender.String(), Work: work, Version: version, Contributor: types.Contributor{Account: sender.String()}, Items: items,
	}
}

// A work is of a manifest from its registration on, and each version keeps the one that it came with.
func TestManifestsStay(t *testing.T) {
	f := newFixture(t)
	first := manifests.Of(fromAccount(bob, 1, 2), fromAccount(carol, 2, 1))
	second := manifests.Of(fromAccount(bob, 1, 2), fromAccount(carol, 3, 5))
	work := f.registerManifest(first)
	row, err := f.k.Manifests.Get(f.ctx, collections.Join(work, uint32(1)))
	require.NoError(t, err)
	work1, err := f.k.GetWork(f.ctx, work)
	require.NoError(t, err)
	require.Less(t, row.Size()+work1.Size()-len(work1.Current)+2*21+4, 300, "the state of a dataset but for its details")
	require.ErrorIs(t, f.reviseManifest(work, first), types.ErrInvalidManifest)
	f.nextBlock()
	_, _, err = f.send(&types.MsgRevise{Owner: alice.String(), Work: work, Details: types.Details{Kind: types.KIND_DATASET, Title: "Two"}})
	require.NoError(t, err)
	require.NoError(t, f.reviseManifest(work, second))
	require.ErrorIs(t, f.reviseManifest(work, second), types.ErrInvalidManifest)
	require.NoError(t, f.reviseManifest(work, first)) // back again

	for version, want := range map[uint32]*manifests.Made{0: first, 1: first, 2: first, 3: second, 4: first} {
		res, err := f.query.Manifest(f.ctx, &types.QueryManifestRequest{Work: work, Version: version})
		require.NoError(t, err)
		require.Equal(t, want.Roots(), res.Manifest.Roots, version)
		require.Equal(t, map[uint32]uint32{0: 4, 1: 1, 2: 1, 3: 3, 4: 4}[version], res.Manifest.Version)
	}
	_, err = f.query.Manifest(f.ctx, &types.QueryManifestRequest{Work: work, Version: 5})
	require.ErrorContains(t, err, "in version 5")
	list, err := f.query.Manifests(f.ctx, &types.QueryManifestsRequest{Work: work})
	require.NoError(t, err)
	require.Len(t, list.Manifests, 3)
	f.requireSameExport()
}

// Who registers a content by itself gets no manifest later, and a manifest is of the content.
func TestWhatIsNoManifest(t *testing.T) {
	f := newFixture(t)
	made := manifests.Of(fromAccount(bob, 1, 1))
	roots := made.Roots()
	entry := types.Entry{Sha256: types.Digest{9}, Details: types.Details{Kind: types.KIND_DATASET}, Manifest: &roots}
	_, _, err := f.send(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{entry}})
	require.ErrorIs(t, err, types.ErrInvalidManifest)
	entry.Manifest = nil
	_, _, err = f.send(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{entry}})
	require.NoError(t, err)
	plain := types.NewWorkID(alice, entry.Sha256)
	require.ErrorIs(t, f.reviseManifest(plain, made), types.ErrNoManifest)
	_, err = f.query.Manifest(f.ctx, &types.QueryManifestRequest{Work: plain})
	require.ErrorContains(t, err, "registered without one")
	_, _, err = f.send(withdraw(bob, plain, 1, made.Item(0)))
	require.ErrorIs(t, err, types.ErrNoManifest)
	for _, change := range []func(*types.Roots){
		func(r *types.Roots) { r.ItemCount = 0 }, func(r *types.Roots) { r.ContributorCount = 2 }, func(r *types.Roots) { r.Weight = 0 },
		func(r *types.Roots) { r.Items = types.Digest{} }, func(r *types.Roots) { r.ItemCount = 1<<32 + 1 },
	} {
		wrong := roots
		change(&wrong)
		require.Error(t, wrong.Validate())
	}
}

// An item that was withdrawn is so in every version, for its contributor and nobody else.
func TestWithdrawnItems(t *testing.T) {
	f := newFixture(t)
	song := types.NewWorkID(bob, types.Digest{7})
	_, _, err := f.send(&types.MsgRegister{Registrant: bob.String(), Works: []types.Entry{
		{Sha256: types.Digest{7}, Details: types.Details{Kind: types.KIND_AUDIO}},
	}})
	require.NoError(t, err)
	made := manifests.Of(fromAccount(bob, 1, 2), fromAccount(carol, 1, 1), fromAccount(carol, 2, 1), fromWork(song, 3), fromAccount(bob, 4, 1))
	work := f.registerManifest(made)
	later := manifests.Of(fromAccount(carol, 2, 1))
	require.NoError(t, f.reviseManifest(work, later))

	for name, msg := range map[string]*types.MsgWithdrawItems{
		"of another's item":  withdraw(bob, work, 1, made.Item(2)),
		"of another version": withdraw(bob, work, 2, made.Item(0)),
		"of no version":      withdraw(bob, work, 3, made.Item(0)),
		"by another": {
			Sender: carol.String(), Work: work, Version: 1, Contributor: types.Contributor{Account: bob.String()},
			Items: []types.ItemProof{made.Item(0)},
		},
		"of another's work": {
			Sender: carol.String(), Work: work, Version: 1, Contributor: types.Contributor{Work: song},
			Items: []types.ItemProof{made.Item(3)},
		},
		"twice":               withdraw(bob, work, 1, made.Item(0), made.Item(0)),
		"nothing":             withdraw(bob, work, 1),
		"at another place":    withdraw(bob, work, 1, func() types.ItemProof { p := made.Item(0); p.Index = 1; return p }()),
		"with another weight": withdraw(bob, work, 1, func() types.ItemProof { p := made.Item(0); p.Weight = 3; return p }()),
	} {
		_, _, err := f.send(msg)
		require.Error(t, err, name)
	}
	res, _, err := f.send(withdraw(bob, work, 1, made.Item(0), made.Item(4)))
	require.NoError(t, err)
	require.EqualValues(t, 2, res.(*types.MsgWithdrawItemsResponse).List.Count)
	require.EqualValues(t, 1, f.itemStatus(work, bob, 1))
	require.EqualValues(t, 2, f.itemStatus(work, bob, 4))
	require.Zero(t, f.itemStatus(work, carol, 1), "another contributed the same content")
	_, _, err = f.send(withdraw(bob, work, 1, made.Item(0)))
	require.ErrorIs(t, err, types.ErrAlreadyWithdrawn)

	f.nextBlock()
	all := made.Contributor(1)
	if all.Contributor.Account != carol.String() {
		all = made.Contributor(0)
	}
	msg := withdraw(carol, work, 1)
	msg.All = &all
	_, _, err = f.send(msg)
	require.NoError(t, err)
	require.EqualValues(t, 3, f.itemStatus(work, carol, 1))
	require.EqualValues(t, 3, f.itemStatus(work, carol, 99), "whatever comes later")
	_, _, err = f.send(withdraw(carol, work, 2, later.Item(0)))
	require.ErrorIs(t, err, types.ErrAlreadyWithdrawn)

	mine := &types.MsgWithdrawItems{
		Sender: bob.String(), Work: work, Version: 1, Contributor: types.Contributor{Work: song}, Items: []types.ItemProof{made.Item(3)},
	}
	_, _, err = f.send(mine)
	require.NoError(t, err)
	list, err := f.query.Withdrawals(f.ctx, &types.QueryWithdrawalsRequest{Work: work})
	require.NoError(t, err)
	require.Len(t, list.Withdrawals, 4)
	require.EqualValues(t, 4, list.List.Count)
	require.Equal(t, song, list.Withdrawals[3].Contributor.Work)
	var again types.WithdrawalList
	for _, w := range list.Withdrawals { // anybody can compute the digest of the list
		key, err := w.Contributor.Key()
		require.NoError(t, err)
		again = again.With(&types.Withdrawal{Contributor: key, Sha256: types.DigestBytes{Digest: w.Sha256}, At: w.At.Add(0 * time.Second)})
	}
	require.Equal(t, list.List, again)
	f.requireSameExport()
}

// requireSameExport checks the invariants, and that a registry of the export has the same.
// An account has one spelling in events, whatever it is called in the message.
func TestAWithdrawalsEventHasOneSpelling(t *testing.T) {
	f := newFixture(t)
	made := manifests.Of(fromAccount(bob, 1, 2))
	msg := withdraw(bob, f.registerManifest(made), 1, made.Item(0))
	msg.Contributor.Account = strings.ToUpper(bob.String())
	f.must(msg, &types.EventItemsWithdrawn{
		Work: msg.Work, Contributor: types.Contributor{Account: bob.String()}, Sha256: made.Item(0).Sha256, Number: 1,
	})
}

func (f *fixture) requireSameExport() {
	f.t.Helper()
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	g := newFixture(f.t)
	g.ctx = f.ctx.WithMultiStore(g.ctx.MultiStore()).WithBlockTime(f.ctx.BlockTime().Add(time.Second))
	require.NoError(f.t, g.k.InitGenesis(g.ctx, *exported))
	require.NoError(f.t, g.k.CheckInvariants(g.ctx))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(f.t, err)
	require.Equal(f.t, exported, again)
}

// Each way to break manifests and withdrawals is noticed, and refused in a genesis.
func TestDamagedManifestsAreNoticed(t *testing.T) {
	for name, damage := range map[string]func(f *fixture, work types.WorkID, row types.Work) error{
		"a manifest is lost": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.Manifests.Remove(f.ctx, collections.Join(work, uint32(2)))
		},
		"the first is lost": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.Manifests.Remove(f.ctx, collections.Join(work, uint32(1)))
		},
		"one too many": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.Manifests.Set(f.ctx, collections.Join(work, uint32(3)), manifests.Of(fromAccount(bob, 1, 1)).Roots().Row())
		},
		"of nothing": func(f *fixture, _ types.WorkID, _ types.Work) error {
			return f.k.Manifests.Set(f.ctx, collections.Join(types.WorkID{1}, uint32(1)), manifests.Of(fromAccount(bob, 1, 1)).Roots().Row())
		},
		"another is in force": func(f *fixture, work types.WorkID, row types.Work) error {
			row.ManifestVersion = 1
			return f.k.Works.Set(f.ctx, work, row)
		},
		"another content": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.Manifests.Set(f.ctx, collections.Join(work, uint32(1)), manifests.Of(fromAccount(bob, 9, 1)).Roots().Row())
		},
		"a withdrawal is lost": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.Withdrawals.Remove(f.ctx, collections.Join(work, uint64(1)))
		},
		"one is another": func(f *fixture, work types.WorkID, _ types.Work) error {
			w, err := f.k.Withdrawals.Get(f.ctx, collections.Join(work, uint64(1)))
			if err != nil {
				return err
			}
			w.At = w.At.Add(-time.Second)
			return f.k.Withdrawals.Set(f.ctx, collections.Join(work, uint64(1)), w)
		},
		"the list is longer": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.WithdrawalLists.Set(f.ctx, work, types.WithdrawalList{Count: 9, Sha256: types.Digest{1}})
		},
		"the list is lost": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.WithdrawalLists.Remove(f.ctx, work)
		},
		"not in the index": func(f *fixture, work types.WorkID, _ types.Work) error {
			key, err := types.Contributor{Account: bob.String()}.Key()
			if err != nil {
				return err
			}
			return f.k.Withdrawn.Remove(f.ctx, collections.Join3(work, types.Digest{1}, key))
		},
		"in the index alone": func(f *fixture, work types.WorkID, _ types.Work) error {
			return f.k.Withdrawn.Set(f.ctx, collections.Join3(work, types.Digest{77}, []byte{1, 2}), 1)
		},
	} {
		f := newFixture(t)
		made := manifests.Of(fromAccount(bob, 1, 2), fromAccount(carol, 2, 1))
		work := f.registerManifest(made)
		require.NoError(t, f.reviseManifest(work, manifests.Of(fromAccount(bob, 1, 3))))
		_, _, err := f.send(&types.MsgRevise{Owner: alice.String(), Work: work, Details: types.Details{Kind: types.KIND_DATASET}})
		require.NoError(t, err)
		_, _, err = f.send(withdraw(bob, work, 1, made.Item(0)))
		require.NoError(t, err)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
		row, err := f.k.GetWork(f.ctx, work)
		require.NoError(t, err)
		require.NoError(t, damage(f, work, row), name)
		require.Error(t, f.k.CheckInvariants(f.ctx), name)
	}
}
