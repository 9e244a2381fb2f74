package deed

import (
	"slices"

	"github.com/stemma-chain/stemma/x/license/types"
)

// answer is what terms say to one kind of use.
type answer uint8

const (
	// no: the terms exclude it.
	no answer = iota
	// outside: the terms are about other uses.
	outside
	// unmentioned: nothing is said, and that means no, as derivatives are excluded.
	unmentioned
	// implied: nothing is said, and that means yes.
	implied
	yes
	// paid: for a price.
	paid
)

// permits says whether an answer lets the use be made at all.
func (a answer) permits() bool { return a >= implied }

// machineUse is a use by machines, which terms have a field for.
type machineUse struct {
	action types.Action
	said   types.Permission
	// do and doing are the words for it.
	do, doing string
}

// byMachines lists the uses that have a field of their own.
func (d describer) byMachines() []machineUse {
	return []machineUse{
		{types.ACTION_TRAIN_AI, d.AiTraining, "Train AI models on it", "training AI models on it"},
		{types.ACTION_AI_INPUT, d.AiInput, "Use it as input to AI, for generation and grounding", "using it as input to AI"},
		{types.ACTION_SEARCH, d.Search, "Index it for search", "indexing it for search"},
	}
}

// about says whether the terms are about a use.
func (d describer) about(a types.Action) bool {
	return len(d.Uses) == 0 || slices.Contains(d.Uses, a)
}

// adapts answers the making of derivatives.
func (d describer) adapts() answer {
	switch {
	case d.Derivatives == types.DERIVATIVES_NONE:
		return no
	case !d.about(types.ACTION_ADAPT):
		return outside
	}
	return yes
}

// answers a use by machines. What the terms leave open, training and input, goes
// as derivatives do; search is permitted.
func (d describer) answers(use machineUse) answer {
	switch {
	case use.said == types.PERMISSION_DENY:
		return no
	case !d.about(use.action):
		return outside
	case use.said == types.PERMISSION_ALLOW:
		return yes
	case use.said == types.PERMISSION_PAID:
		return paid
	case use.action != types.ACTION_SEARCH && d.Derivatives == types.DERIVATIVES_NONE:
		return unmentioned
	}
	return implied
}

// plainUses are the uses that need no field: copies in whatever form. Each with
// its words, apart from those that the terms are not about.
func (d describer) plainUses() (in, out []string) {
	for _, u := range []struct {
		action types.Action
		words  string
	}{
		{types.ACTION_COPY, "make copies"},
		{types.ACTION_DISTRIBUTE, "give copies to others"},
		{types.ACTION_PERFORM, "perform, show or broadcast it"},
	} {
		if d.about(u.action) {
			in = append(in, u.words)
		} else {
			out = append(out, u.words)
		}
	}
	return in, out
}
