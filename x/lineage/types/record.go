package types

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Validate checks a record's form, of one whose text is blanked too. It fails with
// ErrInvalidRecord, naming the field.
func (r GenerationRecord) Validate() error {
	agent, err := sdk.AccAddressFromBech32(r.Agent)
	if err != nil {
		return errorsmod.Wrapf(ErrInvalidRecord, "agent %q must be the account of the service that made the work: %s", r.Agent, err)
	}
	if agent.String() != r.Agent {
		return errorsmod.Wrapf(ErrInvalidRecord, "agent %q: write the account in lower case", r.Agent)
	}
	texts := []struct{ what, said string }{
		{"model", r.Model},
		{"provider", r.Provider},
		{"system_name", r.SystemName},
		{"system_version", r.SystemVersion},
		{"unique_id", r.UniqueId},
	}
	for _, t := range texts {
		if err := text.Check(t.what, t.said, MaxTextLength); err != nil {
			return errorsmod.Wrap(ErrInvalidRecord, err.Error())
		}
	}
	if !r.BlankedSha256.IsZero() && r.hasText() {
		return errorsmod.Wrap(ErrInvalidRecord, "blanked_sha256 stands beside text: one of them goes")
	}
	if r.Model == "" && r.BlankedSha256.IsZero() {
		return errorsmod.Wrap(ErrInvalidRecord, "model is empty: give the model's work id or its public name")
	}
	_, _, err = r.ModelWork()
	return err
}

// ModelWork returns the model's work id if the record names a registered model;
// ok is false for a public name. A misspelt work id is not taken for a name:
// it fails with ErrInvalidRecord.
func (r GenerationRecord) ModelWork() (id registrytypes.WorkID, ok bool, err error) {
	if !r.namesWork() {
		return registrytypes.WorkID{}, false, nil
	}
	id, err = registrytypes.ParseWorkID(r.Model)
	if err != nil {
		return registrytypes.WorkID{}, false, errorsmod.Wrapf(ErrInvalidRecord, "model: %s", err)
	}
	return id, true, nil
}
