package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// A genesis in which a part has had what is others' is refused: they would collect it once more, from who has nothing to do with it.
func TestAChainDoesNotStartWithAPartThatHadTooMuch(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	made := manifests.Of(item("a", by(bob), 1), item("b", by(carol), 3))
	data := dataset(c, dave, made)
	c.MustDeliver(dave, shared(data, 1, 1_000_000))
	c.Pay(fan, data, "400uusdc")
	collect(t, c, data, 1, made.Contributor(0), made.Contributor(1))
	parts := func(parts ...types.CollectedPart) func(*types.GenesisState) {
		return func(gs *types.GenesisState) { gs.Pools[0].Parts = parts }
	}
	part := func(start uint64, amount int64) types.CollectedPart {
		return types.CollectedPart{Start: start, Denom: "uusdc", Amount: math.NewInt(amount)}
	}
	first := made.Contributor(0).Weight
	require.NoError(t, c.TryImport(edited(t, c, parts(part(0, int64(first)*100), part(first, int64(4-first)*100))), c.Height()+1))
	for name, edit := range map[string]func(*types.GenesisState){
		"more than its own": parts(part(0, int64(first)*100+1), part(first, int64(4-first)*100-1)),
		"behind the whole":  parts(part(0, 300), part(4, 100)),
		"all at the end":    parts(part(3, 400)),
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, c.TryImport(edited(t, c, edit), c.Height()+1), "at most has had")
		})
	}
}
