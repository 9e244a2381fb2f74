package mcp

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzLines reads what a client writes to standard input: lines come out, none longer than is read, and what is refused is answered.
func FuzzLines(f *testing.F) {
	f.Add([]byte("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"))
	f.Add([]byte("\n\r\n \n{}\n[1]\n{\"id\":1,\"id\":2}"))
	f.Add(bytes.Repeat([]byte("a"), 70_000))
	f.Add([]byte{0xff, '\n', 0, '\n'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var answers bytes.Buffer
		read, err := io.ReadAll(newLines(bytes.NewReader(raw), &answers))
		require.True(t, err == nil || errors.Is(err, io.EOF), "%v", err)
		require.LessOrEqual(t, len(read), 2*len(raw)+1)
	})
}
