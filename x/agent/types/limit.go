package types

import (
	"slices"
	"strings"
	"time"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/budget"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// MaxAmountBits is the size of amounts that a budget names.
const MaxAmountBits = 128

// Validate checks all that needs neither state nor time. It fails with ErrInvalidLimit, naming
// the field and what it takes.
func (l Limit) Validate() error {
	if len(l.Messages) == 0 || len(l.Messages) > MaxMessageTypes {
		return invalidLimit("messages", "names %d types: name 1 to %d, such as /stemma.royalty.v1.MsgPay", len(l.Messages), MaxMessageTypes)
	}
	if err := distinct("messages", l.Messages); err != nil {
		return err
	}
	if err := l.validateNamed(); err != nil {
		return err
	}
	if l.MaxRate != nil && l.MaxRate.Rate > MaxRateWhole {
		return invalidLimit("max_rate", "is %d ppm, the whole is %d", l.MaxRate.Rate, MaxRateWhole)
	}
	if l.ExpiresAt.IsZero() || l.ExpiresAt.Unix() <= 0 {
		return invalidLimit("expires_at", "is not given: every key has an end")
	}
	windows, err := validateBudgets("budgets", l.Budgets)
	if err != nil {
		return err
	}
	feeWindows, err := validateBudgets("fees", l.Fees)
	if err != nil {
		return err
	}
	switch windows = windows || feeWindows; {
	case windows && (l.Window < leastWindow || l.Window > maxDelay):
		return invalidLimit("window", "is %s: a budget has a window, and windows last from %s to %s", l.Window, leastWindow, maxDelay)
	case !windows && l.Window != 0:
		return invalidLimit("window", "is %s, and no budget has a window: leave it out, or say what may leave in one", l.Window)
	}
	return nil
}

// validateNamed checks the lists of works, terms and payees.
func (l Limit) validateNamed() error {
	if len(l.Works) > MaxListed || len(l.Terms) > MaxListed || len(l.Payees) > MaxListed {
		return invalidLimit("works, terms, payees", "have %d, %d and %d entries, at most %d are possible of each",
			len(l.Works), len(l.Terms), len(l.Payees), MaxListed)
	}
	seen := map[registrytypes.WorkID]bool{}
	for i, w := range l.Works {
		if w.IsZero() || seen[w] {
			return invalidLimit("works", "[%d] is empty, or there twice", i)
		}
		seen[w] = true
	}
	for i, t := range l.Terms {
		if _, err := registrytypes.ParseID(t, TermsHRP, 32); err != nil {
			return invalidLimit("terms", "[%d]: %s", i, err)
		}
	}
	for i, p := range l.Payees {
		if err := validPayee(p); err != nil {
			return invalidLimit("payees", "[%d]: %s", i, err)
		}
	}
	if err := distinct("terms", l.Terms); err != nil {
		return err
	}
	return distinct("payees", l.Payees)
}

// validPayee takes a work or an account, each in its one spelling.
func validPayee(s string) error {
	if strings.HasPrefix(s, registrytypes.WorkPrefix+"1") {
		_, err := registrytypes.ParseWorkID(s)
		return err
	}
	account, err := sdk.AccAddressFromBech32(s)
	if err != nil {
		return err
	}
	if account.String() != s {
		return errorsmod.Wrapf(ErrInvalidLimit, "write %s", account)
	}
	return nil
}

// validateBudgets says whether one of them has a window.
func validateBudgets(field string, budgets []Budget) (windows bool, err error) {
	if len(budgets) > MaxBudgets {
		return false, invalidLimit(field, "has %d entries, at most %d are possible", len(budgets), MaxBudgets)
	}
	for i, b := range budgets {
		if err := sdk.ValidateDenom(b.Denom); err != nil {
			return false, invalidLimit(field, "[%d].denom: %s", i, err)
		}
		if i > 0 && budgets[i-1].Denom >= b.Denom {
			return false, invalidLimit(field, "[%d]: %s is not in order of denom, or there twice", i, b.Denom)
		}
		for _, amount := range []math.Int{b.Act, b.Window, b.Total} {
			if !amount.IsNil() && (amount.IsNegative() || amount.BigInt().BitLen() > MaxAmountBits) {
				return false, invalidLimit(field, "[%d]: %s is negative, or has more than %d bits", i, amount, MaxAmountBits)
			}
		}
		if !positive(b.Window) && !positive(b.Total) {
			return false, invalidLimit(field, "[%d]: %s has neither window nor total: what one act may take alone bounds nothing", i, b.Denom)
		}
		windows = windows || positive(b.Window)
	}
	return windows, nil
}

func positive(i math.Int) bool { return !i.IsNil() && i.IsPositive() }

func distinct(field string, list []string) error {
	seen := make(map[string]bool, len(list))
	for i, s := range list {
		if s == "" || seen[s] {
			return invalidLimit(field, "[%d]: %q is empty, or there twice", i, clip(s))
		}
		seen[s] = true
	}
	return nil
}

func invalidLimit(field, format string, args ...any) error {
	return errorsmod.Wrapf(ErrInvalidLimit, field+" "+format, args...)
}

// Allows says whether a limit lets a message through, by what the message names. It fails with
// the code of the first reason.
func (l Limit) Allows(message string, kind Kind, named Named) error {
	kind.Payees, kind.Works = kind.Payees && !named.Hidden.Payees, kind.Works && !named.Hidden.Works
	kind.Terms, kind.Rates = kind.Terms && !named.Hidden.Terms, kind.Rates && !named.Hidden.Rates
	if err := l.reads(message, kind); err != nil {
		return err
	}
	for _, p := range named.Payees {
		if len(l.Payees) > 0 && !slices.Contains(l.Payees, p) {
			return errorsmod.Wrapf(ErrPayee, "%s pays %s: the limit names %s", message, p, listed(l.Payees))
		}
	}
	for _, w := range named.Works {
		if len(l.Works) > 0 && !slices.Contains(l.Works, w) {
			return errorsmod.Wrapf(ErrWork, "%s is about %s, which is none of the %d works of the limit", message, w, len(l.Works))
		}
	}
	for _, t := range named.Terms {
		if len(l.Terms) > 0 && !slices.Contains(l.Terms, t) {
			return errorsmod.Wrapf(ErrTerms, "%s takes %s: the limit names %s", message, t, listed(l.Terms))
		}
	}
	for _, r := range named.Rates {
		if l.MaxRate != nil && r > l.MaxRate.Rate {
			return errorsmod.Wrapf(ErrRate, "%s accepts a rate of %d ppm, the limit's is %d", message, r, l.MaxRate.Rate)
		}
	}
	return nil
}

// reads fails where the limit names something that cannot be read from messages of the kind.
func (l Limit) reads(message string, kind Kind) error {
	for _, d := range []struct {
		name  string
		named bool
		read  bool
	}{
		{"payees", len(l.Payees) > 0, kind.Payees},
		{"works", len(l.Works) > 0, kind.Works},
		{"terms", len(l.Terms) > 0, kind.Terms},
		{"a rate", l.MaxRate != nil, kind.Rates},
	} {
		if d.named && !d.read {
			return errorsmod.Wrapf(ErrUnreadable, "%s: the limit names %s, which cannot be read from this message", message, d.name)
		}
	}
	return nil
}

// listed writes the first entries of a list.
func listed(list []string) string {
	if len(list) <= 3 {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:3], ", ") + ", ..."
}

// Budgets in the words of the package that counts.
func budgetsOf(list []Budget) []budget.Budget {
	out := make([]budget.Budget, len(list))
	for i, b := range list {
		out[i] = budget.Budget(b)
	}
	return out
}

func spentOf(list []Spent) []budget.Spent {
	out := make([]budget.Spent, len(list))
	for i, s := range list {
		out[i] = budget.Spent(s)
	}
	return out
}

func countersOf(list []budget.Spent) []Spent {
	out := make([]Spent, len(list))
	for i, s := range list {
		out[i] = Spent(s)
	}
	return out
}

// At returns the counters in the window of a moment.
func (c Counters) At(k Key, now time.Time) Counters {
	if k.Limit == nil {
		return c
	}
	if n := budget.Number(k.SetAt, now, k.Limit.Window); n != c.Window {
		c.Window = n
		c.Spent, c.Fees = countersOf(budget.Roll(spentOf(c.Spent))), countersOf(budget.Roll(spentOf(c.Fees)))
	}
	return c
}

// Act counts what left the controller by one act. It fails with the code of the budget that
// does not allow it; what the budget leaves is named.
func (c Counters) Act(k Key, now time.Time, left sdk.Coins) (Counters, error) {
	c = c.At(k, now)
	spent, over := budget.Take(budgetsOf(k.Limit.Budgets), spentOf(c.Spent), coinsOf(left))
	if over != nil {
		return c, refusal(over, k, c, now, [4]error{ErrNoBudget, ErrOverAct, ErrOverWindow, ErrOverTotal}, "the act")
	}
	c.Spent = countersOf(spent)
	c.Acts++ // 2^64 acts are out of reach
	return c, nil
}

// Fee counts a fee. It fails as Act does.
func (c Counters) Fee(k Key, now time.Time, fee sdk.Coins) (Counters, error) {
	c = c.At(k, now)
	fees, over := budget.Take(budgetsOf(k.Limit.Fees), spentOf(c.Fees), coinsOf(fee))
	if over != nil {
		return c, refusal(over, k, c, now, [4]error{ErrFeeNoBudget, ErrFeeOverAct, ErrFeeOverWindow, ErrFeeOverTotal}, "the fee")
	}
	c.Fees = countersOf(fees)
	return c, nil
}

// refusal says which bound refuses, and what is left until when.
func refusal(over *budget.Over, k Key, c Counters, now time.Time, codes [4]error, what string) error {
	code := codes[over.Bound]
	switch over.Bound {
	case budget.None:
		return errorsmod.Wrapf(code, "%s takes %s%s: the limit has no budget for %s", what, over.Asked, over.Denom, over.Denom)
	case budget.Window:
		return errorsmod.Wrapf(code, "%s takes %s%s, %s%s are left until %s", what, over.Asked, over.Denom, over.Left, over.Denom,
			budget.End(k.SetAt, c.Window, k.Limit.Window).UTC().Format(time.RFC3339))
	}
	return errorsmod.Wrapf(code, "%s takes %s%s, %s%s are left", what, over.Asked, over.Denom, over.Left, over.Denom)
}

func coinsOf(coins sdk.Coins) []budget.Coin {
	out := make([]budget.Coin, len(coins))
	for i, c := range coins {
		out[i] = budget.Coin(c)
	}
	return out
}

// RemainingOf is what each budget leaves for the next act.
func RemainingOf(budgets []Budget, spent []Spent) []Remaining {
	out := make([]Remaining, len(budgets))
	counted := make(map[string]budget.Spent, len(spent))
	for _, s := range spent {
		counted[s.Denom] = budget.Spent(s)
	}
	for i, b := range budgets {
		left, _ := budget.Budget(b).Left(counted[b.Denom])
		out[i] = Remaining{Denom: b.Denom, Amount: left}
	}
	return out
}
