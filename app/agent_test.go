package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/app/acts"
	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	sendType = "/cosmos.bank.v1beta1.MsgSend"
	payType  = "/stemma.royalty.v1.MsgPay"
)

// robot is a key of an agent that alice controls.
var robot = chain.Named("robot")

// agency is a chain on which alice controls an agent, and everybody has 10^9 ustem and uusdc.
func agency(t *testing.T, opts ...chain.Option) (*chain.Chain, agenttypes.AgentID) {
	t.Helper()
	opts = append([]chain.Option{
		chain.Accounts(alice, bob, carol, robot), chain.Balance("1000000000ustem,1000000000uusdc"),
	}, opts...)
	c := chain.New(t, opts...)
	c.MustDeliver(alice, &agenttypes.MsgRegister{
		Controller: alice.String(), Name: "painter", ExpiresAt: c.Now().Add(300 * 24 * time.Hour),
		Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "Alice Ltd"}},
	})
	return c, agenttypes.NewAgentID(alice.Address, "painter")
}

// limitOf allows types of messages for a day, with what may leave: act, window of an hour, and total.
func limitOf(c *chain.Chain, denom string, act, window, total int64, types ...string) agenttypes.Limit {
	return agenttypes.Limit{
		Messages: types, ExpiresAt: c.Now().Add(24 * time.Hour), Window: time.Hour,
		Budgets: []agenttypes.Budget{{Denom: denom, Act: math.NewInt(act), Window: math.NewInt(window), Total: math.NewInt(total)}},
	}
}

func setLimit(c *chain.Chain, id agenttypes.AgentID, key chain.Account, limit agenttypes.Limit) {
	c.MustDeliver(alice, &agenttypes.MsgSetLimit{Controller: alice.String(), Agent: id, Key: key.String(), Limit: limit})
}

func act(_ *testing.T, id agenttypes.AgentID, key chain.Account, msgs ...sdk.Msg) *agenttypes.MsgAct {
	return chain.ActMsg(id, key, msgs...)
}

func requireCode(t *testing.T, r chain.Result, err *errorsmod.Error) {
	t.Helper()
	require.Equal(t, []any{err.Codespace(), err.ABCICode()}, []any{r.Codespace, r.Code}, r.Log)
}

func sendCoins(from, to chain.Account, amount sdk.Coins) *banktypes.MsgSend {
	return banktypes.NewMsgSend(from.Address, to.Address, amount)
}

func payMsg(payer chain.Account, work chain.Work, amount int64) *royaltytypes.MsgPay {
	return &royaltytypes.MsgPay{Payer: payer.String(), Work: work.ID, Amount: microUSDC(amount)[0]}
}

func microUSDC(amount int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uusdc", amount)) }

func TestEveryMessageIsInTheCatalogue(t *testing.T) {
	c := chain.New(t)
	all := c.App.Encoding().InterfaceRegistry.ListImplementations("cosmos.base.v1beta1.Msg")
	catalogue := acts.Catalogue()
	for _, kind := range all {
		require.Contains(t, catalogue, kind, "say in app/acts what a limit can bound of it")
	}
	for kind := range catalogue {
		require.True(t, slices.Contains(all, kind), "%s is in the catalogue and not in the app", kind)
	}
}

// What was tried before with a send authorisation and a fee allowance: a key with 10 paid 2 x 20.
func TestBudgetsHoldAcrossMessages(t *testing.T) {
	c, id := agency(t)
	song := c.Register("song", bob)
	setLimit(c, id, robot, limitOf(c, "uusdc", 10, 15, 100, sendType, payType))
	pay := func(amount int64) sdk.Msg { return payMsg(alice, song, amount) }
	toBob := func(amount int64) sdk.Msg { return sendCoins(alice, bob, microUSDC(amount)) }

	requireCode(t, c.Deliver(robot, act(t, id, robot, pay(11))), agenttypes.ErrOverAct)
	requireCode(t, c.Deliver(robot, act(t, id, robot, pay(6), toBob(5))), agenttypes.ErrOverAct)
	c.MustDeliver(robot, act(t, id, robot, pay(6), toBob(4)))
	result := c.Deliver(robot, act(t, id, robot, toBob(6)))
	requireCode(t, result, agenttypes.ErrOverWindow)
	require.Contains(t, result.Log, "5uusdc are left until")
	c.MustDeliver(robot, act(t, id, robot, toBob(5)))
	requireCode(t, c.Deliver(robot, act(t, id, robot, toBob(1))), agenttypes.ErrOverWindow)
	for range 8 { // 15 are spent, 85 left: 8 windows of 10, then 5
		c.Advance(time.Hour)
		c.MustDeliver(robot, act(t, id, robot, pay(10)))
	}
	c.Advance(time.Hour)
	result = c.Deliver(robot, act(t, id, robot, toBob(6)))
	requireCode(t, result, agenttypes.ErrOverTotal)
	require.Contains(t, result.Log, "5uusdc are left")
	c.MustDeliver(robot, act(t, id, robot, toBob(5)))
	requireCode(t, c.Deliver(robot, act(t, id, robot, toBob(1))), agenttypes.ErrOverTotal)
	requireCode(t, c.Deliver(robot, act(t, id, robot, sendCoins(alice, bob, sdk.NewCoins(sdk.NewInt64Coin("ustem", 1))))),
		agenttypes.ErrNoBudget)
	require.NoError(t, c.App.CheckInvariants(c.Ctx()))
}

func TestWhatAnAgentNeverDoes(t *testing.T) {
	c, id := agency(t)
	limit := limitOf(c, "uusdc", 10, 10, 10, sendType)
	setLimit(c, id, robot, limit)
	setKey := &agenttypes.MsgSetLimit{Controller: alice.String(), Agent: id, Key: bob.String(), Limit: limit}
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, bob.Address)
	require.NoError(t, err)
	exec := authz.NewMsgExec(alice.Address, []sdk.Msg{sendCoins(alice, bob, microUSDC(1))})
	for _, msg := range []sdk.Msg{
		setKey, act(t, id, robot, sendCoins(alice, bob, microUSDC(1))), allowance, &exec,
		&distrtypes.MsgSetWithdrawAddress{DelegatorAddress: alice.String(), WithdrawAddress: robot.String()},
	} {
		requireCode(t, c.Deliver(robot, act(t, id, robot, msg)), agenttypes.ErrNeverAllowed)
	}
	requireCode(t, c.Deliver(robot, act(t, id, robot, sendCoins(robot, bob, microUSDC(1)))), agenttypes.ErrOtherSigner)
	requireCode(t, c.Deliver(robot, act(t, id, robot, sendCoins(bob, robot, microUSDC(1)))), agenttypes.ErrOtherSigner)
	requireCode(t, c.Deliver(robot, act(t, id, robot, payMsg(alice, c.Register("song", bob), 1))), agenttypes.ErrNotAllowed)
	for _, kind := range []string{sdk.MsgTypeURL(setKey), sdk.MsgTypeURL(&exec), "/cosmos.staking.v1beta1.MsgNothing"} {
		limit.Messages = []string{kind}
		setKey.Limit = limit
		require.NotZero(t, c.Deliver(alice, setKey).Code)
	}
}

func TestALimitNamesPayeesAndWorks(t *testing.T) {
	c, id := agency(t)
	song, other := c.Register("song", bob), c.Register("other", bob)
	limit := limitOf(c, "uusdc", 10, 100, 100, sendType, payType)
	limit.Payees = []string{bob.String(), song.ID.String()}
	setLimit(c, id, robot, limit)
	c.MustDeliver(robot, act(t, id, robot, sendCoins(alice, bob, microUSDC(1)), payMsg(alice, song, 1)))
	requireCode(t, c.Deliver(robot, act(t, id, robot, sendCoins(alice, robot, microUSDC(1)))), agenttypes.ErrPayee)
	requireCode(t, c.Deliver(robot, act(t, id, robot, payMsg(alice, other, 1))), agenttypes.ErrPayee)

	limit.Works = append(limit.Works, song.ID)
	requireCode(t, c.Deliver(alice, &agenttypes.MsgSetLimit{Controller: alice.String(), Agent: id, Key: robot.String(), Limit: limit}),
		agenttypes.ErrUnreadable) // a send names no work
	limit.Messages, limit.Payees = []string{payType}, nil
	setLimit(c, id, robot, limit)
	c.MustDeliver(robot, act(t, id, robot, payMsg(alice, song, 1)))
	requireCode(t, c.Deliver(robot, act(t, id, robot, payMsg(alice, other, 1))), agenttypes.ErrWork)
}

func TestAStoppedKeyFailsInTheSameBlock(t *testing.T) {
	c, id := agency(t)
	limit := limitOf(c, "uusdc", 10, 10, 10, sendType)
	spend := act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))
	status := func(s agenttypes.Status) sdk.Msg {
		return &agenttypes.MsgSetStatus{Controller: alice.String(), Agent: id, Status: s}
	}
	for _, stop := range []struct {
		msg  sdk.Msg
		code *errorsmod.Error
	}{
		{status(agenttypes.STATUS_SUSPENDED), agenttypes.ErrSuspended},
		{&agenttypes.MsgRemoveKey{Controller: alice.String(), Agent: id, Key: robot.String()}, agenttypes.ErrNotKey},
		{&agenttypes.MsgRotateKey{Controller: alice.String(), Agent: id, Key: robot.String(), NewKey: carol.String()}, agenttypes.ErrNotKey},
	} {
		setLimit(c, id, robot, limit)
		block := c.Block(
			c.Sign(alice, stop.msg), c.Sign(robot, spend))
		require.NoError(t, block.Txs[0].Err())
		requireCode(t, block.Txs[1], stop.code)
		if stop.code == agenttypes.ErrSuspended {
			c.MustDeliver(alice, status(agenttypes.STATUS_ACTIVE))
		}
	}
	c.MustDeliver(carol, act(t, id, carol, sendCoins(alice, bob, microUSDC(1)))) // the one in its place
	c.Advance(24 * time.Hour)
	requireCode(t, c.Deliver(carol, act(t, id, carol, sendCoins(alice, bob, microUSDC(1)))), agenttypes.ErrKeyExpired)
	c.MustDeliver(alice, status(agenttypes.STATUS_RETIRED))
	requireCode(t, c.Deliver(carol, act(t, id, carol, sendCoins(alice, bob, microUSDC(1)))), agenttypes.ErrSuspended)
}

// A fee is counted whether its transaction succeeds or not, in those without an act too, and for a key
// that was one.
func TestFeesHaveABudget(t *testing.T) {
	c, id := agency(t)
	limit := limitOf(c, "uusdc", 10, 100, 100, sendType)
	limit.Fees = []agenttypes.Budget{{Denom: "ustem", Act: math.NewInt(5_000), Window: math.NewInt(12_000), Total: math.NewInt(1_000_000)}}
	setLimit(c, id, robot, limit)
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, robot.Address)
	require.NoError(t, err)
	c.MustDeliver(alice, allowance)
	deliver := func(fee string, msg sdk.Msg) chain.Result {
		return c.Block(c.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{robot}, Fee: fee, Granter: &alice})).Txs[0]
	}
	requireCode(t, deliver("5001ustem", act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))), agenttypes.ErrFeeOverAct)
	requireCode(t, deliver("5000ustem", act(t, id, robot, sendCoins(alice, bob, microUSDC(11)))), agenttypes.ErrOverAct) // counted
	require.Zero(t, deliver("5000ustem", sendCoins(robot, bob, microUSDC(1))).Code)                                      // counted
	requireCode(t, deliver("5000ustem", act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))), agenttypes.ErrFeeOverWindow)
	require.Zero(t, deliver("2000ustem", act(t, id, robot, sendCoins(alice, bob, microUSDC(1)))).Code)
	requireCode(t, deliver("1uusdc", sendCoins(robot, bob, microUSDC(1))), agenttypes.ErrFeeNoBudget)
	c.MustDeliver(alice, &agenttypes.MsgRemoveKey{Controller: alice.String(), Agent: id, Key: robot.String()})
	requireCode(t, deliver("1ustem", sendCoins(robot, bob, microUSDC(1))), agenttypes.ErrNotKey)
}

func TestAModuleControlsNoAgent(t *testing.T) {
	c, id := agency(t)
	gov := authtypes.NewModuleAddress(govtypes.ModuleName)
	msg := &agenttypes.MsgRegister{
		Controller: gov.String(), Name: "painter", ExpiresAt: c.Now().Add(time.Hour),
		Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "gov"}},
	}
	c.Write(func(ctx sdk.Context) error {
		c.App.Keepers.Account.GetModuleAccount(ctx, govtypes.ModuleName)
		_, err := c.App.Keepers.Agent.Register(ctx, gov, msg.Name, msg.Card, msg.ExpiresAt)
		require.ErrorIs(t, err, agenttypes.ErrInvalidMessage)
		_, err = c.App.Keepers.Agent.SetLimit(ctx, alice.Address, id, gov, limitOf(c, "uusdc", 1, 1, 1, sendType))
		require.ErrorIs(t, err, agenttypes.ErrInvalidKey)
		return nil
	})
}
