package localnet_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/stemma-chain/stemma/app/metrics"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// received are the names of metrics that were sent by OTLP.
type received struct {
	mu    sync.Mutex
	names map[string]bool
}

// ServeHTTP implements http.Handler.
func (r *received) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var sent collector.ExportMetricsServiceRequest
	if err := proto.Unmarshal(raw, &sent); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range sent.ResourceMetrics {
		for _, scope := range resource.ScopeMetrics {
			for _, m := range scope.Metrics {
				r.names[m.Name] = true
			}
		}
	}
}

func (r *received) missing(names []string) (missing []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range names {
		if !r.names[name] {
			missing = append(missing, name)
		}
	}
	return missing
}

// Each metric of the table is on CometBFT's port and is sent by OTLP, once there is something to count.
func TestEveryMetricIsServedAndSent(t *testing.T) {
	otlp := &received{names: map[string]bool{}}
	server := httptest.NewServer(otlp)
	defer server.Close()
	net := localnet.StoppedForTest(t, localnet.Options{Keys: []string{"alice"}})
	node := net.Nodes[0]
	file := filepath.Join(node.Home, "config", "otel.yaml")
	settings, err := os.ReadFile(file)
	require.NoError(t, err)
	sending := strings.NewReplacer("disabled: true", "disabled: false", "15000", "1000",
		"http://127.0.0.1:4318", server.URL).Replace(string(settings))
	require.NotEqual(t, string(settings), sending)
	require.NoError(t, os.WriteFile(file, []byte(sending), 0o600))
	require.NoError(t, net.Start(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	work := filepath.Join(t.TempDir(), "a.txt")
	require.NoError(t, os.WriteFile(work, []byte("a text"), 0o600))
	home := []string{"--from", "alice", "-y", "--home", node.Home}
	_, err = net.Run(ctx, append([]string{"register", work, "--title", "a text"}, home...)...)
	require.NoError(t, err)
	_, err = net.Run(ctx, append([]string{"pay", work, "500000uusdc"}, home...)...)
	require.NoError(t, err)

	var names []string
	for _, m := range metrics.Table {
		if m.Name != metrics.DisputesDeadline { // there is no dispute
			names = append(names, m.Name)
		}
	}
	res, err := http.Get("http://" + node.Metrics + "/metrics")
	require.NoError(t, err)
	defer res.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(res.Body)
	require.NoError(t, err)
	for _, name := range names {
		require.Contains(t, families, name)
	}
	require.Contains(t, families, "cometbft_consensus_height")
	value := func(name string, labels ...string) float64 {
		for _, m := range families[name].Metric {
			var has []string
			for _, l := range m.Label {
				has = append(has, l.GetValue())
			}
			if slices.Equal(has, labels) {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
		t.Fatalf("%s has no %v", name, labels)
		return 0
	}
	require.Equal(t, 500000.0, value(metrics.RoyaltyPaidIn, "uusdc"))
	require.Equal(t, 500000.0, value(metrics.RoyaltyPaidOut, "uusdc"))
	require.Equal(t, 1.0, value(metrics.Events, "Paid", "royalty"))
	require.GreaterOrEqual(t, value(metrics.Transactions, "ok"), 2.0)
	require.Equal(t, 0.001, value(metrics.BasePrice))
	require.Equal(t, value(metrics.BlockHeight), value(metrics.HeadersLogged))
	require.Positive(t, value(metrics.BlockSeconds, "sweep"))
	require.Zero(t, value(metrics.SourcesFailing))
	require.Eventually(t, func() bool { return len(otlp.missing(names)) == 0 },
		20*time.Second, 100*time.Millisecond, "not sent: %v", otlp.missing(names))
}
