package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/encoding"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Kind names what a transaction does.
type Kind string

// The kinds of transaction. Setup is not part of any load.
const (
	kindSend     Kind = "send"
	kindPay      Kind = "pay"
	kindPayMany  Kind = "pay-many" // 100 lines
	kindRegister Kind = "register"
	kindDerive   Kind = "derive" // from 1 to 3 sources
	kindOffer    Kind = "offer"
	kindAcquire  Kind = "acquire"
	kindSetup    Kind = "setup"
)

// lines is how many payments a PayMany holds.
const lines = 100

// mixed is the load of all kinds.
const mixed = "mixed"

// share is how many of a hundred transactions are of a kind.
type share struct {
	kind    Kind
	percent int
}

// mix is a kind of load.
type mix struct {
	name   string
	shares []share
}

// mixOf is the load of that name: mixed, one kind of transaction, or several
// with their shares, as in "pay=70,register=30".
func mixOf(name string) (mix, error) {
	all := []share{
		{kindPay, 40},
		{kindRegister, 20},
		{kindDerive, 15},
		{kindPayMany, 10},
		{kindOffer, 5},
		{kindAcquire, 5},
		{kindSend, 5},
	}
	if name == mixed {
		return mix{name, all}, nil
	}
	m, total := mix{name: name}, 0
	for _, part := range strings.Split(name, ",") {
		kind, number, several := strings.Cut(part, "=")
		percent := 100
		if several {
			var err error
			if percent, err = strconv.Atoi(number); err != nil || percent < 0 {
				return mix{}, fmt.Errorf("share %q of a load: want a number of percent", part)
			}
		}
		if !slices.ContainsFunc(all, func(s share) bool { return string(s.kind) == kind }) {
			return mix{}, fmt.Errorf("no load %q; there are %v", kind, loads())
		}
		m.shares = append(m.shares, share{Kind(kind), percent})
		total += percent
	}
	if total != 100 {
		return mix{}, fmt.Errorf("the shares of %q sum up to %d percent", name, total)
	}
	return m, nil
}

// loads names what -kind takes.
func loads() []string {
	return []string{mixed, "send", "pay", "pay-many", "register", "derive", "offer", "acquire"}
}

func (m mix) pick(rng *rand.Rand) Kind {
	at := rng.IntN(100)
	for _, s := range m.shares {
		if at -= s.percent; at < 0 {
			return s.kind
		}
	}
	return m.shares[0].kind
}

// plan is a transaction to be signed.
type plan struct {
	kind Kind
	msgs []sdk.Msg
	gas  uint64
	// paid counts the works that get a part of a payment, at most: an ancestor by two
	// ways counts twice.
	paid  int
	apply func()
}

// operations is how many things a transaction does: a PayMany pays each line.
func (k Kind) operations() int {
	if k == kindPayMany {
		return lines
	}
	return 1
}

// Gas limits: about a quarter above what the messages use here. A payment's
// includes the surcharge for each receiver that it sets in motion.
const (
	gasSend     = 75_000
	gasPay      = 95_000
	gasLine     = 22_000
	gasReceiver = 5_500  // two for each ancestor: its stage and its holder
	gasPayout   = 13_000 // one for each ancestor, and the work's own
	gasRegister = 80_000
	gasDerive   = 100_000
	gasSource   = 25_000
	gasOffer    = 70_000
	gasAcquire  = 110_000
)

// plan makes up a transaction of a kind. An account that has nothing to derive
// registers a work, with which it can the next time.
func (w *World) plan(a *Account, kind Kind, rng *rand.Rand) plan {
	switch kind {
	case kindPay:
		return w.pay(a, rng)
	case kindPayMany:
		return w.payMany(a, rng)
	case kindRegister:
		return w.register(a)
	case kindDerive:
		return w.derive(a, rng)
	case kindOffer:
		return w.offer(a)
	case kindAcquire:
		return w.acquire(a, rng)
	default:
		return w.send(a, rng)
	}
}

func coin(amount int64) sdk.Coin { return sdk.NewInt64Coin(encoding.LocalDenom, amount) }

// send goes to the owner of some work, so to any account.
func (w *World) send(a *Account, rng *rand.Rand) plan {
	msg := &banktypes.MsgSend{FromAddress: a.address, ToAddress: w.pick(&w.payable, rng).owner.address, Amount: sdk.Coins{coin(1000)}}
	return plan{kind: kindSend, msgs: []sdk.Msg{msg}, gas: gasSend}
}

// pay is above the least payout, so the owner is paid in the same block.
func (w *World) pay(a *Account, rng *rand.Rand) plan {
	work := w.pick(&w.payable, rng)
	msg := &royaltytypes.MsgPay{Payer: a.address, Work: work.id, Amount: coin(20_000 + rng.Int64N(80_000))}
	return plan{
		kind: kindPay, msgs: []sdk.Msg{msg}, paid: 1 + work.ancestors,
		gas: gasPay + gasPayout + (gasReceiver+gasPayout)*uint64(work.ancestors),
	}
}

// payMany has lines below the least payout, as payments by machines are.
func (w *World) payMany(a *Account, rng *rand.Rand) plan {
	msg := &royaltytypes.MsgPayMany{Payer: a.address, Payments: make([]royaltytypes.Payment, lines)}
	gas, paid := uint64(gasPay), 0
	for i := range msg.Payments {
		work := w.pick(&w.payable, rng)
		msg.Payments[i] = royaltytypes.Payment{Work: work.id, Amount: coin(200 + rng.Int64N(1800))}
		gas += gasLine + gasReceiver*uint64(work.ancestors)
		paid += 1 + work.ancestors
	}
	return plan{kind: kindPayMany, msgs: []sdk.Msg{msg}, gas: gas, paid: paid}
}

func (w *World) register(a *Account) plan {
	work, entry := a.newWork()
	msg := &registrytypes.MsgRegister{Registrant: a.address, Works: []registrytypes.Entry{entry}}
	return plan{kind: kindRegister, msgs: []sdk.Msg{msg}, gas: gasRegister, apply: func() {
		a.fresh = append(a.fresh, work)
		w.count(1)
	}}
}

func (w *World) derive(a *Account, rng *rand.Rand) plan {
	sources := w.pickSources(a, 1+rng.IntN(maxSources), rng)
	if len(a.fresh) == 0 || len(sources) == 0 {
		return w.register(a)
	}
	work := a.fresh[0]
	msg := &lineagetypes.MsgDerive{Owner: a.address, Work: work.id, MaxTotalRate: 1_000_000}
	ancestors := 0
	for _, source := range sources {
		msg.Sources = append(msg.Sources, lineagetypes.Source{
			Work: source.id, Role: lineagetypes.ROLE_COMPONENT_OF, Permission: remixTerms.ID().String(), Seen: source.conditions(),
		})
		ancestors += 1 + source.ancestors
	}
	gas := gasDerive + uint64(gasSource*len(sources)) + gasReceiver*uint64(ancestors)
	return plan{kind: kindDerive, msgs: []sdk.Msg{msg}, gas: gas, apply: func() {
		a.fresh = a.fresh[1:]
		work.ancestors = ancestors
		w.add(&w.payable, work)
		if ancestors <= maxAncestors {
			a.derived = append(a.derived, work)
		}
	}}
}

// conditions are what a work brings under an offer to everybody: each derivative was declared
// once, and owes; the terms demand nothing.
func (w *Work) conditions() licensetypes.Conditions {
	if w.ancestors == 0 {
		return licensetypes.Conditions{}
	}
	return licensetypes.Conditions{UpstreamVersion: 1}
}

// offer offers a derivative, else a work without sources, else once more what is
// offered.
func (w *World) offer(a *Account) plan {
	var work *Work
	var apply func()
	switch {
	case len(a.derived) > 0:
		work = a.derived[0]
		apply = func() {
			a.derived, a.offered = a.derived[1:], work
			w.add(&w.sources, work)
		}
	case len(a.fresh) > 1: // one stays to be derived
		work = a.fresh[0]
		apply = func() {
			a.fresh, a.offered = a.fresh[1:], work
			w.add(&w.payable, work)
			w.add(&w.sources, work)
		}
	default:
		work = a.offered
	}
	return plan{kind: kindOffer, msgs: []sdk.Msg{offerMsg(work, remixTerms)}, gas: gasOffer, apply: apply}
}

func offerMsg(work *Work, terms licensetypes.Terms) *licensetypes.MsgOffer {
	return &licensetypes.MsgOffer{Owner: work.owner.address, Work: work.id, Terms: terms.ID()}
}

func (w *World) acquire(a *Account, rng *rand.Rand) plan {
	work := w.pick(&w.priced, rng)
	fee := coin(grantFee)
	msg := &licensetypes.MsgAcquire{
		Licensee: a.address, Work: work.id, Terms: grantTerms.ID(), Serial: a.grants, MaxFee: &fee,
	}
	a.grants++
	return plan{kind: kindAcquire, msgs: []sdk.Msg{msg}, gas: gasAcquire}
}

// publish makes the terms known to the chain.
func publish(a *Account) plan {
	return plan{kind: kindSetup, gas: 400_000, msgs: []sdk.Msg{
		&licensetypes.MsgPublishTerms{Author: a.address, Terms: remixTerms},
		&licensetypes.MsgPublishTerms{Author: a.address, Terms: grantTerms},
	}}
}

// settle registers an account's first works and offers the first of them under
// both terms. A second one can be paid, the others are to be derived.
func (w *World) settle(a *Account, works int) plan {
	msg := &registrytypes.MsgRegister{Registrant: a.address}
	var list []*Work
	for range max(1, works) {
		work, entry := a.newWork()
		list = append(list, work)
		msg.Works = append(msg.Works, entry)
	}
	gas := gasRegister*uint64(len(list)) + 2*gasOffer
	msgs := []sdk.Msg{msg, offerMsg(list[0], remixTerms), offerMsg(list[0], grantTerms)}
	return plan{kind: kindSetup, msgs: msgs, gas: gas, apply: func() {
		known := min(2, len(list))
		a.offered, a.fresh = list[0], list[known:]
		w.count(len(list))
		w.add(&w.payable, list[:known]...)
		w.add(&w.sources, list[0])
		w.add(&w.priced, list[0])
	}}
}
