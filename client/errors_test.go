package client_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
)

func TestStagesAreWordsInLogs(t *testing.T) {
	require.Equal(t, "[tried checked executed stage 9]", fmt.Sprint([]client.Stage{client.Tried, client.Checked, client.Executed, 9}))
}
