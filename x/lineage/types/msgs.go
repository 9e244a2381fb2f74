package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	_ sdk.HasValidateBasic = (*MsgDerive)(nil)
	_ sdk.HasValidateBasic = (*MsgApproveSource)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic checks all that needs no state; see Derivation for the errors.
func (m *MsgDerive) ValidateBasic() error {
	_, err := m.Derivation()
	return err
}

// ValidateBasic checks the ids.
func (m *MsgApproveSource) ValidateBasic() error {
	if _, err := sdk.AccAddressFromBech32(m.Owner); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "owner %q: %s", m.Owner, err)
	}
	source, derivative, err := m.Works()
	if err == nil && source == derivative {
		return errorsmod.Wrapf(ErrInvalidSource, "%s cannot be a source of itself", source)
	}
	return err
}

// Works reads the two ids.
func (m *MsgApproveSource) Works() (source, derivative registrytypes.WorkID, err error) {
	if source, err = registrytypes.ParseWorkID(m.Source); err != nil {
		return source, derivative, errorsmod.Wrap(err, "source")
	}
	if derivative, err = registrytypes.ParseWorkID(m.Derivative); err != nil {
		return source, derivative, errorsmod.Wrap(err, "derivative")
	}
	return source, derivative, nil
}

// ValidateBasic checks the parameters.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }
