package paywall_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/paywall"
	"github.com/stemma-chain/stemma/portal/till"
	doors "github.com/stemma-chain/stemma/portal/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func work(name string) registrytypes.WorkID {
	digest := sha256.Sum256([]byte(name))
	return registrytypes.WorkID(digest[:20])
}

// chain answers for works by their names: one is free, one is paid with each use; of one it does not answer.
type chain struct{ grpc.ClientConnInterface }

func (chain) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	asked, ok := args.(*licensetypes.QueryCheckRightsRequest)
	if !ok {
		return status.Error(codes.Unavailable, method)
	}
	id, err := registrytypes.ParseWorkID(asked.Work)
	if err != nil {
		return err
	}
	answer := licensetypes.Rights{Subject: asked.Work, Works: []registrytypes.WorkID{id}, Verdict: licensetypes.VERDICT_ALLOWED}
	switch id {
	case work("free"):
	case work("paid"):
		answer.Obligations = []licensetypes.Obligation{{
			Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: id, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5)),
		}}
	case work("unknown"):
		answer.Verdict, answer.Works = licensetypes.VERDICT_UNKNOWN, nil
	case work("unoffered"):
		answer.Verdict = licensetypes.VERDICT_NEEDS_GRANT
	case work("away"):
		return status.Error(codes.Unavailable, "away")
	default:
		answer.Verdict = licensetypes.VERDICT_DENIED
	}
	reply.(*licensetypes.QueryCheckRightsResponse).Rights = answer
	return nil
}

const table = `path,work,use
/free.txt,%[1]s,ai-input
/paid.txt,%[2]s,ai-input
/paid/*,%[2]s,ai-input
/paid/denied/*,%[3]s,ai-input
/pages/index.html,%[2]s,copy
/ünï/*,%[2]s,copy
`

func wall(t *testing.T, site string, upstream *url.URL) *httptest.Server {
	t.Helper()
	return wallBy(t, fmt.Sprintf(table, work("free"), work("paid"), work("denied")), site, upstream)
}

func wallBy(t *testing.T, table, site string, upstream *url.URL) *httptest.Server {
	t.Helper()
	rows, err := paywall.ReadMap(strings.NewReader(table), "map.csv", time.Now())
	require.NoError(t, err)
	c, err := client.New(chain{}, client.ForChain("wall-1"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	book, err := till.Open(t.Context(), filepath.Join(t.TempDir(), "till.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = book.Close() })
	d, err := doors.New(doors.Config{Client: c, Till: book, Origin: "https://wall.example"})
	require.NoError(t, err)
	h, err := paywall.New(paywall.Config{Doors: d, Map: rows, Site: site, Upstream: upstream, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// raw asks by a path as it stands, which clients of HTTP would tidy up.
func raw(t *testing.T, s *httptest.Server, request string) (code int, body string) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	method, _, _ := strings.Cut(request, " ")
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(t, err)
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(all)
}

func get(t *testing.T, s *httptest.Server, at string) (code int, body string) {
	t.Helper()
	return raw(t, s, "GET "+at+" HTTP/1.1\r\nHost: wall.example\r\nConnection: close\r\n\r\n")
}

const secret = "the thing itself"

// ways are other ways to write /paid.txt, or what is in its folders.
var ways = []string{
	"//paid.txt", "/./paid.txt", "/x/../paid.txt", "/%70aid.txt", "/paid%2Etxt", "/paid.txt/", "/paid.txt/.", "/paid/../paid.txt", "/paid.txt%00", "/paid.txt;x",
	"/\\paid.txt", "/%5Cpaid.txt", "/paid//a.txt", "/paid/%2e/a.txt", "/%2fpaid.txt", "/pages", "/pages/", "/pages/index.html", "/pages/.", "/pages//",
	"/paid/a.txt?x=1", "/paid/deep/er/b.txt", "/paid/denied/c.txt", "/paid/denied/../a.txt", "http://wall.example/paid.txt", "/paid/a.txt#", "/link.txt", "/out.txt",
	"/.hidden", "/.dir/a.txt", "/paid/.git/a.txt", "/%C3%BCn%C3%AF/a.txt",
}

// Nobody has the thing for nothing by writing its path in another way.
func TestAFolderHasOneWayIn(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	for _, name := range []string{"paid.txt", "paid/a.txt", "paid/deep/er/b.txt", "paid/denied/c.txt", "pages/index.html", ".hidden", ".dir/a.txt", "paid/.git/a.txt", "ünï/a.txt"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o750))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(secret), 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "free.txt"), []byte("for all"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "out.txt"), []byte(secret), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(outside, "out.txt"), filepath.Join(dir, "out.txt")))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "out")))
	s := wall(t, dir, nil)
	for _, at := range append(ways, "/paid.txt", "/out/out.txt") {
		code, body := get(t, s, at)
		require.NotContains(t, body, secret, at)
		require.GreaterOrEqual(t, code, 300, at)
	}
	for at, code := range map[string]int{
		"/paid.txt": 402, "/paid/a.txt": 402, "/paid/deep/er/b.txt": 402, "/paid/denied/c.txt": 403, "/pages/": 402, "/free.txt": 200, "/nothing.txt": 404,
		// What is not there is not sold.
		"/paid/nothing.txt": 404,
	} {
		got, _ := get(t, s, at)
		require.Equal(t, code, got, at)
	}
	code, body := get(t, s, "/free.txt")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "for all", body)
	code, _ = raw(t, s, "PUT /free.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
	require.Equal(t, http.StatusMethodNotAllowed, code)
	code, _ = raw(t, s, "HEAD /paid.txt HTTP/1.0\r\n\r\n")
	require.Equal(t, http.StatusPaymentRequired, code)
}

// A server behind sees only requests that the paywall has made anew, and its answers to what is not paid reach nobody.
func TestAServerBehindHasOneWayIn(t *testing.T) {
	var asked []string
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.RequestURI)
		if r.Header.Get(x402.PaymentHeader) != "" || r.Host == "wall.example" || r.Host == "inside.example" {
			t.Errorf("%s %v", r.Host, r.Header)
		}
		w.Header().Set(x402.SettledHeader, "forged")
		w.Header().Set("Cache-Control", "public, max-age=9")
		if strings.HasPrefix(r.URL.Path, "/free") {
			_, _ = io.WriteString(w, "for all")
			return
		}
		if r.URL.Path == "/pages/" || r.URL.Path == "/pages" || strings.HasPrefix(r.URL.Path, "/link") || strings.HasPrefix(r.URL.Path, "/out") {
			return // what a server calls by another name has to be in the map
		}
		_, _ = io.WriteString(w, secret)
	}))
	defer behind.Close()
	upstream, err := url.Parse(behind.URL)
	require.NoError(t, err)
	s := wall(t, "", upstream)
	for _, at := range append(ways, "/paid.txt") {
		if strings.HasPrefix(at, "/.") && !strings.Contains(at, "paid") {
			continue // the server's own matter
		}
		_, body := get(t, s, at)
		require.NotContains(t, body, secret, at)
	}
	for _, request := range []string{
		"POST /free.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /paid.txt HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /free.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\nGET /paid.txt HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /free.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"GET /free.txt HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"GET /free.txt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"CONNECT /paid.txt HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	} {
		_, body := raw(t, s, request)
		require.NotContains(t, body, secret)
	}
	for _, a := range asked {
		require.NotContains(t, a, "/paid", "the server was asked before anything was paid")
	}
	res, err := http.Get(s.URL + "/free.txt")
	require.NoError(t, err)
	defer res.Body.Close()
	require.Empty(t, res.Header.Get(x402.SettledHeader))
	code, body := raw(t, s, "GET /free.txt HTTP/1.1\r\nHost: inside.example\r\nX-Forwarded-Host: inside.example\r\nConnection: close, Host\r\n\r\n")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "for all", body)
}

// A map that is wrong is refused whole, with each line that is.
func TestAMapThatIsWrong(t *testing.T) {
	for _, text := range []string{
		"path,work\n/a," + work("a").String(), "path,work,use,colour\n/a," + work("a").String() + ",copy,red",
		"path,work,use\na," + work("a").String() + ",copy", "path,work,use\n/a/*b," + work("a").String() + ",copy",
		"path,work,use\n/a/../b," + work("a").String() + ",copy", "path,work,use\n/a,work1x,copy", "path,work,use\n/a," + work("a").String() + ",eat",
		"path,work,use\n/a," + work("a").String() + ",copy\n/a," + work("b").String() + ",copy",
		"path,work,use,commercial\n/a," + work("a").String() + ",copy,perhaps",
	} {
		_, err := paywall.ReadMap(strings.NewReader(text), "map.csv", time.Now())
		require.Error(t, err, text)
		require.Contains(t, err.Error(), "map.csv")
	}
}
