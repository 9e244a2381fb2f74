// Package vectors holds what every implementation of the chain's encodings has to agree
// on, as JSON that any language reads: README.md says what each file has. Here they are
// made by the chain's own code and compared with what is committed.
package vectors

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
)

var write = flag.Bool("write", false, "write the vectors anew")

func TestMain(m *testing.M) {
	encoding.Configure() // accounts are written as this chain writes them
	os.Exit(m.Run())
}

// TestVectors: each file holds what the chain's code makes today. A change of one breaks
// every other implementation.
func TestVectors(t *testing.T) {
	for name, make := range map[string]func(*testing.T) any{
		"ids.json":          makeIDs,
		"leaves.json":       makeLeaves,
		"statements.json":   makeStatements,
		"vouchers.json":     makeVouchers,
		"packings.json":     makePackings,
		"messages.json":     makeMessages,
		"decisions.json":    makeDecisions,
		"codes.json":        makeCodes,
		"certificates.json": makeCertificates,
		"x402.json":         makeX402,
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", " ")
			require.NoError(t, encoder.Encode(make(t)))
			if *write {
				require.NoError(t, os.WriteFile(name, out.Bytes(), 0o600))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(want), out.String(), "if that is meant, run with -write and look at the difference")
		})
	}
}

// hexBytes are bytes, in hex as JSON.
type hexBytes []byte

// MarshalText writes hex.
func (b hexBytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, b), nil }

// repeated is n equal bytes.
func repeated(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }
