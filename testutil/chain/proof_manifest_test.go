package chain_test

import (
	"context"
	"encoding/json"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// set is a dataset whose contributors were paid, and one of whom withdrew an item.
type set struct {
	work registrytypes.WorkID
	made *manifests.Made
	// before is the last height before the withdrawal.
	before int64
	// collected is the transaction that paid contributors, a work among them.
	collected prf.Trust
}

func tellSet(c *chain.Chain, remix chain.Work) set {
	from := func(account chain.Account) manifest.Contributor {
		return manifest.Contributor{Kind: manifest.Account, ID: account.Address}
	}
	item := func(content string, from manifest.Contributor) manifest.Item {
		return manifest.Item{Sha256: chain.Digest(content), Contributor: from, Weight: 1}
	}
	rich := item("c", from(bob))
	rich.Weight, rich.Terms, rich.Consent, rich.Time = 7, [32]byte{4}, chain.Digest("consent"), 1_700_000_000
	byWork := manifest.Contributor{Kind: manifest.Work, ID: remix.ID[:]}
	s := set{made: manifests.Of(item("a", from(alice)), item("b", from(bob)), rich, item("d", byWork))}
	roots := s.made.Roots()
	s.work = registrytypes.NewWorkID(carol.Address, roots.Digest())
	c.MustDeliver(carol, &registrytypes.MsgRegister{Registrant: carol.String(), Works: []registrytypes.Entry{{
		Sha256: roots.Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET}, Manifest: &roots,
	}}}, &royaltytypes.MsgSharePool{Owner: carol.String(), Work: s.work, Version: 1, Weight: 300_000})
	c.Pay(fan, chain.Work{ID: s.work, Owner: carol}, "1000000uusdc")
	collect := c.Sign(fan, &royaltytypes.MsgCollect{
		Sender: fan.String(), Work: s.work, Version: 1, Entries: []registrytypes.ContributorProof{s.proof(), s.workProof()},
	})
	c.Block(collect)
	s.collected = prf.Trust{Height: c.Height(), Hash: [32]byte(cmttypes.Tx(collect).Hash())}
	c.Pay(fan, chain.Work{ID: s.work, Owner: carol}, "1000000uusdc")
	s.before = c.Height()
	c.MustDeliver(bob, &registrytypes.MsgWithdrawItems{
		Sender: bob.String(), Work: s.work, Version: 1, Contributor: s.item(1).Contributor, Items: []registrytypes.ItemProof{s.made.Item(1)},
	})
	return s
}

func (s set) item(index int) *registrytypes.QueryItemRequest {
	return &registrytypes.QueryItemRequest{
		Work: s.work, Version: 1, Contributor: registrytypes.NewContributor(s.made.Items[index].Contributor), Item: s.made.Item(index),
	}
}

// proof is that of bob, who contributed most.
func (s set) proof() registrytypes.ContributorProof {
	for i, c := range s.made.Contributors {
		if c.Weight == 8 {
			return s.made.Contributor(i)
		}
	}
	panic("nobody contributed most")
}

// workProof is that of the work that contributed.
func (s set) workProof() registrytypes.ContributorProof {
	for i, c := range s.made.Contributors {
		if c.Kind == manifest.Work {
			return s.made.Contributor(i)
		}
	}
	panic("no work contributed")
}

func (s set) part(denom string) *royaltytypes.QueryPartRequest {
	return &royaltytypes.QueryPartRequest{Work: s.work, Version: 1, Denom: denom, Proof: s.proof()}
}

// An item is proved as it was at a height, and one that the manifest has not is not proved.
func TestProofsOfItems(t *testing.T) {
	s := tell(t, validators(4))
	m := maker(t, s.Chain)
	status := func(height int64) registrytypes.ItemStatus {
		p, err := m.Answer(context.Background(), prf.Question{Kind: prf.Item, Request: s.set.item(1)}, gather.Options{Height: height})
		require.NoError(t, err)
		p, _ = reread(t, p)
		proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
		require.NoError(t, err)
		return proven.Answer.(*registrytypes.QueryItemResponse).Status
	}
	require.EqualValues(t, 1, status(0).Number)
	require.Zero(t, status(s.set.before).Number)
	for _, change := range []func(*registrytypes.QueryItemRequest){
		func(r *registrytypes.QueryItemRequest) { r.Item.Weight++ }, func(r *registrytypes.QueryItemRequest) { r.Item.Index++ },
		func(r *registrytypes.QueryItemRequest) { r.Contributor.Account = alice.String() },
	} {
		request := s.set.item(1)
		change(request)
		_, err := m.Answer(context.Background(), prf.Question{Kind: prf.Item, Request: request}, gather.Options{})
		require.Error(t, err)
	}
	older := &registrytypes.QueryManifestRequest{Work: s.set.work, Version: 1}
	made := manifests.Of(s.set.made.Items[0])
	roots := made.Roots()
	s.MustDeliver(carol, &registrytypes.MsgRevise{
		Owner: carol.String(), Work: s.set.work, Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET}, Manifest: &roots,
	})
	s.NextBlock()
	p, err := m.Answer(context.Background(), prf.Question{Kind: prf.Manifest, Request: older}, gather.Options{})
	require.NoError(t, err)
	p, _ = reread(t, p)
	proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
	require.NoError(t, err)
	require.Equal(t, s.set.made.Roots(), proven.Answer.(*registrytypes.QueryManifestResponse).Manifest.Roots)
}

// What was collected is proved by its transaction: of a work with what its lists assign of it.
func TestAProofOfACollect(t *testing.T) {
	s := tell(t, validators(4))
	p, err := maker(t, s.Chain).Deed(context.Background(), s.set.collected.Height, s.set.collected.Hash[:], gather.Options{})
	require.NoError(t, err)
	p, _ = reread(t, p)
	proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
	require.NoError(t, err)
	var done struct {
		Messages []struct {
			Answer struct {
				Entries []struct{ Paid []struct{ Amount string } }
			}
			Payments []struct {
				Payer, Work string
				Lists       struct{ Payees []struct{ Account string } }
			}
		}
	}
	require.NoError(t, json.Unmarshal(proven.Told, &done))
	require.Equal(t, "240000", done.Messages[0].Answer.Entries[0].Paid[0].Amount)
	require.Equal(t, "30000", done.Messages[0].Answer.Entries[1].Paid[0].Amount)
	require.Len(t, done.Messages[0].Payments, 1)
	require.Equal(t, s.remix.String(), done.Messages[0].Payments[0].Work)
	require.Equal(t, royaltytypes.PoolAccount(s.set.work, 1).String(), done.Messages[0].Payments[0].Payer)
	require.NotEmpty(t, done.Messages[0].Payments[0].Lists.Payees)
}
