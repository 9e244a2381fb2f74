package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Validate checks a record's form. It fails with ErrInvalidRecord, naming the
// field.
func (r GenerationRecord) Validate() error {
	if _, err := sdk.AccAddressFromBech32(r.Agent); err != nil {
		return errorsmod.Wrapf(ErrInvalidRecord, "agent %q must be the account of the service that made the work: %s", r.Agent, err)
	}
	texts := []struct{ what, text string }{
		{"model", r.Model},
		{"provider", r.Provider},
		{"system_name", r.SystemName},
		{"system_version", r.SystemVersion},
		{"unique_id", r.UniqueId},
	}
	for _, t := range texts {
		if err := checkText(t.what, t.text, MaxTextLength); err != nil {
			return errorsmod.Wrap(ErrInvalidRecord, err.Error())
		}
	}
	if r.Model == "" {
		return errorsmod.Wrap(ErrInvalidRecord, "model is empty: give the model's work id or its public name")
	}
	if _, _, err := r.ModelWork(); err != nil {
		return err
	}
	if r.PromptSha256 != "" {
		if err := checkDigest("prompt_sha256", r.PromptSha256); err != nil {
			return errorsmod.Wrap(ErrInvalidRecord, err.Error())
		}
	}
	return nil
}

// ModelWork returns the model's work id if the record names a registered model;
// ok is false for a public name. A misspelt work id is not taken for a name:
// it fails with ErrInvalidRecord.
func (r GenerationRecord) ModelWork() (id registrytypes.WorkID, ok bool, err error) {
	if !strings.HasPrefix(r.Model, registrytypes.WorkPrefix+"1") {
		return registrytypes.WorkID{}, false, nil
	}
	id, err = registrytypes.ParseWorkID(r.Model)
	if err != nil {
		return registrytypes.WorkID{}, false, errorsmod.Wrapf(ErrInvalidRecord, "model: %s", err)
	}
	return id, true, nil
}
