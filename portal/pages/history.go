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
	Begins  int64
}

// past is what the index has about something, the newest first.
type past struct {
	list []happening
	// before is the address of the rest; empty: there is none.
	before string
	// begins is the block before which something may have happened that the index does not have; 0: it has
	// all, or there is a rest.
	begins int64
}

func (v *visit) historyOf(ctx context.Context, subject string) (p past, err error) {
	of, err := index.ParseSubject(subject)
	if err != nil {
		return p, err
	}
	page, err := v.site.Index.History(ctx, of, v.r.URL.Query().Get("before"), maxShown)
	if err != nil {
		return p, err
	}
	switch rows := page.Rows; {
	case page.Next != "":
		p.before = "?before=" + page.Next
	case len(rows) > 0 && rows[len(rows)-1].Type == registered && rows[len(rows)-1].Value("work") == subject:
	default:
		p.begins = v.site.Status().Begins()
	}
	p.list, err = v.happenings(ctx, page.Rows)
	return p, err
}

// registered is the event with which a work's history begins.
const registered = "stemma.registry.v1.EventWorkRegistered"

func (a *asking) history(ctx context.Context) error {
	p, err := a.historyOf(ctx, a.page.ID)
	if p.before != "" {
		a.page.MoreUntold = "/works/" + a.page.ID + "/history" + p.before
	}
	a.page.History, a.page.Begins = p.list, p.begins
	return err
}

func (s *Site) workHistory(ctx context.Context, v *visit) error {
	id, err := v.workID()
	if err != nil {
		return err
	}
	page := historyPage{Work: v.named(ctx, id)}
	p, err := v.historyOf(ctx, id.String())
	if err != nil {
		return err
	}
	page.History, page.Before, page.Begins = p.list, p.before, p.begins
	return v.show(http.StatusOK, "history.html", v.T("history.title"), page)
}
