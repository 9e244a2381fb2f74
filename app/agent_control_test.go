package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	deriveType   = "/stemma.lineage.v1.MsgDerive"
	withdrawType = "/stemma.royalty.v1.MsgWithdraw"
)

func passportOf(t *testing.T, c *chain.Chain, id agenttypes.AgentID) agenttypes.Passport {
	t.Helper()
	p, err := c.App.Keepers.Agent.GetPassport(c.Ctx(), id)
	require.NoError(t, err)
	return p
}

func factsOf(t *testing.T, c *chain.Chain, subject string) agenttypes.Facts {
	t.Helper()
	facts, err := c.App.Keepers.Agent.FactsOf(c.Ctx(), subject)
	require.NoError(t, err)
	return facts
}

func TestALimitBoundsTermsAndRates(t *testing.T) {
	c, id := agency(t)
	song, other := c.Register("song", bob), c.Register("other", bob)
	five, ten := chain.Preset("commercial-remix-5"), chain.Preset("commercial-remix-10")
	c.Offer(song, five)
	c.Offer(song, ten)
	c.Offer(other, five)
	remix := c.Register("remix", alice)
	limit := limitOf(c, "uusdc", 10, 100, 100, deriveType)
	limit.Terms, limit.MaxRate = []string{five.String()}, &agenttypes.MaxRate{Rate: 60_000}
	setLimit(c, id, robot, limit)
	derive := func(source chain.Source, most uint32) sdk.Msg {
		msg := c.DeriveMsg(remix, source)
		msg.MaxTotalRate, msg.MaxGrants = most, 0
		return msg
	}
	requireCode(t, c.Deliver(robot, act(t, id, robot, derive(song.Under(ten), 50_000))), agenttypes.ErrTerms)
	requireCode(t, c.Deliver(robot, act(t, id, robot, derive(song.Under(five), 60_001))), agenttypes.ErrRate)
	c.MustDeliver(robot, act(t, id, robot, derive(song.Under(five), 60_000)))
	c.RequireInvariants()
}

// What comes in is not set against what leaves.
func TestWhatComesInIsNotSetAgainstABudget(t *testing.T) {
	c, id := agency(t)
	mine := c.Register("mine", alice)
	c.Pay(bob, mine, "9uusdc") // too little to be paid out by itself
	c.MustDeliver(bob, &royaltytypes.MsgSettle{Sender: bob.String(), Works: []registrytypes.WorkID{mine.ID}, Denoms: []string{"uusdc"}})
	c.NextBlock()
	setLimit(c, id, robot, limitOf(c, "uusdc", 5, 50, 5, sendType, withdrawType))
	withdraw := &royaltytypes.MsgWithdraw{Account: alice.String(), Denoms: []string{"uusdc"}}
	result := c.Deliver(robot, act(t, id, robot, withdraw, sendCoins(alice, bob, microUSDC(9))))
	requireCode(t, result, agenttypes.ErrOverAct)
	require.Contains(t, result.Log, "9uusdc")
	c.MustDeliver(robot, act(t, id, robot, withdraw, sendCoins(alice, bob, microUSDC(5))))
	requireCode(t, c.Deliver(robot, act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))), agenttypes.ErrOverTotal)
}

func TestAPassportEndsAndIsRenewed(t *testing.T) {
	c, id := agency(t)
	limit := limitOf(c, "uusdc", 5, 5, 50, sendType)
	limit.ExpiresAt = c.Now().Add(399 * 24 * time.Hour)
	renew := &agenttypes.MsgRenew{Controller: alice.String(), Agent: id, ExpiresAt: c.Now().Add(time.Hour)}
	c.MustDeliver(alice, renew)
	setLimit(c, id, robot, limit)
	limit.Fees = []agenttypes.Budget{{Denom: "ustem", Act: math.NewInt(20), Window: math.NewInt(20), Total: math.NewInt(30)}}
	setLimit(c, id, robot, limit)
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, robot.Address)
	require.NoError(t, err)
	c.MustDeliver(alice, allowance)
	sponsored := func(fee string) chain.Result {
		msg := act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))
		return c.Block(c.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{robot}, Fee: fee, Granter: &alice})).Txs[0]
	}
	require.Zero(t, sponsored("20ustem").Code)
	c.Advance(time.Hour)
	requireCode(t, c.Deliver(robot, act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))), agenttypes.ErrExpired)
	requireCode(t, sponsored("5ustem"), agenttypes.ErrExpired)
	renew.ExpiresAt = c.Now().Add(24 * time.Hour)
	c.MustDeliver(alice, renew)
	requireCode(t, sponsored("11ustem"), agenttypes.ErrFeeOverTotal)
	require.Zero(t, sponsored("10ustem").Code)
	renew.ExpiresAt = c.Now().Add(-time.Second)
	require.NotZero(t, c.Deliver(alice, renew).Code)
	renew.ExpiresAt = c.Now().Add(4_000 * 24 * time.Hour)
	require.NotZero(t, c.Deliver(alice, renew).Code, "no passport lasts for ever")
}

// Control moves when the recipient accepts what it looked at; keys, payout account and recovery end with it, in the same block.
func TestControlMovesWithoutKeys(t *testing.T) {
	c, id := agency(t)
	setLimit(c, id, robot, limitOf(c, "uusdc", 5, 50, 50, sendType))
	spend := act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))
	c.MustDeliver(robot, spend)
	c.MustDeliver(alice,
		&agenttypes.MsgOfferPayout{Controller: alice.String(), Agent: id, Account: carol.String()},
		&agenttypes.MsgSetRecovery{Controller: alice.String(), Agent: id, Account: carol.String(), Delay: 8 * 24 * time.Hour},
		&agenttypes.MsgOfferControl{Controller: alice.String(), Agent: id, Recipient: bob.String()})
	c.MustDeliver(carol, &agenttypes.MsgAcceptPayout{Account: carol.String(), Agent: id})
	require.Equal(t, carol.String(), passportOf(t, c, id).PayoutAccount())
	accept := func(offer, version uint32) *agenttypes.MsgAcceptControl {
		return &agenttypes.MsgAcceptControl{Recipient: bob.String(), Agent: id, Offer: offer, Version: version}
	}
	card := agenttypes.Card{Responsible: agenttypes.Party{Name: "Another Ltd"}}
	c.MustDeliver(alice, &agenttypes.MsgRevise{Controller: alice.String(), Agent: id, Card: card})
	requireCode(t, c.Deliver(bob, accept(1, 1)), agenttypes.ErrInvalidTransfer) // another card than it looked at
	other := accept(1, 2)
	other.Recipient = carol.String()
	requireCode(t, c.Deliver(carol, other), agenttypes.ErrInvalidTransfer)

	block := c.Block(c.Sign(bob, accept(1, 2)), c.Sign(robot, spend))
	require.NoError(t, block.Txs[0].Err())
	requireCode(t, block.Txs[1], agenttypes.ErrNotKey)
	p := passportOf(t, c, id)
	require.Equal(t, []any{bob.String(), "", "", (*agenttypes.Recovery)(nil), uint32(0)},
		[]any{p.Controller, p.Payout, p.OfferedTo, p.Recovery, p.Keys})
	requireCode(t, c.Deliver(alice, &agenttypes.MsgRevise{Controller: alice.String(), Agent: id, Card: card}), agenttypes.ErrNotController)
	facts := factsOf(t, c, id.String())
	require.Equal(t, []any{uint64(1), microUSDC(1)}, []any{facts.Acts, facts.Paid}, "what its keys did stays counted")
	c.RequireInvariants()
	c.RequireSameExport()
}

func TestALostControllerIsReplacedAfterADelay(t *testing.T) {
	c, id := agency(t)
	setLimit(c, id, robot, limitOf(c, "uusdc", 5, 50, 50, sendType))
	delay := 8 * 24 * time.Hour
	set := func(account chain.Account, delay time.Duration) *agenttypes.MsgSetRecovery {
		return &agenttypes.MsgSetRecovery{Controller: alice.String(), Agent: id, Account: account.String(), Delay: delay}
	}
	ask := &agenttypes.MsgRequestRecovery{Account: carol.String(), Agent: id}
	take := &agenttypes.MsgCompleteRecovery{Account: carol.String(), Agent: id}
	object := &agenttypes.MsgObjectToRecovery{Controller: alice.String(), Agent: id}
	requireCode(t, c.Deliver(carol, ask), agenttypes.ErrInvalidRecovery) // nobody named carol
	requireCode(t, c.Deliver(alice, set(alice, delay)), agenttypes.ErrInvalidRecovery)
	requireCode(t, c.Deliver(alice, set(carol, time.Minute)), agenttypes.ErrInvalidRecovery)
	c.MustDeliver(alice, set(carol, delay))
	requireCode(t, c.Deliver(carol, take), agenttypes.ErrInvalidRecovery) // without asking
	requireCode(t, c.Deliver(alice, object), agenttypes.ErrInvalidRecovery)
	c.MustDeliver(carol, ask)
	c.Advance(delay - time.Hour)
	requireCode(t, c.Deliver(carol, take), agenttypes.ErrInvalidRecovery)
	c.MustDeliver(alice, object)
	c.Advance(2 * time.Hour)
	requireCode(t, c.Deliver(carol, take), agenttypes.ErrInvalidRecovery) // the objection ended the request

	c.MustDeliver(carol, ask)
	c.Advance(delay)
	c.MustDeliver(alice, set(carol, delay)) // the controller is there: what runs ends
	requireCode(t, c.Deliver(carol, take), agenttypes.ErrInvalidRecovery)
	c.MustDeliver(carol, ask)
	c.Advance(delay)
	c.MustDeliver(carol, take)
	p := passportOf(t, c, id)
	require.Equal(t, []any{carol.String(), uint32(0)}, []any{p.Controller, p.Keys})
	require.Nil(t, p.Recovery)
	requireCode(t, c.Deliver(robot, act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))), agenttypes.ErrNotKey)
	c.RequireInvariants()
}

func TestAttestationsAreListedOrNot(t *testing.T) {
	c, id := agency(t)
	attest := func(by chain.Account, until *time.Time) *agenttypes.MsgAttest {
		return &agenttypes.MsgAttest{
			Issuer: by.String(), Schema: "audit/2026", Subject: id.String(), PayloadSha256: chain.Digest("audit"), ExpiresAt: until,
		}
	}
	past := c.Now()
	requireCode(t, c.Deliver(bob, attest(bob, &past)), agenttypes.ErrInvalidAttestation)
	c.MustDeliver(bob, attest(bob, nil))
	require.NotZero(t, c.Deliver(bob, attest(bob, nil)).Code, "it is said already")
	c.MustDeliver(carol, attest(carol, nil))
	revoke := func(by chain.Account) *agenttypes.MsgRevokeAttestation {
		return &agenttypes.MsgRevokeAttestation{
			Issuer: by.String(), Attestation: agenttypes.NewAttestationID(bob.Address, "audit/2026", id.String(), chain.Digest("audit")),
		}
	}
	requireCode(t, c.Deliver(carol, revoke(carol)), agenttypes.ErrInvalidAttestation)
	c.MustDeliver(bob, revoke(bob))
	require.NotZero(t, c.Deliver(bob, revoke(bob)).Code)
	require.NotZero(t, c.Deliver(bob, attest(bob, nil)).Code, "a statement that was revoked stays so")
	c.RequireInvariants()
	c.RequireSameExport()
}

// Works that are declared in an agent's name, and disputes about them, are counted, and no other account or agent can add to them.
func TestFactsAreCounted(t *testing.T) {
	c, id := agency(t)
	c.MustDeliver(bob, &agenttypes.MsgRegister{
		Controller: bob.String(), Name: "crawler", ExpiresAt: c.Now().Add(300 * 24 * time.Hour),
		Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "Bob Ltd"}},
	})
	theirs := agenttypes.NewAgentID(bob.Address, "crawler")
	second := agenttypes.NewAgentID(alice.Address, "writer")
	c.MustDeliver(alice, &agenttypes.MsgRegister{
		Controller: alice.String(), Name: "writer", ExpiresAt: c.Now().Add(300 * 24 * time.Hour),
		Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "Alice Ltd"}},
	})
	output := c.Register("output", alice)
	setLimit(c, id, robot, limitOf(c, "uusdc", 5, 50, 50, deriveType))
	declare := func(agent agenttypes.AgentID) *lineagetypes.MsgDerive {
		return &lineagetypes.MsgDerive{
			Owner: alice.String(), Work: output.ID, Record: &lineagetypes.GenerationRecord{Agent: agent, Model: "a model"},
		}
	}
	for agent, code := range map[agenttypes.AgentID]*errorsmod.Error{
		theirs: agenttypes.ErrNotController, agenttypes.NewAgentID(alice.Address, "nobody"): agenttypes.ErrNotFound,
	} {
		requireCode(t, c.Deliver(alice, declare(agent)), code)
	}
	requireCode(t, c.Deliver(robot, act(t, id, robot, declare(second))), agenttypes.ErrNotAllowed) // its controller's, but not its own
	c.MustDeliver(robot, act(t, id, robot, declare(id)))
	for subject, declared := range map[string]uint64{id.String(): 1, alice.String(): 1, second.String(): 0, theirs.String(): 0} {
		require.Equal(t, declared, factsOf(t, c, subject).Declared, subject)
	}
	contest(t, c, carol, output.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: carol.String()}, "a sketch")
	for _, subject := range []string{id.String(), alice.String()} {
		require.EqualValues(t, 1, factsOf(t, c, subject).Disputed, subject)
		require.Zero(t, factsOf(t, c, subject).Upheld)
	}
	c.MustDeliver(alice, &agenttypes.MsgSetStatus{Controller: alice.String(), Agent: second, Status: agenttypes.STATUS_SUSPENDED})
	other := c.Register("another output", alice)
	msg := declare(second)
	msg.Work = other.ID
	requireCode(t, c.Deliver(alice, msg), agenttypes.ErrSuspended)
	c.RequireInvariants()
	c.RequireSameExport()
}
