package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func generated(by chain.Account, work registrytypes.WorkID, agent agenttypes.AgentID) *lineagetypes.MsgDerive {
	return &lineagetypes.MsgDerive{
		Owner: by.String(), Work: work, Record: &lineagetypes.GenerationRecord{Agent: agent, Model: "a model"},
	}
}

// handOver moves control of an agent from alice to bob.
func handOver(t *testing.T, c *chain.Chain, id agenttypes.AgentID) {
	t.Helper()
	c.MustDeliver(alice, &agenttypes.MsgOfferControl{Controller: alice.String(), Agent: id, Recipient: bob.String()})
	p := passportOf(t, c, id)
	c.MustDeliver(bob, &agenttypes.MsgAcceptControl{Recipient: bob.String(), Agent: id, Offer: p.Offers, Version: p.Version})
}

// TestAttackMoneyLeavesByAnyMessage: a stolen key may act by every type that takes coins, and tries each with one unit more
// than is left; then with what is left, and once more.
func TestAttackMoneyLeavesByAnyMessage(t *testing.T) {
	c, id := agency(t)
	song, hers := c.Register("song", bob), c.Register("hers", carol)
	validators, err := c.App.Keepers.Staking.GetAllValidators(c.Ctx())
	require.NoError(t, err)
	fresh := 0
	newcomer := func() string {
		fresh++
		return chain.Named(fmt.Sprintf("newcomer %d", fresh)).String()
	}
	coins := func(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("ustem", n)) }
	const left = 2 * bond
	for _, leaves := range []func(n int64) sdk.Msg{
		func(n int64) sdk.Msg { return sendCoins(alice, bob, coins(n)) },
		func(n int64) sdk.Msg { return sendCoins(alice, alice, coins(n)) }, // gross: it comes back
		func(n int64) sdk.Msg {
			return &banktypes.MsgMultiSend{
				Inputs:  []banktypes.Input{{Address: alice.String(), Coins: coins(n)}},
				Outputs: []banktypes.Output{{Address: bob.String(), Coins: coins(n - 1)}, {Address: alice.String(), Coins: coins(1)}},
			}
		},
		func(n int64) sdk.Msg {
			return &distrtypes.MsgFundCommunityPool{Depositor: alice.String(), Amount: coins(n)}
		},
		func(n int64) sdk.Msg {
			return &stakingtypes.MsgDelegate{
				DelegatorAddress: alice.String(), ValidatorAddress: validators[0].OperatorAddress, Amount: coins(n)[0],
			}
		},
		func(n int64) sdk.Msg {
			return &vestingtypes.MsgCreateVestingAccount{
				FromAddress: alice.String(), ToAddress: newcomer(), Amount: coins(n), EndTime: c.Now().Add(time.Hour).Unix(),
			}
		},
		func(n int64) sdk.Msg {
			return &vestingtypes.MsgCreatePermanentLockedAccount{FromAddress: alice.String(), ToAddress: newcomer(), Amount: coins(n)}
		},
		func(n int64) sdk.Msg {
			return &vestingtypes.MsgCreatePeriodicVestingAccount{
				FromAddress: alice.String(), ToAddress: newcomer(), StartTime: c.Now().Unix(),
				VestingPeriods: []vestingtypes.Period{{Length: 60, Amount: coins(n)}},
			}
		},
		func(n int64) sdk.Msg {
			msg := openMsg(alice, song.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a sketch")
			msg.Bond = coins(n)
			return msg
		},
		func(n int64) sdk.Msg {
			return &royaltytypes.MsgPay{Payer: alice.String(), Work: hers.ID, Amount: microUSDC(n)[0]}
		},
	} {
		kind := sdk.MsgTypeURL(leaves(left))
		limit := limitOf(c, "ustem", left, left, left, kind)
		if kind == payType {
			limit.Budgets[0].Denom = "uusdc"
		}
		setLimit(c, id, robot, limit)
		requireCode(t, c.Deliver(robot, act(t, id, robot, leaves(left+1))), agenttypes.ErrOverAct)
		c.MustDeliver(robot, act(t, id, robot, leaves(left)))
		result := c.Deliver(robot, act(t, id, robot, leaves(2)))
		require.NotZero(t, result.Code, kind)
		c.MustDeliver(alice, &agenttypes.MsgRemoveKey{Controller: alice.String(), Agent: id, Key: robot.String()})
		c.Write(func(ctx sdk.Context) error { // as much again for the next one
			bank, amount := c.App.Keepers.Bank, sdk.NewCoins(sdk.NewInt64Coin("ustem", left), sdk.NewInt64Coin("uusdc", left))
			return bank.SendCoins(ctx, carol.Address, alice.Address, bank.SpendableCoins(ctx, carol.Address).Min(amount))
		})
	}
	c.RequireInvariants()
}

// TestAttackANameIsBlankedHoweverManyCards: a controller has put somebody's name on an agent, and revises its card until it
// has more versions than one message blanks. Only version 0 blanks the name, and it was refused from then on,
// for governance too.
func TestAttackANameIsBlankedHoweverManyCards(t *testing.T) {
	c, id := agency(t)
	revise := &agenttypes.MsgRevise{
		Controller: alice.String(), Agent: id, Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "Somebody"}},
	}
	for range 5 {
		var msgs []sdk.Msg
		for range 52 {
			msgs = append(msgs, revise)
		}
		c.MustDeliver(alice, msgs...)
	}
	p := passportOf(t, c, id)
	require.Greater(t, p.Version, uint32(agenttypes.MaxBlanked))
	blank := func(version uint32) *agenttypes.MsgBlankText {
		return &agenttypes.MsgBlankText{Sender: alice.String(), Agent: id, Version: version}
	}
	var res agenttypes.MsgBlankTextResponse
	c.MustDeliver(alice, blank(0)).Response(t, 0, &res)
	require.Len(t, res.Versions, agenttypes.MaxBlanked)
	require.Equal(t, p.Version, res.Versions[len(res.Versions)-1])
	require.Empty(t, passportOf(t, c, id).Name)
	for v := uint32(1); v < res.Versions[0]; v++ {
		c.MustDeliver(alice, blank(v))
	}
	requireCode(t, c.Deliver(alice, blank(0)), agenttypes.ErrNothingToBlank)
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestAttackASellerBlanksWhatIsOnOffer: bob has looked at the agent and accepts; in the same block before him alice blanks
// all its cards and its name, for good. The card's version, which he names, did not change by that.
func TestAttackASellerBlanksWhatIsOnOffer(t *testing.T) {
	c, id := agency(t)
	setLimit(c, id, robot, limitOf(c, "uusdc", 5, 5, 5, sendType))
	c.MustDeliver(alice, &agenttypes.MsgOfferControl{Controller: alice.String(), Agent: id, Recipient: bob.String()})
	block := c.Block(
		c.Sign(alice, &agenttypes.MsgBlankText{Sender: alice.String(), Agent: id}),
		c.Sign(bob, &agenttypes.MsgAcceptControl{Recipient: bob.String(), Agent: id, Offer: 1, Version: 1}))
	require.NoError(t, block.Txs[0].Err())
	requireCode(t, block.Txs[1], agenttypes.ErrInvalidTransfer)
	require.Equal(t, []any{alice.String(), ""}, []any{passportOf(t, c, id).Controller, passportOf(t, c, id).OfferedTo})
	handOver(t, c, id) // who still wants it
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestAttackAFormerControllerBlamesTheAgent: alice sells her agent to bob and keeps the outputs. She contests one of them with
// a second account, carol, and concedes, as often as she likes: the bond comes back. The agent, which is bob's,
// had one more upheld dispute each time.
func TestAttackAFormerControllerBlamesTheAgent(t *testing.T) {
	c, id := agency(t)
	output := c.Register("output", alice)
	c.MustDeliver(alice, generated(alice, output.ID, id))
	handOver(t, c, id)
	had := c.Balance(carol, "ustem")
	dispute := contest(t, c, carol, output.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: carol.String()}, "a sketch")
	c.MustDeliver(alice, concedes(alice, dispute))
	c.NextBlock()
	require.Equal(t, had, c.Balance(carol, "ustem"))
	require.EqualValues(t, 1, factsOf(t, c, alice.String()).Upheld)
	require.Zero(t, factsOf(t, c, id.String()).Upheld)
	require.EqualValues(t, 1, factsOf(t, c, id.String()).Disputed)
	c.RequireInvariants()
	c.RequireSameExport()
}

// What the agent's controller concedes is the agent's.
func TestAConcessionOfTheControllerCountsForTheAgent(t *testing.T) {
	c, id := agency(t)
	output := c.Register("output", alice)
	c.MustDeliver(alice, generated(alice, output.ID, id))
	dispute := contest(t, c, carol, output.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: carol.String()}, "a sketch")
	c.MustDeliver(alice, concedes(alice, dispute))
	c.NextBlock()
	for _, subject := range []string{alice.String(), id.String()} {
		require.EqualValues(t, 1, factsOf(t, c, subject).Upheld, subject)
	}
}

// TestAttackAnUpheldDisputeBlamesTheNewOwner: alice and dave contest bob's work. The judge gives it to alice, and later upholds
// what dave said of bob. That counted against alice, who owns it by then and whom nobody contested.
func TestAttackAnUpheldDisputeBlamesTheNewOwner(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	hers, his := disputetypes.Redress{TransferTo: alice.String()}, disputetypes.Redress{TransferTo: dave.String()}
	first := contest(t, c, alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, hers, "raw file")
	second := contest(t, c, dave, work.ID, disputetypes.KIND_PRIOR_CLAIM, his, "negative")
	c.Advance(answerTime)
	c.MustDeliver(judge, upholds(first, hers))
	c.Advance(appealTime)
	c.MustDeliver(judge, upholds(second, his))
	c.Advance(appealTime)
	for subject, upheld := range map[string]uint64{bob.String(): 2, alice.String(): 0, dave.String(): 0} {
		require.Equal(t, upheld, factsOf(t, c, subject).Upheld, subject)
	}
	c.RequireInvariants()
}

// TestAttackADisputeClaimsForAnother: a key that may open disputes claims what was stolen from alice for its accomplice. No coin
// leaves but the bond, and setting the limit did not warn.
func TestAttackADisputeClaimsForAnother(t *testing.T) {
	c, id := agency(t)
	limit := limitOf(c, "ustem", bond, bond, bond, sdk.MsgTypeURL(&disputetypes.MsgOpen{}))
	set := &agenttypes.MsgSetLimit{Controller: alice.String(), Agent: id, Key: robot.String(), Limit: limit}
	var res agenttypes.MsgSetLimitResponse
	c.MustDeliver(alice, set).Response(t, 0, &res)
	require.Len(t, res.Warnings, 1)
	require.Contains(t, res.Warnings[0], "who owns a work")
}

// TestAttackAKeyBurdensAWorkOutsideItsLimit: the limit names the song as the only work that is "paid, licensed, made from or
// changed". The key declares that the controller's hit was made from the song, and the hit owes it from then on.
func TestAttackAKeyBurdensAWorkOutsideItsLimit(t *testing.T) {
	c, id := agency(t)
	song, hit := c.Register("song", bob), c.Register("hit", alice)
	five := chain.Preset("commercial-remix-5")
	c.Offer(song, five)
	limit := limitOf(c, "uusdc", 5, 5, 5, deriveType)
	limit.Works = []registrytypes.WorkID{song.ID}
	setLimit(c, id, robot, limit)
	msg := c.DeriveMsg(hit, song.Under(five))
	msg.MaxTotalRate, msg.MaxGrants = 50_000, 0
	requireCode(t, c.Deliver(robot, act(t, id, robot, msg)), agenttypes.ErrWork)

	// What the same act registers is new, and may be made from the song.
	limit.Messages = append(limit.Messages, "/stemma.registry.v1.MsgRegister")
	setLimit(c, id, robot, limit)
	output := chain.WorkOf("output", alice)
	msg = c.DeriveMsg(output, song.Under(five))
	msg.MaxTotalRate, msg.MaxGrants = 50_000, 0
	requireCode(t, c.Deliver(robot, act(t, id, robot, msg, chain.RegisterMsg(alice, "output"))), agenttypes.ErrWork)
	c.MustDeliver(robot, act(t, id, robot, chain.RegisterMsg(alice, "output"), msg))
	requireCode(t, c.Deliver(robot, act(t, id, robot, chain.RegisterMsg(alice, "hit"), msg)), registrytypes.ErrAlreadyRegistered)
}

// TestAttackASchemaIsText: whoever pays gas writes 128 characters about anybody, in the schema of an attestation. Governance and who
// wrote it can blank them; the attestation stays, through an export too, and is not made anew.
func TestAttackASchemaIsText(t *testing.T) {
	c, _ := agency(t)
	attest := &agenttypes.MsgAttest{
		Issuer: bob.String(), Schema: "alice-smith-of-12-high-street-is-a-thief", Subject: alice.String(), PayloadSha256: chain.Digest("x"),
	}
	c.MustDeliver(bob, attest)
	id := agenttypes.NewAttestationID(bob.Address, attest.Schema, attest.Subject, attest.PayloadSha256)
	blank := func(by string) *agenttypes.MsgBlankAttestation {
		return &agenttypes.MsgBlankAttestation{Sender: by, Attestation: id}
	}
	requireCode(t, c.Deliver(alice, blank(alice.String())), agenttypes.ErrInvalidAttestation)
	c.Write(func(ctx sdk.Context) error {
		return c.App.Keepers.Agent.BlankAttestation(ctx, authtypes.NewModuleAddress(govtypes.ModuleName), id)
	})
	requireCode(t, c.Deliver(bob, blank(bob.String())), agenttypes.ErrNothingToBlank)
	res, err := agenttypes.NewQueryClient(c.Conn()).Attestations(t.Context(), &agenttypes.QueryAttestationsRequest{Subject: alice.String()})
	require.NoError(t, err)
	require.Len(t, res.Attestations, 1)
	left := res.Attestations[0]
	require.True(t, left.Holds)
	require.Empty(t, left.Attestation.Schema)
	require.Equal(t, agenttypes.SchemaDigest(attest.Schema), left.Attestation.SchemaBlankedSha256)
	requireCode(t, c.Deliver(bob, attest), agenttypes.ErrAlreadyRegistered)
	require.NotContains(t, string(c.RequireSameExport().ExportGenesis()), "high-street")
}
