package pages

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

// A work's page names disputes that are over, the newest first with what came out, and not as if they were open.
func TestAWorksPageNamesPastDisputes(t *testing.T) {
	at := func(day int) *time.Time {
		at := time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC)
		return &at
	}
	dispute := func(n byte, day int, outcome disputetypes.Outcome) disputetypes.Dispute {
		return disputetypes.Dispute{
			Id: disputetypes.DisputeID{n}, Kind: disputetypes.KIND_PRIOR_CLAIM, Phase: disputetypes.PHASE_CLOSED, ClosedAt: at(day), Outcome: outcome,
		}
	}
	list := []disputetypes.Dispute{dispute(1, 3, disputetypes.OUTCOME_DROPPED), dispute(2, 9, disputetypes.OUTCOME_DISMISSED)}
	s, n := siteOf(t, emptyIndex(t), map[string]func(any) error{
		"Disputes": func(reply any) error {
			reply.(*disputetypes.QueryDisputesResponse).Disputes = list
			return nil
		},
	})
	page := func() string {
		w := record(s.page(func(ctx context.Context, v *visit) error {
			a := &asking{visit: v, page: &workPage{ID: workOf(1).String()}}
			if err := a.disputes(v.at(ctx, 7)); err != nil {
				return err
			}
			return v.show(http.StatusOK, "work.html", "A title", a.page)
		}), "/")
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		return w.Body.String()
	}
	body := page()
	require.Equal(t, "7", n.asked["Disputes"], "at the height of the page")
	require.Contains(t, body, `<a href="#disputes">2 past disputes</a>`)
	dismissed := strings.Index(body, "A ruling gave no redress <a href=\"/disputes/"+list[1].Id.String())
	dropped := strings.Index(body, "The challenger dropped it <a href=\"/disputes/"+list[0].Id.String())
	require.Positive(t, dismissed)
	require.Greater(t, dropped, dismissed, "the newest first")
	require.Contains(t, body, "9 Nov 2026")
	require.NotContains(t, body, "There are others")

	open := disputetypes.Dispute{Id: disputetypes.DisputeID{3}, Kind: disputetypes.KIND_PRIOR_CLAIM, Phase: disputetypes.PHASE_ANSWER}
	list = append(list, open)
	for i := range maxShown {
		list = append(list, dispute(byte(10+i), 1, disputetypes.OUTCOME_LAPSED))
	}
	body = page()
	require.Contains(t, body, `<a href="#disputes" class="bad">1 dispute</a>`)
	require.NotContains(t, body, "past disputes</a>")
	require.Contains(t, body, "There are others; the history names them.")
	require.Equal(t, maxShown+1, strings.Count(body, `<a href="/disputes/`))
	n.answers["Disputes"] = func(reply any) error {
		res := reply.(*disputetypes.QueryDisputesResponse)
		res.Disputes, res.Pagination = list[:1], &query.PageResponse{NextKey: []byte("more")}
		return nil
	}
	require.Contains(t, page(), "1 past dispute+</a>")

	// Whoever has many accounts can't hide an open dispute behind others.
	list = nil
	for i := range maxShown + 1 {
		list = append(list, disputetypes.Dispute{Id: disputetypes.DisputeID{byte(i)}, Phase: disputetypes.PHASE_ANSWER})
	}
	for _, all := range []int{maxShown, maxShown + 1} {
		n.answers["Disputes"] = func(reply any) error {
			res := reply.(*disputetypes.QueryDisputesResponse)
			if res.Disputes = list[:all]; all == maxShown {
				res.Pagination = &query.PageResponse{NextKey: []byte("more")}
			}
			return nil
		}
		body = page()
		require.Contains(t, body, `<a href="#disputes" class="bad">20 disputes+</a>`)
		require.Contains(t, body, "There are others; the history names them.")
	}
}
