package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Collector serves the metrics to Prometheus. CometBFT's port serves what is registered with
// prometheus.DefaultRegisterer.
func (s *Set) Collector() prometheus.Collector {
	c := collector{set: s, descs: make(map[*Metric]*prometheus.Desc, len(Table))}
	for i := range Table {
		m := &Table[i]
		c.descs[m] = prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)
	}
	return c
}

type collector struct {
	set   *Set
	descs map[*Metric]*prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range c.descs {
		to <- desc
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(to chan<- prometheus.Metric) {
	for _, s := range c.set.Read() {
		kind := prometheus.GaugeValue
		if s.Metric.Kind != Gauge {
			kind = prometheus.CounterValue
		}
		to <- prometheus.MustNewConstMetric(c.descs[s.Metric], kind, s.Value, s.Labels...)
	}
}
