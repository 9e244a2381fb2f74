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

// ValidateBasic checks account and ids.
func (m *MsgApproveSource) ValidateBasic() error {
	return validateApproval(m.Owner, m.Source, m.Derivative)
}

// ValidateBasic checks account and ids.
func (m *MsgWithdrawSourceApproval) ValidateBasic() error {
	return validateApproval(m.Owner, m.Source, m.Derivative)
}

func validateApproval(owner string, source, derivative registrytypes.WorkID) error {
	if err := validateAccount("owner", owner); err != nil {
		return err
	}
	return validateApproved(source, derivative)
}

// validateApproved checks the two ids of an approval, which differ.
func validateApproved(source, derivative registrytypes.WorkID) error {
	if err := source.Given("source"); err != nil {
		return err
	}
	if err := derivative.Given("derivative"); err != nil {
		return err
	}
	if source == derivative {
		return errorsmod.Wrapf(ErrInvalidSource, "%s cannot be a source of itself", source)
	}
	return nil
}

// ValidateBasic checks account and id.
func (m *MsgBlankText) ValidateBasic() error {
	if err := validateAccount("sender", m.Sender); err != nil {
		return err
	}
	return m.Work.Given("work")
}

// ValidateBasic checks the parameters.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }

func validateAccount(role, account string) error {
	if _, err := sdk.AccAddressFromBech32(account); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "%s %q: %s", role, account, err)
	}
	return nil
}
