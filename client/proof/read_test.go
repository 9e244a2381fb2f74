package proof_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/proof"
)

// An account is read alike by a program whose first call this is. No other test may be in this package: whatever makes the
// chain's codecs sets the prefix of accounts.
func TestReadIsTheFirstCall(t *testing.T) {
	raw, err := os.ReadFile("../../testutil/vectors/proofs.json")
	require.NoError(t, err)
	var v struct {
		Proofs []struct{ Kind, File string }
	}
	require.NoError(t, json.Unmarshal(raw, &v))
	for _, p := range v.Proofs {
		if p.Kind != "anchor" {
			continue
		}
		file, err := hex.DecodeString(p.File)
		require.NoError(t, err)
		_, err = proof.Read(file)
		require.NoError(t, err)
		return
	}
	t.Fatal("there is no proof of an anchor")
}
