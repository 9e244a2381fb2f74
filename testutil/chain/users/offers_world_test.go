package users_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"pgregory.net/rapid"

	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/gen"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// world is a chain, and an index that is told of each block.
type world struct {
	*chain.Chain
	t      require.TestingT
	index  *index.Index
	finder *discover.Finder
	people []chain.Account
	works  []chain.Work
	terms  []licensetypes.TermsID
	// did counts what was done and not refused.
	did map[string]int
}

// conn answers for the node's own service too.
type conn struct {
	gogogrpc.ClientConn
	c *chain.Chain
}

func (n conn) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if status, ok := reply.(*nodeservice.StatusResponse); ok && strings.HasSuffix(method, "/Status") {
		now := n.c.Now()
		status.Height, status.Timestamp = uint64(n.c.Height()), &now
		return nil
	}
	return n.ClientConn.Invoke(ctx, method, args, reply, opts...)
}

func newWorld(t *testing.T, did map[string]int) *world {
	c := chain.New(t)
	asked, err := client.New(conn{c.Conn(), c}, client.ForChain(chain.ID))
	require.NoError(t, err)
	x, err := index.Open(t.Context(), t.TempDir()+"/index.db")
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return &world{
		Chain: c, t: t, did: did, index: x, finder: &discover.Finder{Client: asked, Index: x},
		people: []chain.Account{chain.Named("alice"), chain.Named("bob"), chain.Named("carol")},
	}
}

// do runs a transaction, which may be refused, in a block that the index is told of.
func (w *world) do(by chain.Account, msgs ...sdk.Msg) bool {
	tx := w.Sign(by, msgs...)
	b := w.Block(tx)
	w.tell(b, tx)
	if b.Txs[0].Err() != nil {
		return false
	}
	name := sdk.MsgTypeURL(msgs[0])
	w.did[name[strings.LastIndex(name, ".")+1:]]++
	return true
}

func (w *world) tell(b chain.Block, txs ...[]byte) {
	told := index.Block{ChainID: chain.ID, Height: b.Height, Time: w.Now(), Hooks: b.Events}
	for i := range txs {
		tx := index.Tx{Hash: make([]byte, 32)}
		if b.Txs[i].Err() == nil {
			tx.Events = b.Txs[i].Events
		}
		told.Txs = append(told.Txs, tx)
	}
	require.NoError(w.t, w.index.Apply(context.Background(), told))
}

// read has the index know what the node says of works and terms.
func (w *world) read() {
	ctx := context.Background()
	works, err := w.index.Due(ctx, 1000)
	require.NoError(w.t, err)
	described := make([]index.Described, len(works))
	for i, due := range works {
		res, err := w.finder.Client.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: due.Work})
		require.NoError(w.t, err)
		described[i] = index.Described{Due: due, Claim: res.Work}
	}
	require.NoError(w.t, w.index.Describe(ctx, described))
	terms, err := w.index.DueTerms(ctx, 1000)
	require.NoError(w.t, err)
	var list []licensetypes.IdentifiedTerms
	for _, id := range terms {
		res, err := w.finder.Client.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()})
		require.NoError(w.t, err)
		list = append(list, res.Terms)
	}
	require.NoError(w.t, w.index.DescribeTerms(ctx, list))
}

func usdc(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uusdc", n)) }

func ustem(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("ustem", n)) }

// own are terms of all sorts.
func own() []licensetypes.Terms {
	hour := time.Hour
	base := licensetypes.Terms{CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED}
	with := func(change func(t *licensetypes.Terms)) licensetypes.Terms {
		t := base
		change(&t)
		return t
	}
	list := []licensetypes.Terms{
		with(func(t *licensetypes.Terms) { t.GrantFee = usdc(10) }),
		with(func(t *licensetypes.Terms) { t.GrantFee = usdc(10).Add(ustem(3)...) }),
		with(func(t *licensetypes.Terms) { t.Territories = []string{"DE", "FR"} }),
		with(func(t *licensetypes.Terms) { t.Media, t.GrantFee = []string{"print", "web"}, ustem(7) }),
		with(func(t *licensetypes.Terms) { t.AiInput, t.UsePrice = licensetypes.PERMISSION_PAID, usdc(4) }),
		with(func(t *licensetypes.Terms) { t.AiTraining, t.GrantFee = licensetypes.PERMISSION_PAID, usdc(20) }),
		with(func(t *licensetypes.Terms) { t.DerivativeApproval, t.GrantFee = true, usdc(5) }),
		with(func(t *licensetypes.Terms) { t.Duration, t.GrantFee = &hour, usdc(2) }),
		with(func(t *licensetypes.Terms) { t.MaxGrants, t.GrantFee = 1, ustem(1) }),
		with(func(t *licensetypes.Terms) { t.Exclusivity, t.GrantFee = licensetypes.EXCLUSIVITY_EXCLUSIVE, usdc(30) }),
		with(func(t *licensetypes.Terms) { t.RoyaltyPolicy, t.RoyaltyRate = royaltytypes.POLICY_ABSOLUTE, 50_000 }),
		with(func(t *licensetypes.Terms) {
			t.RoyaltyPolicy, t.RoyaltyRate, t.GrantFee = royaltytypes.POLICY_RELATIVE, 200_000, usdc(1)
		}),
		with(func(t *licensetypes.Terms) { t.CommercialUse = false }),
		with(func(t *licensetypes.Terms) {
			t.Uses, t.Derivatives = []licensetypes.Action{licensetypes.ACTION_PERFORM}, licensetypes.DERIVATIVES_NONE
		}),
		with(func(t *licensetypes.Terms) { t.RevenueCeiling = usdc(100) }),
		with(func(t *licensetypes.Terms) {
			t.AiTraining, t.AiInput, t.GrantFee = licensetypes.PERMISSION_PAID, licensetypes.PERMISSION_PAID, usdc(3).Add(ustem(9)...)
		}),
	}
	for i := range list {
		list[i].Spdx = fmt.Sprintf("LicenseRef-Own-%d", i)
	}
	return list
}

// begin registers works and publishes terms.
func (w *world) begin(rt *rapid.T) {
	w.t = rt
	for i, by := range w.people {
		names := []string{fmt.Sprintf("one by %s", by.Name), fmt.Sprintf("two by %s", by.Name)}
		msg := chain.RegisterMsg(by, names...)
		msg.Works[0].Details.Kind = registrytypes.Kind(1 + i)
		require.True(rt, w.do(by, msg))
		for _, name := range names {
			w.works = append(w.works, chain.WorkOf(name, by))
		}
	}
	var msgs []sdk.Msg
	for _, t := range append(own(), gen.Terms().Draw(rt, "terms"), gen.Terms().Draw(rt, "more terms")) {
		if licensetypes.PresetName(t.ID()) == "" {
			msgs = append(msgs, &licensetypes.MsgPublishTerms{Author: w.people[0].String(), Terms: t})
		}
		w.terms = append(w.terms, t.ID())
	}
	require.True(rt, w.do(w.people[0], msgs...))
	for _, p := range licensetypes.Presets() {
		w.terms = append(w.terms, p.ID)
	}
	if rapid.Bool().Draw(rt, "begun") {
		w.begun(rt)
	}
}

// begun makes works whose use for training takes something of their sources, by a grant or by passes.
func (w *world) begun(rt *rapid.T) {
	alice := w.people[0]
	song, remix, film := w.works[0], w.works[2], w.works[4]
	paid := own()
	sold, free := paid[len(paid)-1].ID(), paid[10].ID()
	require.True(rt, w.do(alice, &licensetypes.MsgOffer{Owner: alice.String(), Work: song.ID, Terms: sold}))
	for _, made := range []chain.Work{remix, film} {
		w.acquire(made.Owner, song)
		w.derive(rt, made, song)
		under := rapid.SampledFrom([]licensetypes.TermsID{free, paid[0].ID(), sold}).Draw(rt, "of "+made.Owner.Name)
		require.True(rt, w.do(made.Owner, &licensetypes.MsgOffer{Owner: made.Owner.String(), Work: made.ID, Terms: under}))
	}
}

func (w *world) offer(rt *rapid.T) {
	work, id := rapid.SampledFrom(w.works).Draw(rt, "work"), rapid.SampledFrom(w.terms).Draw(rt, "terms")
	o := licensetypes.Offer{Paused: rapid.IntRange(0, 7).Draw(rt, "paused") == 0}
	switch rapid.IntRange(0, 3).Draw(rt, "price") {
	case 0:
		o.Price = usdc(rapid.Int64Range(1, 40).Draw(rt, "uusdc"))
	case 1:
		o.Price = ustem(rapid.Int64Range(1, 40).Draw(rt, "ustem"))
	}
	if rapid.IntRange(0, 7).Draw(rt, "named") == 0 {
		o.Licensees = []string{w.people[0].String()}
	}
	if rapid.IntRange(0, 4).Draw(rt, "ends") == 0 {
		end := w.Now().Add(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
		o.ExpiresAt = &end
	}
	w.do(work.Owner, &licensetypes.MsgOffer{Owner: work.Owner.String(), Work: work.ID, Terms: id, Offer: o})
}

// act does one of the things that change what is on offer.
func (w *world) act(rt *rapid.T) {
	work := rapid.SampledFrom(w.works).Draw(rt, "work")
	owner, other := work.Owner, rapid.SampledFrom(w.people).Draw(rt, "other")
	id := rapid.SampledFrom(w.terms).Draw(rt, "terms")
	switch rapid.IntRange(0, 12).Draw(rt, "act") {
	case 0:
		w.do(owner, &licensetypes.MsgCloseOffer{Owner: owner.String(), Work: work.ID, Terms: id})
	case 1:
		w.closeOne(rt, work)
	case 2:
		w.do(owner, &registrytypes.MsgWithdrawWork{Owner: owner.String(), Work: work.ID})
	case 3:
		w.do(owner, &registrytypes.MsgRestoreWork{Owner: owner.String(), Work: work.ID})
	case 4:
		w.do(other, &disputetypes.MsgOpen{
			Challenger: other.String(), Work: work.ID, Kind: disputetypes.KIND_PRIOR_CLAIM,
			Claim:    disputetypes.Redress{TransferTo: other.String()},
			Evidence: []disputetypes.Evidence{{Sha256: chain.Digest(fmt.Sprint(w.Height()))}}, Bond: ustem(1_000_000_000),
		})
	case 5:
		w.tell(w.Advance(time.Duration(rapid.IntRange(1, 120).Draw(rt, "minutes")) * time.Minute))
	case 6:
		w.acquire(other, work)
	case 7, 8, 9:
		source := rapid.SampledFrom(w.works).Draw(rt, "source")
		if rapid.Bool().Draw(rt, "buys") {
			w.acquire(owner, source)
		}
		w.derive(rt, work, source)
	default:
		w.offer(rt)
	}
}

func (w *world) offersOf(work chain.Work) []licensetypes.OpenOffer {
	res, err := w.finder.Client.License().Offers(context.Background(), &licensetypes.QueryOffersRequest{Work: work.ID})
	require.NoError(w.t, err)
	return res.Offers
}

func (w *world) closeOne(rt *rapid.T, work chain.Work) {
	if offers := w.offersOf(work); len(offers) > 0 {
		id := rapid.SampledFrom(offers).Draw(rt, "offer").Terms.Id
		w.do(work.Owner, &licensetypes.MsgCloseOffer{Owner: work.Owner.String(), Work: work.ID, Terms: id})
	}
}

func (w *world) acquire(by chain.Account, work chain.Work) {
	for i, o := range w.offersOf(work) {
		msg := &licensetypes.MsgAcquire{
			Licensee: by.String(), Work: work.ID, Terms: o.Terms.Id, Serial: uint64(w.Height()) + uint64(i),
			MaxRate: 1_000_000, Seen: w.Seen(work, o.Terms.Id),
		}
		if price := o.Offer.PriceUnder(o.Terms.Terms); len(price) > 0 {
			msg.MaxFee = &price[0]
		}
		w.do(by, msg)
	}
}

// derive declares a source under one of its public offers.
func (w *world) derive(rt *rapid.T, work, source chain.Work) {
	if work.ID == source.ID {
		return
	}
	for _, o := range w.offersOf(source) {
		if !o.Public || rapid.Bool().Draw(rt, "another") {
			continue
		}
		msg := chain.DeriveMsg(work, source.Under(o.Terms.Id))
		if w.do(work.Owner, w.See(msg)) {
			return
		}
	}
	res, err := w.finder.Client.License().Grants(context.Background(), &licensetypes.QueryGrantsRequest{
		Work: source.ID, Licensee: work.Owner.String(),
	})
	require.NoError(w.t, err)
	for _, g := range res.Grants {
		msg := chain.DeriveMsg(work, source.Cited().As(lineagetypes.ROLE_COMPONENT_OF))
		msg.Sources[0].Permission = g.Id.String()
		if w.do(work.Owner, w.See(msg)) {
			return
		}
	}
}
