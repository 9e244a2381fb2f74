package words

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var (
	workA, workB = registrytypes.WorkID{1}, registrytypes.WorkID{2}
	termsB       = licensetypes.TermsID{3}
	grantC       = licensetypes.GrantID{4}
)

func named(terms licensetypes.TermsID) string { return "<" + terms.String() + ">" }

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
		require.NotEmpty(t, Headline(licensetypes.Verdict(value)))
		require.NotEqual(t, Headline(licensetypes.Verdict(7)), Headline(licensetypes.Verdict(value)))
	}
	for value := range licensetypes.Action_name {
		if value != 0 {
			require.Contains(t, rights.ActionWords(), rights.ActionWord(licensetypes.Action(value)))
		}
	}
	for value := range licensetypes.ObligationKind_name {
		if value != 0 {
			obligation := licensetypes.Obligation{Kind: licensetypes.ObligationKind(value), Work: workA}
			duty := Duty(obligation, licensetypes.Rights{}, licensetypes.Use{}, named)
			require.NotContains(t, duty, "does not know", value)
		}
	}
}

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
		licensetypes.OBLIGATION_LEAVE_OUT:   "the first 2 of its withdrawals: stemmad query registry withdrawals " + workB.String(),
		licensetypes.OBLIGATION_COUNT_USE:   "Count each use of " + workB.String() + " at your grant, which has 3 left: stemmad use grant1",
	} {
		o := licensetypes.Obligation{
			Kind: kind, Work: workB, Terms: termsB, Text: `"Song" by Ada`, Price: price,
			Grant: licensetypes.GrantID{1}, UsesLeft: 3, Withdrawals: 2,
		}
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

// What nothing mends comes first, and says that the rest is in vain.
func TestObstaclesComeBeforeWhatCanBeObtained(t *testing.T) {
	list := []licensetypes.Reason{{Code: "needs_approval"}, {Code: "needs_grant"}, {Code: "unapproved_source"}}
	require.Equal(t, []licensetypes.Reason{list[2], list[0], list[1]}, InOrder(list))
	vain := func(list ...licensetypes.Reason) string { return InVain(licensetypes.Rights{Reasons: list}) }
	require.Contains(t, vain(list...), "does not help")
	require.Empty(t, vain(list[:2]...))
	require.Empty(t, vain(list[2:]...))
}

// In place of a grant that is used up another one helps, where there is one.
func TestAnotherGrantHelpsWhereOneIsUsedUp(t *testing.T) {
	for _, code := range []string{"grant_used", "uses_exhausted", "grant_expired"} {
		used, asked := licensetypes.Reason{Code: code, Work: workA}, licensetypes.Reason{Code: "needs_grant", Work: workA}
		approval := licensetypes.Reason{Code: "needs_approval", Work: workA}
		require.Empty(t, InVain(licensetypes.Rights{Reasons: []licensetypes.Reason{used, asked}}))
		require.Empty(t, InVain(licensetypes.Rights{
			Reasons: []licensetypes.Reason{used, approval}, Offers: []licensetypes.Obtainable{{Work: workA}},
		}))
		require.NotEmpty(t, InVain(licensetypes.Rights{
			Reasons: []licensetypes.Reason{used, approval}, Offers: []licensetypes.Obtainable{{Work: workB}},
		}), "of a source only")
		denied := licensetypes.Reason{Code: "use_not_covered", Work: workA}
		list := []licensetypes.Reason{asked, used, denied}
		require.NotEmpty(t, InVain(licensetypes.Rights{Reasons: list}))
		require.Equal(t, []licensetypes.Reason{denied, used, asked}, InOrder(list))
	}
}

// A grant serves one of what is made, a pass any number.
func TestWhatAGrantAndAPassServe(t *testing.T) {
	use := func(a licensetypes.Action) licensetypes.Use { return licensetypes.Use{Action: a} }
	training, adapting := use(licensetypes.ACTION_TRAIN_AI), use(licensetypes.ACTION_ADAPT)
	require.Equal(t, "one model", ServesFor(Serves(1), training))
	require.Equal(t, "one derivative", ServesFor(Serves(1), adapting))
	performing := use(licensetypes.ACTION_PERFORM)
	require.Equal(t, "uses, and one derivative", ServesFor(Serves(1), performing))
	require.Equal(t, "uses, and no derivatives", ServesFor("uses, and no derivatives", performing))
	require.Equal(t, "any number of models", PassServes(training))
	require.Equal(t, "any number of derivatives", PassServes(adapting))
	require.Equal(t, "any number of uses", PassServes(use(licensetypes.ACTION_COPY)))
}

func TestUses(t *testing.T) {
	until := time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC)
	require.Equal(t, "train-ai, commercially, in DE FR, on print web, until 2027-12-31 23:59:59 UTC", Use(licensetypes.Use{
		Action: licensetypes.ACTION_TRAIN_AI, Commercial: true, Territories: []string{"DE", "FR"},
		Media: []string{"print", "web"}, Until: &until,
	}))
	require.Equal(t, "copy, not commercially, everywhere, in every medium, now", Use(licensetypes.Use{Action: licensetypes.ACTION_COPY}))
}

func TestEveryDutyHasAWord(t *testing.T) {
	for number, name := range licensetypes.ObligationKind_name {
		if number != 0 {
			code := strings.ToLower(strings.TrimPrefix(name, "OBLIGATION_"))
			require.NotContains(t, DutyWord(code), "does not know", code)
		}
	}
	require.Contains(t, DutyWord("from_a_newer_chain"), "does not know")
}
