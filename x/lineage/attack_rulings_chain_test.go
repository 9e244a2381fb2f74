package lineage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var governance = authtypes.NewModuleAddress(govtypes.ModuleName).String()

// decides has governance rule.
func (c *court) decides(msg *disputetypes.MsgRule) error {
	msg.Arbiter = governance
	var failed error
	c.Write(func(ctx sdk.Context) error {
		cached, write := ctx.CacheContext()
		if _, failed = c.App.Keepers.Dispute.Rule(cached, msg); failed == nil {
			write()
		}
		return nil
	})
	return failed
}

func (c *court) params(edit func(*disputetypes.Params)) {
	c.t.Helper()
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Dispute.Params.Get(ctx)
		edit(&params)
		if err == nil {
			err = c.App.Keepers.Dispute.UpdateParams(ctx, params)
		}
		return err
	})
}

// "MsgDrop: challenger, before a ruling": also where governance decides.
func TestAttackDroppingBeforeGovernance(t *testing.T) {
	c := newCourt(t)
	c.params(func(p *disputetypes.Params) { p.Arbiters = nil })
	work := c.Register("hit", c.author)
	id := c.stolen(c.sock, work)
	c.MustDeliver(c.author, contests(c.author, id))
	require.NoError(t, c.Deliver(c.sock, &disputetypes.MsgDrop{Challenger: c.sock.String(), Dispute: id}).Err())
	c.sound()
}

// A ruling about a weight is made void by whoever owns the work: by what they agree to, and by what they add.
func TestAttackWeightsMovedAfterTheRuling(t *testing.T) {
	for _, by := range []string{"an agreement", "an addition"} {
		t.Run(by, func(t *testing.T) {
			c := newCourt(t)
			made, own, others := c.weighs()
			if by == "an addition" { // what is not stated is room
				made = chain.WorkOf("second output", c.thief)
				open := chain.Preset("commercial-remix-5")
				msg := chain.DeriveMsg(made)
				msg.Sources = []types.Source{weighted(others, 100_000, open)}
				c.MustDeliver(c.thief, chain.RegisterMsg(c.thief, "second output"), c.See(msg))
			}
			c.MustDeliver(c.author, &disputetypes.MsgObjectToWeight{Owner: c.author.String(), Work: made.ID, Source: others.ID, Weight: 900_000})
			claim := disputetypes.Redress{Weights: []types.RuledWeight{{Source: others.ID, Weight: 900_000}}}
			if by == "an agreement" {
				claim.Weights = inOrder(types.RuledWeight{Source: own.ID, Weight: 100_000}, claim.Weights[0])
			}
			id := c.contest(c.author, made, disputetypes.KIND_FALSE_WEIGHT, claim)
			if by == "an agreement" {
				c.MustDeliver(c.sock, &disputetypes.MsgObjectToWeight{Owner: c.sock.String(), Work: made.ID, Source: own.ID, Weight: 1})
			}
			c.Advance(answerTime)
			c.MustDeliver(c.judge, c.upholds(id))
			if by == "an agreement" {
				c.Deliver(c.thief, &disputetypes.MsgAgreeToWeight{
					Owner: c.thief.String(), Work: made.ID, Source: own.ID, Weights: []types.RuledWeight{{Source: own.ID, Weight: 1}},
				})
			}
			add := chain.DeriveMsg(made)
			add.Sources = []types.Source{{External: &types.External{Uri: "https://example.com/mine"}, Role: types.ROLE_PARENT_OF, Weight: 400_000}}
			t.Log(c.Deliver(c.thief, add).Err())
			c.Advance(appealTime)
			c.NextBlock()
			c.RequireInvariants()
			d := c.dispute(id)
			require.Equal(t, disputetypes.OUTCOME_UPHELD, d.Outcome, "%s: %s", d.Phase, d.Failure)
		})
	}
}

// "Nothing changes while a work is disputed": weights do by an agreement of the owner with the own second account.
func TestAttackAgreeingDuringAHold(t *testing.T) {
	c := newCourt(t)
	made, own, _ := c.weighs()
	c.MustDeliver(c.sock, &disputetypes.MsgObjectToWeight{Owner: c.sock.String(), Work: made.ID, Source: own.ID, Weight: 400_000})
	c.stolen(c.author, made)
	require.Error(t, c.Deliver(c.thief, &disputetypes.MsgAgreeToWeight{
		Owner: c.thief.String(), Work: made.ID, Source: own.ID, Weights: []types.RuledWeight{{Source: own.ID, Weight: 400_000}},
	}).Err())
}

// A ruling about an admitted source takes away the right to approve it: whose right that is has a say.
func TestAttackWhoseApprovalIsRuledAway(t *testing.T) {
	c := newCourt(t)
	song, _ := c.waits(c.thief, c.author)
	id := c.contest(c.thief, song, disputetypes.KIND_UNAPPROVED_SOURCE, disputetypes.Redress{Declaration: 1})
	c.Deliver(c.thief, concedes(c.thief, id))
	answer := contests(c.author, id)
	answer.Evidence = []disputetypes.Evidence{{Sha256: chain.Digest("why not")}}
	require.NoError(t, c.Deliver(c.author, answer).Err())
	c.Advance(answerTime)
	c.MustDeliver(c.judge, c.upholds(id))
	require.NoError(t, c.Deliver(c.author, &disputetypes.MsgAppeal{Appellant: c.author.String(), Dispute: id, Bond: ustem(leastBond)}).Err())
	c.sound()
}

// Who accuses is disputed in turn: a source on hold, and one that was withdrawn, can still be added.
func TestAttackTheSourceIsDisputedInTurn(t *testing.T) {
	c := newCourt(t)
	song, cover := c.Register("song", c.author), c.Register("cover", c.thief)
	id := c.contest(c.author, cover, disputetypes.KIND_MISSING_SOURCE, disputetypes.Redress{
		Source: &disputetypes.RuledSource{Work: song.ID, Role: types.ROLE_PARENT_OF, Terms: chain.Preset("commercial-remix-10")},
	})
	c.stolen(c.sock, song)
	c.decide(id)
	c.Pay(c.fan, cover, "1000uusdc")
	c.NextBlock()
	c.NextBlock()
	frozen, err := c.App.Keepers.Royalty.Frozen(c.Ctx(), song.ID)
	require.NoError(t, err)
	require.Equal(t, "100uusdc", frozen.String())
	c.sound()
}

// A holder concedes, then contests; and a ruling fails after an appeal: rows stay sound and exportable.
func TestAttackOddCourses(t *testing.T) {
	c := newCourt(t)
	work := c.Register("hit", c.thief)
	c.MustDeliver(c.thief, &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: c.thief.String(), Weight: 500_000}, {Account: c.sock.String(), Weight: 500_000},
	}})
	id := c.stolen(c.author, work)
	c.MustDeliver(c.sock, concedes(c.sock, id))
	c.Deliver(c.sock, contests(c.sock, id))
	c.sound()
	song, _ := c.waits(c.author, c.thief)
	appealed := c.contest(c.nobody, song, disputetypes.KIND_UNAPPROVED_SOURCE, disputetypes.Redress{Declaration: 1})
	c.Advance(answerTime)
	c.MustDeliver(c.judge, &disputetypes.MsgRule{Arbiter: c.judge.String(), Dispute: appealed})
	c.MustDeliver(c.nobody, &disputetypes.MsgAppeal{Appellant: c.nobody.String(), Dispute: appealed, Bond: ustem(leastBond)})
	require.NoError(t, c.decides(c.upholds(appealed)))
	c.NextBlock()
	require.Equal(t, disputetypes.OUTCOME_UPHELD, c.dispute(appealed).Outcome)
	c.sound()
	weighed, own, _ := c.weighs()
	c.MustDeliver(c.sock, &disputetypes.MsgObjectToWeight{Owner: c.sock.String(), Work: weighed.ID, Source: own.ID, Weight: 500_001})
	late := c.contest(c.sock, weighed, disputetypes.KIND_FALSE_WEIGHT,
		disputetypes.Redress{Weights: []types.RuledWeight{{Source: own.ID, Weight: 500_001}}})
	c.Advance(answerTime)
	t.Log(c.Deliver(c.judge, c.upholds(late)).Err())
	rule := c.upholds(late)
	rule.Redress.Weights[0].Weight = 400_000
	c.MustDeliver(c.judge, rule)
	c.MustDeliver(c.thief, &disputetypes.MsgAppeal{Appellant: c.thief.String(), Dispute: late, Bond: ustem(leastBond)})
	c.sound()
	c.Advance(governanceTime)
	c.NextBlock()
	require.Equal(t, disputetypes.OUTCOME_UPHELD, c.dispute(late).Outcome, "%s %s", c.dispute(late).Phase, c.dispute(late).Failure)
	c.sound()
}

// "Paid at once by the one who concedes last": who concedes first has somebody else pay, who thinks that others still
// have to concede.
func TestAttackConcedingFirstHasAnotherPay(t *testing.T) {
	c := newCourt(t)
	work := c.Register("hit", c.thief)
	c.MustDeliver(c.thief, &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: c.thief.String(), Weight: 990_000}, {Account: c.fan.String(), Weight: 10_000},
	}})
	id := c.contest(c.author, work, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{
		TransferTo: c.author.String(), Past: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000_000)),
	})
	before := c.Balance(c.fan, "uusdc")
	c.Block(c.Sign(c.thief, concedes(c.thief, id)), c.Sign(c.fan, concedes(c.fan, id)))
	c.NextBlock()
	require.Equal(t, before.String(), c.Balance(c.fan, "uusdc").String(), "1 %% of the revenue, and all of what is paid")
}

// A concession makes somebody the owner of a work who never agreed: a transfer takes two.
func TestAttackAWorkForSomebodyWhoDoesNotWantIt(t *testing.T) {
	c := newCourt(t)
	work := c.Register("libel", c.thief)
	id := c.contest(c.sock, work, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: c.author.String()})
	c.MustDeliver(c.thief, concedes(c.thief, id))
	c.NextBlock()
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.False(t, row.OwnedBy(c.author.Address), "nobody asked the author")
}

// A thousand disputes that are due at the same moment, with a budget that governance changes meanwhile, and those that
// become moot with the first ruling.
func TestAttackEqualDeadlines(t *testing.T) {
	c := newCourt(t)
	c.params(func(p *disputetypes.Params) { p.MinBond, p.DeadlineBudget = ustem(1), 7 })
	work := c.Register("hit", c.thief)
	var txs [][]byte
	var ids []disputetypes.DisputeID
	for i := range 60 {
		by := c.Account(fmt.Sprint("griefer ", i))
		msg := opens(by, work, disputetypes.KIND_FALSE_DECLARATION, disputetypes.Redress{Invalidate: true}, "x")
		msg.Bond = ustem(1)
		txs = append(txs, c.Sign(by, msg))
		ids = append(ids, disputetypes.NewDisputeID(work.ID, by.Address, 1))
	}
	c.Block(txs...).RequireOK(t)
	c.Advance(answerTime)
	c.params(func(p *disputetypes.Params) { p.DeadlineBudget = 1 })
	c.NextBlock()
	c.params(func(p *disputetypes.Params) { p.DeadlineBudget = 1000 })
	c.NextBlock()
	for _, id := range ids {
		require.Equal(t, disputetypes.PHASE_ARBITRATION, c.dispute(id).Phase)
	}
	c.MustDeliver(c.judge, c.upholds(ids[30]), c.upholds(ids[31]))
	c.sound()
	c.params(func(p *disputetypes.Params) { p.DeadlineBudget = 10 })
	c.Advance(appealTime)
	c.sound()
	for range 3 {
		c.Advance(arbitrationTime)
	}
	for range 8 {
		c.NextBlock()
	}
	outcomes := map[disputetypes.Outcome]int{}
	for _, id := range ids {
		outcomes[c.dispute(id).Outcome]++
	}
	require.Equal(t, map[disputetypes.Outcome]int{disputetypes.OUTCOME_UPHELD: 1, disputetypes.OUTCOME_MOOT: 59}, outcomes)
	c.sound()
}

// Ruled in the same block: two transfers to two claimants, and an invalidation beside a transfer.
func TestAttackRulingsThatCollide(t *testing.T) {
	c := newCourt(t)
	work := c.Register("hit", c.thief)
	first, second := c.stolen(c.author, work), c.stolen(c.fan, work)
	third := c.contest(c.nobody, work, disputetypes.KIND_WRONG_TERMS,
		disputetypes.Redress{Offer: []licensetypes.TermsID{chain.Preset("commercial-remix-5")}})
	c.Advance(answerTime)
	c.MustDeliver(c.judge, c.upholds(first), c.upholds(second), c.upholds(third))
	c.Advance(appealTime)
	c.NextBlock()
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.Equal(t, registrytypes.STATUS_ACTIVE, row.Status)
	c.sound()
}

// The owner of a source who objected sells it, and others object after: late, twice, to what has that weight.
func TestAttackObjections(t *testing.T) {
	c := newCourt(t)
	made, own, others := c.weighs()
	object := func(by chain.Account, source chain.Work, weight uint32) error {
		return c.Deliver(by, &disputetypes.MsgObjectToWeight{Owner: by.String(), Work: made.ID, Source: source.ID, Weight: weight}).Err()
	}
	require.Error(t, object(c.thief, others, 1))
	require.Error(t, object(c.author, others, 500_000))
	require.NoError(t, object(c.author, others, 600_000))
	require.NoError(t, object(c.author, others, 550_000))
	agree := func(by chain.Account, source chain.Work, weights ...types.RuledWeight) error {
		return c.Deliver(by, &disputetypes.MsgAgreeToWeight{
			Owner: by.String(), Work: made.ID, Source: source.ID,
			Weights: inOrder(weights...),
		}).Err()
	}
	require.Error(t, agree(c.author, others, types.RuledWeight{Source: others.ID, Weight: 550_000}))
	require.Error(t, agree(c.thief, others, types.RuledWeight{Source: others.ID, Weight: 600_000}))
	require.Error(t, agree(c.thief, others, types.RuledWeight{Source: others.ID, Weight: 550_000}), "over the whole")
	require.Error(t, agree(c.thief, own, types.RuledWeight{Source: own.ID, Weight: 450_000}))
	require.NoError(t, object(c.sock, own, 450_000))
	require.NoError(t, agree(c.thief, others, types.RuledWeight{Source: others.ID, Weight: 550_000},
		types.RuledWeight{Source: own.ID, Weight: 450_000}))
	require.Error(t, agree(c.thief, others, types.RuledWeight{Source: others.ID, Weight: 550_000}), "twice")
	c.MustDeliver(c.author, &registrytypes.MsgOfferTransfer{Owner: c.author.String(), Work: others.ID, Recipient: c.fan.String()})
	c.MustDeliver(c.fan, c.AcceptTransferMsg(others, c.fan))
	require.Error(t, object(c.author, others, 1))
	c.Advance(31 * 24 * time.Hour)
	require.Error(t, object(c.fan, others, 1))
	require.Error(t, c.Deliver(c.fan, opens(c.fan, made, disputetypes.KIND_FALSE_WEIGHT, disputetypes.Redress{
		Weights: []types.RuledWeight{{Source: others.ID, Weight: 1}},
	}, "x")).Err())
	c.sound()
}

// Evidence: others' is not taken back, odd URIs are refused, the same is not shown twice.
func TestAttackEvidence(t *testing.T) {
	c := newCourt(t)
	work := c.Register("hit", c.thief)
	msg := opens(c.author, work, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: c.author.String()}, "x")
	for _, uri := range []string{"https://a b", "https://a\u202e.example", "https://a\n.example", "\xff"} {
		msg.Evidence[0].Uri = uri
		if c.Deliver(c.author, msg).Err() == nil {
			t.Errorf("%q", uri)
			return
		}
	}
	msg.Evidence[0].Uri = "https://example.com/a"
	c.MustDeliver(c.author, msg)
	id := disputetypes.NewDisputeID(work.ID, c.author.Address, 1)
	require.Error(t, c.Deliver(c.thief, &disputetypes.MsgBlankEvidence{Sender: c.thief.String(), Dispute: id}).Err())
	answer := contests(c.thief, id)
	answer.Evidence = msg.Evidence
	c.MustDeliver(c.thief, answer)
	c.MustDeliver(c.thief, &disputetypes.MsgBlankEvidence{Sender: c.thief.String(), Dispute: id})
	require.Equal(t, "https://example.com/a", c.dispute(id).Evidence[0].Uri)
	c.MustDeliver(c.author, &disputetypes.MsgDrop{Challenger: c.author.String(), Dispute: id})
	c.MustDeliver(c.author, &disputetypes.MsgBlankEvidence{Sender: c.author.String(), Dispute: id})
	require.Error(t, c.Deliver(c.author, msg).Err())
	msg.Evidence = append(msg.Evidence, disputetypes.Evidence{Sha256: chain.Digest("new")})
	c.MustDeliver(c.author, msg)
	c.sound()
}

// Owner of a work twice over: one who challenges holds a part, and one of the holders challenges too. Whoever opened a
// dispute need not concede it, and cannot answer it.
func TestAttackTheChallengerHoldsAPart(t *testing.T) {
	c := newCourt(t)
	work := c.Register("hit", c.thief)
	c.MustDeliver(c.thief, &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: c.thief.String(), Weight: 500_000}, {Account: c.author.String(), Weight: 300_000}, {Account: c.fan.String(), Weight: 200_000},
	}})
	id := c.stolen(c.author, work)
	require.ErrorIs(t, c.Deliver(c.author, concedes(c.author, id)).Err(), disputetypes.ErrNotParty)
	c.MustDeliver(c.fan, contests(c.fan, id))
	c.sound()
	before := c.Balance(c.fan, "ustem")
	c.MustDeliver(c.fan, concedes(c.fan, id))
	require.Equal(t, before.Amount.Int64()+leastBond, c.Balance(c.fan, "ustem").Amount.Int64())
	c.MustDeliver(c.thief, concedes(c.thief, id))
	c.NextBlock()
	require.Equal(t, disputetypes.OUTCOME_CONCEDED, c.dispute(id).Outcome)
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.True(t, row.OwnedBy(c.author.Address))
	c.sound()
}

// An ancestor beyond what a query walks is told to the works on the way; what was made later says that it is incomplete.
func TestAttackAnAncestorBeyondTheWalk(t *testing.T) {
	c := newCourt(t)
	free := chain.Preset("cc0-1.0")
	line := []chain.Work{c.Register("root", c.thief)}
	c.Offer(line[0], free)
	grow := func(n int) {
		for range n / 20 {
			var msgs []sdk.Msg
			for range 20 {
				last, next := line[len(line)-1], chain.WorkOf(fmt.Sprint("line ", len(line)), c.fan)
				msgs = append(msgs, chain.RegisterMsg(c.fan, fmt.Sprint("line ", len(line))), chain.DeriveMsg(next, last.Under(free)))
				if last.Owner.String() == c.fan.String() {
					msgs[len(msgs)-1] = &types.MsgDerive{Owner: c.fan.String(), Work: next.ID, MaxTotalRate: chain.Whole, Sources: []types.Source{
						{Work: last.ID, Role: types.ROLE_PARENT_OF},
					}}
				}
				line = append(line, next)
			}
			c.MustDeliver(c.fan, msgs...)
		}
	}
	grow(1_060)
	c.params(func(p *disputetypes.Params) { p.NoticeBudget = 500 })
	c.decide(c.contest(c.author, line[0], disputetypes.KIND_FALSE_DECLARATION, disputetypes.Redress{Invalidate: true}))
	for range 4 {
		c.NextBlock()
	}
	standing := func(work chain.Work) *disputetypes.QueryStandingResponse {
		res, err := disputetypes.NewQueryClient(c.Conn()).Standing(c.Ctx(), &disputetypes.QueryStandingRequest{Work: work.ID})
		require.NoError(t, err)
		return res
	}
	require.Len(t, standing(line[900]).Ancestors, 1)
	require.False(t, standing(line[900]).Incomplete)
	require.Len(t, standing(line[1_060]).Ancestors, 1)
	require.True(t, standing(line[1_060]).Incomplete)
	grow(20)
	require.True(t, standing(line[1_070]).Incomplete)
	require.Len(t, standing(line[1_070]).Ancestors, 1)
	require.True(t, standing(line[1_080]).Incomplete)
	c.RequireInvariants()
}
