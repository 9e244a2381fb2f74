package paychannel

import (
	"context"
	"errors"
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
}

// Run looks until the context ends.
func (r *Redeemer) Run(ctx context.Context) error {
	look := r.Policy.Look
	if look <= 0 {
		look = defaultLook
	}
	for {
		if done, err := r.Once(ctx); r.Told != nil && (err != nil || len(done.Results) > 0) {
			r.Told(done, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(look):
		}
	}
}

// Once redeems what is due now. What was done before an error is in the redemption.
func (r *Redeemer) Once(ctx context.Context) (Redemption, error) {
	if r.since == nil {
		r.since, r.gone = map[royaltytypes.PaymentChannelID]time.Time{}, map[royaltytypes.PaymentChannelID]time.Time{}
	}
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
	var asked []voucher.Voucher
	for _, v := range kept {
		if r.mayPay(v, now) {
			asked = append(asked, v)
		}
	}
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
	every := r.Policy.Every
	if every <= 0 {
		every = defaultEvery
	}
	for _, f := range findings {
		id := f.Voucher.PaymentChannel
		delete(r.gone, id)
		if f.Pays == nil {
			r.gone[id] = now // the node knows no such payment channel
			continue
		}
		if f.Problem != "" {
			delete(r.since, id)
			if f.spent {
				if r.spent == nil {
					r.spent = map[royaltytypes.PaymentChannelID]math.Int{}
				}
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
		enough := r.Policy.Above.AmountOf(f.Pays.Denom)
		ends := f.Voucher.Expires > 0 && time.Unix(f.Voucher.Expires, 0).Before(now.Add(every))
		if r.Policy.All || f.ClosesAt != nil || ends || enough.IsPositive() && f.Pays.Amount.GTE(enough) || now.Sub(since) >= every {
			due = append(due, f.Voucher)
		}
	}
	return due
}
