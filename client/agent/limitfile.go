// Package agent reads and writes what people and other networks say of agents: limits of keys as ten lines
// of YAML, and cards in the formats of others.
package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// LimitFile is a limit as people write it. Its words are those of AP2's mandates: budget (in all),
// amount_range (of one act), agent_recurrence (of a window), allowed_payees.
type LimitFile struct {
	// Messages are types, or the last word of one, such as MsgPay or pay.
	Messages []string `yaml:"messages"`
	// AllowedPayees are accounts and works that are paid.
	AllowedPayees []string `yaml:"allowed_payees,omitempty"`
	AllowedWorks  []string `yaml:"allowed_works,omitempty"`
	AllowedTerms  []string `yaml:"allowed_terms,omitempty"`
	// MaxRate is the highest royalty rate, such as 10%.
	MaxRate string `yaml:"max_rate,omitempty"`
	// Expires is a time, or how long from now, such as 720h.
	Expires string `yaml:"expires"`
	// AmountRange, AgentRecurrence and Budget bound what leaves: amounts such as 5 USDC, one a denom.
	AmountRange     *MostOf   `yaml:"amount_range,omitempty"`
	AgentRecurrence *EachTime `yaml:"agent_recurrence,omitempty"`
	Budget          []string  `yaml:"budget,omitempty"`
	// Fees bounds the fees that the controller pays.
	Fees *FeesOf `yaml:"fees,omitempty"`
}

// MostOf bounds one act.
type MostOf struct {
	Max []string `yaml:"max"`
}

// EachTime bounds a window, which follows the last: every 24h.
type EachTime struct {
	Every string   `yaml:"every"`
	Max   []string `yaml:"max"`
}

// FeesOf bounds fees: of a transaction, of the same window, in all.
type FeesOf struct {
	Max    []string `yaml:"max,omitempty"`
	Every  []string `yaml:"each_window,omitempty"`
	Budget []string `yaml:"budget,omitempty"`
}

// Reading is what a limit file needs to be read.
type Reading struct {
	// Coin reads an amount as people write it.
	Coin func(string) (sdk.Coin, error)
	// Terms and Account read names beside ids; Work reads the id of a work.
	Terms   func(string) (string, error)
	Account func(string) (sdk.AccAddress, error)
	// Types are those of messages that a limit can allow.
	Types []string
	Now   time.Time
}

// ReadLimit reads a limit file. A word that it does not know is refused, with its line.
func ReadLimit(raw []byte, with Reading) (limit agenttypes.Limit, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	var file LimitFile
	if err := decoder.Decode(&file); err != nil {
		if errors.Is(err, io.EOF) {
			return limit, errors.New("the file is empty: write messages, expires and budget at least")
		}
		return limit, err
	}
	return file.limit(with)
}

func (f LimitFile) limit(with Reading) (limit agenttypes.Limit, err error) {
	for _, word := range f.Messages {
		kind, err := messageType(word, with.Types)
		if err != nil {
			return limit, err
		}
		limit.Messages = append(limit.Messages, kind)
	}
	for _, text := range f.AllowedPayees {
		payee := text
		if !strings.HasPrefix(text, registrytypes.WorkPrefix+"1") {
			account, err := with.Account(text)
			if err != nil {
				return limit, fmt.Errorf("allowed_payees: %w", err)
			}
			payee = account.String()
		}
		limit.Payees = append(limit.Payees, payee)
	}
	for _, text := range f.AllowedWorks {
		work, err := registrytypes.ParseWorkID(text)
		if err != nil {
			return limit, fmt.Errorf("allowed_works: %w", err)
		}
		limit.Works = append(limit.Works, work)
	}
	for _, text := range f.AllowedTerms {
		terms, err := with.Terms(text)
		if err != nil {
			return limit, fmt.Errorf("allowed_terms: %w", err)
		}
		limit.Terms = append(limit.Terms, terms)
	}
	if f.MaxRate != "" {
		rate, err := readRate(f.MaxRate)
		if err != nil {
			return limit, err
		}
		limit.MaxRate = &agenttypes.MaxRate{Rate: rate}
	}
	if limit.ExpiresAt, err = readEnd(f.Expires, with.Now); err != nil {
		return limit, err
	}
	if err := f.budgets(&limit, with); err != nil {
		return limit, err
	}
	return limit, limit.Validate()
}

// budgets reads what may leave, and fees.
func (f LimitFile) budgets(limit *agenttypes.Limit, with Reading) (err error) {
	var act, each []string
	if f.AmountRange != nil {
		act = f.AmountRange.Max
	}
	if f.AgentRecurrence != nil {
		each = f.AgentRecurrence.Max
		if limit.Window, err = time.ParseDuration(f.AgentRecurrence.Every); err != nil {
			return fmt.Errorf("agent_recurrence: every: %q is no duration such as 24h", f.AgentRecurrence.Every)
		}
	}
	if limit.Budgets, err = budgetsOf(with, "", act, each, f.Budget); err != nil || f.Fees == nil {
		return err
	}
	limit.Fees, err = budgetsOf(with, "fees: ", f.Fees.Max, f.Fees.Every, f.Fees.Budget)
	return err
}

func budgetsOf(with Reading, within string, act, window, total []string) ([]agenttypes.Budget, error) {
	byDenom := map[string]*agenttypes.Budget{}
	for _, list := range []struct {
		name  string
		texts []string
		set   func(*agenttypes.Budget, math.Int)
	}{
		{"amount_range", act, func(b *agenttypes.Budget, n math.Int) { b.Act = n }},
		{"agent_recurrence", window, func(b *agenttypes.Budget, n math.Int) { b.Window = n }},
		{"budget", total, func(b *agenttypes.Budget, n math.Int) { b.Total = n }},
	} {
		for _, text := range list.texts {
			coin, err := with.Coin(text)
			if err != nil {
				return nil, fmt.Errorf("%s%s: %w", within, list.name, err)
			}
			b := byDenom[coin.Denom]
			if b == nil {
				b = &agenttypes.Budget{Denom: coin.Denom, Act: math.ZeroInt(), Window: math.ZeroInt(), Total: math.ZeroInt()}
				byDenom[coin.Denom] = b
			}
			list.set(b, coin.Amount)
		}
	}
	var budgets []agenttypes.Budget
	for _, b := range byDenom {
		budgets = append(budgets, *b)
	}
	slices.SortFunc(budgets, func(a, b agenttypes.Budget) int { return strings.Compare(a.Denom, b.Denom) })
	return budgets, nil
}

// messageType finds the type that a word means: itself, or the one that ends with it.
func messageType(word string, types []string) (string, error) {
	if slices.Contains(types, word) {
		return word, nil
	}
	name := "Msg" + strings.TrimPrefix(strings.ReplaceAll(word, "-", ""), "Msg")
	var found []string
	for _, kind := range types {
		if _, last, _ := cutLast(kind, "."); strings.EqualFold(last, name) {
			found = append(found, kind)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("messages: %q is no type that a limit can allow; stemmad agent messages lists them", word)
	}
	return "", fmt.Errorf("messages: %q can be %s: write one of them", word, strings.Join(found, " or "))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// readRate reads a rate in percent, with up to four digits after the point.
func readRate(text string) (uint32, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	rate, err := math.LegacyNewDecFromStr(strings.TrimSpace(number))
	if !percent || err != nil || rate.IsNegative() || !rate.MulInt64(10_000).IsInteger() || rate.GT(math.LegacyNewDec(100)) {
		return 0, fmt.Errorf("max_rate: %q is no rate such as 10%% or 2.5%%", text)
	}
	return uint32(rate.MulInt64(10_000).TruncateInt64()), nil
}

// readEnd reads a time, a day, or how long from now.
func readEnd(text string, now time.Time) (time.Time, error) {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC(), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d).UTC().Truncate(time.Second), nil
	}
	return time.Time{}, fmt.Errorf("expires: %q is no time: write a day such as 2027-01-31, a time of RFC 3339, or how long, such as 720h", text)
}

// WriteLimit writes a limit as ReadLimit reads it; coin writes amounts as people do.
func WriteLimit(limit agenttypes.Limit, coin func(sdk.Coin) string) ([]byte, error) {
	file := LimitFile{Messages: limit.Messages, AllowedPayees: limit.Payees, AllowedTerms: limit.Terms, Expires: limit.ExpiresAt.UTC().Format(time.RFC3339)}
	for _, w := range limit.Works {
		file.AllowedWorks = append(file.AllowedWorks, w.String())
	}
	if limit.MaxRate != nil {
		file.MaxRate = strconv.FormatFloat(float64(limit.MaxRate.Rate)/10_000, 'f', -1, 64) + "%"
	}
	act, window, total := textsOf(limit.Budgets, coin)
	if act != nil {
		file.AmountRange = &MostOf{Max: act}
	}
	fees := FeesOf{}
	fees.Max, fees.Every, fees.Budget = textsOf(limit.Fees, coin)
	if limit.Window > 0 {
		file.AgentRecurrence = &EachTime{Every: limit.Window.String(), Max: window}
	}
	if file.Budget = total; len(limit.Fees) > 0 {
		file.Fees = &fees
	}
	return yaml.Marshal(file)
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
