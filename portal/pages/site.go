// Package pages makes the portal's pages: HTML made on the server, readable without scripts.
//
// A page shows what the node answers at one height, which it names, and lists what the index
// has. It is never an authority: each fact links to what it comes from, and can be asked for
// as a proof.
package pages

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/portal/bots"
	"github.com/stemma-chain/stemma/portal/catalog"
	"github.com/stemma-chain/stemma/portal/credentials"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/olp"
	"github.com/stemma-chain/stemma/portal/picture"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static/*
var staticFiles embed.FS

// Node is the node that pages ask, over CometBFT's RPC: for blocks and for proofs.
type Node interface {
	blocks.Node
	gather.Node
}

// Config is what a site is made of.
type Config struct {
	Client *client.Client
	Node   Node
	// RPC is the address of the node's RPC over HTTP, for wallets in pages.
	RPC   string
	Index Index
	// Items are those of manifests that were loaded; it may be nil.
	Items Items
	// Status says how the index stands.
	Status func() Status
	Log    *slog.Logger
	// Limits bound what one reader, and all together, may ask for.
	Limits guard.Limits
	// Denied says whether the operator does not show a work, by its id.
	Denied func(work string) bool
	// Answered is told of each request, by its HTTP status and how long it took; it may be nil.
	Answered func(status int, took time.Duration)
	// Doors are for machines that pay, below /x402/, and for those that ask for licence tokens, below /olp/; nil: there are none.
	Doors http.Handler
	// Credentials is C2PA's Soft Binding Resolution API.
	Credentials *credentials.Service
	// Bots tells which agents sign requests; nil: nobody asks.
	Bots *bots.Checker
	// Operator is who runs the portal and how to write to them, for notices.
	Operator string
	// Address is where readers reach the site, as https://portal.example.org; empty: it serves no files that name it.
	Address string
}

// Site serves the pages.
type Site struct {
	Config
	finder    *discover.Finder
	exports   *exports
	languages map[string]*language
	// files are what is served as it is, by name, and addresses where: with a part that
	// changes with what is in them.
	files     map[string][]byte
	packed    map[string][]byte // by gzip, where it was kept so
	addresses map[string]string
	// proving and listening have a place for each proof that is made, and each page that is told of blocks.
	proving, listening *guard.Places
	caller             http.Client
	now                func() time.Time
}

// language is all pages in one language.
type language struct {
	words catalog.Words
	pages map[string]*template.Template
}

// New reads the templates. It fails if one of them is broken.
func New(c Config) (*Site, error) {
	s := &Site{
		Config: c, languages: map[string]*language{}, files: map[string][]byte{}, packed: map[string][]byte{}, addresses: map[string]string{},
		proving: guard.NewPlaces(c.Limits, provers), listening: guard.NewPlaces(c.Limits, listeners),
		now: time.Now, caller: http.Client{Timeout: answerWithin},
	}
	if s.Denied == nil {
		s.Denied = func(string) bool { return false }
	}
	s.exports = newExports()
	s.Address = strings.TrimSuffix(s.Address, "/")
	if _, err := s.publishedAt("/"); err != nil {
		return nil, err
	}
	s.finder = &discover.Finder{Client: s.Client, Index: s.Index, Denied: s.Denied}
	if err := s.readFiles(); err != nil {
		return nil, err
	}
	for _, l := range catalog.Languages() {
		loaded, err := s.load(l.Code)
		if err != nil {
			return nil, err
		}
		s.languages[l.Code] = loaded
	}
	return s, nil
}

func (s *Site) readFiles() error {
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return err
	}
	for _, e := range entries {
		raw, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			return err
		}
		name, packed := strings.CutSuffix(e.Name(), ".gz")
		if packed {
			s.packed[name] = raw
			if raw, err = unpack(raw); err != nil {
				return fmt.Errorf("static/%s: %w", e.Name(), err)
			}
		}
		s.files[name] = raw
	}
	s.files["picture.css"] = []byte(picture.CSS)
	for name, raw := range s.files {
		sum := sha256.Sum256(raw)
		s.addresses[name] = "/static/" + name + "?" + hex.EncodeToString(sum[:6])
	}
	return nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// file serves what is served as it is. Browsers and proxies may keep it where its address has its hash:
// under that of a version to come, what they keep now would be served then.
func (s *Site) file(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	raw, known := s.files[name]
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Path+"?"+r.URL.RawQuery == s.addresses[name] {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if packed := s.packed[name]; packed != nil {
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			raw = packed
		}
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(raw))
}

func (s *Site) load(code string) (*language, error) {
	words, err := catalog.Load(code)
	if err != nil {
		return nil, err
	}
	l := &language{words: words, pages: map[string]*template.Template{}}
	functions := template.FuncMap{
		"t":      words.Say,
		"count":  words.Count,
		"static": func(name string) string { return s.addresses[name] },
		"date":   func(t time.Time) string { return sayTime(words, t) },
		"short":  short,
		"list":   func(list ...any) []any { return list },
	}
	frame, err := template.New("frame.html").Funcs(functions).ParseFS(templateFiles, "templates/frame.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		base := path.Base(name)
		if base == "frame.html" || base == "parts.html" {
			continue
		}
		page, err := frame.Clone()
		if err != nil {
			return nil, err
		}
		if page, err = page.ParseFS(templateFiles, name); err != nil {
			return nil, fmt.Errorf("%s: %w", base, err)
		}
		l.pages[base] = page
	}
	return l, nil
}

// Handler serves the site.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	page := func(pattern string, answer func(context.Context, *visit) error) {
		mux.Handle("GET "+pattern, s.page(answer))
	}
	page("/{$}", s.home)
	page("/search", s.search)
	page("/works/{id}", s.work)
	page("/works/{id}/history", s.workHistory)
	page("/works/{id}/lineage", s.lineage)
	page("/works/{id}/proof", s.proof)
	page("/works/{id}/certificate", s.certificate)
	page("/accounts/{id}", s.account)
	page("/terms/{id}", s.terms)
	page("/disputes/{id}", s.dispute)
	page("/agents/{id}", s.agent)
	page("/tx/{hash}", s.tx)
	page("/offers", s.offers)
	page("/services", s.services)
	page("/similar", s.similar)
	page("/network", s.network)
	page("/check", s.check)
	page("/act/{do}", s.act)
	page("/notice", s.notice)
	page("/", s.nothing)
	mux.Handle("GET /offers.json", s.data(s.offersJSON))
	mux.Handle("GET /services.json", s.data(s.servicesJSON))
	mux.Handle("GET /similar.json", s.data(s.similarJSON))
	s.exported(mux)
	mux.HandleFunc("GET /static/{name}", s.file)
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /header/{height}", s.header)
	mux.HandleFunc("GET "+eventsPath, s.events)
	mux.HandleFunc("POST "+rpcPath, s.call)
	if s.Credentials != nil {
		s.Credentials.Handle(mux)
	}
	if s.Doors != nil {
		mux.Handle("GET "+doorsPath, s.Doors)
		mux.Handle("POST "+doorsPath, s.Doors)
		mux.Handle("GET "+olp.Path, s.Doors)
		mux.Handle("POST "+olp.Path, s.Doors)
		mux.Handle("GET "+olp.MetadataPath, s.Doors)
	}
	var all http.Handler = mux
	if s.Bots != nil {
		all = s.Bots.Handler(mux)
	}
	guarded := guard.New(guard.Options{
		Limits: s.Limits, Log: s.Log, Answered: s.Answered, Body: longestBody, Lasts: lasts, Told: bots.Header,
	}, all)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		guarded.ServeHTTP(w, r)
	})
}

// policy lets a page load what comes from this server and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// doorsPath begins the paths of doors for machines.
const doorsPath = "/x402/"

// maxAsked is the longest body that a door takes, in bytes.
const maxAsked = 64 << 10

// longestBody is 0 for pages: nothing is uploaded.
func longestBody(path string) int64 {
	if most, known := credentials.Longest(path); known {
		return most
	}
	switch {
	case path == rpcPath:
		return maxCall
	case strings.HasPrefix(path, doorsPath) || strings.HasPrefix(path, olp.Path):
		return maxAsked
	}
	return 0
}

// lasts says what waits for blocks, and has bounds of its own.
func lasts(path string) bool { return path == eventsPath || strings.HasPrefix(path, doorsPath) }
