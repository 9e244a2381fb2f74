package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/anchor"
)

// MaxWorksPerMessage is how many works one MsgRegister takes.
const MaxWorksPerMessage = 256

// MaxWithdrawnItems is how many items one MsgWithdrawItems takes, MaxItemsAsked how many one question is about.
const (
	MaxWithdrawnItems = 256
	MaxItemsAsked     = 1000
)

// The messages are checked before they run, wherever they come from, and at
// CheckTx; the servers rely on it.
var (
	_ sdk.HasValidateBasic = &MsgRegister{}
	_ sdk.HasValidateBasic = &MsgRevise{}
	_ sdk.HasValidateBasic = &MsgOfferTransfer{}
	_ sdk.HasValidateBasic = &MsgCancelTransfer{}
	_ sdk.HasValidateBasic = &MsgWithdrawWork{}
	_ sdk.HasValidateBasic = &MsgRestoreWork{}
	_ sdk.HasValidateBasic = &MsgBlankText{}
	_ sdk.HasValidateBasic = &MsgAnchor{}
	_ sdk.HasValidateBasic = &MsgProveAnchor{}
	_ sdk.HasValidateBasic = &MsgWithdrawItems{}
	_ sdk.HasValidateBasic = &MsgUpdateParams{}
)

// ValidateBasic checks every entry and that each content is there once. Errors
// name the entry by its index.
func (m *MsgRegister) ValidateBasic() error {
	if _, err := parseAccount("registrant", m.Registrant); err != nil {
		return err
	}
	if len(m.Works) == 0 || len(m.Works) > MaxWorksPerMessage {
		return errorsmod.Wrapf(ErrInvalidMessage, "works has %d entries, a message takes 1 to %d: split it",
			len(m.Works), MaxWorksPerMessage)
	}
	first := make(map[Digest]int, len(m.Works))
	for i, entry := range m.Works {
		if err := entry.validate(); err != nil {
			return errorsmod.Wrapf(err, "works[%d]", i)
		}
		if j, twice := first[entry.Sha256]; twice {
			return errorsmod.Wrapf(ErrInvalidMessage, "works[%d] has the same sha256 as works[%d]: register a content once", i, j)
		}
		first[entry.Sha256] = i
	}
	return nil
}

func (e Entry) validate() error {
	if err := e.Sha256.GivenContent("sha256"); err != nil {
		return err
	}
	if e.AnchorProof != nil {
		if err := e.AnchorProof.Validate(); err != nil {
			return errorsmod.Wrap(err, "anchor_proof")
		}
	}
	if e.Manifest != nil {
		if err := e.Manifest.Validate(); err != nil {
			return errorsmod.Wrap(err, "manifest")
		}
		if digest := e.Manifest.Digest(); digest != e.Sha256 {
			return errorsmod.Wrapf(ErrInvalidManifest, "its digest is %s, and sha256 is %s: give the digest of the manifest", digest, e.Sha256)
		}
	}
	return e.Details.Validate()
}

// ValidateBasic checks the ids and the new details.
func (m *MsgRevise) ValidateBasic() error {
	if err := validateOwned(m.Owner, m.Work); err != nil {
		return err
	}
	if m.Manifest != nil {
		if err := m.Manifest.Validate(); err != nil {
			return errorsmod.Wrap(err, "manifest")
		}
	}
	return m.Details.Validate()
}

// ValidateBasic checks the ids and that the work does not go to its owner.
func (m *MsgOfferTransfer) ValidateBasic() error {
	if err := validateOwned(m.Owner, m.Work); err != nil {
		return err
	}
	recipient, err := parseAccount("recipient", m.Recipient)
	if err != nil {
		return err
	}
	// Compared as bytes: the same account can be written in upper case.
	if owner, err := sdk.AccAddressFromBech32(m.Owner); err != nil || owner.Equals(recipient) {
		return errorsmod.Wrapf(ErrInvalidTransfer, "%s: recipient is the owner: offer it to somebody else", m.Work)
	}
	return nil
}

// ValidateBasic checks the ids.
func (m *MsgCancelTransfer) ValidateBasic() error { return validateOwned(m.Owner, m.Work) }

// ValidateBasic checks the ids.
func (m *MsgWithdrawWork) ValidateBasic() error { return validateOwned(m.Owner, m.Work) }

// ValidateBasic checks the ids.
func (m *MsgRestoreWork) ValidateBasic() error { return validateOwned(m.Owner, m.Work) }

// ValidateBasic checks account and id.
func (m *MsgBlankText) ValidateBasic() error {
	if _, err := parseAccount("sender", m.Sender); err != nil {
		return err
	}
	return m.Work.Given("work")
}

// ValidateBasic checks account, root and number of leaves.
func (m *MsgAnchor) ValidateBasic() error {
	if _, err := parseAccount("account", m.Account); err != nil {
		return err
	}
	if err := m.Root.GivenRoot("root"); err != nil {
		return err
	}
	return validateTotal(m.Total)
}

// ValidateBasic checks the ids and the shape of the proof.
func (m *MsgProveAnchor) ValidateBasic() error {
	if _, err := parseAccount("registrant", m.Registrant); err != nil {
		return err
	}
	if err := m.Work.Given("work"); err != nil {
		return err
	}
	if err := m.Proof.Validate(); err != nil {
		return errorsmod.Wrap(err, "proof")
	}
	return nil
}

// ValidateBasic checks the ids and the shape of the proofs. Errors name the item by its index.
func (m *MsgWithdrawItems) ValidateBasic() error {
	if _, err := parseAccount("sender", m.Sender); err != nil {
		return err
	}
	if err := m.Work.Given("work"); err != nil {
		return err
	}
	if _, err := m.Contributor.Pure(); err != nil {
		return errorsmod.Wrap(err, "contributor")
	}
	return m.validateProofs()
}

// ValidateBasic checks the parameters.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }

func validateOwned(owner string, work WorkID) error {
	if _, err := parseAccount("owner", owner); err != nil {
		return err
	}
	return work.Given("work")
}

func validateTotal(total uint64) error {
	if total == 0 || total > anchor.MaxLeaves {
		return errorsmod.Wrapf(ErrInvalidMessage, "total is %d, the number of leaves must be 1 to %d", total, uint64(anchor.MaxLeaves))
	}
	return nil
}

// parseAccount reads an account's address; field names it in the error.
func parseAccount(field, s string) (sdk.AccAddress, error) {
	addr, err := sdk.AccAddressFromBech32(s)
	if err != nil {
		return nil, errorsmod.Wrapf(ErrInvalidMessage, "%s %q is not an account: %s", field, clip(s), err)
	}
	return addr, nil
}
