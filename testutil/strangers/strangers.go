// Package strangers fuzzes what reads bytes or text that anybody can write, and that has no fuzz target of its own: all messages,
// genesis files, events, files that programs are given, and what people and other machines write in a line. Package fuzz targets of
// single parsers lie beside them; `make test-fuzz` runs both.
package strangers

import (
	"runtime/metrics"
	"testing"
	"time"
)

// MaxInput is how long an input is that fuzzing tries: longer ones cost time and find nothing else.
const MaxInput = 64 << 10

// What reading one input may take at most: memory for its size, and a bound on hanging.
const (
	maxBase    = 64 << 20
	maxPerByte = 16 << 10
	maxTime    = 20 * time.Second
)

// Bounded runs a reader on an input of a length, and fails when that takes memory or time out of proportion.
func Bounded(t *testing.T, length int, read func()) {
	t.Helper()
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before, start := sample[0].Value.Uint64(), time.Now()
	read()
	metrics.Read(sample)
	if took := sample[0].Value.Uint64() - before; took > maxBase+maxPerByte*uint64(length) {
		t.Fatalf("reading %d bytes took %d bytes of memory", length, took)
	}
	if took := time.Since(start); took > maxTime {
		t.Fatalf("reading %d bytes took %s", length, took)
	}
}
