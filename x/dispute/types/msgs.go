package types

import (
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	_ sdk.HasValidateBasic = (*MsgOpen)(nil)
	_ sdk.HasValidateBasic = (*MsgAnswer)(nil)
	_ sdk.HasValidateBasic = (*MsgRule)(nil)
	_ sdk.HasValidateBasic = (*MsgAppeal)(nil)
	_ sdk.HasValidateBasic = (*MsgDrop)(nil)
	_ sdk.HasValidateBasic = (*MsgCallBond)(nil)
	_ sdk.HasValidateBasic = (*MsgAddBond)(nil)
	_ sdk.HasValidateBasic = (*MsgBlankEvidence)(nil)
	_ sdk.HasValidateBasic = (*MsgObjectToWeight)(nil)
	_ sdk.HasValidateBasic = (*MsgAgreeToWeight)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic checks all that needs no state.
func (m *MsgOpen) ValidateBasic() error {
	if err := validAccount("challenger", m.Challenger); err != nil {
		return err
	}
	if err := m.Work.Given("work"); err != nil {
		return err
	}
	if !m.Kind.Known() {
		return errorsmod.Wrapf(ErrInvalidMessage, "kind: %s is none: say what the dispute is about", m.Kind)
	}
	if err := m.Claim.ValidateClaim(m.Kind, m.Work); err != nil {
		return err
	}
	if len(m.Evidence) == 0 {
		return errorsmod.Wrap(ErrInvalidEvidence, "evidence: nothing is shown: name the SHA-256 of a proof, a document, a recording")
	}
	if err := validateEvidence(m.Evidence); err != nil {
		return err
	}
	return validBond(m.Bond)
}

// ValidateBasic checks all that needs no state.
func (m *MsgAnswer) ValidateBasic() error {
	if err := validParty("respondent", m.Respondent, m.Dispute); err != nil {
		return err
	}
	if err := validateEvidence(m.Evidence); err != nil {
		return err
	}
	if m.Concede {
		if len(m.Bond) > 0 {
			return errorsmod.Wrap(ErrInvalidMessage, "bond: nothing is at stake for one who concedes: leave it out")
		}
		return nil
	}
	return validBond(m.Bond)
}

// ValidateBasic checks all that needs no state; the redress is checked against the claim.
func (m *MsgRule) ValidateBasic() error {
	if err := validParty("arbiter", m.Arbiter, m.Dispute); err != nil {
		return err
	}
	if empty := m.Redress.IsEmpty(); empty == m.Upheld {
		return errorsmod.Wrapf(ErrInvalidRedress, "upheld is %t: a dispute that is upheld gives redress, one that is dismissed none", m.Upheld)
	}
	return nil
}

// ValidateBasic checks all that needs no state.
func (m *MsgAppeal) ValidateBasic() error {
	if err := validParty("appellant", m.Appellant, m.Dispute); err != nil {
		return err
	}
	if err := validateEvidence(m.Evidence); err != nil {
		return err
	}
	return validBond(m.Bond)
}

// ValidateBasic checks account and id.
func (m *MsgDrop) ValidateBasic() error { return validParty("challenger", m.Challenger, m.Dispute) }

// ValidateBasic checks account and id.
func (m *MsgCallBond) ValidateBasic() error { return validParty("caller", m.Caller, m.Dispute) }

// ValidateBasic checks account, id and coins.
func (m *MsgAddBond) ValidateBasic() error {
	if err := validParty("payer", m.Payer, m.Dispute); err != nil {
		return err
	}
	return validBond(m.Bond)
}

// ValidateBasic checks account and id.
func (m *MsgBlankEvidence) ValidateBasic() error { return validParty("sender", m.Sender, m.Dispute) }

// ValidateBasic checks account, ids and weight.
func (m *MsgObjectToWeight) ValidateBasic() error {
	if err := validWeighed(m.Owner, m.Work, m.Source); err != nil {
		return err
	}
	if m.Weight == 0 || m.Weight > Whole {
		return errorsmod.Wrapf(ErrInvalidMessage, "weight is %d ppm: it is from 1 to %d", m.Weight, Whole)
	}
	return nil
}

// ValidateBasic checks account, ids and weights.
func (m *MsgAgreeToWeight) ValidateBasic() error {
	if err := validWeighed(m.Owner, m.Work, m.Source); err != nil {
		return err
	}
	return ValidateWeights(m.Weights)
}

// ValidateBasic checks account and parameters.
func (m *MsgUpdateParams) ValidateBasic() error {
	if err := validAccount("authority", m.Authority); err != nil {
		return err
	}
	return m.Params.Validate()
}

func validAccount(field, account string) error {
	if _, err := sdk.AccAddressFromBech32(account); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "%s: %s", field, err)
	}
	return nil
}

func validParty(field, account string, id DisputeID) error {
	if err := validAccount(field, account); err != nil {
		return err
	}
	return id.Given("dispute")
}

func validWeighed(owner string, work, source registrytypes.WorkID) error {
	if err := validAccount("owner", owner); err != nil {
		return err
	}
	if err := work.Given("work"); err != nil {
		return err
	}
	return source.Given("source")
}

func validBond(bond sdk.Coins) error {
	if err := validateCoins(bond); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "bond: %s", err)
	}
	if bond.Empty() {
		return errorsmod.Wrap(ErrInvalidMessage, "bond: nothing is at stake: name coins")
	}
	return nil
}

// validateEvidence checks what a message shows: digests, each once, and URIs.
func validateEvidence(list []Evidence) error {
	if len(list) > MaxEvidence {
		return errorsmod.Wrapf(ErrInvalidEvidence, "evidence: %d pieces, at most %d with one message", len(list), MaxEvidence)
	}
	for i, e := range list {
		if err := e.validate(); err != nil {
			return errorsmod.Wrapf(err, "evidence[%d]", i)
		}
		if e.By != "" || !e.BlankedSha256.IsZero() {
			return errorsmod.Wrapf(ErrInvalidEvidence, "evidence[%d]: by and blanked_sha256 are the chain's to say: leave them out", i)
		}
		if slices.ContainsFunc(list[:i], func(o Evidence) bool { return o.Sha256 == e.Sha256 }) {
			return errorsmod.Wrapf(ErrInvalidEvidence, "evidence[%d]: %s is there twice", i, e.Sha256)
		}
	}
	return nil
}

func (e Evidence) validate() error {
	if err := e.Sha256.Given("sha256"); err != nil {
		return err
	}
	if e.Uri == "" {
		return nil
	}
	if !e.BlankedSha256.IsZero() {
		return errorsmod.Wrap(ErrInvalidEvidence, "uri: it was blanked")
	}
	if err := text.CheckURI("uri", e.Uri, MaxURILength); err != nil {
		return errorsmod.Wrap(ErrInvalidEvidence, err.Error())
	}
	return nil
}
