package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
)

// Scenario is the input of Simulate.
type Scenario struct {
	// Works, sources before what derives from them.
	Works    []ScenarioWork    `json:"works"`
	Payments []ScenarioPayment `json:"payments"`
}

// ScenarioWork is one work: its holders' shares in ppm and its sources.
type ScenarioWork struct {
	ID      string            `json:"id"`
	Holders map[string]uint32 `json:"holders"`
	Sources []ScenarioSource  `json:"sources"`
}

// ScenarioSource is a source under a policy: absolute, relative or none.
type ScenarioSource struct {
	Work   string `json:"work"`
	Policy string `json:"policy"`
	Rate   uint32 `json:"rate"`
}

// ScenarioPayment is a payment; the amount is a decimal string.
type ScenarioPayment struct {
	Work   string `json:"work"`
	Denom  string `json:"denom"`
	Amount string `json:"amount"`
}

// Outcome is the result of Simulate. Amounts are decimal strings by denom.
type Outcome struct {
	PaidIn   map[string]string            `json:"paid_in"`
	Held     map[string]string            `json:"held"`
	Accounts map[string]map[string]string `json:"accounts"`
	// Stacks is the sum of each work's absolute list, in ppm.
	Stacks map[string]uint64 `json:"stacks"`
}

// StackError says that works owe more than the whole. It prints as JSON.
type StackError struct {
	Message string   `json:"error"`
	Works   []string `json:"works"`
}

func (e *StackError) Error() string { return fmt.Sprintf("%s: %v", e.Message, e.Works) }

// ReadScenario decodes a scenario and refuses unknown fields.
func ReadScenario(r io.Reader) (Scenario, error) {
	var s Scenario
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Scenario{}, fmt.Errorf("read scenario: %w", err)
	}
	return s, nil
}

// Simulate pays the scenario's payments and moves money until nothing moves. A
// StackError names all works whose lists exceed the whole.
func Simulate(s Scenario) (Outcome, error) {
	ledger := NewLedger()
	if err := s.addWorks(ledger); err != nil {
		return Outcome{}, err
	}
	for i, p := range s.Payments {
		payment, err := p.parse(ledger)
		if err != nil {
			return Outcome{}, fmt.Errorf("payment %d: %w", i+1, err)
		}
		if err := ledger.Pay(math.MaxInt, payment); err != nil {
			return Outcome{}, fmt.Errorf("payment %d: %w", i+1, err)
		}
	}
	return s.outcome(ledger), nil
}

func (s Scenario) addWorks(ledger *Ledger) error {
	over := &StackError{Message: "stack over 100%"}
	for _, w := range s.Works {
		if _, known := ledger.lists[Work(w.ID)]; known {
			return fmt.Errorf("work %q comes twice", w.ID)
		}
		holders, err := w.holders()
		if err != nil {
			return err
		}
		sources, err := w.sources()
		if err != nil {
			return err
		}
		var tooMuch *OverWholeError
		switch err := ledger.AddWork(Work(w.ID), holders, sources...); {
		case errors.As(err, &tooMuch):
			over.Works = append(over.Works, w.ID)
		case err != nil:
			return fmt.Errorf("work %q: %w", w.ID, err)
		}
	}
	if len(over.Works) > 0 {
		return over
	}
	return nil
}

func (w ScenarioWork) holders() ([]Holding, error) {
	var sum uint64
	holders := make([]Holding, 0, len(w.Holders))
	for account, weight := range w.Holders {
		if weight == 0 {
			return nil, fmt.Errorf("work %q: holder %q has a share of 0", w.ID, account)
		}
		holders = append(holders, Holding{To: Account(account), Weight: weight})
		sum += uint64(weight)
	}
	if sum != Whole {
		return nil, fmt.Errorf("work %q: the holders' shares sum to %d, not to %d", w.ID, sum, Whole)
	}
	if len(holders) > MaxHolders {
		return nil, fmt.Errorf("work %q: %d holders, at most %d are allowed", w.ID, len(holders), MaxHolders)
	}
	return holders, nil
}

func (w ScenarioWork) sources() ([]Source, error) {
	policies := map[string]Policy{"none": None, "absolute": Absolute, "relative": Relative}
	sources := make([]Source, len(w.Sources))
	for i, s := range w.Sources {
		policy, ok := policies[s.Policy]
		if !ok {
			return nil, fmt.Errorf("work %q: source %q has the policy %q; it must be absolute, relative or none",
				w.ID, s.Work, s.Policy)
		}
		if s.Rate > Whole {
			return nil, fmt.Errorf("work %q: source %q has a rate of %d, more than %d",
				w.ID, s.Work, s.Rate, Whole)
		}
		sources[i] = Source{Work: Work(s.Work), Policy: policy, Rate: s.Rate}
	}
	return sources, nil
}

func (p ScenarioPayment) parse(ledger *Ledger) (Payment, error) {
	if _, err := ledger.Lists(Work(p.Work)); err != nil {
		return Payment{}, err
	}
	//nolint:forbidigo // pure: internal/amounts knows the SDK; any other spelling is refused below
	amount, ok := new(big.Int).SetString(p.Amount, 10)
	if !ok || amount.Sign() <= 0 || amount.String() != p.Amount {
		return Payment{}, fmt.Errorf("amount %q is not a positive whole number in decimal digits, such as 1000",
			p.Amount)
	}
	return Payment{Pot: Pot{Work(p.Work), p.Denom}, Amount: amount}, nil
}

func (s Scenario) outcome(ledger *Ledger) Outcome {
	o := Outcome{
		PaidIn:   map[string]string{},
		Held:     map[string]string{},
		Accounts: map[string]map[string]string{},
		Stacks:   map[string]uint64{},
	}
	for denom, amount := range ledger.paidIn {
		o.PaidIn[denom] = amount.String()
		o.Held[denom] = ledger.Held(denom).String()
	}
	for account, amounts := range ledger.Balances() {
		o.Accounts[string(account)] = amounts
	}
	for _, w := range s.Works {
		o.Stacks[w.ID], _ = ledger.lists[Work(w.ID)].Upstream.Sums()
	}
	return o
}
