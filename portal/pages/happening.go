package pages

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// happening is one event of the chain as pages show it: what, about whom and what, and
// where it is recorded.
type happening struct {
	// What happened, in words, and Type, the event's name in the chain's definitions.
	What, Type string
	// About are the works, accounts, terms, grants and disputes that it names, and Amount what
	// was paid.
	About  []link
	Amount string

	Height int64
	Time   time.Time
	// Tx is the hash of its transaction; empty: the end of the block did it.
	Tx string
	// Message is which one of the transaction's did it, from 1; 0: none.
	Message int
}

// happenings says events of the index.
func (v *visit) happenings(ctx context.Context, events []index.Event) (list []happening, err error) {
	u, err := v.site.Client.Units(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		h := happening{
			Type: e.Type, What: v.event(e.Type), Height: e.Height, Time: e.Time, Message: e.Msg + 1,
			Tx: strings.ToUpper(hex.EncodeToString(e.Tx)),
		}
		for _, a := range e.Attributes {
			v.mention(ctx, &h, a.Key, e.Value(a.Key))
		}
		h.Amount = amountOf(u, h.Amount)
		list = append(list, h)
	}
	return list, nil
}

// amountOf writes an attribute's amount in people's units: a coin, coins, or a list of them in JSON.
func amountOf(u units.Units, text string) string {
	if coin, err := client.ParseCoin(text); err == nil {
		return u.Short(coin)
	}
	var list sdk.Coins
	if json.Unmarshal([]byte(text), &list) == nil {
		return coinsOf(u, list)
	}
	if coins, err := amounts.ParseCoins(text); err == nil {
		return coinsOf(u, coins)
	}
	return clip(text)
}

// coinsOf lists coins without a word of any language.
func coinsOf(u units.Units, coins sdk.Coins) string {
	list := make([]string, len(coins))
	for i, c := range coins {
		list[i] = u.Short(c)
	}
	return strings.Join(list, ", ")
}

// event says what happened; of a newer chain by the event's own name.
func (v *visit) event(full string) string {
	name := eventName(full)
	if !v.lang.words.Has("event." + name) {
		return v.T("dispute.unknown") + ": " + clip(name)
	}
	return v.T("event." + name)
}

// maxAbout is how many things one line of a history links to; its transaction has all.
const maxAbout = 5

// eventName is an event's name without package and version: license.Granted of
// stemma.license.v1.EventGranted.
func eventName(full string) string {
	parts := strings.Split(full, ".")
	if len(parts) != 4 {
		return full
	}
	return parts[1] + "." + strings.TrimPrefix(parts[3], "Event")
}

// mention adds what an attribute names.
func (v *visit) mention(ctx context.Context, h *happening, key, value string) {
	add := func(l link) {
		if len(h.About) < maxAbout && !slices.Contains(h.About, l) {
			h.About = append(h.About, l)
		}
	}
	switch {
	case key == "denom":
		if h.Amount != "" && !strings.HasSuffix(h.Amount, value) {
			h.Amount += value
		}
	case key == "amount" || key == "fee":
		h.Amount = value
	case strings.HasPrefix(value, "work1"):
		if id, err := registrytypes.ParseWorkID(value); err == nil {
			add(v.named(ctx, id))
		}
	case strings.HasPrefix(value, "stemma1"):
		add(link{short(value), "/accounts/" + value})
	case strings.HasPrefix(value, "terms1"):
		add(link{short(value), "/terms/" + value})
	case strings.HasPrefix(value, "dispute1"):
		add(link{short(value), "/disputes/" + value})
	case strings.HasPrefix(value, "agent1"):
		add(link{short(value), "/agents/" + value})
	case strings.HasPrefix(value, "["), strings.HasPrefix(value, "{"):
		v.mentionAll(ctx, h, key, value)
	}
}

// mentionAll adds what a list or an object names, the first few.
func (v *visit) mentionAll(ctx context.Context, h *happening, key, value string) {
	var list []json.RawMessage
	if json.Unmarshal([]byte(value), &list) != nil {
		return
	}
	for i, item := range list {
		var text string
		if i == maxShown {
			return
		}
		if json.Unmarshal(item, &text) == nil && !strings.HasPrefix(text, "[") {
			v.mention(ctx, h, key, text)
			continue
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(item, &fields) != nil {
			continue
		}
		for _, name := range []string{"work", "source", "account"} {
			if json.Unmarshal(fields[name], &text) == nil {
				v.mention(ctx, h, name, text)
			}
		}
	}
}
