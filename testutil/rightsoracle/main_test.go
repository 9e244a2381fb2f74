package rightsoracle_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain has the properties play the same worlds each time; -rapid.seed=N has others (make test-oracle: by chance).
func TestMain(m *testing.M) {
	if f := flag.Lookup("rapid.seed"); f != nil {
		f.DefValue = "20261128"
		_ = f.Value.Set(f.DefValue)
	}
	os.Exit(m.Run())
}
