package units_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/internal/amounts"
)

func metadata(base, display, symbol string, exponent uint32) banktypes.Metadata {
	return banktypes.Metadata{Base: base, Display: display, Symbol: symbol, DenomUnits: []*banktypes.DenomUnit{
		{Denom: base}, {Denom: display, Exponent: exponent},
	}}
}

var local = units.New([]banktypes.Metadata{
	metadata("ustem", "stem", "STEM", 6), metadata("uusdc", "usdc", "USDC", 6), {Base: "ibc/AB"},
})

// What is signed has its base units beside it, also where there are several coins.
func TestExactAmountsOfSeveralCoins(t *testing.T) {
	price := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_500_000), sdk.NewInt64Coin("ustem", 2), sdk.NewInt64Coin("other", 3))
	require.Equal(t, "3other or 0.000002 STEM (2ustem) or 1.50 USDC (1500000uusdc)", local.ExactAlternatives(price))
	require.Equal(t, "3other and 0.000002 STEM (2ustem) and 1.50 USDC (1500000uusdc)", local.ExactSum(price))
	require.Equal(t, "free", local.ExactAlternatives(nil))
	require.Equal(t, "free of charge", local.ExactSum(nil))
}

func TestAmountsAsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"10.00 USDC": "10000000uusdc", "10 USDC": "10000000uusdc", "10usdc": "10000000uusdc", "10.5Usdc": "10500000uusdc",
		"0.000001 USDC": "1uusdc", "0 USDC": "0uusdc", " 1.00 stem ": "1000000ustem", "10000000uusdc": "10000000uusdc",
		"5 uusdc": "5uusdc", "7ibc/AB": "7ibc/AB", "10other": "10other", "0.000000 USDC": "0uusdc",
	} {
		coin, err := local.Read(written)
		require.NoError(t, err, written)
		require.Equal(t, want, coin.String(), written)
	}
	for written, say := range map[string]string{
		"0.0000001 USDC": `"0.0000001 USDC" is not an amount: USDC has 6 decimals, and the least of it is 0.000001`,
		"10 DOGE":        `"10 DOGE" is in units that this chain does not know: write STEM (of which one is 1000000ustem) or USDC (of which one is 1000000uusdc)`,
		"1.5doge":        "this chain does not know",
		"1.5uusdc":       "uusdc is the smallest unit and has no decimals; 1 USDC is 1000000uusdc",
		"10,50 USDC":     "write a point before the decimals and nothing between thousands",
		"1,000.00 USDC":  "write a point before the decimals",
		"1'000 USDC":     "write a point before the decimals",
		"010 USDC":       "leave out the zeros in front",
		"-1 USDC":        "without a sign",
		"1. USDC":        "not an amount", ".5 USDC": "not an amount", "USDC": "not an amount", "": "not an amount",
		"10  USDC": "not an amount", "1e3 USDC": "not an amount", "$10": "not an amount",
		strings.Repeat("9", 78) + " USDC": "2^256-1",
	} {
		_, err := local.Read(written)
		require.ErrorContains(t, err, say, written)
	}
	list, err := local.ReadList("1.00 USDC, 2 stem")
	require.NoError(t, err)
	require.Equal(t, "2000000ustem,1000000uusdc", list.String())
	_, err = local.ReadList("1,50 USDC")
	require.ErrorContains(t, err, "write a point before the decimals")
	list, err = local.ReadList(" ")
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestAmountsForPeople(t *testing.T) {
	for amount, want := range map[int64]string{
		0: "0.00 USDC", 1: "0.000001 USDC", 10: "0.00001 USDC", 100000: "0.10 USDC", 10_000_000: "10.00 USDC", 12_345_678: "12.345678 USDC",
	} {
		require.Equal(t, want, local.Coin(sdk.NewInt64Coin("uusdc", amount)))
	}
	require.Equal(t, "7other", local.Coin(sdk.NewInt64Coin("other", 7)))
	require.Equal(t, "7uusdc", units.Units{}.Coin(sdk.NewInt64Coin("uusdc", 7)))
	require.Equal(t, "10.00 USDC (10000000uusdc)", local.Exact(sdk.NewInt64Coin("uusdc", 10_000_000)))
	require.Equal(t, "7other", local.Exact(sdk.NewInt64Coin("other", 7)))
	require.Equal(t, "12.30", local.Number(sdk.NewInt64Coin("uusdc", 12_300_000)))
	require.Equal(t, "12", local.Number(sdk.NewInt64Coin("ibc/AB", 12)))
	both := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 10_000_000), sdk.NewInt64Coin("ustem", 1))
	require.Equal(t, "0.000001 STEM and 10.00 USDC", local.Sum(both))
	require.Equal(t, "0.000001 STEM or 10.00 USDC", local.Alternatives(both))
	require.Equal(t, "free", local.Alternatives(nil))
	require.Equal(t, "free of charge", local.Sum(nil))
}

// A symbol means one denom, or none.
func TestSymbolsThatMislead(t *testing.T) {
	real, other := metadata("uusdc", "usdc", "USDC", 6), metadata("ibc/AB", "usdc", "uSDc", 18)
	for name, u := range map[string]units.Units{
		"claimed by two":              units.New([]banktypes.Metadata{real, other}),
		"another's denom":             units.New([]banktypes.Metadata{real, {Base: "usdc"}}),
		"its own denom, in millions":  units.New([]banktypes.Metadata{metadata("usdc", "whole", "USDC", 6)}),
		"no decimals":                 units.New([]banktypes.Metadata{metadata("uusdc", "usdc", "USDC", 0)}),
		"too many":                    units.New([]banktypes.Metadata{metadata("uusdc", "usdc", "USDC", 31)}),
		"control characters":          units.New([]banktypes.Metadata{metadata("uusdc", "usdc", "US\x1b[2JDC", 6)}),
		"letters that look the same":  units.New([]banktypes.Metadata{metadata("uusdc", "usdc", "USD\u0421", 6)}),
		"display that it has not":     units.New([]banktypes.Metadata{{Base: "uusdc", Display: "usdc", Symbol: "USDC"}}),
		"a denom without metadata":    units.New([]banktypes.Metadata{{Base: "uusdc"}}),
		"nothing where a unit should": units.New([]banktypes.Metadata{{Base: "uusdc", Display: "usdc", Symbol: "USDC", DenomUnits: []*banktypes.DenomUnit{nil}}}),
	} {
		require.Equal(t, "5uusdc", u.Coin(sdk.NewInt64Coin("uusdc", 5)), name)
		_, err := u.Read("1.0 USDC")
		require.Error(t, err, name)
	}
}

// In a list a denom without a unit is short; elsewhere, and one with a unit, it is as it was.
func TestDenomsAreShortInLists(t *testing.T) {
	const denom = "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5"
	coin := sdk.NewInt64Coin(denom, 5_000_000)
	require.Equal(t, "5000000ibc/8E27…45B5", local.Short(coin))
	require.Equal(t, "5000000"+denom, local.Coin(coin))
	require.Equal(t, "5000000"+denom, local.Exact(coin))
	require.Equal(t, "5.00 USDT", units.New([]banktypes.Metadata{metadata(denom, "usdt", "USDT", 6)}).Short(coin))
	require.Equal(t, "1.50 USDC", local.Short(sdk.NewInt64Coin("uusdc", 1_500_000)))
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := units.New([]banktypes.Metadata{metadata("ubase", "unit", "UNIT", uint32(rapid.IntRange(1, units.MaxDecimals).Draw(t, "decimals")))})
		coin := sdk.NewCoin("ubase", math.NewIntFromBigInt(amounts.Max().BigInt()).QuoRaw(rapid.Int64Range(1, 1<<62).Draw(t, "part")))
		if rapid.Bool().Draw(t, "small") {
			coin.Amount = math.NewInt(rapid.Int64Range(0, 1<<40).Draw(t, "amount"))
		}
		back, err := unit.Read(unit.Coin(coin))
		require.NoError(t, err)
		require.Equal(t, coin, back)
	})
}

func TestWhatIsReadIsThatMuch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{1,12}(\.[0-9]{1,8})?( )?(USDC|usdc|uusdc|STEM|x)`).Draw(t, "text")
		coin, err := local.Read(text)
		if err != nil {
			return
		}
		number, err := math.LegacyNewDecFromStr(strings.TrimRight(text, " USDCusdcTEMtemx"))
		require.NoError(t, err)
		if unit, ok := local.Of(coin.Denom); ok && !strings.HasSuffix(text, coin.Denom) {
			number = number.Mul(math.LegacyNewDec(10).Power(uint64(unit.Decimals)))
		}
		require.True(t, number.Equal(math.LegacyNewDecFromInt(coin.Amount)), "%s: %s", text, coin)
	})
}

func TestJSONKeepsBaseUnits(t *testing.T) {
	for text, want := range map[string]string{
		`{"amount":"10000uusdc","n":1.50,"list":["1ustem"]}`: `{"amount":"10000uusdc","n":1.50,"list":["1ustem"],"amount_display":"0.01 USDC"}`,
		`[{"denom":"uusdc","amount":"10000000"}]`:            `[{"denom":"uusdc","amount":"10000000","display":"10.00 USDC"}]`,
		`{"fee":"1ustem,2uusdc","refund":"0uusdc"}`:          `{"fee":"1ustem,2uusdc","refund":"0uusdc","fee_display":"0.000001 STEM, 0.000002 USDC","refund_display":"0.00 USDC"}`,
		`{"fee":"1ustem","fee_display":"mine"}`:              `{"fee":"1ustem","fee_display":"mine"}`,
		`{"fee":"1other","title":"10 USDC","amount":"5"}`:    `{"fee":"1other","title":"10 USDC","amount":"5"}`,
		`{}`: `{}`, `null`: `null`, `"1ustem"`: `"1ustem"`, `[]`: `[]`,
	} {
		got, err := local.InJSON([]byte(text))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	for _, bad := range []string{``, `{`, `{"a":}`, `1 2`} {
		_, err := local.InJSON([]byte(bad))
		require.Error(t, err, bad)
	}
}

// All that was there is there, in its order.
func TestJSONOnlyGains(t *testing.T) {
	value := rapid.Deferred(func() *rapid.Generator[any] { return jsonValue(3) })
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.Marshal(value.Draw(t, "value"))
		require.NoError(t, err)
		got, err := local.InJSON(text)
		require.NoError(t, err)
		var was, is any
		require.NoError(t, json.Unmarshal(text, &was))
		require.NoError(t, json.Unmarshal(got, &is))
		require.Equal(t, was, without(is))
	})
}

func jsonValue(depth int) *rapid.Generator[any] {
	leaves := rapid.SampledFrom([]any{nil, true, 1.5, "", "5uusdc", "1ustem,2uusdc", "uusdc", "10", "a<b>\u2028"})
	if depth == 0 {
		return leaves
	}
	names := rapid.SampledFrom([]string{"amount", "denom", "fee", "x"})
	inner := jsonValue(depth - 1)
	return rapid.OneOf(leaves, rapid.Map(rapid.SliceOfN(inner, 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(names, inner, 0, 4), func(m map[string]any) any { return m }))
}

// without takes out what was added.
func without(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(name string, _ any) bool { return strings.HasSuffix(name, "display") })
		for name := range v {
			v[name] = without(v[name])
		}
	case []any:
		for i := range v {
			v[i] = without(v[i])
		}
	}
	return v
}
