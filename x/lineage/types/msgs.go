package types

import (
	"cmp"

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

// Declared is the work that is to be declared: the owner's own, or one by which that
// comes in.
func (m *MsgApproveSource) Declared() registrytypes.WorkID { return cmp.Or(m.Through, m.Source) }

// Declared is the work that was to be declared.
func (m *MsgWithdrawSourceApproval) Declared() registrytypes.WorkID {
	return cmp.Or(m.Through, m.Source)
}

// ValidateBasic checks account and ids, and that the approval is either of a
// declaration or in advance.
func (m *MsgApproveSource) ValidateBasic() error {
	if err := validateApproval(m.Owner, m.Source, m.Derivative); err != nil {
		return err
	}
	if m.Declaration > 0 {
		if !m.Through.IsZero() || m.Role != ROLE_UNSPECIFIED || m.Permission != "" {
			return errorsmod.Wrap(ErrInvalidMessage, "a declaration that is made says itself what it declares: "+
				"leave through, role and permission empty")
		}
		return nil
	}
	a := SourceApproval{Role: m.Role, Permission: m.Permission}
	return a.validate(m.Declared(), m.Derivative)
}

// validate checks what is approved in advance: a source in a role that needs a
// permission. It fails with ErrInvalidSource.
func (a SourceApproval) validate(declared, derivative registrytypes.WorkID) error {
	if declared == derivative {
		return errorsmod.Wrapf(ErrInvalidSource, "%s cannot be a source of itself", declared)
	}
	if a.Role == ROLE_CITES {
		return errorsmod.Wrap(ErrInvalidSource, "a citation needs no approval")
	}
	s := Source{Work: declared, Role: a.Role, Permission: a.Permission}
	return s.Validate()
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
