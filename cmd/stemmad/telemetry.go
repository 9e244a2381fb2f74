package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"

	"github.com/cosmos/cosmos-sdk/telemetry"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app/metrics"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
)

// telemetryFile is config/otel.yaml of a new node, which sends nothing until it is told to.
const telemetryFile = `# Where this node sends its metrics by OTLP. Nothing is sent until "disabled" is false.
# The same metrics are on the Prometheus port of config.toml, whatever is said here.
# The form is OpenTelemetry's declarative configuration.
file_format: "1.0-rc.3"
disabled: true
resource:
  attributes:
    - name: service.name
      value: stemmad
meter_provider:
  readers:
    - periodic:
        interval: 15000   # milliseconds
        exporter:
          otlp_http:
            endpoint: http://127.0.0.1:4318/v1/metrics
# The SDK's own metrics are sent only where they are named:
# extensions:
#   instruments:
#     baseapp: {}
#     blockstm: {}
`

// writeTelemetry writes otel.yaml where there is none.
func writeTelemetry(home string) error {
	file := filepath.Join(home, "config", telemetry.OtelFileName)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(file, []byte(telemetryFile), 0o600)
}

// measured is an app that has metrics.
type measured interface {
	Metrics() *metrics.Set
	MeasureValidator(signer sdk.ConsAddress)
}

// serveMetrics gives the node's metrics to CometBFT's Prometheus port and to OpenTelemetry.
func (p *process) serveMetrics() error {
	app, ok := p.app.(measured)
	if !ok {
		return fmt.Errorf("a %T has no metrics", p.app)
	}
	set := app.Metrics()
	signer, err := signerOf(p.ctx.Config)
	if err != nil {
		return err
	}
	if signer != nil {
		app.MeasureValidator(signer)
	}
	set.From(func(s *metrics.Samples) error {
		free, err := ending.Free(p.disk.Folder)
		if err != nil {
			return err
		}
		s.Add(metrics.DiskFree, float64(free))
		s.Add(metrics.DiskMinFree, float64(p.disk.MinFree))
		return nil
	})
	if err := prometheus.Register(set.Collector()); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	if err := set.Export(otel.Meter("github.com/stemma-chain/stemma")); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
