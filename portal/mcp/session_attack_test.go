package mcp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
)

// silent is a server whose node takes connections and answers nothing.
func silent(t *testing.T, within time.Duration) *Server {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	c, err := client.Dial(listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	s, err := New(t.Context(), Config{Client: c, Within: within})
	require.NoError(t, err)
	return s
}

// What no answer comes for keeps no place: neither ids that are used twice nor calls that are cancelled hold up a session, or its end.
func TestWhatIsNotAnsweredKeepsNoPlace(t *testing.T) {
	clear := func(id int) string {
		return calling(id, "clear", map[string]any{"work": strings.Repeat("ab", 32), "use": "copy"})
	}
	for name, script := range map[string]string{
		"an id twice": strings.Repeat(clear(1), waiting+2),
		"cancelled": func() (all string) {
			for id := range waiting + 2 {
				all += clear(id) + fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`+"\n", id)
			}
			return all
		}(),
		"cancelled by a call": strings.Repeat(clear(1)+`{"jsonrpc":"2.0","id":2,"method":"notifications/cancelled","params":{"requestId":1}}`+"\n", waiting+2),
		"listens": func() (all string) {
			for id := range waiting + 2 {
				all += fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}`+"\n", id)
			}
			return all
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			in, toServer, err := os.Pipe()
			require.NoError(t, err)
			fromServer, out, err := os.Pipe()
			require.NoError(t, err)
			ended := make(chan error, 1)
			s := silent(t, 2*time.Second)
			go func() { ended <- s.Stdio(context.WithoutCancel(t.Context()), in, out) }()
			go func() {
				_, _ = toServer.WriteString(hello + script + fmt.Sprintf(list, 1000) + "\n")
				_ = toServer.Close()
			}()
			answered := make(chan bool, 1)
			go func() {
				lines := bufio.NewScanner(fromServer)
				for lines.Buffer(nil, maxMessage); lines.Scan(); {
					t.Log(string(lines.Bytes()[:min(len(lines.Bytes()), 150)]))
					if strings.Contains(lines.Text(), `"id":1000`) {
						answered <- true
					}
				}
			}()
			select {
			case <-answered:
			case <-time.After(10 * time.Second):
				require.Fail(t, "the session reads no more")
			}
			select {
			case err := <-ended:
				require.NoError(t, err)
			case <-time.After(10 * time.Second):
				require.Fail(t, "the session does not end")
			}
		})
	}
}
