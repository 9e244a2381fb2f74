package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	_ sdk.HasValidateBasic = (*MsgDerive)(nil)
	_ sdk.HasValidateBasic = (*MsgApproveSource)(nil)
	_ sdk.HasValidateBasic = (*MsgWithdrawSourceApproval)(nil)
	_ sdk.HasValidateBasic = (*MsgBlankText)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic checks all that needs no state; see Declaration for the errors.
func (m *MsgDerive) ValidateBasic() error {
	_, err := m.Declaration()
	return err
}

// ValidateBasic checks the ids.
func (m *MsgApproveSource) ValidateBasic() error {
	_, _, _, err := m.Parse()
	return err
}

// Parse reads the message. It fails with ErrInvalidMessage, ErrInvalidSource or
// the registry's ErrInvalidID.
func (m *MsgApproveSource) Parse() (owner sdk.AccAddress, source, derivative registrytypes.WorkID, err error) {
	return parseApproval(m.Owner, m.Source, m.Derivative)
}

// ValidateBasic checks the ids.
func (m *MsgWithdrawSourceApproval) ValidateBasic() error {
	_, _, _, err := m.Parse()
	return err
}

// Parse reads the message. It fails as that of MsgApproveSource.
func (m *MsgWithdrawSourceApproval) Parse() (owner sdk.AccAddress, source, derivative registrytypes.WorkID, err error) {
	return parseApproval(m.Owner, m.Source, m.Derivative)
}

func parseApproval(account, from, to string) (owner sdk.AccAddress, source, derivative registrytypes.WorkID, err error) {
	if owner, err = sdk.AccAddressFromBech32(account); err != nil {
		return owner, source, derivative, errorsmod.Wrapf(ErrInvalidMessage, "owner %q: %s", account, err)
	}
	source, derivative, err = ParseApproved(from, to)
	return owner, source, derivative, err
}

// ParseApproved reads the two ids of an approval, which differ. It fails with
// ErrInvalidSource or the registry's ErrInvalidID.
func ParseApproved(from, to string) (source, derivative registrytypes.WorkID, err error) {
	if source, err = registrytypes.ParseWorkID(from); err != nil {
		return source, derivative, errorsmod.Wrap(err, "source")
	}
	if derivative, err = registrytypes.ParseWorkID(to); err != nil {
		return source, derivative, errorsmod.Wrap(err, "derivative")
	}
	if source == derivative {
		err = errorsmod.Wrapf(ErrInvalidSource, "%s cannot be a source of itself", source)
	}
	return source, derivative, err
}

// ValidateBasic checks the ids.
func (m *MsgBlankText) ValidateBasic() error {
	_, _, err := m.Parse()
	return err
}

// Parse reads the message. It fails with ErrInvalidMessage or the registry's
// ErrInvalidID.
func (m *MsgBlankText) Parse() (sender sdk.AccAddress, work registrytypes.WorkID, err error) {
	if sender, err = sdk.AccAddressFromBech32(m.Sender); err != nil {
		return sender, work, errorsmod.Wrapf(ErrInvalidMessage, "sender %q: %s", m.Sender, err)
	}
	work, err = registrytypes.ParseWorkID(m.Work)
	return sender, work, err
}

// ValidateBasic checks the parameters.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }
