package joining_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const week = 7 * 24 * time.Hour

// A node that says something else than is known from elsewhere, or than another node, is found out.
func TestANodeThatLiesIsFoundOut(t *testing.T) {
	network := localnet.ForTest(t, localnet.Options{Nodes: 1})
	honest := "http://" + network.Nodes[0].RPC
	ctx := t.Context()
	require.Eventually(t, func() bool {
		height, err := network.Nodes[0].Height(ctx)
		return err == nil && height > 5
	}, time.Minute, 100*time.Millisecond)
	look := func(b joining.Bundle, after time.Duration) (joining.Network, error) {
		return joining.Look(ctx, b, week, time.Now().Add(after))
	}
	n, err := look(joining.Bundle{RPC: []string{honest}}, 0)
	require.NoError(t, err)
	require.Equal(t, network.ChainID, n.ChainID)
	require.True(t, n.Whole)
	require.True(t, n.Private())
	require.Len(t, n.Peers, 1)
	require.Equal(t, []string{honest, honest}, n.RPC)
	known := joining.Bundle{ChainID: n.ChainID, Genesis: n.Hash, Trust: n.Trusted.String(), RPC: []string{honest}}
	same, err := look(known, 0)
	require.NoError(t, err)
	require.Equal(t, n.Trusted, same.Trusted)

	_, err = look(known, 8*24*time.Hour)
	require.ErrorContains(t, err, "older than 168h0m0s")
	other := known
	other.ChainID = "stemma-9"
	_, err = look(other, 0)
	require.ErrorContains(t, err, `is of the chain "stemma-local-1", not of "stemma-9"`)

	for what, lie := range map[string]struct {
		change func(method string, answer []byte) []byte
		says   string
	}{
		"another genesis": {changed("genesis_chunked", func(text string) string {
			var a struct {
				Result struct{ Data string } `json:"result"`
			}
			require.NoError(t, json.Unmarshal([]byte(text), &a))
			raw, err := base64.StdEncoding.DecodeString(a.Result.Data)
			require.NoError(t, err)
			richer := bytes.Replace(raw, []byte(`"amount":"`), []byte(`"amount":"9`), 1)
			require.NotEqual(t, raw, richer)
			return strings.Replace(text, a.Result.Data, base64.StdEncoding.EncodeToString(richer), 1)
		}), "somebody deceives you"},
		"no end of a genesis": {changed("genesis_chunked", func(text string) string {
			before, _, _ := strings.Cut(text, `"result"`)
			return before + `"result":{"chunk":"0","total":"9999999","data":""}}`
		}), "9999999 pieces"},
		"an empty piece of a genesis": {changed("genesis_chunked", func(text string) string {
			before, _, _ := strings.Cut(text, `"result"`)
			return before + `"result":{"chunk":"0","total":"2","data":""}}`
		}), "has 0 bytes"},
		"a chain's id for the terminal": {changed("status", func(text string) string {
			return strings.ReplaceAll(text, `"network":"stemma-local-1"`, `"network":"stemma\u001b[2J"`)
		}), "the chain id"},
		"another header": {changed("commit", func(text string) string {
			i := strings.Index(text, `"app_hash":"`) + len(`"app_hash":"`)
			return text[:i] + strings.Repeat("A", 64) + text[i+64:]
		}), "block at height"},
		"no end of an answer": {func(method string, answer []byte) []byte {
			if method != "status" {
				return answer
			}
			return bytes.Repeat([]byte(" "), 65<<20)
		}, "does not answer as the RPC of a node does"},
		"another chain": {changed("status", func(text string) string {
			return strings.ReplaceAll(text, `"network":"stemma-local-1"`, `"network":"stemma-local-2"`)
		}), "is of the chain"},
	} {
		t.Run(what, func(t *testing.T) {
			liar := between(t, honest, lie.change)
			for _, b := range []joining.Bundle{
				{RPC: []string{honest, liar}},
				{ChainID: known.ChainID, Genesis: known.Genesis, Trust: known.Trust, RPC: []string{liar}},
			} {
				_, err := look(b, 0)
				require.ErrorContains(t, err, lie.says)
			}
		})
	}
	t.Run("a peer that is no address", func(t *testing.T) {
		liar := between(t, honest, changed("status", func(text string) string {
			return strings.Replace(text, `"listen_addr":"tcp://`, `"listen_addr":"tcp://x\"\nunsafe=true#`, 1)
		}))
		_, err := look(joining.Bundle{RPC: []string{liar}}, 0)
		require.ErrorContains(t, err, "can be reached from here")
	})
}

// changed changes the answers to a method.
func changed(method string, change func(string) string) func(string, []byte) []byte {
	return func(asked string, answer []byte) []byte {
		if asked != method {
			return answer
		}
		return []byte(change(string(answer)))
	}
}

// between stands before a node and changes what it answers.
func between(t *testing.T, node string, change func(method string, answer []byte) []byte) string {
	t.Helper()
	at, err := url.Parse(node)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var asked struct {
			Method string `json:"method"`
		}
		_ = json.Unmarshal(raw, &asked)
		request, err := http.NewRequestWithContext(context.Background(), r.Method, at.String()+r.URL.String(), bytes.NewReader(raw))
		if err != nil {
			return
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		_, _ = w.Write(change(asked.Method, text))
	}))
	t.Cleanup(server.Close)
	return server.URL
}
