package publish_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/publish"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// gallery has one work of each sort.
func gallery(t *testing.T, s publish.Site) []publish.Work {
	place := func(name string) []string { return []string{"url", "https://example.org/" + name} }
	add := func(name string, terms ...licensetypes.Terms) publish.Work {
		c := claim(name, place(name)...)
		var offers []publish.Offer
		for _, t := range terms {
			offers = append(offers, offered(c.Id, t, nil))
		}
		return work(s, c, offers...)
	}
	paidTerms := preset(t, "ai-training-paid")
	paid := claim("paid", append(place("paid"), "isrc", "USRC17607839")...)
	dual := claim("dual", place("dual")...)
	perUse := paidTerms
	perUse.AiTraining, perUse.AiInput, perUse.UsePrice = licensetypes.PERMISSION_DENY, licensetypes.PERMISSION_PAID, coins(t, "5uusdc")
	abroad := preset(t, "ai-training-allowed")
	abroad.Territories, abroad.RoyaltyPolicy, abroad.RoyaltyRate = []string{"DE", "FR"}, royaltytypes.POLICY_ABSOLUTE, 50_000

	hidden := preset(t, "ai-training-denied")
	searched := licensetypes.Terms{Spdx: "LicenseRef-Found", CommercialUse: true, Search: licensetypes.PERMISSION_ALLOW}
	hidden.Spdx, hidden.Search = "LicenseRef-Hidden", licensetypes.PERMISSION_DENY
	denies := rules.Constraint{Demand: rules.Demand{
		Kind: rules.Uses, Source: "work1ancestor", TermsID: "terms1ancestor", Terms: rules.Terms{Search: rules.Deny},
	}}
	underDenial := claim("source-denies-search", place("source-denies-search")...)

	contested := add("contested", preset(t, "cc0-1.0"))
	contested.Claim.Contested = true
	withdrawn := add("withdrawn", preset(t, "cc0-1.0"))
	withdrawn.Claim.Status = registrytypes.STATUS_WITHDRAWN
	forEver := add("withdrawn-for-ever", preset(t, "cc-by-4.0"))
	forEver.Claim.Status, forEver.Offers[0].Open.Offer.IrrevocableSince = registrytypes.STATUS_WITHDRAWN, &at
	derived := add("derived", preset(t, "cc-by-4.0"))
	derived.Constraints = []licensetypes.InForce{{Constraint: licensetypes.NamedConstraint{Kind: licensetypes.CONSTRAINT_NONCOMMERCIAL}}}
	derived.Sources = []registrytypes.WorkID{paid.Id}
	ending := add("ending", preset(t, "cc0-1.0"))
	end := at.Add(time.Hour)
	ends := licensetypes.NamedConstraint{Kind: licensetypes.CONSTRAINT_EXPIRES, ExpiresAt: &end}
	ending.Constraints = []licensetypes.InForce{{Constraint: ends}}
	credits := claim("credits", place("credits")...)
	ancestor := rules.Constraint{Demand: rules.Demand{Kind: rules.Attribution, Source: "work1ancestor", TermsID: "terms1ancestor"}}
	credited := work(s, credits, offered(credits.Id, preset(t, "cc-by-4.0"), nil, ancestor))
	shared := add("shared", preset(t, "cc0-1.0"))
	shared.Places[0].Shared = true

	return []publish.Work{
		add("free", preset(t, "cc0-1.0")), add("by", preset(t, "cc-by-4.0")), add("by-nc-sa", preset(t, "cc-by-nc-sa-4.0")),
		add("denied", preset(t, "ai-training-denied")), add("unoffered"), add("per-use", perUse), add("abroad", abroad),
		work(s, paid, offered(paid.Id, paidTerms, coins(t, "1000000ustem,250000uusdc"))),
		work(s, dual, offered(dual.Id, preset(t, "cc-by-nc-4.0"), nil), offered(dual.Id, preset(t, "commercial-remix-5"), coins(t, "7uusdc"))),
		add("trainable", preset(t, "ai-training-allowed")),
		add("searched", searched), add("hidden", hidden),
		work(s, underDenial, offered(underDenial.Id, preset(t, "cc0-1.0"), nil, denies)),
		contested, withdrawn, forEver, derived, ending, credited, shared, shared,
		work(s, claim(nasty, "url", `https://example.org/a b"'<>*$#x?q=%zz&ü`)), work(s, claim("no URL")),
		work(s, claim("elsewhere", "url", "https://other.example/x")),
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the tests with -update once")
	require.Equal(t, string(want), string(got))
}

func TestGolden(t *testing.T) {
	s := site(t, "https://example.org")
	for format, name := range map[string]string{
		publish.RSL: "license.xml", publish.Robots: "robots.txt", publish.AIPref: "aipref.txt",
		publish.TDMRep: "tdmrep.json", publish.SchemaJSONLD: "works.jsonld",
	} {
		golden(t, name, render(t, format, s, gallery(t, s)...))
	}
}

func TestPolicies(t *testing.T) {
	s := site(t, "https://example.org")
	var out bytes.Buffer
	w, err := publish.New(publish.TDMRep, &out, s, source)
	require.NoError(t, err)
	tdm := w.(*publish.TDMWriter)
	tdm.WithPolicies()
	for _, work := range gallery(t, s) {
		require.NoError(t, tdm.Add(work))
	}
	files, err := tdm.Policies()
	require.NoError(t, err)
	require.Len(t, files, 1)
	golden(t, "tdm-policy-compensate.json", files["tdm-policy-compensate.json"])
}
