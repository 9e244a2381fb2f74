package hostile

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// noMore are the outcomes of what is too much: too large, too many, or the connection ended.
var noMore = []string{"400", "413", "414", "429", "431", "503", "closed"}

// wrong are those and of what there is none.
var wrong = append([]string{"401", "403", "404", "405", "406", "415", "501"}, noMore...)

// answered are those of what is allowed, or not understood.
var answered = append([]string{"200", "202", "301", "302", "303", "307", "308"}, wrong...)

// do sends a request and reads its answer.
func (v *victim) do(ctx context.Context, method, address string, body io.Reader, header ...string) string {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return "not sent"
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	res, err := v.http.Do(req)
	if err != nil {
		return "closed"
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return "closed"
	}
	return fmt.Sprint(res.StatusCode)
}

// raw writes bytes to a server and says with which status it answers.
func raw(ctx context.Context, address string, write func(c net.Conn) error) string {
	c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		return "closed"
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	_ = c.SetDeadline(time.Now().Add(60 * time.Second))
	_ = write(c) // it may have been closed: what was answered counts
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return "closed"
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return fmt.Sprint(res.StatusCode)
}

func text(s string) func(net.Conn) error {
	return func(c net.Conn) error { _, err := io.WriteString(c, s); return err }
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// deep is JSON that is nested so often.
func deep(times int) string { return strings.Repeat(`{"a":[`, times) }

// httpAttacks are those on any HTTP server.
func (v *victim) httpAttacks(name, address string) []attack {
	odd := []string{
		"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", strings.Repeat("A", 100_000) + "\r\n",
		"GET /" + strings.Repeat("a", 2<<20) + " HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X-A: "+strings.Repeat("b", 1000)+"\r\n", 3000) + "\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("\x00\x00\x00\x04\x00\x00\x00\x00\x00", 5000),
	}
	paths := []string{
		"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//evil.example/", "/%00", "/.git/config", "/" + strings.Repeat("a/",
			4000), "/%ff%fe", "/;a=b?;;&&==",
	}
	return []attack{
		{
			name + ": odd requests", func(ctx context.Context, n int) string { return raw(ctx, address, text(odd[n%len(odd)])) },
			append([]string{"505"}, answered...),
		},
		{name + ": odd paths", func(ctx context.Context, n int) string {
			return raw(ctx, address, text("GET "+paths[n%len(paths)]+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
		}, answered},
		{name + ": slow headers", func(ctx context.Context, _ int) string {
			return slowly(ctx, address, "GET / HTTP/1.1\r\nHost: a\r\nX: ")
		}, append([]string{"408"}, noMore...)},
		{name + ": many connections", func(ctx context.Context, _ int) string { return v.crowd(ctx, address) }, []string{"held", "closed"}},
	}
}

// slowly sends a byte a second after this, until it is answered or cut off.
func slowly(ctx context.Context, address, begin string) string {
	return raw(ctx, address, func(c net.Conn) error {
		if err := text(begin)(c); err != nil {
			return err
		}
		for range 45 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
			}
			if err := text("a")(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// crowd holds many connections open for a moment.
func (v *victim) crowd(ctx context.Context, address string) string {
	var all []net.Conn
	defer func() {
		for _, c := range all {
			_ = c.Close()
		}
	}()
	for range 150 {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
		if err != nil {
			return "closed"
		}
		all = append(all, c)
	}
	select {
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
	return "held"
}

// restAttacks are those on what the gateway takes.
func (v *victim) restAttacks() []attack {
	at := func(path string) string { return "http://" + v.node.REST + path }
	pages := []string{
		"pagination.limit=18446744073709551615", "pagination.offset=18446744073709551615",
		"pagination.offset=1000000000&pagination.count_total=true",
		"pagination.key=" + strings.Repeat("A",
			8000), "pagination.limit=-1", "pagination.reverse=true&pagination.limit=99999999", "pagination.limit=1&pagination.limit=2",
	}
	lists := []string{
		"/cosmos/bank/v1beta1/supply", "/cosmos/auth/v1beta1/accounts", "/cosmos/staking/v1beta1/validators", "/stemma/registry/v1/works",
		"/stemma/license/v1/terms",
		"/cosmos/gov/v1/proposals", "/stemma/royalty/v1/queue", "/stemma/dispute/v1/disputes",
	}
	return []attack{
		{"REST: endless bodies", func(ctx context.Context, _ int) string {
			return v.do(ctx, http.MethodPost, at("/cosmos/tx/v1beta1/txs"), io.LimitReader(zeros{}, 64<<20))
		}, noMore},
		{"REST: deep JSON", func(ctx context.Context, n int) string {
			path := []string{"/cosmos/tx/v1beta1/simulate", "/cosmos/tx/v1beta1/encode", "/cosmos/tx/v1beta1/txs"}[n%3]
			return v.do(ctx, http.MethodPost, at(path), strings.NewReader(`{"tx":{"body":{"messages":`+deep(50_000)))
		}, noMore},
		{"REST: slow bodies", func(ctx context.Context, _ int) string {
			return slowly(ctx, v.node.REST,
				"POST /cosmos/tx/v1beta1/txs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
		}, append([]string{"408"}, noMore...)},
		{"REST: huge pages", func(ctx context.Context, n int) string {
			return v.do(ctx, http.MethodGet, at(lists[n/len(pages)%len(lists)]+"?"+pages[n%len(pages)]), nil)
		}, answered},
		{"REST: odd heights", func(ctx context.Context, n int) string {
			height := []string{"-1", "999999999999", "1e9", "0x10", strings.Repeat("9", 400), "1"}[n%6]
			return v.do(ctx, http.MethodGet, at("/cosmos/bank/v1beta1/supply"), nil, "x-cosmos-block-height", height)
		}, answered},
		{"REST: search transactions", func(ctx context.Context, n int) string {
			query := url.QueryEscape([]string{"tx.height>0", "message.action EXISTS", "tx.height>0 AND " + strings.Repeat("a.b='c' AND ",
				400) + "a.b='c'", "''''", "tx.fee CONTAINS '1'"}[n%5])
			return v.do(ctx, http.MethodGet, at("/cosmos/tx/v1beta1/txs?limit=100&page="+fmt.Sprint(1+n*n*1000)+"&query="+query), nil)
		}, answered},
	}
}

// portalAttacks are those on what the portal reads.
func (v *victim) portalAttacks() []attack {
	at := func(path string) string { return "http://" + v.portal + path }
	posts := []string{"/rpc", "/mcp", "/x402/verify", "/x402/settle", "/olp/token", "/olp/introspect", "/search", "/verify"}
	return []attack{
		{"portal: endless bodies", func(ctx context.Context, n int) string {
			return v.do(ctx, http.MethodPost, at(posts[n%len(posts)]), io.LimitReader(zeros{}, 64<<20), "X-Reader", reader())
		}, wrong},
		{"portal: deep JSON", func(ctx context.Context, n int) string {
			return v.do(ctx, http.MethodPost, at(posts[n%len(posts)]), strings.NewReader(deep(100_000)), "Content-Type", "application/json",
				"X-Reader", reader())
		}, wrong},
		{"portal: slow bodies", func(ctx context.Context, _ int) string {
			return slowly(ctx, v.portal, "POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
		}, append([]string{"408"}, noMore...)},
		{"portal: odd searches", func(ctx context.Context, n int) string {
			q := []string{
				strings.Repeat("a ", 4000), `"" OR NEAR(*)`, "%' --", "\x00\xff", strings.Repeat(`"`, 3000),
				"*" + strings.Repeat("(", 500), "é" + strings.Repeat("̈", 4000),
			}[n%7]
			return v.do(ctx, http.MethodGet, at("/search?page=99999999999&q="+url.QueryEscape(q)), nil, "X-Reader", reader())
		}, answered},
		{"portal: batches of questions", func(ctx context.Context, _ int) string {
			one := `{"jsonrpc":"2.0","id":1,"method":"status"}`
			return v.do(ctx, http.MethodPost, at("/rpc"), strings.NewReader("["+strings.Repeat(one+",", 1000)+one+"]"), "Content-Type",
				"application/json", "X-Reader", reader())
		}, noMore},
		{"portal: payments of nonsense", func(ctx context.Context, n int) string {
			header := []string{"AAAA", strings.Repeat("A", 20_000), "e30=", "eyJ4NDAyVmVyc2lvbiI6Mn0="}[n%4]
			return v.do(ctx, http.MethodGet, at("/x402/works/work1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqx0l0gc"), nil, "PAYMENT-SIGNATURE", header,
				"X-Reader", reader())
		}, append([]string{"402"}, answered...)},
		{"portal: floods by one reader", func(ctx context.Context, _ int) string {
			return v.do(ctx, http.MethodGet, at("/"), nil, "X-Reader", "198.51.100.1")
		}, []string{"200", "429", "503"}},
		{"portal: floods by many readers", func(ctx context.Context, n int) string {
			return v.do(ctx, http.MethodGet, at([]string{"/", "/search?q=song", "/header/1", "/robots.txt"}[n%4]), nil, "X-Reader", reader())
		}, []string{"200", "404", "429", "503"}},
	}
}

// reader is an address of a network of many.
func reader() string {
	return fmt.Sprintf("203.%d.%d.%d", rand.IntN(256), rand.IntN(256), rand.IntN(256))
}
