package clearance

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestNoticesSayWhatTheyAreAbout(t *testing.T) {
	n := licensetypes.Notice{Code: "also_claimed", Works: []registrytypes.WorkID{workA, workB}, Count: 2}
	require.Equal(t, "Somebody else claims the content too, later; that changes nothing: "+
		workA.String()+", "+workB.String()+" [also_claimed]", Notify(n))
	n.Count = 12
	require.Contains(t, Notify(n), workB.String()+" and 10 more [")
	n.AtLeast = true
	require.Contains(t, Notify(n), " and 10 more at least [")
}

func TestEveryKindIsNamed(t *testing.T) {
	for value := range licensetypes.Verdict_name {
		require.Contains(t, verdicts, licensetypes.Verdict(value))
	}
	for value := range licensetypes.Action_name {
		if value != 0 {
			require.Contains(t, ActionWords(), ActionWord(licensetypes.Action(value)))
		}
	}
	for value := range licensetypes.ObligationKind_name {
		if value != 0 {
			duty := Duty(licensetypes.Obligation{Kind: licensetypes.ObligationKind(value), Work: workA}, licensetypes.Rights{}, licensetypes.Use{}, named)
			require.NotContains(t, duty, "does not know", value)
		}
	}
}

var (
	workA, workB = registrytypes.WorkID{1}, registrytypes.WorkID{2}
	termsB       = licensetypes.TermsID{3}
	grantC       = licensetypes.GrantID{4}
)

func named(terms licensetypes.TermsID) string { return "<" + terms.String() + ">" }

func TestReasonsSayWhatTheyAreAbout(t *testing.T) {
	at := now
	for _, c := range []struct {
		reason licensetypes.Reason
		want   string
	}{
		{licensetypes.Reason{Code: "not_offered", Work: workA}, "or ask its owner for an offer [not_offered]"},
		{
			licensetypes.Reason{Code: "noncommercial_terms", Work: workA, Permission: termsB.String()},
			"The terms forbid commercial use: <" + termsB.String() + ">; look for another offer",
		},
		{
			licensetypes.Reason{Code: "noncommercial_source", Ancestor: workB, AncestorTerms: termsB},
			"commercial use: " + workB.String() + " under <" + termsB.String() + ">; ask the owner of that work",
		},
		{
			licensetypes.Reason{Code: "grant_expired", Permission: grantC.String(), At: &at},
			"ended: " + grantC.String() + ", 2026-11-21 12:00:00 UTC; renew it: `stemmad grant renew " + grantC.String() + "` [grant_expired]",
		},
	} {
		require.Contains(t, Explain(c.reason, nil, named), c.want)
	}
}

// What an answer asks for is had by the command that its own offers stand for: a source
// that offers nothing any more sells a pass.
func TestAReasonNamesTheCommandThatWorks(t *testing.T) {
	ofSource := licensetypes.Reason{Code: "needs_grant", Work: workA, Ancestor: workB, AncestorTerms: termsB}
	price := sdk.NewCoins(sdk.NewInt64Coin("ustem", 7))
	pass := licensetypes.Obtainable{Work: workB, Terms: termsB, UsesOf: workA, Price: price}
	acquire := "`stemmad acquire " + workB.String() + " " + termsB.String()
	for _, c := range []struct {
		reason licensetypes.Reason
		offers []licensetypes.Obtainable
		want   string
	}{
		{ofSource, []licensetypes.Obtainable{pass}, "acquire a pass: " + acquire + " --max-fee 7ustem --uses-of " + workA.String() + "`"},
		{ofSource, []licensetypes.Obtainable{{Work: workB, Terms: termsB, Price: price}}, "acquire one: " + acquire + " --max-fee 7ustem`"},
		{ofSource, []licensetypes.Obtainable{{Work: workB, Terms: termsB}}, "acquire one: " + acquire + "`"},
		{ofSource, []licensetypes.Obtainable{{Work: workA, Terms: termsB, Price: price}}, "acquire one: " + acquire + "`"},
		{
			licensetypes.Reason{Code: "needs_grant", Work: workB, Permission: termsB.String()},
			[]licensetypes.Obtainable{{Work: workB, Terms: termsB, Price: price}},
			"acquire one: " + acquire + " --max-fee 7ustem`",
		},
	} {
		require.Contains(t, Explain(c.reason, c.offers, named), c.want)
	}
}

func TestDuties(t *testing.T) {
	one := licensetypes.Rights{Works: []registrytypes.WorkID{workA}, Permission: "terms1x"}
	price := sdk.NewCoins(sdk.NewInt64Coin("ustem", 7), sdk.NewInt64Coin("uusdc", 5))
	for kind, want := range map[licensetypes.ObligationKind]string{
		licensetypes.OBLIGATION_ATTRIBUTION: `Credit, in these words: "Song" by Ada`,
		licensetypes.OBLIGATION_SHARE_ALIKE: "under <" + termsB.String() + "> only, as " + workB.String() + " demands",
		licensetypes.OBLIGATION_REPORT_USE:  "stemmad derive FILE --from " + workB.String() + "@terms1x",
		licensetypes.OBLIGATION_ROYALTY:     "owes " + workB.String() + " no royalty",
		licensetypes.OBLIGATION_PAY_PER_USE: "Pay 7ustem or 5uusdc with each use: stemmad pay " + workB.String() + " 7ustem",
	} {
		o := licensetypes.Obligation{Kind: kind, Work: workB, Terms: termsB, Text: `"Song" by Ada`, Price: price}
		require.Contains(t, Duty(o, one, licensetypes.Use{Action: licensetypes.ACTION_ADAPT}, named), want)
	}
	// A grant that permits training alone is cited by a model, and no other way.
	report := licensetypes.Obligation{Kind: licensetypes.OBLIGATION_REPORT_USE, Work: workB}
	for action, want := range map[licensetypes.Action]string{
		licensetypes.ACTION_TRAIN_AI: "stemmad derive FILE --kind model --from " + workB.String() + "=trained@terms1x",
		licensetypes.ACTION_AI_INPUT: "stemmad derive FILE --from " + workB.String() + "=input@terms1x --model MODEL",
	} {
		require.Equal(t, "Declare what you make: "+want, Duty(report, one, licensetypes.Use{Action: action}, named))
	}
}

func TestParseUse(t *testing.T) {
	use, err := ParseUse(Wish{
		Action: "Train-AI", Commercial: true, Territories: []string{"fr, DE", "FR"}, Media: []string{
			"web,print",
			"Web",
		}, Until: "2027-12-31",
	}, now)
	require.NoError(t, err)
	until := time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC)
	require.Equal(t, licensetypes.Use{
		Action: licensetypes.ACTION_TRAIN_AI, Commercial: true, Territories: []string{"DE", "FR"},
		Media: []string{"print", "web"}, Until: &until,
	}, use)
	require.Equal(t, "train-ai, commercially, in DE FR, on print web, until 2027-12-31 23:59:59 UTC", Words(use))
	use, err = ParseUse(Wish{Action: "copy"}, now)
	require.NoError(t, err)
	require.Equal(t, "copy, not commercially, everywhere, in every medium, now", Words(use))
}

func TestParseUseNamesFlagValueAndRemedy(t *testing.T) {
	many := strings.Split(strings.Repeat("x", licensetypes.MaxMedia+1), "")
	for i := range many {
		many[i] = strings.Repeat("m", i+1)[:min(i+1, 31)] + string(rune('a'+i%26))
	}
	for want, wish := range map[string]Wish{
		"say what for with --use: copy, distribute, perform, adapt, train-ai, ai-input, search": {},
		`--use "sell" is no use: write one of copy`:                                             {Action: "sell"},
		`--territory "UK" is no country: write ISO 3166-1 alpha-2 codes such as FR,DE (GB`: {
			Action:      "copy",
			Territories: []string{"FR,uk"},
		},
		`--medium "the web" is no medium: write names such as web,print`: {
			Action: "copy",
			Media:  []string{"the web"},
		},
		`--medium "-web" is no medium`:                    {Action: "copy", Media: []string{"-web"}},
		"--medium names 33 media, at most 32":             {Action: "copy", Media: many},
		`--until: "soon" is not a time: write 2027-01-31`: {Action: "copy", Until: "soon"},
		"--until 2026-11-20 is over: name a time to come": {Action: "copy", Until: "2026-11-20"},
	} {
		_, err := ParseUse(wish, now)
		require.ErrorContains(t, err, want)
	}
}

func TestPrices(t *testing.T) {
	coins := func(s string) sdk.Coins {
		c, err := amounts.ParseCoins(s)
		require.NoError(t, err)
		return c
	}
	offer := func(work registrytypes.WorkID, price string) licensetypes.Obtainable {
		return licensetypes.Obtainable{Work: work, Terms: termsB, Price: coins(price)}
	}
	for _, c := range []struct {
		offers []licensetypes.Obtainable
		want   string
		ok     bool
	}{
		{nil, "", false},
		{[]licensetypes.Obtainable{offer(workA, "")}, "", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workA, "3uusdc,9ustem"), offer(workA, "7ustem")}, "7ustem,3uusdc", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workA, "")}, "", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc,2ustem"), offer(workB, "3uusdc")}, "8uusdc", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workB, "")}, "5uusdc", true},
		{[]licensetypes.Obtainable{offer(workA, "5uusdc"), offer(workB, "3ustem")}, "", false},
	} {
		price, ok := Price(licensetypes.Rights{Offers: c.offers})
		require.Equal(t, c.ok, ok, c.offers)
		require.Equal(t, coins(c.want).String(), price.String())
	}

	approved := offer(workA, "1uusdc")
	approved.NeedsApproval = true
	best := Best([]licensetypes.Obtainable{approved, offer(workA, "9uusdc"), offer(workA, "4ustem"), offer(workA,
		"6uusdc,1ustem"), offer(workA, "")}, "uusdc")
	var order []string
	for _, o := range best {
		order = append(order, o.Price.String())
	}
	require.Equal(t, []string{"", "1ustem,6uusdc", "9uusdc", "4ustem", "1uusdc"}, order)
	require.Equal(t, "free", Alternatives(nil))

	_, ok := PerUse(licensetypes.Rights{})
	require.False(t, ok)
	perUse, ok := PerUse(licensetypes.Rights{Obligations: []licensetypes.Obligation{
		{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: coins("5uusdc,2ustem")},
		{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: coins("3uusdc")},
	}})
	require.True(t, ok)
	require.Equal(t, "8uusdc", perUse.String())
}

func TestCheapest(t *testing.T) {
	offer := func(terms string, approval bool, price ...sdk.Coin) licensetypes.Obtainable {
		return licensetypes.Obtainable{Spdx: terms, Price: sdk.NewCoins(price...), NeedsApproval: approval}
	}
	uusdc := func(n int64) sdk.Coin { return sdk.NewInt64Coin("uusdc", n) }
	most := uusdc(7)
	offers := []licensetypes.Obtainable{offer("dear", false, uusdc(9)), offer("fair", false, uusdc(6)), offer("asks", true, uusdc(1))}
	name := func(o licensetypes.Obtainable) string { return o.Spdx }

	found, price, reasons := Cheapest(offers, &most, name)
	require.Empty(t, reasons)
	require.Equal(t, "fair", found.Spdx)
	require.Equal(t, "6uusdc", price.String())

	_, _, reasons = Cheapest(offers[:1], &most, name)
	require.Equal(t, []string{"dear: costs 9uusdc, --max-fee is 7uusdc"}, reasons)
	_, _, reasons = Cheapest(offers[:1], nil, name)
	require.Equal(t, []string{"dear: costs 9uusdc; say how much you pay with --max-fee"}, reasons)
	_, _, reasons = Cheapest(offers[2:], &most, name)
	require.Contains(t, reasons[0], "asks: its owner has to approve you first, with `stemmad approve")
	found, price, _ = Cheapest([]licensetypes.Obtainable{offer("gift", false)}, nil, name)
	require.NotNil(t, found)
	require.Nil(t, price)
	found, _, reasons = Cheapest(nil, &most, name)
	require.Nil(t, found)
	require.Equal(t, []string{"none is on offer"}, reasons)
}
