package paychannel

import (
	"context"
	"errors"
	"slices"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// Policy says when a service has vouchers redeemed, beside what always counts: a payment channel that its payer has asked to close.
type Policy struct {
	// Above: once what a voucher adds is as much as this, in its denom.
	Above sdk.Coins
	// Every: at the latest so long after it was first seen to add something; 0: 24 hours.
	Every time.Duration
	// All: everything that adds something, at once.
	All bool
	// Look is the pause between two looks; 0: a minute. It has to be well below the shortest delay of closing that the service takes.
	Look time.Duration
}

const (
	defaultEvery = 24 * time.Hour
	defaultLook  = time.Minute
	// goneFor is how long a payment channel that a node does not know is not asked for again.
	goneFor = time.Hour
)

// Redeemer has the vouchers of a store redeemed by a policy. It reads the store only, which another process may write.
type Redeemer struct {
	Sender *client.Sender
	Store  *Store
	Policy Policy
	// Told is told what was redeemed, and what failed, which is tried again at the next look; nil: nobody is.
	Told func(Redemption, error)

	since map[royaltytypes.PaymentChannelID]time.Time // when a voucher was first seen to add something
	gone  map[royaltytypes.PaymentChannelID]time.Time
	// spent are totals that were redeemed: of a voucher of no more nothing is asked again, or many small payment channels would make each
	// look long.
	spent map[royaltytypes.PaymentChannelID]math.Int
	// seen is what the node said last of a payment channel, of which nothing was due then.
	seen map[royaltytypes.PaymentChannelID]seen
}

// seen is a payment channel as the node said it last.
type seen struct {
	at       time.Time
	redeemed sdk.Coin
	delay    time.Duration
}

// Run looks until the context ends.
func (r *Redeemer) Run(ctx context.Context) error {
	for {
		if done, err := r.Once(ctx); r.Told != nil && (err != nil || len(done.Results) > 0) {
			r.Told(done, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.look()):
		}
	}
}

// look is the pause between two looks.
func (r *Redeemer) look() time.Duration {
	if r.Policy.Look <= 0 {
		return defaultLook
	}
	return r.Policy.Look
}

// maxAsked is how many payment channels are asked about before what is due of them is redeemed: a service with very many redeems the first
// before it has heard of the last.
const maxAsked = 1000

// Once redeems what is due now, those that have waited longest for a question first. What was done before an error is in the redemption.
func (r *Redeemer) Once(ctx context.Context) (done Redemption, err error) {
	r.prepare()
	chain := r.Sender.Client()
	chainID, err := chain.ChainID(ctx)
	if err != nil {
		return Redemption{}, err
	}
	kept, err := r.Store.All(chainID)
	if err != nil {
		return Redemption{}, err
	}
	now := time.Now()
	for asked := range slices.Chunk(r.toAsk(kept, now), maxAsked) {
		some, err := r.some(ctx, chainID, asked, now)
		done = done.and(some)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (r *Redeemer) prepare() {
	if r.since == nil {
		r.since, r.gone = map[royaltytypes.PaymentChannelID]time.Time{}, map[royaltytypes.PaymentChannelID]time.Time{}
	}
	if r.spent == nil {
		r.spent, r.seen = map[royaltytypes.PaymentChannelID]math.Int{}, map[royaltytypes.PaymentChannelID]seen{}
	}
}

// some redeems what is due of some vouchers.
func (r *Redeemer) some(ctx context.Context, chainID string, asked []voucher.Voucher, now time.Time) (Redemption, error) {
	chain := r.Sender.Client()
	findings, err := Check(ctx, royaltytypes.NewQueryClient(chain), chainID, asked, now)
	if err != nil {
		return Redemption{}, err
	}
	due := r.due(findings, now)
	if len(due) == 0 {
		return Redemption{}, nil
	}
	done, err := Redeem(ctx, r.Sender, due)
	if err == nil {
		for _, v := range due {
			delete(r.since, v.PaymentChannel)
		}
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return done, err
}

// and is two redemptions together.
func (d Redemption) and(more Redemption) Redemption {
	return Redemption{
		Paid: d.Paid.Add(more.Paid...), Skipped: append(d.Skipped, more.Skipped...), Left: append(d.Left, more.Left...),
		Results: append(d.Results, more.Results...),
	}
}

// toAsk are the vouchers whose payment channels are to be asked about now, the longest not asked about first.
func (r *Redeemer) toAsk(kept []voucher.Voucher, now time.Time) (asked []voucher.Voucher) {
	for _, v := range kept {
		if r.mayPay(v, now) && r.needs(v, now) {
			asked = append(asked, v)
		}
	}
	slices.SortStableFunc(asked, func(a, b voucher.Voucher) int {
		return r.seen[a.PaymentChannel].at.Compare(r.seen[b.PaymentChannel].at)
	})
	return asked
}

// needs says whether the policy may want a voucher redeemed by now. What the node said last tells, with two things that may have changed
// since: somebody has redeemed more, which makes it less; or the payer has asked to close. From when they ask the payment channel
// stays open for its delay, so a question every half of that leaves the other half to redeem in, whatever the payer does right
// after a question. Half, since the redeemer, the node, or the chain may be away for a while, their clocks differ, and a transaction takes its blocks.
func (r *Redeemer) needs(v voucher.Voucher, now time.Time) bool {
	known, is := r.seen[v.PaymentChannel]
	if !is || r.Policy.All {
		return true
	}
	if !now.Add(r.look()).Before(known.at.Add(known.delay / 2)) { // the next look would be too late
		return true
	}
	since, waits := r.since[v.PaymentChannel]
	if !waits {
		since = now
	}
	return r.wants(v, v.Total.Sub(known.redeemed.Amount), known.redeemed.Denom, since, now)
}

// wants says whether a voucher that adds so much, since a time, is to be redeemed, whoever closes what.
func (r *Redeemer) wants(v voucher.Voucher, adds math.Int, denom string, since, now time.Time) bool {
	every := r.Policy.Every
	if every <= 0 {
		every = defaultEvery
	}
	enough := r.Policy.Above.AmountOf(denom)
	ends := v.Expires > 0 && time.Unix(v.Expires, 0).Before(now.Add(every))
	return r.Policy.All || ends || enough.IsPositive() && adds.GTE(enough) || now.Sub(since) >= every
}

// mayPay says whether a voucher is to be asked about.
func (r *Redeemer) mayPay(v voucher.Voucher, now time.Time) bool {
	if at, gone := r.gone[v.PaymentChannel]; gone && now.Sub(at) <= goneFor {
		return false
	}
	total, spent := r.spent[v.PaymentChannel]
	return !spent || v.Total.GT(total)
}

// due picks what is to be redeemed now, and notes what waits since when.
func (r *Redeemer) due(findings []Finding, now time.Time) (due []voucher.Voucher) {
	for _, f := range findings {
		id := f.Voucher.PaymentChannel
		delete(r.gone, id)
		delete(r.seen, id)
		if f.Pays == nil {
			r.gone[id] = now // the node knows no such payment channel
			continue
		}
		if f.Problem != "" {
			delete(r.since, id)
			if f.spent {
				r.spent[id] = f.Voucher.Total
			}
			continue
		}
		if !f.Pays.IsPositive() { // all of it is redeemed, and not paid out to the last payee yet
			delete(r.since, id)
			due = append(due, f.Voucher)
			continue
		}
		since, waits := r.since[id]
		if !waits {
			since = now
			r.since[id] = since
		}
		if f.ClosesAt != nil || r.wants(f.Voucher, f.Pays.Amount, f.Pays.Denom, since, now) {
			due = append(due, f.Voucher)
			continue
		}
		r.seen[id] = seen{
			at: now, redeemed: sdk.NewCoin(f.Pays.Denom, f.Voucher.Total.Sub(f.Pays.Amount)), delay: time.Duration(f.CloseDelay) * time.Second,
		}
	}
	return due
}
