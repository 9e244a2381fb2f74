package refusal

import (
	"errors"
	"time"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Denial is what stands against relying on one work, and what would be had in its place, as
// programs read it.
type Denial struct {
	Work registrytypes.WorkID `json:"work"`
	// Permission that was asked for: terms, a grant or a licence's name; empty: any.
	Permission string `json:"permission,omitempty"`
	// Verdict is needs_grant, needs_choice, needs_nothing or denied.
	Verdict string   `json:"verdict"`
	Reasons []Reason `json:"reasons"`
	// Offers are what can be taken now, or chosen from; empty: nothing.
	Offers []Offer `json:"offers"`
}

// Offer is one of the permissions that there are.
type Offer struct {
	// Work is whose permission it is: that of the denial, or one that it was made from.
	Work  registrytypes.WorkID `json:"work"`
	Terms licensetypes.TermsID `json:"terms"`
	Name  string               `json:"name"`
	// Grant that is there already; zero: it has to be acquired, or the offer is public.
	Grant licensetypes.GrantID `json:"grant,omitzero"`
	// UsesOf is set where it is a pass, for uses of that work.
	UsesOf registrytypes.WorkID `json:"uses_of,omitzero"`
	// Prices are alternatives, one a denom; none: it is free.
	Prices []string `json:"prices"`
	Policy string   `json:"royalty_policy"`
	// Rate in ppm. Serves is how many derivatives a grant serves; 0: none is acquired, or it
	// is a pass.
	Rate   uint32     `json:"royalty_rate"`
	Serves uint32     `json:"serves,omitempty"`
	Until  *time.Time `json:"until,omitempty"`
	// NeedsApproval: the owner has to approve first.
	NeedsApproval bool `json:"needs_approval,omitempty"`
}

// denying is an error that has denials.
type denying interface{ Denials() []Denial }

// denialsOf lists the denials of all errors that one is made of.
func denialsOf(err error) []Denial {
	if d, is := err.(denying); is {
		return d.Denials()
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		var list []Denial
		for _, one := range joined.Unwrap() {
			list = append(list, denialsOf(one)...)
		}
		return list
	}
	if under := errors.Unwrap(err); under != nil {
		return denialsOf(under)
	}
	return nil
}
