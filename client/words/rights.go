package words

import (
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Namer names terms by their id as people know them.
type Namer func(licensetypes.TermsID) string

// Headline is a verdict for people.
func Headline(v licensetypes.Verdict) string {
	if v == licensetypes.VERDICT_NEEDS_GRANT {
		return "NEEDS A GRANT"
	}
	return strings.ToUpper(strings.ReplaceAll(rights.VerdictWord(v), "_", " "))
}

// Explain says a reason of an answer in one line: the sentence, what it is about, what to
// do, and the code. What the answer offers tells how to get what the reason asks for.
func Explain(r licensetypes.Reason, offers []licensetypes.Obtainable, name Namer) string {
	s := Reason(r.Code)
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
	if remedy := Remedy(r.Code, subjectOf(r, offers)); remedy != "" {
		s += "; " + remedy
	}
	return s + " [" + r.Code + "]"
}

// InOrder lists the reasons of an answer, first those that nothing which can be obtained
// mends: while they stand, an approval or a grant would not help.
func InOrder(list []licensetypes.Reason) []licensetypes.Reason {
	rank := func(r licensetypes.Reason) int {
		switch {
		case obtained(r):
			return 2
		case spent(r):
			return 1
		}
		return 0
	}
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b licensetypes.Reason) int { return rank(a) - rank(b) })
	return sorted
}

// InVain says that what can be obtained would not help, after reasons in order; empty where
// there is nothing of both kinds. In place of a grant that is used up or has ended, another
// one helps, where the answer offers one.
func InVain(answer licensetypes.Rights) string {
	list := answer.Reasons
	stays := func(r licensetypes.Reason) bool {
		return !obtained(r) && (!spent(r) || !another(answer, r))
	}
	if !slices.ContainsFunc(list, obtained) || !slices.ContainsFunc(list, stays) {
		return ""
	}
	return "A grant or an approval alone does not help: what is named first stands against it"
}

// spent says whether a reason is that a grant serves nothing more.
func spent(r licensetypes.Reason) bool {
	return slices.Contains([]string{string(rules.GrantUsed), string(rules.UsesExhausted), string(rules.GrantExpired)}, r.Code)
}

// another says whether an answer offers a grant of the work whose grant is spent, or asks for
// one: naming terms, the chain lists what they cost as a reason.
func another(answer licensetypes.Rights, r licensetypes.Reason) bool {
	of := r.Work
	if !r.Ancestor.IsZero() {
		of = r.Ancestor
	}
	return slices.ContainsFunc(answer.Offers, func(o licensetypes.Obtainable) bool { return o.Work == of }) ||
		slices.ContainsFunc(answer.Reasons, func(other licensetypes.Reason) bool {
			return other.Code == string(rules.NeedsGrant) && other.Work == r.Work && other.Ancestor == r.Ancestor
		})
}

// obtained says whether a reason goes away when something was obtained.
func obtained(r licensetypes.Reason) bool {
	row, known := reasons.Of(rules.Code(r.Code))
	return known && row.Asks
}

// subjectOf is what a reason is about, as commands take it. What is asked of an
// ancestor is had there, as a pass where the answer lists one.
func subjectOf(r licensetypes.Reason, offers []licensetypes.Obtainable) About {
	about := About{Work: r.Work.String()}
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
	s := Notice(n.Code)
	if len(n.Works) > 0 {
		var ids []string
		for _, id := range n.Works {
			ids = append(ids, id.String())
		}
		s += ": " + strings.Join(ids, ", ")
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
func Duty(o licensetypes.Obligation, answer licensetypes.Rights, use licensetypes.Use, name Namer) string {
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
		return "Declare what you make: " + declaring(o.Work, answer, use)
	case licensetypes.OBLIGATION_ROYALTY:
		return fmt.Sprintf("What you make owes %s %s; the chain collects it", o.Work, Royalty(o.RoyaltyPolicy, o.RoyaltyRate))
	case licensetypes.OBLIGATION_PAY_PER_USE:
		price := units.Units{}.Alternatives(o.Price)
		return fmt.Sprintf("Pay %s with each use: stemmad pay %s %s", price, o.Work, first(o.Price))
	case licensetypes.OBLIGATION_LEAVE_OUT:
		return fmt.Sprintf("Leave out what contributors took back of %s, the first %d of its withdrawals: stemmad query registry withdrawals %s",
			o.Work, o.Withdrawals, o.Work)
	case licensetypes.OBLIGATION_COUNT_USE:
		return fmt.Sprintf("Count each use of %s at your grant, which has %d left: stemmad use %s", o.Work, o.UsesLeft, o.Grant)
	}
	return "The chain asks for something that this program does not know; a newer one may: " + o.Kind.String()
}

// Met says of what is to be paid with each use that it is paid for this one. What the price is now does not matter for it.
func Met(o licensetypes.Obligation) string {
	return fmt.Sprintf("%s is paid for this use; each further use is paid again", o.Work)
}

// declaring is the command that declares what a use makes. Each role asks for the permission
// of its own action, so the role follows from the use; adapting is what derive takes it for.
func declaring(work registrytypes.WorkID, answer licensetypes.Rights, use licensetypes.Use) string {
	kind, role, record := "", "", ""
	switch use.Action {
	case licensetypes.ACTION_TRAIN_AI:
		kind, role = " --kind model", "=trained"
	case licensetypes.ACTION_AI_INPUT:
		role, record = "=input", " --model MODEL"
	}
	permission := ""
	if answer.Permission != "" && len(answer.Works) == 1 {
		permission = "@" + short(answer.Permission)
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

// DutyWord says the code of an obligation in plain words.
func DutyWord(code string) string {
	switch code {
	case "attribution":
		return "The work, or one that it was made from, is to be credited"
	case "share_alike":
		return "What you make is offered under the same terms only"
	case "report_use":
		return "What you make is to be declared"
	case "royalty":
		return "What you make owes a royalty, which the chain collects"
	case "pay_per_use":
		return "Each use is to be paid"
	case "leave_out":
		return "The items that contributors took back are to be left out"
	case "count_use":
		return "The use is to be counted at the grant that pays for it"
	}
	return "The chain asks for something that this program does not know; a newer one may"
}

// Use says a use in a phrase.
func Use(use licensetypes.Use) string {
	s := rights.ActionWord(use.Action)
	if use.Commercial {
		s += ", commercially"
	} else {
		s += ", not commercially"
	}
	if len(use.Territories) > 0 {
		s += ", in " + strings.Join(use.Territories, " ")
	} else {
		s += ", everywhere"
	}
	if len(use.Media) > 0 {
		s += ", on " + strings.Join(use.Media, " ")
	} else {
		s += ", in every medium"
	}
	if use.Until != nil {
		return s + ", until " + table.Time(*use.Until)
	}
	return s + ", now"
}

func first(price sdk.Coins) string {
	if len(price) == 0 {
		return "AMOUNT"
	}
	return price[0].String()
}
