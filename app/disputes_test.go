package app_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	judge = chain.Named("judge")
	dave  = chain.Named("dave")
)

const (
	answerTime, arbitrationTime, appealTime, governanceTime = 10 * time.Hour, 20 * time.Hour, 5 * time.Hour, 40 * time.Hour

	bond = 100_000_000
)

// court is a chain with an arbiter, on which everybody has 10^9 ustem and uusdc, and gas is free.
func court(t *testing.T, opts ...chain.Option) *chain.Chain {
	t.Helper()
	opts = append([]chain.Option{
		chain.Accounts(alice, bob, carol, dave, judge), chain.Balance("1000000000ustem,1000000000uusdc"),
	}, opts...)
	c := chain.New(t, opts...)
	c.Write(func(ctx sdk.Context) error {
		params := disputetypes.DefaultParams()
		params.Arbiters = []string{judge.String()}
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

// contest opens a dispute with the least bond.
func contest(
	t *testing.T, c *chain.Chain, by chain.Account, work registrytypes.WorkID, kind disputetypes.Kind,
	claim disputetypes.Redress, evidence string,
) disputetypes.DisputeID {
	msg := openMsg(by, work, kind, claim, evidence)
	result := c.MustDeliver(by, msg)
	var res disputetypes.MsgOpenResponse
	result.Response(t, 0, &res)
	return res.Dispute
}

func openMsg(
	by chain.Account, work registrytypes.WorkID, kind disputetypes.Kind, claim disputetypes.Redress, evidence string,
) *disputetypes.MsgOpen {
	return &disputetypes.MsgOpen{
		Challenger: by.String(), Work: work, Kind: kind, Claim: claim,
		Evidence: []disputetypes.Evidence{{Sha256: chain.Digest(evidence)}}, Bond: ustem(bond),
	}
}

func ustem(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("ustem", n)) }

func dispute(t *testing.T, c *chain.Chain, id disputetypes.DisputeID) disputetypes.Dispute {
	t.Helper()
	d, err := c.App.Keepers.Dispute.GetDispute(c.Ctx(), id)
	require.NoError(t, err)
	return d
}

// carriedOut requires that a ruling was carried out.
func carriedOut(t *testing.T, c *chain.Chain, ids ...disputetypes.DisputeID) {
	t.Helper()
	for _, id := range ids {
		require.Equal(t, disputetypes.OUTCOME_UPHELD, dispute(t, c, id).Outcome, dispute(t, c, id).Failure)
	}
}

// late waits for what nobody was charged for: arrears go by the late lane.
func late(c *chain.Chain) {
	for range 6 {
		c.NextBlock()
	}
}

func usdc(amount string) string { return amount + "uusdc" }

// TestAStolenPhotographIsGivenBack is the journey: Alice anchored her photograph, Bob registers
// it, Carol remixes his and sells, Alice contests it, Bob is silent, the arbiter upholds. Alice gets
// the work, what is in escrow, what Bob still has in the module and the rest from what Bob earns
// later; Carol keeps what she earned and from then on pays Alice.
func TestAStolenPhotographIsGivenBack(t *testing.T) {
	c := court(t)
	stolen := c.Register("photograph", bob)
	remix := c.Derive("remix", carol, stolen.Under(chain.Preset("commercial-remix-10")))
	other := c.Register("something of bob's own", bob)

	// Bob gets 100,000 for the photograph, and 10 % of the 50,000 for the remix; Carol 45,000.
	c.Pay(dave, stolen, usdc("100000"))
	c.Pay(dave, remix, usdc("50000"))
	c.NextBlock()
	c.RequireBalance(bob, usdc("1000105000"))
	c.RequireBalance(carol, usdc("1000045000"))

	// Alice contests it; what it earns from here on is in escrow: 30,000, and 2,000 of the remix.
	claim := disputetypes.Redress{TransferTo: alice.String(), Past: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 105_000))}
	id := contest(t, c, alice, stolen.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "anchor proof")
	c.RequireBalance(alice, "900000000ustem")
	c.Pay(dave, stolen, usdc("30000"))
	c.Pay(dave, remix, usdc("20000"))
	c.NextBlock()
	c.RequireInvariants()
	c.RequireBalance(bob, usdc("1000105000"))
	c.RequireBalance(carol, usdc("1000063000"))
	frozen, err := c.App.Keepers.Royalty.Frozen(c.Ctx(), stolen.ID)
	require.NoError(t, err)
	require.Equal(t, usdc("32000"), frozen.String())

	// Nothing new is granted or made from it, and its owner changes nothing.
	grant := &licensetypes.MsgAcquire{
		Licensee: dave.String(), Work: stolen.ID, Terms: chain.Preset("commercial-remix-10"), MaxRate: chain.Whole,
		Seen: c.Seen(stolen, chain.Preset("commercial-remix-10")),
	}
	require.NotZero(t, c.Deliver(dave, grant).Code)
	require.NotZero(t, c.Deliver(bob, &registrytypes.MsgOfferTransfer{Owner: bob.String(), Work: stolen.ID, Recipient: dave.String()}).Code)

	// Bob is silent. The arbiter gives her all of it; governance is not asked.
	c.Advance(answerTime)
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	ruled := disputetypes.Redress{TransferTo: alice.String(), Restitution: []disputetypes.Restitution{
		{Debtor: bob.String(), Creditor: stolen.ID, Amount: sdk.NewInt64Coin("uusdc", 105_000)},
	}}
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: ruled})
	require.Equal(t, disputetypes.PHASE_APPEAL, dispute(t, c, id).Phase)
	c.RequireBalance(alice, usdc("1000000000"))
	c.Advance(appealTime)
	c.NextBlock()
	c.RequireInvariants()
	d := dispute(t, c, id)
	require.Equal(t, disputetypes.OUTCOME_UPHELD, d.Outcome, d.Failure)
	c.RequireBalance(alice, "1000000000ustem,1000032000uusdc") // her bond, and the escrow
	c.RequireBalance(bob, usdc("1000105000"))

	// What Bob earns, with any work, is Alice's until she has 105,000.
	c.Pay(dave, other, usdc("70000"))
	late(c)
	c.RequireBalance(alice, usdc("1000102000"))
	c.RequireBalance(bob, usdc("1000105000"))
	c.Pay(dave, other, usdc("40000"))
	late(c)
	c.RequireBalance(alice, usdc("1000137000"))
	c.RequireBalance(bob, usdc("1000110000"))

	// Carol pays Alice from now on: 10 % of 10,000.
	c.Pay(dave, remix, usdc("10000"))
	c.NextBlock()
	c.NextBlock()
	c.RequireBalance(alice, usdc("1000138000"))
	c.RequireBalance(carol, usdc("1000072000"))
	c.RequireInvariants()
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), stolen.ID)
	require.NoError(t, err)
	require.Equal(t, alice.Address, row.Owner)
	require.Equal(t, registrytypes.STATUS_ACTIVE, row.Status)
}

// TestAMissingSourceIsAddedAndPaidFirst: the source gets what it would have had, out of escrow
// and then of what the work earns, before its holder has anything.
func TestAMissingSourceIsAddedAndPaidFirst(t *testing.T) {
	c := court(t)
	song, cover := c.Register("song", alice), c.Register("cover", bob)
	terms := chain.Preset("commercial-remix-10")
	c.Pay(dave, cover, usdc("100000"))
	c.NextBlock()
	source := &disputetypes.RuledSource{Work: song.ID, Role: lineagetypes.ROLE_PARENT_OF, Terms: terms}
	claim := disputetypes.Redress{Source: source, Past: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 10_000))}
	id := contest(t, c, alice, cover.ID, disputetypes.KIND_MISSING_SOURCE, claim, "both recordings")
	c.Pay(dave, cover, usdc("4000")) // in escrow
	c.MustDeliver(bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: id, Bond: ustem(bond)})
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: disputetypes.Redress{
		Source: source, Restitution: []disputetypes.Restitution{{Creditor: song.ID, Amount: sdk.NewInt64Coin("uusdc", 10_000)}},
	}})
	c.Advance(appealTime)
	late(c)
	c.RequireInvariants()
	carriedOut(t, c, id)
	// The escrow of 4,000 is Alice's; Bob's bond is half burnt, half hers.
	c.RequireBalance(alice, "1050000000ustem,1000004000uusdc")
	c.RequireBalance(bob, "900000000ustem,1000100000uusdc")
	// Of the next 20,000 she has 2,000 as the source, and 6,000 of what is left.
	c.Pay(dave, cover, usdc("20000"))
	late(c)
	c.RequireBalance(alice, usdc("1000012000"))
	c.RequireBalance(bob, usdc("1000112000"))
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestWhatIsInvalidGoesToItsSuccessor: payments to the work are refused, shares of what was made
// from it go to the successor, and descendants are told.
func TestWhatIsInvalidGoesToItsSuccessor(t *testing.T) {
	c := court(t)
	original, stolen := c.Register("original", alice), c.Register("copy of it, cropped", bob)
	remix := c.Derive("remix", carol, stolen.Under(chain.Preset("commercial-remix-10")))
	second := c.Derive("remix of the remix", dave, remix.Under(chain.Preset("commercial-remix-5")))
	claim := disputetypes.Redress{Invalidate: true, Successor: original.ID}
	id := contest(t, c, alice, stolen.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "raw file")
	standing := func(work chain.Work) *disputetypes.QueryStandingResponse {
		res, err := disputetypes.NewQueryClient(c.Conn()).Standing(c.Ctx(), &disputetypes.QueryStandingRequest{Work: work.ID})
		require.NoError(t, err)
		return res
	}
	require.Len(t, standing(second).Ancestors, 1)
	require.Equal(t, registrytypes.STATUS_DISPUTED, standing(second).Ancestors[0].Status)
	c.Advance(answerTime)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: claim})
	c.Advance(appealTime)
	c.NextBlock()
	c.RequireInvariants()
	carriedOut(t, c, id)
	facts := factsOf(t, c, bob.String())
	require.Equal(t, []uint64{0, 1, 1}, []uint64{facts.Declared, facts.Disputed, facts.Upheld})
	require.EqualValues(t, 1, factsOf(t, c, carol.String()).Declared)
	require.Equal(t, registrytypes.STATUS_INVALIDATED, standing(second).Ancestors[0].Status)
	tainted, err := c.App.Keepers.Dispute.Taints.Has(c.Ctx(), collections.Join(second.ID, stolen.ID))
	require.NoError(t, err)
	require.True(t, tainted)
	require.NotZero(t, c.Deliver(dave, chain.PayMsg(dave, stolen, sdk.NewInt64Coin("uusdc", 100))).Code)
	c.Pay(dave, second, usdc("10000")) // 10 % to the successor, 5 % to Carol
	c.NextBlock()
	c.NextBlock()
	c.RequireBalance(alice, usdc("1000001000"))
	c.RequireBalance(carol, usdc("1000000500"))
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestADismissedDisputeCostsItsChallenger: half of the bond is burnt, half the holders'; the
// escrow goes to them, and the same is not opened again without something new.
func TestADismissedDisputeCostsItsChallenger(t *testing.T) {
	c := court(t)
	work := c.Register("poem", bob)
	c.MustDeliver(bob, &royaltytypes.MsgAssignShares{Holder: bob.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: bob.String(), Weight: 750_000}, {Account: carol.String(), Weight: 250_000},
	}})
	claim := disputetypes.Redress{TransferTo: dave.String()}
	id := contest(t, c, dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "nothing much")
	require.NotZero(t, c.Deliver(dave, openMsg(dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "nothing much")).Code)
	c.Pay(alice, work, usdc("1000"))
	c.MustDeliver(bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: id, Bond: ustem(bond)})
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id})
	c.Advance(appealTime)
	c.NextBlock()
	require.Equal(t, disputetypes.OUTCOME_DISMISSED, dispute(t, c, id).Outcome)
	c.RequireBalance(dave, "900000000ustem")
	c.RequireBalance(bob, "1037500000ustem,1000000750uusdc")
	c.RequireBalance(carol, "1012500000ustem,1000000250uusdc")
	c.RequireInvariants()
	result := c.Deliver(dave, openMsg(dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "nothing much"))
	require.Equal(t, disputetypes.ErrNothingNew.ABCICode(), result.Code)
	contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "nothing much")
	contest(t, c, dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "something new")
	c.RequireInvariants()
}

// TestAnAppealReversesWithoutTakingBack: governance dismisses what the arbiter upheld.
func TestAnAppealReversesWithoutTakingBack(t *testing.T) {
	c := court(t)
	work := c.Register("poem", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
	c.Advance(answerTime)
	given := disputetypes.Redress{TransferTo: alice.String()}
	rule := &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: given}
	c.MustDeliver(judge, rule)
	c.MustDeliver(bob, &disputetypes.MsgAppeal{Appellant: bob.String(), Dispute: id, Bond: ustem(bond)})
	require.Equal(t, disputetypes.PHASE_GOVERNANCE, dispute(t, c, id).Phase)
	require.NotZero(t, c.Deliver(judge, rule).Code)
	c.Write(func(ctx sdk.Context) error {
		governance := authtypes.NewModuleAddress(govtypes.ModuleName).String()
		_, err := c.App.Keepers.Dispute.Rule(ctx, &disputetypes.MsgRule{Arbiter: governance, Dispute: id})
		return err
	})
	require.Equal(t, disputetypes.OUTCOME_DISMISSED, dispute(t, c, id).Outcome)
	c.RequireBalance(bob, "1050000000ustem")
	c.RequireBalance(alice, "900000000ustem")
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.Equal(t, bob.Address, row.Owner)
	c.RequireInvariants()
}

// TestNobodyDecides: the arbiter and governance let their time pass: half of the challenger's bond is burnt
// for the time on hold, and all others have theirs back. It can be opened again with the same.
func TestNobodyDecides(t *testing.T) {
	c := court(t)
	work := c.Register("poem", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
	c.MustDeliver(bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: id, Bond: ustem(bond)})
	c.Advance(arbitrationTime)
	require.Equal(t, disputetypes.PHASE_GOVERNANCE, dispute(t, c, id).Phase)
	c.Advance(governanceTime)
	require.Equal(t, disputetypes.OUTCOME_LAPSED, dispute(t, c, id).Outcome)
	c.RequireBalance(alice, "950000000ustem")
	c.RequireBalance(bob, "1000000000ustem")
	c.RequireInvariants()
	contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
}

// TestAConcessionGivesWhatIsOnesOwn: with a second holder the arbiter decides unless both
// concede; the past is paid by the owner, who concedes last.
func TestAConcessionGivesWhatIsOnesOwn(t *testing.T) {
	c := court(t)
	work := c.Register("poem", bob)
	c.MustDeliver(bob, &royaltytypes.MsgAssignShares{Holder: bob.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
		{Account: bob.String(), Weight: 750_000}, {Account: carol.String(), Weight: 250_000},
	}})
	claim := disputetypes.Redress{TransferTo: alice.String(), Past: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 500))}
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, "a draft")
	concede := func(by chain.Account) *disputetypes.MsgAnswer {
		return &disputetypes.MsgAnswer{Respondent: by.String(), Dispute: id, Concede: true}
	}
	require.NotZero(t, c.Deliver(dave, concede(dave)).Code)
	c.MustDeliver(carol, concede(carol))
	require.Equal(t, disputetypes.PHASE_ANSWER, dispute(t, c, id).Phase)
	c.MustDeliver(bob, concede(bob))
	require.Equal(t, disputetypes.OUTCOME_CONCEDED, dispute(t, c, id).Outcome, dispute(t, c, id).Failure)
	c.NextBlock()
	c.RequireBalance(alice, "1000000000ustem,1000000500uusdc")
	c.RequireBalance(bob, usdc("999999500"))
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.Equal(t, alice.Address, row.Owner)
	c.Pay(dave, work, usdc("100"))
	c.NextBlock()
	c.RequireBalance(alice, usdc("1000000600"))
	c.RequireInvariants()
}

// TestAConcessionTakesNothingBack: an owner's second account contests the work, and the owner
// concedes: a licence that cannot be taken back stays, unless the arbiter says so.
func TestAConcessionTakesNothingBack(t *testing.T) {
	c := court(t)
	work := c.Register("picture", bob)
	by := chain.Preset("cc-by-4.0")
	c.Offer(work, by)
	claim := disputetypes.Redress{CloseOffers: []licensetypes.TermsID{by}}
	id := contest(t, c, dave, work.ID, disputetypes.KIND_WRONG_TERMS, claim, "a letter")
	c.MustDeliver(bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: id, Concede: true})
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, id).Phase)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: claim})
	c.Advance(appealTime)
	carriedOut(t, c, id)
	offered, err := c.App.Keepers.License.Offers.Has(c.Ctx(), collections.Join(work.ID, by))
	require.NoError(t, err)
	require.False(t, offered)
	c.RequireInvariants()
}

// TestTheArbiterIsNoParty: an arbiter who owns the work, or is a member of it, does not decide.
func TestTheArbiterIsNoParty(t *testing.T) {
	c := court(t)
	work := c.Register("the judge's own", judge)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
	c.Advance(answerTime)
	require.Equal(t, disputetypes.PHASE_GOVERNANCE, dispute(t, c, id).Phase)
	require.Empty(t, dispute(t, c, id).Arbiter)
	result := c.Deliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id})
	require.Equal(t, disputetypes.ErrNotArbiter.ABCICode(), result.Code)
}

// TestAShareThatIsGivenRecusesNobody: shares need nobody's consent, so an owner gives some to whom he
// would not have decide. A small one changes nothing; with a twentieth the arbiter is a party.
func TestAShareThatIsGivenRecusesNobody(t *testing.T) {
	for given, arbiter := range map[uint32]string{100: judge.String(), 49_999: judge.String(), 50_000: ""} {
		c := court(t)
		work := c.Register("stolen poem", bob)
		c.MustDeliver(bob, &royaltytypes.MsgAssignShares{Holder: bob.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
			{Account: bob.String(), Weight: chain.Whole - given}, {Account: judge.String(), Weight: given},
		}})
		id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
		c.Advance(answerTime)
		require.Equal(t, arbiter, dispute(t, c, id).Arbiter, "%d ppm", given)
		if arbiter != "" {
			c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id})
		}
	}
}

// TestRulingsStayWithinTimeAndClaim: before the arbiter's time, beyond the claim and after the deadline
// they are refused.
func TestRulingsStayWithinTimeAndClaim(t *testing.T) {
	c := court(t)
	work := c.Register("poem", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
	rule := func(r disputetypes.Redress) uint32 {
		return c.Deliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: r}).Code
	}
	require.Equal(t, disputetypes.ErrWrongPhase.ABCICode(), rule(disputetypes.Redress{TransferTo: alice.String()}))
	c.Advance(answerTime)
	require.Equal(t, disputetypes.ErrBeyondClaim.ABCICode(), rule(disputetypes.Redress{TransferTo: dave.String()}))
	require.Equal(t, disputetypes.ErrBeyondClaim.ABCICode(), rule(disputetypes.Redress{Invalidate: true}))
	require.Equal(t, disputetypes.ErrBeyondClaim.ABCICode(), rule(disputetypes.Redress{
		TransferTo: alice.String(), Restitution: []disputetypes.Restitution{
			{Debtor: bob.String(), Creditor: work.ID, Amount: sdk.NewInt64Coin("uusdc", 1)},
		},
	}))
	c.Advance(arbitrationTime - time.Second)
	require.NotZero(t, rule(disputetypes.Redress{TransferTo: alice.String()}))
}

// TestABondGrowsWithWhatIsFrozen: a twentieth of what lies there; what is not raised in time keeps
// nothing in escrow, and the dispute goes on.
func TestABondGrowsWithWhatIsFrozen(t *testing.T) {
	c := court(t)
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Dispute.Params.Get(ctx)
		params.MinBond = sdk.NewCoins(sdk.NewInt64Coin("ustem", bond), sdk.NewInt64Coin("uusdc", 1000))
		if err == nil {
			err = c.App.Keepers.Dispute.UpdateParams(ctx, params)
		}
		return err
	})
	work := c.Register("hit", bob)
	id := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
	call := &disputetypes.MsgCallBond{Caller: bob.String(), Dispute: id}
	require.Equal(t, disputetypes.ErrNothingToCall.ABCICode(), c.Deliver(bob, call).Code)
	c.Pay(dave, work, usdc("900000"))
	c.NextBlock()
	c.MustDeliver(bob, call)
	// What governance asks of new disputes does not keep anybody from adding to an old bond.
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Dispute.Params.Get(ctx)
		params.MinBond = sdk.NewCoins(sdk.NewInt64Coin("ustem", 2*bond), sdk.NewInt64Coin("uusdc", 1_000_000))
		if err == nil {
			err = c.App.Keepers.Dispute.UpdateParams(ctx, params)
		}
		return err
	})
	c.MustDeliver(dave, &disputetypes.MsgAddBond{Payer: dave.String(), Dispute: id, Bond: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))})
	require.Equal(t, "100000000ustem,5uusdc", dispute(t, c, id).Bond.String())
	require.Equal(t, "100000000ustem,45000uusdc", dispute(t, c, id).Called.String())
	require.NotZero(t, c.Deliver(carol, openMsg(carol, work.ID, disputetypes.KIND_PRIOR_CLAIM,
		disputetypes.Redress{TransferTo: carol.String()}, "me too")).Code, "the least bond is twice as large by now")
	c.Advance(2 * time.Hour)
	c.NextBlock()
	d := dispute(t, c, id)
	require.True(t, d.Unbacked && d.IsOpen())
	c.RequireBalance(bob, usdc("1000900000"))
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestOneDisputeHoldsWhatAnotherReleases: the work stays on hold until the last one is over.
func TestOneDisputeHoldsWhatAnotherReleases(t *testing.T) {
	c := court(t)
	work := c.Register("hit", bob)
	first := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a draft")
	second := contest(t, c, carol, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: carol.String()}, "another")
	c.Pay(dave, work, usdc("1000"))
	// Bob concedes to Carol, who may be his friend: the arbiter decides that, since Alice contests it too.
	c.MustDeliver(bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: second, Concede: true})
	require.Equal(t, disputetypes.PHASE_ARBITRATION, dispute(t, c, second).Phase)
	c.MustDeliver(carol, &disputetypes.MsgDrop{Challenger: carol.String(), Dispute: second})
	c.NextBlock()
	c.RequireInvariants()
	c.RequireBalance(bob, "1050000000ustem,1000000000uusdc")
	c.Advance(answerTime)
	c.MustDeliver(judge, &disputetypes.MsgRule{
		Arbiter: judge.String(), Dispute: first, Upheld: true, Redress: disputetypes.Redress{TransferTo: alice.String()},
	})
	c.Advance(appealTime)
	c.NextBlock()
	c.RequireBalance(alice, "1000000000ustem,1000001000uusdc")
	c.RequireInvariants()
}

// TestAThousandDeadlinesInABlock stay within the budget and are all processed.
func TestAThousandDeadlinesInABlock(t *testing.T) {
	const many = 1000
	c := court(t)
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Dispute.Params.Get(ctx)
		params.MinBond = ustem(1)
		if err == nil {
			err = c.App.Keepers.Dispute.UpdateParams(ctx, params)
		}
		return err
	})
	for i := range many / 100 {
		var works []string
		var msgs []sdk.Msg
		for j := range 100 {
			name := fmt.Sprint("work ", i, " ", j)
			works = append(works, name)
			msg := openMsg(alice, chain.WorkOf(name, bob).ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "x")
			msg.Bond = ustem(1)
			msgs = append(msgs, msg)
		}
		c.MustDeliver(bob, chain.RegisterMsg(bob, works...))
		for part := range 10 {
			c.MustDeliver(alice, msgs[10*part:10*part+10]...)
		}
	}
	waiting := func() (n int) {
		count := func(_ disputetypes.DisputeID, d disputetypes.Dispute) (bool, error) {
			if d.Phase == disputetypes.PHASE_ANSWER {
				n++
			}
			return false, nil
		}
		require.NoError(t, c.App.Keepers.Dispute.Disputes.Walk(c.Ctx(), nil, count))
		return n
	}
	require.Equal(t, many, waiting())
	for left := many - 100; left >= 0; left -= 100 {
		c.Advance(answerTime)
		require.Equal(t, left, waiting())
	}
	c.RequireInvariants()
}

// TestDisputesExportInEveryPhase: and go on after the import, to their end.
func TestDisputesExportInEveryPhase(t *testing.T) {
	c := court(t)
	var ids []disputetypes.DisputeID
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		work := c.Register(name, bob)
		ids = append(ids, contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, name))
	}
	for _, id := range ids[1:] {
		c.MustDeliver(bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: id, Bond: ustem(bond)})
	}
	for _, id := range ids[2:] {
		c.MustDeliver(judge, &disputetypes.MsgRule{
			Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: disputetypes.Redress{TransferTo: alice.String()},
		})
	}
	c.MustDeliver(bob, &disputetypes.MsgAppeal{Appellant: bob.String(), Dispute: ids[3], Bond: ustem(bond)})
	c.RequireSameExport()
	next := c.Reimport()
	next.Advance(answerTime + arbitrationTime)
	next.Advance(appealTime + governanceTime)
	next.NextBlock()
	next.RequireInvariants()
	state := next.ExportGenesis()
	require.True(t, json.Valid(state))
}
