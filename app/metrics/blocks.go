package metrics

import (
	"strings"
	"sync"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
)

// Part is a part of a block's time.
type Part string

// The parts: Execute is everything up to the app hash, Sweep the royalties at its end.
const (
	Execute Part = "execute"
	Sweep   Part = "sweep"
	Commit  Part = "commit"
)

// Swept is what the end of a block did with royalties.
type Swept struct {
	// Receivers served and Payouts tried, and how many the block had budget for.
	Receivers, ReceiverBudget, Payouts, PayoutBudget int
	// Left: stages of the usual lane wait for the next block.
	Left bool
}

// Blocks counts what blocks do. Its methods are safe for concurrent use; the zero value is ready.
type Blocks struct {
	mu       sync.Mutex
	executed uint64
	results  map[string]uint64
	refused  uint64
	events   map[eventType]uint64
	last     map[Part]time.Duration
	all      map[Part]time.Duration
	swept    Swept
	served   map[string]uint64
	leaving  uint64
	gas      uint64
	most     uint64
}

type eventType struct{ module, event string }

// Timed measures a part of a block until the function that it returns is called.
func (b *Blocks) Timed(part Part) (end func()) {
	began := time.Now() //nolint:forbidigo // what a part of a block takes on this node; the chain does not see it
	return func() {
		took := time.Since(began)
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.all == nil {
			b.all, b.last = map[Part]time.Duration{}, map[Part]time.Duration{}
		}
		b.all[part] += took
		b.last[part] = took
	}
}

// Executed counts a block.
func (b *Blocks) Executed(res *abci.ResponseFinalizeBlock) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.results == nil {
		b.results, b.events = map[string]uint64{}, map[eventType]uint64{}
	}
	b.executed++
	b.count(res.Events)
	for _, tx := range res.TxResults {
		result := "ok"
		if tx.IsErr() {
			result = "failed"
		}
		b.results[result]++
		b.count(tx.Events)
	}
}

// count counts the events of our modules: stemma.MODULE.VERSION.EventNAME.
func (b *Blocks) count(events []abci.Event) {
	for _, e := range events {
		rest, ours := strings.CutPrefix(e.Type, "stemma.")
		if !ours {
			continue
		}
		module, rest, _ := strings.Cut(rest, ".")
		_, event, _ := strings.Cut(rest, ".")
		b.events[eventType{module, strings.TrimPrefix(event, "Event")}]++
	}
}

// Declared notes how much gas the transactions of a block declared, of how much.
func (b *Blocks) Declared(gas, most uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gas, b.most = gas, most
}

// Refused counts a transaction that was not taken into the pool.
func (b *Blocks) Refused() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused++
}

// Swept counts what the end of a block did with royalties.
func (b *Blocks) Swept(s Swept) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.served == nil {
		b.served = map[string]uint64{}
	}
	b.swept = s
	b.served["sweep"] += uint64(s.Receivers)
	b.served["payout"] += uint64(s.Payouts)
	if b.leaving++; !s.Left {
		b.leaving = 0
	}
}

func (b *Blocks) samples(s *Samples) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Add(BlocksExecuted, float64(b.executed))
	for _, result := range []string{"ok", "failed"} { // 0 is said too: rates begin there
		s.Add(Transactions, float64(b.results[result]), result)
	}
	s.Add(ChecksRefused, float64(b.refused))
	for of, number := range b.events {
		s.Add(Events, float64(number), of.module, of.event)
	}
	for _, of := range alerting {
		if b.events[of] == 0 {
			s.Add(Events, 0, of.module, of.event)
		}
	}
	for _, part := range []Part{Execute, Sweep, Commit} {
		s.Add(BlockSeconds, b.all[part].Seconds(), string(part))
		s.Add(BlockLastSeconds, b.last[part].Seconds(), string(part))
	}
	if b.most > 0 {
		s.Add(BlockGas, float64(b.gas))
		s.Add(BlockGasMax, float64(b.most))
	}
	s.Add(RoyaltyStagesBlocks, float64(b.leaving))
	s.Add(RoyaltyBudgetUsed, ratio(b.swept.Receivers, b.swept.ReceiverBudget), "sweep")
	s.Add(RoyaltyBudgetUsed, ratio(b.swept.Payouts, b.swept.PayoutBudget), "payout")
	s.Add(RoyaltyBudgetTotal, float64(b.served["sweep"]), "sweep")
	s.Add(RoyaltyBudgetTotal, float64(b.served["payout"]), "payout")
	return nil
}

// alerting are events that alerts wait for: they are there from the start, so that the first one is a rise.
var alerting = []eventType{
	{"royalty", "Paid"},
	{"royalty", "PayoutFailed"},
	{"royalty", "StageQuarantined"},
	{"dispute", "DisputeStuck"},
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
