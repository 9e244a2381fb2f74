package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Attacks on the money of disputes: sequences of messages by which a thief, a challenger or an
// arbiter would get what the rules do not give.

var government = authtypes.NewModuleAddress(govtypes.ModuleName).String()

func uusdc(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uusdc", n)) }

// governs has governance decide a dispute.
func governs(c *chain.Chain, id disputetypes.DisputeID, upheld bool, r disputetypes.Redress) {
	c.Write(func(ctx sdk.Context) error {
		_, err := c.App.Keepers.Dispute.Rule(ctx, &disputetypes.MsgRule{Arbiter: government, Dispute: id, Upheld: upheld, Redress: r})
		return err
	})
}

// bonds has governance ask for other bonds.
func bonds(c *chain.Chain, least sdk.Coins) {
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Dispute.Params.Get(ctx)
		params.MinBond = least
		if err == nil {
			err = c.App.Keepers.Dispute.UpdateParams(ctx, params)
		}
		return err
	})
}

func upholds(id disputetypes.DisputeID, r disputetypes.Redress) *disputetypes.MsgRule {
	return &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: r}
}

func concedes(by chain.Account, id disputetypes.DisputeID) *disputetypes.MsgAnswer {
	return &disputetypes.MsgAnswer{Respondent: by.String(), Dispute: id, Concede: true}
}

func contests(by chain.Account, id disputetypes.DisputeID) *disputetypes.MsgAnswer {
	return &disputetypes.MsgAnswer{Respondent: by.String(), Dispute: id, Bond: ustem(bond)}
}

func splits(holder chain.Account, work chain.Work, shares ...royaltytypes.Assignment) *royaltytypes.MsgAssignShares {
	return &royaltytypes.MsgAssignShares{Holder: holder.String(), Work: work.ID, Shares: shares}
}

func part(of chain.Account, weight uint32) royaltytypes.Assignment {
	return royaltytypes.Assignment{Account: of.String(), Weight: weight}
}

// TestAttackAWonDisputeKeepsTheEscrow: the thief lost before the arbiter and appeals. He pays the work a
// fortune, which the escrow keeps for him, and calls for a bond that the author cannot raise: the
// escrow, with what the arbiter gave her, would be his.
func TestAttackAWonDisputeKeepsTheEscrow(t *testing.T) {
	c := court(t)
	bonds(c, sdk.NewCoins(sdk.NewInt64Coin("ustem", bond), sdk.NewInt64Coin("uusdc", 1_000)))
	work := c.Register("photograph", bob)
	claim := disputetypes.Redress{TransferTo: alice.String()}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "raw file")
	c.Pay(dave, work, usdc("50000"))
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(id, claim))
	c.MustDeliver(bob, &disputetypes.MsgAppeal{
		Appellant: bob.String(), Dispute: id, Bond: ustem(bond).Add(sdk.NewInt64Coin("uusdc", 2_500)),
	})
	c.Pay(bob, work, usdc("2000000"))
	result := c.Deliver(bob, &disputetypes.MsgCallBond{Caller: bob.String(), Dispute: id})
	require.Equal(t, disputetypes.ErrWrongPhase.ABCICode(), result.Code, result.Log)
	c.Advance(2 * time.Hour)
	c.NextBlock()
	require.False(t, dispute(t, c, id).Unbacked)
	governs(c, id, true, claim)
	c.NextBlock()
	c.RequireBalance(alice, usdc("1002051250")) // and half of what his appeal cost him
	c.RequireInvariants()
}

// TestAttackAnAppealThatChangesTheAmountIsNotLost: governance gives less than the arbiter did, or
// more: whoever appealed for that was right.
func TestAttackAnAppealThatChangesTheAmountIsNotLost(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	c.Pay(dave, work, usdc("1000"))
	claim := disputetypes.Redress{TransferTo: alice.String(), Past: uusdc(1_000_000)}
	owes := func(n int64) disputetypes.Redress {
		return disputetypes.Redress{TransferTo: alice.String(), Restitution: []disputetypes.Restitution{
			{Debtor: bob.String(), Creditor: work.ID, Amount: sdk.NewInt64Coin("uusdc", n)},
		}}
	}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "raw file")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(id, owes(1_000_000)))
	c.MustDeliver(bob, &disputetypes.MsgAppeal{Appellant: bob.String(), Dispute: id, Bond: ustem(bond)})
	governs(c, id, true, owes(1_000))
	carriedOut(t, c, id)
	c.RequireBalance(bob, "1000000000ustem")
	c.RequireInvariants()

	// What governance decides the same again is lost.
	again := c.Register("another", bob)
	same := disputetypes.Redress{TransferTo: alice.String()}
	id = contest(t, c, alice, again.ID, disputetypes.KIND_PRIOR_CLAIM, same, "raw file")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(id, same))
	c.MustDeliver(bob, &disputetypes.MsgAppeal{Appellant: bob.String(), Dispute: id, Bond: ustem(bond)})
	governs(c, id, true, same)
	c.RequireBalance(bob, "900000000ustem")
	c.RequireInvariants()
}

// TestAttackAConcessionThatFailsIsNotPaidFor: the challenger claims the work for an account that cannot have
// it. Who concedes would pay the past at once, and again by the ruling.
func TestAttackAConcessionThatFailsIsNotPaidFor(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	nobody := authtypes.NewModuleAddress(royaltytypes.ModuleName).String()
	claim := disputetypes.Redress{TransferTo: nobody, Past: uusdc(105)}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "raw file")
	c.MustDeliver(bob, concedes(bob, id))
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	c.MustDeliver(judge, upholds(id, disputetypes.Redress{Restitution: []disputetypes.Restitution{
		{Debtor: bob.String(), Creditor: c.Register("alice's", alice).ID, Amount: sdk.NewInt64Coin("uusdc", 105)},
	}}))
	c.Advance(appealTime)
	c.Pay(dave, work, usdc("1000"))
	late(c)
	c.RequireBalance(alice, usdc("1000000105"))
	c.RequireBalance(bob, usdc("1000000895"))
	c.RequireInvariants()
}

// TestAttackWhatMayNotBeSentIsNotConceded: governance stopped that a denom is sent. A dispute with a second
// account is no way around that.
func TestAttackWhatMayNotBeSentIsNotConceded(t *testing.T) {
	c := court(t)
	work := c.Register("anything", bob)
	claim := disputetypes.Redress{Past: uusdc(1_000_000)}
	id := contest(t, c, dave, work.ID, disputetypes.KIND_UNFAIR_MANIFEST, claim, "x")
	c.Write(func(ctx sdk.Context) error {
		c.App.Keepers.Bank.SetSendEnabled(ctx, "uusdc", false)
		return nil
	})
	send := banktypes.NewMsgSend(bob.Address, dave.Address, uusdc(1))
	require.Equal(t, banktypes.ErrSendDisabled.ABCICode(), c.Deliver(bob, send).Code)
	result := c.Deliver(bob, concedes(bob, id))
	require.Equal(t, banktypes.ErrSendDisabled.ABCICode(), result.Code, result.Log)
	c.RequireBalance(dave, usdc("1000000000"))
	c.RequireInvariants()
}

// TestAttackAChallengerDoesNotAnswer: one who holds a share of the work contests her own dispute at once; the
// owner's time to answer would be over.
func TestAttackAChallengerDoesNotAnswer(t *testing.T) {
	c := court(t)
	work := c.Register("song", bob)
	c.MustDeliver(bob, splits(bob, work, part(bob, 900_000), part(carol, 100_000)))
	id := contest(t, c, carol, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: carol.String()}, "a draft")
	result := c.Deliver(carol, contests(carol, id))
	require.Equal(t, disputetypes.ErrNotParty.ABCICode(), result.Code, result.Log)
	// And she need not concede to herself.
	c.MustDeliver(bob, concedes(bob, id))
	require.Equal(t, disputetypes.OUTCOME_CONCEDED, dispute(t, c, id).Outcome, dispute(t, c, id).Failure)
	c.RequireInvariants()
}

// TestAttackAHolderDoesNotCutTheAnswerShort: a friend of the challenger has a share and contests at once.
func TestAttackAHolderDoesNotCutTheAnswerShort(t *testing.T) {
	c := court(t)
	work := c.Register("song", bob)
	c.MustDeliver(bob, splits(bob, work, part(bob, 900_000), part(carol, 100_000)))
	id := contest(t, c, dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "a draft")
	c.MustDeliver(carol, contests(carol, id))
	own := contests(bob, id)
	own.Evidence = []disputetypes.Evidence{{Sha256: chain.Digest("contract")}}
	require.Equal(t, disputetypes.PHASE_ANSWER, dispute(t, c, id).Phase)
	require.NotZero(t, c.Deliver(carol, contests(carol, id)).Code)
	c.RequireInvariants()
	c.RequireSameExport()
	c.MustDeliver(bob, own)
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	c.RequireBalance(carol, "1000000000ustem")
	c.RequireBalance(bob, "900000000ustem")
	c.RequireInvariants()

	// Where the owner concedes, or says nothing, the holder's stands, and the arbiter decides.
	other := c.Register("another song", bob)
	c.MustDeliver(bob, splits(bob, other, part(bob, 900_000), part(carol, 100_000)))
	id = contest(t, c, dave, other.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "a draft")
	c.MustDeliver(carol, contests(carol, id))
	c.MustDeliver(bob, concedes(bob, id))
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	require.Equal(t, carol.String(), dispute(t, c, id).ContestedBy)
	c.RequireInvariants()
}

// TestAttackAnOwnHoldIsNotFree: the owner of a work under a licence that cannot be taken back has a
// second account contest it, concedes on the last day, and has everything again: nobody could
// make anything under the licence, and nobody paid for that.
func TestAttackAnOwnHoldIsNotFree(t *testing.T) {
	c := court(t)
	work := c.Register("picture", bob)
	by := chain.Preset("cc-by-4.0")
	c.Offer(work, by)
	for i := range 3 {
		claim := disputetypes.Redress{Past: uusdc(1)}
		id := contest(t, c, dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, fmt.Sprint(i))
		c.Advance(answerTime - time.Minute)
		derived := chain.WorkOf(fmt.Sprint("remix", i), carol)
		result := c.Deliver(carol, chain.RegisterMsg(carol, fmt.Sprint("remix", i)), c.DeriveMsg(derived, work.Under(by)))
		require.NotZero(t, result.Code)
		c.MustDeliver(bob, concedes(bob, id))
		require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
		c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id})
		c.Advance(appealTime)
	}
	spent := c.Balance(dave, "ustem").Add(c.Balance(bob, "ustem"))
	require.True(t, spent.Amount.LT(ustem(2_000_000_000)[0].Amount), "nobody paid: they have %s", spent)
}

// TestAttackAClaimDoesNotChooseTheJudge: a claim for the arbiter, or for a work of the arbiter's, would take
// the case away from the arbiter; where governance does not come together the bond is back.
func TestAttackAClaimDoesNotChooseTheJudge(t *testing.T) {
	c := court(t)
	work, judges := c.Register("hit", bob), c.Register("the judge's", judge)
	for _, claim := range []disputetypes.Redress{
		{TransferTo: judge.String()},
		{Invalidate: true, Successor: judges.ID},
	} {
		result := c.Deliver(dave, openMsg(dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "x"))
		require.Equal(t, disputetypes.ErrInvalidRedress.ABCICode(), result.Code, result.Log)
	}
	payee := disputetypes.Redress{Payee: &disputetypes.Payee{Account: judge.String(), Share: 100_000}}
	result := c.Deliver(dave, openMsg(dave, work.ID, disputetypes.KIND_MISSING_SOURCE, payee, "x"))
	require.Equal(t, disputetypes.ErrInvalidRedress.ABCICode(), result.Code, result.Log)
	contest(t, c, judge, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: judge.String()}, "x")
	c.RequireInvariants()
}

// TestAttackAnArbiterDoesNotPayHimself: the claim says how much is claimed for the past; the ruling
// would say that a work of the arbiter's gets it.
func TestAttackAnArbiterDoesNotPayHimself(t *testing.T) {
	c := court(t)
	work, judges := c.Register("hit", bob), c.Register("the judge's", judge)
	claim := disputetypes.Redress{TransferTo: alice.String(), Past: uusdc(1_000)}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "x")
	c.Advance(answerTime)
	result := c.Deliver(judge, upholds(id, disputetypes.Redress{Restitution: []disputetypes.Restitution{
		{Debtor: bob.String(), Creditor: judges.ID, Amount: sdk.NewInt64Coin("uusdc", 1_000)},
	}}))
	require.Equal(t, disputetypes.ErrRecused.ABCICode(), result.Code, result.Log)
}

// TestAttackAnAppealStaysAffordable: the author lost before the arbiter. The thief pays the work a fortune, which
// lies in escrow for him, so that her appeal would take a bond that she does not have.
func TestAttackAnAppealStaysAffordable(t *testing.T) {
	c := court(t)
	bonds(c, sdk.NewCoins(sdk.NewInt64Coin("ustem", bond), sdk.NewInt64Coin("uusdc", 1_000)))
	work := c.Register("hit", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
	c.Advance(answerTime)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id})
	c.Pay(bob, work, usdc("2000000"))
	c.NextBlock()
	c.MustDeliver(alice, &disputetypes.MsgAppeal{Appellant: alice.String(), Dispute: id, Bond: ustem(bond)})
	c.RequireInvariants()
}

// TestAttackAnOpeningStaysAffordable: the same before the author comes: a second account of the thief's has
// the work in escrow already.
func TestAttackAnOpeningStaysAffordable(t *testing.T) {
	c := court(t)
	bonds(c, sdk.NewCoins(sdk.NewInt64Coin("ustem", bond), sdk.NewInt64Coin("uusdc", 1_000)))
	work := c.Register("hit", bob)
	contest(t, c, dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "x")
	c.Pay(bob, work, usdc("2000000"))
	c.NextBlock()
	contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "raw file")
	c.RequireInvariants()
}

// TestAttackEvidenceHasRoom: holders who are friends of the challenger show so much that the owner could show nothing.
func TestAttackEvidenceHasRoom(t *testing.T) {
	friends := chain.NamedMany("friend", 4)
	c := court(t, chain.Accounts(friends...))
	work := c.Register("song", bob)
	shares := []royaltytypes.Assignment{part(bob, 960_000)}
	for _, f := range friends {
		shares = append(shares, part(f, 10_000))
	}
	c.MustDeliver(bob, splits(bob, work, shares...))
	show := func(by string) (list []disputetypes.Evidence) {
		for i := range disputetypes.MaxEvidence {
			list = append(list, disputetypes.Evidence{Sha256: chain.Digest(fmt.Sprint(by, i))})
		}
		return list
	}
	open := openMsg(dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "x")
	open.Evidence = show("dave")
	var res disputetypes.MsgOpenResponse
	c.MustDeliver(dave, open).Response(t, 0, &res)
	for _, f := range friends {
		msg := concedes(f, res.Dispute)
		msg.Evidence = show(f.Name)
		c.Deliver(f, msg)
	}
	msg := contests(bob, res.Dispute)
	msg.Evidence = show("bob")
	c.MustDeliver(bob, msg)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: res.Dispute})
	c.MustDeliver(dave, &disputetypes.MsgAppeal{Appellant: dave.String(), Dispute: res.Dispute, Bond: ustem(bond), Evidence: show("more")})
	c.RequireInvariants()
}

// TestAttackWhatAnotherRulingGaveIsNoReasonToLose: two contest the same offer, and both are right. The second
// ruling finds it ended.
func TestAttackWhatAnotherRulingGaveIsNoReasonToLose(t *testing.T) {
	c := court(t)
	work := c.Register("picture", bob)
	by := chain.Preset("cc-by-4.0")
	c.Offer(work, by)
	claim := disputetypes.Redress{CloseOffers: []licensetypes.TermsID{by}}
	first := contest(t, c, alice, work.ID, disputetypes.KIND_WRONG_TERMS, claim, "x")
	second := contest(t, c, carol, work.ID, disputetypes.KIND_WRONG_TERMS, claim, "x")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(first, claim))
	c.MustDeliver(judge, upholds(second, claim))
	c.Advance(appealTime)
	c.NextBlock()
	carriedOut(t, c, first, second)
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.Equal(t, registrytypes.STATUS_ACTIVE, row.Status)
	c.RequireInvariants()
}

// TestAttackASourceThatAnotherRulingAddedIsThere: two contest that the same source is missing.
func TestAttackASourceThatAnotherRulingAddedIsThere(t *testing.T) {
	c := court(t)
	song, cover := c.Register("song", alice), c.Register("cover", bob)
	source := &disputetypes.RuledSource{Work: song.ID, Role: lineagetypes.ROLE_PARENT_OF, Terms: chain.Preset("commercial-remix-10")}
	claim := disputetypes.Redress{Source: source}
	first := contest(t, c, alice, cover.ID, disputetypes.KIND_MISSING_SOURCE, claim, "x")
	second := contest(t, c, carol, cover.ID, disputetypes.KIND_MISSING_SOURCE, claim, "x")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(first, claim))
	c.Advance(appealTime)
	c.NextBlock()
	c.MustDeliver(judge, upholds(second, claim))
	c.Advance(appealTime)
	c.NextBlock()
	carriedOut(t, c, first, second)
	c.Pay(dave, cover, usdc("1000"))
	c.NextBlock()
	c.NextBlock()
	c.RequireBalance(alice, usdc("1000000100"))
	c.RequireInvariants()
}
