package flow_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// desk is what a chain is to a sweep: a book, and the queue that is stored between
// blocks. It notes what sweeps tell the book, a line each, and can fail to read.
type desk struct {
	t require.TestingT
	*flow.Ledger
	queue []flow.Item
	said  []string
	// broken has what cannot be read, such as "holders song".
	broken map[string]bool
	// height of the last block.
	height uint64
}

func newDesk(t require.TestingT, works ...string) *desk {
	d := &desk{t: t, Ledger: flow.NewLedger(), broken: map[string]bool{}}
	for _, work := range works { // written as in TestExamples
		require.NoError(t, addWork(d.Ledger, work), work)
	}
	return d
}

var kinds = []string{"paid", "received", "earned"}

func pot(work flow.Work) flow.Pot { return flow.Pot{Work: work, Denom: denom} }

// block runs one sweep over the first items of the queue, all of them when load is
// 0, and returns what it told the book.
func (d *desk) block(load, budget int, before func(s *flow.Sweep)) []string {
	d.said = nil
	d.height++
	usual, late := d.lanes()
	s := flow.NewSweep(d, head(usual, load), head(late, load))
	if before != nil {
		before(s)
	}
	s.Run(budget)
	leave, join := s.Changes()
	queue := map[flow.Item]bool{}
	for _, item := range d.queue {
		queue[item] = true
	}
	for _, item := range leave {
		require.True(d.t, queue[item], "%v leaves and was not there", item)
		delete(queue, item)
	}
	for _, item := range join {
		require.False(d.t, queue[item], "%v joins and was there", item)
		queue[item] = true
	}
	d.queue = sorted(queue)
	return d.said
}

// lanes divides the queue into its two; of the late one what is due.
func (d *desk) lanes() (usual, late []flow.Item) {
	for _, item := range d.queue {
		switch {
		case item.Round < flow.Late:
			usual = append(usual, item)
		case item.Round <= flow.Late+d.height:
			late = append(late, item)
		}
	}
	return usual, late
}

// Now implements flow.Book: a desk counts its own blocks.
func (d *desk) Now() uint64 { return d.height }

// afterTheWait runs blocks until what came in the last one for so many holders too many
// has waited long enough, but for the block in which it is due.
func (d *desk) afterTheWait(holders int) {
	for range flow.LateAfter*holders - 1 {
		require.Empty(d.t, d.block(0, 100, nil))
	}
}

func head(items []flow.Item, load int) flow.Waiting {
	if load > 0 && load < len(items) {
		return flow.Waiting{Items: items[:load], More: true}
	}
	return flow.Waiting{Items: items}
}

// pay puts payments of an amount into a sweep.
func (d *desk) pay(amount int64, works ...flow.Work) func(*flow.Sweep) {
	return func(s *flow.Sweep) {
		for _, work := range works {
			require.NoError(d.t, s.Pay(pot(work), big.NewInt(amount)))
		}
	}
}

// waits is the queue, a line each: the round, the stage and the work.
func (d *desk) waits() (lines []string) {
	for _, item := range d.queue {
		lines = append(lines, fmt.Sprintf("%d %s %s", item.Round, kinds[item.Kind], item.Pot.Work))
	}
	return lines
}

// stage is a stage of a work as "total flushed held".
func (d *desk) stage(work flow.Work, kind flow.Kind) string {
	stages, err := d.Ledger.Stages(pot(work))
	require.NoError(d.t, err)
	s := &stages[kind]
	return fmt.Sprintf("%s %s %s", &s.Total, &s.Flushed, &s.Held)
}

func (d *desk) read(what string, work flow.Work) error {
	if name := what + " " + string(work); d.broken[name] {
		return fmt.Errorf("%w: %s", errBroken, name)
	}
	return nil
}

func (d *desk) Size(work flow.Work) (holders uint32, grown bool, err error) {
	if err := d.read("size", work); err != nil {
		return 0, false, err
	}
	return d.Ledger.Size(work)
}

func (d *desk) Upstream(work flow.Work) (flow.Upstream, error) {
	if err := d.read("upstream", work); err != nil {
		return flow.Upstream{}, err
	}
	return d.Ledger.Upstream(work)
}

func (d *desk) Holders(work flow.Work) ([]flow.Holding, error) {
	if err := d.read("holders", work); err != nil {
		return nil, err
	}
	return d.Ledger.Holders(work)
}

func (d *desk) Generation(work flow.Work) (uint32, error) {
	if err := d.read("generation", work); err != nil {
		return 0, err
	}
	return d.Ledger.Generation(work)
}

func (d *desk) Destination(work flow.Work) (flow.Destination, error) {
	if err := d.read("destination", work); err != nil {
		return flow.Destination{}, err
	}
	return d.Ledger.Destination(work)
}

func (d *desk) Stages(pot flow.Pot) (*flow.Stages, error) {
	if err := d.read("stages", pot.Work); err != nil {
		return nil, err
	}
	return d.Ledger.Stages(pot)
}

func (d *desk) TookIn(pot flow.Pot, amount *big.Int) {
	d.said = append(d.said, fmt.Sprintf("%s takes in %s", pot.Work, amount))
	d.Ledger.TookIn(pot, amount)
}

func (d *desk) Credit(pot flow.Pot, to flow.Account, amount, late *big.Int) {
	lane := ""
	switch {
	case late.Sign() == 0:
	case late.Cmp(amount) == 0:
		lane = " late"
	default:
		lane = fmt.Sprintf(", %s late", late)
	}
	d.said = append(d.said, fmt.Sprintf("%s has %s of %s%s", to, amount, pot.Work, lane))
	d.Ledger.Credit(pot, to, amount, late)
}

func (d *desk) Arrears(debtor flow.Debtor, denom string) ([]*flow.Arrears, error) {
	if err := d.read("arrears", flow.Work(string(debtor.Work)+string(debtor.Account))); err != nil {
		return nil, err
	}
	return d.Ledger.Arrears(debtor, denom)
}

func (d *desk) ArrearsPaid(debtor flow.Debtor, _ string, arrears *flow.Arrears, amount *big.Int) {
	d.said = append(d.said, fmt.Sprintf("%s%s pays %s to %s", debtor.Work, debtor.Account, amount, arrears.Creditor))
}

func (d *desk) Flushed(item flow.Item, from, to *big.Int, receivers int) {
	lane := ""
	if item.Round >= flow.Late {
		lane = "late "
	}
	d.said = append(d.said, fmt.Sprintf("%s%s of %s from %s to %s, %d get it",
		lane, kinds[item.Kind], item.Pot.Work, from, to, receivers))
}

func (d *desk) Failed(item flow.Item, err error) {
	require.ErrorIs(d.t, err, errBroken)
	d.said = append(d.said, fmt.Sprintf("%s of %s fails", kinds[item.Kind], item.Pot.Work))
}

func sorted(queue map[flow.Item]bool) []flow.Item {
	return slices.SortedFunc(maps.Keys(queue), flow.Item.Compare)
}
