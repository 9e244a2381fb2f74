// Package ops has what watches nodes: alerts and settings for Prometheus and a dashboard for Grafana. Its test
// holds them to the metrics that a node has, and brings each alert about. See docs/operators.md, "Watching".
package ops
