package vectors

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
)

// Proofs last: those that were made once are judged as they were then. The test of the chain that makes them writes them anew where
// the format changes.
func TestProofs(t *testing.T) {
	raw, err := os.ReadFile("proofs.json")
	require.NoError(t, err)
	var v Proofs
	require.NoError(t, json.Unmarshal(raw, &v))
	require.NotEmpty(t, v.Proofs)
	byName := map[string]Proof{}
	for _, p := range v.Proofs {
		byName[p.Name] = p
		file, err := hex.DecodeString(p.File)
		require.NoError(t, err)
		got := judge(t, p, file)
		require.Equal(t, p.Result, got.Result, p.Name)
		require.Equal(t, p.ChainID+p.Kind, got.ChainID+got.Kind, p.Name)
		require.Equal(t, p.Height, got.Height, p.Name)
		if p.Result == "proved" {
			require.Equal(t, p.Time.UTC(), got.Time.UTC(), p.Name)
			require.JSONEq(t, string(p.Answer), string(got.Answer), p.Name)
		}
		if p.Question != nil {
			require.JSONEq(t, string(p.Question), string(got.Question), p.Name)
		}
	}
	seen := map[string]int{}
	for i, c := range v.Changed {
		p := byName[c.Of]
		file, err := hex.DecodeString(p.File)
		require.NoError(t, err)
		changed, err := c.Apply(file)
		require.NoError(t, err)
		require.Equal(t, c.Result, judge(t, p, changed).Result, "change %d of %s", i, c.Of)
		seen[c.Result]++
	}
	t.Log(seen)
	require.GreaterOrEqual(t, len(v.Changed), 2000)
}

func judge(t *testing.T, p Proof, file []byte) Judged {
	trust, err := prf.ParseTrust(p.Trust)
	require.NoError(t, err)
	got, _ := Judge(file, trust, prf.Policy{Now: p.Now, Period: time.Duration(p.Period) * time.Second})
	require.NotEqual(t, "failed", got.Result, p.Name)
	return got
}
