package pages

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/stemma-chain/stemma/portal/discover"
)

const (
	// keptExports and keptBytes bound what is kept of exports: so many, and so many bytes together.
	keptExports, keptBytes = 256, 16 << 20
	// furtherAtOnce is how many exports of works beyond the newest are made at a time. The newest have a place of their own: crawlers that
	// get no robots.txt stay away, and addresses of further works are as many as somebody makes up.
	furtherAtOnce = 1
	// exportWithin is how long the node has for one, workWithin for that of one work, on which its page waits.
	exportWithin, workWithin = 30 * time.Second, 5 * time.Second
)

// exported are files that say what works are offered under, as of one height.
type exported struct {
	height int64
	made   time.Time
	files  map[string]exportedFile
	// usage is the header Content-Usage of a work's page.
	usage string
	// next is where the works of the next file begin; empty: there are no more.
	next string
}

// exportedFile is one of them, as it is and, once somebody asked for that, by gzip.
type exportedFile struct {
	text   []byte
	tag    string
	packed func() []byte
}

func (e *exported) add(name string, text []byte) {
	sum := sha256.Sum256(text)
	e.files[name] = exportedFile{text, hex.EncodeToString(sum[:8]), sync.OnceValue(func() []byte { return pack(text) })}
}

func pack(text []byte) []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(text) // a buffer takes all
	_ = z.Close()
	return packed.Bytes()
}

// size is the most bytes that it takes: by gzip none gets larger than it is, but for a few.
func (e *exported) size() (n int) {
	for _, f := range e.files {
		n += 2 * len(f.text)
	}
	return n
}

// exports keeps what was made last, and makes each thing once however many ask for it.
type exports struct {
	flights singleflight.Group
	further chan struct{}
	mu      sync.Mutex
	kept    map[string]*exported
	order   []string // the longest kept first
	bytes   int
}

func newExports() *exports {
	return &exports{further: make(chan struct{}, furtherAtOnce), kept: map[string]*exported{}}
}

// get returns what is kept under a name, if it is of a height, or was made within a time.
func (e *exports) get(name string, height int64, now time.Time, within time.Duration) *exported {
	e.mu.Lock()
	defer e.mu.Unlock()
	if kept := e.kept[name]; kept != nil && (kept.height == height || now.Sub(kept.made) < within) {
		return kept
	}
	return nil
}

func (e *exports) keep(name string, made *exported) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drop(name)
	e.kept[name], e.order, e.bytes = made, append(e.order, name), e.bytes+made.size()
	for len(e.order) > keptExports || e.bytes > keptBytes && len(e.order) > 1 {
		e.drop(e.order[0])
	}
}

func (e *exports) drop(name string) {
	kept := e.kept[name]
	if kept == nil {
		return
	}
	delete(e.kept, name)
	e.bytes -= kept.size()
	for i, have := range e.order {
		if have == name {
			e.order = append(e.order[:i:i], e.order[i+1:]...)
			return
		}
	}
}

// about is what an export is about: one work, the newest works, or further ones.
type about int

const (
	oneWork about = iota
	newestWorks
	furtherWorks
)

// export returns what is kept under a name, or makes it at the node's newest height. Within is how long it may be
// older than that; further works take a place.
func (s *Site) export(
	ctx context.Context, name string, within time.Duration, of about, make func(context.Context, *survey) error,
) (*exported, error) {
	height, _, err := s.Client.Latest(ctx)
	if err != nil {
		return nil, err
	}
	if kept := s.exports.get(name, height, s.now(), within); kept != nil {
		return kept, nil
	}
	made, err, _ := s.exports.flights.Do(name, func() (any, error) {
		limit := workWithin
		if of != oneWork {
			limit = exportWithin
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
		defer cancel()
		if of == furtherWorks {
			select {
			case s.exports.further <- struct{}{}:
				defer func() { <-s.exports.further }()
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		height, at, err := discover.Moment(ctx, s.Client)
		if err != nil {
			return nil, err
		}
		asking, err := s.survey(ctx, height, at)
		if err != nil {
			return nil, err
		}
		if err := make(asking.ctx, asking); err != nil {
			return nil, err
		}
		asking.made.made = s.now()
		s.exports.keep(name, asking.made)
		return asking.made, nil
	})
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", name, err)
	}
	return made.(*exported), nil
}

// serveExport writes a file of an export.
func serveExport(w http.ResponseWriter, r *http.Request, e *exported, name, contentType string) {
	file, there := e.files[name]
	if !there {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Stemma-Height", itoa(e.height))
	text, tag := file.text, file.tag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		text, tag = file.packed(), tag+"-gzip"
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}
