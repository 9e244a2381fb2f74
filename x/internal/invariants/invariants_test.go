package invariants_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/internal/invariants"
)

func TestCheckNamesTheFirstThatIsBroken(t *testing.T) {
	broken := errors.New("row 7")
	holds := func(context.Context) error { return nil }
	fails := func(context.Context) error { return broken }

	require.NoError(t, invariants.Check(t.Context(), "royalty"))
	require.NoError(t, invariants.Check(t.Context(), "royalty", invariants.Invariant{Name: "lists", Check: holds}))
	err := invariants.Check(t.Context(), "royalty",
		invariants.Invariant{Name: "lists", Check: holds},
		invariants.Invariant{Name: "money", Check: fails},
		invariants.Invariant{Name: "queues", Check: func(context.Context) error { panic("not reached") }})
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, `royalty invariant "money": row 7`)
}
