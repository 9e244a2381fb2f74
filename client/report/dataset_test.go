package report_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/report"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// manifest gives a work a manifest with so many items in a version, by a tenth as many contributors.
func (n *node) manifest(work registrytypes.WorkID, version uint32, items uint64) {
	m := registrytypes.NumberedManifest{Version: version, Sha256: sha256.Sum256(fmt.Append(nil, work, version))}
	m.Roots = registrytypes.Roots{ItemCount: items, ContributorCount: max(1, items/10), Weight: 2 * items}
	n.manifests[work] = append(n.manifests[work], m)
	claim := n.claims[work]
	claim.Version, claim.ManifestVersion = max(claim.Version, version), version
	n.claims[work] = claim
	for len(n.older[work]) < int(claim.Version) {
		n.older[work] = append(n.older[work], claim.Details)
	}
}

// trained is a model of two datasets, one of them in an earlier version and one by way of another model.
func trained(t *testing.T) (n *node, model, photos, texts registrytypes.WorkID) {
	n = newNode()
	model, base := n.work("lens-7b", "lab", registrytypes.KIND_MODEL), n.work("base-7b", "lab", registrytypes.KIND_MODEL)
	photos, texts = n.work("photos", "archive", registrytypes.KIND_DATASET), n.work("texts", "archive", registrytypes.KIND_DATASET)
	n.manifest(photos, 1, 1000)
	n.manifest(photos, 3, 254_130_955)
	n.manifest(photos, 5, 7)
	n.manifest(texts, 1, 1)
	n.pools[photos] = royaltytypes.QueryPoolResponse{Version: 3, Weight: 205_000}
	n.withdrawn[photos] = 42
	offer := terms(t, "ai-training-allowed")
	n.derive(model, lineagetypes.Link{Source: base, Role: lineagetypes.ROLE_COMPONENT_OF})
	n.derive(model, lineagetypes.Link{Source: photos, Role: lineagetypes.ROLE_TRAINED_ON, Terms: offer})
	n.links[model][1].WorkVersion = 4
	n.derive(base, lineagetypes.Link{Source: texts, Role: lineagetypes.ROLE_TRAINED_ON, Terms: offer})
	// What a dataset has is in its items.
	n.derive(photos, lineagetypes.Link{Source: n.work("a photo", "eve", registrytypes.KIND_IMAGE), Role: lineagetypes.ROLE_CONTAINS})
	return n, model, photos, texts
}

func answered(r report.Report, number string) (a report.Answer) {
	for _, a = range r.Answers {
		if a.Number == number {
			return a
		}
	}
	return a
}

// Datasets with manifests count their data points, in the version that was declared; and what their contributors get and took
// back stands there.
func TestAReportOfDatasets(t *testing.T) {
	n, model, _, _ := trained(t)
	r := filled(t, "ca-ab2013", report.Model, n, model, report.Facts{})
	points := answered(r, "3")
	require.False(t, points.Missing, r.Missing)
	require.Equal(t, `"photos" (dataset), version 3: 254130955 items by 25413095 contributors`, points.Lines[0].Text)
	require.Equal(t, `"texts" (dataset), version 1: 1 item by 1 contributor`, points.Lines[1].Text)
	require.Equal(t, "254130956 items in these 2; some may be in several", points.Lines[2].Text)
	require.Contains(t, answered(r, "1").Lines[0].Text, "version 3: 254130955 items")
	licensed := answered(r, "6").Lines
	for i, text := range []string{
		`"photos": contributors to its version 3 share 20.5 % of what it earns`, `"texts": none of what it earns is shared with its contributors`,
		`"photos": 42 withdrawals so far`, `"texts": nothing was withdrawn`,
	} {
		require.Contains(t, licensed[len(licensed)-4+i].Text, text)
	}
	require.True(t, answered(r, "10").Missing, "when items were collected no manifest says on the chain")
	require.Equal(t, uint64(254_130_955), r.Declarations[2].Manifest.Items)
	require.Equal(t, uint32(205_000), r.Declarations[2].Manifest.SharePPM)
	for _, format := range []string{"markdown", "json", "html"} {
		golden(t, "datasets-ca-ab2013."+map[string]string{"markdown": "md", "json": "json", "html": "html"}[format], rendered(t, r, format))
	}
	golden(t, "datasets-eu-gpai.md", rendered(t, filled(t, "eu-gpai", report.Model, n, model, report.Facts{}), "markdown"))
}

// One source without a manifest, one model of which no data is declared, or a list that is cut: the number is missing.
func TestTheNumberOfDataPointsIsMissing(t *testing.T) {
	for name, add := range map[string]func(n *node, model registrytypes.WorkID){
		"the number of data points in 1 source: no manifest says it": func(n *node, model registrytypes.WorkID) {
			n.derive(model, lineagetypes.Link{Source: n.work("songs", "eve", registrytypes.KIND_DATASET), Role: lineagetypes.ROLE_TRAINED_ON})
		},
		"the number of data points in 2 sources: no manifest says it": func(n *node, model registrytypes.WorkID) {
			made := n.work("a collage", "eve", registrytypes.KIND_IMAGE)
			n.derive(model, lineagetypes.Link{Source: made, Role: lineagetypes.ROLE_TRAINED_ON})
			n.derive(made, lineagetypes.Link{External: &lineagetypes.External{Uri: "https://data.example"}, Role: lineagetypes.ROLE_PARENT_OF})
		},
		"the number of data points behind models of which no data is declared: 1": func(n *node, model registrytypes.WorkID) {
			n.derive(model, lineagetypes.Link{Source: n.work("dark-7b", "eve", registrytypes.KIND_MODEL), Role: lineagetypes.ROLE_PARENT_OF})
		},
	} {
		n, model, _, _ := trained(t)
		add(n, model)
		r := filled(t, "ca-ab2013", report.Model, n, model, report.Facts{})
		require.True(t, answered(r, "3").Missing)
		var whats []string
		for _, gap := range r.Missing {
			if gap.Number == "3" {
				whats = append(whats, gap.What)
				require.Equal(t, "data-points", gap.Fact)
			}
		}
		require.Equal(t, []string{name}, whats)
		stated := report.Facts{Provider: "Lab", Stated: map[string]report.Lines{"data-points": {"some"}}}
		require.False(t, answered(filled(t, "ca-ab2013", report.Model, n, model, stated), "3").Missing)
	}
	n, model, _, _ := trained(t)
	n.manifest(n.links[model][0].Source, 1, 12) // the parts of a model
	r := filled(t, "ca-ab2013", report.Model, n, model, report.Facts{})
	require.Contains(t, answered(r, "3").Lines[2].Text, "254130956 items in these 2")
	bare := newNode()
	r = filled(t, "ca-ab2013", report.Model, bare, bare.work("bare-7b", "lab", registrytypes.KIND_MODEL), report.Facts{})
	require.True(t, answered(r, "3").Missing)
}

// A dataset twice, in two versions, is two lines; in one version it is one.
func TestADatasetThatIsDeclaredTwice(t *testing.T) {
	n, model, photos, texts := trained(t)
	base := n.links[model][0].Source
	n.derive(base, lineagetypes.Link{Source: photos, Role: lineagetypes.ROLE_TRAINED_ON})
	n.derive(model, lineagetypes.Link{Source: texts, Role: lineagetypes.ROLE_TRAINED_ON})
	r := filled(t, "ca-ab2013", report.Model, n, model, report.Facts{})
	lines := answered(r, "3").Lines
	require.Equal(t, "254131956 items in these 3; some may be in several", lines[3].Text)
	sizes := map[string]int{}
	for _, line := range lines[:3] {
		sizes[line.Text] = len(line.From)
	}
	require.Equal(t, map[string]int{
		`"photos" (dataset), version 3: 254130955 items by 25413095 contributors`: 1,
		`"photos" (dataset), version 1: 1000 items by 100 contributors`:           1,
		`"texts" (dataset), version 1: 1 item by 1 contributor`:                   2,
	}, sizes)
	licensed := answered(r, "6").Lines
	require.Len(t, licensed, 2+2+2, "what contributors get is of the work, not of a version")
	require.Equal(t, []int{3, 6}, licensed[2].From)
	require.Equal(t, []int{4, 5}, licensed[3].From)
}

// A dataset of one item may be of a dataset of many: what is not counted is told.
func TestADatasetWithinADataset(t *testing.T) {
	n, model, photos, _ := trained(t)
	mix, clips := n.work("mix", "eve", registrytypes.KIND_DATASET), n.work("clips", "eve", registrytypes.KIND_DATASET)
	n.manifest(mix, 1, 1)
	n.manifest(clips, 1, 5_000_000)
	n.derive(model, lineagetypes.Link{Source: mix, Role: lineagetypes.ROLE_TRAINED_ON})
	n.derive(mix, lineagetypes.Link{Source: clips, Role: lineagetypes.ROLE_CONTAINS})
	n.derive(mix, lineagetypes.Link{Source: clips, Role: lineagetypes.ROLE_COMPONENT_OF})
	n.derive(mix, lineagetypes.Link{Source: photos, Role: lineagetypes.ROLE_CONTAINS}) // which is counted by itself too
	n.links[mix][2].WorkVersion = 4
	var within []report.Line
	lines := answered(filled(t, "ca-ab2013", report.Model, n, model, report.Facts{}), "3").Lines
	for _, line := range lines {
		if strings.Contains(line.Text, "not in the number") {
			within = append(within, line)
		}
	}
	require.Contains(t, lines[3].Text, "254130957 items in these 3")
	require.Len(t, within, 1)
	require.Equal(t, `"clips" (dataset), version 1: 5000000 items by 500000 contributors: a dataset above was made from it, `+
		`and its items are not in the number where they are no items of that`, within[0].Text)
	require.Len(t, within[0].From, 2)
}

// A node that names no manifest where there must be one is not believed.
func TestAManifestThatIsNotThere(t *testing.T) {
	n, model, photos, _ := trained(t)
	n.links[model][1].WorkVersion = 2
	n.manifests[photos] = n.manifests[photos][1:]
	_, err := report.Gather(t.Context(), n, moment, model, report.DefaultMaxSources)
	require.ErrorContains(t, err, "none in version 2")
}
