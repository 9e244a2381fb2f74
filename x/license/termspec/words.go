package termspec

import (
	"fmt"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/internal/rates"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Summary says in one sentence what most people ask first.
func Summary(t Terms) string {
	use := "Non-commercial use"
	if t.CommercialUse {
		use = "Commercial and non-commercial use"
	}
	if len(t.Uses) > 0 {
		uses := make([]string, len(t.Uses))
		for i, a := range t.Uses {
			uses[i] = useName(a)
		}
		use += " for " + join(uses, "and") + " only"
	}
	parts := []string{use}
	switch t.adapts() {
	case yes:
		if t.Derivatives == DERIVATIVES_SHARE_ALIKE {
			parts = append(parts, "with derivatives under the same terms")
		} else {
			parts = append(parts, "with derivatives")
		}
	default:
		parts = append(parts, "no derivatives")
	}
	switch t.AiTraining {
	case PERMISSION_ALLOW:
		parts = append(parts, "AI training allowed")
	case PERMISSION_DENY:
		parts = append(parts, "no AI training")
	case PERMISSION_PAID:
		parts = append(parts, "AI training for a price")
	}
	if t.RoyaltyPolicy != royaltytypes.POLICY_NONE {
		parts = append(parts, "a royalty of "+rates.Percent(t.RoyaltyRate))
	}
	return strings.Join(parts, ", ") + "."
}

// useName writes a use as a noun.
func useName(a Action) string {
	switch a {
	case ACTION_COPY:
		return "copying"
	case ACTION_DISTRIBUTE:
		return "distribution"
	case ACTION_PERFORM:
		return "performance"
	case ACTION_ADAPT:
		return "adaptation"
	case ACTION_TRAIN_AI:
		return "AI training"
	case ACTION_AI_INPUT:
		return "AI input"
	case ACTION_SEARCH:
		return "search"
	}
	return fmt.Sprintf("use %d", a)
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

// capital begins a text, which has letters, with a capital one.
func capital(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
