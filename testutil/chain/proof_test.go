package chain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	sig "github.com/stemma-chain/stemma/client/proof/signed"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// validators are so many of equal power, of whom an eighth changes every 512 blocks.
func validators(n int) chain.Validators {
	made := map[string]chain.Validator{} // keys take long to make
	return func(height int64) []chain.Validator {
		list := make([]chain.Validator, n)
		for i := range list {
			term := (height/512 + int64(i%8)) / 8
			name := fmt.Sprintf("validator %d of term %d", i, term)
			if _, known := made[name]; !known {
				made[name] = chain.NamedValidator(name, 1_000_000)
			}
			list[i] = made[name]
		}
		return list
	}
}

// story is a chain on which everything happened that proofs are about.
type story struct {
	*chain.Chain
	song, copied, remix, mix chain.Work
	grant                    licensetypes.GrantID
	dispute                  disputetypes.DisputeID
	anchored                 prf.Question
	// payment is a transaction that pays the mix, in whose block its holders change too; withdrawal takes a balance out.
	payment, withdrawal prf.Trust
	set                 set
}

func tell(t *testing.T, signed chain.Validators) *story {
	c := chain.New(t, chain.Signed(signed), chain.Balance("100000000uusdc"))
	s := &story{Chain: c}
	salt, content := [32]byte{7}, chain.Digest("draft.txt")
	leaves := [][32]byte{
		anchor.Leaf(chain.ID, carol.Address, [32]byte{6}, chain.Digest("other.txt")),
		anchor.Leaf(chain.ID, carol.Address, salt, content),
		{5},
	}
	root, paths, err := anchor.Build(leaves)
	require.NoError(t, err)
	c.MustDeliver(carol, &registrytypes.MsgAnchor{Account: carol.String(), Root: root, Total: 3})
	s.anchored = prf.OfAnchor(carol.String(), content, registrytypes.NewAnchorProof(root, salt, paths[1]))

	s.song = c.Register("song", alice)
	msg := chain.RegisterMsg(bob, "song")
	msg.AllowContested = true
	c.MustDeliver(bob, msg)
	s.copied = chain.WorkOf("song", bob)
	c.Offer(s.song, remix10)
	offer := chain.OfferMsg(s.song, chain.Preset("ai-training-paid"))
	offer.Offer.Price = sdk.NewCoins(coin(t, "3000000uusdc"))
	c.MustDeliver(alice, offer)
	s.remix = c.Derive("remix", bob, s.song.Under(remix10))
	s.mix = c.Derive("mix", carol, s.remix.Under(remix5))
	s.acquire(t)
	s.contest()

	pay := c.Sign(fan, chain.PayMsg(fan, s.mix, coin(t, "7000000uusdc")))
	share := c.Sign(carol, &royaltytypes.MsgAssignShares{Holder: carol.String(), Work: s.mix.ID, Shares: []royaltytypes.Assignment{
		{Account: carol.String(), Weight: 600_000}, {Account: chain.Named("dave").String(), Weight: 400_000},
	}})
	again := c.Sign(chain.Named("erin"), chain.PayMsg(chain.Named("erin"), s.mix, coin(t, "1000000uusdc")))
	c.Block(pay, share, again).RequireOK(t)
	s.payment = prf.Trust{Height: c.Height(), Hash: [32]byte(cmttypes.Tx(again).Hash())}
	c.NextBlock()
	c.Pay(fan, s.song, "5000uusdc")
	out := c.Sign(alice, &royaltytypes.MsgWithdraw{Account: alice.String()})
	c.Block(out).RequireOK(t)
	s.withdrawal = prf.Trust{Height: c.Height(), Hash: [32]byte(cmttypes.Tx(out).Hash())}
	s.set = tellSet(c, s.remix)
	c.NextBlock()
	c.NextBlock()
	return s
}

func (s *story) acquire(t *testing.T) {
	terms, fee := chain.Preset("ai-training-paid"), coin(t, "100000000uusdc")
	res := s.Deliver(fan, &licensetypes.MsgAcquire{
		Licensee: fan.String(), Work: s.song.ID, Terms: terms, Serial: 1, MaxFee: &fee, Seen: s.Seen(s.song, terms),
	})
	require.NoError(t, res.Err())
	s.grant = licensetypes.NewGrantID(s.song.ID, terms, fan.Address, 1)
}

// contest opens a dispute about the copy, whose holder may still answer.
func (s *story) contest() {
	s.dispute = disputetypes.NewDisputeID(s.copied.ID, alice.Address, 1)
	s.MustDeliver(alice, &disputetypes.MsgOpen{
		Challenger: alice.String(), Work: s.copied.ID, Kind: disputetypes.KIND_PRIOR_CLAIM,
		Claim:    disputetypes.Redress{Invalidate: true, Successor: s.song.ID, Past: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 77))},
		Evidence: []disputetypes.Evidence{{Sha256: chain.Digest("a letter"), Uri: "https://example.org/letter"}},
		Bond:     sdk.NewCoins(sdk.NewInt64Coin("uusdc", 50_000_000)),
	})
}

func coin(t *testing.T, text string) sdk.Coin {
	c, err := amounts.ParseCoin(text)
	require.NoError(t, err)
	return c
}

// questions are one of each kind, and several about rights.
func (s *story) questions() []prf.Question {
	of := func(kind prf.Kind, request proto.Message) prf.Question {
		return prf.Question{Kind: kind, Request: request}
	}
	rights := func(work chain.Work, action licensetypes.Action, commercial bool, licensee string) prf.Question {
		return prf.AskRights(work.ID, licensetypes.Use{Action: action, Commercial: commercial}, licensee)
	}
	anchored := s.anchored
	anchored.Kind, anchored.Opening = prf.Anchor, nil
	return []prf.Question{
		of(prf.Claim, &registrytypes.QueryWorkRequest{Work: s.song.ID}),
		of(prf.Claim, &registrytypes.QueryWorkRequest{Work: s.copied.ID}),
		of(prf.Claim, &registrytypes.QueryWorkRequest{Work: s.mix.ID}),
		anchored, s.anchored,
		of(prf.Title, &registrytypes.QueryOwnersRequest{Work: s.song.ID}),
		of(prf.Offers, &licensetypes.QueryOffersRequest{Work: s.song.ID}),
		of(prf.Grant, &licensetypes.QueryGrantRequest{Grant: s.grant}),
		rights(s.song, licensetypes.ACTION_TRAIN_AI, true, fan.String()),
		rights(s.song, licensetypes.ACTION_TRAIN_AI, true, ""),
		rights(s.song, licensetypes.ACTION_ADAPT, true, ""),
		rights(s.mix, licensetypes.ACTION_PERFORM, true, alice.String()),
		of(prf.Derivation, &lineagetypes.QueryDerivationRequest{Work: s.mix.ID}),
		of(prf.Sources, &lineagetypes.QuerySourcesRequest{Work: s.mix.ID}),
		of(prf.Holders, &royaltytypes.QueryHoldersRequest{Work: s.mix.ID}),
		of(prf.Balances, &royaltytypes.QueryBalancesRequest{Account: carol.String()}),
		of(prf.Dispute, &disputetypes.QueryDisputeRequest{Dispute: s.dispute}),
		of(prf.Manifest, &registrytypes.QueryManifestRequest{Work: s.set.work}),
		of(prf.Item, s.set.item(1)),
		of(prf.Item, s.set.item(2)),
		of(prf.Item, s.set.item(3)),
		of(prf.Part, s.set.part("uusdc")),
		of(prf.Part, s.set.part("ustem")),
	}
}

func maker(t testing.TB, c *chain.Chain) gather.Maker {
	e, err := encoding.New()
	require.NoError(t, err)
	return gather.Maker{Node: chain.Node{Chain: c}, Encoding: e}
}

// policy is that of somebody who checks right after the last block.
func policy(c *chain.Chain) prf.Policy { return prf.Policy{Now: c.Now(), Period: prf.DefaultPeriod} }

// reread writes a proof and reads it again, and checks that the bytes are the same.
func reread(t testing.TB, p *prf.Proof) (*prf.Proof, []byte) {
	raw := p.Encode()
	q, err := prf.Read(raw)
	require.NoError(t, err)
	require.Equal(t, raw, q.Encode())
	return q, raw
}

// What a proof tells is what the chain answers, of every kind; and it follows from the header that it begins at.
func TestProofsTellWhatTheChainAnswers(t *testing.T) {
	s := tell(t, validators(4))
	m := maker(t, s.Chain)
	for _, q := range s.questions() {
		p, err := m.Answer(context.Background(), q, gather.Options{})
		require.NoError(t, err, q.Kind)
		p, raw := reread(t, p)
		proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
		require.NoError(t, err)
		require.Equal(t, q.Kind, proven.Kind)
		require.Equal(t, s.Height(), proven.Height)

		method, request, err := q.Asked()
		require.NoError(t, err)
		ctx, err := s.App.CreateQueryContext(s.Height()-1, false)
		require.NoError(t, err)
		res, err := s.App.GRPCQueryRouter().Route(method)(ctx.WithBlockTime(s.Now()), &abci.RequestQuery{Data: request})
		require.NoError(t, err)
		answer, err := proto.Marshal(proven.Answer)
		require.NoError(t, err)
		require.Equal(t, res.Value, answer, q.Kind)
		t.Logf("%-11s %6d bytes", q.Kind, len(raw))

		_, err = p.Verify(prf.Trust{Height: s.Height(), Hash: [32]byte{1}}, policy(s.Chain))
		require.ErrorIs(t, err, prf.ErrRefuted)
		_, err = p.Verify(prf.Trust{Height: 1, Hash: [32]byte{1}}, policy(s.Chain))
		require.ErrorIs(t, err, prf.ErrUnverified)
	}
}

// A payment of three generations, in whose block the holders change before it: the proof says what the chain assigned, and that
// is what accounts received.
func TestAProofOfAPaymentSaysWhatWasAssigned(t *testing.T) {
	s := tell(t, validators(4))
	m := maker(t, s.Chain)
	p, err := m.Deed(context.Background(), s.payment.Height, s.payment.Hash[:], gather.Options{})
	require.NoError(t, err)
	p, raw := reread(t, p)
	proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
	require.NoError(t, err)
	t.Logf("%d bytes", len(raw))
	var done struct {
		Code     uint32
		Messages []struct {
			Payments []struct {
				Epoch string
				Lists struct {
					Payees []struct {
						Account string
						Amount  struct{ Amount string }
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(proven.Told, &done))
	require.Len(t, done.Messages, 1)
	paid := done.Messages[0].Payments
	require.Len(t, paid, 1)
	got := map[string]string{}
	for _, payee := range paid[0].Lists.Payees {
		got[payee.Account] = payee.Amount.Amount
	}
	// 10 % to the song, 5 % to the remix, the rest by the new shares of 60 and 40 %.
	require.Equal(t, map[string]string{
		alice.String(): "100000", bob.String(): "50000", carol.String(): "510000", chain.Named("dave").String(): "340000",
	}, got)

	answer, err := royaltytypes.NewQueryClient(s.Conn()).Assigned(context.Background(), &royaltytypes.QueryAssignedRequest{
		Work: s.mix.ID, Epoch: 2, Amount: "1000000uusdc", Height: uint64(s.payment.Height),
	})
	require.NoError(t, err)
	for _, payee := range answer.Payees {
		require.Equal(t, got[payee.Account], payee.Amount.Amount.String())
	}
	require.Equal(t, "2", paid[0].Epoch)
	s.RequireBalance(chain.Named("dave"), "100340000uusdc")
}

// What was collected is proved by the answer of the transaction, and one that failed says so.
func TestAProofOfWhatWasCollected(t *testing.T) {
	s := tell(t, validators(4))
	m := maker(t, s.Chain)
	p, err := m.Deed(context.Background(), s.withdrawal.Height, s.withdrawal.Hash[:], gather.Options{})
	require.NoError(t, err)
	p, _ = reread(t, p)
	proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
	require.NoError(t, err)
	require.Contains(t, string(proven.Told), `"amount":"5000"`)

	fails := s.Sign(bob, &royaltytypes.MsgWithdraw{Account: bob.String(), Denoms: []string{"nothing"}})
	s.Block(fails)
	s.NextBlock()
	s.NextBlock()
	p, err = m.Deed(context.Background(), s.Height()-2, cmttypes.Tx(fails).Hash(), gather.Options{})
	require.NoError(t, err)
	p, _ = reread(t, p)
	proven, err = p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
	require.NoError(t, err)
	require.NotContains(t, string(proven.Told), `"code":0`)
}

// A claim at 100 equal validators: from the header it is read under, from one 10,000 blocks later without signatures, and from
// one 1,000 blocks earlier over changes of the set.
func TestSizesAndTimesOfAClaim(t *testing.T) {
	later, set := int64(10_000), 100
	if testing.Short() {
		later = 2_000
	}
	s := tell(t, validators(set))
	for s.Height() < 1_100 {
		s.NextBlock()
	}
	m, ctx := maker(t, s.Chain), context.Background()
	q := s.questions()[1] // the contested one is the largest
	from := s.Height()
	p, err := m.Answer(ctx, q, gather.Options{})
	require.NoError(t, err)
	measure(t, s, "the same header", p, 16_000)

	before := prf.TrustIn(s.Head(from - 1_000).Header)
	p, err = m.Answer(ctx, q, gather.Options{Trust: &before})
	require.NoError(t, err)
	require.NotEqual(t, s.Head(from-1_000).Header.NextValidatorsHash, s.Head(from).Header.ValidatorsHash)
	measure(t, s, fmt.Sprintf("1,000 blocks earlier, %d signed headers", len(p.Hops)), p, 16_000)

	near := prf.TrustIn(s.Head(from - 10).Header)
	p, err = m.Answer(ctx, q, gather.Options{Trust: &near})
	require.NoError(t, err)
	require.Len(t, p.Hops, 1)
	measure(t, s, "10 blocks earlier, one signed header", p, 16_000)

	old := p
	for s.Height() < from+later {
		s.NextBlock()
	}
	now := prf.TrustIn(s.Head(s.Height()).Header)
	p, err = m.Refresh(ctx, old, &now)
	require.NoError(t, err)
	require.Empty(t, p.Hops)
	measure(t, s, fmt.Sprintf("%d blocks later", later), p, 7_000)
}

// A proof is made to begin at any later header, one that is earlier than where it began before too.
func TestRefreshingForthAndBack(t *testing.T) {
	s := tell(t, validators(1))
	m, ctx := maker(t, s.Chain), context.Background()
	p, err := m.Answer(ctx, s.questions()[0], gather.Options{})
	require.NoError(t, err)
	from := s.Height()
	for s.Height() < from+150 {
		s.NextBlock()
	}
	for _, height := range []int64{from + 149, from + 3, from + 70, from + 1, from, from - 2, from + 128} {
		trust := prf.TrustIn(s.Head(height).Header)
		p, err = m.Refresh(ctx, p, &trust)
		require.NoError(t, err, height)
		p, _ = reread(t, p)
		_, err = p.Verify(trust, policy(s.Chain))
		require.NoError(t, err)
	}
}

func measure(t *testing.T, s *story, what string, p *prf.Proof, most int) {
	p, raw := reread(t, p)
	_, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
	require.NoError(t, err)
	start := time.Now()
	for range 5 {
		q, err := prf.Read(raw)
		require.NoError(t, err)
		_, err = q.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
		require.NoError(t, err)
	}
	t.Logf("%s: %d bytes, verified in %s", what, len(raw), time.Since(start)/5)
	require.Less(t, len(raw), most, what)
}

// Whoever holds the keys of validators that have left can sign another past. It is refused beyond the period in which these can be
// punished, with an error of its own, and by the log of headers always.
func TestAForgedPast(t *testing.T) {
	signed := validators(10)
	s := tell(t, signed)
	for s.Height() < 600 {
		s.NextBlock()
	}
	m, ctx := maker(t, s.Chain), context.Background()
	begin := s.Head(20).Header
	trust := prf.TrustIn(begin)

	// Another header 30, whose state gives the song to mallory, signed by those who were validators then.
	other := tell(t, validators(10))
	forged := *other.Head(other.Height()).Header
	forged.Height, forged.Time, forged.ChainID = 30, begin.Time.Add(10*time.Second), begin.ChainID
	forged.ValidatorsHash, forged.NextValidatorsHash = begin.NextValidatorsHash, begin.NextValidatorsHash
	genuine, err := m.Answer(ctx, s.questions()[0], gather.Options{Height: 30, Trust: &trust})
	require.NoError(t, err)
	fake, err := maker(t, other.Chain).Answer(ctx, other.questions()[0], gather.Options{})
	require.NoError(t, err)
	set, _ := sig.SetOf(s.Set(30))
	commit, whole := sig.Take(set, &forged, chain.CommitOf(&forged, signed(30)))
	require.True(t, whole)
	genuine.Hops[0].Header, genuine.Hops[0].Commit, genuine.State = &forged, commit, fake.State
	forgery, _ := reread(t, genuine)

	// While the validators can be punished their signatures count; nobody can tell.
	_, err = forgery.Verify(trust, prf.Policy{Now: forged.Time.Add(time.Hour), Period: prf.DefaultPeriod})
	require.NoError(t, err)
	_, err = forgery.Verify(trust, prf.Policy{Now: begin.Time.Add(prf.DefaultPeriod), Period: prf.DefaultPeriod})
	require.ErrorIs(t, err, prf.ErrUnverified)
	_, err = forgery.Verify(trust, prf.Policy{Now: begin.Time.Add(-time.Hour), Period: prf.DefaultPeriod})
	require.ErrorIs(t, err, prf.ErrUnverified)

	// From a later header only the log leads back, and it has the genuine header of that height.
	now := prf.TrustIn(s.Head(s.Height()).Header)
	back, err := m.Refresh(ctx, genuineAt(t, m, s, 30), &now)
	require.NoError(t, err)
	_, err = back.Verify(now, policy(s.Chain))
	require.NoError(t, err)
	back.Shown[0].Header, back.Shown[0].State = &forged, fake.State
	back, _ = reread(t, back)
	_, err = back.Verify(now, policy(s.Chain))
	require.ErrorIs(t, err, prf.ErrRefuted)

	// With fewer than over two thirds there is nothing to read.
	few := *forgery
	few.Hops = slices.Clone(forgery.Hops)
	few.Hops[0].Commit.Signatures = few.Hops[0].Commit.Signatures[1:]
	_, err = prf.Read(few.Encode())
	require.ErrorIs(t, err, prf.ErrUnreadable)
}

func genuineAt(t *testing.T, m gather.Maker, s *story, height int64) *prf.Proof {
	p, err := m.Answer(context.Background(), s.questions()[0], gather.Options{Height: height})
	require.NoError(t, err)
	return p
}
