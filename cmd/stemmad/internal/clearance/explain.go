package clearance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/words"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Namer names terms by their id as people know them.
type Namer func(licensetypes.TermsID) string

// verdicts are the words for programs; Headline are those for people.
var verdicts = map[licensetypes.Verdict]string{
	licensetypes.VERDICT_UNKNOWN:     "unknown",
	licensetypes.VERDICT_DENIED:      "denied",
	licensetypes.VERDICT_NEEDS_GRANT: "needs_grant",
	licensetypes.VERDICT_ALLOWED:     "allowed",
}

// VerdictWord is the word for a verdict in reports.
func VerdictWord(v licensetypes.Verdict) string {
	if word, known := verdicts[v]; known {
		return word
	}
	return verdicts[licensetypes.VERDICT_UNKNOWN]
}

// Headline is a verdict for people.
func Headline(v licensetypes.Verdict) string {
	if v == licensetypes.VERDICT_NEEDS_GRANT {
		return "NEEDS A GRANT"
	}
	return strings.ToUpper(VerdictWord(v))
}

// Explain says a reason of an answer in one line: the sentence, what it is about, what to
// do, and the code. What the answer offers tells how to get what the reason asks for.
func Explain(r licensetypes.Reason, offers []licensetypes.Obtainable, name Namer) string {
	s := words.Reason(r.Code)
	var about []string
	if r.Permission != "" {
		about = append(about, Permission(r.Permission, name))
	}
	if !r.Ancestor.IsZero() {
		about = append(about, from(r.Ancestor, r.AncestorTerms, name))
	}
	if r.At != nil {
		about = append(about, table.Time(*r.At))
	}
	if len(about) > 0 {
		s += ": " + strings.Join(about, ", ")
	}
	if remedy := words.Remedy(r.Code, subjectOf(r, offers)); remedy != "" {
		s += "; " + remedy
	}
	return s + " [" + r.Code + "]"
}

// InOrder lists the reasons of an answer, first those that nothing which can be obtained
// mends: while they stand, an approval or a grant would not help.
func InOrder(list []licensetypes.Reason) []licensetypes.Reason {
	rank := func(r licensetypes.Reason) int { return last(obtained(r)) + last(obtained(r) || spent(r)) }
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b licensetypes.Reason) int { return rank(a) - rank(b) })
	return sorted
}

// InVain says that what can be obtained would not help, after reasons in order; empty where
// there is nothing of both kinds. In place of a grant that is used up or has ended, another
// one helps, where the answer offers one.
func InVain(rights licensetypes.Rights) string {
	list := rights.Reasons
	stays := func(r licensetypes.Reason) bool {
		return !obtained(r) && (!spent(r) || !another(rights, r))
	}
	if !slices.ContainsFunc(list, obtained) || !slices.ContainsFunc(list, stays) {
		return ""
	}
	return "A grant or an approval alone does not help: what is named first stands against it"
}

// spent says whether a reason is that a grant serves nothing more.
func spent(r licensetypes.Reason) bool {
	return r.Code == string(rules.GrantUsed) || r.Code == string(rules.GrantExpired)
}

// another says whether an answer offers a grant of the work whose grant is spent, or asks for
// one: naming terms, the chain lists what they cost as a reason.
func another(rights licensetypes.Rights, r licensetypes.Reason) bool {
	return slices.ContainsFunc(rights.Offers, func(o licensetypes.Obtainable) bool { return o.Work == r.Work }) ||
		slices.ContainsFunc(rights.Reasons, func(other licensetypes.Reason) bool {
			return other.Code == string(rules.NeedsGrant) && other.Work == r.Work && other.Ancestor.IsZero()
		})
}

// obtained says whether a reason goes away when something was obtained.
func obtained(r licensetypes.Reason) bool {
	row, known := reasons.Of(rules.Code(r.Code))
	return known && row.Asks
}

// subjectOf is what a reason is about, as commands take it. What is asked of an
// ancestor is had there, as a pass where the answer lists one.
func subjectOf(r licensetypes.Reason, offers []licensetypes.Obtainable) words.About {
	about := words.About{Work: r.Work.String()}
	if _, err := licensetypes.ParseGrantID(r.Permission); err == nil {
		about.Grant = r.Permission
	} else if r.Permission != "" {
		about.Terms = short(r.Permission)
	}
	if !r.Ancestor.IsZero() {
		about.Work, about.Source, about.Asked = r.Ancestor.String(), r.Ancestor.String(), r.Work.String()
	}
	if !r.AncestorTerms.IsZero() {
		about.Terms = short(r.AncestorTerms.String())
	}
	for _, o := range offers {
		if o.Work.String() != about.Work || o.Terms.String() != r.Permission && o.Terms != r.AncestorTerms {
			continue
		}
		if about.UsesOf = ""; !o.UsesOf.IsZero() {
			about.UsesOf = o.UsesOf.String()
		}
		if about.Price = ""; len(o.Price) > 0 {
			about.Price = o.Price[0].String()
		}
	}
	return about
}

// Notify says a notice in one line: the sentence, the works that it is about, how
// many more there are, and the code.
func Notify(n licensetypes.Notice) string {
	s := words.Notice(n.Code)
	if len(n.Works) > 0 {
		s += ": " + join(n.Works, ", ")
	}
	if more := int(n.Count) - len(n.Works); more > 0 || n.AtLeast {
		s += fmt.Sprintf(" and %d more", more)
		if n.AtLeast {
			s += " at least"
		}
	}
	if len(n.Denoms) > 0 {
		s += ": " + strings.Join(n.Denoms, ", ")
	}
	return s + " [" + n.Code + "]"
}

// Duty says what whoever makes the use has to do, in one line.
func Duty(o licensetypes.Obligation, rights licensetypes.Rights, use licensetypes.Use, name Namer) string {
	switch o.Kind {
	case licensetypes.OBLIGATION_ATTRIBUTION:
		if o.Text == "" {
			return "Credit " + from(o.Work, o.Terms, name)
		}
		return "Credit, in these words: " + o.Text
	case licensetypes.OBLIGATION_SHARE_ALIKE:
		terms := append([]licensetypes.TermsID{o.Terms}, o.OrTerms...)
		return fmt.Sprintf("Offer what you make under %s only, as %s demands", AnyOf(terms, name), o.Work)
	case licensetypes.OBLIGATION_REPORT_USE:
		return "Declare what you make: " + declaring(o.Work, rights, use)
	case licensetypes.OBLIGATION_ROYALTY:
		return fmt.Sprintf("What you make owes %s %s; the chain collects it", o.Work, Royalty(o.RoyaltyPolicy, o.RoyaltyRate))
	case licensetypes.OBLIGATION_PAY_PER_USE:
		price := Alternatives(o.Price)
		return fmt.Sprintf("Pay %s with each use: stemmad pay %s %s", price, o.Work, first(o.Price))
	}
	return "The chain asks for something that this program does not know; a newer one may: " + o.Kind.String()
}

// declaring is the command that declares what a use makes. Each role asks for the permission
// of its own action, so the role follows from the use; adapting is what derive takes it for.
func declaring(work registrytypes.WorkID, rights licensetypes.Rights, use licensetypes.Use) string {
	kind, role, record := "", "", ""
	switch use.Action {
	case licensetypes.ACTION_TRAIN_AI:
		kind, role = " --kind model", "=trained"
	case licensetypes.ACTION_AI_INPUT:
		role, record = "=input", " --model MODEL"
	}
	permission := ""
	if rights.Permission != "" && len(rights.Works) == 1 {
		permission = "@" + short(rights.Permission)
	}
	return "stemmad derive FILE" + kind + " --from " + work.String() + role + permission + record
}

// AnyOf names terms any of which will do.
func AnyOf(ids []licensetypes.TermsID, name Namer) string {
	var names []string
	for _, id := range ids {
		names = append(names, name(id))
	}
	return strings.Join(names, " or ")
}

// Serves says how many derivatives a grant serves.
func Serves(n uint32) string {
	switch n {
	case licensetypes.UnlimitedDerivatives:
		return "any number of derivatives"
	case 0, 1:
		return "one derivative"
	}
	return fmt.Sprintf("%d derivatives", n)
}

// ServesFor is what a grant serves, as Serves says it, in the word for what a use makes. A use
// that makes nothing uses nothing up.
func ServesFor(serves string, use licensetypes.Use) string {
	switch {
	case use.Action == licensetypes.ACTION_TRAIN_AI:
		return strings.ReplaceAll(serves, "derivative", "model")
	case !use.Rules().Makes() && strings.Contains(serves, "derivative") && !strings.HasPrefix(serves, "uses"):
		return "uses, and " + serves
	}
	return serves
}

// PassServes says what a pass serves: it is never used up.
func PassServes(use licensetypes.Use) string {
	if use.Rules().Makes() {
		return ServesFor(Serves(licensetypes.UnlimitedDerivatives), use)
	}
	return "any number of uses"
}

// Royalty says a rate, in ppm, and what it is of.
func Royalty(policy royaltytypes.Policy, rate uint32) string {
	switch policy {
	case royaltytypes.POLICY_ABSOLUTE:
		return rates.Percent(rate) + " of gross revenue"
	case royaltytypes.POLICY_RELATIVE:
		return rates.Percent(rate) + " of what the derivative takes in"
	}
	return "no royalty"
}

// Permission names terms as people know them and leaves grants as they are.
func Permission(permission string, name Namer) string {
	if terms, err := licensetypes.ParseTermsID(permission); err == nil {
		return name(terms)
	}
	return permission
}

// short is a preset's name, which commands take like the id, else the id.
func short(permission string) string {
	if id, err := licensetypes.ParseTermsID(permission); err == nil {
		if preset := licensetypes.PresetName(id); preset != "" {
			return preset
		}
	}
	return permission
}

func from(work registrytypes.WorkID, terms licensetypes.TermsID, name Namer) string {
	if terms.IsZero() {
		return work.String()
	}
	return work.String() + " under " + name(terms)
}

// Works lists the works that an answer is about, as text.
func Works(rights licensetypes.Rights) string { return join(rights.Works, " ") }

func join(works []registrytypes.WorkID, separator string) string {
	ids := make([]string, len(works))
	for i, id := range works {
		ids[i] = id.String()
	}
	return strings.Join(ids, separator)
}
