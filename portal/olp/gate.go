package olp

import (
	"errors"
	"net/http"
	"strings"

	"github.com/stemma-chain/stemma/client/olp"
)

// Scheme is the HTTP authentication scheme of licence tokens (RSL 1.0 section 6.2).
const Scheme = "License"

// Token is the licence token of a request; false: it has none.
func Token(h http.Header) (string, bool) {
	for _, value := range h.Values("Authorization") {
		if scheme, token, _ := strings.Cut(value, " "); strings.EqualFold(scheme, Scheme) {
			return strings.TrimSpace(token), true
		}
	}
	return "", false
}

// Admit checks that the licence token of a request lets in to a resource now, and returns whose it is. Of a refusal Refuse makes an answer.
func (s *Server) Admit(r *http.Request, found Found) (account string, err error) {
	values := r.Header.Values("Authorization")
	token, _ := Token(r.Header)
	if len(values) > 1 {
		return "", refuse(http.StatusBadRequest, invalidRequest, "Authorization is there more than once")
	}
	c, err := s.read(token)
	if err != nil {
		return "", err
	}
	if err := c.covers(found); err != nil {
		return "", err
	}
	asked := c.Uses
	if found.Use != nil {
		asked = []Use{useOf(*found.Use)}
	}
	return c.Subject, s.holds(r.Context(), c, asked)
}

// Refuse answers who shows a token that does not let in (RSL 1.0 section 6.3).
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, license string, err error) {
	f := new(fault)
	if !errors.As(err, &f) {
		s.Log.Warn("licence tokens", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "2")
		f = &fault{http.StatusServiceUnavailable, serverError, "the chain can't be asked now; try again in a moment"}
	}
	s.Point(w.Header(), license, f.code, f.detail)
	answer(w, f.status, said{f.code, f.detail})
}

// Point says in an answer how a licence is had: the licence server, and where the RSL document is (sections 6.3.2 and 6.3.3).
func (s *Server) Point(h http.Header, license, code, detail string) {
	h.Set("WWW-Authenticate", Scheme+" error="+quoted(code)+", error_description="+quoted(detail)+", server="+quoted(s.issuer))
	if license != "" {
		h.Set("Link", "<"+license+`>; rel="license"; type="`+olp.MediaType+`"`)
	}
}

// quoted is a text as a header has it.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r > '~':
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Pointing adds to answers 401, 402 and 403 how a licence is had.
func (s *Server) Pointing(w http.ResponseWriter, license string) http.ResponseWriter {
	return &pointing{ResponseWriter: w, s: s, license: license}
}

type pointing struct {
	http.ResponseWriter
	s       *Server
	license string
}

// WriteHeader implements http.ResponseWriter.
func (p *pointing) WriteHeader(code int) {
	h := p.Header()
	switch code {
	case http.StatusPaymentRequired, http.StatusUnauthorized:
		if h.Get("WWW-Authenticate") == "" {
			p.s.Point(h, p.license, invalidRequest, "a licence token is needed, or a payment by x402")
		}
	case http.StatusForbidden:
		if h.Get("WWW-Authenticate") == "" {
			p.s.Point(h, p.license, InsufficientScope, "what is asked for is not to be had, or not by everybody")
		}
	}
	p.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (p *pointing) Unwrap() http.ResponseWriter { return p.ResponseWriter }
