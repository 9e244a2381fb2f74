package types

import (
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// roleNames are the roles as C2PA and people write them, by enum value.
var roleNames = []string{
	ROLE_UNSPECIFIED:  "",
	ROLE_PARENT_OF:    "parentOf",
	ROLE_COMPONENT_OF: "componentOf",
	ROLE_INPUT_TO:     "inputTo",
	ROLE_TRAINED_ON:   "trainedOn",
	ROLE_CITES:        "cites",
	ROLE_CONTAINS:     "contains",
}

// RoleNames lists the names that ParseRole reads.
func RoleNames() []string { return append([]string(nil), roleNames[1:]...) }

// Known tells whether the role is one that a source can have.
func (r Role) Known() bool { return r > ROLE_UNSPECIFIED && int(r) < len(roleNames) }

// Name returns the role as C2PA writes it: parentOf, componentOf, inputTo; and
// trainedOn, contains, cites.
func (r Role) Name() string {
	if !r.Known() {
		return r.String()
	}
	return roleNames[r]
}

// Asks lists what a derivation asks of a source in the role, all by one permission: what
// made the work may do with it. Generated: the work has a generation record, so that it
// was the input of an AI system. A citation asks for nothing.
func (r Role) Asks(generated bool) []rules.Action {
	switch {
	case r == ROLE_TRAINED_ON:
		return []rules.Action{rules.TrainAI}
	case r == ROLE_INPUT_TO && generated:
		return []rules.Action{rules.AIInput}
	case r == ROLE_CONTAINS:
		return []rules.Action{rules.Copy, rules.Distribute}
	case r == ROLE_CITES:
		return nil
	}
	return []rules.Action{rules.Adapt}
}

// Column is how much of a source's demands passes on to a work of the kind. What was
// trained on it takes on less, unless it is a dataset, which holds the source itself. A
// changed version takes on all of it, and other works all but weak share-alike.
func (r Role) Column(kind registrytypes.Kind) rules.Column {
	switch {
	case r == ROLE_PARENT_OF:
		return rules.Full
	case r == ROLE_CONTAINS:
		return rules.Contained
	case r == ROLE_TRAINED_ON && kind == registrytypes.KIND_DATASET:
		return rules.Gathered
	case r == ROLE_TRAINED_ON:
		return rules.Trained
	}
	return rules.Part
}

// heldRoles are those in which a work holds its source, by how much they ask for and pass
// on: as it is, a part of it, and changed as a whole.
var heldRoles = []Role{ROLE_CONTAINS, ROLE_COMPONENT_OF, ROLE_PARENT_OF}

// Becomes lists the roles in which a source can be declared again that was declared in this
// one: those that ask for as much and pass on as much. In another one the royalty that is owed,
// or the end of a permission, would get lost of what was made; a citation can become all.
func (r Role) Becomes() []Role {
	if r == ROLE_CITES {
		return []Role{ROLE_PARENT_OF, ROLE_COMPONENT_OF, ROLE_INPUT_TO, ROLE_TRAINED_ON, ROLE_CONTAINS}
	}
	if held := slices.Index(heldRoles, r); held >= 0 {
		return slices.Clone(heldRoles[held:])
	}
	return []Role{r}
}

// CheckAgain fails with ErrAlreadySource when a source that was declared in this role can't
// be declared again in another.
func (r Role) CheckAgain(now Role) error {
	if slices.Contains(r.Becomes(), now) {
		return nil
	}
	names := make([]string, 0, len(roleNames))
	for _, possible := range r.Becomes() {
		names = append(names, possible.Name())
	}
	return errorsmod.Wrapf(ErrAlreadySource, "it was declared as %s and can't become %s, which does not ask for and pass on all "+
		"that %s does: declare it as %s", r.Name(), now.Name(), r.Name(), strings.Join(names, " or "))
}

// CheckKind fails with ErrInvalidSource for a role that works of the kind do not
// have sources in.
func (r Role) CheckKind(kind registrytypes.Kind) error {
	if r == ROLE_TRAINED_ON && kind != registrytypes.KIND_MODEL && kind != registrytypes.KIND_DATASET {
		return errorsmod.Wrapf(ErrInvalidSource, "role %s is for models and datasets, not for a work of kind %s: "+
			"say parentOf, componentOf, inputTo or contains",
			r.Name(), strings.ToLower(strings.TrimPrefix(kind.String(), "KIND_")))
	}
	return nil
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
