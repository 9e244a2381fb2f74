package termspec

import (
	"fmt"
	"strings"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Enum has the names of an enum's values, as people write them.
type Enum struct {
	Prefix string
	// Names in order of their number; those before First are no choice.
	Names []string
	First int
}

// The enums that terms have.
var (
	derivativesEnum = newEnum("DERIVATIVES_", Derivatives_name, 0)
	permissionEnum  = newEnum("PERMISSION_", Permission_name, 0)
	exclusivityEnum = newEnum("EXCLUSIVITY_", Exclusivity_name, 0)
	policyEnum      = newEnum("POLICY_", royaltytypes.Policy_name, 0)

	// ActionEnum names the uses.
	ActionEnum = newEnum("ACTION_", Action_name, 1)
)

func newEnum(prefix string, values map[int32]string, first int) *Enum {
	e := &Enum{Prefix: prefix, First: first}
	for number := range len(values) {
		e.Names = append(e.Names, Folded(strings.TrimPrefix(values[int32(number)], prefix)))
	}
	return e
}

// Folded writes a name as people do: SHARE_ALIKE is share-alike.
func Folded(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }

// Choices are the names that may be chosen.
func (e *Enum) Choices() []string { return e.Names[e.First:] }

// Name writes a value; its number where it is unknown.
func (e *Enum) Name(value int32) string {
	if e.knows(value) {
		return e.Names[value]
	}
	return fmt.Sprint(value)
}

func (e *Enum) knows(value int32) bool { return value >= 0 && int(value) < len(e.Names) }

// check refuses a value that has no name.
func (e *Enum) check(value int32) error {
	if !e.knows(value) || int(value) < e.First {
		return fmt.Errorf("has the unknown value %d", value)
	}
	return nil
}
