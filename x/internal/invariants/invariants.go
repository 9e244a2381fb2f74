// Package invariants runs the checks that a module makes of its own state.
package invariants

import (
	"context"
	"fmt"
)

// Invariant is a statement about a module's state that holds after every block.
// Check reads all that it is about and names the row that breaks it.
type Invariant struct {
	Name  string
	Check func(context.Context) error
}

// Check fails with the first invariant that does not hold.
func Check(ctx context.Context, module string, invariants ...Invariant) error {
	for _, i := range invariants {
		if err := i.Check(ctx); err != nil {
			return fmt.Errorf("%s invariant %q: %w", module, i.Name, err)
		}
	}
	return nil
}
