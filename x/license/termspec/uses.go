package termspec

import (
	"fmt"
	"slices"
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

// machineUse is a use by machines, which terms have a field for.
type machineUse struct {
	action Action
	said   Permission
	// do and doing are the words for it.
	do, doing string
}

func (t Terms) training() machineUse {
	return machineUse{ACTION_TRAIN_AI, t.AiTraining, "Train AI models on it", "training AI models on it"}
}

func (t Terms) input() machineUse {
	return machineUse{
		ACTION_AI_INPUT, t.AiInput, "Use it as input to AI, for generation and grounding", "using it as input to AI",
	}
}

func (t Terms) search() machineUse {
	return machineUse{ACTION_SEARCH, t.Search, "Index it for search", "indexing it for search"}
}

// permits says whether an answer lets the use be made at all.
func (a answer) permits() bool { return a >= implied }

// derives says whether anything may be made from the work, after all that is said.
func (t Terms) derives() bool {
	return t.adapts().permits() || t.answers(t.training()).permits() || t.answers(t.input()).permits()
}

// about says whether the terms are about a use.
func (t Terms) about(a Action) bool { return len(t.Uses) == 0 || slices.Contains(t.Uses, a) }

// adapts answers the making of derivatives.
func (t Terms) adapts() answer {
	switch {
	case t.Derivatives == DERIVATIVES_NONE:
		return no
	case !t.about(ACTION_ADAPT):
		return outside
	}
	return yes
}

// answers a use by machines. What the terms leave open, training and input, goes
// as derivatives do; search is permitted.
func (t Terms) answers(use machineUse) answer {
	switch {
	case use.said == PERMISSION_DENY:
		return no
	case !t.about(use.action):
		return outside
	case use.said == PERMISSION_ALLOW:
		return yes
	case use.said == PERMISSION_PAID:
		return paid
	case use.action != ACTION_SEARCH && t.Derivatives == DERIVATIVES_NONE:
		return unmentioned
	}
	return implied
}

// sayMachines says whether a use by machines may be made, and for what.
func (t Terms) sayMachines(use machineUse) Sentences {
	var s Sentences
	switch t.answers(use) {
	case yes:
		s = may(use.do + ".")
	case paid:
		s = may(use.do + ", for a price.")
	case implied:
		s = may(use.do + ": the terms do not mention it" + use.because() + ".")
	case no:
		s = mayNot(use.do + ".")
		if !t.about(use.action) {
			s = mayNot(use.do + ": the terms are about other uses, and deny it besides.")
		}
	case outside:
		s = mayNot(use.do + ": the terms are about other uses.")
		if use.said != PERMISSION_UNSET {
			s = mayNot(fmt.Sprintf("%s: the terms are about other uses, although they say %q to this one.", use.do,
				permissionEnum.Name(int32(use.said))))
		}
	case unmentioned:
		s = mayNot(use.do + ": the terms do not mention it, and allow no derivatives.")
	}
	s.Must = t.price(use)
	return s
}

// because says why a use that is not mentioned is permitted.
func (use machineUse) because() string {
	if use.action == ACTION_SEARCH {
		return ", and search is permitted then"
	}
	return ", and allow derivatives"
}

// price says what a paid use costs.
func (t Terms) price(use machineUse) []string {
	switch {
	case use.said != PERMISSION_PAID:
		return nil
	case use.action != ACTION_TRAIN_AI && len(t.UsePrice) > 0:
		return []string{fmt.Sprintf("Pay the work %s each time for %s.", alternatives(t.UsePrice), use.doing)}
	case len(t.GrantFee) > 0: // which says the price
		return nil
	}
	return []string{"Take a grant that has a price before " + use.doing + "."}
}

// plainUses are the uses that need no field, with their words: those that the terms
// are about, and the others.
func (t Terms) plainUses() (in, out []string) {
	for _, u := range []struct {
		action Action
		words  string
	}{
		{ACTION_COPY, "make copies"},
		{ACTION_DISTRIBUTE, "give copies to others"},
		{ACTION_PERFORM, "perform, show or broadcast it"},
	} {
		if t.about(u.action) {
			in = append(in, u.words)
		} else {
			out = append(out, u.words)
		}
	}
	return in, out
}
