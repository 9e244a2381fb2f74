package fingerprint_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
)

// TestAttack2HubRevisionMainTwice: what Normalize returns, it returns again.
func TestAttack2HubRevisionMainTwice(t *testing.T) {
	for _, stated := range []string{
		"openai/whisper-large-v3@main@main",
		"https://huggingface.co/openai/whisper-large-v3/tree/main@main",
	} {
		scheme, value, err := fingerprint.Normalize("hf", stated)
		if err != nil {
			continue // refused is fine
		}
		again, valueAgain, err := fingerprint.Normalize(scheme, value)
		require.NoError(t, err, stated)
		require.Equal(t, scheme, again, stated)
		require.Equal(t, value, valueAgain, stated)
	}
}
