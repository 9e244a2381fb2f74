package publish_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/publish"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var tokens = []string{"ai-train", "ai-input", "search"}

// anyWork draws a work at one place, with any terms and constraints, and the
// answers that the rules give; or with some at odds with them.
func anyWork(t *rapid.T, s publish.Site, odd bool) publish.Work {
	c := claim(rapid.String().Draw(t, "title"), "url", "https://example.org/song", rapid.String().Draw(t, "scheme"),
		rapid.String().Draw(t, "value"))
	c.Details.Creators = []registrytypes.Creator{{Name: rapid.String().Draw(t, "creator")}}
	c.Contested = rapid.IntRange(0, 5).Draw(t, "contested") == 0
	c.Status = registrytypes.Status(max(1, rapid.IntRange(-8, 4).Draw(t, "status")))
	w := work(s, c)
	w.Places[0].Shared = rapid.IntRange(0, 5).Draw(t, "shared") == 0
	var demands []rules.Constraint
	for range rapid.IntRange(0, 2).Draw(t, "constraints") {
		demand, inForce := anyConstraint(t)
		demands, w.Constraints = append(demands, demand), append(w.Constraints, inForce)
	}
	for range rapid.IntRange(0, 3).Draw(t, "offers") {
		o := offered(c.Id, anyTerms(t), rapid.SampledFrom([]sdk.Coins{nil, nil, price}).Draw(t, "price"), demands...)
		if rapid.Bool().Draw(t, "irrevocable") {
			o.Open.Offer.IrrevocableSince = &at
		}
		for i := range o.Answers {
			if odd && rapid.Bool().Draw(t, "at odds") {
				o.Answers[i] = anyAnswer(t, c.Id, o.Open.Terms.Id)
			}
		}
		w.Offers = append(w.Offers, o)
	}
	return w
}

var price = sdk.NewCoins(sdk.NewInt64Coin("uusdc", 7))

func anyConstraint(t *rapid.T) (rules.Constraint, licensetypes.InForce) {
	ancestor := licensetypes.Terms{Territories: rapid.SampledFrom([][]string{{"DE"}, {"DE", "FR"}}).Draw(t, "scope")}
	end := at.Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "ends")) * 24 * time.Hour)
	kind := rapid.SampledFrom([]licensetypes.ConstraintKind{
		licensetypes.CONSTRAINT_NONCOMMERCIAL, licensetypes.CONSTRAINT_SHARE_ALIKE, licensetypes.CONSTRAINT_EXPIRES,
		licensetypes.CONSTRAINT_ATTRIBUTION, licensetypes.CONSTRAINT_SCOPE, licensetypes.CONSTRAINT_CEILING,
		licensetypes.CONSTRAINT_USES, licensetypes.CONSTRAINT_PAID_USES, licensetypes.CONSTRAINT_APPROVAL,
	}).Draw(t, "kind")
	contained := rapid.Bool().Draw(t, "contained")
	demand := rules.Constraint{
		Demand: rules.Demand{
			Kind: rules.Kind(kind), Source: "work1ancestor", TermsID: "terms1ancestor", Terms: ancestor.Rules(), Contained: contained,
		},
		Ends: end, Reached: rapid.Bool().Draw(t, "reached"),
	}
	return demand, licensetypes.InForce{Constraint: licensetypes.NamedConstraint{Kind: kind, ExpiresAt: &end, Contained: contained}}
}

// anyTerms draws a preset with fields changed, valid or not.
func anyTerms(t *rapid.T) licensetypes.Terms {
	terms := rapid.SampledFrom(licensetypes.Presets()).Draw(t, "terms").Terms
	maybe := func(name string, change func()) {
		if rapid.IntRange(0, 5).Draw(t, name) == 0 {
			change()
		}
	}
	terms.Uri = rapid.SampledFrom([]string{terms.Uri, "", "ipfs://x", "https://a/?<&>\"", "javascript:alert(1)"}).Draw(t, "uri")
	maybe("territories", func() { terms.Territories = []string{"DE", "FR"} })
	maybe("media", func() { terms.Media = []string{"print"} })
	maybe("uses", func() { terms.Uses = []licensetypes.Action{licensetypes.ACTION_AI_INPUT} })
	maybe("approval", func() { terms.DerivativeApproval = true })
	maybe("duration", func() { week := 7 * 24 * time.Hour; terms.Duration = &week })
	maybe("count", func() { terms.MaxGrants = 1 })
	maybe("exclusive", func() { terms.Exclusivity = licensetypes.EXCLUSIVITY_EXCLUSIVE })
	maybe("ceiling", func() { terms.RevenueCeiling = price[:1] })
	maybe("use price", func() { terms.UsePrice = price })
	maybe("fee", func() { terms.GrantFee = price })
	for _, p := range []*licensetypes.Permission{&terms.AiTraining, &terms.AiInput, &terms.Search} {
		maybe("permission", func() { *p = licensetypes.Permission(rapid.IntRange(0, 3).Draw(t, "permission")) })
	}
	return terms
}

func anyAnswer(t *rapid.T, work registrytypes.WorkID, terms licensetypes.TermsID) licensetypes.Rights {
	r := licensetypes.Rights{Verdict: licensetypes.Verdict(rapid.IntRange(0, 4).Draw(t, "verdict"))}
	r.Permission = rapid.SampledFrom([]string{terms.String(), terms.String(), "", "grant1other"}).Draw(t, "permission")
	for range rapid.IntRange(0, 2).Draw(t, "obligations") {
		r.Obligations = append(r.Obligations, licensetypes.Obligation{
			Kind: licensetypes.ObligationKind(rapid.IntRange(0, 6).Draw(t, "obligation")),
			Work: rapid.SampledFrom([]registrytypes.WorkID{work, ancestor}).Draw(t, "to"), Text: rapid.String().Draw(t, "text"),
		})
	}
	if rapid.Bool().Draw(t, "obtainable") {
		r.Offers = []licensetypes.Obtainable{{Work: work, Terms: terms}}
	}
	if rapid.IntRange(0, 3).Draw(t, "needs a source") == 0 {
		r.Offers = append(r.Offers, licensetypes.Obtainable{Work: ancestor, Terms: terms})
	}
	return r
}

// given says whether any answer gives a use to anybody anywhere in territory:
// at all, and free of every condition but a credit that a search shows anyway.
func given(w publish.Work, token string, commercial bool, territory string) (atAll, plain bool) {
	withdrawn := w.Claim.Status == registrytypes.STATUS_WITHDRAWN
	if w.Claim.Contested || w.Claim.Status != registrytypes.STATUS_ACTIVE && !withdrawn || w.Places[0].Shared {
		return false, false
	}
	for _, c := range w.Constraints {
		kind := c.Constraint.Kind
		ban := kind == licensetypes.CONSTRAINT_NONCOMMERCIAL || kind == licensetypes.CONSTRAINT_CEILING
		if (ban && commercial) || (kind == licensetypes.CONSTRAINT_EXPIRES && c.Constraint.ExpiresAt.Before(source.ValidUntil)) {
			return false, false
		}
	}
	index := 2 * slices.Index(tokens, token)
	if !commercial {
		index++
	}
	for _, o := range w.Offers {
		scope := o.Open.Terms.Terms.Territories
		if withdrawn && o.Open.Offer.IrrevocableSince == nil {
			continue
		}
		if len(scope) > 0 && !slices.Contains(scope, territory) {
			continue
		}
		switch a := o.Answers[index]; a.Verdict {
		case licensetypes.VERDICT_NEEDS_GRANT:
			ofSource := func(o licensetypes.Obtainable) bool { return o.Work != w.Claim.Id }
			atAll = atAll || len(a.Offers) > 0 && !slices.ContainsFunc(a.Offers, ofSource)
		case licensetypes.VERDICT_ALLOWED:
			if a.Permission != o.Open.Terms.Id.String() {
				continue
			}
			atAll = true
			ceiling := token == "ai-train" && o.Open.Terms.Terms.RevenueCeiling != nil
			plain = plain || !ceiling && !slices.ContainsFunc(a.Obligations, func(due licensetypes.Obligation) bool {
				credit := due.Kind == licensetypes.OBLIGATION_ATTRIBUTION && due.Work == w.Claim.Id && token == "search"
				return due.Kind != licensetypes.OBLIGATION_REPORT_USE && !credit
			})
		}
	}
	return atAll, plain
}

// rslFile is how a client reads an RSL document.
type rslFile struct {
	XMLName xml.Name `xml:"https://rslstandard.org/rsl rsl"`
	MaxAge  uint     `xml:"max-age,attr"`
	Content []struct {
		URL     string `xml:"url,attr"`
		License []struct {
			Permits   []rslList `xml:"permits"`
			Prohibits []rslList `xml:"prohibits"`
			Payment   []struct {
				Type    string `xml:"type,attr"`
				Accepts string `xml:"accepts"`
			} `xml:"payment"`
		} `xml:"license"`
	} `xml:"content"`
}

type rslList struct {
	Type   string `xml:"type,attr"`
	Values string `xml:",chardata"`
}

func has(lists []rslList, kind, token string) (listed, found bool) {
	for _, l := range lists {
		if l.Type == kind {
			listed, found = true, found || slices.Contains(strings.Fields(l.Values), token)
		}
	}
	return listed, found
}

// payments are those that permit a use in an RSL document, prohibitions first.
func (f rslFile) payments(token, user, territory string) (types []string) {
	for _, c := range f.Content {
		for _, l := range c.License {
			for _, banned := range []string{token, "all", "ai-all"} {
				if _, found := has(l.Prohibits, "usage", banned); found && (banned != "ai-all" || token != "search") {
					return nil
				}
			}
		}
		for _, l := range c.License {
			if len(l.Permits) == 0 { // it reserves what it names, and no more
				continue
			}
			permitted := true
			for kind, value := range map[string]string{"usage": token, "user": user, "geo": territory} {
				listed, found := has(l.Permits, kind, value)
				permitted = permitted && (!listed || found)
			}
			if permitted {
				types = append(types, l.Payment[0].Type)
			}
		}
	}
	return types
}

func TestNoFormatPermitsWhatTheChainDenies(t *testing.T) {
	s := site(t, "https://example.org")
	rapid.Check(t, func(t *rapid.T) {
		w := anyWork(t, s, rapid.Bool().Draw(t, "odd"))
		checkRSL(t, w, render(t, publish.RSL, s, w))
		checkPreferences(t, w, s)
		checkJSON(t, w, s)
	})
}

func checkRSL(t *rapid.T, w publish.Work, text []byte) {
	var file rslFile
	require.NoError(t, xml.Unmarshal(text, &file), "%s", text)
	require.Len(t, file.Content, 1)
	require.Equal(t, "/song$", file.Content[0].URL)
	for _, token := range append([]string{"all", "ai-all", "ai-index"}, tokens...) {
		for _, user := range []string{"commercial", "non-commercial", "education", "government", "personal"} {
			for _, territory := range []string{"DE", "US"} {
				found := file.payments(token, user, territory)
				if len(found) == 0 {
					continue
				}
				require.Contains(t, tokens, token, "%s", text)
				atAll, plain := given(w, token, user == "commercial", territory)
				require.True(t, atAll, "%s for %s in %s\n%s", token, user, territory, text)
				require.True(t, plain || !slices.Contains(found, "free"), "%s for %s is not free\n%s", token, user, text)
			}
		}
	}
}

// checkPreferences reads robots.txt, AI preferences and tdmrep.json.
func checkPreferences(t *rapid.T, w publish.Work, s publish.Site) {
	everybody := func(token string) bool {
		_, commercial := given(w, token, true, "US")
		_, other := given(w, token, false, "US")
		return commercial && other
	}
	lines := string(render(t, publish.Robots, s, w))
	require.Equal(t, 1, strings.Count(lines, "Content-Usage: /song$ "), lines)
	for preference, token := range map[string]string{"train-ai=y": "ai-train", "search=y": "search"} {
		require.False(t, strings.Contains(lines, preference) && !everybody(token), lines)
	}
	require.NotContains(t, lines, "=yes")
	require.Contains(t, string(render(t, publish.AIPref, s, w)), strings.SplitAfter(lines, "Content-Usage")[1][:20])

	var rules []struct {
		Location    string `json:"location"`
		Reservation *int   `json:"tdm-reservation"`
		Policy      string `json:"tdm-policy"`
	}
	require.NoError(t, json.Unmarshal(render(t, publish.TDMRep, s, w), &rules))
	require.Len(t, rules, 1)
	if *rules[0].Reservation == 0 {
		require.True(t, everybody("ai-train") && everybody("ai-input") && everybody("search"))
		require.Empty(t, rules[0].Policy)
	}
	if rules[0].Policy != "" {
		atAll, _ := given(w, "ai-train", true, "US")
		require.True(t, atAll)
	}
}

func checkJSON(t *rapid.T, w publish.Work, s publish.Site) {
	text := render(t, publish.SchemaJSONLD, s, w)
	require.NotContains(t, string(text), "<", "safe inside a page")
	var file struct {
		Graph []struct {
			Name    string   `json:"name"`
			License []string `json:"license"`
		} `json:"@graph"`
	}
	require.NoError(t, json.Unmarshal(text, &file))
	require.Len(t, file.Graph, 1)
	require.Equal(t, strings.ToValidUTF8(w.Claim.Details.Title, "\ufffd"), file.Graph[0].Name)
	ban := slices.ContainsFunc(w.Constraints, func(c licensetypes.InForce) bool {
		return c.Constraint.Kind == licensetypes.CONSTRAINT_NONCOMMERCIAL
	})
	for _, text := range file.Graph[0].License {
		require.False(t, w.Claim.Contested, "%s", text)
		require.True(t, strings.HasPrefix(text, "https://"), text)
		require.True(t, slices.ContainsFunc(w.Offers, func(o publish.Offer) bool {
			if w.Claim.Status != registrytypes.STATUS_ACTIVE && o.Open.Offer.IrrevocableSince == nil {
				return false
			}
			return o.Open.Public && slices.ContainsFunc(o.Answers, func(a licensetypes.Rights) bool {
				return a.Verdict == licensetypes.VERDICT_ALLOWED && a.Permission == o.Open.Terms.Id.String()
			})
		}), text)
		require.False(t, ban && strings.Contains(text, "/by/"), "a licence for commercial use")
	}
}

// Any bytes in any text leave the files well-formed.
func TestAnyTextIsEscaped(t *testing.T) {
	s := site(t, "https://example.org")
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		c := claim(text, "url", "https://example.org/"+text, "isrc", text)
		c.Details.MetadataUri, c.Details.MediaType, c.Details.Creators[0].Name = "https://example.org/"+text, text, text
		terms := licensetypes.Presets()[1].Terms
		terms.Uri = "https://example.org/" + text
		o := offered(c.Id, terms, nil)
		for i := range o.Answers {
			for j := range o.Answers[i].Obligations {
				o.Answers[i].Obligations[j].Text = text
			}
		}
		w := work(s, c, o)
		decoder := xml.NewDecoder(strings.NewReader(string(render(t, publish.RSL, s, w))))
		for {
			_, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
		}
		require.True(t, json.Valid(render(t, publish.SchemaJSONLD, s, w)))
		require.True(t, json.Valid(render(t, publish.TDMRep, s, w)))
		for _, line := range strings.Split(string(render(t, publish.Robots, s, w)), "\n") {
			if rule, ok := strings.CutPrefix(line, "Content-Usage: "); ok {
				require.Regexp(t, `^/[!-~]*\$ train-ai=[yn]$`, rule)
				require.NotContains(t, rule, "#")
				require.NotContains(t, strings.SplitN(rule, "$ ", 2)[0], "*")
			}
		}
	})
}
