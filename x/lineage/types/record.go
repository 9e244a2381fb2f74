package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Validate checks a record's form, of one whose text is blanked too. It fails with
// ErrInvalidRecord, naming the field.
func (r GenerationRecord) Validate() error {
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
	_, _, err := r.ModelWork()
	return err
}

// validateStored checks a record as the chain keeps it.
func (r GenerationRecord) validateStored() error {
	switch {
	case r.Agent.IsZero() != (r.AgentVersion == 0):
		return errorsmod.Wrap(ErrInvalidRecord, "an agent and a version of its card stand together")
	case (r.AnchoredAt == nil) != r.AnchorRoot.IsZero():
		return errorsmod.Wrap(ErrInvalidRecord, "an anchor's root and time stand together")
	}
	return r.Validate()
}

// validateDeclared checks a record as a message has it: without what the chain sets.
func (r GenerationRecord) validateDeclared() error {
	set := ""
	switch {
	case !r.BlankedSha256.IsZero():
		set = "blanked_sha256"
	case r.AgentVersion != 0:
		set = "agent_version"
	case r.AnchoredAt != nil:
		set = "anchored_at"
	case !r.AnchorRoot.IsZero():
		set = "anchor_root"
	}
	if set != "" {
		return errorsmod.Wrapf(ErrInvalidRecord, "%s is the chain's to set: leave it empty", set)
	}
	return r.Validate()
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
