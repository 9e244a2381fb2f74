package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// transfer offers a work and accepts it as x/royalty does.
func (f *fixture) transfer(id types.WorkID, from, to sdk.AccAddress) {
	f.t.Helper()
	number := f.offers(id) + 1
	f.must(&types.MsgOfferTransfer{Owner: from.String(), Work: id, Recipient: to.String()},
		&types.EventTransferOffered{Work: id, Owner: from.String(), Recipient: to.String(), Number: number})
	previous, err := f.k.Transfer(f.ctx, id, to, f.work(id).Version, number)
	require.NoError(f.t, err)
	require.Equal(f.t, from, previous)
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
}

// transfers is how often a work changed hands.
func (f *fixture) transfers(id types.WorkID) uint32 {
	work, err := f.k.GetWork(f.ctx, id)
	require.NoError(f.t, err)
	return work.Transfers
}

// offers is how often a work was put on offer.
func (f *fixture) offers(id types.WorkID) uint32 {
	work, err := f.k.GetWork(f.ctx, id)
	require.NoError(f.t, err)
	return work.TransferOffers
}

func TestReviseKeepsHistory(t *testing.T) {
	f := newFixture(t)
	doi, isrc := types.Fingerprint{Scheme: "doi", Value: "10.1/1"}, types.Fingerprint{Scheme: "isrc", Value: "USRC17607839"}
	url := types.Fingerprint{Scheme: "url", Value: "https://example.org/"}
	e := entry("poem")
	e.Details = details("First", doi, isrc)
	require.NoError(t, f.try(&types.MsgRegister{Registrant: alice.String(), Works: []types.Entry{e}}))
	id := f.resolve("doi", "10.1/1")[0]
	f.nextBlock()

	res := f.must(&types.MsgRevise{Owner: alice.String(), Work: id, Details: details("Second", isrc, url)},
		&types.EventWorkRevised{Work: id, Version: 2})
	require.Equal(t, uint32(2), res.(*types.MsgReviseResponse).Version)
	require.Equal(t, "Second", f.work(id).Details.Title)
	require.Equal(t, genesisTime, f.work(id).ClaimedSince.Time)
	require.Empty(t, f.resolve("doi", "10.1/1"))
	require.Equal(t, []types.WorkID{id}, f.resolve("isrc", "USRC17607839"))
	require.Equal(t, []types.WorkID{id}, f.resolve("url", "https://example.org/"))

	history, err := f.query.Revisions(f.ctx, &types.QueryRevisionsRequest{Work: id})
	require.NoError(t, err)
	require.Equal(t, []types.NumberedRevision{
		{Version: 1, Revision: types.Revision{Details: e.Details, CreatedAt: genesisTime}},
		{Version: 2, Revision: types.Revision{Details: details("Second", isrc, url), CreatedAt: f.ctx.BlockTime()}},
	}, history.Revisions)

	request := &types.QueryRevisionsRequest{Work: id, Pagination: &query.PageRequest{Limit: 1, Reverse: true, CountTotal: true}}
	page, err := f.query.Revisions(f.ctx, request)
	require.NoError(t, err)
	require.Equal(t, history.Revisions[1:], page.Revisions)
	require.EqualValues(t, 2, page.Pagination.Total)
	request.Pagination.Key = page.Pagination.NextKey
	page, err = f.query.Revisions(f.ctx, request)
	require.NoError(t, err)
	require.Equal(t, history.Revisions[:1], page.Revisions)
	require.Nil(t, page.Pagination.NextKey)
}

func TestOnlyTheOwnerDecides(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	by := bob.String()
	require.NoError(t, f.try(&types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: carol.String()}))
	for _, msg := range []sdk.Msg{
		&types.MsgRevise{Owner: by, Work: id, Details: details("Mine")},
		&types.MsgOfferTransfer{Owner: by, Work: id, Recipient: carol.String()},
		&types.MsgCancelTransfer{Owner: by, Work: id},
		&types.MsgWithdrawWork{Owner: by, Work: id},
		&types.MsgRestoreWork{Owner: by, Work: id},
		&types.MsgBlankText{Sender: by, Work: id},
	} {
		require.ErrorIs(t, f.try(msg), types.ErrNotOwner, sdk.MsgTypeURL(msg))
	}
}

func TestUnknownAndMissingWorks(t *testing.T) {
	f := newFixture(t)
	for work, want := range map[types.WorkID]error{{9}: types.ErrWorkNotFound, {}: types.ErrInvalidID} {
		owner := alice.String()
		for _, msg := range []sdk.Msg{
			&types.MsgRevise{Owner: owner, Work: work, Details: details("Mine")},
			&types.MsgOfferTransfer{Owner: owner, Work: work, Recipient: carol.String()},
			&types.MsgCancelTransfer{Owner: owner, Work: work},
			&types.MsgWithdrawWork{Owner: owner, Work: work},
			&types.MsgRestoreWork{Owner: owner, Work: work},
			&types.MsgBlankText{Sender: owner, Work: work},
			&types.MsgProveAnchor{Registrant: owner, Work: work, Proof: prove(alice, "poem")[0]},
		} {
			require.ErrorIs(t, f.try(msg), want, "%s %s", sdk.MsgTypeURL(msg), work)
		}
	}
}

func TestWithdrawAndRestore(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	withdraw := &types.MsgWithdrawWork{Owner: alice.String(), Work: id}
	restore := &types.MsgRestoreWork{Owner: alice.String(), Work: id}
	require.ErrorIs(t, f.try(restore), types.ErrInvalidStatus)
	f.must(withdraw, &types.EventWorkStatusChanged{Work: id, Status: types.STATUS_WITHDRAWN})
	require.ErrorIs(t, f.try(withdraw), types.ErrInvalidStatus)
	// A withdrawn work can still be revised and given away.
	require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: id, Details: details("Second")}))
	f.transfer(id, alice, bob)
	restore.Owner = bob.String()
	f.must(restore, &types.EventWorkStatusChanged{Work: id, Status: types.STATUS_ACTIVE})
}

func TestDisputedWorksStay(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	offer := &types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: bob.String()}
	require.NoError(t, f.try(offer))
	for _, status := range []types.Status{types.STATUS_DISPUTED, types.STATUS_INVALIDATED} {
		f.setStatus(id, status)
		require.ErrorIs(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: id, Details: details("x")}), types.ErrOnHold)
		require.ErrorIs(t, f.try(offer), types.ErrOnHold)
		require.ErrorIs(t, f.try(&types.MsgWithdrawWork{Owner: alice.String(), Work: id}), types.ErrOnHold)
		require.ErrorIs(t, f.try(&types.MsgRestoreWork{Owner: alice.String(), Work: id}), types.ErrOnHold)
		_, err := f.k.Transfer(f.ctx, id, bob, 1, 1)
		require.ErrorIs(t, err, types.ErrOnHold)
	}
}

func TestTransferInTwoSteps(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	_, err := f.k.Transfer(f.ctx, id, bob, 1, 0)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
	_, err = f.k.Transfer(f.ctx, types.WorkID{1}, bob, 1, 0)
	require.ErrorIs(t, err, types.ErrWorkNotFound)

	offer := &types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: alice.String()}
	require.ErrorIs(t, f.try(offer), types.ErrInvalidTransfer)
	offer.Recipient = "nobody"
	require.ErrorIs(t, f.try(offer), types.ErrInvalidMessage)
	offer.Recipient = carol.String()
	require.NoError(t, f.try(offer))
	f.nextBlock()
	offer.Recipient = bob.String() // replaces the offer to Carol
	require.NoError(t, f.try(offer))
	shown, err := f.query.Transfer(f.ctx, &types.QueryTransferRequest{Work: id})
	require.NoError(t, err)
	require.Equal(t, &types.QueryTransferResponse{Recipient: bob.String(), OfferedAt: f.ctx.BlockTime(), Number: 2}, shown)

	_, err = f.k.Transfer(f.ctx, id, carol, 1, 2)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
	require.NoError(t, f.try(&types.MsgRevise{Owner: alice.String(), Work: id, Details: details("Changed")}))
	_, err = f.k.Transfer(f.ctx, id, bob, 1, 2)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
	for _, number := range []uint32{0, 1, 3} {
		_, err = f.k.Transfer(f.ctx, id, bob, 2, number)
		require.ErrorIs(t, err, types.ErrInvalidTransfer, "offer %d", number)
		require.ErrorContains(t, err, "offer 2")
	}
	previous, err := f.k.Transfer(f.ctx, id, bob, 2, 2)
	require.NoError(t, err)
	require.Equal(t, alice, previous)

	claim := f.work(id)
	require.Equal(t, bob.String(), claim.Owner)
	require.Equal(t, alice.String(), claim.Registrant)
	require.EqualValues(t, 1, f.transfers(id))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestCancelledTransferIsGone(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	cancel := &types.MsgCancelTransfer{Owner: alice.String(), Work: id}
	require.ErrorIs(t, f.try(cancel), types.ErrInvalidTransfer)
	require.NoError(t, f.try(&types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: bob.String()}))
	f.must(cancel, &types.EventTransferCancelled{Work: id})
	_, err := f.k.Transfer(f.ctx, id, bob, 1, 1)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
}

// While a transfer is on offer nothing is done that binds the next owner: what was withdrawn
// does not come back with its offers. Cancelling is always possible, and an offer that is made
// again has another number.
func TestWhatIsOnOfferIsNotRestored(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	offer := &types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: bob.String()}
	withdraw := &types.MsgWithdrawWork{Owner: alice.String(), Work: id}
	restore := &types.MsgRestoreWork{Owner: alice.String(), Work: id}
	res, _, err := f.send(offer)
	require.NoError(t, err)
	require.Equal(t, &types.MsgOfferTransferResponse{Number: 1}, res)
	require.NoError(t, f.try(withdraw), "which binds nobody")
	require.ErrorIs(t, f.try(restore), types.ErrOnOffer)
	require.NoError(t, f.try(&types.MsgCancelTransfer{Owner: alice.String(), Work: id}))
	require.NoError(t, f.try(restore))
	require.NoError(t, f.try(offer))
	_, err = f.k.Transfer(f.ctx, id, bob, 1, 1)
	require.ErrorContains(t, err, "offer 2 of "+id.String()+" is on, you expect 1")
	_, err = f.k.Transfer(f.ctx, id, bob, 1, 2)
	require.NoError(t, err)
	withdraw.Owner, restore.Owner = bob.String(), bob.String()
	require.NoError(t, f.try(withdraw))
	require.NoError(t, f.try(restore), "the new owner has a free hand")
}

// A previous owner keeps no power, and none comes back with the work.
func TestPreviousOwnerHasNoSay(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	f.transfer(id, alice, bob)
	for _, msg := range []sdk.Msg{
		&types.MsgRevise{Owner: alice.String(), Work: id, Details: details("Mine")},
		&types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: carol.String()},
		&types.MsgWithdrawWork{Owner: alice.String(), Work: id},
	} {
		require.ErrorIs(t, f.try(msg), types.ErrNotOwner)
	}
	// The offer to Bob is used up: it does not serve again when Alice is back.
	f.transfer(id, bob, alice)
	_, err := f.k.Transfer(f.ctx, id, bob, 1, 1)
	require.ErrorIs(t, err, types.ErrInvalidTransfer)
	require.EqualValues(t, 2, f.transfers(id), "no count comes again")
	require.ErrorIs(t, f.try(&types.MsgBlankText{Sender: bob.String(), Work: id}), types.ErrNotOwner)
	require.Equal(t, []types.WorkID{id}, f.owned(alice))
	require.Empty(t, f.owned(bob))
}

func (f *fixture) owned(owner sdk.AccAddress) []types.WorkID {
	res, err := f.query.Works(f.ctx, &types.QueryWorksRequest{Owner: owner.String()})
	require.NoError(f.t, err)
	ids := []types.WorkID{}
	for _, w := range res.Works {
		ids = append(ids, w.Id)
	}
	return ids
}
