// Package refusal reads what the chain says when it refuses a transaction, and says it to
// people: the sentence of each reason, the works and licences that it is about by their
// names, and what to do. All commands say a refusal this way.
package refusal

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/refusal"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
)

// Error is a transaction that the chain refused, when it was tried, when it was sent, or in
// its block. Its text is the chain's own.
type Error struct {
	// Codespace and Code of the error, as transactions have them; empty and 0: not known.
	Codespace string
	Code      uint32
	// Text is the chain's words.
	Text string
	// Retryable: the same may pass later as it is.
	Retryable bool
}

func (e *Error) Error() string { return e.Text }

// Is compares with an error that a module has registered, by codespace and code, as client.TxError does.
func (e *Error) Is(target error) bool {
	var registered interface {
		Codespace() string
		ABCICode() uint32
	}
	return errors.As(target, &registered) && e.Code == registered.ABCICode() && e.Codespace == registered.Codespace()
}

// Of is the refusal of a transaction, in the form in which it is said; another error stays
// what it is.
func Of(err error) error {
	var refused *client.TxError
	if !errors.As(err, &refused) {
		return err
	}
	e := &Error{Codespace: refused.Codespace, Code: refused.Code, Text: refused.Log, Retryable: refused.Retryable}
	if refused.Stage != client.Tried {
		e.Text += e.number()
	}
	if refused.Stage == client.Executed {
		return fmt.Errorf("transaction %s in block %d failed: %w", refused.Hash, refused.Height, e)
	}
	return e
}

// By is an error of the chain's own rules that a command came to without asking, in the form in which a
// refusal is said; another error stays what it is.
func By(err error) error {
	codespace, code, _ := errorsmod.ABCIInfo(err, false)
	if err == nil || codespace == errorsmod.UndefinedCodespace {
		return err
	}
	return &Error{Codespace: codespace, Code: code, Text: err.Error()}
}

// Refusal, Reason and Party are what client/refusal reads of an error.
type (
	Refusal = refusal.Refusal
	Reason  = refusal.Reason
	Party   = refusal.Party
)

// bracketed is a code where a command says it.
var bracketed = regexp.MustCompile(`\[([a-z]+(?:_[a-z]+)+)\]`)

// Read reads a refusal.
func Read(e *Error) Refusal {
	return refusal.Read(e.Codespace, e.Code, strings.TrimSuffix(e.Text, e.number()))
}

// Codes are those of the reasons that a text for people names in brackets, each once.
func Codes(text string) []rules.Code {
	var list []rules.Code
	seen := map[string]bool{}
	for _, found := range bracketed.FindAllStringSubmatch(text, -1) {
		if _, is := reasons.Of(rules.Code(found[1])); is && !seen[found[1]] {
			seen[found[1]] = true
			list = append(list, rules.Code(found[1]))
		}
	}
	return list
}

// Report is a failure as programs read it.
type Report struct {
	// Error is what people read.
	Error string `json:"error"`
	// Codespace and Code are the chain's, of the error that the message fails with; empty
	// and 0 where it is not the chain that refuses.
	Codespace string `json:"codespace"`
	Code      uint32 `json:"code"`
	// Retryable: nothing was done, and the same may pass later as it is.
	Retryable bool `json:"retryable"`
	// Reasons are the codes of the reasons that the rules give, Sentence and Remedy those of
	// the first. Without a reason Sentence is the error, and Remedy empty, but for what an agent may not do.
	Reasons  []string `json:"reasons"`
	Sentence string   `json:"sentence"`
	Remedy   string   `json:"remedy"`
	// Details has each reason with its words.
	Details []Detail `json:"details"`
	// Denials are the works that can't be relied on, why, and what is on offer of each; none
	// where it is not about that.
	Denials []Denial `json:"denials"`
	// ToPay are the ways to pay that a server asks for, of which one is enough; none where it is not about that.
	ToPay []Payable `json:"to_pay"`
	// Transactions are those that were sent before it failed, in order, which may have done
	// something; none of them was refused.
	Transactions []connect.Sent `json:"transactions"`
	// ExitCode of the program, which the caller sets.
	ExitCode int `json:"exit_code"`
}

// Detail is a reason with its words.
type Detail struct {
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
	Remedy   string `json:"remedy"`
	// About are the works that it is about and what of each matters, a grant or terms; none
	// where the chain names none.
	About []Party `json:"about"`
}

// NewReport is the report of an error that people read as text.
func NewReport(err error, text string) Report {
	report := Report{
		Error: text, Reasons: []string{}, Sentence: text, Details: []Detail{}, Denials: append([]Denial{}, denialsOf(err)...),
		ToPay:        append([]Payable{}, toPay(err)...),
		Transactions: []connect.Sent{},
	}
	var refused *Error
	report.Codespace, report.Code, _, _ = client.CodeOf(text) // of a query that failed
	if errors.As(err, &refused) {
		report.Codespace, report.Code, report.Retryable = refused.Codespace, refused.Code, refused.Retryable
	}
	for _, r := range report.reasons(refused, text) {
		row, _ := reasons.Of(r.Code)
		report.Details = append(report.Details, Detail{string(r.Code), row.Sentence, row.Remedy, append([]Party{}, r.About...)})
		if !slices.Contains(report.Reasons, string(r.Code)) {
			report.Reasons = append(report.Reasons, string(r.Code))
		}
		if report.Code == 0 { // it would be refused with this
			report.Codespace, report.Code, _ = errorsmod.ABCIInfo(row.Err, false)
		}
	}
	switch line := remedyLine(report.Codespace, report.Code); {
	case len(report.Details) > 0:
		report.Sentence, report.Remedy = report.Details[0].Sentence, report.Details[0].Remedy
	case line != "":
		report.Sentence, report.Remedy = strings.Replace(text, line, "", 1), words.AgentRemedy(report.Codespace, report.Code)
	}
	return report
}

// reasons are those that the chain gave, that a command found itself or, where neither says
// what they are about, that the text names.
func (r Report) reasons(refused *Error, text string) (list []Reason) {
	for _, d := range r.Denials {
		list = append(list, d.Reasons...)
	}
	if refused != nil {
		list = append(list, Read(refused).Reasons...)
	}
	for _, c := range Codes(text) {
		if !slices.ContainsFunc(list, func(o Reason) bool { return o.Code == c }) {
			list = append(list, Reason{Code: c})
		}
	}
	return list
}

// number is the code as it follows the words where a node or a block gave it.
func (e *Error) number() string {
	return fmt.Sprintf(" (%s %d)", e.Codespace, e.Code)
}
