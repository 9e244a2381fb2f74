package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/registry/text"
)

// Validate checks one source by itself. It fails with ErrInvalidSource.
func (s Source) Validate() error {
	if err := checkPart(s.Role, s.Weight); err != nil {
		return err
	}
	switch {
	case !s.Work.IsZero() && s.External != nil:
		return errorsmod.Wrap(ErrInvalidSource, "give a work or an external reference, not both")
	case s.Work.IsZero() && s.External == nil:
		return errorsmod.Wrap(ErrInvalidSource, "nothing is named: give the id of a work (work1...) or an external reference")
	case s.External != nil && (s.Permission != "" || s.Seen != (licensetypes.Conditions{})):
		return errorsmod.Wrap(ErrInvalidSource, "an external reference takes no permission, and nothing is seen of it: leave both empty")
	case s.External != nil:
		return s.External.Validate()
	case s.Role == ROLE_CITES && s.Permission != "":
		return errorsmod.Wrap(ErrInvalidSource, "a citation takes no permission: leave it empty")
	}
	if !licensetypes.NamesTerms(s.Permission) && s.Seen != (licensetypes.Conditions{}) {
		return errorsmod.Wrap(ErrInvalidSource, "seen is what a public offer brings: name terms (terms1...) as the permission, "+
			"or leave it unset")
	}
	if err := text.Check("permission", s.Permission, licensetypes.MaxPermissionLength); err != nil {
		return errorsmod.Wrap(ErrInvalidSource, err.Error())
	}
	return nil
}

// checkPart checks how a source went in, and how much of it.
func checkPart(role Role, weight uint32) error {
	if !role.Known() {
		return errorsmod.Wrapf(ErrInvalidSource, "role %d is unknown: use one of %s", role, strings.Join(RoleNames(), ", "))
	}
	if weight > Whole {
		return errorsmod.Wrapf(ErrInvalidSource, "weight %d ppm exceeds the whole, %d", weight, Whole)
	}
	return nil
}

// Validate checks an external reference. It fails with ErrInvalidSource.
func (e External) Validate() error {
	if e.Sha256.IsZero() && e.Uri == "" {
		return errorsmod.Wrap(ErrInvalidSource, "an external reference needs a sha256 or a uri, or both")
	}
	return e.validateForm()
}

// validateForm checks what there is of a digest and a uri.
func (e External) validateForm() error {
	if !e.Sha256.IsZero() {
		if err := e.Sha256.GivenContent("sha256"); err != nil {
			return errorsmod.Wrap(ErrInvalidSource, err.Error())
		}
	}
	if err := text.CheckURI("uri", e.Uri, MaxURILength); err != nil {
		return errorsmod.Wrap(ErrInvalidSource, err.Error())
	}
	return nil
}
