package paywall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/bots"
	doors "github.com/stemma-chain/stemma/portal/x402"
)

const (
	// upstreamWithin is how long the server behind has until it begins to answer.
	upstreamWithin = 60 * time.Second
	// keptOpen is how many connections to it wait for the next request.
	keptOpen = 64
)

// server asks a server behind, by requests that are made anew: nothing that a reader writes stands in one as it came.
type server struct {
	proxy *httputil.ReverseProxy
}

// handing is what a request through the proxy has with it.
type handing struct {
	paid doors.Paid
	err  error
}

type handingKey struct{}

func newServer(upstream *url.URL) server {
	transport := paying{&http.Transport{
		ResponseHeaderTimeout: upstreamWithin, MaxIdleConns: keptOpen, MaxIdleConnsPerHost: keptOpen, IdleConnTimeout: time.Minute,
		DisableCompression: true,
	}}
	return server{&httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(upstream) // and its host, so that nobody asks for another site of that server's
			p.SetXForwarded()
		},
		ErrorHandler: func(_ http.ResponseWriter, r *http.Request, err error) {
			r.Context().Value(handingKey{}).(*handing).err = err
		},
		ErrorLog: log.New(io.Discard, "", 0), // bodies that break off are the reader's or the server's fault
	}}
}

// names: only the server knows others.
func (s server) names(at string) []string { return []string{at} }

func (s server) hand(w http.ResponseWriter, r *http.Request, paid doors.Paid) error {
	h := &handing{paid: paid}
	s.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), handingKey{}, h)))
	return h.err
}

// paying fetches an answer, and hands it over once it is paid. An answer that is none, from 400 on, costs nothing.
type paying struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p paying) RoundTrip(r *http.Request) (*http.Response, error) {
	var answer *http.Response
	fetch := func() (err error) {
		if answer, err = p.RoundTripper.RoundTrip(r); err != nil {
			return &absentError{http.StatusBadGateway, err}
		}
		for _, ours := range []string{x402.RequiredHeader, x402.SettledHeader, bots.Header} {
			answer.Header.Del(ours)
		}
		return nil
	}
	h := r.Context().Value(handingKey{}).(*handing)
	if h.paid == nil {
		err := fetch()
		return answer, err
	}
	_, err := h.paid(func() error {
		if err := fetch(); err != nil {
			return err
		}
		if answer.StatusCode >= http.StatusBadRequest || tidied(r, answer) {
			return errNoThing
		}
		unshare(answer.Header)
		return nil
	})
	switch {
	case errors.Is(err, errNoThing):
		return answer, nil
	case err != nil && answer != nil:
		return nil, errors.Join(err, answer.Body.Close())
	case err != nil:
		return nil, err
	case answer == nil:
		return nil, &absentError{http.StatusBadGateway, fmt.Errorf("nothing was fetched for %s", r.URL.Path)}
	}
	return answer, nil
}

// tidied says whether an answer only sends to the same path with or without its last slash, on the same server: nothing is had by that.
func tidied(r *http.Request, answer *http.Response) bool {
	asked := r.URL
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return false
	}
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || to.Host != "" && to.Host != asked.Host && to.Host != r.Header.Get("X-Forwarded-Host") || to.RawQuery != asked.RawQuery || to.Fragment != "" {
		return false
	}
	to = asked.ResolveReference(to)
	return to.Path != asked.Path && strings.TrimSuffix(to.Path, "/") == strings.TrimSuffix(asked.Path, "/")
}

// unshare takes away what has an answer kept for other readers, by whatever cache: what one has paid is not for the next.
func unshare(h http.Header) {
	for name := range h {
		switch {
		case name == "Expires", name == "Pragma", name == "Age", name == "Edge-Control", name == "X-Accel-Expires",
			// Cache-Control, and those of some caches only: CDN-Cache-Control (RFC 9213), Cloudflare-CDN-Cache-Control,
			// Surrogate-Control, ...
			strings.HasSuffix(name, "Cache-Control"), strings.HasSuffix(name, "Surrogate-Control"):
			delete(h, name)
		}
	}
}

// errNoThing is of an answer that is none: it is handed over as it is, and not paid.
var errNoThing = errors.New("there is nothing to pay for")
