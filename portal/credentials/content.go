package credentials

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
)

// readWithin is how long a reader has to send a file.
const readWithin = time.Minute

// What is decoded for a reader: pictures of at most so many pixels, and of sound so many samples of each channel, 23 minutes at 48,000 a
// second; and no longer than that.
const (
	maxPixels  = 32 << 20
	maxSamples = 1 << 26
	lookWithin = 20 * time.Second
)

// busy says that there is no place.
var busy = refusal{http.StatusTooManyRequests, "busy", "other files are being looked at; try again in a moment"}

// byContent finds manifests by a file: those of works that have just this content first, then those of what it looks like.
func (s *Service) byContent(ctx context.Context, w http.ResponseWriter, r *http.Request) (any, error) {
	if alg := r.URL.Query().Get("alg"); alg != "" && alg != Algorithm {
		return nil, wrong("alg: %.60q is not known here, %s is", alg, Algorithm)
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); strings.HasPrefix(kind, "multipart/") {
		return nil, refusal{http.StatusUnsupportedMediaType, "no_form", "send the file as the body, and not in a form: curl --data-binary @FILE"}
	}
	most, err := results(r)
	if err != nil {
		return nil, err
	}
	f, size, err := s.receive(w, r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = errors.Join(f.Close(), os.Remove(f.Name())) }()
	leave, full := enter(s.Looking, r, lookWithin)
	if full {
		return nil, busy
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	media := r.Header.Get("Content-Type")
	if media == "application/x-www-form-urlencoded" {
		media = "" // what curl says of any file where it isn't told
	}
	made, err := iscc.OfFile(ctx, f, size, iscc.Options{MediaType: media, MaxPixels: maxPixels, MaxSamples: maxSamples})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, refusal{http.StatusUnprocessableEntity, "too_long", "it takes too long to look at the file: look for its ISCC (/matches/byBinding)"}
	}
	if err != nil {
		return nil, err
	}
	found := []Match{}
	if s.Store == nil {
		return matches{found}, nil
	}
	same, err := s.Works.ByDigest(ctx, made.SHA256, "", index.MaxPage)
	if err != nil {
		return nil, err
	}
	for _, work := range same.Rows {
		if s.Denied == nil || !s.Denied(work.ID.String()) {
			for _, m := range s.manifestsOf(credentialsOf(work.Identifiers), 100) {
				found = with(found, m)
			}
		}
	}
	codes, err := index.ReadCodes(made.Code.String())
	if err != nil {
		return nil, err
	}
	alike, err := s.find(ctx, codes, most)
	for _, m := range alike {
		found = with(found, m)
	}
	return matches{found[:min(len(found), most)]}, err
}

// enter takes a place, where their number is bounded.
func enter(places *guard.Places, r *http.Request, wait time.Duration) (leave func(), full bool) {
	if places == nil {
		return func() {}, false
	}
	leave, refused := places.Enter(r, wait)
	return leave, refused != guard.NotFull
}

// receive keeps the file that a request has on disk. Slow readers hold other places than those in which files are looked at.
func (s *Service) receive(w http.ResponseWriter, r *http.Request) (f *os.File, size int64, err error) {
	leave, full := enter(s.Receiving, r, 0)
	if full {
		return nil, 0, busy
	}
	defer leave()
	// A reader has longer for it than for a question; where the server can't say so, as long as that.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readWithin))
	if f, err = os.CreateTemp("", "content"); err != nil {
		return nil, 0, err
	}
	if size, err = io.Copy(f, r.Body); err != nil {
		return nil, 0, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return f, size, nil
}

func credentialsOf(identifiers []index.Identifier) (names []string) {
	for _, i := range identifiers {
		if i.Scheme == scheme {
			names = append(names, i.Value)
		}
	}
	return names
}
