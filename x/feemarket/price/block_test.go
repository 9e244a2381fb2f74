package price_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/x/feemarket/price"
)

var tenths = price.Shares{Tx: 100_000, Payer: 100_000, Others: 500_000}

// tx pays the usual floor for this gas.
func tx(payer string, gas uint64) price.Tx {
	return price.Tx{Payer: payer, Fee: price.Fee{Gas: gas, Rate: price.One, Amount: price.Needed(thousandth, price.One, gas)}}
}

func TestWhatABlockTakes(t *testing.T) {
	poor, other := tx("a", 1000), tx("a", most/10)
	poor.Amount = poor.Amount.SubRaw(1)
	other.Other = true
	from := func(payer string) price.Tx { next := other; next.Payer = payer; return next }

	for _, block := range []struct {
		name string
		txs  []price.Tx
		want error
	}{
		{"a tenth", []price.Tx{tx("a", most/10)}, nil},
		{"more than a tenth", []price.Tx{tx("a", most/10+1)}, price.ErrTx},
		{"all that there is", []price.Tx{tx("a", ^uint64(0))}, price.ErrTx},
		{"one unit below the base price", []price.Tx{poor}, price.ErrFee},
		{"a tenth by one payer", []price.Tx{tx("a", most/20), tx("a", most/20)}, nil},
		{"more by one payer", []price.Tx{tx("a", most/20), tx("b", most/20), tx("a", most/20+1)}, price.ErrPayer},
		{"half a block in other denoms", []price.Tx{from("a"), from("b"), from("c"), from("d"), from("e")}, nil},
		{"more in other denoms", []price.Tx{from("a"), from("b"), from("c"), from("d"), from("e"), from("f")}, price.ErrOthers},
	} {
		t.Run(block.name, func(t *testing.T) {
			b := price.NewBlock(thousandth, most, tenths)
			for _, tx := range block.txs[:len(block.txs)-1] {
				require.NoError(t, b.Add(tx))
			}
			require.ErrorIs(t, b.Add(block.txs[len(block.txs)-1]), block.want)
		})
	}

	b := price.NewBlock(thousandth, most, tenths)
	for i := range 10 {
		require.NoError(t, b.Add(tx(fmt.Sprint(i), most/10)))
	}
	require.ErrorIs(t, b.Add(tx("k", 1)), price.ErrBlock)
	require.NoError(t, b.Add(tx("k", 0)))
}

// TestABlockKeepsItsSums holds Add against sums in big integers, for any transactions.
func TestABlockKeepsItsSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.Uint64().Draw(t, "most")
		shares := price.Shares{
			Tx:     rapid.Uint32Range(0, price.Whole).Draw(t, "tx"),
			Payer:  rapid.Uint32Range(0, price.Whole).Draw(t, "payer"),
			Others: rapid.Uint32Range(0, price.Whole).Draw(t, "others"),
		}
		b := price.NewBlock(math.ZeroInt(), most, shares)
		all, others, payers := math.ZeroInt(), math.ZeroInt(), map[string]math.Int{"a": math.ZeroInt(), "b": math.ZeroInt()}
		bound := func(share uint32) math.Int { return math.NewIntFromUint64(price.Part(most, share)) }
		for range rapid.IntRange(1, 30).Draw(t, "number") {
			tx := price.Tx{
				Payer: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "payer"),
				Other: rapid.Bool().Draw(t, "other"),
				Fee:   price.Fee{Amount: math.ZeroInt(), Rate: price.One},
			}
			tx.Gas = rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, max(most/8, 1))).Draw(t, "gas")
			gas := math.NewIntFromUint64(tx.Gas)
			sum, ofPayer, ofOthers := all.Add(gas), payers[tx.Payer].Add(gas), others
			if tx.Other {
				ofOthers = others.Add(gas)
			}
			fits := gas.LTE(bound(shares.Tx)) && sum.LTE(math.NewIntFromUint64(most)) &&
				ofPayer.LTE(bound(shares.Payer)) && ofOthers.LTE(bound(shares.Others))
			free := b.Free()
			require.Equal(t, fits, b.Add(tx) == nil)
			if !fits {
				require.Equal(t, free, b.Free(), "a refusal changed the block")
				continue
			}
			all, others, payers[tx.Payer] = sum, ofOthers, ofPayer
		}
	})
}
