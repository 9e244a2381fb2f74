package refusal

import "errors"

// Payable is one way to pay for what a server hands over for money, as programs read it.
type Payable struct {
	// Amount in base units of Denom, as it would be signed.
	Amount string `json:"amount"`
	Denom  string `json:"denom"`
	// Shown is the same as people write it.
	Shown string `json:"shown"`
	// Payee is the work that is used, and Resource what the payment would be for.
	Payee    string `json:"payee"`
	Resource string `json:"resource"`
}

// payable is an error of something that money would mend, if whoever is asked agreed.
type payable interface{ ToPay() []Payable }

// toPay lists the ways to pay of an error.
func toPay(err error) []Payable {
	var asks payable
	if errors.As(err, &asks) {
		return asks.ToPay()
	}
	return nil
}
