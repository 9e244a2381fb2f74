package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal/catalog"
	"github.com/stemma-chain/stemma/portal/index"
)

const (
	// MaxPage is the most bytes of a page's HTML.
	MaxPage = 100_000
	// answerWithin is how long the node and the index have for one page.
	answerWithin = 10 * time.Second
)

// visit is one request for a page, and what is answered.
type visit struct {
	r    *http.Request
	w    http.ResponseWriter
	site *Site
	lang *language
	// height is that of the state that the page is made of; 0: of none.
	height int64
	// wide: pictures are for a wide screen.
	wide bool
	// titles are links to works that were named already, by id.
	titles sync.Map
}

// frame is what every page has.
type frame struct {
	// Title of the page, as text.
	Title string
	Query string
	// Status is how the index stands, and Now when the page was made.
	Status Status
	Now    time.Time
	// Old is the height that the page was asked at, where that is well behind the index; 0: it is not.
	Old int64
	// Language of the page, Languages those that there are, and Here its address without
	// the choice of one.
	Language  catalog.Language
	Languages []catalog.Language
	Here      string
	// Page is what the page itself shows.
	Page any
}

// T says a text of the catalogue in the reader's language.
func (v *visit) T(key string, args ...any) string { return v.lang.words.Say(key, args...) }

// show writes a page; one that is above MaxPage and can be smaller is made so. Nothing is written of a page that can't be made.
func (v *visit) show(code int, template, title string, page any) error {
	var out bytes.Buffer
	made := v.lang.pages[template]
	if made == nil {
		return fmt.Errorf("there is no template %s", template)
	}
	status := v.site.Status()
	status.Lying, status.Other = cut(status.Lying), cut(status.Other) // the node has a say in it
	framed := frame{
		Title: title, Query: cut(v.r.URL.Query().Get("q")), Status: status, Now: v.site.now(),
		Language: v.lang.words.Language, Languages: catalog.Languages(), Here: here(v.r.URL), Page: page,
	}
	if v.height > 0 && v.height < status.Height-lagging {
		framed.Old = v.height
	}
	err := made.Execute(&out, framed)
	for smaller, ok := page.(shrinking); err == nil && ok && out.Len() > MaxPage && smaller.shrink(); {
		out.Reset()
		err = made.Execute(&out, framed)
	}
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", v.lang.words.Code)
	v.w.Header().Set("Vary", "Accept-Language, Cookie")
	v.w.Header().Set("Cache-Control", "no-cache")
	v.w.WriteHeader(code)
	_, err = v.w.Write(out.Bytes())
	return err
}

// maxHere is the most bytes of a query that links to the other languages repeat.
const maxHere = 4 * maxQuery

// here is an address on this site without its choice of a language. A path that decodes to //HOST stays
// as it was written, or it would lead there.
func here(u *url.URL) string {
	path, q := "/"+strings.TrimLeft(u.EscapedPath(), "/"), u.Query()
	q.Del("lang")
	if text := q.Encode(); text != "" && len(text) <= maxHere {
		return path + "?" + text + "&"
	}
	return path + "?"
}

// cut is the beginning of what a reader wrote, for a page that says it.
func cut(text string) string {
	if len(text) <= maxQuery {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuery], "") + "…"
}

func (v *visit) redirect(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// fault is what is shown in place of a page.
type fault struct {
	code    int
	message string
	args    []any
}

func (f fault) Error() string { return fmt.Sprintf("%s %v", f.message, f.args) }

// absent says that there is no such thing.
func absent(message string, args ...any) error { return fault{http.StatusNotFound, message, args} }

// wrong says that what was asked for can't be read.
func wrong(message string, args ...any) error {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = cut(text)
		}
	}
	return fault{http.StatusBadRequest, message, args}
}

// at notes the height of the state that a page is made of, and asks at it.
func (v *visit) at(ctx context.Context, height int64) context.Context {
	v.height = height
	return client.At(ctx, height)
}

const languageCookie = "lang"

func (s *Site) page(answer func(context.Context, *visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		v := &visit{r: r, w: w, site: s, lang: s.languages[chosen(w, r)]}
		err := answer(ctx, v)
		if err == nil {
			return
		}
		var f fault
		if !errors.As(err, &f) {
			f = s.explain(r, err)
		}
		if err := v.show(f.code, "fault.html", v.T("fault.title"), v.T(f.message, f.args...)); err != nil {
			s.Log.Error("page of a fault", "path", r.URL.Path, "error", err)
		}
	})
}

// explain finds what to tell a reader of an error that no page foresaw.
func (s *Site) explain(r *http.Request, err error) fault {
	if errors.Is(err, index.ErrPage) {
		return fault{code: http.StatusBadRequest, message: "fault.page"}
	}
	switch status.Code(err) {
	case codes.NotFound:
		return fault{code: http.StatusNotFound, message: "fault.unknown"}
	case codes.InvalidArgument:
		return fault{code: http.StatusBadRequest, message: "fault.unreadable"}
	}
	s.Log.Error("page", "path", r.URL.Path, "error", err)
	if errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.Unavailable ||
		status.Code(err) == codes.DeadlineExceeded {
		return fault{code: http.StatusServiceUnavailable, message: "fault.away"}
	}
	return fault{code: http.StatusInternalServerError, message: "fault.internal"}
}

// chosen is the language of a reader: the one named in the address, which is kept in a
// cookie, else the one kept, else what the browser prefers.
func chosen(w http.ResponseWriter, r *http.Request) string {
	known := func(code string) bool {
		for _, l := range catalog.Languages() {
			if l.Code == code {
				return true
			}
		}
		return false
	}
	if named := r.URL.Query().Get("lang"); known(named) {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: named, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 3600,
		})
		return named
	}
	if kept, err := r.Cookie(languageCookie); err == nil && known(kept.Value) {
		return kept.Value
	}
	return catalog.Choose(r.Header.Get("Accept-Language"))
}
