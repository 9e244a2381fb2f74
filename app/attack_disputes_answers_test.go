package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAttackTheFirstToContestShutsNobodyOut: a friend of the thief's contests with the least bond, and the thief concedes. A
// third holder contests beside, and the arbiter sees what is shown.
func TestAttackTheFirstToContestShutsNobodyOut(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	c.MustDeliver(bob, &royaltytypes.MsgAssignShares{Holder: bob.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: bob.String(), Weight: 100}, {Account: carol.String(), Weight: chain.Whole - 200}, {Account: dave.String(), Weight: 100},
	}})
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
	answer := func(by chain.Account, concede bool) *disputetypes.MsgAnswer {
		msg := &disputetypes.MsgAnswer{Respondent: by.String(), Dispute: id, Concede: concede}
		if !concede {
			msg.Bond, msg.Evidence = ustem(bond), []disputetypes.Evidence{{Sha256: chain.Digest("shown by " + by.Name)}}
		}
		return msg
	}
	c.MustDeliver(dave, answer(dave, false))
	c.MustDeliver(bob, answer(bob, true))
	c.MustDeliver(carol, answer(carol, false))
	c.RequireBalance(carol, "1000000000ustem")
	require.Len(t, dispute(t, c, id).Evidence, 3)
	require.Equal(t, disputetypes.PHASE_ANSWER, dispute(t, c, id).Phase)
	c.MustDeliver(dave, answer(dave, true))
	require.Equal(t, disputetypes.PHASE_ANSWER, dispute(t, c, id).Phase)
	c.Advance(answerTime)
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	c.RequireSameExport().RequireInvariants()
}

// TestAttackAnAppealStaysWithWhoLost: the side that won neither appeals in place of the one that lost, nor makes
// the appeal dearer by adding to the other's bond.
func TestAttackAnAppealStaysWithWhoLost(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
	c.Advance(answerTime)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id})
	appeal := func(by chain.Account) error {
		return c.Deliver(by, &disputetypes.MsgAppeal{Appellant: by.String(), Dispute: id, Bond: ustem(bond)}).Err()
	}
	require.ErrorIs(t, appeal(bob), disputetypes.ErrNotParty)
	add := &disputetypes.MsgAddBond{Payer: bob.String(), Dispute: id, Bond: ustem(5 * bond)}
	require.ErrorIs(t, c.Deliver(bob, add).Err(), disputetypes.ErrWrongPhase)
	require.NoError(t, appeal(alice))
	c.RequireInvariants()
}

// TestAttackConcessionsAreBounded: a share goes from one account to the next, and each concedes.
func TestAttackConcessionsAreBounded(t *testing.T) {
	c := court(t)
	dataset := c.Register("dataset", bob)
	claim := disputetypes.Redress{Payee: &disputetypes.Payee{Account: alice.String(), Share: 250_000}}
	id := contest(t, c, alice, dataset.ID, disputetypes.KIND_UNFAIR_MANIFEST, claim, "x")
	from := carol
	c.MustDeliver(bob, &royaltytypes.MsgAssignShares{Holder: bob.String(), Work: dataset.ID, Shares: []royaltytypes.Assignment{
		{Account: bob.String(), Weight: chain.Whole - 1000}, {Account: from.String(), Weight: 1000},
	}})
	for _, to := range []chain.Account{dave, carol, dave, carol} {
		c.MustDeliver(from, &disputetypes.MsgAnswer{Respondent: from.String(), Dispute: id, Concede: true})
		c.MustDeliver(from, &royaltytypes.MsgAssignShares{Holder: from.String(), Work: dataset.ID, Shares: []royaltytypes.Assignment{
			{Account: to.String(), Weight: 1000},
		}})
		require.Len(t, dispute(t, c, id).Conceded, 1)
		from = to
	}
	c.RequireSameExport().RequireInvariants()
}

// TestAttackNoSourcesAreDeclaredWhileAWorkIsDisputed: a payee's share would be of what is left behind them.
func TestAttackNoSourcesAreDeclaredWhileAWorkIsDisputed(t *testing.T) {
	c := court(t)
	shell, dataset := c.Register("shell", bob), c.Register("dataset", bob)
	c.Offer(shell, chain.Preset("commercial-remix-10"))
	claim := disputetypes.Redress{Payee: &disputetypes.Payee{Account: alice.String(), Share: 250_000}}
	contest(t, c, alice, dataset.ID, disputetypes.KIND_UNFAIR_MANIFEST, claim, "x")
	err := c.Deliver(bob, c.DeriveMsg(dataset, shell.Under(chain.Preset("commercial-remix-10")))).Err()
	require.ErrorIs(t, err, registrytypes.ErrOnHold)
}

// TestAttackWhoseWeightIsRuledOnDoesNotDecide: an arbiter whose source would weigh less is a party.
func TestAttackWhoseWeightIsRuledOnDoesNotDecide(t *testing.T) {
	c := court(t)
	by := chain.Preset("cc-by-4.0")
	hers, his, output := c.Register("photograph", alice), c.Register("drawing", judge), c.Register("output", bob)
	c.Offer(hers, by)
	c.Offer(his, by)
	var sources []lineagetypes.Source
	for _, s := range []chain.Work{hers, his} {
		sources = append(sources, lineagetypes.Source{Work: s.ID, Role: lineagetypes.ROLE_INPUT_TO, Permission: by.String(), Weight: 300_000})
	}
	c.MustDeliver(bob, &lineagetypes.MsgDerive{Owner: bob.String(), Work: output.ID, Sources: sources, MaxTotalRate: chain.Whole})
	c.MustDeliver(alice, &disputetypes.MsgObjectToWeight{Owner: alice.String(), Work: output.ID, Source: hers.ID, Weight: 700_000})
	claim := disputetypes.Redress{Weights: weights(map[registrytypes.WorkID]uint32{hers.ID: 700_000, his.ID: 100_000})}
	id := contest(t, c, alice, output.ID, disputetypes.KIND_FALSE_WEIGHT, claim, "x")
	c.Advance(answerTime)
	require.Empty(t, dispute(t, c, id).Arbiter)
}

// TestAttackAHoldThatKeepsArrearsBackIsNotConceded: the work owes Alice for the past. A second account of its owner's contests
// it, and the owner concedes at the last moment, again and again: the arbiter decides instead.
func TestAttackAHoldThatKeepsArrearsBackIsNotConceded(t *testing.T) {
	c := court(t)
	song, cover := c.Register("song", alice), c.Register("cover", bob)
	c.Write(func(ctx sdk.Context) error {
		return c.App.Keepers.Royalty.AddArrears(ctx, royaltytypes.ArrearsEntry{
			DebtorWork: cover.ID, Creditor: song.ID, Amount: sdk.NewInt64Coin("uusdc", 900),
		})
	})
	id := contest(t, c, dave, cover.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "x")
	c.MustDeliver(bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: id, Concede: true})
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	c.RequireInvariants()
}

// TestAttackBondsThatAreCalledKeepNoPlaceForOthers: a dispute takes no bond beside the least while another keeps the escrow,
// but not while that one's bond is called for: else least bonds would follow one another.
func TestAttackBondsThatAreCalledKeepNoPlaceForOthers(t *testing.T) {
	c := court(t)
	work := c.Register("hit", bob)
	opens := func(by chain.Account) error {
		claim := disputetypes.Redress{TransferTo: by.String()}
		return c.Deliver(by, openMsg(by, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, by.Name)).Err()
	}
	require.NoError(t, opens(alice))
	c.MustDeliver(dave, chain.PayMsg(dave, work, sdk.NewInt64Coin("ustem", 800_000_000)))
	c.NextBlock()
	require.NoError(t, opens(carol))
	for _, by := range []chain.Account{alice, carol} {
		id := disputetypes.NewDisputeID(work.ID, by.Address, 1)
		c.MustDeliver(bob, &disputetypes.MsgCallBond{Caller: bob.String(), Dispute: id})
	}
	require.ErrorIs(t, opens(judge), disputetypes.ErrBondTooSmall)
	c.RequireInvariants()
}
