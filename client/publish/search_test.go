package publish_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/publish"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Whoever leaves search unset says nothing about it, whatever else is offered, and
// whatever has become of the work; who says something is heard.
func TestUnsetSearchIsNotMentioned(t *testing.T) {
	s := site(t, "https://example.org")
	rapid.Check(t, func(t *rapid.T) {
		w := anyWork(t, s, false)
		for _, o := range w.Offers {
			if o.Open.Terms.Terms.Search != licensetypes.PERMISSION_UNSET {
				t.Skip("it is said")
			}
		}
		shared := w
		shared.Places = append(shared.Places[:0:0], w.Places...)
		shared.Places[0].Shared = true
		for _, w := range []publish.Work{w, shared} {
			for _, format := range []string{publish.Robots, publish.AIPref, publish.RSL} {
				text := string(render(t, format, s, w))
				require.NotContains(t, text, "search", format)
				require.NotContains(t, text, `usage">all<`, format)
			}
		}
	})
}

func TestSearchThatIsDeniedIsSaid(t *testing.T) {
	s := site(t, "https://example.org")
	denied := licensetypes.Terms{Spdx: "LicenseRef-Hidden", Search: licensetypes.PERMISSION_DENY}
	c := claim("hidden", "url", "https://example.org/hidden")
	w := work(s, c, offered(c.Id, denied, nil))
	open := work(s, c, offered(c.Id, preset(t, "cc0-1.0"), nil))
	require.Contains(t, string(render(t, publish.AIPref, s, w)), "/hidden$ train-ai=n, search=n")
	require.Contains(t, string(render(t, publish.Robots, s, w)), "search=no")
	require.Contains(t, string(render(t, publish.RSL, s, w)), `<prohibits type="usage">all<`)
	// Of several works at one place one is enough.
	for _, shared := range []*publish.Work{&w, &open} {
		shared.Places[0].Shared = true
	}
	for _, works := range [][]publish.Work{{w, open}, {open, w}} {
		text := string(render(t, publish.RSL, s, works...))
		require.Equal(t, 1, strings.Count(text, "<content"))
		require.Contains(t, text, `<prohibits type="usage">all<`)
	}
}
