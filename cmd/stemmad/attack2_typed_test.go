package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAttack2AMemberInAnotherCase: the SDK reads a proposal's file with encoding/json,
// to which the long s is a case of s; the check of its amounts passes it over.
func TestAttack2AMemberInAnotherCase(t *testing.T) {
	content := `{"messages": [], "metadata": "", "title": "t", "summary": "s", "depo` + "\u017f" + `it": "0100000ustem"}`
	var read struct {
		Deposit string `json:"deposit"`
	}
	require.NoError(t, json.Unmarshal([]byte(content), &read))
	require.Equal(t, "0100000ustem", read.Deposit, "as the SDK reads it")
	path := filepath.Join(t.TempDir(), "proposal.json")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	require.Error(t, checkFile(path))
}
