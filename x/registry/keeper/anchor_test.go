package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

func TestAnchorKeepsItsFirstTime(t *testing.T) {
	f := newFixture(t)
	root := digestOf("root")
	f.must(&types.MsgAnchor{Account: alice.String(), Root: root, Total: 3},
		&types.EventAnchored{Account: alice.String(), Root: root, Total: 3})
	f.nextBlock()
	require.ErrorIs(t, f.try(&types.MsgAnchor{Account: alice.String(), Root: root, Total: 4}), types.ErrAlreadyAnchored)
	// The same root of another account is another anchor: it proves nothing of Alice's.
	require.NoError(t, f.try(&types.MsgAnchor{Account: bob.String(), Root: root, Total: 3}))
	res, err := f.query.Anchor(f.ctx, &types.QueryAnchorRequest{Account: alice.String(), Root: root})
	require.NoError(t, err)
	require.Equal(t, types.Anchor{Priority: types.Priority{Time: genesisTime}, Total: 3}, res.Anchor)
}

func TestAnchoredRegistrationComesFirst(t *testing.T) {
	f := newFixture(t)
	proofs := f.anchor(alice, "draft", "poem", "song")
	f.nextBlock()
	// Bob sees Alice's pending registration and gets his in first.
	copied := f.register(bob, "poem")[0]
	f.nextTx()
	id, err := f.registerProved(alice, "poem", proofs[1])
	require.NoError(t, err)

	claim := f.work(id)
	require.Equal(t, genesisTime, claim.ClaimedSince.Time)
	require.Equal(t, proofs[1].Root, claim.AnchorRoot)
	revealed := genesisTime.Add(time.Second)
	require.Equal(t, &revealed, claim.RevealedAt)
	require.Equal(t, revealed, claim.RegisteredAt)
	require.False(t, claim.Contested)
	require.True(t, claim.AlsoClaimedLater)
	require.True(t, f.work(copied).Contested)
	require.Equal(t, []types.WorkID{id, copied}, f.resolve("sha256", digestOf("poem").String()))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestAnchorMustBeOlderThanEveryClaim(t *testing.T) {
	f := newFixture(t)
	f.register(bob, "poem")
	same := f.anchor(alice, "poem") // the same transaction: not older
	_, err := f.registerProved(alice, "poem", same[0])
	require.ErrorIs(t, err, types.ErrAlreadyClaimed)
	f.nextTx()
	later := f.anchor(carol, "poem")
	_, err = f.registerProved(carol, "poem", later[0])
	require.ErrorIs(t, err, types.ErrAlreadyClaimed)
	// The anchor counts all the same when the claim is made as contested.
	e := entry("poem")
	e.AnchorProof = &same[0]
	ids, err := f.ids(f.send(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{e}, AllowContested: true}))
	require.NoError(t, err)
	require.Equal(t, types.Priority{Time: genesisTime, Rank: 1}, f.work(ids[0]).ClaimedSince)
	require.True(t, f.work(ids[0]).Contested)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestFalseProofsAreRefused(t *testing.T) {
	f := newFixture(t)
	proofs := f.anchor(alice, "draft", "poem", "song")
	f.nextBlock()
	good := proofs[1]
	for name, test := range map[string]struct {
		change func(*types.AnchorProof)
		want   error
	}{
		"salt":           {func(p *types.AnchorProof) { p.Salt = types.Salt(digestOf("another")) }, types.ErrInvalidProof},
		"no salt":        {func(p *types.AnchorProof) { p.Salt = types.Salt{} }, types.ErrInvalidProof},
		"index":          {func(p *types.AnchorProof) { p.Index = 0 }, types.ErrInvalidProof},
		"index outside":  {func(p *types.AnchorProof) { p.Index = 3 }, types.ErrInvalidProof},
		"total":          {func(p *types.AnchorProof) { p.Total = 4 }, types.ErrInvalidProof},
		"no total":       {func(p *types.AnchorProof) { p.Total = 0 }, types.ErrInvalidProof},
		"short path":     {func(p *types.AnchorProof) { p.Path = p.Path[:1] }, types.ErrInvalidProof},
		"long path":      {func(p *types.AnchorProof) { p.Path = append(p.Path, digestOf("x")) }, types.ErrInvalidProof},
		"very long path": {func(p *types.AnchorProof) { p.Path = make([]types.Digest, 33) }, types.ErrInvalidProof},
		"sibling":        {func(p *types.AnchorProof) { p.Path = []types.Digest{p.Path[0], digestOf("x")} }, types.ErrInvalidProof},
		"no sibling":     {func(p *types.AnchorProof) { p.Path = []types.Digest{p.Path[0], {}} }, types.ErrInvalidDigest},
		"root":           {func(p *types.AnchorProof) { p.Root = digestOf("another") }, types.ErrAnchorNotFound},
		"other leaf":     {func(p *types.AnchorProof) { *p = proofs[2] }, types.ErrInvalidProof},
	} {
		proof := good
		proof.Path = append([]types.Digest{}, good.Path...)
		test.change(&proof)
		_, err := f.registerProved(alice, "poem", proof)
		require.ErrorIs(t, err, test.want, name)
		require.ErrorContains(t, err, "works[0]", name)
	}
	// Another account cannot use it, even when it anchors the same root itself.
	_, err := f.registerProved(bob, "poem", good)
	require.ErrorIs(t, err, types.ErrAnchorNotFound)
	require.NoError(t, f.try(&types.MsgAnchor{Account: bob.String(), Root: good.Root, Total: good.Total}))
	_, err = f.registerProved(bob, "poem", good)
	require.ErrorIs(t, err, types.ErrInvalidProof)
	// Nor does it prove anything on another chain.
	f.ctx = f.ctx.WithChainID("stemma-other-1")
	_, err = f.registerProved(alice, "poem", good)
	require.ErrorIs(t, err, types.ErrInvalidProof)
	require.Empty(t, f.resolve("sha256", digestOf("poem").String()))
}

func TestProveAnchorLater(t *testing.T) {
	f := newFixture(t)
	oldest := f.anchor(alice, "poem", "draft")[0]
	f.nextBlock()
	older := f.anchor(alice, "poem")[0]
	f.nextBlock()
	rival := f.register(bob, "poem")[0]
	f.nextBlock()
	ids, err := f.tryRegister(alice, true, "poem")
	require.NoError(t, err)
	id := ids[0]
	require.True(t, f.work(id).Contested)
	newer := f.anchor(alice, "poem", "draft", "song")[0]

	proof := func(by string, p types.AnchorProof) *types.MsgProveAnchor {
		return &types.MsgProveAnchor{Registrant: by, Work: id, Proof: p}
	}
	require.ErrorIs(t, f.try(proof(alice.String(), newer)), types.ErrInvalidProof)
	require.ErrorIs(t, f.try(proof(bob.String(), older)), types.ErrInvalidProof)
	require.ErrorIs(t, f.try(proof(alice.String(), prove(alice, "poem", "never anchored")[0])), types.ErrAnchorNotFound)
	unknown := proof(alice.String(), older)
	unknown.Work = types.WorkID{1}
	require.ErrorIs(t, f.try(unknown), types.ErrWorkNotFound)

	// The registrant proves, even after having given the work away.
	f.transfer(id, alice, carol)
	second := genesisTime.Add(time.Second)
	res := f.must(proof(alice.String(), older), &types.EventAnchorProved{Work: id, Root: older.Root, ClaimedSince: second})
	require.Equal(t, types.Priority{Time: second}, res.(*types.MsgProveAnchorResponse).ClaimedSince)
	require.False(t, f.work(id).Contested)
	require.True(t, f.work(rival).Contested)
	require.Equal(t, []types.WorkID{id, rival}, f.resolve("sha256", digestOf("poem").String()))

	// Once proved, only an older anchor moves it again.
	require.ErrorIs(t, f.try(proof(alice.String(), older)), types.ErrInvalidProof)
	f.must(proof(alice.String(), oldest), &types.EventAnchorProved{Work: id, Root: oldest.Root, ClaimedSince: genesisTime})
	require.Equal(t, oldest.Root, f.work(id).AnchorRoot)
}

func TestAnchorBounds(t *testing.T) {
	f := newFixture(t)
	for _, msg := range []types.MsgAnchor{
		{Account: alice.String(), Root: digestOf("r"), Total: 0},
		{Account: alice.String(), Root: digestOf("r"), Total: 1<<32 + 1},
		{Account: "alice", Root: digestOf("r"), Total: 1},
	} {
		require.ErrorIs(t, f.try(&msg), types.ErrInvalidMessage)
	}
	require.ErrorIs(t, f.try(&types.MsgAnchor{Account: alice.String(), Total: 1}), types.ErrInvalidDigest)
}
