package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
)

const (
	hello = `{"jsonrpc":"2.0","id":"h","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},` +
		`"clientInfo":{"name":"x","version":"1"}}}` + "\n" + `{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"
	list = `{"jsonrpc":"2.0","id":%d,"method":"tools/list","params":{}}`
)

// alone is a server without a node.
func alone(t *testing.T) *Server {
	t.Helper()
	c, err := client.Dial("127.0.0.1:1")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	s, err := New(t.Context(), Config{Client: c})
	require.NoError(t, err)
	return s
}

// played plays a script of lines to a server, closes its input, and returns what it answered by id.
func played(t *testing.T, s *Server, script string) map[string]map[string]any {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, s.Stdio(t.Context(), strings.NewReader(hello+script), &out))
	answers := map[string]map[string]any{}
	lines := bufio.NewScanner(&out)
	for lines.Buffer(nil, maxMessage); lines.Scan(); {
		var answer map[string]any
		require.NoError(t, json.Unmarshal(lines.Bytes(), &answer))
		answers[fmt.Sprint(answer["id"])] = answer
	}
	require.Contains(t, answers, "h")
	return answers
}

func calling(id int, tool string, args any) string {
	raw, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": map[string]any{"name": tool, "arguments": args},
	})
	if err != nil {
		panic(err)
	}
	return string(raw) + "\n"
}

// A message that is broken or too long is answered, and the session goes on; the end of input waits for answers.
func TestBrokenMessages(t *testing.T) {
	s := alone(t)
	long := calling(1, "resolve", map[string]string{"query": strings.Repeat("x", maxMessage)})
	answers := played(t, s, "{nonsense\n\n\r\n"+long+fmt.Sprintf(list, 2)+"\n"+`[]`+"\n7\n{}\n"+
		"["+strings.TrimSpace(fmt.Sprintf(list, 4))+"]\n")
	require.NotNil(t, answers["<nil>"]["error"])
	require.NotContains(t, answers, "1", "it is not read")
	require.NotNil(t, answers["2"]["result"])
	require.NotContains(t, answers, "4", "there are no batches")

	answers = played(t, s, long+long+strings.TrimSuffix(fmt.Sprintf(list, 3), "\n")) // the last line without its end
	require.EqualValues(t, invalidRequest, answers["<nil>"]["error"].(map[string]any)["code"])
	require.NotNil(t, answers["3"]["result"])
}

// Arguments are refused by the schema: what is too long, too many, unknown or missing; and so are tools that are not there.
func TestArgumentsAreBounded(t *testing.T) {
	many := make([]string, maxReported+1)
	answers := played(t, alone(t), calling(1, "steal", nil)+
		calling(2, "resolve", map[string]string{"query": strings.Repeat("x", maxText+1)})+
		calling(3, "resolve", map[string]any{"query": 7})+
		calling(4, "resolve", map[string]any{"query": "x", "more": true})+
		calling(5, "resolve", nil)+
		calling(6, "report", map[string]any{"works": many, "use": "copy"})+
		calling(7, "clear", map[string]any{"work": "x", "use": "copy", "territories": many[:maxList+1]})+
		calling(8, "pay", map[string]any{"request": "1", "work": "x", "amount": "1uusdc", "max": "1uusdc"}))
	require.NotNil(t, answers["1"]["error"])
	require.NotNil(t, answers["8"]["error"], "a server without a key has no such tool")
	for id := 2; id <= 7; id++ {
		result, is := answers[fmt.Sprint(id)]["result"].(map[string]any)
		require.True(t, is, "%d %v", id, answers[fmt.Sprint(id)])
		require.Equal(t, true, result["isError"], id)
		refused := result["structuredContent"].(map[string]any)["refused"].(map[string]any)
		require.Equal(t, []any{codespace, float64(ErrArgument.ABCICode()), false}, []any{refused["codespace"], refused["code"], refused["retryable"]})
		require.Contains(t, result["content"].([]any)[0].(map[string]any)["text"], `"refused"`)
		require.NotEmpty(t, refused["remedy"])
		if id == 5 {
			require.Contains(t, refused["sentence"], "query", "it names what is missing")
		}
	}
}

// A node that is away is said so, and the call may be tried again.
func TestTheNodeIsAway(t *testing.T) {
	answers := played(t, alone(t), calling(1, "clear", map[string]any{"work": strings.Repeat("ab", 32), "use": "copy"}))
	refused := answers["1"]["result"].(map[string]any)["structuredContent"].(map[string]any)["refused"].(map[string]any)
	require.Equal(t, []any{codespace, float64(ErrNode.ABCICode()), true}, []any{refused["codespace"], refused["code"], refused["retryable"]})
}

// A client that asks ten thousand times and reads nothing takes neither memory nor time without end.
func TestAClientThatNeverReads(t *testing.T) {
	in, toServer, err := os.Pipe()
	require.NoError(t, err)
	unread, out, err := os.Pipe()
	require.NoError(t, err)
	defer unread.Close()
	written := make(chan int, 1)
	go func() {
		n := 0
		_, _ = io.WriteString(toServer, hello)
		for i := range 10_000 {
			if _, err := fmt.Fprintf(toServer, list+"\n", i); err != nil {
				break
			}
			n++
		}
		written <- n
	}()
	began := time.Now()
	require.ErrorIs(t, alone(t).stdio(context.WithoutCancel(t.Context()), in, out, 300*time.Millisecond), ErrUnread)
	require.Less(t, time.Since(began), 10*time.Second)
	require.NoError(t, in.Close())
	require.Less(t, <-written, 10_000, "it stopped reading")
}

// What a tool does not expect ends no server.
func TestAToolThatFails(t *testing.T) {
	_, err := turn(t.Context(), alone(t), 1, func(context.Context, int) (int, error) { panic("x") })
	require.ErrorIs(t, err, ErrInternal)
}

func TestTextsAreCleaned(t *testing.T) {
	require.Nil(t, said(""))
	require.Equal(t, "a?[31m?b?", said("a\x1b[31m\nb\u202e").Untrusted)
	require.Len(t, []rune(said(strings.Repeat("长", 1000)).Untrusted), maxShown)
	require.Equal(t, "❤\ufe0fa\ufe0f????????b", said("❤\ufe0fa\ufe0f\ufe0f\U000e0100\U000e01ef\u034f\u3164\u115f\uffa0\u2800b").Untrusted)
}

// post asks a server over HTTP.
func post(t *testing.T, url, body string, headers map[string]string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	for name, value := range headers {
		if req.Header.Set(name, value); name == "Host" {
			req.Host = value
		}
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestOverHTTP(t *testing.T) {
	server := alone(t).HTTP(Access{Token: strings.Repeat("t", 32), Hosts: []string{"agents.example"}})
	at := httptest.NewUnstartedServer(server.Handler)
	at.Config = server
	at.Start()
	defer at.Close()
	first, _, _ := strings.Cut(hello, "\n")
	bears := func(more ...string) map[string]string {
		headers := map[string]string{"Authorization": "Bearer " + strings.Repeat("t", 32)}
		for i := 0; i < len(more); i += 2 {
			headers[more[i]] = more[i+1]
		}
		return headers
	}
	for name, c := range map[string]struct {
		headers map[string]string
		body    string
		status  int
	}{
		"bears the token":           {bears(), first, 200},
		"a page of this machine":    {bears("Origin", "http://localhost:3000"), first, 200},
		"a name that is served":     {bears("Host", "agents.example"), first, 200},
		"no token":                  {nil, first, 401},
		"another token":             {map[string]string{"Authorization": "Bearer x"}, first, 401},
		"no bearer":                 {map[string]string{"Authorization": "Basic " + strings.Repeat("t", 32)}, first, 401},
		"another site's page":       {bears("Origin", "https://evil.example"), first, 403},
		"a page without a site":     {bears("Origin", "null"), first, 403},
		"a name bent to this place": {bears("Host", "evil.example:80"), first, 403},
		"too much":                  {bears(), strings.Repeat(" ", maxMessage+1) + first, 413},
		"no JSON":                   {bears(), "{", 400},
		"another kind":              {bears("Content-Type", "text/plain"), first, 415},
	} {
		require.Equal(t, c.status, post(t, at.URL, c.body, c.headers).StatusCode, name)
	}
	res := post(t, at.URL, fmt.Sprintf(list, 1), bears())
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"resolve"`, "no session is needed")
	require.Empty(t, res.Header.Get("Mcp-Session-Id"))

	slow, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(at.URL, "http://"))
	require.NoError(t, err)
	defer slow.Close()
	_, err = io.WriteString(slow, "POST / HTTP/1.1\r\nHost: localhost\r\nX: ")
	require.NoError(t, err)
	require.NoError(t, slow.SetReadDeadline(time.Now().Add(2*headersWithin)))
	_, err = io.ReadAll(slow)
	require.NoError(t, err, "a client that never ends its headers loses the connection")
}
