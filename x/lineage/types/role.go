package types

import (
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
	case r == ROLE_TRAINED_ON && kind != registrytypes.KIND_DATASET:
		return rules.Trained
	}
	return rules.Part
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
