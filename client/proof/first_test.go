package proof_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
)

// TestMain reads a proof with an address before anything else is called, as a program does that only checks proofs.
func TestMain(m *testing.M) {
	readFirst = readBalances()
	os.Exit(m.Run())
}

var readFirst error

func readBalances() error {
	raw, err := os.ReadFile("../../testutil/vectors/proofs.json")
	if err != nil {
		return err
	}
	var all struct {
		Proofs []struct{ Name, File string }
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	for _, p := range all.Proofs {
		if p.Name == "balances 15" {
			file, err := hex.DecodeString(p.File)
			if err != nil {
				return err
			}
			_, err = prf.Read(file)
			return err
		}
	}
	return os.ErrNotExist
}

// Whoever reads proofs alone has not set up the SDK's addresses.
func TestAProofIsReadBeforeAnythingElse(t *testing.T) { require.NoError(t, readFirst) }
