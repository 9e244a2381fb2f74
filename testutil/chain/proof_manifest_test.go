package chain_test

import (
	"context"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// What a manifest has, whether an item of it was withdrawn, and what was collected of a part, is proved as it was at a height.
func TestProofsOfManifests(t *testing.T) {
	c := chain.New(t, chain.Signed(validators(4)), chain.Balance("100000000uusdc"))
	item := func(content string, from chain.Account) manifest.Item {
		return manifest.Item{
			Sha256: chain.Digest(content), Contributor: manifest.Contributor{Kind: manifest.Account, ID: from.Address}, Weight: 1,
		}
	}
	made := manifests.Of(item("a", alice), item("b", bob), item("c", bob))
	roots := made.Roots()
	work := registrytypes.NewWorkID(carol.Address, roots.Digest())
	c.MustDeliver(carol, &registrytypes.MsgRegister{Registrant: carol.String(), Works: []registrytypes.Entry{{
		Sha256: roots.Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET}, Manifest: &roots,
	}}}, &royaltytypes.MsgSharePool{Owner: carol.String(), Work: work, Version: 1, Weight: 300_000})
	place := 0
	if made.Contributors[1].Contributor.ID[0] == bob.Address[0] {
		place = 1
	}
	part := made.Contributor(place)
	c.Pay(fan, chain.Work{ID: work, Owner: carol}, "1000000uusdc")
	c.MustDeliver(fan, &royaltytypes.MsgCollect{Sender: fan.String(), Work: work, Version: 1, Entries: []registrytypes.ContributorProof{part}})
	c.Pay(fan, chain.Work{ID: work, Owner: carol}, "1000000uusdc")
	before := c.Height()
	contributor := registrytypes.Contributor{Account: bob.String()}
	c.MustDeliver(bob, &registrytypes.MsgWithdrawItems{
		Sender: bob.String(), Work: work, Version: 1, Contributor: contributor, Items: []registrytypes.ItemProof{made.Item(1)},
	})
	c.NextBlock()

	m := maker(t, c)
	prove := func(kind prf.Kind, request proto.Message, height int64) proto.Message {
		p, err := m.Answer(context.Background(), prf.Question{Kind: kind, Request: request}, gather.Options{Height: height})
		require.NoError(t, err)
		p, raw := reread(t, p)
		proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(c))
		require.NoError(t, err)
		t.Logf("%-8s %6d bytes", kind, len(raw))
		return proven.Answer
	}
	answer := prove(prf.Manifest, &registrytypes.QueryManifestRequest{Work: work}, 0).(*registrytypes.QueryManifestResponse)
	require.Equal(t, roots, answer.Manifest.Roots)
	require.EqualValues(t, 1, answer.Withdrawals.Count)
	asked := func(index int) *registrytypes.QueryItemRequest {
		return &registrytypes.QueryItemRequest{Work: work, Version: 1, Contributor: contributor, Item: made.Item(index)}
	}
	require.EqualValues(t, 1, prove(prf.Item, asked(1), 0).(*registrytypes.QueryItemResponse).Status.Number)
	require.Zero(t, prove(prf.Item, asked(2), 0).(*registrytypes.QueryItemResponse).Status.Number)
	require.Zero(t, prove(prf.Item, asked(1), before).(*registrytypes.QueryItemResponse).Status.Number, "as it was before")
	got := prove(prf.Part, &royaltytypes.QueryPartRequest{Work: work, Version: 1, Denom: "uusdc", Proof: part}, 0).(*royaltytypes.QueryPartResponse)
	require.Equal(t, []string{"600000", "400000", "200000"}, []string{got.Total.String(), got.Own.String(), got.Collected.String()})
	_, err := m.Answer(context.Background(), prf.Question{Kind: prf.Item, Request: asked(0)}, gather.Options{})
	require.Error(t, err, "another's item")
}
