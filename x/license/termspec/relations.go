package termspec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/rules"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Relation is a rule between several fields.
type Relation struct {
	// Fields are those that it is about; an error names the first.
	Fields []string
	// Yields is the one that is dropped where tests draw terms that break it.
	Yields string
	// Broken says what is wrong with the first, and what to do; empty: nothing.
	Broken func(Terms) string
}

// Relations lists the rules between fields.
func Relations() []Relation { return relations }

var relations = []Relation{
	together("uri_sha256", "uri", func(t Terms) bool { return t.UriSha256 != "" && t.Uri == "" && !t.Blanked() },
		"is set without a uri: say where the text is, or leave both out"),
	together("blanked_sha256", "uri", func(t Terms) bool { return t.Blanked() && t.Uri != "" },
		"is set beside the uri: one of them goes"),

	{[]string{"uri", "spdx"}, "uri", textOfAnother},

	withoutDerivatives("derivative_approval", "unset", func(t Terms) bool { return t.DerivativeApproval }),
	withoutDerivatives("revenue_ceiling", "empty", func(t Terms) bool { return len(t.RevenueCeiling) > 0 }),
	// Models derive from the work even where other derivatives are not allowed.
	withoutDerivatives("royalty_policy", "none", func(t Terms) bool { return owesRoyalty(t) && !permits(t.AiTraining) }),
	together("approval_direct", "derivative_approval", func(t Terms) bool { return t.ApprovalDirect && !t.DerivativeApproval },
		"is set, but no approval is asked: set derivative_approval, or drop it"),
	together("second_approver", "derivative_approval", func(t Terms) bool { return t.SecondApprover != "" && !t.DerivativeApproval },
		"is set, but no approval is asked: set derivative_approval, or drop it"),

	together("derivatives_per_grant", "derivatives", func(t Terms) bool { return t.DerivativesPerGrant != 0 && !t.Makes() },
		"must be unset: the terms allow no derivatives"),

	{[]string{"royalty_policy", "royalty_rate"}, "royalty_rate", rateWithoutPolicy},
	together("royalty_policy", "royalty_rate", func(t Terms) bool { return owesRoyalty(t) && t.RoyaltyRate == 0 },
		fmt.Sprintf("needs a royalty_rate of 1 to %d ppm, not 0", MaxRate)),
	together("royalty_policy", "derivatives", func(t Terms) bool { return owesRoyalty(t) && t.Derivatives == DERIVATIVES_SHARE_ALIKE },
		fmt.Sprintf("must be none under share-alike (%s): a derivative that owes royalties can't be offered under the same terms",
			rules.ShareAlikeRoyalty)),
	together("use_price", "ai_input", func(t Terms) bool {
		return len(t.UsePrice) > 0 && t.AiInput != PERMISSION_PAID && t.Search != PERMISSION_PAID
	}, "is set although no use is paid one by one: set ai_input or search to paid, or drop it; training is paid by the price of a grant"),

	together("uses_per_grant", "ai_input", func(t Terms) bool { return t.UsesPerGrant > 0 && !t.CountsUses() },
		"is set although a grant pays for no use as input to AI or in search: set ai_input or search to paid, without use_price, or drop it"),

	{[]string{"uses", "derivatives", "ai_training", "ai_input", "search"}, "uses", usesAtOdds},
	{[]string{"no_further_restrictions"}, "no_further_restrictions", furtherRestriction},
}

// together is a rule between two fields; wrong says what is wrong with the first.
func together(field, other string, broken func(Terms) bool, wrong string) Relation {
	return Relation{[]string{field, other}, field, func(t Terms) string {
		if broken(t) {
			return wrong
		}
		return ""
	}}
}

// withoutDerivatives refuses a field that is about derivatives where there are none.
func withoutDerivatives(field, must string, set func(Terms) bool) Relation {
	r := together("derivatives", field, func(t Terms) bool { return t.Derivatives == DERIVATIVES_NONE && set(t) },
		"are not allowed, so "+field+" must be "+must)
	r.Yields = field
	return r
}

// Makes says whether the fields let anything be made from the work.
func (t Terms) Makes() bool {
	return t.Derivatives != DERIVATIVES_NONE || permits(t.AiTraining) || permits(t.AiInput)
}

func owesRoyalty(t Terms) bool { return t.RoyaltyPolicy != royaltytypes.POLICY_NONE }

func rateWithoutPolicy(t Terms) string {
	if owesRoyalty(t) || t.RoyaltyRate == 0 {
		return ""
	}
	return fmt.Sprintf("is none, so royalty_rate must be 0, not %d", t.RoyaltyRate)
}

// usesAtOdds finds a field that speaks of a use which is not in the list of uses, or
// excludes one that is.
func usesAtOdds(t Terms) string {
	if len(t.Uses) == 0 {
		return ""
	}
	derives := t.Derivatives != DERIVATIVES_NONE
	unset := func(p Permission) bool { return p == PERMISSION_UNSET && derives }
	for _, c := range []struct {
		use    Action
		field  string
		spoken bool // another field permits the use expressly
		denied bool
	}{
		{ACTION_ADAPT, "derivatives", derives, !derives},
		{ACTION_TRAIN_AI, "ai_training", permits(t.AiTraining), !permits(t.AiTraining) && !unset(t.AiTraining)},
		{ACTION_AI_INPUT, "ai_input", permits(t.AiInput), !permits(t.AiInput) && !unset(t.AiInput)},
		{ACTION_SEARCH, "search", permits(t.Search), t.Search == PERMISSION_DENY},
	} {
		switch listed := slices.Contains(t.Uses, c.use); {
		case listed && c.denied:
			return fmt.Sprintf("has %s, which %s does not permit: permit it there or drop it here", ActionEnum.Name(int32(c.use)), c.field)
		case !listed && c.spoken:
			return fmt.Sprintf("lacks %s, which %s permits: add it, or leave uses empty for all", ActionEnum.Name(int32(c.use)), c.field)
		}
	}
	return ""
}

// furtherRestriction finds what would restrict those who receive a copy or a
// derivative.
func furtherRestriction(t Terms) string {
	if !t.NoFurtherRestrictions {
		return ""
	}
	for _, f := range fields {
		if f.Restricts && f.IsSet(t) {
			return "is set, so " + f.Name + " must be unset"
		}
	}
	return ""
}

func permits(p Permission) bool { return p == PERMISSION_ALLOW || p == PERMISSION_PAID }

func denies(p Permission) bool { return p == PERMISSION_DENY || p == PERMISSION_PAID }

// PaidByGrant says whether some use by machines is paid by a grant's price: training
// always is, input and search where they have no price per use.
func (t Terms) PaidByGrant() bool {
	return t.AiTraining == PERMISSION_PAID || t.paysMachineUses()
}

// paysMachineUses says whether a grant's price pays for input or search, which no price per use
// does.
func (t Terms) paysMachineUses() bool {
	return len(t.UsePrice) == 0 && (t.AiInput == PERMISSION_PAID || t.Search == PERMISSION_PAID)
}

// CountsUses says whether each use that a grant pays for as input to AI or in search is counted at
// it.
func (t Terms) CountsUses() bool { return t.UsesPerGrant > 0 && t.paysMachineUses() }

// SellsPasses says whether uses of what was made under the terms are paid by a pass: training is
// and, where no uses are counted, input and search.
func (t Terms) SellsPasses() bool {
	return t.AiTraining == PERMISSION_PAID || t.UsesPerGrant == 0 && t.paysMachineUses()
}

// textOfAnother: the text that people find is that of a licence which the terms do not name.
func textOfAnother(t Terms) string {
	if t.Named().Names(t.Uri) {
		return ""
	}
	return fmt.Sprintf("is where the text of %s is, which the terms do not name: name that, or say where the text of %s is",
		strings.Join(names.TextAt(t.Uri), " or "), t.Spdx)
}
