package portal

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meters are what an operator watches, in the format of Prometheus.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newMeters(w *watch) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stemma_portal_requests_total", Help: "Requests answered, by HTTP status.",
		}, []string{"status"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "stemma_portal_request_seconds", Help: "Seconds from a request's header to the end of its answer.",
			Buckets: []float64{.005, .01, .025, .05, .1, .2, .3, .5, 1, 2.5, 5, 10, 30},
		}),
	}
	m.registry.MustRegister(m.requests, m.seconds)
	for name, gauge := range map[string]struct {
		help string
		read func() float64
	}{
		"stemma_portal_height":      {"Newest block that is indexed.", func() float64 { return float64(w.status().Height) }},
		"stemma_portal_node_height": {"Newest block of the node.", func() float64 { return float64(w.status().Node) }},
		"stemma_portal_texts_due":   {"Works whose text is still to be read.", func() float64 { return float64(w.due.Load()) }},
		"stemma_portal_node_lies":   {"1: the node contradicts what validators signed.", func() float64 { return one(w.status().Lying != "") }},
		"stemma_portal_two_chains":  {"1: the node that pages ask is of another chain.", func() float64 { return one(w.status().Other != "") }},
		"stemma_portal_node_away":   {"1: the node does not answer.", func() float64 { return one(w.status().Away != "") }},
		"stemma_portal_block_age_seconds": {"Age of the newest block that is indexed.", func() float64 {
			if at := w.status().Time; !at.IsZero() {
				return time.Since(at).Seconds()
			}
			return 0
		}},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: gauge.help}, gauge.read))
	}
	return m
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func (m *meters) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// answered counts a request.
func (m *meters) answered(status int, took time.Duration) {
	m.requests.WithLabelValues(strconv.Itoa(status)).Inc()
	m.seconds.Observe(took.Seconds())
}
