package deed

import (
	"fmt"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// summary says in one sentence what most people ask first.
func (d describer) summary() string {
	use := "Non-commercial use"
	if d.CommercialUse {
		use = "Commercial and non-commercial use"
	}
	if len(d.Uses) > 0 {
		uses := make([]string, len(d.Uses))
		for i, a := range d.Uses {
			uses[i] = useName(a)
		}
		use += " for " + join(uses, "and") + " only"
	}
	parts := []string{use}
	switch d.adapts() {
	case yes:
		if d.Derivatives == types.DERIVATIVES_SHARE_ALIKE {
			parts = append(parts, "with derivatives under the same terms")
		} else {
			parts = append(parts, "with derivatives")
		}
	default:
		parts = append(parts, "no derivatives")
	}
	switch d.AiTraining {
	case types.PERMISSION_ALLOW:
		parts = append(parts, "AI training allowed")
	case types.PERMISSION_DENY:
		parts = append(parts, "no AI training")
	case types.PERMISSION_PAID:
		parts = append(parts, "AI training for a price")
	}
	if d.RoyaltyPolicy != royaltytypes.POLICY_NONE {
		parts = append(parts, "a royalty of "+rates.Percent(d.RoyaltyRate))
	}
	return strings.Join(parts, ", ") + "."
}

// useName writes a use as a noun.
func useName(a types.Action) string {
	switch a {
	case types.ACTION_COPY:
		return "copying"
	case types.ACTION_DISTRIBUTE:
		return "distribution"
	case types.ACTION_PERFORM:
		return "performance"
	case types.ACTION_ADAPT:
		return "adaptation"
	case types.ACTION_TRAIN_AI:
		return "AI training"
	case types.ACTION_AI_INPUT:
		return "AI input"
	case types.ACTION_SEARCH:
		return "search"
	}
	return fmt.Sprintf("use %d", a)
}

// word writes a permission as people do.
func word(p types.Permission) string {
	return strings.ToLower(strings.TrimPrefix(p.String(), "PERMISSION_"))
}

// period writes a duration in days, hours, minutes and seconds, exactly.
func period(d time.Duration) string {
	if d <= 0 || d%time.Second != 0 {
		return d.String() // not valid in terms
	}
	var parts []string
	for _, unit := range []struct {
		size      time.Duration
		one, many string
	}{
		{24 * time.Hour, "day", "days"},
		{time.Hour, "hour", "hours"},
		{time.Minute, "minute", "minutes"},
		{time.Second, "second", "seconds"},
	} {
		if n := uint64(d / unit.size); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, plural(n, unit.one, unit.many)))
			d %= unit.size
		}
	}
	return join(parts, "and")
}

func plural(n uint64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// join lists words, the last after a conjunction.
func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

func sentence(s string) string { return capital(s) + "." }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
