package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Named is what a message names of what a limit can bound. It is read from the message alone: what
// somebody can change before it is executed bounds nobody.
type Named struct {
	// Payees are the accounts and works that it pays.
	Payees []string
	// Works are those that it pays, takes a licence of, makes something from, or changes.
	Works []registrytypes.WorkID
	// Made are works that come into being by it: no limit can name them before, and what follows in the
	// same act may be about them.
	Made []registrytypes.WorkID
	// Terms are those that it takes, relies on or offers.
	Terms []string
	// Rates are the highest royalty rates that it accepts, ppm.
	Rates []uint32
	// Agents are those in whose name it declares something: no other than the one that acts.
	Agents []AgentID
	// Hidden says of what more stands in the state alone, for this message: it names a grant, say, and
	// the grant its terms. A limit that names such refuses it.
	Hidden struct{ Payees, Works, Terms, Rates bool }
}

// Kind says what a limit can bound of messages of one type.
type Kind struct {
	// Never says why it is never allowed; empty: it can be.
	Never string
	// Unmeasured says what of value it moves that budgets do not measure; empty: nothing.
	Unmeasured string
	// Payees, Works, Terms and Rates: a limit that names such can allow the type, since all that it
	// has of them is in Named, or it has none and moves nothing.
	Payees, Works, Terms, Rates bool
	// Read reads what a message of the type names; nil: nothing.
	Read func(sdk.Msg) Named
}

// Catalogue has the kind of each type of messages of the app; a type that is not in it is not
// allowed.
type Catalogue map[string]Kind

// Kind returns the kind of a type. It fails with ErrNotAllowed for one that is not in the catalogue,
// and with ErrNeverAllowed.
func (c Catalogue) Kind(message string) (Kind, error) {
	kind, known := c[message]
	switch {
	case !known:
		return kind, errorsmod.Wrapf(ErrNotAllowed, "%s: no limit can allow it; stemmad query agent messages lists what one can", message)
	case kind.Never != "":
		return kind, errorsmod.Wrapf(ErrNeverAllowed, "%s: %s", message, kind.Never)
	}
	return kind, nil
}

// Check fails for a limit that allows what none can, or names what cannot be read from a message
// that it allows. It returns what budgets do not measure of what it allows.
func (c Catalogue) Check(limit Limit) (warnings []string, err error) {
	for _, message := range limit.Messages {
		kind, err := c.Kind(message)
		if err != nil {
			return nil, err
		}
		if err := limit.reads(message, kind); err != nil {
			return nil, err
		}
		if kind.Unmeasured != "" {
			warnings = append(warnings, "unmeasured: "+message+" moves value that budgets do not measure: "+kind.Unmeasured)
		}
	}
	return warnings, nil
}
