package mcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/units"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// A vote may have made 5.00 USDC another amount: what was known a while ago is neither said nor read, where the node does not say it again.
func TestUnitsOfBeforeAreNotRead(t *testing.T) {
	s := alone(t)
	usdc := royaltytypes.Unit{Symbol: "USDC", Decimals: 6}
	s.units, s.unitsRead = units.New([]banktypes.Metadata{usdc.Metadata("uusdc", banktypes.Metadata{})}), time.Now()
	paid, err := s.most(t.Context(), "max", "5.00 USDC")
	require.NoError(t, err)
	require.Equal(t, "5000000uusdc", paid.String())

	s.unitsRead = time.Now().Add(-time.Minute)
	_, err = s.most(t.Context(), "max", "5.00 USDC")
	require.ErrorIs(t, err, ErrArgument)
	paid, err = s.most(t.Context(), "max", "5000000uusdc")
	require.NoError(t, err)
	require.Equal(t, "5000000uusdc", paid.String())
}
