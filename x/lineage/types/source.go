package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Validate checks one source by itself. It fails with ErrInvalidSource.
func (s Source) Validate() error {
	_, err := s.read()
	return err
}

// read validates and returns the id of a registered source.
func (s Source) read() (id registrytypes.WorkID, err error) {
	if !s.Role.Known() {
		return id, errorsmod.Wrapf(ErrInvalidSource, "role %d is unknown: use one of %s", s.Role, strings.Join(RoleNames(), ", "))
	}
	if s.Weight > Whole {
		return id, errorsmod.Wrapf(ErrInvalidSource, "weight %d ppm exceeds the whole, %d", s.Weight, Whole)
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
	return id, checkSourceText("permission", s.Permission, MaxTextLength)
}

// Validate checks an external reference. It fails with ErrInvalidSource.
func (e External) Validate() error {
	if e.Sha256 == "" && e.Uri == "" {
		return errorsmod.Wrap(ErrInvalidSource, "an external reference needs a sha256 or a uri, or both")
	}
	if e.Sha256 != "" {
		if err := checkDigest("sha256", e.Sha256); err != nil {
			return errorsmod.Wrap(ErrInvalidSource, err.Error())
		}
	}
	if strings.Contains(e.Uri, " ") {
		return errorsmod.Wrap(ErrInvalidSource, "uri holds a space: write it as %20")
	}
	return checkSourceText("uri", e.Uri, MaxURILength)
}

func checkSourceText(what, s string, maxLength int) error {
	if err := checkText(what, s, maxLength); err != nil {
		return errorsmod.Wrap(ErrInvalidSource, err.Error())
	}
	return nil
}
