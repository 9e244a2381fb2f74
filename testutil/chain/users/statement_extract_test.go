package users_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/history/statement"
	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	royalty     = authtypes.NewModuleAddress(royaltytypes.ModuleName).String()
	collector   = authtypes.NewModuleAddress(authtypes.FeeCollectorName).String()
	pool        = authtypes.NewModuleAddress(stakingtypes.BondedPoolName).String()
	unbonding   = authtypes.NewModuleAddress(stakingtypes.NotBondedPoolName).String()
	song, remix = chain.WorkOf("song", alice).String(), chain.WorkOf("remix", bob).String()
)

func event(name string, pairs ...string) abci.Event {
	e := abci.Event{Type: name}
	for i := 0; i < len(pairs); i += 2 {
		e.Attributes = append(e.Attributes, abci.EventAttribute{Key: pairs[i], Value: pairs[i+1]})
	}
	return e
}

func typed(t *testing.T, msg proto.Message) abci.Event {
	t.Helper()
	e, err := sdk.TypedEventToEvent(msg)
	require.NoError(t, err)
	return abci.Event(e)
}

func spent(who, coins string) abci.Event { return event("coin_spent", "spender", who, "amount", coins) }

func received(who, coins string) abci.Event {
	return event("coin_received", "receiver", who, "amount", coins)
}

func transfer(from, to, coins string) abci.Event {
	return event("transfer", "recipient", to, "sender", from, "amount", coins)
}

func paid(t *testing.T, payer, work, amount, denom string) abci.Event {
	t.Helper()
	id, err := registrytypes.ParseWorkID(work)
	require.NoError(t, err)
	return typed(t, &royaltytypes.EventPaid{Payer: payer, Work: id, Amount: amount, Denom: denom})
}

// message gives events the index of a message.
func message(index string, events ...abci.Event) []abci.Event {
	for i := range events {
		events[i].Attributes = append(events[i].Attributes, abci.EventAttribute{Key: "msg_index", Value: index})
	}
	return events
}

func atEnd(events ...abci.Event) []abci.Event {
	for i := range events {
		events[i].Attributes = append(events[i].Attributes, abci.EventAttribute{Key: "mode", Value: "EndBlock"})
	}
	return events
}

// short is a line without what every line has.
type short struct {
	kind   statement.Kind
	amount string
	with   string
	work   string
	grant  string
	note   string
}

func linesOf(t *testing.T, account string, b blocks.Results) []short {
	t.Helper()
	reader := statement.NewReader(account, "", []string{royalty, collector, pool, unbonding})
	lines, err := reader.Lines(b)
	require.NoError(t, err)
	var all []short
	for _, l := range lines {
		all = append(all, short{l.Kind, l.Amount.String() + l.Denom, l.Counterparty, l.Work, l.Grant, l.Note})
	}
	return all
}

// oneMessage is a block of one transaction with one message of these events.
func oneMessage(action string, events ...abci.Event) blocks.Results {
	events = append([]abci.Event{event("message", "action", "/some.v1."+action)}, events...)
	return blocks.Results{Height: 7, Txs: []*abci.ExecTxResult{{Events: message("0", events...)}}}
}

func TestPaymentsAreDividedByWork(t *testing.T) {
	require.Equal(t, []short{
		{kind: statement.Payment, amount: "-5uusdc", work: song},
		{kind: statement.Payment, amount: "-7ustem", work: remix},
		{kind: statement.Payment, amount: "-5uusdc", work: remix},
	}, linesOf(t, alice.String(), oneMessage("MsgPayMany",
		spent(alice.String(), "7ustem,10uusdc"), transfer(alice.String(), royalty, "7ustem,10uusdc"),
		paid(t, alice.String(), song, "5", "uusdc"), paid(t, alice.String(), remix, "7", "ustem"),
		paid(t, alice.String(), remix, "5", "uusdc"), paid(t, bob.String(), remix, "5", "uusdc"),
	)))
}

// What a contributor collects moves the balance of who gets it, and no event of the bank tells. What a work collects stays with x/royalty.
func TestWhatContributorsCollectIsALine(t *testing.T) {
	id, err := registrytypes.ParseWorkID(song)
	require.NoError(t, err)
	other, err := registrytypes.ParseWorkID(remix)
	require.NoError(t, err)
	b := oneMessage("MsgCollect",
		typed(t, &royaltytypes.EventCollected{
			Work: id, Version: 1, Contributor: registrytypes.Contributor{Account: alice.String()}, Account: bob.String(), Amount: "4ustem,3uusdc",
		}),
		typed(t, &royaltytypes.EventCollected{Work: id, Version: 1, Contributor: registrytypes.Contributor{Work: other}, Amount: "9uusdc"}))
	require.Equal(t, []short{
		{kind: statement.Collected, amount: "4ustem", work: song}, {kind: statement.Collected, amount: "3uusdc", work: song},
	}, linesOf(t, bob.String(), b))
	require.Empty(t, linesOf(t, alice.String(), b), "who named another gets nothing")
	require.Equal(t, []short{
		{kind: statement.Collected, amount: "-4ustem", work: song, with: bob.String()},
		{kind: statement.Collected, amount: "-3uusdc", work: song, with: bob.String()},
	}, linesOf(t, royalty, b))
}

// What a key of an agent pays says so, to the controller alone.
func TestPaymentsOfAnAgentNameIt(t *testing.T) {
	agent := agenttypes.AgentID{5}
	b := oneMessage("MsgAct", spent(alice.String(), "5uusdc"), transfer(alice.String(), royalty, "5uusdc"),
		paid(t, alice.String(), song, "5", "uusdc"),
		typed(t, &agenttypes.EventActed{Agent: agent, Key: bob.String(), Controller: alice.String()}))
	require.Equal(t, []short{
		{kind: statement.Payment, amount: "-5uusdc", work: song, note: "by " + bob.String() + " of " + agent.String()},
	}, linesOf(t, alice.String(), b))
	require.Empty(t, linesOf(t, bob.String(), b))
}

func TestLicenceFeesNameTheGrant(t *testing.T) {
	events := []abci.Event{
		spent(alice.String(), "9uusdc"), transfer(alice.String(), royalty, "9uusdc"), paid(t, alice.String(), song, "9", "uusdc"),
	}
	grant := licensetypes.GrantID{1}
	work, err := registrytypes.ParseWorkID(song)
	require.NoError(t, err)
	granted := &licensetypes.EventGranted{Grant: grant, Work: work, Licensee: alice.String(), Fee: "9uusdc"}
	require.Equal(t, []short{{kind: statement.LicenceFee, amount: "-9uusdc", work: song, grant: grant.String()}},
		linesOf(t, alice.String(), oneMessage("MsgAcquire", append(events, typed(t, granted))...)))
	renewed := &licensetypes.EventGrantRenewed{Grant: grant, Work: work, Licensee: alice.String(), Fee: "9uusdc"}
	require.Equal(t, []short{{kind: statement.LicenceFee, amount: "-9uusdc", work: song, grant: grant.String(), note: "renewal"}},
		linesOf(t, alice.String(), oneMessage("MsgRenewGrant", append(events[:3:3], typed(t, renewed))...)))
}

func TestWhatIsNotExplainedIsStillALine(t *testing.T) {
	for name, tc := range map[string]struct {
		events []abci.Event
		want   []short
	}{
		"a deposit with x/royalty": {
			[]abci.Event{
				spent(alice.String(), "9uusdc"), transfer(alice.String(), royalty, "9uusdc"),
				typed(t, &royaltytypes.EventPaymentChannelOpened{
					PaymentChannel: royaltytypes.PaymentChannelID{1}, Payer: alice.String(), Denom: "uusdc", Deposit: "9",
				}),
			},
			[]short{{kind: statement.Deposit, amount: "-9uusdc", with: royalty, note: royaltytypes.PaymentChannelID{1}.String()}},
		},
		"a part of it explained": {
			[]abci.Event{
				spent(alice.String(), "9uusdc"), transfer(alice.String(), royalty, "9uusdc"), paid(t, alice.String(), song, "4", "uusdc"),
			},
			[]short{
				{kind: statement.Payment, amount: "-4uusdc", work: song},
				{kind: statement.Deposit, amount: "-5uusdc", with: royalty, note: "MsgX"},
			},
		},
		"a payment from a payment channel": {
			[]abci.Event{paid(t, alice.String(), song, "4", "uusdc")},
			nil,
		},
		"a deposit, and a voucher of it in the same message, by x/authz": {
			[]abci.Event{
				spent(alice.String(), "9uusdc"), transfer(alice.String(), royalty, "9uusdc"),
				typed(t, &royaltytypes.EventPaymentChannelToppedUp{
					PaymentChannel: royaltytypes.PaymentChannelID{1}, Payer: alice.String(),
				}),
				paid(t, alice.String(), song, "4", "uusdc"),
				typed(t, &royaltytypes.EventVoucherRedeemed{PaymentChannel: royaltytypes.PaymentChannelID{1}, Denom: "uusdc", Paid: "4"}),
			},
			[]short{{kind: statement.Deposit, amount: "-9uusdc", with: royalty, note: royaltytypes.PaymentChannelID{1}.String()}},
		},
		"a deposit, then a payment": {
			[]abci.Event{
				spent(alice.String(), "9uusdc"), transfer(alice.String(), royalty, "9uusdc"),
				spent(alice.String(), "4uusdc"), transfer(alice.String(), royalty, "4uusdc"), paid(t, alice.String(), song, "4", "uusdc"),
			},
			[]short{
				{kind: statement.Deposit, amount: "-9uusdc", with: royalty, note: "MsgX"},
				{kind: statement.Payment, amount: "-4uusdc", work: song},
			},
		},
		"back from x/royalty": {
			[]abci.Event{
				spent(royalty, "3uusdc"), received(alice.String(), "3uusdc"), transfer(royalty, alice.String(), "3uusdc"),
				typed(t, &royaltytypes.EventWithdrawn{Account: alice.String(), Amount: "3uusdc"}),
				spent(royalty, "2uusdc"), received(alice.String(), "2uusdc"), transfer(royalty, alice.String(), "2uusdc"),
			},
			[]short{
				{kind: statement.Withdrawal, amount: "3uusdc"},
				{kind: statement.Refund, amount: "2uusdc", with: royalty, note: "MsgX"},
			},
		},
		"a delegation": {
			[]abci.Event{spent(alice.String(), "3ustem"), received(pool, "3ustem")},
			[]short{{kind: statement.Other, amount: "-3ustem", with: pool, note: "MsgX"}},
		},
		"an undelegation": {
			[]abci.Event{spent(pool, "3ustem"), received(alice.String(), "3ustem")},
			[]short{{kind: statement.Other, amount: "3ustem", with: pool, note: "MsgX"}},
		},
		"from nowhere": {
			[]abci.Event{received(alice.String(), "3ustem")},
			[]short{{kind: statement.Other, amount: "3ustem", note: "MsgX"}},
		},
		"to several, with a rest": {
			[]abci.Event{
				spent(alice.String(), "9ustem"),
				received(bob.String(), "5ustem"), transfer(alice.String(), bob.String(), "5ustem"),
				received(carol.String(), "3ustem"), transfer(alice.String(), carol.String(), "3ustem"),
			},
			[]short{
				{kind: statement.Sent, amount: "-5ustem", with: bob.String()},
				{kind: statement.Sent, amount: "-3ustem", with: carol.String()},
				{kind: statement.Other, amount: "-1ustem", note: "MsgX"},
			},
		},
		"to oneself": {
			[]abci.Event{
				spent(alice.String(), "9ustem"), received(alice.String(), "9ustem"), transfer(alice.String(), alice.String(), "9ustem"),
			},
			[]short{
				{kind: statement.Sent, amount: "-9ustem", with: alice.String()},
				{kind: statement.Received, amount: "9ustem", with: alice.String()},
			},
		},
		"between others": {
			[]abci.Event{
				spent(bob.String(), "9ustem"), received(carol.String(), "9ustem"), transfer(bob.String(), carol.String(), "9ustem"),
			},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, linesOf(t, alice.String(), oneMessage("MsgX", tc.events...)))
		})
	}
}

func TestFees(t *testing.T) {
	fee := []abci.Event{spent(alice.String(), "5ustem"), transfer(alice.String(), collector, "5ustem")}
	require.Equal(t, []short{{kind: statement.Fee, amount: "-5ustem", with: collector, note: "the transaction failed"}},
		linesOf(t, alice.String(), blocks.Results{Txs: []*abci.ExecTxResult{{Code: 5, Events: fee}}}))
	sponsored := append([]abci.Event{event("use_feegrant", "granter", alice.String(), "grantee", bob.String())}, fee...)
	require.Equal(t, []short{{kind: statement.Fee, amount: "-5ustem", with: collector, note: "for " + bob.String()}},
		linesOf(t, alice.String(), blocks.Results{Txs: []*abci.ExecTxResult{{Events: sponsored}}}))
}

// Payouts have one compact event in place of bank's four.
func TestPayouts(t *testing.T) {
	b := blocks.Results{Events: atEnd(
		received(royalty, "9uusdc"),
		typed(t, &royaltytypes.EventPaidOut{Account: alice.String(), Denom: "uusdc", Amount: "7"}),
		typed(t, &royaltytypes.EventPaidOut{Account: bob.String(), Denom: "uusdc", Amount: "1"}),
		typed(t, &royaltytypes.EventPayoutFailed{Account: alice.String(), Denom: "uusdc", Amount: "1"}),
	)}
	require.Equal(t, []short{{kind: statement.Payout, amount: "7uusdc"}}, linesOf(t, alice.String(), b))
	require.Equal(t, []short{
		{kind: statement.Other, amount: "9uusdc"},
		{kind: statement.Payout, amount: "-7uusdc", with: alice.String()},
		{kind: statement.Payout, amount: "-1uusdc", with: bob.String()},
	}, linesOf(t, royalty, b))
}

func TestBrokenEventsAreErrors(t *testing.T) {
	reader := statement.NewReader(alice.String(), "", nil)
	for _, bad := range []abci.Event{
		spent(alice.String(), "many"), received(alice.String(), "1.5ustem"), transfer(alice.String(), bob.String(), "-1ustem"),
		typed(t, &royaltytypes.EventPaidOut{Account: alice.String(), Denom: "uusdc", Amount: "x"}),
	} {
		_, err := reader.Lines(blocks.Results{Height: 7, Events: []abci.Event{bad}})
		require.ErrorContains(t, err, "block 7", bad.Type)
	}
}
