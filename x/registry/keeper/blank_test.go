package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// owners asks for a work's chain of title.
func (f *fixture) owners(id types.WorkID) []types.Owner {
	f.t.Helper()
	res, err := f.query.Owners(f.ctx, &types.QueryOwnersRequest{Work: id})
	require.NoError(f.t, err)
	return res.Owners
}

// worded registers a work whose first version has text in every field, and
// revises it.
func (f *fixture) worded(doi types.Fingerprint) (types.WorkID, types.Details) {
	f.t.Helper()
	e := entry("poem")
	e.Details = types.Details{
		Kind: types.KIND_TEXT, Title: "My Diary", MediaType: "text/plain", DigitalSourceType: "digitalCreation",
		Creators:    []types.Creator{{Name: "Alice", Role: "author", Account: alice.String()}},
		MetadataUri: "https://example.org/alice", MetadataSha256: digestOf("metadata"), Fingerprints: []types.Fingerprint{doi},
	}
	ids, err := f.ids(f.send(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{e}}))
	require.NoError(f.t, err)
	f.nextBlock()
	return ids[0], e.Details
}

func TestTheOwnerTakesTextBack(t *testing.T) {
	f := newFixture(t)
	doi := types.Fingerprint{Scheme: "doi", Value: "10.1/1"}
	id, first := f.worded(doi)
	digest := first.TextDigest()
	require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: id, Details: details("Second", doi)}))
	before := f.work(id)

	res := f.must(&types.MsgBlankText{Sender: alice.String(), Work: id, Version: 1},
		&types.EventTextBlanked{Work: id, Sender: alice.String(), Versions: []uint32{1}})
	require.Equal(t, []uint32{1}, res.(*types.MsgBlankTextResponse).Versions)
	require.Equal(t, before, f.work(id), "the present version keeps its text")
	history, err := f.query.Revisions(f.ctx, &types.QueryRevisionsRequest{Work: id})
	require.NoError(t, err)
	require.Equal(t, types.Revision{
		CreatedAt: genesisTime, BlankedSha256: digest, Details: types.Details{
			Kind: types.KIND_TEXT, DigitalSourceType: "digitalCreation", MetadataSha256: digestOf("metadata"),
		},
	}, history.Revisions[0].Revision)

	// All versions: only those that still have text count.
	f.must(&types.MsgBlankText{Sender: alice.String(), Work: id},
		&types.EventTextBlanked{Work: id, Sender: alice.String(), Versions: []uint32{2}})
	blank := f.work(id)
	second := before.Details.TextDigest()
	require.Equal(t, second, blank.BlankedSha256)
	before.Details, before.BlankedSha256 = types.Details{Kind: types.KIND_TEXT}, blank.BlankedSha256
	require.Equal(t, before, blank, "everything else stays")
	require.Empty(t, f.resolve("doi", "10.1/1"))
	require.Equal(t, []types.WorkID{id}, f.resolve("sha256", digestOf("poem").String()))

	for version := range uint32(3) {
		err := f.try(&types.MsgBlankText{Sender: alice.String(), Work: id, Version: version})
		require.ErrorIs(t, err, types.ErrNothingToBlank)
	}
	require.ErrorIs(t, f.try(&types.MsgBlankText{Sender: alice.String(), Work: id, Version: 3}), types.ErrInvalidMessage)

	// New text is a new version, and the history stays blank.
	require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: id, Details: details("Third", doi)}))
	require.Equal(t, []types.WorkID{id}, f.resolve("doi", "10.1/1"))
	require.Empty(t, f.work(id).BlankedSha256)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestGovernanceTakesTextBackInAnyStatus(t *testing.T) {
	for _, status := range []types.Status{types.STATUS_ACTIVE, types.STATUS_WITHDRAWN, types.STATUS_DISPUTED, types.STATUS_INVALIDATED} {
		f := newFixture(t)
		id := f.register(alice, "poem")[0]
		f.setStatus(id, status)
		require.ErrorIs(t, f.try(&types.MsgBlankText{Sender: bob.String(), Work: id}), types.ErrNotOwner)
		f.must(&types.MsgBlankText{Sender: governance.String(), Work: id},
			&types.EventTextBlanked{Work: id, Sender: governance.String(), Versions: []uint32{1}})
		require.Equal(t, status, f.work(id).Status)
		require.Empty(t, f.work(id).Details.Title)
	}
}

func TestManyVersionsAreBlankedOneByOne(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	for i := range 256 {
		require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: id, Details: details(fmt.Sprint(i))}))
	}
	err := f.try(&types.MsgBlankText{Sender: alice.String(), Work: id})
	require.ErrorIs(t, err, types.ErrInvalidMessage)
	require.ErrorContains(t, err, "has 257 versions, a message blanks up to 256: name the version")
	require.NoError(t, f.try(&types.MsgBlankText{Sender: alice.String(), Work: id, Version: 257}))
}

// The digest is that of the text alone, and covers all of it.
func TestTextDigest(t *testing.T) {
	f := newFixture(t)
	_, full := f.worded(types.Fingerprint{Scheme: "doi", Value: "10.1/1"})
	digest := full.TextDigest()
	other := full
	other.Kind, other.MetadataSha256, other.DigitalSourceType = types.KIND_OTHER, types.Digest{}, ""
	same := other.TextDigest()
	require.Equal(t, digest, same)
	for name, change := range map[string]func(*types.Details){
		"title":    func(d *types.Details) { d.Title += "!" },
		"media":    func(d *types.Details) { d.MediaType = "" },
		"uri":      func(d *types.Details) { d.MetadataUri += "!" },
		"name":     func(d *types.Details) { d.Creators = []types.Creator{{Name: "A"}} },
		"print":    func(d *types.Details) { d.Fingerprints = nil },
		"no title": func(d *types.Details) { d.Title = "" },
	} {
		changed := full
		change(&changed)
		require.NotEqual(t, digest, changed.TextDigest(), name)
	}
}

// Text costs gas by the byte that is stored.
func TestTextIsPricedByTheByte(t *testing.T) {
	cost := func(title string) storetypes.Gas {
		f := newFixture(t)
		f.ctx = f.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		e := entry("poem")
		e.Details.Title = title
		require.NoError(t, f.try(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{e}}))
		return f.ctx.GasMeter().GasConsumed()
	}
	perByte := storetypes.KVGasConfig().WriteCostPerByte
	// 200 and 1,000 bytes have lengths of two bytes both.
	require.Equal(t, 800*perByte, cost(strings.Repeat("a", 1000))-cost(strings.Repeat("a", 200)))
}

func TestChainOfTitle(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	want := []types.Owner{{Number: 0, Owner: alice.String(), Since: genesisTime}}
	require.Equal(t, want, f.owners(id))
	for i, to := range []sdk.AccAddress{bob, carol, alice} {
		f.nextBlock()
		from, err := sdk.AccAddressFromBech32(want[i].Owner)
		require.NoError(t, err)
		f.transfer(id, from, to)
		want = append(want, types.Owner{Number: uint32(i) + 1, Owner: to.String(), Since: f.ctx.BlockTime()})
		require.Equal(t, want, f.owners(id))
	}
	page := &query.PageRequest{Limit: 3, Reverse: true, CountTotal: true}
	res, err := f.query.Owners(f.ctx, &types.QueryOwnersRequest{Work: id, Pagination: page})
	require.NoError(t, err)
	require.Equal(t, []types.Owner{want[3], want[2], want[1]}, res.Owners)
	require.EqualValues(t, 4, res.Pagination.Total)
	page.Key = res.Pagination.NextKey
	res, err = f.query.Owners(f.ctx, &types.QueryOwnersRequest{Work: id, Pagination: page})
	require.NoError(t, err)
	require.Equal(t, want[:1], res.Owners)
	require.Nil(t, res.Pagination.NextKey)
	_, err = f.query.Owners(f.ctx, &types.QueryOwnersRequest{Work: types.WorkID{9}})
	require.ErrorContains(t, err, "register it first")
}
