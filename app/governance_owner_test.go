package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// commons is governance as an owner. No key signs for it.
var commons = chain.Account{Name: "governance", Address: sdk.MustAccAddressFromBech32(government)}

// votingTime is longer than a vote, and shorter than the time for an answer.
const votingTime = 10 * time.Minute

// commonsCourt is court with short votes.
func commonsCourt(t *testing.T) *chain.Chain {
	t.Helper()
	c := court(t)
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Gov.Params.Get(ctx)
		if err != nil {
			return err
		}
		period, faster := votingTime-time.Minute, time.Minute
		params.VotingPeriod, params.ExpeditedVotingPeriod = &period, &faster
		params.MinDeposit = ustem(deposited)
		if err := c.App.Keepers.Gov.Params.Set(ctx, params); err != nil {
			return err
		}
		disputes := disputetypes.DefaultParams()
		disputes.Arbiters, disputes.AnswerWindow = []string{judge.String()}, 10*votingTime
		return c.App.Keepers.Dispute.UpdateParams(ctx, disputes)
	})
	return c
}

// deposited is what a proposal needs, in ustem.
const deposited = 10_000_000

// decide puts messages to the vote with all stake in favour, and returns how it went.
func decide(t *testing.T, c *chain.Chain, msgs ...sdk.Msg) govv1.Proposal {
	t.Helper()
	staker := chain.Named("faucet")
	proposal, err := govv1.NewMsgSubmitProposal(msgs, ustem(deposited), staker.String(), "", "change", "a change", false)
	require.NoError(t, err)
	var made govv1.MsgSubmitProposalResponse
	c.MustDeliver(staker, proposal).Response(t, 0, &made)
	c.MustDeliver(staker, govv1.NewMsgVote(staker.Address, made.ProposalId, govv1.OptionYes, ""))
	c.Advance(votingTime)
	c.RequireInvariants()
	done, err := c.App.Keepers.Gov.Proposals.Get(c.Ctx(), made.ProposalId)
	require.NoError(t, err)
	return done
}

// pass is decide of what must be carried out.
func pass(t *testing.T, c *chain.Chain, msgs ...sdk.Msg) {
	t.Helper()
	done := decide(t, c, msgs...)
	require.Equal(t, govv1.StatusPassed, done.Status, done.FailedReason)
}

// takenOver is a work that governance has accepted.
func takenOver(t *testing.T, c *chain.Chain, name string) chain.Work {
	t.Helper()
	work := c.Register(name, alice)
	c.MustDeliver(alice, &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: work.ID, Recipient: government})
	pass(t, c, &royaltytypes.MsgAcceptTransfer{Recipient: government, Work: work.ID, WorkVersion: 1, Offer: 1})
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.Equal(t, commons.Address, row.Owner)
	return chain.Work{ID: work.ID, Owner: commons}
}

// TestGovernanceIsAnOwner: every message of an owner, by votes.
func TestGovernanceIsAnOwner(t *testing.T) {
	c := commonsCourt(t)
	hymn := takenOver(t, c, "hymn")
	free, paid := chain.Preset("cc-by-4.0"), chain.Preset("commercial-remix-10")
	pass(t, c,
		chain.OfferMsg(hymn, free), chain.OfferMsg(hymn, paid),
		&licensetypes.MsgCloseOffer{Owner: government, Work: hymn.ID, Terms: paid},
		&registrytypes.MsgRevise{Owner: government, Work: hymn.ID, Details: registrytypes.Details{
			Kind: registrytypes.KIND_OTHER, Title: "Hymn of all",
		}})
	pass(t, c, &registrytypes.MsgWithdrawWork{Owner: government, Work: hymn.ID})
	pass(t, c, &registrytypes.MsgRestoreWork{Owner: government, Work: hymn.ID})

	// It registers, and declares sources.
	score := chain.WorkOf("score", commons)
	pass(t, c, chain.RegisterMsg(commons, "score"))
	poem := c.Register("poem", bob)
	c.Offer(poem, paid)
	pass(t, c, chain.DeriveMsg(score, poem.Under(paid)))

	// It earns, passes on, and spends what it has earned.
	before := c.App.Keepers.Bank.GetBalance(c.Ctx(), commons.Address, "uusdc")
	c.Pay(dave, score, "1000000uusdc")
	c.NextBlock()
	earned := c.App.Keepers.Bank.GetBalance(c.Ctx(), commons.Address, "uusdc").Sub(before)
	require.Equal(t, "900000uusdc", earned.String())
	pass(t, c, banktypes.NewMsgSend(commons.Address, carol.Address, sdk.NewCoins(earned)))

	// It gives the work away.
	pass(t, c, &registrytypes.MsgOfferTransfer{Owner: government, Work: hymn.ID, Recipient: bob.String()})
	head, err := c.App.Keepers.Royalty.GetHead(c.Ctx(), hymn.ID)
	require.NoError(t, err)
	c.MustDeliver(bob, &royaltytypes.MsgAcceptTransfer{
		Recipient: bob.String(), Work: hymn.ID, WorkVersion: 2, Epoch: head.Epoch, Offer: 2,
	})
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestGovernanceAnswersADispute: it contests with money that it was sent, and concedes.
func TestGovernanceAnswersADispute(t *testing.T) {
	c := commonsCourt(t)
	hymn, psalm := takenOver(t, c, "hymn"), takenOver(t, c, "psalm")
	claim := disputetypes.Redress{TransferTo: dave.String()}
	first := contest(t, c, dave, hymn.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "a draft")
	second := contest(t, c, dave, psalm.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "a draft")
	c.MustDeliver(alice, banktypes.NewMsgSend(alice.Address, commons.Address, ustem(bond)))
	pass(t, c, &disputetypes.MsgAnswer{Respondent: government, Dispute: first, Bond: ustem(bond)})
	require.Equal(t, government, dispute(t, c, first).ContestedBy)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: first})

	pass(t, c, &disputetypes.MsgAnswer{Respondent: government, Dispute: second, Concede: true})
	require.Equal(t, disputetypes.OUTCOME_CONCEDED, dispute(t, c, second).Outcome)
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), psalm.ID)
	require.NoError(t, err)
	require.Equal(t, dave.Address, row.Owner)
}

// TestGovernanceKeepsTheDepositsOfOthers: a message that would spend them fails, and every deposit comes
// back. Without that the chain halts when the next one is due.
func TestGovernanceKeepsTheDepositsOfOthers(t *testing.T) {
	c := commonsCourt(t)
	hymn := takenOver(t, c, "hymn")
	id := contest(t, c, dave, hymn.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: dave.String()}, "a draft")
	// Bob's proposal has a deposit as large as the bond, and waits for votes when the other is carried out.
	proposal, err := govv1.NewMsgSubmitProposal(nil, ustem(bond), bob.String(), "metadata", "other", "another", false)
	require.NoError(t, err)
	answer := &disputetypes.MsgAnswer{Respondent: government, Dispute: id, Bond: ustem(bond)}
	staker := chain.Named("faucet")
	contesting, err := govv1.NewMsgSubmitProposal([]sdk.Msg{answer}, ustem(deposited), staker.String(), "", "contest", "contest", false)
	require.NoError(t, err)
	var made govv1.MsgSubmitProposalResponse
	c.MustDeliver(staker, contesting).Response(t, 0, &made)
	c.MustDeliver(staker, govv1.NewMsgVote(staker.Address, made.ProposalId, govv1.OptionYes, ""))
	c.Advance(votingTime / 2)
	c.MustDeliver(bob, proposal)
	c.Advance(votingTime / 2)
	done, err := c.App.Keepers.Gov.Proposals.Get(c.Ctx(), made.ProposalId)
	require.NoError(t, err)
	require.Equal(t, govv1.StatusFailed, done.Status)
	require.Contains(t, done.FailedReason, "deposits of other proposals")
	require.Empty(t, dispute(t, c, id).ContestedBy)
	c.RequireBalance(bob, "900000000ustem")
	c.Advance(votingTime) // nobody voted: it comes back, or is burnt, and the chain goes on
	require.True(t, c.App.Keepers.Bank.GetBalance(c.Ctx(), commons.Address, "ustem").IsZero())
	c.RequireInvariants()
}
