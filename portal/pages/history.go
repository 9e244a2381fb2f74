package pages

import (
	"context"
	"net/http"

	"github.com/stemma-chain/stemma/portal/index"
)

type historyPage struct {
	Work    link
	History []happening
	Before  string
}

// historyOf is what the index has about something, the newest first, and the address of the
// rest.
func (v *visit) historyOf(ctx context.Context, subject string) (list []happening, before string, err error) {
	of, err := index.ParseSubject(subject)
	if err != nil {
		return nil, "", err
	}
	page, err := v.site.Index.History(ctx, of, v.r.URL.Query().Get("before"), maxShown)
	if err != nil {
		return nil, "", err
	}
	if page.Next != "" {
		before = "?before=" + page.Next
	}
	list, err = v.happenings(ctx, page.Rows)
	return list, before, err
}

func (a *asking) history(ctx context.Context) (err error) {
	if a.page.History, a.page.MoreUntold, err = a.historyOf(ctx, a.page.ID); a.page.MoreUntold != "" {
		a.page.MoreUntold = "/works/" + a.page.ID + "/history" + a.page.MoreUntold
	}
	return err
}

func (s *Site) workHistory(ctx context.Context, v *visit) error {
	id, err := v.workID()
	if err != nil {
		return err
	}
	page := historyPage{Work: v.named(ctx, id)}
	if page.History, page.Before, err = v.historyOf(ctx, id.String()); err != nil {
		return err
	}
	return v.show(http.StatusOK, "history.html", v.T("history.title"), page)
}
