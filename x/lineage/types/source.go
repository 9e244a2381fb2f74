package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Validate checks one source by itself. It fails with ErrInvalidSource.
func (s Source) Validate() error {
	_, err := s.read()
	return err
}

// read validates and returns the id of a registered source.
func (s Source) read() (id registrytypes.WorkID, err error) {
	if err := checkPart(s.Role, s.Weight); err != nil {
		return id, err
	}
	switch {
	case s.Work != "" && s.External != nil:
		return id, errorsmod.Wrap(ErrInvalidSource, "give a work or an external reference, not both")
	case s.External != nil:
		if s.Permission != "" {
			return id, errorsmod.Wrap(ErrInvalidSource, "an external reference takes no permission: leave it empty")
		}
		return id, s.External.Validate()
	}
	if id, err = registrytypes.ParseWorkID(s.Work); err != nil {
		return id, errorsmod.Wrap(ErrInvalidSource, err.Error())
	}
	if s.Role == ROLE_CITES && s.Permission != "" {
		return id, errorsmod.Wrap(ErrInvalidSource, "a citation takes no permission: leave it empty")
	}
	if err := text.Check("permission", s.Permission, MaxTextLength); err != nil {
		return id, errorsmod.Wrap(ErrInvalidSource, err.Error())
	}
	return id, nil
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
	if e.Sha256 == "" && e.Uri == "" {
		return errorsmod.Wrap(ErrInvalidSource, "an external reference needs a sha256 or a uri, or both")
	}
	return e.validateForm()
}

// validateForm checks what there is of a digest and a uri.
func (e External) validateForm() error {
	if e.Sha256 != "" {
		if err := checkDigest("sha256", e.Sha256); err != nil {
			return errorsmod.Wrap(ErrInvalidSource, err.Error())
		}
		digest, err := registrytypes.ParseDigest("sha256", e.Sha256)
		if err == nil {
			err = digest.GivenContent("sha256")
		}
		if err != nil {
			return errorsmod.Wrap(ErrInvalidSource, err.Error())
		}
	}
	if err := text.CheckURI("uri", e.Uri, MaxURILength); err != nil {
		return errorsmod.Wrap(ErrInvalidSource, err.Error())
	}
	return nil
}
