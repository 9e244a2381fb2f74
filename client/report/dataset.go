package report

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Dataset is what the chain knows of a source that has a manifest.
type Dataset struct {
	// Manifest in force in the version that is a source.
	Manifest registrytypes.NumberedManifest
	// Withdrawals by contributors up to the moment of the report, whatever the version.
	Withdrawals registrytypes.WithdrawalList
	// Pool says what share of the earnings contributors have, by which version, at that moment.
	Pool royaltytypes.QueryPoolResponse
}

// datasets asks about the manifests of sources in the versions that were declared, of each once.
func (a *asker) datasets(ctx context.Context, k *Known) error {
	type version struct {
		work   registrytypes.WorkID
		number uint32
	}
	var asked []version
	places := map[version][]int{}
	for i, s := range k.Sources {
		if s.Claim == nil || s.Claim.ManifestVersion == 0 {
			continue
		}
		v := version{s.Link.Source, s.Link.WorkVersion}
		if places[v] == nil {
			asked = append(asked, v)
		}
		places[v] = append(places[v], i)
	}
	return each(ctx, len(asked), func(ctx context.Context, i int) error {
		v := asked[i]
		number, err := a.manifestOf(ctx, *k.Sources[places[v][0]].Claim, v.number)
		if err != nil {
			return err
		}
		found, err := a.registry.Manifest(ctx, &registrytypes.QueryManifestRequest{Work: v.work, Version: number})
		if err != nil {
			return fmt.Errorf("manifest of %s: %w", v.work, err)
		}
		pool, err := a.royalty.Pool(ctx, &royaltytypes.QueryPoolRequest{Work: v.work})
		if err != nil {
			return fmt.Errorf("contributors of %s: %w", v.work, err)
		}
		d := &Dataset{Manifest: found.Manifest, Withdrawals: found.Withdrawals, Pool: *pool}
		for _, place := range places[v] { // nobody else's
			k.Sources[place].Dataset = d
		}
		return nil
	})
}

// maxManifestPages bounds what a node can have said of one work: a million versions.
const maxManifestPages = 1000

// manifestOf is the version that the manifest came with which was in force in a version of a work.
func (a *asker) manifestOf(ctx context.Context, w registrytypes.Claim, version uint32) (number uint32, err error) {
	if version == 0 || w.ManifestVersion <= version {
		return w.ManifestVersion, nil
	}
	request := &query.PageRequest{Limit: page}
	for range maxManifestPages {
		res, err := a.registry.Manifests(ctx, &registrytypes.QueryManifestsRequest{Work: w.Id, Pagination: request})
		if err != nil {
			return 0, fmt.Errorf("manifests of %s: %w", w.Id, err)
		}
		for _, m := range res.Manifests {
			if m.Version > version {
				return orNone(number, w.Id, version)
			}
			number = m.Version
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return orNone(number, w.Id, version)
		}
		request = &query.PageRequest{Limit: page, Key: res.Pagination.NextKey}
	}
	return 0, fmt.Errorf("manifests of %s: %w", w.Id, errEndless)
}

// orNone says that a version has no manifest, which a work that has one cannot be without.
func orNone(number uint32, work registrytypes.WorkID, version uint32) (uint32, error) {
	if number == 0 {
		return 0, fmt.Errorf("%s has a manifest, but none in version %d, which is declared as a source", work, version)
	}
	return number, nil
}

// size is how much a source has, in the version that was declared; empty: it has no manifest.
func (s Source) size() string {
	if s.Dataset == nil {
		return ""
	}
	r := s.Dataset.Manifest.Roots
	return fmt.Sprintf("version %d: %s by %s", s.Dataset.Manifest.Version, counted(r.ItemCount, "item"),
		counted(r.ContributorCount, "contributor"))
}

func counted(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// shared says what share contributors have.
func (d Dataset) shared() string {
	if d.Pool.Weight == 0 {
		return "none of what it earns is shared with its contributors"
	}
	return fmt.Sprintf("contributors to its version %d share %s of what it earns", d.Pool.Version, rates.Percent(d.Pool.Weight))
}

// withdrawn says how many withdrawals there are, and up to where the list of them goes.
func (d Dataset) withdrawn() string {
	switch n := d.Withdrawals.Count; n {
	case 0:
		return "nothing was withdrawn"
	default:
		return fmt.Sprintf("%s so far, each of an item or of all that a contributor gave (list %d, SHA-256 %s)",
			counted(n, "withdrawal"), n, d.Withdrawals.Sha256)
	}
}

// points are the edges whose sources hold the data points, by their places: those that the work was made of directly, or by way of
// works without a manifest. What a dataset was made of is in its items.
func (b *book) points() map[int]bool {
	edges := map[registrytypes.WorkID][]int{}
	for i, s := range b.Sources {
		edges[s.Link.Derivative] = append(edges[s.Link.Derivative], i)
	}
	points, seen := map[int]bool{}, map[registrytypes.WorkID]bool{b.Work.Id: true}
	for next := []registrytypes.WorkID{b.Work.Id}; len(next) > 0; {
		work := next[len(next)-1]
		next = next[:len(next)-1]
		for _, i := range edges[work] {
			points[i] = true
			if s := b.Sources[i]; s.Claim != nil && (s.Dataset == nil || s.isModel()) && !seen[s.Claim.Id] {
				seen[s.Claim.Id] = true
				next = append(next, s.Claim.Id)
			}
		}
	}
	return points
}

// items counts those of datasets. That data has no manifest is a gap, and that nothing is known of what a model was trained on.
func (b *book) items() (lines []Line, gaps []Gap) {
	points, total, sets := b.points(), uint64(0), 0
	at, open := map[string]int{}, []int{}
	var from []int
	line := func(s Source, number int, more string) (first bool) {
		text := fmt.Sprintf("%s (%s), %s%s", quoted(nameOf(*s.Claim)), describe.KindName(s.Claim.Details.Kind), s.size(), more)
		key := s.Claim.Id.String() + s.size()
		place, known := at[key]
		if known {
			lines[place].From = append(lines[place].From, number)
			return false
		}
		at[key] = len(lines)
		lines = append(lines, Line{Text: text, From: []int{number}})
		return true
	}
	for i, s := range b.Sources {
		number := b.number(i)
		switch {
		case !points[i] || s.isModel(): // what a model has is no data
		case s.Dataset == nil:
			open = append(open, number)
		default:
			if from = append(from, number); line(s, number, "") {
				total, sets = total+s.Dataset.Manifest.Roots.ItemCount, sets+1
			}
		}
	}
	if sets > 1 {
		lines = append(lines, Line{Text: fmt.Sprintf("%d items in these %d; some may be in several", total, sets), From: from})
	}
	for i, s := range b.Sources { // a dataset of one item may be of a dataset of many
		if !points[i] && s.Dataset != nil && !s.isModel() {
			line(s, b.number(i), ": a dataset above was made from it, and its items are not in the number where they are no items of that")
		}
	}
	if len(open) > 0 {
		gaps = append(gaps, Gap{What: fmt.Sprintf("the number of data points in %s: no manifest says it", sources(len(open))), Of: open})
	}
	if silent := b.silent(); len(silent) > 0 {
		gaps = append(gaps, Gap{
			What: fmt.Sprintf("the number of data points behind models of which no data is declared: %d", len(silent)), Of: silent,
		})
	}
	return lines, gaps
}

// contributors says of each dataset what its contributors get.
func (b *book) contributors() ([]Line, []Gap) { return b.datasets(Dataset.shared), nil }

// withdrawals says of each dataset what its contributors took back.
func (b *book) withdrawals() ([]Line, []Gap) { return b.datasets(Dataset.withdrawn), nil }

// datasets says something of each once, with all edges that lead to it: it is of the work, whatever the version.
func (b *book) datasets(say func(Dataset) string) (lines []Line) {
	at := map[registrytypes.WorkID]int{}
	b.each(func(s Source) bool { return s.Dataset != nil }, func(s Source, number int) {
		if place, known := at[s.Claim.Id]; known {
			lines[place].From = append(lines[place].From, number)
			return
		}
		at[s.Claim.Id] = len(lines)
		lines = append(lines, Line{Text: quoted(nameOf(*s.Claim)) + ": " + say(*s.Dataset), From: []int{number}})
	})
	return lines
}
