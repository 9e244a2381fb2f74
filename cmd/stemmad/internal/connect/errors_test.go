package connect_test

import (
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
