package x402

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxBills is how many denoms a use can be paid in, of those that it has a price in.
const maxBills = 4

// Bill is one way to pay for a use.
type Bill struct {
	Amount sdk.Coin
	// Messages pay it, all in one transaction: grants and passes that are acquired, or payments for one use.
	Messages []sdk.Msg
	// Tariff: it is paid with each use, which vouchers of a payment channel can do too. nil: it is not.
	Tariff *paychannel.Tariff
}

// Bills are the ways to pay for what an answer says is missing or owed with a use, for the account that was asked about. None:
// there is nothing to pay, or nothing can be had for money alone. The zero address leaves who pays open.
func Bills(answer licensetypes.Rights, payer sdk.AccAddress, serial uint64) []Bill {
	switch answer.Verdict {
	case licensetypes.VERDICT_ALLOWED:
		return perUse(answer, payer)
	case licensetypes.VERDICT_NEEDS_GRANT:
		return grants(answer, payer, serial)
	}
	return nil
}

// Free says whether an answer permits the use with nothing to pay or to count. A use that is paid in several denoms is
// not free, though it has no bill.
func Free(answer licensetypes.Rights) bool {
	return answer.Verdict == licensetypes.VERDICT_ALLOWED && !slices.ContainsFunc(answer.Obligations, func(o licensetypes.Obligation) bool {
		return o.Kind == licensetypes.OBLIGATION_PAY_PER_USE || o.Kind == licensetypes.OBLIGATION_COUNT_USE
	})
}

// Uncounted leaves out what pays for a number of uses, for servers that do not count them.
func Uncounted(answer licensetypes.Rights) licensetypes.Rights {
	answer.Offers = slices.DeleteFunc(slices.Clone(answer.Offers), func(o licensetypes.Obtainable) bool { return o.Uses > 0 })
	return answer
}

// grants are what acquires all that is missing, in each denom that all of it is sold in.
func grants(answer licensetypes.Rights, payer sdk.AccAddress, serial uint64) (bills []Bill) {
	prices, ok := rights.Price(answer)
	if !ok {
		return nil
	}
	ceilings := make([]*sdk.Coin, 0, len(prices))
	for _, p := range prices {
		ceilings = append(ceilings, new(sdk.NewCoin(p.Denom, unbounded)))
	}
	if len(prices) == 0 { // free of charge
		ceilings = append(ceilings, nil)
	}
	for _, most := range ceilings[:min(len(ceilings), maxBills)] {
		items, why := rights.Basket(rights.Needs(answer), most)
		if len(why) > 0 || rights.Waits(answer, items) {
			continue
		}
		bill := Bill{Amount: sdk.NewCoin(freeDenom, math.ZeroInt())}
		if total := rights.Total(items); most != nil {
			bill.Amount = sdk.NewCoin(most.Denom, total.AmountOf(most.Denom))
		}
		for _, item := range items {
			bill.Messages = append(bill.Messages, item.Message(payer, serial))
		}
		bills = append(bills, bill)
	}
	return bills
}

// freeDenom stands beside an amount of nothing.
const freeDenom = "ustem"

// unbounded is more than any price.
var unbounded = math.NewIntWithDecimal(1, 70)

// perUse are what pays everybody who is to be paid with one use, in each denom that all take.
func perUse(answer licensetypes.Rights, payer sdk.AccAddress) (bills []Bill) {
	alternatives, ok := rights.PerUse(answer)
	if !ok {
		return nil
	}
	for _, coin := range alternatives[:min(len(alternatives), maxBills)] {
		bill := Bill{Amount: coin, Messages: payments(answer, payer, coin.Denom)}
		if tariff, err := paychannel.NewTariff([]licensetypes.Rights{answer}, coin.Denom); err == nil {
			bill.Tariff = &tariff
		}
		bills = append(bills, bill)
	}
	return bills
}

// payments pay each work what it asks, once, in order of ids.
func payments(answer licensetypes.Rights, payer sdk.AccAddress, denom string) []sdk.Msg {
	owed := map[registrytypes.WorkID]math.Int{}
	for _, o := range answer.Obligations {
		if o.Kind != licensetypes.OBLIGATION_PAY_PER_USE {
			continue
		}
		if before, there := owed[o.Work]; there {
			owed[o.Work] = before.Add(o.Price.AmountOf(denom))
		} else {
			owed[o.Work] = o.Price.AmountOf(denom)
		}
	}
	lines := make([]royaltytypes.Payment, 0, len(owed))
	for work, amount := range owed {
		lines = append(lines, royaltytypes.Payment{Work: work, Amount: sdk.NewCoin(denom, amount)})
	}
	slices.SortFunc(lines, func(a, b royaltytypes.Payment) int { return bytes.Compare(a.Work[:], b.Work[:]) })
	if len(lines) == 1 {
		return []sdk.Msg{&royaltytypes.MsgPay{Payer: payer.String(), Work: lines[0].Work, Amount: lines[0].Amount}}
	}
	return []sdk.Msg{&royaltytypes.MsgPayMany{Payer: payer.String(), Payments: lines}}
}

// Counted says whether a use is counted at a grant that was paid for it: money is not what it takes.
func Counted(answer licensetypes.Rights) bool {
	return slices.ContainsFunc(answer.Obligations, func(o licensetypes.Obligation) bool {
		return o.Kind == licensetypes.OBLIGATION_COUNT_USE
	})
}

// ErrNotPayable is matched by the error of messages that are not for paying.
var ErrNotPayable = errors.New("x402 pays by MsgPay, MsgPayMany and MsgAcquire")

// payerOf is whose account a message pays from.
func payerOf(msg sdk.Msg) (string, error) {
	switch m := msg.(type) {
	case *royaltytypes.MsgPay:
		return m.Payer, nil
	case *royaltytypes.MsgPayMany:
		return m.Payer, nil
	case *licensetypes.MsgAcquire:
		return m.Licensee, nil
	}
	return "", fmt.Errorf("%w, not by %s", ErrNotPayable, sdk.MsgTypeURL(msg))
}

// SetPayer has an account pay, and chooses the serial of grants.
func SetPayer(msgs []sdk.Msg, payer string, serial uint64) error {
	for _, msg := range msgs {
		switch m := msg.(type) {
		case *royaltytypes.MsgPay:
			m.Payer = payer
		case *royaltytypes.MsgPayMany:
			m.Payer = payer
		case *licensetypes.MsgAcquire:
			m.Licensee = payer
			if m.UsesOf.IsZero() {
				m.Serial = serial
			}
		default:
			return fmt.Errorf("%w, not by %s", ErrNotPayable, sdk.MsgTypeURL(msg))
		}
	}
	return nil
}

// Cost is the most that messages take from who pays, in one denom; of nothing it has no denom. It fails with ErrNotPayable, and where they
// are of several.
func Cost(msgs []sdk.Msg) (sdk.Coin, error) {
	sum := sdk.Coin{Amount: math.ZeroInt()}
	add := func(c sdk.Coin) error {
		if sum.Denom != "" && sum.Denom != c.Denom {
			return fmt.Errorf("it is paid in %s and in %s: one transaction pays in one", sum.Denom, c.Denom)
		}
		if c.Amount.IsNil() || !c.Amount.IsPositive() {
			return fmt.Errorf("an amount of %s", c)
		}
		sum = sdk.Coin{Denom: c.Denom, Amount: sum.Amount.Add(c.Amount)}
		return nil
	}
	for _, msg := range msgs {
		var coins []sdk.Coin
		switch m := msg.(type) {
		case *royaltytypes.MsgPay:
			coins = []sdk.Coin{m.Amount}
		case *royaltytypes.MsgPayMany:
			for _, line := range m.Payments {
				coins = append(coins, line.Amount)
			}
		case *licensetypes.MsgAcquire:
			if m.MaxFee != nil {
				coins = []sdk.Coin{*m.MaxFee}
			}
		default:
			return sdk.Coin{}, fmt.Errorf("%w, not by %s", ErrNotPayable, sdk.MsgTypeURL(msg))
		}
		for _, c := range coins {
			if err := add(c); err != nil {
				return sdk.Coin{}, err
			}
		}
	}
	return sum, nil
}

// PackMessages writes messages as a requirement has them.
func PackMessages(cdc codec.Codec, msgs []sdk.Msg) ([]json.RawMessage, error) {
	all := make([]json.RawMessage, len(msgs))
	for i, msg := range msgs {
		packed, err := codectypes.NewAnyWithValue(msg)
		if err != nil {
			return nil, err
		}
		if all[i], err = cdc.MarshalJSON(packed); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// maxMessages of a payment: of a use of one work no more sources can ask for something.
const maxMessages = 64

// Messages are those that a requirement asks for, without who pays: those that it lists, or else a payment of the amount to
// the work. It fails with a *Refusal.
func (r Requirement) Messages(cdc codec.Codec) ([]sdk.Msg, error) {
	amount, err := r.Coin()
	if err != nil {
		return nil, err
	}
	if len(r.Extra.Messages) == 0 {
		work, err := registrytypes.ParseWorkID(r.PayTo)
		if err != nil {
			return nil, &Refusal{Reason: InvalidRequirements, Detail: "payTo: " + err.Error()}
		}
		return []sdk.Msg{&royaltytypes.MsgPay{Work: work, Amount: amount}}, nil
	}
	if len(r.Extra.Messages) > maxMessages {
		return nil, &Refusal{Reason: InvalidRequirements, Detail: fmt.Sprintf("more than %d messages", maxMessages)}
	}
	msgs := make([]sdk.Msg, len(r.Extra.Messages))
	for i, raw := range r.Extra.Messages {
		if err := cdc.UnmarshalInterfaceJSON(raw, &msgs[i]); err != nil {
			return nil, &Refusal{Reason: InvalidRequirements, Detail: fmt.Sprintf("message %d: %s", i+1, err)}
		}
	}
	cost, err := Cost(msgs)
	if err != nil {
		return nil, &Refusal{Reason: InvalidRequirements, Detail: err.Error()}
	}
	if !cost.Amount.Equal(amount.Amount) || cost.Amount.IsPositive() && cost.Denom != amount.Denom {
		return nil, &Refusal{Reason: WrongAmount, Detail: fmt.Sprintf("the messages take %s, the amount is %s", cost, amount)}
	}
	return msgs, nil
}

// Coin is the amount that is asked for. It fails with a *Refusal.
func (r Requirement) Coin() (sdk.Coin, error) {
	amount, err := amounts.Parse(r.Amount)
	if err == nil {
		err = sdk.ValidateDenom(r.Asset)
	}
	if err != nil {
		return sdk.Coin{}, &Refusal{Reason: InvalidRequirements, Detail: "amount: " + err.Error()}
	}
	return sdk.NewCoin(r.Asset, amount), nil
}
