// Package metrics is what a node says of itself to those who watch it: one table of metrics, whose values are
// looked up when somebody asks, served on CometBFT's Prometheus port and sent by OTLP. Nothing of the chain
// depends on it.
package metrics

import (
	"fmt"
	"slices"
	"sync"

	"cosmossdk.io/log/v2"
)

// Kind is how a metric moves.
type Kind int

const (
	// Gauge goes up and down.
	Gauge Kind = iota
	// Counter only rises, from 0 at the start of the process.
	Counter
	// Total only rises too, but is the chain's, so it is no less after a start.
	Total
)

// Metric is one line of the table.
type Metric struct {
	Name string
	// Help says what is counted and in which unit.
	Help   string
	Kind   Kind
	Labels []string
}

// Sample is the value of a metric at one moment.
type Sample struct {
	Metric *Metric
	// Labels are the values of the metric's labels, in their order.
	Labels []string
	Value  float64
}

// Samples are those of one moment.
type Samples struct{ list []Sample }

// Add adds a sample. A name or labels that the table does not have are a fault of the program.
func (s *Samples) Add(name string, value float64, labels ...string) {
	m := byName[name]
	if m == nil || len(labels) != len(m.Labels) {
		panic(fmt.Sprintf("metrics: the table has no %s with %d labels", name, len(labels)))
	}
	s.list = append(s.list, Sample{m, labels, value})
}

// Source adds samples. It is called when somebody asks, beside blocks.
type Source func(*Samples) error

// Set is the metrics of one node.
type Set struct {
	Blocks
	logger log.Logger

	mu      sync.Mutex
	sources []Source
}

// New returns the metrics of one node: those of its blocks, until sources are added.
func New(logger log.Logger) *Set {
	s := &Set{logger: logger.With("module", "metrics")}
	s.From(s.Blocks.samples)
	return s
}

// From adds a source.
func (s *Set) From(source Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources = append(s.sources, source)
}

// Read asks all sources. What one can't say is missing, counted, and in the log: the rest is there.
func (s *Set) Read() []Sample {
	s.mu.Lock()
	sources := slices.Clone(s.sources)
	s.mu.Unlock()
	var all Samples
	failed := 0
	for _, source := range sources {
		var some Samples
		if err := source(&some); err != nil {
			failed++
			s.logger.Error("a part of the metrics can't be read", "err", err)
		}
		all.list = append(all.list, some.list...)
	}
	all.Add(SourcesFailing, float64(failed))
	return all.list
}
