package deed

import (
	"strings"
	"time"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/portal/catalog"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// summary says in one sentence what most people ask first.
func summary(w catalog.Words, t licensetypes.Terms) string {
	use := w.Say("deed.summary.plain")
	if t.CommercialUse {
		use = w.Say("deed.summary.commercial")
	}
	if len(t.Uses) > 0 {
		uses := make([]string, len(t.Uses))
		for i, a := range t.Uses {
			uses[i] = noun(w, a)
		}
		use = w.Say("deed.summary.only", use, join(w, uses, "deed.and"))
	}
	parts := []string{use}
	switch {
	case t.Derivatives == licensetypes.DERIVATIVES_NONE || !about(t, licensetypes.ACTION_ADAPT):
		parts = append(parts, w.Say("deed.summary.none"))
	case t.Derivatives == licensetypes.DERIVATIVES_SHARE_ALIKE:
		parts = append(parts, w.Say("deed.summary.share_alike"))
	default:
		parts = append(parts, w.Say("deed.summary.derivatives"))
	}
	switch t.AiTraining {
	case licensetypes.PERMISSION_ALLOW:
		parts = append(parts, w.Say("deed.summary.training.allow"))
	case licensetypes.PERMISSION_DENY:
		parts = append(parts, w.Say("deed.summary.training.deny"))
	case licensetypes.PERMISSION_PAID:
		parts = append(parts, w.Say("deed.summary.training.paid"))
	}
	if t.RoyaltyPolicy != royaltytypes.POLICY_NONE {
		parts = append(parts, w.Say("deed.summary.royalty", rates.Percent(t.RoyaltyRate)))
	}
	return w.Say("deed.summary", strings.Join(parts, w.Say("deed.summary.comma")))
}

func noun(w catalog.Words, a licensetypes.Action) string {
	if key := "deed.noun." + actionWord(a); w.Has(key) {
		return w.Say(key)
	}
	return w.Say("deed.noun.unknown", int32(a))
}

// period writes a duration in days, hours, minutes and seconds, exactly.
func period(w catalog.Words, d time.Duration) string {
	if d <= 0 || d%time.Second != 0 {
		return d.String() // not valid in terms
	}
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		key  string
	}{
		{24 * time.Hour, "deed.days"},
		{time.Hour, "deed.hours"},
		{time.Minute, "deed.minutes"},
		{time.Second, "deed.seconds"},
	} {
		if n := int(d / unit.size); n > 0 {
			parts = append(parts, w.Count(unit.key, n))
			d %= unit.size
		}
	}
	return join(w, parts, "deed.and")
}
