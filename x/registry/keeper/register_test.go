package keeper_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/types"
)

func TestRegisterAWork(t *testing.T) {
	f := newFixture(t)
	e := entry("poem")
	e.Details = types.Details{
		Kind: types.KIND_IMAGE, Title: "Über alles", MediaType: "image/png", MetadataUri: "ipfs://bafy", MetadataSha256: digestOf("meta"),
		DigitalSourceType: "trainedAlgorithmicMedia",
		Creators:          []types.Creator{{Name: "Alice", Account: alice.String(), Role: "author"}},
		Fingerprints:      []types.Fingerprint{{Scheme: "iscc", Value: "ISCC:AAAT4EBWK27737D2"}, {Scheme: "doi", Value: "10.1/x"}},
	}
	id := types.NewWorkID(alice, sha256.Sum256([]byte("poem")))
	res := f.must(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{e}}, &types.EventWorkRegistered{
		Work: id, Owner: alice.String(), Sha256: digestOf("poem"), Kind: types.KIND_IMAGE,
	})
	require.Equal(t, []types.WorkID{id}, res.(*types.MsgRegisterResponse).Works)
	require.Equal(t, types.Claim{
		Id: id, Owner: alice.String(), Registrant: alice.String(), Sha256: digestOf("poem"),
		Status: types.STATUS_ACTIVE, Version: 1, ClaimedSince: types.Priority{Time: genesisTime}, RegisteredAt: genesisTime,
		Details: e.Details,
	}, f.work(id))
	require.Equal(t, []types.WorkID{id}, f.resolve("sha256", digestOf("poem").String()))
	require.Equal(t, []types.WorkID{id}, f.resolve("doi", "10.1/x"))
	require.Empty(t, f.resolve("doi", "10.1/y"))
}

func TestRegisterManyAllOrNone(t *testing.T) {
	f := newFixture(t)
	var contents []string
	for i := range types.MaxWorksPerMessage {
		contents = append(contents, fmt.Sprint("photo ", i))
	}
	require.Len(t, f.register(alice, contents...), types.MaxWorksPerMessage)

	_, err := f.tryRegister(alice, false, append(contents, "one more")...)
	require.ErrorIs(t, err, types.ErrInvalidMessage)
	_, err = f.tryRegister(alice, false)
	require.ErrorIs(t, err, types.ErrInvalidMessage)

	_, err = f.tryRegister(bob, false, "new", contents[7])
	require.ErrorIs(t, err, types.ErrAlreadyClaimed)
	require.ErrorContains(t, err, "works[1]")
	require.Empty(t, f.resolve("sha256", digestOf("new").String()))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestRegisterAContentOnce(t *testing.T) {
	f := newFixture(t)
	f.register(alice, "poem")
	f.nextBlock()
	_, err := f.tryRegister(alice, false, "poem")
	require.ErrorIs(t, err, types.ErrAlreadyRegistered)
	_, err = f.tryRegister(alice, true, "poem")
	require.ErrorIs(t, err, types.ErrAlreadyRegistered)
	_, err = f.tryRegister(bob, false, "song", "song")
	require.ErrorIs(t, err, types.ErrInvalidMessage)
	require.ErrorContains(t, err, "works[1] has the same sha256 as works[0]")
}

func TestAnothersContentNeedsAllowContested(t *testing.T) {
	f := newFixture(t)
	first := f.register(alice, "poem")[0]
	f.nextBlock()
	_, err := f.tryRegister(bob, false, "poem")
	require.ErrorIs(t, err, types.ErrAlreadyClaimed)
	require.ErrorContains(t, err, first.String())
	require.ErrorContains(t, err, "allow_contested")

	second := types.NewWorkID(bob, sha256.Sum256([]byte("poem")))
	f.must(&types.MsgRegister{Registrant: bob.String(), AllowContested: true, Works: []types.Entry{entry("poem")}},
		&types.EventWorkRegistered{Work: second, Owner: bob.String(), Sha256: digestOf("poem"), Kind: types.KIND_TEXT, Contested: true})

	require.Equal(t, []types.WorkID{first, second}, f.resolve("sha256", digestOf("poem").String()))
	require.False(t, f.work(first).Contested)
	require.True(t, f.work(first).AlsoClaimedLater)
	require.True(t, f.work(second).Contested)
	require.False(t, f.work(second).AlsoClaimedLater)
}

func TestClaimsAreInOrderOfTransactionAndRank(t *testing.T) {
	f := newFixture(t)
	f.nextTx()
	later := f.register(bob, "poem")[0]
	// Within one transaction each claim to a content gets the next rank.
	ids, err := f.tryRegister(carol, true, "poem")
	require.NoError(t, err)
	require.Equal(t, uint32(1), f.work(ids[0]).ClaimedSince.Rank)
	f.ctx = f.ctx.WithTxIndex(-1) // outside of transactions: counts as 0
	earlier, err := f.tryRegister(alice, true, "poem")
	require.NoError(t, err)
	require.Equal(t, []types.WorkID{earlier[0], later, ids[0]}, f.resolve("sha256", digestOf("poem").String()))
	for i, id := range []types.WorkID{earlier[0], later, ids[0]} {
		require.Equal(t, i > 0, f.work(id).Contested, i)
		require.Equal(t, i < 2, f.work(id).AlsoClaimedLater, i)
	}
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

// A claim of the same moment and a lower rank is older, one of a higher younger.
func TestRankDecidesWithinATransaction(t *testing.T) {
	f := newFixture(t)
	first := f.register(alice, "poem")[0]
	second, err := f.tryRegister(bob, true, "poem")
	require.NoError(t, err)
	require.False(t, f.work(first).Contested)
	require.True(t, f.work(first).AlsoClaimedLater)
	require.True(t, f.work(second[0]).Contested)
	require.False(t, f.work(second[0]).AlsoClaimedLater)
}

func TestOneOwnersClaimsNeverContestEachOther(t *testing.T) {
	f := newFixture(t)
	first := f.register(alice, "poem")[0]
	f.nextBlock()
	f.transfer(first, alice, bob)
	// Bob owns the first claim now, so his own is uncontested.
	second := f.register(bob, "poem")[0]
	for _, id := range []types.WorkID{first, second} {
		require.False(t, f.work(id).Contested)
		require.False(t, f.work(id).AlsoClaimedLater)
	}
	// It does contest when the first goes to somebody else.
	f.transfer(first, bob, carol)
	require.True(t, f.work(second).Contested)
	require.True(t, f.work(first).AlsoClaimedLater)
	// A third claim is contested by both.
	third, err := f.tryRegister(account("dave"), true, "poem")
	require.NoError(t, err)
	require.True(t, f.work(third[0]).Contested)
	// Alice sold her claim and registered before: she cannot again.
	_, err = f.tryRegister(alice, true, "poem")
	require.ErrorIs(t, err, types.ErrAlreadyRegistered)
}
