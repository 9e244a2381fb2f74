package lineage_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	answerTime, arbitrationTime, appealTime, governanceTime = 10 * time.Hour, 20 * time.Hour, 5 * time.Hour, 40 * time.Hour

	leastBond = 100_000_000
)

// court is a chain with an arbiter, and with a thief, an author, who is robbed, and others.
type court struct {
	*chain.Chain
	t                                              *testing.T
	judge, thief, author, buyer, sock, fan, nobody chain.Account
}

func newCourt(t *testing.T) *court {
	t.Helper()
	c := &court{
		t: t, judge: chain.Named("judge"), thief: chain.Named("thief"), author: chain.Named("author"), buyer: chain.Named("buyer"),
		sock: chain.Named("sock"), fan: chain.Named("fan"), nobody: chain.Named("nobody"),
	}
	c.Chain = chain.New(t, chain.Accounts(c.judge, c.thief, c.author, c.buyer, c.sock, c.fan, c.nobody),
		chain.Balance("100000000000ustem,1000000000uusdc"))
	c.Write(func(ctx sdk.Context) error {
		params := disputetypes.DefaultParams()
		params.Arbiters = []string{c.judge.String()}
		params.AnswerWindow, params.ArbitrationWindow, params.AppealWindow = answerTime, arbitrationTime, appealTime
		params.GovernanceWindow, params.BondWindow = governanceTime, 2*time.Hour
		if err := c.App.Keepers.Dispute.UpdateParams(ctx, params); err != nil {
			return err
		}
		royalty, err := c.App.Keepers.Royalty.Params.Get(ctx)
		for i := range royalty.Denoms { // every unit is paid out at once
			royalty.Denoms[i].MinPayout, royalty.Denoms[i].MinFlow = math.NewInt(1), math.NewInt(1)
		}
		if err == nil {
			err = c.App.Keepers.Royalty.UpdateParams(ctx, royalty)
		}
		return err
	})
	return c
}

func ustem(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("ustem", n)) }

func opens(
	by chain.Account, work chain.Work, kind disputetypes.Kind, claim disputetypes.Redress, evidence string,
) *disputetypes.MsgOpen {
	return &disputetypes.MsgOpen{
		Challenger: by.String(), Work: work.ID, Kind: kind, Claim: claim,
		Evidence: []disputetypes.Evidence{{Sha256: chain.Digest(evidence)}}, Bond: ustem(leastBond),
	}
}

// contest opens a dispute.
func (c *court) contest(by chain.Account, work chain.Work, kind disputetypes.Kind, claim disputetypes.Redress) disputetypes.DisputeID {
	c.t.Helper()
	var res disputetypes.MsgOpenResponse
	c.MustDeliver(by, opens(by, work, kind, claim, fmt.Sprint(by.Name, work, kind, c.Height()))).Response(c.t, 0, &res)
	return res.Dispute
}

// stolen says that the work is somebody's.
func (c *court) stolen(by chain.Account, work chain.Work) disputetypes.DisputeID {
	return c.contest(by, work, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: by.String()})
}

func (c *court) dispute(id disputetypes.DisputeID) disputetypes.Dispute {
	c.t.Helper()
	d, err := c.App.Keepers.Dispute.GetDispute(c.Ctx(), id)
	require.NoError(c.t, err)
	return d
}

func contests(by chain.Account, id disputetypes.DisputeID) *disputetypes.MsgAnswer {
	return &disputetypes.MsgAnswer{Respondent: by.String(), Dispute: id, Bond: ustem(leastBond)}
}

func concedes(by chain.Account, id disputetypes.DisputeID) *disputetypes.MsgAnswer {
	return &disputetypes.MsgAnswer{Respondent: by.String(), Dispute: id, Concede: true}
}

func (c *court) upholds(id disputetypes.DisputeID) *disputetypes.MsgRule {
	d := c.dispute(id)
	d.Claim.Past = nil
	return &disputetypes.MsgRule{Arbiter: c.judge.String(), Dispute: id, Upheld: true, Redress: d.Claim}
}

// decide has the arbiter uphold a dispute that nobody answers, until it is closed.
func (c *court) decide(id disputetypes.DisputeID) {
	c.t.Helper()
	if c.dispute(id).Phase == disputetypes.PHASE_ANSWER {
		c.Advance(answerTime)
	}
	c.MustDeliver(c.judge, c.upholds(id))
	c.Advance(appealTime)
	c.NextBlock()
	require.Equal(c.t, disputetypes.OUTCOME_UPHELD, c.dispute(id).Outcome, c.dispute(id).Failure)
}

func (c *court) sound() {
	c.t.Helper()
	c.RequireInvariants()
	c.RequireSameExport()
}

// publish stores terms.
func (c *court) publish(t licensetypes.Terms) licensetypes.TermsID {
	c.t.Helper()
	c.MustDeliver(c.nobody, &licensetypes.MsgPublishTerms{Author: c.nobody.String(), Terms: t})
	return t.ID()
}

func (c *court) rights(work chain.Work, licensee chain.Account, action licensetypes.Action) licensetypes.Rights {
	c.t.Helper()
	res, err := licensetypes.NewQueryClient(c.Conn()).CheckRights(c.Ctx(), &licensetypes.QueryCheckRightsRequest{
		Work: work.ID.String(), Licensee: licensee.String(), Use: licensetypes.Use{Action: action, Commercial: true},
	})
	require.NoError(c.t, err)
	return res.Rights
}

func weighted(work chain.Work, weight uint32, terms licensetypes.TermsID) types.Source {
	s := work.Under(terms).Message()
	s.Weight = weight
	return s
}

func inOrder(weights ...types.RuledWeight) []types.RuledWeight {
	slices.SortFunc(weights, func(a, b types.RuledWeight) int { return bytes.Compare(a.Source[:], b.Source[:]) })
	return weights
}

// waits is a work whose later source waits for the approval of another's owner.
func (c *court) waits(owner, approver chain.Account) (song, hit chain.Work) {
	remix10 := chain.Preset("commercial-remix-10")
	song, hit = c.Register("a song", owner), c.Register("a hit", approver)
	c.Offer(hit, remix10)
	c.Offer(song, remix10)
	c.Derive("cover", c.fan, song.Under(remix10))
	msg := c.DeriveMsg(song, hit.Under(remix10))
	msg.AllowUnapproved = true
	c.MustDeliver(owner, msg)
	return song, hit
}

// weighs makes a work of the thief's from two works, half of each.
func (c *court) weighs() (made, own, others chain.Work) {
	open := chain.Preset("commercial-remix-5")
	own, others = c.Register("sock's loop", c.sock), c.Register("song", c.author)
	c.Offer(own, open)
	c.Offer(others, open)
	made = chain.WorkOf("output", c.thief)
	msg := chain.DeriveMsg(made)
	msg.Sources = []types.Source{weighted(own, 500_000, open), weighted(others, 500_000, open)}
	c.MustDeliver(c.thief, chain.RegisterMsg(c.thief, "output"), c.See(msg))
	return made, own, others
}

func (c *court) weight(work, source chain.Work) uint32 {
	weight, _, _, err := c.App.Keepers.Lineage.Weight(c.Ctx(), work.ID, source.ID)
	require.NoError(c.t, err)
	return weight
}

// "The owner of a source objects to its weight in a work; the work's owner agrees, or there is a dispute."
//
// The thief's second account objects to the weight of its own source, and the thief agrees, with another
// weight for the author's, whom nobody asked, and who may not object any more.
func TestAttackAgreeingChangesTheWeightsOfOthers(t *testing.T) {
	c := newCourt(t)
	made, own, others := c.weighs()
	c.MustDeliver(c.sock, &disputetypes.MsgObjectToWeight{Owner: c.sock.String(), Work: made.ID, Source: own.ID, Weight: 999_999})
	c.Advance(31 * 24 * time.Hour)
	result := c.Deliver(c.thief, &disputetypes.MsgAgreeToWeight{
		Owner: c.thief.String(), Work: made.ID, Source: own.ID,
		Weights: inOrder(types.RuledWeight{Source: own.ID, Weight: 999_999}, types.RuledWeight{Source: others.ID, Weight: 1}),
	})
	object := c.Deliver(c.author, &disputetypes.MsgObjectToWeight{Owner: c.author.String(), Work: made.ID, Source: others.ID, Weight: 500_000})
	c.RequireInvariants()
	require.True(t, c.weight(made, others) == 500_000 || object.Err() == nil, "agreed: %v, objected: %v", result.Err(), object.Err())
}

// The same by a concession: the thief's second account claims weights of the author's source.
func TestAttackConcedingChangesTheWeightsOfOthers(t *testing.T) {
	c := newCourt(t)
	made, own, others := c.weighs()
	c.MustDeliver(c.author, &disputetypes.MsgObjectToWeight{Owner: c.author.String(), Work: made.ID, Source: others.ID, Weight: 900_000})
	c.MustDeliver(c.sock, &disputetypes.MsgObjectToWeight{Owner: c.sock.String(), Work: made.ID, Source: own.ID, Weight: 999_999})
	id := c.contest(c.sock, made, disputetypes.KIND_FALSE_WEIGHT, disputetypes.Redress{
		Weights: inOrder(types.RuledWeight{Source: own.ID, Weight: 999_999}, types.RuledWeight{Source: others.ID, Weight: 1}),
	})
	c.MustDeliver(c.thief, concedes(c.thief, id))
	c.NextBlock()
	c.RequireInvariants()
	require.EqualValues(t, 500_000, c.weight(made, others))
	res, err := disputetypes.NewQueryClient(c.Conn()).Objections(c.Ctx(), &disputetypes.QueryObjectionsRequest{Work: made.ID})
	require.NoError(t, err)
	require.NotEmpty(t, res.Objections, "the author's objection is gone")
}

// "Bob has 14 days. He gives it back, at no cost, or contests it with a bond of his own."
//
// The challenger, or a friend, holds a millionth of the work's revenue, and contests the own dispute
// at once. The owner can neither concede nor show anything any more.
func TestAttackAHolderAnswersForTheOwner(t *testing.T) {
	for _, by := range []string{"the challenger", "a friend"} {
		t.Run(by, func(t *testing.T) {
			c := newCourt(t)
			challenger, holder := c.sock, c.sock
			if by == "a friend" {
				challenger = c.nobody
			}
			work := c.Register("hit", c.author)
			c.MustDeliver(c.author, &royaltytypes.MsgAssignShares{Holder: c.author.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
				{Account: c.author.String(), Weight: 990_000}, {Account: holder.String(), Weight: 10_000},
			}})
			id := c.stolen(challenger, work)
			c.Deliver(holder, contests(holder, id))
			answer := contests(c.author, id)
			answer.Evidence = []disputetypes.Evidence{{Sha256: chain.Digest("my raw file")}}
			require.NoError(t, c.Deliver(c.author, answer).Err())
			c.sound()
		})
	}
}

// "A case goes to the first that is not a party": who is accused gives the arbiter a share that nobody
// asked for, and no arbiter decides any more.
func TestAttackAGiftRecusesTheArbiter(t *testing.T) {
	c := newCourt(t)
	work := c.Register("photograph", c.thief)
	c.MustDeliver(c.thief, &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: c.thief.String(), Weight: 990_000}, {Account: c.judge.String(), Weight: 10_000},
	}})
	id := c.stolen(c.author, work)
	c.Advance(answerTime)
	require.Equal(t, disputetypes.PHASE_ARBITRATION, c.dispute(id).Phase)
}

// The same by the challenger, who names a work of the arbiter's as the one that the shares go to: where
// governance does not decide, the freeze costs nothing.
func TestAttackAClaimRecusesTheArbiter(t *testing.T) {
	c := newCourt(t)
	work, judges := c.Register("photograph", c.author), c.Register("the judge's own", c.judge)
	claim := disputetypes.Redress{Invalidate: true, Successor: judges.ID}
	require.ErrorIs(t, c.Deliver(c.sock, opens(c.sock, work, disputetypes.KIND_PRIOR_CLAIM, claim, "x")).Err(), disputetypes.ErrInvalidRedress)
	claim = disputetypes.Redress{TransferTo: c.judge.String()}
	require.ErrorIs(t, c.Deliver(c.sock, opens(c.sock, work, disputetypes.KIND_PRIOR_CLAIM, claim, "x")).Err(), disputetypes.ErrInvalidRedress)
	id := c.stolen(c.judge, work)
	c.Advance(answerTime)
	require.Equal(t, disputetypes.PHASE_GOVERNANCE, c.dispute(id).Phase, "who is robbed oneself does not decide")
	c.sound()
}

// "Of what is at stake when opening: comes back unless it is dismissed or dropped."
//
// The owner of the source approves when the arbiter has ruled so: the ruling cannot be carried out, and
// the challenger, who was right, can only lose.
func TestAttackApprovingAfterTheRuling(t *testing.T) {
	c := newCourt(t)
	song, hit := c.waits(c.author, c.thief)
	id := c.contest(c.author, song, disputetypes.KIND_UNAPPROVED_SOURCE, disputetypes.Redress{Declaration: 1})
	c.Advance(answerTime)
	require.Equal(t, disputetypes.PHASE_ARBITRATION, c.dispute(id).Phase)
	c.MustDeliver(c.judge, c.upholds(id))
	c.MustDeliver(c.thief, &types.MsgApproveSource{
		Owner: c.thief.String(), Source: hit.ID, Derivative: song.ID, Declaration: 1,
		Shown: types.Promises{Grants: 1 << 62, Derivatives: 1 << 62, IrrevocableOffers: 1 << 62},
	})
	c.Advance(appealTime)
	c.NextBlock()
	c.RequireInvariants()
	d := c.dispute(id)
	require.Equal(t, disputetypes.OUTCOME_UPHELD, d.Outcome, "%s: %s", d.Phase, d.Failure)
}

// "Add the missing source (an edge, or where the graph does not allow one a payee share)."
//
// When he is accused, the thief makes so much of a derivative that the edge is not to be had any more;
// the claim names an edge, so that nothing else can be ruled.
func TestAttackTheGraphGrowsDuringADispute(t *testing.T) {
	c := newCourt(t)
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Lineage.Params.Get(ctx)
		params.MaxWalk = 8
		if err == nil {
			err = c.App.Keepers.Lineage.UpdateParams(ctx, params)
		}
		return err
	})
	free := chain.Preset("cc0-1.0")
	remix10 := chain.Preset("commercial-remix-10")
	song, cover := c.Register("song", c.author), c.Register("cover", c.thief)
	child := c.Derive("child", c.thief, cover.Under(free))
	c.Offer(child, free)
	claim := disputetypes.Redress{Source: &disputetypes.RuledSource{Work: song.ID, Role: types.ROLE_PARENT_OF, Terms: remix10}}
	claim.Payee = &disputetypes.Payee{Account: c.author.String(), Share: 100_000}
	msg := opens(c.author, cover, disputetypes.KIND_MISSING_SOURCE, claim, "both")
	var res disputetypes.MsgOpenResponse
	if result := c.Deliver(c.author, msg); result.Err() != nil {
		msg.Claim.Payee = nil
		c.MustDeliver(c.author, msg).Response(t, 0, &res)
	} else {
		result.Response(t, 0, &res)
	}
	for i := range 10 {
		c.Derive(fmt.Sprint("grandchild ", i), c.sock, child.Under(free))
	}
	c.Advance(answerTime)
	rule := c.upholds(res.Dispute)
	rule.Redress.Payee = nil
	byEdge := c.Deliver(c.judge, rule).Err()
	rule.Redress = disputetypes.Redress{Payee: claim.Payee}
	byPayee := c.Deliver(c.judge, rule).Err()
	c.RequireInvariants()
	require.True(t, byEdge == nil || byPayee == nil, "edge: %v; payee: %v", byEdge, byPayee)
}

// The same, where who is accused has a holder of a millionth, or as many holders as there can be.
func TestAttackHoldersKeepAPayeeOut(t *testing.T) {
	for name, socks := range map[string]int{"one with the least": 1, "as many as there can be": 31} {
		t.Run(name, func(t *testing.T) {
			c := newCourt(t)
			cover := c.Register("cover", c.thief)
			weight, rest := uint32(1), uint32(chain.Whole)
			if socks > 1 {
				weight = 10_000
			}
			var shares []royaltytypes.Assignment
			for i := range socks {
				shares = append(shares, royaltytypes.Assignment{Account: c.Account(fmt.Sprint("holder ", i)).String(), Weight: weight})
				rest -= weight
			}
			shares = append(shares, royaltytypes.Assignment{Account: c.thief.String(), Weight: rest})
			if err := c.Deliver(c.thief, &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: cover.ID, Shares: shares}).Err(); err != nil {
				t.Log(err)
				shares[0].Weight, shares[1].Weight = 10_000, 990_000
				c.MustDeliver(c.thief, &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: cover.ID, Shares: shares})
			}
			id := c.contest(c.author, cover, disputetypes.KIND_MISSING_SOURCE, disputetypes.Redress{
				Payee: &disputetypes.Payee{Account: c.author.String(), Share: 100_000},
			})
			c.Advance(answerTime)
			require.NoError(t, c.Deliver(c.judge, c.upholds(id)).Err())
		})
	}
}

// "MaxEvidence is what a party shows with one step": other parties leave the challenger no room to show
// something with the appeal.
func TestAttackHoldersFillTheEvidence(t *testing.T) {
	c := newCourt(t)
	work := c.Register("photograph", c.thief)
	shares := []royaltytypes.Assignment{{Account: c.thief.String(), Weight: 960_000}}
	var holders []chain.Account
	for i := range 4 {
		holders = append(holders, c.Account(fmt.Sprint("holder ", i)))
		shares = append(shares, royaltytypes.Assignment{Account: holders[i].String(), Weight: 10_000})
	}
	c.MustDeliver(c.thief, &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: work.ID, Shares: shares})
	much := func(of string) (list []disputetypes.Evidence) {
		for i := range 8 {
			list = append(list, disputetypes.Evidence{Sha256: chain.Digest(fmt.Sprint(of, i))})
		}
		return list
	}
	open := opens(c.author, work, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: c.author.String()}, "x")
	open.Evidence = much("anchor")
	var res disputetypes.MsgOpenResponse
	c.MustDeliver(c.author, open).Response(t, 0, &res)
	for _, h := range holders {
		msg := concedes(h, res.Dispute)
		msg.Evidence = much(h.Name)
		c.Deliver(h, msg)
	}
	answer := contests(c.thief, res.Dispute)
	answer.Evidence = much("mine")
	require.NoError(t, c.Deliver(c.thief, answer).Err())
	c.MustDeliver(c.judge, &disputetypes.MsgRule{Arbiter: c.judge.String(), Dispute: res.Dispute})
	require.NoError(t, c.Deliver(c.author, &disputetypes.MsgAppeal{
		Appellant: c.author.String(), Dispute: res.Dispute, Bond: ustem(leastBond), Evidence: much("new"),
	}).Err())
}

// A ruling ends a licence that cannot be taken back, under which others made things; they keep them.
func TestAttackALicenceForEverThatARulingEnds(t *testing.T) {
	c := newCourt(t)
	by := chain.Preset("cc-by-4.0")
	work := c.Register("photograph", c.thief)
	remix := c.Derive("remix", c.fan, work.Under(by))
	c.Offer(remix, by)
	id := c.contest(c.author, work, disputetypes.KIND_WRONG_TERMS, disputetypes.Redress{CloseOffers: []licensetypes.TermsID{by}})
	require.Error(t, c.Deliver(c.fan, c.DeriveMsg(c.Register("new", c.fan), work.Under(by))).Err())
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(remix, c.buyer, adapt).Verdict)
	c.decide(id)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(remix, c.buyer, adapt).Verdict)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(remix, c.fan, copies).Verdict)
	c.Derive("second remix", c.buyer, remix.Under(by))
	c.sound()
	c.MustDeliver(c.thief, chain.OfferMsg(work, by))
	c.sound()
}
