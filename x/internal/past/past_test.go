package past_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/internal/past"
)

func TestWhatHasHappenedCameBefore(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	before, after := start.Add(-time.Nanosecond), start.Add(time.Nanosecond)
	require.NoError(t, past.Check(start, "a row"))
	require.NoError(t, past.Check(start, "a row", nil, &before))
	require.ErrorContains(t, past.Check(start, "a row", &before, &start),
		"a row has the time 2026-01-01T00:00:00Z")
	require.Error(t, past.Check(start, "a row", &after))
}
