package history_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/history"
)

func TestValuesOfEvents(t *testing.T) {
	e := abci.Event{Attributes: []abci.EventAttribute{
		{Key: "typed", Value: `"a\"b"`},
		{Key: "plain", Value: "ab"},
		{Key: "number", Value: "7"},
		{Key: "odd", Value: `"`},
	}}
	require.Equal(t, `a"b`, history.Value(e, "typed"))
	require.Equal(t, "ab", history.Value(e, "plain"))
	require.Equal(t, "7", history.Value(e, "number"))
	require.Equal(t, `"`, history.Value(e, "odd"))
	require.Empty(t, history.Value(e, "none"))
}
