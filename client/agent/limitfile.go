// Package agent reads and writes what people and other networks say of agents: limits of keys as ten lines
// of YAML, and cards in the formats of others.
package agent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/internal/rates"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// LimitFile is a limit as people write it. Its words are those of AP2's mandates: budget (in all),
// amount_range (of one act), agent_recurrence (of a window), allowed_payees.
type LimitFile struct {
	// Messages are types, or the last word of one, such as MsgPay or pay.
	Messages []string `yaml:"messages,flow"`
	// AllowedPayees are accounts and works that are paid.
	AllowedPayees []string `yaml:"allowed_payees,flow,omitempty"`
	AllowedWorks  []string `yaml:"allowed_works,flow,omitempty"`
	AllowedTerms  []string `yaml:"allowed_terms,flow,omitempty"`
	// MaxRate is the highest royalty rate, such as 10%.
	MaxRate string `yaml:"max_rate,omitempty"`
	// Expires is a day (its end in UTC), a time of RFC 3339, or how long from now, such as 30d or 720h.
	Expires string `yaml:"expires"`
	// AmountRange, AgentRecurrence and Budget bound what leaves: amounts such as 5 USDC, one a denom.
	AmountRange     *MostOf   `yaml:"amount_range,flow,omitempty"`
	AgentRecurrence *EachTime `yaml:"agent_recurrence,flow,omitempty"`
	Budget          []string  `yaml:"budget,flow,omitempty"`
	// Fees bounds the fees that the controller pays.
	Fees *FeesOf `yaml:"fees,flow,omitempty"`
}

// MostOf bounds one act.
type MostOf struct {
	Max []string `yaml:"max,flow,omitempty"`
}

// EachTime bounds a window, which follows the last: every 24h.
type EachTime struct {
	Every string   `yaml:"every"`
	Max   []string `yaml:"max,flow,omitempty"`
}

// FeesOf bounds fees: of a transaction, of the same window, in all.
type FeesOf struct {
	Max    []string `yaml:"max,flow,omitempty"`
	Every  []string `yaml:"each_window,flow,omitempty"`
	Budget []string `yaml:"budget,flow,omitempty"`
}

// Reading is what a limit file needs to be read.
type Reading struct {
	// Coin reads an amount as people write it.
	Coin func(string) (sdk.Coin, error)
	// Terms and Account read names beside ids.
	Terms   func(string) (string, error)
	Account func(string) (sdk.AccAddress, error)
	// Types are those of messages that a limit can allow.
	Types []string
	Now   time.Time
}

// ReadLimit reads a limit file. What it refuses it names by its word in the file, and a word that it does not know with its line.
func ReadLimit(raw []byte, with Reading) (limit agenttypes.Limit, err error) {
	var file LimitFile
	if err := decode(raw, &file, "messages, expires and budget"); err != nil {
		return limit, err
	}
	var whole yaml.Node
	if err := yaml.Unmarshal(raw, &whole); err != nil {
		return limit, err
	}
	if err := noneEmpty(&whole); err != nil {
		return limit, err
	}
	return file.limit(with)
}

// noneEmpty refuses a word that has no value, or an empty list: without the word the limit would say the
// same, which of what is allowed is everything.
func noneEmpty(n *yaml.Node) error {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			word, scalar := n.Content[i-1], child.Kind == yaml.ScalarNode
			if scalar && (child.Tag == "!!null" || child.Value == "") || !scalar && child.Kind != yaml.AliasNode && len(child.Content) == 0 {
				return fmt.Errorf("line %d: %s has no value: name some, or leave the word out, which does not mean none", word.Line, word.Value)
			}
		}
		if err := noneEmpty(child); err != nil {
			return err
		}
	}
	return nil
}

func (f LimitFile) limit(with Reading) (limit agenttypes.Limit, err error) {
	if len(f.Messages) == 0 {
		return limit, errors.New("messages: name at least one type, such as MsgPay; what is not named is not allowed")
	}
	if limit.Messages, err = each("messages", f.Messages, with.messageType); err != nil {
		return limit, err
	}
	if limit.Payees, err = each("allowed_payees", f.AllowedPayees, with.payee); err != nil {
		return limit, err
	}
	if limit.Works, err = each("allowed_works", f.AllowedWorks, registrytypes.ParseWorkID); err != nil {
		return limit, err
	}
	if limit.Terms, err = each("allowed_terms", f.AllowedTerms, with.Terms); err != nil {
		return limit, err
	}
	if f.MaxRate != "" {
		rate, err := readRate(f.MaxRate)
		if err != nil {
			return limit, fmt.Errorf("max_rate: %w", err)
		}
		limit.MaxRate = &agenttypes.MaxRate{Rate: rate}
	}
	if limit.ExpiresAt, err = ReadEnd(f.Expires, with.Now); err != nil {
		return limit, fmt.Errorf("expires: %w", err)
	}
	if err := f.budgets(&limit, with); err != nil {
		return limit, err
	}
	return limit, limit.Validate()
}

// each reads the entries of a list, each of which is there once.
func each[T comparable](name string, texts []string, read func(string) (T, error)) (list []T, err error) {
	for _, text := range texts {
		one, err := read(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if slices.Contains(list, one) {
			return nil, fmt.Errorf("%s: %q is there twice", name, text)
		}
		list = append(list, one)
	}
	return list, nil
}

// payee reads an account or a work.
func (with Reading) payee(text string) (string, error) {
	if strings.HasPrefix(text, registrytypes.WorkPrefix+"1") {
		work, err := registrytypes.ParseWorkID(text)
		return work.String(), err
	}
	account, err := with.Account(text)
	return account.String(), err
}

// budgets reads what may leave, and fees.
func (f LimitFile) budgets(limit *agenttypes.Limit, with Reading) (err error) {
	var act, window []string
	if f.AmountRange != nil {
		act = f.AmountRange.Max
	}
	if f.AgentRecurrence != nil {
		window = f.AgentRecurrence.Max
		if limit.Window, err = ReadLasting(f.AgentRecurrence.Every); err != nil {
			return fmt.Errorf("agent_recurrence: every: %w", err)
		}
	}
	limit.Budgets, err = with.budgets(
		bounds{"amount_range: max", act}, bounds{"agent_recurrence: max", window}, bounds{"budget", f.Budget})
	if err != nil {
		return err
	}
	if fees := f.Fees; fees != nil {
		limit.Fees, err = with.budgets(
			bounds{"fees: max", fees.Max}, bounds{"fees: each_window", fees.Every}, bounds{"fees: budget", fees.Budget})
		if err != nil {
			return err
		}
	}
	windows := func(b agenttypes.Budget) bool { return b.Window.IsPositive() }
	hasWindow := slices.ContainsFunc(limit.Budgets, windows) || slices.ContainsFunc(limit.Fees, windows)
	switch {
	case hasWindow && f.AgentRecurrence == nil:
		return errors.New("fees: each_window: say how long a window is, as every of agent_recurrence")
	case !hasWindow && f.AgentRecurrence != nil:
		return errors.New("agent_recurrence: max: name the most of a window, or leave agent_recurrence out")
	}
	return nil
}

// bounds are amounts of a list of the file, one a denom.
type bounds struct {
	name  string
	texts []string
}

// budgets joins the bounds of each denom, in order of denom.
func (with Reading) budgets(act, window, total bounds) (budgets []agenttypes.Budget, err error) {
	amounts := [3]map[string]math.Int{}
	denoms := map[string]bool{}
	for i, list := range []bounds{act, window, total} {
		if amounts[i], err = with.amounts(list); err != nil {
			return nil, err
		}
		for denom := range amounts[i] {
			denoms[denom] = true
		}
	}
	of := func(i int, denom string) math.Int {
		if amount, found := amounts[i][denom]; found {
			return amount
		}
		return math.ZeroInt()
	}
	for denom := range denoms {
		b := agenttypes.Budget{Denom: denom, Act: of(0, denom), Window: of(1, denom), Total: of(2, denom)}
		if !b.Window.IsPositive() && !b.Total.IsPositive() {
			return nil, fmt.Errorf("%s: what one may take alone bounds nothing: name %s in %s or %s too", act.name, denom, window.name, total.name)
		}
		budgets = append(budgets, b)
	}
	slices.SortFunc(budgets, func(a, b agenttypes.Budget) int { return strings.Compare(a.Denom, b.Denom) })
	return budgets, nil
}

func (with Reading) amounts(list bounds) (map[string]math.Int, error) {
	amounts := map[string]math.Int{}
	for _, text := range list.texts {
		coin, err := with.Coin(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", list.name, err)
		}
		switch _, twice := amounts[coin.Denom]; {
		case twice:
			return nil, fmt.Errorf("%s: %s is there twice", list.name, coin.Denom)
		case !coin.Amount.IsPositive():
			return nil, fmt.Errorf("%s: %q: leave out what may not leave: a denom without a budget may not", list.name, text)
		}
		amounts[coin.Denom] = coin.Amount
	}
	return amounts, nil
}

// messageType finds the type that a word means: itself, or the one that ends with it.
func (with Reading) messageType(word string) (string, error) {
	if slices.Contains(with.Types, word) {
		return word, nil
	}
	name := "Msg" + strings.TrimPrefix(strings.ReplaceAll(word, "-", ""), "Msg")
	var found []string
	for _, kind := range with.Types {
		if strings.EqualFold(kind[strings.LastIndex(kind, ".")+1:], name) {
			found = append(found, kind)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("%q is no message that a limit can allow; the query Messages (stemmad agent messages) lists them", word)
	}
	return "", fmt.Errorf("%q can be %s: write one of them", word, strings.Join(found, " or "))
}

// readRate reads a rate in percent, with up to four decimals. Without the sign it could be parts per million, and is refused.
func readRate(text string) (uint32, error) {
	if !strings.HasSuffix(strings.TrimSpace(text), "%") {
		return 0, fmt.Errorf("%q: write a percentage with its sign, such as 10%%", text)
	}
	return rates.Parse(text)
}

// ReadLasting reads a length of time such as 24h, or 7d.
func ReadLasting(text string) (time.Duration, error) {
	if days, found := strings.CutSuffix(text, "d"); found {
		if hours, err := time.ParseDuration(days + "h"); err == nil && hours > 0 && hours < maxLasting/24 {
			return 24 * hours, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q is no such time: write 24h, or 7d", text)
}

const maxLasting = 100 * 366 * 24 * time.Hour

// ReadEnd reads when something ends: a day (its end in UTC), a time of RFC 3339, or how long from now, such as 30d or 720h.
func ReadEnd(text string, now time.Time) (time.Time, error) {
	if d, err := ReadLasting(text); err == nil {
		return now.Add(d).UTC().Truncate(time.Second), nil
	}
	if at, err := table.ParseUntil(text, now); err == nil {
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%q is no time: write a day such as 2027-01-31, a time such as 2027-01-31T12:00:00Z, "+
		"or how long, such as 30d or 720h", text)
}

// WriteLimit writes a limit as ReadLimit reads it; coin writes amounts as people do.
func WriteLimit(limit agenttypes.Limit, coin func(sdk.Coin) string) ([]byte, error) {
	file := LimitFile{
		Messages: limit.Messages, AllowedPayees: limit.Payees, AllowedTerms: limit.Terms, Expires: limit.ExpiresAt.UTC().Format(time.RFC3339),
	}
	for _, w := range limit.Works {
		file.AllowedWorks = append(file.AllowedWorks, w.String())
	}
	if limit.MaxRate != nil {
		file.MaxRate = strings.ReplaceAll(rates.Percent(limit.MaxRate.Rate), " ", "")
	}
	act, window, total := textsOf(limit.Budgets, coin)
	if act != nil {
		file.AmountRange = &MostOf{Max: act}
	}
	if limit.Window > 0 {
		file.AgentRecurrence = &EachTime{Every: lasting(limit.Window), Max: window}
	}
	file.Budget = total
	if len(limit.Fees) > 0 {
		file.Fees = &FeesOf{}
		file.Fees.Max, file.Fees.Every, file.Fees.Budget = textsOf(limit.Fees, coin)
	}
	return yaml.Marshal(file)
}

// lasting writes a time without its units that are none: 24h, not 24h0m0s.
func lasting(d time.Duration) string {
	text := strings.TrimSuffix(d.String(), "m0s")
	switch {
	case text == d.String():
		return text
	case strings.HasSuffix(text, "h0"):
		return strings.TrimSuffix(text, "0")
	}
	return text + "m"
}

func textsOf(budgets []agenttypes.Budget, coin func(sdk.Coin) string) (act, window, total []string) {
	add := func(list *[]string, denom string, amount math.Int) {
		if !amount.IsNil() && amount.IsPositive() {
			*list = append(*list, coin(sdk.Coin{Denom: denom, Amount: amount}))
		}
	}
	for _, b := range budgets {
		add(&act, b.Denom, b.Act)
		add(&window, b.Denom, b.Window)
		add(&total, b.Denom, b.Total)
	}
	return act, window, total
}
