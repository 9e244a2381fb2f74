package main

import (
	"testing"

	"github.com/stretchr/testify/require"
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
