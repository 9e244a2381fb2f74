package paywall

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/stemma-chain/stemma/client/jose"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/bots"
	"github.com/stemma-chain/stemma/portal/olp"
	doors "github.com/stemma-chain/stemma/portal/x402"
)

// Config is what a paywall is made of.
type Config struct {
	Doors *doors.Doors
	Map   *Map
	// Site is a folder that is served; else Upstream is a server that is asked.
	Site     string
	Upstream *url.URL
	// TokenKey signs licence tokens, by which the site is a licence server too (RSL); nil: it is none, and takes none.
	TokenKey *jose.TokenKey
	// License is where the site's RSL document is.
	License string
	Log     *slog.Logger
}

// behind is what the things are fetched from.
type behind interface {
	// indexOf is what a path that ends in a slash is another name of; the path itself where that is not known.
	indexOf(at string) string
	// hand fetches what a request is for and hands it over once paid has taken the payment; nil: nothing is to be paid.
	hand(w http.ResponseWriter, r *http.Request, paid doors.Paid) error
}

// New makes the handler of a site behind a paywall.
func New(c Config) (http.Handler, error) {
	s := wall{Config: c}
	if c.Upstream != nil {
		s.site = newServer(c.Upstream)
	} else {
		root, err := os.OpenRoot(c.Site)
		if err != nil {
			return nil, err
		}
		s.site = folder{root.FS()}
	}
	s.machines = c.Doors.Handler()
	if c.TokenKey != nil {
		s.olp = olp.New(olp.Config{Doors: c.Doors, Key: *c.TokenKey, Resources: s.resource, Log: c.Log})
		s.licences = s.olp.Handler()
	}
	return http.HandlerFunc(s.serve), nil
}

// wall is a site behind a paywall.
type wall struct {
	Config
	site               behind
	machines, licences http.Handler
	// olp writes licence tokens; nil: none are taken.
	olp *olp.Server
}

func (c wall) serve(w http.ResponseWriter, r *http.Request) {
	at, err := address(r)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	case strings.HasPrefix(at, doors.Path):
		c.machines.ServeHTTP(w, r)
		return
	case c.olp != nil && (strings.HasPrefix(at, olp.Path) || at == olp.MetadataPath):
		c.licences.ServeHTTP(w, r)
		return
	}
	row, mapped := c.find(at)
	if !mapped {
		if err := c.site.hand(w, plain(r), nil); err != nil {
			c.missing(w, r, err)
		}
		return
	}
	t := doors.Thing{
		Resource: x402.Resource{URL: c.Doors.Origin + at, Description: words.Use(row.Use)}, Work: row.Work, Use: row.Use, Behind: true,
	}
	if r.URL.RawQuery != "" {
		t.URL += "?" + r.URL.RawQuery
	}
	hand := func(paid doors.Paid) error {
		err := c.site.hand(w, plain(r), paid)
		if absent := new(absentError); errors.As(err, &absent) {
			c.missing(w, r, err)
			return nil
		}
		return err
	}
	if c.olp == nil {
		c.Doors.Serve(w, r, t, hand)
		return
	}
	w.Header().Add("Vary", "Authorization")
	if _, shown := olp.Token(r.Header); shown && len(r.Header.Values(x402.PaymentHeader)) == 0 {
		c.byToken(w, r, t, c.found(row, t.URL), hand)
		return
	}
	w = c.olp.Pointing(w, c.License)
	c.Doors.Serve(w, r, t, hand)
}

// find is what is behind a path.
func (c wall) find(at string) (row Row, mapped bool) {
	row, mapped = c.Map.Find(at)
	if named := c.site.indexOf(at); !mapped || named != at {
		if found, there := c.Map.Find(named); there {
			row, mapped = found, true
		}
	}
	return row, mapped
}

// absentError is of a thing that is not there, or not so. Nothing is paid for it.
type absentError struct {
	code int
	err  error
}

func (e *absentError) Error() string { return e.err.Error() }
func (e *absentError) Unwrap() error { return e.err }

// missing says that a thing is not there.
func (c Config) missing(w http.ResponseWriter, r *http.Request, err error) {
	code := http.StatusInternalServerError
	if absent := new(absentError); errors.As(err, &absent) {
		code = absent.code
	}
	if code >= http.StatusInternalServerError {
		c.Log.Warn("what is behind the paywall", "path", r.URL.Path, "error", err)
	}
	http.Error(w, http.StatusText(code), code)
}

// address is the path that is asked for, if it is written in the one way that the map has.
func address(r *http.Request) (string, error) {
	at := r.URL.Path
	if r.URL.Opaque != "" || !strings.HasPrefix(at, "/") || (&url.URL{Path: at}).EscapedPath() != r.URL.EscapedPath() {
		return "", errUnclean
	}
	if err := clean(at); err != nil {
		return "", err
	}
	if r.Header.Get("Upgrade") != "" || r.Method == http.MethodConnect || r.Method == http.MethodTrace {
		return "", errors.New("nothing but plain requests is answered here")
	}
	return at, nil
}

// plain is a request without what is the paywall's own.
func plain(r *http.Request) *http.Request {
	copied := r.Clone(r.Context())
	copied.Header.Del(x402.PaymentHeader)
	copied.Header.Del(bots.Header)
	if bot := bots.Of(r.Context()); bot.Outcome == bots.Verified {
		copied.Header.Set(bots.Header, bot.String())
	}
	if _, ours := olp.Token(copied.Header); ours {
		copied.Header.Del("Authorization")
	}
	return copied
}
