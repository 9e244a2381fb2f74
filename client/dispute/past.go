package dispute

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/history/blocks"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ErrNotReckoned says that a claim is of a sort that no rule computes.
var ErrNotReckoned = errors.New("not reckoned")

var holdersChanged = proto.MessageName(&royaltytypes.EventHoldersChanged{})

const (
	// maxDescendants is how many works that were made from the disputed one are looked at.
	maxDescendants = 1000
	// maxPayees is how many lines of one sum of payments are read.
	maxPayees = 100_000
)

// Chain is what is asked of a node.
type Chain interface {
	Registry() registrytypes.QueryClient
	Royalty() royaltytypes.QueryClient
	License() licensetypes.QueryClient
	Lineage() lineagetypes.QueryClient
}

// Reckoned is what was had in the past, and what a ruling can give for it.
type Reckoned struct {
	// From and To are the first and the last block whose payments count: up to the one before the dispute was
	// opened, for from then on what is earned lies in escrow.
	From, To int64
	// Payments is how many there were, and Paid their sums; Rate is the source's, ppm, where one is missing.
	Payments int
	Paid     sdk.Coins
	Rate     uint32
	// Redress is what is claimed, with restitution in place of the past.
	Redress disputetypes.Redress
	// Left is what does not fit in a ruling: more than was claimed, or than 64 amounts.
	Left sdk.Coins
	// MoreDescendants: there are more than were looked at. Unknown counts the sums of payments of which the
	// chain does not tell any more who got them.
	MoreDescendants bool
	Unknown         int
}

// sum is one sum of payments that one list divides.
type sum struct {
	work    registrytypes.WorkID
	epoch   uint64
	denom   string
	version uint32
}

// reckoning reads the history of a dispute.
type reckoning struct {
	chain   Chain
	span    blocks.Span
	dispute disputetypes.Dispute
	done    Reckoned
	watched map[registrytypes.WorkID]bool
	// begin is the block of its registration.
	begin int64
	// version is that of the disputed work's table of holders: 0 until somebody changes it.
	version uint32
	totals  map[sum]sdk.Coin
	last    map[sum]int64
	order   []sum
}

// Reckon computes what a dispute's claim for the past comes to. From is a block or a date as blocks.Span reads it; empty:
// the disputed work's registration. Read is told how many of how many blocks were read; it may be nil. It fails with
// blocks.ErrNotKept where the node no longer has the blocks, and with ErrNotReckoned for a claim that no rule computes.
func Reckon(
	ctx context.Context, chain Chain, span blocks.Span, d disputetypes.Dispute, from string, read func(all int64) func(int64),
) (Reckoned, error) {
	r := &reckoning{
		chain: chain, span: span, dispute: d, watched: map[registrytypes.WorkID]bool{d.Work: true},
		totals: map[sum]sdk.Coin{}, last: map[sum]int64{},
	}
	creditor, err := r.creditor(ctx)
	if err != nil {
		return r.done, err
	}
	if err := r.locate(ctx, from); err != nil {
		return r.done, err
	}
	if err := r.read(ctx, read); err != nil {
		return r.done, err
	}
	list := FromWork(OwedBySource(r.done.Paid, r.done.Rate), creditor)
	if d.Kind == disputetypes.KIND_PRIOR_CLAIM {
		parts, err := r.parts(ctx)
		if err != nil {
			return r.done, err
		}
		list = FromHolders(parts, creditor)
	}
	r.done.Redress = d.Claim
	r.done.Redress.Past = nil
	r.done.Redress.Restitution, r.done.Left = Fit(list, d.Claim.Past)
	return r.done, nil
}

// creditor is the work whose holders get what is owed; it settles the rate or the descendants too.
func (r *reckoning) creditor(ctx context.Context) (none registrytypes.WorkID, err error) {
	claim := r.dispute.Claim
	switch {
	case r.dispute.Kind == disputetypes.KIND_MISSING_SOURCE && claim.Source != nil:
		res, err := r.chain.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: claim.Source.Terms.String()})
		if err != nil {
			return none, err
		}
		r.done.Rate = res.Terms.Terms.RoyaltyRate
		return claim.Source.Work, nil
	case r.dispute.Kind == disputetypes.KIND_PRIOR_CLAIM && claim.Invalidate && claim.Successor.IsZero():
		return none, fmt.Errorf("%w: the claim names no work whose holders would get it: no successor", ErrNotReckoned)
	case r.dispute.Kind == disputetypes.KIND_PRIOR_CLAIM:
		creditor := r.dispute.Work
		if claim.Invalidate {
			creditor = claim.Successor
		}
		return creditor, r.descend(ctx)
	}
	return none, fmt.Errorf("%w: only a prior claim, and a missing source that is a work, say by which rule the past is reckoned",
		ErrNotReckoned)
}

// descend finds the works whose payments come to the disputed one.
func (r *reckoning) descend(ctx context.Context) error {
	res, err := r.chain.Lineage().Descendants(ctx, &lineagetypes.QueryWalkRequest{
		Work: r.dispute.Work, Pagination: &query.PageRequest{Limit: maxDescendants},
	})
	if err != nil {
		return err
	}
	for _, step := range res.Steps {
		r.watched[step.Work] = true
	}
	r.done.MoreDescendants = res.Truncated || len(res.Pagination.GetNextKey()) > 0
	return nil
}

// locate finds the blocks.
func (r *reckoning) locate(ctx context.Context, from string) error {
	work, err := r.chain.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: r.dispute.Work})
	if err != nil {
		return err
	}
	// Versions of the table of holders count from the registration, wherever the payments begin that count.
	begin, err := r.span.From(ctx, work.Work.RegisteredAt.Format(time.RFC3339Nano))
	if err != nil {
		return err
	}
	r.done.From = begin
	if from != "" {
		if r.done.From, err = r.span.From(ctx, from); err != nil {
			return err
		}
		r.done.From = max(r.done.From, begin)
	}
	opened, err := r.span.At(ctx, r.dispute.OpenedAt)
	if err != nil {
		return err
	}
	r.begin, r.done.To = begin, opened-1
	return nil
}

// read goes through the blocks from the registration on, and adds up the payments that count.
func (r *reckoning) read(ctx context.Context, told func(int64) func(int64)) error {
	if r.begin > r.done.To {
		return nil
	}
	var done func(int64)
	if told != nil {
		done = told(r.done.To - r.begin + 1)
	}
	return blocks.Each(ctx, r.begin, r.done.To, done, r.span.Results, func(b blocks.Results) error {
		for _, tx := range b.Txs {
			if tx.Code != abci.CodeTypeOK {
				continue
			}
			if err := r.add(b.Height, tx.Events); err != nil {
				return fmt.Errorf("block %d: %w", b.Height, err)
			}
		}
		return r.add(b.Height, b.Events)
	})
}

// add takes payments of events, and the version of the table of holders.
func (r *reckoning) add(height int64, events []abci.Event) error {
	for _, e := range events {
		if e.Type == holdersChanged && history.Value(e, "work") == r.dispute.Work.String() {
			version, err := strconv.ParseUint(history.Value(e, "holders_version"), 10, 32)
			if err != nil {
				return fmt.Errorf("read a version of a table of holders: %w", err)
			}
			r.version = uint32(version)
		}
	}
	payments, err := history.Payments(events)
	if err != nil || height < r.done.From {
		return err
	}
	for _, p := range payments {
		if !r.watched[p.Work] {
			continue
		}
		r.done.Payments++
		r.done.Paid = r.done.Paid.Add(p.Amount)
		key := sum{p.Work, p.Epoch, p.Amount.Denom, r.version}
		if _, known := r.totals[key]; !known {
			r.totals[key], r.order = sdk.NewCoin(p.Amount.Denom, p.Amount.Amount.Sub(p.Amount.Amount)), append(r.order, key)
		}
		r.totals[key], r.last[key] = r.totals[key].Add(p.Amount), height
	}
	return nil
}

// parts asks of each sum what the holders of the disputed work were assigned.
func (r *reckoning) parts(ctx context.Context) (parts []Part, err error) {
	for _, key := range r.order {
		paid := history.Paid{Payment: history.Payment{Work: key.work, Amount: r.totals[key], Epoch: key.epoch}}
		if err := paid.Divide(ctx, r.chain.Royalty(), r.last[key], r.last[key], maxPayees); err != nil {
			return nil, err
		}
		if paid.Unknown != "" {
			r.done.Unknown++
			continue
		}
		version := key.version
		if key.work == r.dispute.Work {
			version = paid.HoldersVersion
		}
		for _, share := range paid.Shares {
			if share.Earner == r.dispute.Work && !share.Escrow {
				parts = append(parts, Part{share.Account, version, share.Amount})
			}
		}
	}
	return parts, nil
}
