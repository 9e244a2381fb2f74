// Package guard bounds what readers of a server may ask for, one by one and all together, and writes the log of it.
package guard

import (
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what is asked for.
type Limits struct {
	// PerSecond is how many requests an address may make in the long run, and Burst how many
	// at once. 0: no limit.
	PerSecond float64
	Burst     int
	// AtOnce is how many requests are answered at a time.
	AtOnce int
	// ProxyHeader names the header in which the proxy in front says whose request it is, as the
	// last of a list; empty: the connection's address counts.
	ProxyHeader string
}

// Default suits one machine.
func Default() Limits { return Limits{PerSecond: 20, Burst: 100, AtOnce: 64} }

// Options say what is guarded, and how.
type Options struct {
	Limits Limits
	Log    *slog.Logger
	// Answered is told of each request, by its HTTP status and how long it took; it may be nil.
	Answered func(status int, took time.Duration)
	// Body is the longest body that is read of a request with this path, in bytes; negative: any. nil: none is read.
	Body func(path string) int64
	// Told is a header of answers which says what agent asked, and which the log has too where it is there; empty: none.
	Told string
	// Lasts says whether requests with this path wait for something, and have bounds of their own; nil: none do.
	Lasts func(path string) bool
}

// New bounds requests, and writes the log, which has no addresses of readers.
func New(o Options, next http.Handler) http.Handler {
	slots := NewPlaces(o.Limits, o.Limits.AtOnce)
	visitors := newVisitors(o.Limits)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answered := &answered{ResponseWriter: w, code: http.StatusOK}
		defer func() {
			broken := recover()
			aborted := broken == http.ErrAbortHandler //nolint:errorlint // it is that value
			if broken != nil && !aborted {
				o.Log.Error("panic", "path", r.URL.Path, "panic", broken, "stack", string(debug.Stack()))
				if !answered.begun {
					http.Error(answered, "internal error", http.StatusInternalServerError)
					broken = nil
				}
			}
			took := time.Since(began)
			line := []slog.Attr{
				slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", answered.code), slog.Int("bytes", answered.bytes), slog.Duration("took", took),
			}
			if told := answered.Header().Get(o.Told); told != "" {
				line = append(line, slog.String("agent", told))
			}
			o.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", line...)
			if o.Answered != nil {
				o.Answered(answered.code, took)
			}
			if broken != nil {
				// An answer that broke off must not end as if it were whole: the reader may have paid for the rest.
				panic(http.ErrAbortHandler)
			}
		}()
		most := int64(0)
		if o.Body != nil {
			most = o.Body(r.URL.Path)
		}
		if most >= 0 {
			r.Body = http.MaxBytesReader(answered, r.Body, most)
		}
		if !visitors.admit(o.Limits.caller(r)) {
			tooMany(answered)
			return
		}
		if o.Lasts != nil && o.Lasts(r.URL.Path) {
			next.ServeHTTP(answered, r)
			return
		}
		leave, refused := slots.Enter(r, time.Second)
		switch refused {
		case FullForYou:
			tooMany(answered)
			return
		case FullForAll:
			answered.Header().Set("Retry-After", "2")
			http.Error(answered, "too many readers at once; try again in a moment", http.StatusServiceUnavailable)
			return
		}
		defer leave()
		next.ServeHTTP(answered, r)
	})
}

// answered remembers what was answered.
type answered struct {
	http.ResponseWriter
	code, bytes int
	begun       bool // something of it may be with the reader
}

func (a *answered) WriteHeader(code int) {
	a.code, a.begun = code, a.begun || code >= http.StatusOK
	a.ResponseWriter.WriteHeader(code)
}

func (a *answered) Write(raw []byte) (int, error) {
	a.begun = true
	n, err := a.ResponseWriter.Write(raw)
	a.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, "too many requests; wait a second", http.StatusTooManyRequests)
}

// caller is the address that a request counts for; of IPv6 the network, since one reader has all
// addresses of a /64.
func (l Limits) caller(r *http.Request) string {
	if l.ProxyHeader != "" {
		if said := r.Header.Values(l.ProxyHeader); len(said) > 0 {
			list := strings.Split(said[len(said)-1], ",")
			return network(strings.TrimSpace(list[len(list)-1])) // those before it are as the reader says
		}
	}
	return network(r.RemoteAddr)
}

// readerBits is how much of an IPv6 address tells one reader from another.
const readerBits = 64

// network is an address without its port and without what its reader chooses.
func network(text string) string {
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return text[:min(len(text), 64)]
		}
		address = withPort.Addr()
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	prefix, err := address.Prefix(readerBits)
	if err != nil {
		return address.String()
	}
	return prefix.String()
}

// maxVisitors bounds how many addresses are remembered; the oldest half is forgotten then.
const maxVisitors = 100_000

// visitors counts the requests of each address.
type visitors struct {
	limits Limits
	mu     sync.Mutex
	now    map[string]*rate.Limiter
	before map[string]*rate.Limiter
}

func newVisitors(l Limits) *visitors {
	return &visitors{limits: l, now: map[string]*rate.Limiter{}, before: map[string]*rate.Limiter{}}
}

func (v *visitors) admit(caller string) bool {
	if v.limits.PerSecond <= 0 {
		return true
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	limiter := v.now[caller]
	if limiter == nil {
		if limiter = v.before[caller]; limiter == nil {
			limiter = rate.NewLimiter(rate.Limit(v.limits.PerSecond), v.limits.Burst)
		}
		if len(v.now) >= maxVisitors/2 {
			v.before, v.now = v.now, map[string]*rate.Limiter{}
		}
		v.now[caller] = limiter
	}
	return limiter.Allow()
}
