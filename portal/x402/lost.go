package x402

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/till"
)

const (
	// lostFor is how long after its end a payment that the till does not know is looked for in blocks. It is less than a day, which
	// the till remembers what was handed over: so nothing is looked for that the till has forgotten on purpose.
	lostFor = 23 * time.Hour
	// lostAhead is how long after it was taken the end of a payment may be.
	lostAhead = longestWithin + 30*time.Second
)

// mayHaveCome says whether a payment that is refused, and that the till does not know, may be in a block. Whoever took it was another: the
// till that was here before, if that was lost or is restored from a backup, or the payer sent it to the chain. While its
// time is not over the chain tells by one question. After that blocks have to be searched, and that is done for what a process before
// this one may have taken: so nobody has blocks searched all the time.
func (d *Doors) mayHaveCome(ctx context.Context, signed x402.Signed, refusal *x402.Refusal) (bool, error) {
	switch refusal.Reason {
	case x402.Expired, x402.PriceRaised, x402.InvalidRequirements, x402.WrongAmount, x402.InsufficientFunds, x402.InvalidTransaction:
	default:
		return false, nil
	}
	switch _, err := d.Till.Find(ctx, signed.Hash); {
	case err == nil:
		return false, nil
	case !errors.Is(err, till.ErrUnknown):
		return false, err
	}
	if refusal.Reason == x402.Expired {
		return !signed.Until.After(d.began.Add(lostAhead)), nil
	}
	return d.Client.Taken(ctx, signed.Raw)
}

// lost takes a payment that is in a block already, though the till does not know it: the till that took it is not this one. What it was
// is on the chain but whether it was handed over, so that is done once more. Where it is in none it fails with the refusal.
func (d *Doors) lost(
	ctx context.Context, t Thing, p *x402.Payment, signed x402.Signed, chainID string, refusal *x402.Refusal, fetch func() error,
) (Receipt, error) {
	if d.Now().Sub(signed.Until) > lostFor {
		return Receipt{}, &x402.Refusal{Reason: x402.Forgotten, Detail: fmt.Sprintf(
			"the server does not know the payment, whose time was over on %s: whether it was paid you find on the chain, by its hash %s",
			signed.Until.UTC().Format(time.RFC3339), signed.Hash)}
	}
	// Before blocks are searched for it: everybody can make transactions that nobody signed.
	if err := d.verify(ctx, signed, chainID); err != nil {
		return Receipt{}, err
	}
	result, err := d.seek(ctx, signed.Raw)
	failed := new(client.TxError)
	switch {
	case errors.Is(err, client.ErrLate), errors.Is(err, client.ErrUndecided) && refusal.Reason != x402.Expired:
		return Receipt{}, refusal
	case errors.Is(err, client.ErrUndecided):
		return Receipt{}, &x402.Refusal{Reason: x402.Undecided, Detail: "show the same payment again: nothing is paid twice", Err: err}
	case errors.As(err, &failed):
		return Receipt{}, refused(err)
	case err != nil:
		return Receipt{}, broken(err)
	}
	if err := d.wasAsked(ctx, t, p, signed, result.Height-1); err != nil {
		return Receipt{}, err
	}
	d.Log.Warn("a payment that the till does not know is in a block: was the till lost, or restored?", "id", signed.Hash, "resource", t.URL)
	if _, err := d.Till.Take(ctx, till.Payment{
		ID: signed.Hash, Resource: t.paid(), Payer: signed.Payer, Amount: p.Accepted.Amount + p.Accepted.Asset, Raw: signed.Raw,
		After: result.Height - 1, Until: signed.Until,
	}); err != nil {
		return Receipt{}, broken(err)
	}
	kept, err := d.Till.Find(ctx, signed.Hash)
	if err != nil {
		return Receipt{}, broken(err)
	}
	return d.resume(ctx, t, kept, fetch)
}

// wasAsked checks that a payment is what was asked for at a height, or is asked for now where the node has the state of then no more. The
// payer wrote the price that it is bound to, and may have sent it without asking here.
func (d *Doors) wasAsked(ctx context.Context, t Thing, p *x402.Payment, signed x402.Signed, height int64) error {
	asked, free, err := d.billed(client.At(ctx, height), t, p, signed)
	if err != nil || free {
		var now error
		if asked, free, now = d.billed(ctx, t, p, signed); now != nil {
			return now
		}
	}
	if free {
		return &x402.Refusal{Reason: x402.InvalidRequirements, Detail: "nothing was to be paid"}
	}
	return signed.Pays(asked)
}

// seek looks for a transaction in blocks. One at a time does, since it may be some hundred blocks that the node is asked for.
func (d *Doors) seek(ctx context.Context, raw []byte) (client.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	select {
	case d.seeking <- struct{}{}:
		defer func() { <-d.seeking }()
		return d.Client.Seek(ctx, raw)
	case <-ctx.Done():
		return client.Result{}, ctx.Err()
	}
}
