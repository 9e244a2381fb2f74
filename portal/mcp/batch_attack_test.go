package mcp

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// One request over HTTP is one message, whatever version of the protocol it says that it speaks: a batch would be thousands of calls.
func TestOverHTTPThereAreNoBatches(t *testing.T) {
	at := httptest.NewServer(alone(t).HTTP(Access{}).Handler)
	defer at.Close()
	var calls []string
	for i := range 300 {
		calls = append(calls, fmt.Sprintf(list, i))
	}
	for _, version := range []string{"", "2024-11-05", "2025-03-26", "2025-06-18"} {
		headers := map[string]string{}
		if version != "" {
			headers["Mcp-Protocol-Version"] = version
		}
		res := post(t, at.URL, " \n["+strings.Join(calls, ",")+"]", headers)
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, 400, res.StatusCode, version)
		require.Less(t, len(raw), 1000)
	}
}
