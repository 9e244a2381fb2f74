// Package olp is a licence server by RSL 1.0: the Open License Protocol (section 5), and what resource servers need of
// the Crawler Authorization Protocol (section 6). A licence token says that an account may use a work so, by the chain,
// at the time it was asked; whoever relies on one has it asked again. ADR 0083 says why it is built so.
package olp

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/jose"
	doors "github.com/stemma-chain/stemma/portal/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const (
	// Path begins the paths of the licence server.
	Path = "/olp/"
	// MetadataPath is where its metadata are (RFC 8414 section 3.1).
	MetadataPath = "/.well-known/oauth-authorization-server/olp"
	// Life is how long a token holds.
	Life = 5 * time.Minute
	// MaxBody is the longest form that is read, in bytes: a license may be three times as long as form.
	MaxBody = 64 << 10
	// maxResource is the longest address of a resource, in bytes.
	maxResource = 2 << 10
)

// Address is the base address of the licence server of a site, as RSL's <content server="..."> has it.
func Address(origin string) string { return origin + strings.TrimSuffix(Path, "/") }

// Found is what a resource is.
type Found struct {
	// Resource is its one name, which tokens have.
	Resource string
	// Under is the name of everything that it is a part of, such as https://example.org/photos/*; empty: of nothing.
	Under string
	// Many: it is such a name itself.
	Many bool
	// Work is its id, or the SHA-256 of its content.
	Work string
	// Use that fetching it is; nil: what the license says.
	Use *licensetypes.Use
}

// ErrResource is matched by the error of a resource that is none of this server's.
var ErrResource = errors.New("the resource is none of this server's")

// Resources finds what an address is. It fails with ErrResource.
type Resources func(ctx context.Context, address string) (Found, error)

// Config is what a licence server is made of.
type Config struct {
	Doors *doors.Doors
	// Key signs tokens.
	Key       jose.TokenKey
	Resources Resources
	Log       *slog.Logger
}

// Server writes licence tokens, and says whether they hold.
type Server struct {
	Config
	issuer  string
	started time.Time
	once    once
}

// New makes a licence server for the origin of the doors.
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{Config: c, issuer: Address(c.Doors.Origin), started: c.Doors.Now()}
	s.once.used, s.once.most = map[[32]byte]int64{}, maxOnce
	return s
}

// Handler serves the endpoints of RSL 1.0 section 5.2, the key by which tokens are checked, and the server's metadata.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path+"token", s.token)
	mux.HandleFunc("POST "+Path+"introspect", s.introspect)
	mux.HandleFunc("POST "+Path+"key", s.noKey)
	mux.HandleFunc("GET "+Path+"jwks.json", s.jwks)
	mux.HandleFunc("GET "+MetadataPath, s.metadata)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		mux.ServeHTTP(w, r)
	})
}

// jwks is the public key of tokens.
func (s *Server) jwks(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	answer(w, http.StatusOK, jose.Set{Keys: []jose.JWK{s.Key.Public()}})
}

// metadata are those of RFC 8414.
func (s *Server) metadata(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	answer(w, http.StatusOK, map[string]any{
		"issuer": s.issuer, "token_endpoint": s.endpoint(), "introspection_endpoint": s.issuer + "/introspect", "jwks_uri": s.issuer + "/jwks.json",
		"grant_types_supported": []string{grantType}, "response_types_supported": []string{},
		"token_endpoint_auth_methods_supported":            []string{"client_secret_basic", "private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []string{jose.ES256K},
		"introspection_endpoint_auth_methods_supported":    []string{"none"},
	})
}

// endpoint is the address of the token endpoint.
func (s *Server) endpoint() string { return s.issuer + "/token" }

// thing is a use of a resource, as doors know it. It is named by a question to the token endpoint: what is paid for a
// token opens nothing else.
func (s *Server) thing(found Found, use licensetypes.Use) doors.Thing {
	return thingOf(s.endpoint(), found, use)
}

// fault is an answer that says no (RFC 6749 section 5.2, RSL 1.0 section 5.4.4).
type fault struct {
	status int
	code   string
	detail string
}

func (f *fault) Error() string { return f.code + ": " + f.detail }

// The errors of RSL 1.0 section 5.4.4.
const (
	invalidRequest  = "invalid_request"
	invalidClient   = "invalid_client"
	invalidLicense  = "invalid_license"
	invalidResource = "invalid_resource"
	wrongGrantType  = "unsupported_grant_type"
	serverError     = "server_error"
	unavailable     = "temporarily_unavailable"
	// Those of a token (section 6.3.4).
	InvalidToken      = "invalid_token"
	InsufficientScope = "insufficient_scope"
)

func refuse(status int, code, detail string) error { return &fault{status, code, detail} }

// said is the body of a fault.
type said struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// fail answers a fault, or that the node does not answer.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var f *fault
	if !errors.As(err, &f) {
		s.Log.Warn("licence server", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "2")
		f = &fault{http.StatusServiceUnavailable, serverError, "the chain can't be asked now; try again in a moment"}
	}
	if f.status == http.StatusUnauthorized && f.code == invalidClient {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+s.issuer+`", charset="UTF-8"`)
	}
	answer(w, f.status, said{f.code, f.detail})
}

func answer(w http.ResponseWriter, code int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(append(raw, '\n')) // who hangs up misses it
}

// described is what of an error a client is told.
func described(err error) string {
	text := err.Error()
	const most = 500
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
