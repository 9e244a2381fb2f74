// Package words says codes of the chain to people: the sentence of the chain's own
// table (x/license/reasons) and what to do, by a command where one helps. A code that
// this program is too old to know is said to be one.
package words

import (
	"strings"

	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
)

const unknown = "this program does not know; a newer one may"

// Reason says a reason in plain words.
func Reason(code string) string {
	if r, known := reasons.Of(rules.Code(code)); known {
		return Capital(r.Sentence)
	}
	return "The chain gives a reason that " + unknown
}

// Notice says a notice in plain words.
func Notice(code string) string {
	if n, known := reasons.NoticeOf(rules.Notice(code)); known {
		return Capital(n.Sentence)
	}
	return "The chain tells something that " + unknown
}

// About is what a reason is about, as arguments of commands; empty: there is none. UsesOf
// is the work asked about, where what is asked is a pass that a source of it sells, and
// Price what a grant or a pass costs.
type About struct{ Work, Terms, Grant, Source, Asked, UsesOf, Price string }

// Remedy says what to do about a reason, by a command if what that needs is known;
// empty for a code that is not known.
func Remedy(code string, about About) string {
	r, known := reasons.Of(rules.Code(code))
	if !known {
		return ""
	}
	command := remedies[r.Code]
	if deep, found := atSource[r.Code]; found && about.Source != "" {
		command = deep
	}
	if r.Code == rules.NeedsGrant && about.UsesOf != "" {
		command = passRemedy
	}
	if r.Code == rules.NeedsGrant && about.Price != "" {
		command = strings.Replace(command, "TERMS", "TERMS --max-fee "+about.Price, 1)
	}
	for _, a := range []struct{ name, value string }{
		{"WORK", about.Work},
		{"TERMS", about.Terms},
		{"GRANT", about.Grant},
		{"SOURCE", about.Source},
		{"ASKED", about.Asked},
		{"USED", about.UsesOf},
	} {
		if strings.Contains(command, a.name) && a.value == "" {
			return r.Remedy
		}
		command = strings.ReplaceAll(command, a.name, a.value)
	}
	if command == "" {
		return r.Remedy
	}
	return command
}

// remedies are those that a command helps with. WORK, TERMS, GRANT and SOURCE stand
// for what the reason is about.
var remedies = map[rules.Code]string{
	rules.NeedsGrant:      "acquire one: `stemmad acquire WORK TERMS`",
	rules.NeedsApproval:   "ask its owner, or the second approver that the terms may name, for `stemmad approve WORK TERMS --licensee YOU`",
	rules.NotOffered:      "look at what is offered with `stemmad show WORK`, or ask its owner for an offer",
	rules.GrantExpired:    "renew it: `stemmad grant renew GRANT`",
	rules.UsesExhausted:   "renew it, which adds as many again: `stemmad grant renew GRANT`",
	rules.GrantUsed:       "acquire another: `stemmad acquire WORK TERMS`",
	rules.WorkInvalidated: "look with `stemmad show WORK` for the work whose claim holds",
	rules.SourceExpired:   "its licensee renews that grant: `stemmad grant renew GRANT`",
}

// atSource are those where a work that the one asked about was made from stands in the way:
// another offer of the work itself would be under the same demand. SOURCE is that work, whose
// permission is missing, and ASKED the one asked about.
var atSource = map[rules.Code]string{
	rules.NoDerivatives:       missing,
	rules.TrainingDenied:      missing,
	rules.InputDenied:         missing,
	rules.SearchDenied:        missing,
	rules.UseNotCovered:       missing,
	rules.NonCommercialTerms:  missing,
	rules.NonCommercialSource: "use it only as these terms allow; else " + missing,
	rules.CeilingReached:      missing,
	rules.TerritoryNotCovered: "use it where these terms apply, or " + missing,
	rules.MediumNotCovered:    "use it in the media that these terms name, or " + missing,
	rules.ExclusiveGranted:    "wait for its end, when the owner of ASKED declares SOURCE again, or do without SOURCE",
	rules.GrantsExhausted:     "ask the owner of SOURCE for another offer",
	rules.OfferExpired:        "ask the owner of SOURCE to renew it",
	rules.OfferPaused:         "ask the owner of SOURCE to resume it",
	rules.NotLicensee:         "ask the owner of SOURCE to name you",
}

const missing = "what is missing is a permission of SOURCE: ask its owner for terms that allow it; those who made ASKED " +
	"from it then declare their sources again"

// passRemedy is for what a source sells although it may be offered no longer.
const passRemedy = "acquire a pass: `stemmad acquire WORK TERMS --uses-of USED`"

// Capital begins a sentence with a capital letter.
func Capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
