package pages

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/portal/catalog"
	"github.com/stemma-chain/stemma/portal/catalog/deed"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// visiting is a reader of a language, whose page is written to the recorder.
func visiting(t *testing.T, code string) (*asking, *httptest.ResponseRecorder) {
	site, err := New(Config{Log: slog.New(slog.DiscardHandler), Status: func() Status { return Status{} }})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	return &asking{visit: &visit{r: httptest.NewRequest("GET", "/", nil), w: w, site: site, lang: site.languages[code]}}, w
}

func named(licensetypes.TermsID) string { return "CC-BY" }

func workOf(b byte) (id registrytypes.WorkID) {
	id[0] = b
	return id
}

// A reason names what it is about by links, in the reader's language; programs' words and
// commands stand in English only.
func TestReasonsInTheLanguageOfTheReader(t *testing.T) {
	at := time.Date(2026, 2, 7, 15, 4, 0, 0, time.UTC)
	terms := licensetypes.Presets()[0].Terms.ID()
	r := licensetypes.Reason{
		Code: string(rules.NonCommercialSource), Work: workOf(1), Ancestor: workOf(2), AncestorTerms: terms, At: &at,
	}
	french, _ := visiting(t, "fr")
	require.Equal(t, line{
		Text:  "Une œuvre source interdit l’usage commercial",
		About: []link{workLink(workOf(2), ""), {"CC-BY", "/terms/" + terms.String()}}, Also: []string{"07/02/2026 15:04 UTC"},
	}, french.reason(r, licensetypes.Rights{}, named))

	english, _ := visiting(t, "en")
	require.Equal(t, line{Text: words.Explain(r, nil, named)}, english.reason(r, licensetypes.Rights{}, named))

	r.Code = "from_a_newer_chain"
	chinese, _ := visiting(t, "zh")
	require.Equal(t, chinese.T("reason.unknown"), chinese.reason(r, licensetypes.Rights{}, named).Text)
}

func TestDutiesAndNoticesInTheLanguageOfTheReader(t *testing.T) {
	chinese, _ := visiting(t, "zh")
	duty := func(o licensetypes.Obligation) line {
		o.Work = workOf(3)
		return chinese.duty(o, licensetypes.Rights{}, licensetypes.Use{}, named)
	}
	require.Equal(t, []string{"Song by Ann"}, duty(licensetypes.Obligation{
		Kind: licensetypes.OBLIGATION_ATTRIBUTION, Text: "Song by Ann",
	}).Also)
	require.Equal(t, []string{"总收入的 10 %，不限层级"}, duty(licensetypes.Obligation{
		Kind: licensetypes.OBLIGATION_ROYALTY, RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 100_000,
	}).Also)
	require.NotEmpty(t, duty(licensetypes.Obligation{
		Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5)),
	}).Also)
	require.Equal(t, chinese.T("duty.unspecified"), duty(licensetypes.Obligation{Kind: 99}).Text)

	note := chinese.note(licensetypes.Notice{Code: string(rules.AlsoClaimed), Works: []registrytypes.WorkID{workOf(4)}, Count: 3})
	require.Equal(t, []link{workLink(workOf(4), "")}, note.About)
	require.Equal(t, []string{"另有 2 件"}, note.Also)

	require.Equal(t, chinese.T("dispute.unknown"), chinese.phase(disputetypes.Phase(99)))
	require.Equal(t, "由仲裁人裁决", chinese.phase(disputetypes.PHASE_ARBITRATION))
}

// The page of terms is in one language only, and so is an answer.
func TestTermsAndAnswersInEachLanguage(t *testing.T) {
	for _, l := range catalog.Languages() {
		a, w := visiting(t, l.Code)
		for _, p := range licensetypes.Presets() {
			d := deed.Of(a.lang.words, p.Terms)
			w.Body.Reset()
			require.NoError(t, a.show(200, "terms.html", p.Name, termsPage{ID: p.Terms.ID().String(), Name: p.Name, Deed: d}))
			body := w.Body.String()
			require.Contains(t, body, `<html lang="`+l.Code+`"`)
			require.NotContains(t, body, "⟦")
			main := body[strings.Index(body, "<main"):strings.Index(body, "</main>")]
			require.NotContains(t, main, "lang=")
			require.NotEmpty(t, d.Summary)
		}
		var out strings.Builder
		said := answer{Verdict: "denied", Says: a.T("verdict.denied"), Use: a.T("use.copy"), Why: []line{{
			Text: a.T("reason.noncommercial_terms"), About: []link{{"a work", "/works/work1"}}, Also: []string{"a time"},
		}}}
		require.NoError(t, a.lang.pages["work.html"].ExecuteTemplate(&out, "answer", said))
		require.Contains(t, out.String(), `<li>`+strings.ReplaceAll(a.T("reason.noncommercial_terms"), "'", "&#39;")+
			` · <a href="/works/work1">a work</a> · a time</li>`)
	}
}

// What a newer chain says is said to be unknown, in words: no key of the catalogue stands on a page.
func TestWhatANewerChainSays(t *testing.T) {
	for _, l := range catalog.Languages() {
		a, _ := visiting(t, l.Code)
		for _, said := range []string{
			a.event("stemma.registry.v1.EventWorkPraised"), a.event("nothing"), a.kind(99), a.status(99), a.role(99),
		} {
			require.NotEmpty(t, said)
			require.NotContains(t, said, "⟦")
		}
		require.Contains(t, a.event("stemma.registry.v1.EventWorkPraised"), "registry.WorkPraised")
	}
}

// A price of several coins has the word between them in the language of the page.
func TestPricesInTheLanguageOfTheReader(t *testing.T) {
	french, _ := visiting(t, "fr")
	said := french.duty(licensetypes.Obligation{
		Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: sdk.NewCoins(sdk.NewInt64Coin("uaaa", 5), sdk.NewInt64Coin("ubbb", 7)),
	}, licensetypes.Rights{}, licensetypes.Use{}, named)
	require.Equal(t, []string{"5uaaa" + french.T("price.or") + "7ubbb"}, said.Also)
}

// Terms that somebody made are told from a preset that they call themselves after, and from each other.
func TestTermsOfOnesOwnAreToldFromPresets(t *testing.T) {
	for _, p := range licensetypes.Presets() {
		require.Equal(t, p.Name, termsName(licensetypes.IdentifiedTerms{Preset: p.Name, Terms: p.Terms, Id: p.Terms.ID()}))
		other := p.Terms
		other.Uri = "https://example.org/other"
		name := termsName(licensetypes.IdentifiedTerms{Terms: other, Id: other.ID()})
		require.NotEqual(t, p.Name, name)
		if strings.HasPrefix(other.Spdx, "LicenseRef-") {
			require.NotEqual(t, other.Spdx, name)
			require.Contains(t, name, other.ID().String()[len(other.ID().String())-6:])
		}
	}
}
