package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// The messages are checked before they run, wherever they come from, and at
// CheckTx.
var (
	_ sdk.HasValidateBasic = &MsgPublishTerms{}
	_ sdk.HasValidateBasic = &MsgOffer{}
	_ sdk.HasValidateBasic = &MsgCloseOffer{}
	_ sdk.HasValidateBasic = &MsgAcquire{}
)

// ValidateBasic checks the author and every field of the terms.
func (m *MsgPublishTerms) ValidateBasic() error {
	if err := validateAccount("author", m.Author); err != nil {
		return err
	}
	return m.Terms.Validate()
}

// ValidateBasic checks account, ids and the form of the offer.
func (m *MsgOffer) ValidateBasic() error {
	if err := validateOffered("owner", m.Owner, m.Work, m.Terms); err != nil {
		return err
	}
	return m.Offer.ValidateForm()
}

// ValidateBasic checks account and ids.
func (m *MsgCloseOffer) ValidateBasic() error {
	return validateOffered("owner", m.Owner, m.Work, m.Terms)
}

// ValidateBasic checks account, ids and limits.
func (m *MsgAcquire) ValidateBasic() error {
	if err := validateOffered("licensee", m.Licensee, m.Work, m.Terms); err != nil {
		return err
	}
	if m.MaxFee != nil {
		if err := m.MaxFee.Validate(); err != nil {
			return errorsmod.Wrapf(ErrInvalidMessage, "max_fee: %s", err)
		}
	}
	if m.MaxRate > MaxRate {
		return errorsmod.Wrapf(ErrInvalidMessage, "max_rate is %d ppm, the whole is %d", m.MaxRate, MaxRate)
	}
	return nil
}

func validateOffered(role, account, work, terms string) error {
	if err := validateAccount(role, account); err != nil {
		return err
	}
	if _, err := registrytypes.ParseWorkID(work); err != nil {
		return errorsmod.Wrap(err, "work")
	}
	if _, err := ParseTermsID(terms); err != nil {
		return errorsmod.Wrap(err, "terms")
	}
	return nil
}

func validateAccount(role, account string) error {
	if _, err := sdk.AccAddressFromBech32(account); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "%s %q is no account address: %s", role, account, err)
	}
	return nil
}
