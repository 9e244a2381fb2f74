package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// The messages are checked before they run, wherever they come from, and at
// CheckTx.
var (
	_ sdk.HasValidateBasic = &MsgPublishTerms{}
	_ sdk.HasValidateBasic = &MsgBlankTerms{}
	_ sdk.HasValidateBasic = &MsgOffer{}
	_ sdk.HasValidateBasic = &MsgCloseOffer{}
	_ sdk.HasValidateBasic = &MsgAcquire{}
	_ sdk.HasValidateBasic = &MsgRenewGrant{}
	_ sdk.HasValidateBasic = &MsgOfferGrant{}
	_ sdk.HasValidateBasic = &MsgCancelGrantOffer{}
	_ sdk.HasValidateBasic = &MsgAcceptGrant{}
	_ sdk.HasValidateBasic = &MsgApprove{}
	_ sdk.HasValidateBasic = &MsgWithdrawApproval{}
	_ sdk.HasValidateBasic = &MsgUse{}
)

// ValidateBasic checks the author and every field of the terms.
func (m *MsgPublishTerms) ValidateBasic() error {
	if err := validateAccount("author", m.Author); err != nil {
		return err
	}
	if m.Terms.Blanked() {
		return errorsmod.Wrap(ErrInvalidTerms, "blanked_sha256 is what governance leaves of a uri: publish the uri, or none")
	}
	return m.Terms.Validate()
}

// ValidateBasic checks account and id.
func (m *MsgBlankTerms) ValidateBasic() error {
	if err := validateAccount("authority", m.Authority); err != nil {
		return err
	}
	return m.Terms.Given("terms")
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

// ValidateBasic checks account, ids and limits; the derivative may be left out.
func (m *MsgAcquire) ValidateBasic() error {
	if err := validateOffered("licensee", m.Licensee, m.Work, m.Terms); err != nil {
		return err
	}
	if err := validateMaxFee(m.MaxFee); err != nil {
		return err
	}
	if m.MaxRate > MaxRate {
		return errorsmod.Wrapf(ErrInvalidMessage, "max_rate is %d ppm, the whole is %d", m.MaxRate, MaxRate)
	}
	grants := m.Serial != 0 || m.MaxRate != 0 || !m.Derivative.IsZero() || m.Seen != (Conditions{DemandsVersion: m.Seen.DemandsVersion})
	if !m.UsesOf.IsZero() && (grants || m.UsesOf == m.Work) {
		return errorsmod.Wrap(ErrInvalidMessage, "uses_of is another work, and serial, max_rate, derivative and, of seen, all but "+
			"demands_version are unset with it: a pass has no serial, owes no royalty, makes nothing and is had by nobody else")
	}
	return validateDerivative(m.Work, m.Derivative)
}

// ValidateBasic checks account, id and the most to pay.
func (m *MsgRenewGrant) ValidateBasic() error {
	if err := validateGranted("licensee", m.Licensee, m.Grant); err != nil {
		return err
	}
	return validateMaxFee(m.MaxFee)
}

// ValidateBasic checks accounts and id.
func (m *MsgOfferGrant) ValidateBasic() error {
	if err := validateGranted("licensee", m.Licensee, m.Grant); err != nil {
		return err
	}
	if err := validateAccount("recipient", m.Recipient); err != nil {
		return err
	}
	if m.Recipient == m.Licensee {
		return errorsmod.Wrap(ErrInvalidMessage, "recipient is the licensee: name another account")
	}
	return nil
}

// ValidateBasic checks account and id.
func (m *MsgCancelGrantOffer) ValidateBasic() error {
	return validateGranted("licensee", m.Licensee, m.Grant)
}

// ValidateBasic checks account and id.
func (m *MsgAcceptGrant) ValidateBasic() error {
	return validateGranted("recipient", m.Recipient, m.Grant)
}

// ValidateBasic checks account, ids and that one of licensee and derivative is
// named.
func (m *MsgApprove) ValidateBasic() error {
	return validateApproval(m.Owner, m.Work, m.Terms, m.Licensee, m.Derivative)
}

// ValidateBasic checks account, ids and that one of licensee and derivative is
// named.
func (m *MsgWithdrawApproval) ValidateBasic() error {
	return validateApproval(m.Owner, m.Work, m.Terms, m.Licensee, m.Derivative)
}

// ValidateBasic checks the account, the number of counts, and each: its grant, which comes once, a
// total and the size of a signature.
func (m *MsgUse) ValidateBasic() error {
	if err := validateAccount("sender", m.Sender); err != nil {
		return err
	}
	if len(m.Uses) == 0 || len(m.Uses) > MaxUseCounts {
		return errorsmod.Wrapf(ErrInvalidMessage, "uses has %d counts: send 1 to %d", len(m.Uses), MaxUseCounts)
	}
	seen := make(map[GrantID]bool, len(m.Uses))
	for i, u := range m.Uses {
		if err := u.Grant.Given("grant"); err != nil {
			return errorsmod.Wrapf(err, "uses[%d]", i)
		}
		switch {
		case seen[u.Grant]:
			return errorsmod.Wrapf(ErrInvalidMessage, "uses[%d]: %s comes twice: its highest total is enough", i, u.Grant)
		case u.Total == 0:
			return errorsmod.Wrapf(ErrInvalidMessage, "uses[%d]: total is 0: say how many uses of %s there were in all", i, u.Grant)
		case len(u.Signature) > 0 && len(u.Signature) != royaltytypes.SignatureSize:
			return errorsmod.Wrapf(ErrInvalidUseVoucher, "uses[%d]: a signature of %d bytes, not %d", i, len(u.Signature),
				royaltytypes.SignatureSize)
		}
		seen[u.Grant] = true
	}
	return nil
}

func validateApproval(
	owner string, work registrytypes.WorkID, terms TermsID, licensee string, derivative registrytypes.WorkID,
) error {
	if err := validateOffered("owner", owner, work, terms); err != nil {
		return err
	}
	if _, err := ParseApproved(licensee, derivative); err != nil {
		return err
	}
	return validateDerivative(work, derivative)
}

// validateDerivative checks that a derivative, if one is named, is not the work
// itself.
func validateDerivative(work, derivative registrytypes.WorkID) error {
	if derivative == work {
		return errorsmod.Wrapf(ErrInvalidMessage, "derivative is %s itself: name the work that is made from it", work)
	}
	return nil
}

func validateGranted(role, account string, grant GrantID) error {
	if err := validateAccount(role, account); err != nil {
		return err
	}
	return grant.Given("grant")
}

func validateMaxFee(most *sdk.Coin) error {
	if most == nil {
		return nil
	}
	if err := most.Validate(); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "max_fee: %s", err)
	}
	return nil
}

func validateOffered(role, account string, work registrytypes.WorkID, terms TermsID) error {
	if err := validateAccount(role, account); err != nil {
		return err
	}
	if err := work.Given("work"); err != nil {
		return err
	}
	return terms.Given("terms")
}

func validateAccount(role, account string) error {
	if _, err := sdk.AccAddressFromBech32(account); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "%s %q is no account address: %s", role, account, err)
	}
	return nil
}
