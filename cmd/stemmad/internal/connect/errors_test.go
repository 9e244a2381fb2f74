package connect_test

import (
	"errors"
	"fmt"
	"net/url"
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

// A portal that is away is no node that is away.
func TestAPortalThatIsAwayIsNamed(t *testing.T) {
	cause := errors.New("dial tcp: connection refused")
	err := connect.Plain(connect.Away("https://p.example", fmt.Errorf("ask: %w", &url.Error{Op: "Get", URL: "https://p.example/long", Err: cause})))
	require.ErrorIs(t, err, cause)
	require.EqualError(t, err, "the portal at https://p.example does not answer: "+cause.Error()+" ("+connect.AskPortal+")")
	require.Equal(t, cause, connect.Away("https://p.example", cause))
}

// The SDK says it so of a multisig account whose transaction it simulates without signatures.
func TestPlainSaysWhatAnAccountOfSeveralDoes(t *testing.T) {
	cause := errors.New("bit array size is incorrect, expecting: 3")
	require.ErrorIs(t, connect.Plain(cause), cause)
	require.ErrorContains(t, connect.Plain(cause), connect.AskGenerate)
}
