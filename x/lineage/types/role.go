package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"
)

// roleNames are the roles as C2PA and people write them, by enum value.
var roleNames = []string{
	ROLE_UNSPECIFIED:  "",
	ROLE_PARENT_OF:    "parentOf",
	ROLE_COMPONENT_OF: "componentOf",
	ROLE_INPUT_TO:     "inputTo",
	ROLE_TRAINED_ON:   "trainedOn",
	ROLE_CITES:        "cites",
}

// RoleNames lists the names that ParseRole reads.
func RoleNames() []string { return append([]string(nil), roleNames[1:]...) }

// Known tells whether the role is one that a source can have.
func (r Role) Known() bool { return r > ROLE_UNSPECIFIED && int(r) < len(roleNames) }

// Name returns the role as C2PA writes it: parentOf, componentOf, inputTo; and
// trainedOn, cites.
func (r Role) Name() string {
	if !r.Known() {
		return r.String()
	}
	return roleNames[r]
}

// ParseRole reads a role's name in any case. It fails with ErrInvalidSource.
func ParseRole(name string) (Role, error) {
	for i, known := range roleNames {
		if known != "" && strings.EqualFold(name, known) {
			return Role(i), nil
		}
	}
	return ROLE_UNSPECIFIED, errorsmod.Wrapf(ErrInvalidSource, "role %q: use one of %s", name, strings.Join(RoleNames(), ", "))
}
