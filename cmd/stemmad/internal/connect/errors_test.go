package connect_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

func TestPlainKeepsTheError(t *testing.T) {
	cause := fmt.Errorf("rpc error: code = NotFound desc = gone")
	plain := connect.Plain(fmt.Errorf("ask: %w", cause))
	require.ErrorIs(t, plain, cause)
	require.Equal(t, "ask: gone", plain.Error())
	require.NoError(t, connect.Plain(nil))
}

// The SDK says it so of a multisig account whose transaction it simulates without signatures.
func TestPlainSaysWhatAnAccountOfSeveralDoes(t *testing.T) {
	cause := errors.New("bit array size is incorrect, expecting: 3")
	require.ErrorIs(t, connect.Plain(cause), cause)
	require.ErrorContains(t, connect.Plain(cause), connect.AskGenerate)
}
