package mcp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	protocol "github.com/modelcontextprotocol/go-sdk/mcp"
)

// ErrUnread says that a client left an answer unread for too long.
var ErrUnread = errors.New("the client reads no answers")

// Stdio serves one client, a message a line, until its input ends and all that it asked is answered. It fails with ErrUnread
// where the client stops reading.
func (s *Server) Stdio(ctx context.Context, in io.Reader, out io.Writer) error {
	return s.stdio(ctx, in, out, writeWithin)
}

func (s *Server) stdio(ctx context.Context, in io.Reader, out io.Writer, unread time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	writer := &patientWriter{out: out, within: unread, late: func() { cancel(ErrUnread) }}
	reader := newLines(in, writer)
	served := make(chan error, 1)
	go func() {
		served <- s.protocol.Run(ctx, &bounded{
			inner: &protocol.IOTransport{Reader: reader, Writer: writer, MaxLineLength: 2 * maxMessage}, refuse: reader.refuse,
		})
	}()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	if err := context.Cause(ctx); errors.Is(err, ErrUnread) {
		return err // what is stuck in the client's pipe stays there
	}
	if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil // the process was told to end
}

// bounded is a transport that reads no further request while so many are unanswered, and whose end of input waits for the
// answers.
type bounded struct {
	inner protocol.Transport
	// refuse answers a message that has no id of its own.
	refuse func(code int, message string) error
}

// Connect implements protocol.Transport.
func (b *bounded) Connect(ctx context.Context) (protocol.Connection, error) {
	inner, err := b.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &boundedConn{
		Connection: inner, refuse: b.refuse, places: make(chan struct{}, waiting), idle: make(chan struct{}, 1), open: map[jsonrpc.ID]bool{},
	}, nil
}

type boundedConn struct {
	protocol.Connection
	refuse func(code int, message string) error
	places chan struct{}
	mu     sync.Mutex
	// open are the ids of what is unanswered.
	open map[jsonrpc.ID]bool
	// idle is told of each answer.
	idle chan struct{}
}

// Read implements protocol.Connection. A request whose id is that of an open one is answered here: the protocol's library drops it
// without an answer, so that its place would never be free again.
func (c *boundedConn) Read(ctx context.Context) (jsonrpc.Message, error) {
	for {
		message, err := c.Connection.Read(ctx)
		if errors.Is(err, io.EOF) {
			c.drain(ctx)
			return nil, err
		}
		request, is := message.(*jsonrpc.Request)
		if err != nil || !is || !request.IsCall() {
			return message, err
		}
		if !c.begin(request.ID) {
			if err := c.refuse(invalidRequest, "the id is that of a request which is not answered yet"); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case c.places <- struct{}{}:
			return message, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// begin notes the id of a request; false: one with it is open.
func (c *boundedConn) begin(id jsonrpc.ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[id] {
		return false
	}
	c.open[id] = true
	return true
}

// end notes an answer; false: it is to no request.
func (c *boundedConn) end(id jsonrpc.ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.open[id]
	delete(c.open, id)
	return was
}

// drain waits until all that was read is answered.
func (c *boundedConn) drain(ctx context.Context) {
	late := time.NewTimer(drainWithin)
	defer late.Stop()
	for len(c.places) > 0 {
		select {
		case <-c.idle:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Write implements protocol.Connection.
func (c *boundedConn) Write(ctx context.Context, message jsonrpc.Message) error {
	response, is := message.(*jsonrpc.Response)
	is = is && c.end(response.ID) // before it is written: whoever reads it may use the id again
	err := c.Connection.Write(ctx, message)
	if is {
		<-c.places
		select {
		case c.idle <- struct{}{}:
		default:
		}
	}
	return err
}

// patientWriter writes whole messages, one at a time, and tells where one is not taken in time.
type patientWriter struct {
	mu     sync.Mutex
	out    io.Writer
	within time.Duration
	late   func()
}

func (w *patientWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	timer := time.AfterFunc(w.within, w.late)
	defer timer.Stop()
	return w.out.Write(p)
}

func (w *patientWriter) Close() error { return nil }

// lines passes on the lines that are JSON and not too long, and answers the others, so that one broken message ends no
// session.
type lines struct {
	from   *bufio.Reader
	answer io.Writer
	rest   []byte
	closed atomic.Bool
}

func newLines(in io.Reader, answer io.Writer) *lines {
	return &lines{from: bufio.NewReaderSize(in, 64<<10), answer: answer}
}

// Read implements io.Reader.
func (l *lines) Read(p []byte) (int, error) {
	for len(l.rest) == 0 {
		line, err := l.line()
		if err != nil {
			return 0, err
		}
		l.rest = line
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// Close implements io.Closer. What is being read from standard input can't be broken off.
func (l *lines) Close() error { l.closed.Store(true); return nil }

// JSON-RPC's codes.
const (
	parseError     = -32700
	invalidRequest = -32600
)

// line is the next message, with its end; empty: it was answered here.
func (l *lines) line() ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := l.from.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxMessage; !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (len(line) == 0 && !long || !errors.Is(err, io.EOF)) {
			return nil, err
		}
		break
	}
	switch {
	case l.closed.Load():
		return nil, io.EOF
	case long:
		return nil, l.refuse(invalidRequest, "a message has at most 1 MiB")
	case len(line) > 0 && len(trimmed(line)) == 0:
		return nil, nil
	case !json.Valid(line):
		return nil, l.refuse(parseError, "a message is one line of JSON")
	}
	if _, err := jsonrpc.DecodeMessage(line); err != nil { // batches are none: the protocol has dropped them
		return nil, l.refuse(invalidRequest, "a message is one request, notification or answer of JSON-RPC 2.0")
	}
	return append(trimmed(line), '\n'), nil
}

func trimmed(line []byte) []byte {
	for len(line) > 0 {
		if end := line[len(line)-1]; end != '\n' && end != '\r' && end != ' ' && end != '\t' {
			break
		}
		line = line[:len(line)-1]
	}
	return line
}

func (l *lines) refuse(code int, message string) error {
	raw, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": nil, "error": map[string]any{"code": code, "message": message},
	})
	if err != nil {
		return err
	}
	_, err = l.answer.Write(append(raw, '\n'))
	return err
}
