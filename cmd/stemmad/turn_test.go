package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Commands of the SDK that are given one after the other don't wait for a block, and none takes
// the other's place.
func TestTransactionsOfOneKeyFollowEachOther(t *testing.T) {
	l := startLocal(t)
	turn := func(which string) (sequence string) {
		var answer map[string]string
		require.NoError(t, json.Unmarshal([]byte(l.do("query", "feemarket", "turn", "alice", "--output", "json")), &answer))
		return answer[which] // empty: 0
	}
	bob := strings.TrimSpace(l.do("keys", "show", "bob", "-a"))
	require.Empty(t, turn("next"))
	for range 5 {
		require.EqualValues(t, 0, l.json("code", "tx", "bank", "send", "alice", bob, "7ustem", "--gas", "100000", "-y"))
	}
	require.Equal(t, "5", turn("next"))
	require.Eventually(t, func() bool { return turn("committed") == "5" }, 10*time.Second, 100*time.Millisecond)
}
