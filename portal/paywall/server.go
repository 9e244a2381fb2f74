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

// indexOf: only the server knows.
func (s server) indexOf(at string) string { return at }

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
		if answer.StatusCode >= http.StatusBadRequest {
			return errNoThing
		}
		for _, shared := range []string{"Cache-Control", "Expires", "Pragma", "Age"} {
			answer.Header.Del(shared)
		}
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

// errNoThing is of an answer that is none: it is handed over as it is, and not paid.
var errNoThing = errors.New("there is nothing to pay for")
