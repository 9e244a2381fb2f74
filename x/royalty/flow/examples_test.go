package flow_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestExamples are the rules of royalties worked out by hand, one rule each.
//
// A work is written "name: holder share%, ... < source policy rate, ...", payments
// as "amount work" in the order in which they come, each moved on before the next.
// What comes out is each account's balance and what the stages hold.
func TestExamples(t *testing.T) {
	for _, example := range []struct {
		name     string
		works    []string
		payments string
		want     string
		held     int64
	}{
		{
			"a source gets its part of the gross, the holders divide the rest",
			[]string{
				"tune: ann", "cover: ben 75%, cat 25% < tune absolute 200000",
			},
			"1003 cover",
			// 200.6, and of the rest, 802.4, three quarters and a quarter: 802 in whole units.
			"ann 200, ben 601, cat 200", 2,
		},
		{
			"several sources, each its own rate",
			[]string{
				"a: ann", "b: ben", "c: cat", "x: eva < a absolute 50000, b absolute 70000, c absolute 300000",
			},
			"2000000 x",
			"ann 100000, ben 140000, cat 600000, eva 1160000", 0,
		},
		{
			"absolute: each ancestor of the gross, however far up",
			[]string{
				"a: ann", "b: ben < a absolute 20000", "c: cat < b absolute 30000", "d: dan < c absolute 40000",
			},
			"1000000 d",
			"ann 20000, ben 30000, cat 40000, dan 910000", 0,
		},
		{
			"relative: each source of what its derivative takes in",
			[]string{
				"a: ann", "b: ben < a relative 250000", "c: cat < b relative 400000",
			},
			"1000 c",
			"ann 100, ben 300, cat 600", 0,
		},
		{
			"an ancestor by two ways is owed once",
			[]string{
				"a: ann", "b: ben < a absolute 150000", "c: cat < a absolute 150000", "d: dan < b absolute 50000, c absolute 60000",
			},
			"100 d",
			"ann 15, ben 5, cat 6, dan 74", 0,
		},
		{
			"at the higher of two rates",
			[]string{
				"a: ann", "b: ben < a absolute 250000", "c: cat < a absolute 70000", "d: dan < b absolute 40000, c absolute 10000",
			},
			"100 d",
			"ann 25, ben 4, cat 1, dan 70", 0,
		},
		{
			"relative shares come by every way",
			[]string{
				"a: ann", "b: ben < a relative 500000", "c: cat < a relative 250000", "d: dan < b relative 200000, c relative 400000",
			},
			"100 d",
			"ann 20, ben 10, cat 30, dan 40", 0,
		},
		{
			"absolute and relative side by side",
			[]string{
				"a: ann", "b: ben", "x: eva < a absolute 350000, b relative 150000",
			},
			"200 x",
			"ann 70, ben 30, eva 100", 0,
		},
		{
			"a work of one's own in between dilutes nothing",
			[]string{
				"a: ann", "mine: eva < a absolute 300000", "sold: eva < mine absolute 700000",
			},
			"10 sold",
			"ann 3, eva 7", 0,
		},
		{
			"a source that asks nothing gets nothing",
			[]string{
				"a: ann", "x: eva < a none 0",
			},
			"10 x",
			"eva 10", 0,
		},
		{
			"parts that sum to the whole leave nothing over, however small the payments",
			[]string{
				"a: ann", "b: ben", "c: cat", "d: dan", "x: eva < a absolute 250000, b absolute 250000, c absolute 250000, d absolute 250000",
			},
			"3 x, 1 x",
			"ann 1, ben 1, cat 1, dan 1", 0,
		},
		{
			"fractions add up over payments",
			[]string{
				"a: ann", "x: eva < a absolute 333333",
			},
			"1 x, 1 x, 1 x, 1 x, 1 x, 1 x",
			"ann 1, eva 4", 1, // 1.999998 and 4.000002
		},
		{
			"a payment to the source itself owes nobody",
			[]string{
				"a: ann", "x: eva < a absolute 500000",
			},
			"3 x, 4 a",
			"ann 5, eva 1", 1,
		},
		{
			"amounts of any size to the unit",
			[]string{
				"a: ann", "x: eva < a absolute 3",
			},
			"2000000000000000000000000000011 x",
			"ann 6000000000000000000000000, eva 1999994000000000000000000000010", 1,
		},
		{
			"owed both ways gets both",
			[]string{
				"a: ann", "b: ben < a absolute 120000", "x: eva < b none 0, a relative 80000",
			},
			"100 x",
			"ann 20, eva 80", 0,
		},
		{
			"what is received passes on, what is earned as an ancestor does not",
			[]string{
				"a: ann", "b: ben < a relative 500000", "c: cat < b absolute 100000, b relative 200000",
			},
			"100 c",
			"ann 10, ben 20, cat 70", 0,
		},
	} {
		t.Run(example.name, func(t *testing.T) {
			l := flow.NewLedger()
			for _, work := range example.works {
				require.NoError(t, addWork(l, work), work)
			}
			for payment := range strings.SplitSeq(example.payments, ", ") {
				amount, work, _ := strings.Cut(payment, " ")
				value, ok := new(big.Int).SetString(amount, 10)
				require.True(t, ok)
				pot := flow.Pot{Work: flow.Work(work), Denom: denom}
				require.NoError(t, l.Pay(math.MaxInt, flow.Payment{Pot: pot, Amount: value}))
				requireSound(t, l)
			}
			var got []string
			for account, balances := range l.Balances() {
				got = append(got, fmt.Sprintf("%s %s", account, balances[denom]))
			}
			slices.Sort(got)
			require.Equal(t, example.want, strings.Join(got, ", "))
			require.Equal(t, strconv.FormatInt(example.held, 10), l.Held(denom).String())
		})
	}
}

// TestMoreThanTheWholeIsRefused is the last of the examples: absolute and relative
// shares together, those of the sources' lists included.
func TestMoreThanTheWholeIsRefused(t *testing.T) {
	l := flow.NewLedger()
	for _, work := range []string{"a: ann", "b: ben < a absolute 700000", "fits: eva < b absolute 200000, b relative 100000"} {
		require.NoError(t, addWork(l, work))
	}
	err := addWork(l, "more: eva < b absolute 200000, b relative 100001")
	var over *flow.OverWholeError
	require.ErrorAs(t, err, &over)
	require.Equal(t, flow.OverWholeError{Absolute: 900_000, Relative: 100_001}, *over)
	require.ErrorContains(t, err, "900000 ppm absolute and 100001 ppm relative, together 1000001")
}

// addWork reads a work as TestExamples writes it.
func addWork(l *flow.Ledger, line string) error {
	work, made, _ := strings.Cut(line, " < ")
	name, holders, _ := strings.Cut(work, ": ")
	var table []flow.Holding
	for holder := range strings.SplitSeq(holders, ", ") {
		account, percent, shared := strings.Cut(holder, " ")
		weight := flow.Whole
		if shared {
			n, err := strconv.Atoi(strings.TrimSuffix(percent, "%"))
			if err != nil {
				return err
			}
			weight = n * flow.Whole / 100
		}
		table = append(table, flow.Holding{To: flow.Account(account), Weight: uint32(weight)})
	}
	var sources []flow.Source
	for source := range strings.SplitSeq(made, ", ") {
		fields := strings.Fields(source)
		if len(fields) == 0 {
			continue
		}
		policies := map[string]flow.Policy{"none": flow.None, "absolute": flow.Absolute, "relative": flow.Relative}
		policy, known := policies[fields[1]]
		rate, err := strconv.Atoi(fields[2])
		if err != nil || !known {
			return errors.Join(err, fmt.Errorf("source %q", source))
		}
		sources = append(sources, flow.Source{Work: flow.Work(fields[0]), Policy: policy, Rate: uint32(rate)})
	}
	return l.AddWork(flow.Work(name), table, sources...)
}
