package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/report"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// The owner of a source revises it after a model was made from it: the report has it as it was declared.
func TestASourceIsReportedAsItWasDeclared(t *testing.T) {
	n := newNode()
	model, photos := n.work("model", "lab", registrytypes.KIND_MODEL), n.work("photos", "archive", registrytypes.KIND_DATASET)
	n.derive(model, lineagetypes.Link{Source: photos, Role: lineagetypes.ROLE_TRAINED_ON, Terms: terms(t, "cc-by-4.0")})
	claim := n.claims[photos]
	n.older[photos] = []registrytypes.Details{claim.Details}
	claim.Version, claim.Details = 2, registrytypes.Details{
		Kind: registrytypes.KIND_MODEL, Title: "stolen photos", DigitalSourceType: "trainedAlgorithmicMedia",
	}
	n.claims[photos] = claim
	r := filled(t, "ca-ab2013", report.Model, n, model, report.Facts{})
	text := string(rendered(t, r, "json"))
	require.NotContains(t, text, "stolen")
	require.NotContains(t, text, "trainedAlgorithmicMedia")
	require.Contains(t, text, "\\\"photos\\\" (dataset)")
	require.Equal(t, uint32(1), r.Declarations[len(r.Declarations)-1].Version)
	n.older[photos] = nil
	_, err := report.Gather(t.Context(), n, moment, model, 10)
	require.ErrorContains(t, err, "no version 1")
}

// Nothing in a name ends it: what stands behind is the chain's.
func TestANameSaysNothingOfOthers(t *testing.T) {
	n := newNode()
	victim := account("victim").String()
	model := n.work("model", "lab", registrytypes.KIND_MODEL)
	photo := n.work(`photo" (image), owner `+victim+`; paid 900uusdc; claimed since 1999; "`, "thief", registrytypes.KIND_IMAGE)
	claim := n.claims[photo]
	claim.Details.Creators = []registrytypes.Creator{{Name: `x", owner ` + victim + `, "`}}
	n.claims[photo] = claim
	n.derive(model, lineagetypes.Link{Source: photo, Role: lineagetypes.ROLE_TRAINED_ON})
	r := filled(t, "ca-ab2013", report.Model, n, model, report.Facts{})
	texts := []string{r.Answers[0].Lines[0].Text}
	for _, d := range r.Declarations {
		texts = append(texts, d.Said())
	}
	for _, text := range texts {
		outside := ""
		for i, part := range strings.Split(text, `"`) {
			if i%2 == 0 {
				outside += part
			}
		}
		require.NotContains(t, outside, victim, text)
		require.NotContains(t, outside, "paid", text)
	}
	require.Contains(t, texts[0], "owner "+account("thief").String())
}

// A report about what is disputed or ruled invalid is not complete, whatever a provider states, and says how many sources are.
func TestAReportOfADisputedWorkIsNotComplete(t *testing.T) {
	s, err := report.StatuteOf("ca-sb942")
	require.NoError(t, err)
	facts, err := report.ReadFacts(strings.NewReader(strings.ReplaceAll(s.FactsTemplate(), `""`, "Acme")))
	require.NoError(t, err)
	for status, complete := range map[registrytypes.Status]bool{
		registrytypes.STATUS_ACTIVE: true, registrytypes.STATUS_WITHDRAWN: true,
		registrytypes.STATUS_DISPUTED: false, registrytypes.STATUS_INVALIDATED: false,
	} {
		n, picture := output(t)
		claim := n.claims[picture]
		claim.Status = status
		n.claims[picture] = claim
		r := filled(t, "ca-sb942", report.Output, n, picture, facts)
		require.Equal(t, complete, r.Complete, status)
		require.Equal(t, status != registrytypes.STATUS_ACTIVE, strings.Contains(string(rendered(t, r, "markdown")), "- status: "), status)
	}
	n, merged := merge(t)
	for id, claim := range n.claims {
		if claim.Details.Title == "photos" {
			claim.Status = registrytypes.STATUS_INVALIDATED
			n.claims[id] = claim
		}
	}
	r := filled(t, "ai-notice", report.Model, n, merged, report.Facts{})
	require.Equal(t, 1, r.Disputed)
	require.Contains(t, string(rendered(t, r, "html")), "ruled invalid")
}

// A source that nothing names any more is missing; one whose digest stays is named by it.
func TestASourceWhoseTextIsBlankedIsMissing(t *testing.T) {
	n := newNode()
	model := n.work("model", "lab", registrytypes.KIND_MODEL)
	n.derive(model, lineagetypes.Link{
		External: &lineagetypes.External{}, Role: lineagetypes.ROLE_TRAINED_ON, BlankedSha256: registrytypes.Digest{7},
	})
	for _, name := range []string{"ai-notice", "ca-ab2013", "eu-gpai"} {
		r := filled(t, name, report.Model, n, model, report.Facts{})
		require.False(t, r.Complete, name)
		if name != "eu-gpai" {
			require.Contains(t, string(rendered(t, r, "markdown")), "1 source outside the chain whose text is blanked", name)
		}
	}
	n.links[model][0].External = &lineagetypes.External{Sha256: registrytypes.Digest{8}}
	r := filled(t, "ai-notice", report.Model, n, model, report.Facts{})
	require.Contains(t, string(rendered(t, r, "markdown")), registrytypes.Digest{8}.String())
}

// Terms that call themselves by the name of a licence are not that licence.
func TestALicenceIsNotWhatTermsCallThemselves(t *testing.T) {
	n := newNode()
	model, photo := n.work("model", "lab", registrytypes.KIND_MODEL), n.work("photo", "archive", registrytypes.KIND_IMAGE)
	own := licensetypes.TermsID{5}
	n.own[own] = licensetypes.Terms{Spdx: "CC0-1.0"}
	n.derive(model, lineagetypes.Link{Source: photo, Role: lineagetypes.ROLE_TRAINED_ON, Terms: own})
	r := filled(t, "ca-ab2013", report.Model, n, model, report.Facts{})
	for _, a := range r.Answers {
		for _, line := range a.Lines {
			if strings.Contains(line.Text, "CC0-1.0") {
				require.Contains(t, line.Text, own.String())
			}
		}
	}
}

// While others have to approve what a model declares, its report is not complete.
func TestWhatWaitsForApprovalIsNotComplete(t *testing.T) {
	n := newNode()
	model, photos := n.work("model", "lab", registrytypes.KIND_MODEL), n.work("photos", "archive", registrytypes.KIND_DATASET)
	n.derive(model, lineagetypes.Link{Source: photos, Role: lineagetypes.ROLE_TRAINED_ON, Terms: terms(t, "cc-by-4.0")})
	r := filled(t, "ai-notice", report.Model, n, model, report.Facts{})
	require.True(t, r.Complete)
	n.waiting = map[registrytypes.WorkID][]licensetypes.WaitingDeclaration{model: {{}}}
	r = filled(t, "ai-notice", report.Model, n, model, report.Facts{})
	require.False(t, r.Complete)
	require.Contains(t, r.Missing[0].What, "declarations of the work that wait: 1")
}
