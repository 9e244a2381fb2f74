// Package credentials makes a portal a manifest repository in the sense of C2PA: it keeps Content Credentials that works of the chain
// name by hash, and finds them by what a file looks like (C2PA 2.2, "Soft Binding Resolution API"). So a picture without its credentials
// gets them back.
//
// It keeps what the chain vouches for and nothing else: a manifest store is taken from anybody, and only if a registered work names
// its hash; it goes when no work does any more. What a manifest says is its signer's word, which the reader checks: that a work names it
// says that the work's owner did.
package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Algorithm is what C2PA's list of soft bindings calls ISCC.
const Algorithm = "io.iscc.v0"

const (
	// MaxContent is the size in bytes of the largest file that manifests are looked for by.
	MaxContent = 32 << 20
	// MaxQuestion is the longest question about a soft binding, in bytes.
	MaxQuestion = 64 << 10
	// usualResults and maxResults are how many manifests are named.
	usualResults, maxResults = 10, 100
	// MediaType of manifest stores.
	MediaType = "application/c2pa"
	// scheme of fingerprints that name Content Credentials.
	scheme = "c2pa"
	// Contents is how many files are looked at at a time: each is decoded.
	Contents = 2
	// Senders is how many files may come in at a time: a reader may be slow.
	Senders = 8
	// answerWithin is how long an answer may take.
	answerWithin = 20 * time.Second
)

// Works finds works by what they name.
type Works interface {
	ByIdentifier(ctx context.Context, scheme, value, after string, limit int) (index.Page[index.Work], error)
	ByDigest(ctx context.Context, digest registrytypes.Digest, after string, limit int) (index.Page[index.Work], error)
}

// Similar finds works by what they look like.
type Similar interface {
	Similar(ctx context.Context, q discover.SimilarQuery) (similar.Answer, error)
}

// Service answers the API.
type Service struct {
	Works   Works
	Similar Similar
	// Store keeps manifest stores; nil: none are kept, and so none are found.
	Store *Store
	// Denied says whether the operator does not show a work, by its id.
	Denied func(work string) bool
	Log    *slog.Logger
	// Current says whether Works knows all that the chain has now; nil: it always does. While an index is built anew it does not.
	Current func(ctx context.Context) bool
	// Receiving has a place for each file that comes in, and Looking for each that is looked at; nil: any number may.
	Receiving, Looking *guard.Places
}

// Paths begin the addresses of the API.
var Paths = []string{"/matches/", "/manifests", "/services/supportedAlgorithms"}

// Handle adds the API to a server.
func (s *Service) Handle(mux *http.ServeMux) {
	answer := func(pattern string, do func(context.Context, http.ResponseWriter, *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			if pattern != lookedAt { // which has its own
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, answerWithin)
				defer cancel()
			}
			said, err := do(ctx, w, r)
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			if said != nil {
				writeJSON(w, http.StatusOK, said)
			}
		})
	}
	answer("GET /services/supportedAlgorithms", s.algorithms)
	answer("GET /matches/byBinding", s.byBinding)
	answer("POST /matches/byBinding", s.byLargeBinding)
	answer(lookedAt, s.byContent)
	answer("GET /manifests/{id}", s.manifest)
	answer("POST /manifests", s.keep)
}

// lookedAt is where files are looked at.
const lookedAt = "POST /matches/byContent"

// Longest is the longest body that is read of a request with this path; known says whether it is of this API.
func Longest(path string) (bytes int64, known bool) {
	switch path {
	case "/matches/byContent":
		return MaxContent, true
	case "/matches/byBinding":
		return MaxQuestion, true
	case "/manifests":
		return MaxStore, true
	}
	return 0, strings.HasPrefix(path, "/manifests/")
}

// refusal is what is answered in place of what was asked for.
type refusal struct {
	status  int
	code    string
	message string
}

func (r refusal) Error() string { return r.message }

func wrong(format string, args ...any) error {
	return refusal{http.StatusBadRequest, "wrong_parameter", fmt.Sprintf(format, args...)}
}

func (s *Service) refuse(w http.ResponseWriter, r *http.Request, err error) {
	said := refusal{http.StatusInternalServerError, "internal", "internal error"}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &said):
	case errors.As(err, &large):
		said = refusal{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("at most %d bytes are read", large.Limit)}
	case errors.Is(err, ErrNotKept):
		said = refusal{http.StatusNotFound, "not_found", err.Error()}
	case errors.Is(err, ErrNoStore):
		said = refusal{http.StatusUnsupportedMediaType, "no_manifest_store", err.Error()}
	case errors.Is(err, ErrFull):
		said = refusal{http.StatusInsufficientStorage, "full", ErrFull.Error()}
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		said = refusal{http.StatusServiceUnavailable, "away", "the node does not answer; try again in a moment"}
	default:
		s.Log.Error("credentials", "path", r.URL.Path, "error", err)
	}
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	body.Error.Code, body.Error.Message = said.code, said.message
	writeJSON(w, said.status, body)
}

func writeJSON(w http.ResponseWriter, status int, said any) {
	raw, err := json.Marshal(said)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"internal error"}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n')) // the reader is gone
}

type algorithm struct {
	Alg string `json:"alg"`
}

func (s *Service) algorithms(context.Context, http.ResponseWriter, *http.Request) (any, error) {
	return map[string][]algorithm{"watermarks": {}, "fingerprints": {{Algorithm}}}, nil
}

// Match is a manifest that was found.
type Match struct {
	ManifestID string `json:"manifestId"`
	// SimilarityScore is in hundredths how many bits of the codes agree: 100 is all.
	SimilarityScore int `json:"similarityScore"`
}

// matches is the answer to a question for manifests.
type matches struct {
	Matches []Match `json:"matches"`
}

func (s *Service) byBinding(ctx context.Context, _ http.ResponseWriter, r *http.Request) (any, error) {
	return s.bound(ctx, r, r.URL.Query().Get("alg"), r.URL.Query().Get("value"))
}

func (s *Service) byLargeBinding(ctx context.Context, _ http.ResponseWriter, r *http.Request) (any, error) {
	var asked struct{ Alg, Value string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, errors.Join(wrong(`write {"alg": %q, "value": "..."}`, Algorithm), tooLarge(err))
	}
	return s.bound(ctx, r, asked.Alg, asked.Value)
}

// tooLarge is an error if it says that the body was too long.
func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return large
	}
	return nil
}

func (s *Service) bound(ctx context.Context, r *http.Request, alg, value string) (any, error) {
	if alg != Algorithm {
		return nil, wrong("alg: %.60q is not known here, %s is", alg, Algorithm)
	}
	codes, err := ReadValue(value)
	if err != nil {
		return nil, wrong("value: %v", err)
	}
	most, err := results(r)
	if err != nil {
		return nil, err
	}
	found, err := s.find(ctx, codes, most)
	return matches{found}, err
}

func results(r *http.Request) (int, error) {
	text := r.URL.Query().Get("maxResults")
	if text == "" {
		return usualResults, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, wrong("maxResults: %.20q is no number from 1", text)
	}
	return min(n, maxResults), nil
}

// maxUnits is how many units are looked for at once: an ISCC has five, and each costs a search.
const maxUnits = 8

// manifest serves a manifest store by the label of its active manifest, or by its hash. Of several with one label, the one that was kept
// first.
func (s *Service) manifest(ctx context.Context, w http.ResponseWriter, r *http.Request) (any, error) {
	id := r.PathValue("id")
	if s.Store == nil {
		return nil, fmt.Errorf("%.100q: %w", id, ErrNotKept)
	}
	raw, err := s.byID(ctx, id)
	if err != nil {
		return nil, err
	}
	if alone := r.URL.Query().Get("returnActiveManifest"); alone == "true" {
		active, err := ActiveManifest(raw)
		if err != nil {
			return nil, err
		}
		raw = Alone(active)
	}
	w.Header().Set("Content-Type", MediaType)
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(raw))
	return nil, nil
}

// maxSame is how many stores of one label are looked at.
const maxSame = 16

// byID reads a manifest store that works name by its hash, by that or by the label of its active manifest.
func (s *Service) byID(ctx context.Context, id string) ([]byte, error) {
	digests := s.Store.Labelled(id)
	if len(digests) == 0 {
		_, value, err := fingerprint.Normalize(scheme, id)
		if err != nil {
			return nil, wrong("the manifest %.100q: %v", id, err)
		}
		if digest, is := strings.CutPrefix(value, hashed); is {
			digests = []string{digest}
		}
	}
	denied := false
	for _, digest := range digests[:min(len(digests), maxSame)] {
		if !s.Store.Has(digest) {
			continue
		}
		named, shown, err := s.named(ctx, digest)
		if err != nil {
			return nil, err
		}
		if denied = denied || named && !shown; !shown {
			continue
		}
		if raw, err := s.Store.Get(digest); err == nil {
			return raw, nil
		}
	}
	if denied {
		return nil, errDenied
	}
	return nil, fmt.Errorf("%.100q: %w", id, ErrNotKept)
}

var errDenied = refusal{http.StatusUnavailableForLegalReasons, "denied", "the operator does not show it"}

// keep takes a manifest store that a work names.
func (s *Service) keep(ctx context.Context, w http.ResponseWriter, r *http.Request) (any, error) {
	if s.Store == nil {
		return nil, refusal{http.StatusNotImplemented, "keeps_none", "this portal keeps no manifest stores"}
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if _, err := ActiveManifest(raw); err != nil {
		return nil, err
	}
	digest := Digest(raw)
	named, shown, err := s.named(ctx, digest)
	switch {
	case err != nil:
		return nil, err
	case named && !shown:
		return nil, errDenied
	case !named:
		return nil, refusal{http.StatusForbidden, "not_registered", "no work that this portal has read names these credentials: " +
			"stemmad revise WORK --add-fingerprint c2pa=sha256:" + digest + ", and wait for a block"}
	}
	if err := s.Store.Put(raw); err != nil {
		return nil, err
	}
	w.Header().Set("Location", "/manifests/"+hashed+digest)
	writeJSON(w, http.StatusCreated, struct {
		ManifestID string `json:"manifestId"`
		SHA256     string `json:"sha256"`
	}{s.nameOf(digest), digest})
	return nil, nil
}

// named says whether a work names a manifest store, and shown that one does that the operator shows. Of many works the first are looked at.
func (s *Service) named(ctx context.Context, digest string) (named, shown bool, err error) {
	page, err := s.Works.ByIdentifier(ctx, scheme, hashed+digest, "", index.MaxPage)
	for _, work := range page.Rows {
		named, shown = true, shown || s.Denied == nil || !s.Denied(work.ID.String())
	}
	return named, shown, err
}

// between is how long what no work names any more may stay, and again is the pause until Works is asked anew whether it knows all.
const between, again = 10 * time.Minute, 10 * time.Second

// Run drops manifest stores that no work names any more, until the context ends: people may take back what they wrote. What works name
// is known only where all blocks and texts were read: nothing is dropped while an index is built.
func (s *Service) Run(ctx context.Context) error {
	for {
		wait := again
		if s.current(ctx) {
			wait = between
			for _, digest := range s.Store.Kept() {
				named, _, err := s.named(ctx, digest)
				if err != nil || named || !s.current(ctx) {
					continue
				}
				if err := s.Store.Drop(digest); err != nil {
					s.Log.Error("drop a manifest store", "sha256", digest, "error", err)
				}
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (s *Service) current(ctx context.Context) bool { return s.Current == nil || s.Current(ctx) }
