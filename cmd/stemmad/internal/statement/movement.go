package statement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/internal/amounts"
)

// movement is coins that left an account or came to it, to or from one other.
type movement struct {
	out bool
	// with is the other account; empty where the events name none.
	with  string
	coins sdk.Coins
	// event is the place of the bank's event.
	event int
}

// tracker follows one account through events in their order. What the bank took
// or gave is open until transfers say to whom or from whom; one debit may go to
// many. The rest has the other side of a debit and credit that stand together,
// or none.
type tracker struct {
	account   string
	movements []movement
	out, in   open
	// Of others, the last that got and gave something.
	got, gave side
}

type open struct {
	coins sdk.Coins
	peer  string
	event int
}

type side struct {
	account string
	coins   string
}

// movements finds what happened to an account's coins.
func movements(events []abci.Event, account string) ([]movement, error) {
	t := tracker{account: account}
	for i, event := range events {
		var err error
		switch event.Type {
		case banktypes.EventTypeCoinSpent:
			err = t.spent(i, event)
		case banktypes.EventTypeCoinReceived:
			err = t.received(i, event)
		case banktypes.EventTypeTransfer:
			err = t.transfer(event)
		}
		if err != nil {
			return nil, fmt.Errorf("read a bank event: %w", err)
		}
	}
	t.close(true)
	t.close(false)
	// What had to wait for a transfer that did not come goes back to its place.
	slices.SortStableFunc(t.movements, func(a, b movement) int { return cmp.Compare(a.event, b.event) })
	return t.movements, nil
}

func (t *tracker) spent(i int, event abci.Event) error {
	spender, amount := history.Value(event, banktypes.AttributeKeySpender), history.Value(event, sdk.AttributeKeyAmount)
	if spender != t.account {
		t.gave = side{spender, amount}
		return nil
	}
	t.close(true)
	coins, err := parseCoins(amount)
	t.out = open{coins: coins, event: i}
	return err
}

func (t *tracker) received(i int, event abci.Event) error {
	receiver, amount := history.Value(event, banktypes.AttributeKeyReceiver), history.Value(event, sdk.AttributeKeyAmount)
	if receiver != t.account {
		t.got = side{receiver, amount}
		if t.out.coins.String() == amount {
			t.out.peer = receiver
		}
		return nil
	}
	t.close(false)
	coins, err := parseCoins(amount)
	t.in = open{coins: coins, event: i}
	if t.gave.coins == amount {
		t.in.peer = t.gave.account
	}
	t.gave = side{}
	return err
}

func (t *tracker) transfer(event abci.Event) error {
	sender, recipient := history.Value(event, banktypes.AttributeKeySender), history.Value(event, banktypes.AttributeKeyRecipient)
	if sender != t.account && recipient != t.account {
		return nil
	}
	coins, err := parseCoins(history.Value(event, sdk.AttributeKeyAmount))
	if err != nil {
		return err
	}
	if sender == t.account && t.out.coins.IsAllGTE(coins) && !coins.Empty() {
		t.movements = append(t.movements, movement{true, recipient, coins, t.out.event})
		t.out.coins = t.out.coins.Sub(coins...)
	}
	if recipient == t.account && t.in.coins.IsAllGTE(coins) && !coins.Empty() {
		t.movements = append(t.movements, movement{false, sender, coins, t.in.event})
		t.in.coins = t.in.coins.Sub(coins...)
	}
	return nil
}

// close ends what is open: the rest had no transfer.
func (t *tracker) close(out bool) {
	o := &t.in
	if out {
		o = &t.out
	}
	if !o.coins.Empty() {
		t.movements = append(t.movements, movement{out, o.peer, o.coins, o.event})
	}
	*o = open{}
}

// parseCoins reads coins as the bank writes them. The SDK's own parser goes by
// decimals and is slower by far.
func parseCoins(s string) (sdk.Coins, error) {
	if s == "" {
		return nil, nil
	}
	var coins sdk.Coins
	for part := range strings.SplitSeq(s, ",") {
		coin, err := amounts.ParseCoin(part)
		if err != nil {
			return nil, err
		}
		coins = coins.Add(coin)
	}
	return coins, nil
}
