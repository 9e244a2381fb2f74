// Package termspec is the one table of the fields of licence terms. A row says of a
// field what the chain and its programs know of it: its name and how files write it,
// which values are valid and go with a licence's name, what the rules read of it and
// what it demands of derivatives, its sentences, and its words in the formats that
// others read. Whoever checks, decides, describes, writes or exports terms goes
// through the rows, so that a new field is one row here, beside the rule that it is
// for. The message Terms, its id and its validity are at home here too, since Go
// keeps methods with the type; package types has the names for everybody else.
//
// It has no context and no store, and does not look at types when it runs.
package termspec

import (
	"math"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/rules"
)

// Limits of terms.
const (
	// MaxRate is the highest royalty rate in ppm: the whole.
	MaxRate = 1_000_000
	// MaxDuration bounds how long a grant lasts.
	MaxDuration = 100 * 365 * 24 * time.Hour
	// MaxMedia bounds the list of media.
	MaxMedia = 32
	// UnlimitedDerivatives is the number of derivatives that stands for no limit.
	UnlimitedDerivatives = math.MaxUint32
	// MaxUsesPerGrant bounds how many uses by machines a grant pays for.
	MaxUsesPerGrant = 1 << 31
	// MaxPrices bounds the alternatives of a price: as many as accepted denoms.
	MaxPrices = 32

	maxURI = 512
)

// codespace is that of the license module, whose error this is.
const codespace = "license"

// ErrInvalidTerms names the field that is wrong, and what to do.
var ErrInvalidTerms = errorsmod.Register(codespace, 2, "invalid terms")

// Field is one row of the table. No column is left out: where there is nothing to
// say, a name says so (anyValue, notRead, mayDiffer, silent, noWord).
type Field struct {
	// Name is the field's in protobuf and JSON, and its key in files.
	Name string
	// Help says what it means, in the comment of a file; Example is a value there.
	Help, Example string
	// Tried are words that people write in place of the name, folded.
	Tried []string
	// Internal: it is set by the chain, and stands in no file.
	Internal bool
	// Of points to the value. What it points to says how files write it and how
	// tests draw it: *string, Licence, Account, *bool, *uint64, Number, Several, Rate, Choice,
	// *sdk.Coins, **sdk.Coin, **time.Duration, *[]string or *[]Action.
	Of func(*Terms) any
	// Samples are values that tests draw, of a text or a list of words.
	Samples []string

	// Check says what is wrong with the value by itself, and what to do.
	Check func(Terms) error
	// Word checks one word of a list, for whoever reads them one by one.
	Word func(string) error
	// Keep says what the field must be under the licence that the terms name, and by
	// which clause; nothing: it is. Set: it has a value. Exactly: nothing but the
	// licence applies, or it lets nobody ask for more.
	Keep func(t Terms, set bool, f names.Facts, exactly bool) (must, clause string)
	// Restricts: it restricts those who receive a copy or a derivative, so that terms
	// which allow no further restriction leave it unset.
	Restricts bool

	// View copies the field into what the rules read.
	View func(Terms, *rules.Terms)
	// Demands are what it makes a source demand of derivatives, or shapes. By which
	// role they pass on is the rules' to say: rules.Column.Passes.
	Demands []rules.Kind

	// Say gives the field's sentences.
	Say func(Terms) Sentences
	// Export are its words in formats that others read.
	Export Export
}

// Sentences go with "You may", "You must" and "You may not"; notes stand alone.
type Sentences struct{ May, Must, MayNot, Notes []string }

// Export says what becomes of a field in each format; docs/rights-formats.md prints
// it.
type Export struct {
	RSL, Robots, TDMRep, Schema string
	// ByText are the uses for which no format has a word for the condition that the
	// field sets: only the licence text, where a file can name one, says it.
	ByText []Action
}

// Number is a count for which 0 stands for none.
type Number *uint32

// Several is a number from 2, or UnlimitedDerivatives; unset stands for one.
type Several *uint32

// Rate is a value in parts per million, which people write as a percentage.
type Rate *uint32

// Licence is an SPDX expression, which people write in any case.
type Licence *string

// Account is the address of an account.
type Account *string

// Choice is a value of an enum.
type Choice struct {
	Enum  *Enum
	Value *int32
}

// Fields lists all fields, in the order of files.
func Fields() []Field { return fields }

// FieldByName finds a field by its name in protobuf.
func FieldByName(name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// IsSet says whether the field has a value, other than the one that stands for none.
func (f Field) IsSet(t Terms) bool {
	switch v := f.Of(&t).(type) {
	case *string:
		return *v != ""
	case Licence:
		return *v != ""
	case Account:
		return *v != ""
	case *bool:
		return *v
	case *uint64:
		return *v != 0
	case Number:
		return *v != 0
	case Several:
		return *v != 0
	case Rate:
		return *v != 0
	case Choice:
		return *v.Value != 0
	case *sdk.Coins:
		return len(*v) > 0
	case **sdk.Coin:
		return *v != nil
	case **time.Duration:
		return *v != nil
	case *[]string:
		return len(*v) > 0
	case *[]Action:
		return len(*v) > 0
	}
	panic("termspec: " + f.Name + " is of a kind that nobody knows")
}

// Validate checks every field by itself, against the others and against the licence
// that the terms name. Terms can't be changed once published, so what contradicts
// itself is refused here. It fails with ErrInvalidTerms, naming the field and what to
// do.
func (t Terms) Validate() error {
	for _, f := range fields {
		if err := f.Check(t); err != nil {
			return errorsmod.Wrapf(ErrInvalidTerms, "%s %s", f.Name, err)
		}
	}
	for _, r := range relations {
		if wrong := r.Broken(t); wrong != "" {
			return errorsmod.Wrapf(ErrInvalidTerms, "%s %s", r.Fields[0], wrong)
		}
	}
	return t.keepsItsName()
}

// Rules returns the attributes that the rules decide by.
func (t Terms) Rules() rules.Terms {
	var view rules.Terms
	for _, f := range fields {
		f.View(t, &view)
	}
	return view
}

// Describe gives the sentences of all fields, each list in the order of the table.
func Describe(t Terms) Sentences {
	var all Sentences
	for _, f := range fields {
		s := f.Say(t)
		all.May = append(all.May, s.May...)
		all.Must = append(all.Must, s.Must...)
		all.MayNot = append(all.MayNot, s.MayNot...)
		all.Notes = append(all.Notes, s.Notes...)
	}
	return all
}
