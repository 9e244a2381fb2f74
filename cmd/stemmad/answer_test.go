package main

import (
	"io"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

func TestCodeOfAnAnswer(t *testing.T) {
	for text, want := range map[string]uint32{
		"{\"height\":\"0\",\"txhash\":\"AB\",\"codespace\":\"sdk\",\"code\":13,\"raw_log\":\"insufficient fees\"}\n": 13,
		"{\"height\":\"0\",\"code\":0,\"raw_log\":\"\"}\n":                                                           0,
		"code: 13\ncodespace: sdk\nraw_log: 'insufficient fees'\n":                                                   13,
		"code: 0\nraw_log: 'code: 5'\n":                                                                              0,
		"{\"body\":{\"messages\":[]}}\n":                                                                             0,
		"":                                                                                                           0,
	} {
		require.Equal(t, want, codeOf([]byte(text)), text)
	}
}

// CometBFT refuses some before it asks the chain, and gives no reason.
func TestARefusalWithoutReasonIsExplained(t *testing.T) {
	refusal := func(printed string) error {
		heard := &answer{Writer: io.Discard}
		_, err := heard.Write([]byte(printed))
		require.NoError(t, err)
		cmd := &cobra.Command{}
		cmd.SetOut(heard)
		return refusedByNode(cmd, nil)
	}
	require.NoError(t, refusal("code: 0\nraw_log: \"\"\n"))
	for _, printed := range []string{
		"code: 19\ncodespace: sdk\nraw_log: \"\"\ntx: null\n", `{"codespace":"sdk","code":19,"raw_log":""}`,
	} {
		err := refusal(printed)
		require.ErrorIs(t, err, sdkerrors.ErrTxInMempoolCache, printed)
		require.ErrorContains(t, err, "wait-tx", printed)
	}
	require.ErrorIs(t, refusal(`{"codespace":"sdk","code":20,"raw_log":""}`), sdkerrors.ErrMempoolIsFull)
	for _, printed := range []string{
		"code: 19\ncodespace: registry\nraw_log: 'no manifest'\n", `{"codespace":"registry","code":19,"raw_log":"no manifest"}`,
	} {
		require.ErrorContains(t, refusal(printed), "see raw_log", printed)
	}
}
