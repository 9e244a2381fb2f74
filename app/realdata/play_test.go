// Package realdata replays real catalogues on a chain: works, licences and
// sources that nobody made up for a test. The data lies beside the repository;
// without it the tests are skipped.
package realdata

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// play is a chain on which data is replayed.
type play struct {
	*chain.Chain
	t *testing.T
	// names says what ids stand for.
	names map[string]string
}

func newPlay(t *testing.T, accounts map[string]chain.Account) *play {
	p := &play{t: t, names: map[string]string{}}
	for _, preset := range licensetypes.Presets() {
		p.names[preset.ID.String()] = preset.Name
	}
	list := slices.SortedFunc(maps.Values(accounts), func(a, b chain.Account) int { return cmp.Compare(a.Name, b.Name) })
	for _, a := range list {
		p.names[a.String()] = a.Name
	}
	p.Chain = chain.New(t, chain.Accounts(list...))
	return p
}

// readable puts names in the place of ids.
func (p *play) readable(text string) string {
	var pairs []string
	for id, name := range p.names {
		pairs = append(pairs, id, name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// demanded lists what a work's sources demand of it, by kind: the names of the
// sources, sorted.
func (p *play) demanded(work chain.Work) map[licensetypes.ConstraintKind][]string {
	p.t.Helper()
	res, err := licensetypes.NewQueryClient(p.Conn()).Constraints(p.t.Context(), &licensetypes.QueryConstraintsRequest{
		Work: work.ID, Pagination: &query.PageRequest{Limit: 1000},
	})
	require.NoError(p.t, err)
	found := map[licensetypes.ConstraintKind][]string{}
	for _, row := range res.Constraints {
		c := row.Constraint
		found[c.Kind] = append(found[c.Kind], cmp.Or(p.names[c.Source.String()], c.Source.String()))
	}
	for kind, sources := range found {
		slices.Sort(sources)
		found[kind] = slices.Compact(sources)
	}
	return found
}

// refusal is a declaration that the chain did not take.
type refusal struct {
	work, licence string
	err           error
	codes         []rules.Code
}

func (p *play) refused(work, licence string, err error) refusal {
	r := refusal{work: work, licence: licence, err: err, codes: codesIn(err)}
	require.NotEmpty(p.t, r.codes, "%s was refused without a reason: %v", work, err)
	return r
}

// codesIn lists the reasons that an error gives.
func codesIn(err error) []rules.Code {
	var found []rules.Code
	words := strings.FieldsFunc(err.Error(), func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
	for _, code := range rules.Codes() {
		if slices.Contains(words, string(code)) {
			found = append(found, code)
		}
	}
	return found
}

// commercial: the reason is that a source forbids commercial use.
func (r refusal) commercial() bool {
	return slices.Contains(r.codes, rules.NonCommercialSource) || slices.Contains(r.codes, rules.ShareAlikeNonCommercial)
}

// table logs refusals with their reasons in words.
func (p *play) table(title string, refusals []refusal) {
	p.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d refused\n", title, len(refusals))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  work\tlicence\treason")
	for _, r := range refusals {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", r.work, r.licence, p.readable(reason(r.err)))
	}
	require.NoError(p.t, w.Flush())
	p.t.Log(b.String())
}

// reason cuts what the SDK adds before a refusal, and the kind of the error, which
// a Result's error has twice after it.
func reason(err error) string {
	text := strings.TrimPrefix(err.Error(), "failed to execute message; message index: 0: ")
	if at := strings.LastIndex(text, ": "); at > 0 {
		text = strings.TrimSuffix(text[:at], text[at:])
	}
	return text
}

// count counts reasons; a refusal may have several.
func count(refusals []refusal) map[rules.Code]int {
	counts := map[rules.Code]int{}
	for _, r := range refusals {
		for _, code := range r.codes {
			counts[code]++
		}
	}
	return counts
}
