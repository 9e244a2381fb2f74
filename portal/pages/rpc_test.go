package pages

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Wallets reach what signing takes, and nobody the rest of the node: not by another method's name, nor by a
// query that does the same, nor by a name that stands twice.
func TestOnlyWhatSigningTakesIsPassedOn(t *testing.T) {
	passed := ""
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		passed = string(raw)
		_, _ = io.WriteString(w, `{}`)
	}))
	defer node.Close()
	s, _ := siteOf(t, emptyIndex(t), nil)
	s.RPC = node.URL
	call := func(method, params string) int {
		passed = ""
		w := httptest.NewRecorder()
		body := `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`
		r := httptest.NewRequest(http.MethodPost, rpcPath, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		s.Handler().ServeHTTP(w, r)
		require.Equal(t, w.Code == http.StatusOK, passed != "")
		return w.Code
	}
	for _, params := range []string{
		`{"path":"/stemma.registry.v1.Query/Work","data":"00"}`, `["/cosmos.tx.v1beta1.Service/Simulate","00","0",false]`,
		`{"path":"/store/registry/key","data":"00","prove":true}`, `{"path":"/cosmos.auth.v1beta1.Query/Account"}`,
	} {
		require.Equal(t, http.StatusOK, call("abci_query", params), params)
	}
	for _, params := range []string{
		`{"path":"/cosmos.tx.v1beta1.Service/GetTxsEvent","data":"00"}`, `["/cosmos.tx.v1beta1.Service/GetTxsEvent"]`, `{}`, `[]`,
		`{"path":"/stemma.x","path":"/cosmos.tx.v1beta1.Service/GetTxsEvent"}`, `{"path":7}`, `null`, `{"path":"/p2p/filter/id/x"}`,
		`{"path":"/app/simulate"}`, `{"Path":"/stemma.x"}`,
	} {
		require.Equal(t, http.StatusForbidden, call("abci_query", params), params)
	}
	require.Equal(t, http.StatusOK, call("abci_query", `{"path":"/app","path":"/stemma.registry.v1.Query/Work"}`))
	require.NotContains(t, passed, "/app")
	for _, method := range []string{"tx_search", "dial_peers", "genesis", "broadcast_tx_commit", "unsafe_flush_mempool"} {
		require.Equal(t, http.StatusForbidden, call(method, `{}`), method)
	}
	require.Equal(t, http.StatusOK, call("status", `{}`))
}

// Another site's page can post what browsers send without asking first: forms, and text. It is not read as JSON.
func TestOtherSitesCannotAskTheNode(t *testing.T) {
	passed := false
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		passed = true
		_, _ = io.WriteString(w, `{}`)
	}))
	defer node.Close()
	s, _ := siteOf(t, emptyIndex(t), nil)
	s.RPC = node.URL
	for kind, want := range map[string]int{
		"": http.StatusUnsupportedMediaType, "text/plain": http.StatusUnsupportedMediaType,
		"application/x-www-form-urlencoded": http.StatusUnsupportedMediaType, "multipart/form-data; boundary=x": http.StatusUnsupportedMediaType,
		"text/plain; application/json": http.StatusUnsupportedMediaType, "application/jsonx": http.StatusUnsupportedMediaType,
		"Application/JSON": http.StatusOK,
	} {
		passed = false
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, rpcPath, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"status","params":{}}`))
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		s.Handler().ServeHTTP(w, r)
		require.Equal(t, want, w.Code, kind)
		require.Equal(t, want == http.StatusOK, passed, kind)
		require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
	}
}
