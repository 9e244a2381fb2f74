package types

import (
	"errors"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Approved is whom an approval is for: an account or, where that is unset,
// whoever owns a derivative.
type Approved struct {
	Licensee   sdk.AccAddress
	Derivative registrytypes.WorkID
}

// The first byte of an approval's key says what follows.
const (
	approvedLicensee byte = iota
	approvedDerivative
)

// ParseApproved reads the two fields that messages and genesis have, of which
// one is set. It fails with ErrInvalidApproval.
func ParseApproved(licensee string, derivative registrytypes.WorkID) (Approved, error) {
	if (licensee == "") == derivative.IsZero() {
		return Approved{}, errorsmod.Wrap(ErrInvalidApproval, "name either the licensee or the derivative")
	}
	if licensee == "" {
		return Approved{Derivative: derivative}, nil
	}
	account, err := sdk.AccAddressFromBech32(licensee)
	if err != nil {
		return Approved{}, errorsmod.Wrapf(ErrInvalidApproval, "licensee %q is no account address: %s", licensee, err)
	}
	return Approved{Licensee: account}, nil
}

// Key is the last part of the approval's key: 0 and the account's address, or 1
// and the derivative's id.
func (a Approved) Key() []byte {
	if len(a.Licensee) > 0 {
		return append([]byte{approvedLicensee}, a.Licensee...)
	}
	return append([]byte{approvedDerivative}, a.Derivative[:]...)
}

// ParseApprovedKey reads what Key wrote.
func ParseApprovedKey(key []byte) (Approved, error) {
	switch {
	case len(key) > 1 && key[0] == approvedLicensee:
		return Approved{Licensee: key[1:]}, sdk.VerifyAddressFormat(key[1:])
	case len(key) == 1+len(registrytypes.WorkID{}) && key[0] == approvedDerivative:
		return Approved{Derivative: registrytypes.WorkID(key[1:])}, nil
	}
	return Approved{}, errors.New("approval of neither an account nor a derivative")
}

// Fields are the two fields that messages, events and genesis have; one is
// not given.
func (a Approved) Fields() (licensee string, derivative registrytypes.WorkID) {
	return a.Licensee.String(), a.Derivative
}

// String is the account or the derivative's id.
func (a Approved) String() string {
	licensee, derivative := a.Fields()
	return licensee + derivative.String()
}
