package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// BenchmarkDerive declares works made from one same source in one block. The
// time per derivation must not grow with their number.
func BenchmarkDerive(b *testing.B) {
	for _, size := range []int{500, 5_000, 20_000} {
		b.Run(fmt.Sprint(size, " in a block"), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				f := newFixture(b)
				root := f.offered("root", alice, 1)
				msgs := make([]*types.MsgDerive, size)
				for i := range msgs {
					msgs[i] = &types.MsgDerive{
						Owner: bob.String(), Work: f.work(fmt.Sprint(i), bob),
						Sources: []types.Source{under(root, types.ROLE_PARENT_OF)}, MaxTotalRate: 1,
					}
				}
				block, _ := f.ctx.CacheContext()
				b.StartTimer()
				for _, msg := range msgs {
					tx, write := block.CacheContext()
					_, err := f.msgs.Derive(tx, msg)
					require.NoError(b, err)
					write()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/derive")
		})
	}
}
