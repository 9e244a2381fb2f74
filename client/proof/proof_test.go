package proof_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/testutil/vectors"
)

// files are the proofs of the vectors.
func files(t testing.TB) [][]byte {
	raw, err := os.ReadFile("../../testutil/vectors/proofs.json")
	require.NoError(t, err)
	var v vectors.Proofs
	require.NoError(t, json.Unmarshal(raw, &v))
	list := make([][]byte, len(v.Proofs))
	for i, p := range v.Proofs {
		list[i], err = hex.DecodeString(p.File)
		require.NoError(t, err)
	}
	return list
}

// Whatever is read encodes to the same bytes, and can be checked without a crash.
func FuzzRead(f *testing.F) {
	for _, file := range files(f) {
		f.Add(file[:max(len(file)-proof.SumSize, 0)])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		whole := proof.WithSum(raw)
		p, err := proof.Read(whole)
		if err != nil {
			require.ErrorIs(t, err, proof.ErrUnreadable)
			return
		}
		require.Equal(t, whole, p.Encode())
		_, _ = p.Check()
	})
}

func TestTrust(t *testing.T) {
	text := "4711:" + hex.EncodeToString(make([]byte, 32))
	trust, err := proof.ParseTrust(text)
	require.NoError(t, err)
	require.Equal(t, text, trust.String())
	for _, bad := range []string{"", "4711", "4711:", "0:" + text[5:], "-1:" + text[5:], text + "0", "x" + text, " " + text} {
		_, err := proof.ParseTrust(bad)
		require.Error(t, err, bad)
	}
}

// Each kind has a name of its own, and turns lead to the place that they came from.
func TestKindsAndTurns(t *testing.T) {
	seen := map[string]bool{}
	for kind := proof.Claim; kind <= proof.Transaction; kind++ {
		require.NotEqual(t, "unknown", kind.String())
		require.False(t, seen[kind.String()])
		seen[kind.String()] = true
	}
	require.Equal(t, "unknown", proof.Kind(0).String())
	require.Empty(t, proof.Turns(0, 1))
	require.Equal(t, []bool{true}, proof.Turns(2, 3))
	require.Equal(t, []bool{false, true, false}, proof.Turns(2, 5))
	for total := 1; total < 40; total++ {
		places := map[string]bool{}
		for index := range total {
			turns, err := json.Marshal(proof.Turns(index, total))
			require.NoError(t, err)
			require.False(t, places[string(turns)], "%d of %d", index, total)
			places[string(turns)] = true
		}
	}
}
