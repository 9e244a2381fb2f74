package paywall_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/x402"
)

// A folder's page is one thing, by whichever of its two names the map or the reader calls it, and what names the most of it counts.
func TestAFoldersPageIsOneThing(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"index.html", "shop/index.html", "mixed/index.html", "below/index.html"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o750))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(secret), 0o600))
	}
	paid, free, denied := work("paid").String(), work("free").String(), work("denied").String()
	s := wallBy(t, "path,work,use\n/,"+paid+",copy\n/shop/,"+paid+",copy\n/mixed/*,"+free+",copy\n/mixed/,"+paid+",copy\n/below/*,"+free+
		",copy\n/below/index.html,"+denied+",copy\n", dir, nil)
	for at, want := range map[string]int{
		"/": 402, "/index.html": 402, "/shop/": 402, "/shop/index.html": 402, "/mixed/": 402, "/mixed/index.html": 402, "/below/": 403, "/below/index.html": 403,
	} {
		code, body := get(t, s, at)
		require.Equal(t, want, code, at)
		require.NotContains(t, body, secret, at)
	}
}

// What is paid for has a name of its own: a file with a question mark in its name is not another one with a question.
func TestAResourceHasOneName(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte(secret), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a?b"), []byte(secret), 0o600))
	s := wallBy(t, "path,work,use\n/*,"+work("paid").String()+",copy\n", dir, nil)
	named := map[string]string{}
	for _, at := range []string{"/a?b", "/a%3Fb", "/a"} {
		code, body := get(t, s, at)
		require.Equal(t, http.StatusPaymentRequired, code, at)
		var asked x402.Required
		require.NoError(t, json.Unmarshal([]byte(body), &asked))
		require.Empty(t, named[asked.Resource.URL], at)
		named[asked.Resource.URL] = at
		require.Equal(t, "https://wall.example"+at, asked.Resource.URL)
	}
}

// A reader names what it asks for by the path alone: headers by which servers take another one don't reach them. And what was paid is kept
// by no cache for others, whatever the server says to which.
func TestNoHeaderLeadsPastThePath(t *testing.T) {
	var got http.Header
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		for _, name := range []string{
			"Cache-Control", "CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control", "Expires", "X-Accel-Expires", "Edge-Control",
		} {
			w.Header().Set(name, "public, max-age=9999")
		}
		_, _ = io.WriteString(w, "for all")
	}))
	defer behind.Close()
	upstream, err := url.Parse(behind.URL)
	require.NoError(t, err)
	s := wall(t, "", upstream)
	for _, at := range []string{"/not/in/the/map", "/free.txt"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+at, nil)
		require.NoError(t, err)
		for _, name := range []string{
			"X-Original-URL", "X-Rewrite-URL", "x_original_url", "X-Forwarded-Prefix", "X-Forwarded-Uri", "X-HTTP-Method-Override", "X_HTTP_METHOD_OVERRIDE",
		} {
			r.Header.Set(name, "/paid.txt")
		}
		r.Header.Set("X-Mine", "stays")
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Equal(t, "stays", got.Get("X-Mine"))
		for name, values := range got {
			require.NotContains(t, values, "/paid.txt", name)
		}
		if at != "/free.txt" {
			continue
		}
		require.Equal(t, []string{"private, no-store"}, res.Header.Values("Cache-Control"))
		for name, values := range res.Header {
			require.NotContains(t, values, "public, max-age=9999", name)
		}
	}
}
