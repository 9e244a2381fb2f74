package paywall

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
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
	// names are all by which it knows what is at a path, the path first: of a folder's page with and without the page's name.
	names(at string) []string
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
		// As it is written in an address, since a file may have a question mark in its name.
		Resource: x402.Resource{URL: c.Doors.Origin + r.URL.EscapedPath(), Description: words.Use(row.Use)},
		Work:     row.Work, Use: row.Use, Behind: true,
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		t.Once = r.Method
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

// find is what is behind a path, by any of its names: the row that names the most of it.
func (c wall) find(at string) (row Row, mapped bool) {
	for _, name := range c.site.names(at) {
		if found, there := c.Map.Find(name); there && (!mapped || found.names() > row.names()) {
			row, mapped = found, true
		}
	}
	return row, mapped
}

// names is how much of a path a row names: all of it is more than its folder.
func (r Row) names() int {
	folder, below := strings.CutSuffix(r.Path, "*")
	if below {
		return 2 * len(folder)
	}
	return 2*len(folder) + 1
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

// elsewhere are headers by which servers and frameworks take another path or method for the one that is asked for.
var elsewhere = []string{
	"X-Original-Url", "X-Original-Uri", "X-Original-Path", "X-Rewrite-Url", "X-Request-Uri", "X-Envoy-Original-Path", "X-Forwarded-Uri",
	"X-Forwarded-Path", "X-Forwarded-Prefix", "X-Forwarded-Method", "X-Original-Method", "X-Http-Method", "X-Http-Method-Override",
	"X-Method-Override", "X-Script-Name", "Script-Name", "Path-Info",
}

// plain is a request without what is the paywall's own, and without what names another thing than its path does. Servers
// of the CGI kind take an underscore in a header for a hyphen.
func plain(r *http.Request) *http.Request {
	copied := r.Clone(r.Context())
	_, ours := olp.Token(copied.Header)
	for name := range copied.Header {
		switch written := http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-")); {
		case written == http.CanonicalHeaderKey(x402.PaymentHeader), written == http.CanonicalHeaderKey(bots.Header),
			written == "Authorization" && ours, slices.Contains(elsewhere, written):
			delete(copied.Header, name)
		}
	}
	if bot := bots.Of(r.Context()); bot.Outcome == bots.Verified {
		copied.Header.Set(bots.Header, bot.String())
	}
	return copied
}
