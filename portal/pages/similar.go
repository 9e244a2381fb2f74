package pages

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/index"
)

// maxSimilarShown is the most works of a page for people that look like something, maxLooksLike of a work's own page.
const maxSimilarShown, maxLooksLike = 50, 5

// similarPage is a search for works that look like something.
type similarPage struct {
	Height int64
	ISCC   string
	// Of is the work that others are compared with, if it is one.
	Of    link
	Asked bool
	Wrong string
	// Incomparable: nothing that was asked with can be compared.
	Incomparable bool
	Found        []similarWork
	More         bool
}

// similarWork is a work that looks like what was asked for.
type similarWork struct {
	Work, Owner link
	Kind, Says  string
	Since       time.Time
	Active      bool
}

// similarJSON answers programs.
func (s *Site) similarJSON(ctx context.Context, r *http.Request) (any, error) {
	q, err := discover.ReadSimilarQuery(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return s.finder.Similar(ctx, q)
}

// similar finds works that look like a file or a work.
func (s *Site) similar(ctx context.Context, v *visit) error {
	values := v.r.URL.Query()
	page := &similarPage{ISCC: cut(values.Get("iscc"))}
	page.Asked = page.ISCC != "" || values.Get("work") != ""
	if !page.Asked {
		return v.show(http.StatusOK, "similar.html", v.T("similar.title"), page)
	}
	q, err := discover.ReadSimilarQuery(values)
	if !q.Work.IsZero() {
		if s.Denied(q.Work.String()) {
			return fault{code: 451, message: "fault.denied", args: []any{s.Operator}}
		}
		page.Of = v.named(ctx, q.Work)
	}
	if q.Limit = min(q.Limit, maxSimilarShown); q.Limit == 0 {
		q.Limit = maxSimilarShown
	}
	var found similar.Answer
	if err == nil {
		found, err = s.finder.Similar(ctx, q)
	}
	if wrong := discover.Wrong(err); wrong != "" {
		page.Wrong = v.meaning("wish.", wrong, "", "fault.unreadable")
		return v.show(http.StatusBadRequest, "similar.html", v.T("similar.title"), page)
	}
	if errors.Is(err, index.ErrNotFound) {
		return absent("fault.unknown")
	}
	if err != nil {
		return err
	}
	page.Height, v.height = found.Height, found.Height
	page.Incomparable, page.More = len(found.Compared) == 0, found.More
	for _, w := range found.Works {
		page.Found = append(page.Found, v.similarWork(w))
	}
	return v.show(http.StatusOK, "similar.html", v.T("similar.title"), page)
}

func (v *visit) similarWork(w similar.Work) similarWork {
	said := similarWork{
		Work: link{clip(w.Title), "/works/" + w.Work}, Owner: accountLink(w.Owner), Kind: v.T("kind." + w.Kind), Since: w.Since, Active: w.Active,
		Says: v.T("similar."+w.Unit, w.Distance),
	}
	if strings.TrimSpace(w.Title) == "" {
		said.Work.Text = v.T("work.untitled", said.Kind)
	}
	return said
}

// looksLike finds what the work looks like; without an answer the page says nothing of it.
func (a *asking) looksLike(ctx context.Context) error {
	found, err := a.site.finder.Similar(ctx, discover.SimilarQuery{
		Work: a.Work.Id, Distance: similar.Distance, Limit: 2 * maxLooksLike,
	})
	if errors.Is(err, index.ErrNotFound) {
		return nil // the index has not read it yet
	}
	for _, w := range found.Works {
		// Those of the same content are listed apart.
		if w.SHA256 != a.Work.Sha256.String() && len(a.page.Similar) < maxLooksLike {
			a.page.Similar = append(a.page.Similar, a.similarWork(w))
		}
	}
	return err
}
