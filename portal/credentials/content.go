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

// maxPixels is the size of the largest picture that is decoded for a reader.
const maxPixels = 32 << 20

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
	leave, full := s.Looking.Enter(r, 0)
	if full != guard.NotFull {
		return nil, refusal{http.StatusTooManyRequests, "busy", "other files are being looked at; try again in a moment"}
	}
	defer leave()
	// A reader has longer for it than for a question; where the server can't say so, as long as that.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readWithin))
	made, err := codesOf(ctx, r)
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

// codesOf reads the file that a request has, which is kept on disk meanwhile.
func codesOf(ctx context.Context, r *http.Request) (made iscc.Result, err error) {
	f, err := os.CreateTemp("", "content")
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	size, err := io.Copy(f, r.Body)
	if err != nil {
		return made, err
	}
	media := r.Header.Get("Content-Type")
	if media == "application/x-www-form-urlencoded" {
		media = "" // what curl says of any file where it isn't told
	}
	return iscc.OfFile(ctx, f, size, iscc.Options{MediaType: media, MaxPixels: maxPixels})
}

func credentialsOf(identifiers []index.Identifier) (names []string) {
	for _, i := range identifiers {
		if i.Scheme == scheme {
			names = append(names, i.Value)
		}
	}
	return names
}
