package deed

import (
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// What terms answer to a use by machines, in the words of termspec.Machine.
const (
	allowed    = "allowed"
	paid       = "paid"
	unset      = "allowed_unset"
	denied     = "denied"
	notCovered = "not_covered"
)

// machines says whether each use by machines may be made, and for what.
func (d *draft) machines() {
	answers := termspec.Machines(d.t)
	for i, use := range []struct {
		action licensetypes.Action
		said   licensetypes.Permission
	}{
		{licensetypes.ACTION_TRAIN_AI, d.t.AiTraining},
		{licensetypes.ACTION_AI_INPUT, d.t.AiInput},
		{licensetypes.ACTION_SEARCH, d.t.Search},
	} {
		d.machine(answers[i].Answer, use.action, use.said)
		d.price(use.action, use.said)
	}
}

func (d *draft) machine(answer string, action licensetypes.Action, said licensetypes.Permission) {
	do := d.w.Say("deed.do." + actionWord(action))
	switch {
	case answer == allowed:
		d.may("deed.machine.allow", do)
	case answer == paid:
		d.may("deed.machine.paid", do)
	case answer == unset && action == licensetypes.ACTION_SEARCH:
		d.may("deed.machine.unset.search", do)
	case answer == unset:
		d.may("deed.machine.unset", do)
	case answer == denied && about(d.t, action):
		d.mayNot("deed.machine.deny", do)
	case answer == denied:
		d.mayNot("deed.machine.deny.outside", do)
	case answer == notCovered && said == licensetypes.PERMISSION_UNSET:
		d.mayNot("deed.machine.outside", do)
	case answer == notCovered:
		d.mayNot("deed.machine.outside.said", do, d.permission(said))
	default:
		d.mayNot("deed.machine.deny.unset", do)
	}
}

func (d *draft) permission(said licensetypes.Permission) string {
	switch said {
	case licensetypes.PERMISSION_ALLOW:
		return d.w.Say("deed.permission.allow")
	case licensetypes.PERMISSION_PAID:
		return d.w.Say("deed.permission.paid")
	}
	return d.w.Say("deed.permission.unknown", int32(said))
}

// price says what a paid use costs, where the price of a grant does not.
func (d *draft) price(action licensetypes.Action, said licensetypes.Permission) {
	switch {
	case said != licensetypes.PERMISSION_PAID:
	case action != licensetypes.ACTION_TRAIN_AI && len(d.t.UsePrice) > 0:
		d.must("deed.pay."+actionWord(action), d.prices(d.t.UsePrice))
	case len(d.t.GrantFee) == 0:
		d.must("deed.buy." + actionWord(action))
	}
}

// derives says whether anything may be made from the work, after all that is said.
func (d *draft) derives() bool {
	if d.t.Derivatives != licensetypes.DERIVATIVES_NONE && about(d.t, licensetypes.ACTION_ADAPT) {
		return true
	}
	// All but search make something.
	return slices.ContainsFunc(termspec.Machines(d.t)[:2], func(m termspec.Machine) bool {
		return slices.Contains([]string{allowed, paid, unset}, m.Answer)
	})
}

// about says whether terms are about a use.
func about(t licensetypes.Terms, a licensetypes.Action) bool {
	return len(t.Uses) == 0 || slices.Contains(t.Uses, a)
}

// actionWord is a use's name in keys, as people write it in files.
func actionWord(a licensetypes.Action) string {
	return termspec.Folded(strings.TrimPrefix(a.String(), termspec.ActionEnum.Prefix))
}
