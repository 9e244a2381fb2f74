package statement

import (
	"fmt"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/history/blocks"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	paidOut   = proto.MessageName(&royaltytypes.EventPaidOut{})
	withdrawn = proto.MessageName(&royaltytypes.EventWithdrawn{})
	collected = proto.MessageName(&royaltytypes.EventCollected{})
	acted     = proto.MessageName(&agenttypes.EventActed{})
	// paymentChannelMoves tell what a deposit or refund was for.
	paymentChannelMoves = map[string]bool{
		proto.MessageName(&royaltytypes.EventPaymentChannelOpened{}):   true,
		proto.MessageName(&royaltytypes.EventPaymentChannelToppedUp{}): true,
		proto.MessageName(&royaltytypes.EventPaymentChannelClosed{}):   true,
	}
)

// block is the place of a line that no transaction made.
const block = -1

// Reader extracts an account's lines from blocks. It may be used from several
// goroutines.
type Reader struct {
	account string
	denom   string
	modules map[string]bool
	royalty string
}

// NewReader reads for an account, in one denom or, if it is empty, in all.
// modules are the addresses of the chain's module accounts.
func NewReader(account, denom string, modules []string) *Reader {
	r := &Reader{account: account, denom: denom, modules: map[string]bool{}}
	for _, module := range modules {
		r.modules[module] = true
	}
	r.royalty = authtypes.NewModuleAddress(royaltytypes.ModuleName).String()
	return r
}

// Lines returns what a block did to the account, in the order of the events. The
// time and the hashes are for the caller to fill in.
func (r *Reader) Lines(b blocks.Results) ([]Line, error) {
	var lines []Line
	before, after := split(b.Events)
	add := func(found []Line, tx int, err error) error {
		if err != nil {
			return fmt.Errorf("block %d: %w", b.Height, err)
		}
		for _, line := range found {
			if r.denom == "" || r.denom == line.Denom {
				line.Height, line.tx = b.Height, tx
				lines = append(lines, line)
			}
		}
		return nil
	}
	found, err := r.scope(before, "")
	if err := add(found, block, err); err != nil {
		return nil, err
	}
	for i, tx := range b.Txs {
		found, err := r.transaction(tx)
		if err := add(found, i, err); err != nil {
			return nil, err
		}
	}
	found, err = r.scope(after, "")
	return lines, add(found, block, err)
}

// split parts what the block did before its transactions from what it did after
// them.
func split(events []abci.Event) (before, after []abci.Event) {
	for i, event := range events {
		if history.Value(event, "mode") == "EndBlock" {
			return events[:i], events[i:]
		}
	}
	return events, nil
}

// transaction reads the fee, then each message. Of a failed transaction only the
// fee was kept.
func (r *Reader) transaction(tx *abci.ExecTxResult) ([]Line, error) {
	var lines []Line
	for start := 0; start < len(tx.Events); {
		message := history.Value(tx.Events[start], history.MsgIndex)
		end := start
		for end < len(tx.Events) && history.Value(tx.Events[end], history.MsgIndex) == message {
			end++
		}
		events := tx.Events[start:end]
		start = end
		var found []Line
		var err error
		if message == "" {
			found, err = r.ante(events, tx.Code)
		} else {
			found, err = r.scope(events, action(events))
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, found...)
	}
	return lines, nil
}

// action is the name of the message that events are of.
func action(events []abci.Event) string {
	for _, event := range events {
		if event.Type == sdk.EventTypeMessage {
			if name := history.Value(event, sdk.AttributeKeyAction); name != "" {
				return name[strings.LastIndexByte(name, '.')+1:]
			}
		}
	}
	return ""
}

// ante reads what comes before the messages: the fee.
func (r *Reader) ante(events []abci.Event, code uint32) ([]Line, error) {
	moved, err := movements(events, r.account)
	if err != nil || len(moved) == 0 {
		return nil, err
	}
	note := ""
	for _, event := range events {
		if event.Type == feegrant.EventTypeUseFeeGrant && history.Value(event, feegrant.AttributeKeyGranter) == r.account {
			note = "for " + history.Value(event, feegrant.AttributeKeyGrantee)
		}
	}
	if code != 0 {
		note = join(note, "the transaction failed")
	}
	var lines []Line
	for _, m := range moved {
		kind := Other
		if m.out {
			kind = Fee
		}
		lines = append(lines, m.lines(Line{Kind: kind, Counterparty: m.with, Note: note})...)
	}
	return lines, nil
}

// scope reads events that belong together: those of a message, or of the block.
func (r *Reader) scope(events []abci.Event, action string) ([]Line, error) {
	moved, err := movements(events, r.account)
	if err != nil {
		return nil, err
	}
	var lines []Line
	if len(moved) > 0 {
		facts, err := r.facts(events)
		if err != nil {
			return nil, err
		}
		for i, m := range moved {
			facts.until = len(events)
			if i+1 < len(moved) {
				facts.until = moved[i+1].event
			}
			lines = append(lines, r.explain(m, facts, action)...)
		}
		r.noteAgent(lines, events)
	}
	payouts, err := r.payouts(events)
	return append(lines, payouts...), err
}

// noteAgent says of what left the account by which key of which agent it did, where one acted.
func (r *Reader) noteAgent(lines []Line, events []abci.Event) {
	for _, event := range events {
		if event.Type != acted || history.Value(event, "controller") != r.account {
			continue
		}
		for i := range lines {
			if lines[i].Amount.IsNegative() {
				lines[i].Note = join(lines[i].Note, "by "+history.Value(event, "key")+" of "+history.Value(event, "agent"))
			}
		}
		return
	}
}

// payouts reads the royalties that were paid out, and what contributors collected: the bank is silent about them. What a work collects
// stays with x/royalty.
func (r *Reader) payouts(events []abci.Event) ([]Line, error) {
	var lines []Line
	for _, event := range events {
		to := history.Value(event, "account")
		if event.Type != paidOut && event.Type != collected || to == "" || to != r.account && r.account != r.royalty {
			continue
		}
		line, amount := Line{Kind: Payout}, history.Value(event, "amount")
		if event.Type == paidOut {
			amount += history.Value(event, "denom")
		} else {
			line = Line{Kind: Collected, Work: history.Value(event, "work")}
		}
		coins, err := parseCoins(amount)
		if err != nil {
			return nil, fmt.Errorf("read an event of a payout: %w", err)
		}
		if to == r.account {
			lines = append(lines, movement{coins: coins}.lines(line)...)
		}
		if r.account == r.royalty {
			line.Counterparty = to
			lines = append(lines, movement{out: true, coins: coins}.lines(line)...)
		}
	}
	return lines, nil
}

// facts are what x/royalty says about an account's coins.
type facts struct {
	payments  []history.Payment
	withdrawn []withdrawal
	channels  []paymentChannelMove
	// until is the place of the next movement: what follows it explains that one.
	until int
}

type withdrawal struct {
	event int
	coins string
}

type paymentChannelMove struct {
	event   int
	channel string
}

// paymentChannel is the one that a movement from an event on was for, or else the
// name of the message.
func (f *facts) paymentChannel(event int, action string) string {
	for _, c := range f.channels {
		if c.event > event && c.event <= f.until {
			return c.channel
		}
	}
	return action
}

func (r *Reader) facts(events []abci.Event) (*facts, error) {
	all, err := history.Payments(events)
	if err != nil {
		return nil, err
	}
	f := new(facts)
	for _, p := range all {
		if p.Payer == r.account && p.PaymentChannel == "" { // else a deposit paid, which was taken before
			f.payments = append(f.payments, p)
		}
	}
	for i, event := range events {
		if event.Type == withdrawn && history.Value(event, "account") == r.account {
			f.withdrawn = append(f.withdrawn, withdrawal{i, history.Value(event, "amount")})
		}
		if paymentChannelMoves[event.Type] && history.Value(event, "payer") == r.account {
			f.channels = append(f.channels, paymentChannelMove{i, history.Value(event, "payment_channel")})
		}
	}
	return f, nil
}

// explain says why coins moved. What is not explained stays a line.
func (r *Reader) explain(m movement, f *facts, action string) []Line {
	switch {
	case m.with == r.royalty && m.out:
		return r.payments(m, f, action)
	case m.with == r.royalty:
		for i, w := range f.withdrawn {
			if w.event > m.event && w.coins == m.coins.String() {
				f.withdrawn = append(f.withdrawn[:i:i], f.withdrawn[i+1:]...)
				return m.lines(Line{Kind: Withdrawal})
			}
		}
		return m.lines(Line{Kind: Refund, Counterparty: m.with, Note: f.paymentChannel(m.event, action)})
	case m.with == "" || r.modules[m.with] || r.modules[r.account]:
		return m.lines(Line{Kind: Other, Counterparty: m.with, Note: action})
	case m.out:
		return m.lines(Line{Kind: Sent, Counterparty: m.with})
	default:
		return m.lines(Line{Kind: Received, Counterparty: m.with})
	}
}

// payments divides what x/royalty took by the payments that it reports for it.
func (r *Reader) payments(m movement, f *facts, action string) []Line {
	var lines []Line
	rest, left := m.coins, f.payments[:0:0]
	for _, p := range f.payments {
		if p.Event < m.event || p.Event > f.until || rest.AmountOf(p.Amount.Denom).LT(p.Amount.Amount) {
			left = append(left, p)
			continue
		}
		rest = rest.Sub(p.Amount)
		line := Line{Kind: Payment, Work: p.Work.String(), Grant: p.Grant}
		if p.Grant != "" {
			line.Kind = LicenceFee
		}
		if p.Renewal {
			line.Note = "renewal"
		}
		lines = append(lines, movement{out: true, coins: sdk.Coins{p.Amount}}.lines(line)...)
	}
	f.payments = left
	deposit := movement{out: true, coins: rest}
	return append(lines, deposit.lines(Line{Kind: Deposit, Counterparty: m.with, Note: f.paymentChannel(m.event, action)})...)
}

// lines makes one line of each coin.
func (m movement) lines(like Line) []Line {
	lines := make([]Line, len(m.coins))
	for i, coin := range m.coins {
		lines[i] = like
		lines[i].Denom, lines[i].Amount = coin.Denom, coin.Amount
		if m.out {
			lines[i].Amount = coin.Amount.Neg()
		}
	}
	return lines
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}
