package metrics

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Export gives the metrics to OpenTelemetry, which sends them as config/otel.yaml says. Names are those of
// Prometheus, so that one set of dashboards and alerts does for both.
func (s *Set) Export(meter metric.Meter) error {
	instruments := make(map[*Metric]metric.Float64Observable, len(Table))
	all := make([]metric.Observable, 0, len(Table))
	for i := range Table {
		m := &Table[i]
		var made metric.Float64Observable
		var err error
		if m.Kind == Gauge {
			made, err = meter.Float64ObservableGauge(m.Name, metric.WithDescription(m.Help))
		} else {
			made, err = meter.Float64ObservableCounter(m.Name, metric.WithDescription(m.Help))
		}
		if err != nil {
			return err
		}
		instruments[m] = made
		all = append(all, made)
	}
	_, err := meter.RegisterCallback(func(_ context.Context, to metric.Observer) error {
		for _, sample := range s.Read() {
			labels := make([]attribute.KeyValue, len(sample.Labels))
			for i, value := range sample.Labels {
				labels[i] = attribute.String(sample.Metric.Labels[i], value)
			}
			to.ObserveFloat64(instruments[sample.Metric], sample.Value, metric.WithAttributes(labels...))
		}
		return nil
	}, all...)
	return err
}
