package mcp

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	protocol "github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	// A client that is slower than this loses the connection.
	headersWithin = 5 * time.Second
	bodyWithin    = 10 * time.Second
	answerWithin  = callWithin + 15*time.Second
	idleWithin    = 2 * time.Minute
	maxHeader     = 16 << 10
	// requestsAtOnce is how many requests are answered at a time; others are told to come later.
	requestsAtOnce = 64
)

// Access says who may ask over HTTP.
type Access struct {
	// Token that every request bears; empty: none is asked for.
	Token string
	// Hosts are names that requests may be addressed to beside those of this machine; empty: this machine's alone.
	Hosts []string
}

// HTTP is a server of the streamable transport at any path, without sessions: each request stands by itself.
func (s *Server) HTTP(a Access) *http.Server {
	streamed := protocol.NewStreamableHTTPHandler(func(*http.Request) *protocol.Server { return s.protocol },
		&protocol.StreamableHTTPOptions{
			Stateless: true, JSONResponse: true, Logger: s.config.Log, MaxRequestBodyBytes: maxMessage,
			DisableLocalhostProtection: true, // guard asks for more
		})
	places := make(chan struct{}, requestsAtOnce)
	return &http.Server{
		ReadHeaderTimeout: headersWithin, ReadTimeout: bodyWithin, WriteTimeout: answerWithin, IdleTimeout: idleWithin, MaxHeaderBytes: maxHeader,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if status, why := a.guard(r); status != 0 {
				if status == http.StatusUnauthorized {
					w.Header().Set("WWW-Authenticate", `Bearer realm="stemma"`)
				}
				http.Error(w, why, status)
				return
			}
			select {
			case places <- struct{}{}:
				defer func() { <-places }()
			default:
				w.Header().Set("Retry-After", "5")
				http.Error(w, "too many requests at a time", http.StatusServiceUnavailable)
				return
			}
			if status, why := oneMessage(w, r); status != 0 {
				http.Error(w, why, status)
				return
			}
			streamed.ServeHTTP(w, r)
		}),
	}
}

// oneMessage reads a request's body and refuses one that is no message, or several of them: the protocol's library takes batches for
// older versions, and one of 1 MiB is twenty thousand calls in one place; 0: it may go on.
func oneMessage(w http.ResponseWriter, r *http.Request) (status int, why string) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return http.StatusRequestEntityTooLarge, "a message has at most 1 MiB"
	}
	if err != nil {
		return http.StatusBadRequest, "the body breaks off"
	}
	if bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("[")) {
		return http.StatusBadRequest, "a message is one request, notification or answer of JSON-RPC 2.0"
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return 0, ""
}

// guard refuses a request of a page that another site served, under whatever name it reached this machine (DNS rebinding),
// and one without the token; 0: it may go on.
func (a Access) guard(r *http.Request) (status int, why string) {
	if !a.serves(r.Host) {
		return http.StatusForbidden, "this host is not served here"
	}
	for _, origin := range r.Header.Values("Origin") {
		from, err := url.Parse(origin)
		if err != nil || from.Host == "" || !a.serves(from.Host) {
			return http.StatusForbidden, "this origin may not ask"
		}
	}
	if a.Token != "" && !a.bears(r) {
		return http.StatusUnauthorized, "a bearer token is needed"
	}
	return 0, ""
}

// serves says whether a host, with or without a port, is one that requests may name.
func (a Access) serves(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	return strings.EqualFold(name, "localhost") || Loopback(name) ||
		slices.ContainsFunc(a.Hosts, func(known string) bool { return strings.EqualFold(known, name) })
}

// Loopback says whether a host is an address of this machine alone.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// bears compares digests, so that neither time nor length tells anything.
func (a Access) bears(r *http.Request) bool {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return false
	}
	want, have := sha256.Sum256([]byte(a.Token)), sha256.Sum256([]byte(strings.TrimSpace(token)))
	return subtle.ConstantTimeCompare(want[:], have[:]) == 1
}
