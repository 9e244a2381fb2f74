package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Attacks on the money of disputes that get nothing.

// TestAttackNothingSlipsByInTheBlockOfTheOpening: before and after the opening, in the same block, the work is paid,
// and its revenue given away: all of that lies in escrow, and goes to the author.
func TestAttackNothingSlipsByInTheBlockOfTheOpening(t *testing.T) {
	c := court(t)
	work, other := c.Register("photograph", bob), c.Register("other", bob)
	claim := disputetypes.Redress{TransferTo: alice.String()}
	line := func(w chain.Work, n int64) royaltytypes.Payment {
		return royaltytypes.Payment{Work: w.ID, Amount: sdk.NewInt64Coin("uusdc", n)}
	}
	many := &royaltytypes.MsgPayMany{Payer: dave.String(), Payments: []royaltytypes.Payment{line(work, 300), line(other, 50), line(work, 700)}}
	open := openMsg(alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "x")
	exec := authz.NewMsgExec(bob.Address, []sdk.Msg{splits(bob, work, part(dave, chain.Whole))})
	block := c.Block(
		c.Sign(dave, chain.PayMsg(dave, work, sdk.NewInt64Coin("uusdc", 1_000))),
		c.Sign(bob, splits(bob, work, part(bob, 500_000), part(carol, 500_000))),
		c.Sign(dave, many),
		c.Sign(alice, open),
		c.Sign(dave, chain.PayMsg(dave, work, sdk.NewInt64Coin("uusdc", 1_000))),
		c.Sign(bob, &exec),
		c.Sign(carol, splits(carol, work, part(dave, 500_000))),
	)
	for i, ok := range []bool{true, true, true, true, true, false, false} {
		require.Equal(t, ok, block.Txs[i].Code == 0, "%d: %s", i, block.Txs[i].Log)
	}
	late(c)
	c.RequireBalance(bob, usdc("1000000050"))
	c.RequireBalance(carol, usdc("1000000000"))
	c.RequireInvariants()
	var res disputetypes.MsgOpenResponse
	block.Txs[3].Response(t, 0, &res)
	c.RequireSameExport()
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(res.Dispute, claim))
	c.Advance(appealTime)
	late(c)
	c.RequireBalance(alice, usdc("1000003000"))
	c.RequireInvariants()
}

// TestAttackRulingsAreCarriedOutOnce: of two rulings in a block the second is refused, and so is one
// after the end; a second proposal is too.
func TestAttackRulingsAreCarriedOutOnce(t *testing.T) {
	c := court(t)
	work, other := c.Register("photograph", bob), c.Register("other", bob)
	c.Pay(dave, work, usdc("1000"))
	claim := disputetypes.Redress{TransferTo: alice.String(), Past: uusdc(1_000)}
	ruled := disputetypes.Redress{TransferTo: alice.String(), Restitution: []disputetypes.Restitution{
		{Debtor: bob.String(), Creditor: work.ID, Amount: sdk.NewInt64Coin("uusdc", 600)},
		{Debtor: bob.String(), Creditor: work.ID, Amount: sdk.NewInt64Coin("uusdc", 400)},
	}}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "x")
	c.Advance(answerTime)
	block := c.Block(c.Sign(judge, upholds(id, ruled)), c.Sign(judge, upholds(id, ruled)))
	require.Zero(t, block.Txs[0].Code)
	require.Equal(t, disputetypes.ErrWrongPhase.ABCICode(), block.Txs[1].Code)
	c.MustDeliver(bob, &disputetypes.MsgAppeal{Appellant: bob.String(), Dispute: id, Bond: ustem(bond)})
	c.Write(func(ctx sdk.Context) error {
		msg := &disputetypes.MsgRule{Arbiter: government, Dispute: id, Upheld: true, Redress: ruled}
		_, err := c.App.Keepers.Dispute.Rule(ctx, msg)
		require.NoError(t, err)
		_, err = c.App.Keepers.Dispute.Rule(ctx, msg)
		require.ErrorIs(t, err, disputetypes.ErrTooLate)
		return nil
	})
	require.NotZero(t, c.Deliver(judge, upholds(id, ruled)).Code)
	c.Pay(dave, other, usdc("5000"))
	late(c)
	c.RequireBalance(alice, usdc("1000001000"))
	c.RequireBalance(bob, "900000000ustem,1000005000uusdc")
	c.RequireInvariants()
}

// TestAttackWhatARulingCannotName: amounts that overflow, that are beyond the claim in a second denom, of
// debtors who never held anything, and of the disputed work to itself.
func TestAttackWhatARulingCannotName(t *testing.T) {
	c := court(t)
	work, song := c.Register("photograph", bob), c.Register("song", alice)
	huge := sdk.NewCoin("uusdc", math.NewIntFromBigInt(math.NewInt(1).BigInt().Lsh(math.NewInt(1).BigInt(), 255)))
	claim := disputetypes.Redress{TransferTo: alice.String(), Past: sdk.NewCoins(huge)}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "x")
	c.Advance(answerTime)
	one := sdk.NewInt64Coin("uusdc", 1)
	for name, list := range map[string][]disputetypes.Restitution{
		"too large":         {{Debtor: bob.String(), Creditor: work.ID, Amount: huge}},
		"overflow":          {{Debtor: bob.String(), Creditor: work.ID, Amount: huge}, {Debtor: bob.String(), Creditor: song.ID, Amount: huge}},
		"another denom":     {{Debtor: bob.String(), Creditor: work.ID, Amount: sdk.NewInt64Coin("ustem", 1)}},
		"no holder":         {{Debtor: dave.String(), Creditor: work.ID, Amount: one}},
		"no such version":   {{Debtor: bob.String(), HoldersVersion: 7, Creditor: work.ID, Amount: one}},
		"itself":            {{Creditor: work.ID, Amount: one}},
		"nothing":           {{Debtor: bob.String(), Creditor: work.ID, Amount: sdk.NewInt64Coin("uusdc", 0)}},
		"unknown creditor":  {{Debtor: bob.String(), Creditor: registrytypes.WorkID{1}, Amount: one}},
		"version of a work": {{HoldersVersion: 1, Creditor: song.ID, Amount: one}},
	} {
		result := c.Deliver(judge, upholds(id, disputetypes.Redress{Restitution: list}))
		require.NotZero(t, result.Code, name)
	}
	c.RequireInvariants()
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
}

// TestAttackCoinsOfABond: twice the same denom, out of order, zero, of another denom, or none.
func TestAttackCoinsOfABond(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	stem, zero := ustem(bond)[0], sdk.Coin{Denom: "ustem", Amount: math.ZeroInt()}
	for i, coins := range []sdk.Coins{
		{}, {stem, stem}, {zero}, {sdk.NewInt64Coin("ufoo", bond)}, {sdk.NewInt64Coin("ufoo", 1), stem}, {stem, sdk.NewInt64Coin("ufoo", 1)},
	} {
		msg := openMsg(alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
		msg.Bond = coins
		require.NotZero(t, c.Deliver(alice, msg).Code, i)
	}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
	for i, coins := range []sdk.Coins{{}, {stem, stem}, {zero}, {sdk.NewInt64Coin("ufoo", 1)}} {
		require.NotZero(t, c.Deliver(dave, &disputetypes.MsgAddBond{Payer: dave.String(), Dispute: id, Bond: coins}).Code, i)
	}
	c.RequireInvariants()
}

// TestAttackGovernanceChangesEverythingInTheMiddle: other bonds, other windows, no arbiters. Deadlines that run stay, a bond
// that was put up comes back in its denom, and the case goes to governance in its time.
func TestAttackGovernanceChangesEverythingInTheMiddle(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
	c.MustDeliver(bob, contests(bob, id))
	until := *dispute(t, c, id).Deadline
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Dispute.Params.Get(ctx)
		params.MinBond, params.Arbiters, params.ArbitrationWindow = uusdc(1), nil, time.Second
		params.DeadlineBudget = 1
		if err == nil {
			err = c.App.Keepers.Dispute.UpdateParams(ctx, params)
		}
		return err
	})
	require.Equal(t, until, *dispute(t, c, id).Deadline)
	require.Equal(t, disputetypes.ErrNotArbiter.ABCICode(), c.Deliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id}).Code)
	c.RequireSameExport()
	c.Advance(arbitrationTime)
	require.Equal(t, disputetypes.PHASE_GOVERNANCE, dispute(t, c, id).Phase)
	governs(c, id, false, disputetypes.Redress{})
	c.RequireBalance(alice, "900000000ustem")
	c.RequireBalance(bob, "1050000000ustem")
	c.RequireInvariants()
}

// TestAttackADebtOutlivesItsDenom: the denom is taken off the list while the thief owes in it, and lies in
// his balance. What he has goes to the author, and nothing is lost.
func TestAttackADebtOutlivesItsDenom(t *testing.T) {
	c := court(t)
	work, song := c.Register("photograph", bob), c.Register("song", alice)
	list := func(change func(p *royaltytypes.Params)) {
		c.Write(func(ctx sdk.Context) error {
			params, err := c.App.Keepers.Royalty.Params.Get(ctx)
			change(&params)
			if err == nil {
				err = c.App.Keepers.Royalty.UpdateParams(ctx, params)
			}
			return err
		})
	}
	list(func(p *royaltytypes.Params) {
		for i := range p.Denoms { // it stays in the balance
			p.Denoms[i].MinPayout = math.NewInt(1_000_000)
		}
	})
	c.Pay(dave, work, usdc("1000"))
	claim := disputetypes.Redress{TransferTo: alice.String(), Past: uusdc(700)}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "x")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(id, disputetypes.Redress{Restitution: []disputetypes.Restitution{
		{Debtor: bob.String(), Creditor: song.ID, Amount: sdk.NewInt64Coin("uusdc", 700)},
	}}))
	list(func(p *royaltytypes.Params) {
		for i, d := range p.Denoms {
			if d.Denom == "uusdc" {
				p.Denoms = append(p.Denoms[:i:i], p.Denoms[i+1:]...)
				break
			}
		}
	})
	c.Advance(appealTime)
	late(c)
	c.RequireInvariants()
	carriedOut(t, c, id)
	c.Deliver(alice, &royaltytypes.MsgSettle{Sender: alice.String(), Works: []registrytypes.WorkID{song.ID}, Denoms: []string{"uusdc"}})
	late(c)
	c.Deliver(alice, &royaltytypes.MsgWithdraw{Account: alice.String()})
	c.MustDeliver(bob, &royaltytypes.MsgWithdraw{Account: bob.String()})
	c.RequireBalance(alice, usdc("1000000700"))
	c.RequireBalance(bob, usdc("1000000300"))
	c.RequireInvariants()
}

// TestAttackDebtsAreOnesOwnInTheirOrder: a thief owes two victims; who is first is paid first, from
// whatever work it comes, and what lies in escrow of another dispute pays when that is over.
func TestAttackDebtsAreOnesOwnInTheirOrder(t *testing.T) {
	c := court(t)
	one, two, third := c.Register("one", bob), c.Register("two", bob), c.Register("three", bob)
	hers, daves := c.Register("hers", alice), c.Register("his", dave)
	owe := func(by chain.Account, of, to chain.Work, n int64) {
		id := contest(t, c, by, of.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: by.String(), Past: uusdc(n)}, "x")
		c.Advance(answerTime)
		c.MustDeliver(judge, upholds(id, disputetypes.Redress{Restitution: []disputetypes.Restitution{
			{Debtor: bob.String(), Creditor: to.ID, Amount: sdk.NewInt64Coin("uusdc", n)},
		}}))
		c.Advance(appealTime)
		c.NextBlock()
		carriedOut(t, c, id)
	}
	owe(alice, one, hers, 100)
	owe(dave, two, daves, 100)
	held := contest(t, c, carol, third.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: carol.String()}, "x")
	c.Pay(carol, third, usdc("500"))
	c.Pay(carol, two, usdc("150"))
	late(c)
	c.RequireBalance(alice, usdc("1000000100"))
	c.RequireBalance(dave, usdc("1000000050"))
	c.RequireInvariants()
	c.RequireSameExport()
	c.MustDeliver(carol, &disputetypes.MsgDrop{Challenger: carol.String(), Dispute: held})
	late(c)
	c.RequireBalance(dave, usdc("1000000100"))
	c.RequireBalance(bob, usdc("1000000450"))
	c.RequireInvariants()
}

// TestAttackAnInvalidWorkClosesAllAboutIt: one dispute invalidates the work, the other goes with its bonds
// back at its next deadline, and holds nothing any more.
func TestAttackAnInvalidWorkClosesAllAboutIt(t *testing.T) {
	c := court(t)
	work, song := c.Register("copy", bob), c.Register("song", alice)
	claim := disputetypes.Redress{Invalidate: true, Successor: song.ID}
	first := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "x")
	second := contest(t, c, dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "x")
	c.Pay(carol, work, usdc("1000"))
	c.MustDeliver(bob, contests(bob, second))
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(first, claim))
	c.Advance(appealTime)
	late(c)
	c.RequireInvariants()
	c.RequireSameExport()
	c.RequireBalance(alice, "1000000000ustem,1000001000uusdc")
	c.Advance(arbitrationTime)
	c.NextBlock()
	require.Equal(t, disputetypes.OUTCOME_MOOT, dispute(t, c, second).Outcome)
	c.RequireBalance(dave, "1000000000ustem")
	c.RequireBalance(bob, "1000000000ustem")
	c.RequireInvariants()
	again := openMsg(dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "y")
	require.Equal(t, disputetypes.ErrNotContestable.ABCICode(), c.Deliver(dave, again).Code)
}

// TestAttackNewBondsCallForNothing: governance asks for bonds in another denom. Nothing lies in the work, and
// the thief calls for a new bond of a challenger who does not have that denom.
func TestAttackNewBondsCallForNothing(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
	bonds(c, uusdc(1_000_000))
	result := c.Deliver(bob, &disputetypes.MsgCallBond{Caller: bob.String(), Dispute: id})
	require.Equal(t, disputetypes.ErrNothingToCall.ABCICode(), result.Code, result.Log)
	c.RequireInvariants()
}
