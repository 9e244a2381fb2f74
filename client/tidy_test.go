package client_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
)

func TestErrorsShowTheChainsOwnWords(t *testing.T) {
	for text, want := range map[string]string{
		"rpc error: code = Unknown desc = failed to execute message; message index: 0: work1x: already a source with gas used: '35559': unknown request": "work1x: already a source",
		"rpc error: code = InvalidArgument desc = rpc error: code = InvalidArgument desc = xyz: denom not accepted: invalid request":                     "xyz: denom not accepted",
		"failed to execute message; message index: 2: no [cosmos/cosmos-sdk@v0.55.0/baseapp/baseapp.go:12] With gas wanted: '0' and gas used: '1' ":      "no",
		"rpc error: code = NotFound desc = work1x: register it first: work not found: key not found":                                                     "work1x: register it first: work not found",
		"\x01\xff does not allow to pay fees for \x02\n\xfe: basic allowance: fee limit exceeded":                                                        "the sponsor's allowance does not cover it: basic allowance: fee limit exceeded",
		"work1x is mistyped: invalid id: tx parse error: tx parse error":                                                                                 "work1x is mistyped: invalid id",
		"plain [words] stay": "plain [words] stay",
		"":                   "",
	} {
		require.Equal(t, want, client.Tidy(text))
	}
}
