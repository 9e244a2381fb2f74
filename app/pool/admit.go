package pool

import (
	"cmp"
	"container/heap"
	"slices"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// admit lists what has to give way to a transaction, or says why it has no place. What it
// replaces is not listed: that has paid less by an eleventh at least, so that who has a
// transaction carried to all nodes again pays for it.
func (p *Pool) admit(tx *Tx, accountGas uint64) (victims []*entry, err error) {
	replaced := p.replacedBy(tx)
	for _, old := range replaced {
		if tx.Price.MulRaw(replacePart).LT(old.Price.MulRaw(replacePart + 1)) {
			return nil, sdkerrors.ErrInsufficientFee.Wrapf("a transaction of this account and sequence %d waits: "+
				"to replace it, pay a tenth more for a unit of gas than it does", tx.Signers[0].Sequence)
		}
	}
	for _, s := range tx.Signers {
		var waiting sum
		if q := p.queues[s.Account]; q != nil {
			waiting = q.sum
			for _, old := range replaced {
				if slices.Contains(old.queues, q) {
					waiting.take(old.Tx)
				}
			}
		}
		if err := p.fits(waiting, tx, accountGas); err != nil {
			return nil, errorsmod.Wrap(err, "of this account")
		}
	}
	rank := tx.Price
	if !tx.Unordered {
		rank = p.rankBehind(tx)
	}
	cheaper, err := p.admitSponsored(tx, rank, replaced, accountGas)
	if err != nil {
		return nil, err
	}
	victims, ok := p.room(len(tx.Raw), rank, slices.Concat(replaced, cheaper))
	if !ok {
		return nil, sdkerrors.ErrMempoolIsFull.Wrapf(
			"%d transactions wait and all pay as much for a unit of gas: pay more, or try again later", len(p.entries))
	}
	return append(cheaper, victims...), nil
}

// admitSponsored holds what somebody else pays for to its bounds: they are apart from
// what the sponsor signs, so that those it pays for don't hold up the sponsor itself. It lists
// what gives way: the cheapest of the same sponsor's, so that they don't hold up each other.
func (p *Pool) admitSponsored(tx *Tx, rank math.Int, replaced []*entry, accountGas uint64) (cheaper []*entry, err error) {
	if tx.Sponsor == "" {
		return nil, nil
	}
	waiting := p.sponsored[tx.Sponsor]
	for _, old := range replaced {
		if old.Sponsor == tx.Sponsor {
			waiting.take(old.Tx)
		}
	}
	refused := p.fits(waiting, tx, accountGas)
	if refused == nil {
		return nil, nil
	}
	for _, e := range p.sponsoredBelow(tx.Sponsor, rank) {
		if slices.Contains(replaced, e) {
			continue
		}
		waiting.take(e.Tx)
		cheaper = append(cheaper, e)
		if p.fits(waiting, tx, accountGas) == nil {
			return cheaper, nil
		}
	}
	return nil, errorsmod.Wrap(refused, "of the same sponsor, so pay more, pay the fee yourself, or wait")
}

// sponsoredBelow lists what waits of a sponsor and ranks below this, in the order in which it
// gives way.
func (p *Pool) sponsoredBelow(sponsor string, rank math.Int) []*entry {
	var below []*entry
	for _, e := range p.entries {
		if e.Sponsor == sponsor && e.rank.LT(rank) {
			below = append(below, e)
		}
	}
	slices.SortFunc(below, func(a, b *entry) int {
		return cmp.Or(a.rank.BigIntMut().Cmp(b.rank.BigIntMut()), cmp.Compare(b.arrived, a.arrived))
	})
	return below
}

// fits says whether one account may have this beside what waits of it: at most so much gas,
// and a tenth of the pool. A block takes a tenth of one payer, so where one had the whole pool, blocks would
// stay empty and their price low, whatever others offer below what that one names.
func (p *Pool) fits(waiting sum, tx *Tx, gas uint64) error {
	txs, bytes := max(p.limits.Txs/payerPart, fewTxs), max(p.limits.Bytes/payerPart, fewBytes)
	switch {
	case waiting.gas > gas || tx.Gas > gas-waiting.gas:
		return sdkerrors.ErrMempoolIsFull.Wrapf("transactions that wait declare %d gas, and %d more is above %d: wait for a block",
			waiting.gas, tx.Gas, gas)
	case waiting.txs >= txs:
		return sdkerrors.ErrMempoolIsFull.Wrapf("%d transactions wait, at most %d do: wait for a block", waiting.txs, txs)
	case waiting.bytes+len(tx.Raw) > bytes:
		return sdkerrors.ErrMempoolIsFull.Wrapf("transactions that wait have %d bytes, and %d more is above %d: wait for a block",
			waiting.bytes, len(tx.Raw), bytes)
	}
	return nil
}

// replacedBy lists what waits in the places of a transaction, each once.
func (p *Pool) replacedBy(tx *Tx) (replaced []*entry) {
	if tx.Unordered {
		return nil
	}
	for _, s := range tx.Signers {
		q := p.queues[s.Account]
		if q == nil {
			continue
		}
		if at, there := q.find(s.Sequence); there && !slices.Contains(replaced, q.waiting[at]) {
			replaced = append(replaced, q.waiting[at])
		}
	}
	return replaced
}

// room lists the entries to drop for so many bytes at this rank: the lowest first, as
// many as it takes beside those that go anyway.
func (p *Pool) room(size int, rank math.Int, going []*entry) (victims []*entry, ok bool) {
	var popped []*entry
	txs, bytes := len(p.entries)-len(going), p.bytes
	for _, old := range going {
		bytes -= len(old.Raw)
	}
	for ok = true; txs+1 > p.limits.Txs || bytes+size > p.limits.Bytes; {
		if len(p.worst) == 0 || !p.worst[0].rank.LT(rank) {
			ok = false
			break
		}
		e := heap.Pop(&p.worst).(*entry)
		popped = append(popped, e)
		if slices.Contains(going, e) {
			continue // what stands behind it may stay
		}
		victims = append(victims, e)
		txs, bytes = txs-1, bytes-len(e.Raw)
	}
	for _, e := range popped {
		heap.Push(&p.worst, e)
	}
	return victims, ok
}
