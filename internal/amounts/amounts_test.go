package amounts_test

import (
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
)

// number draws an amount of any size, 2^256-1 among them.
func number() *rapid.Generator[math.Int] {
	return rapid.Custom(func(t *rapid.T) math.Int {
		bytes := rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "bytes")
		return math.NewIntFromBigInt(new(big.Int).SetBytes(bytes))
	})
}

func denom() *rapid.Generator[string] {
	return rapid.StringMatching(`(u[a-z0-9]{2,8}|ibc/[0-9A-F]{8}|[a-zA-Z][a-zA-Z0-9/:._-]{2,20})`)
}

func TestAmountsReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := number().Draw(t, "amount")
		got, err := amounts.Parse(a.String())
		require.NoError(t, err)
		require.Equal(t, a.String(), got.String())

		// No coin of nothing: 0 of the denom b0x reads like a binary number.
		coin := sdk.NewCoin(denom().Draw(t, "denom"), a.AddRaw(1).Quo(math.NewInt(2)).AddRaw(1))
		read, err := amounts.ParseCoin(coin.String())
		require.NoError(t, err)
		require.Equal(t, coin, read)
		read, err = amounts.Coin(coin.Amount.String(), coin.Denom)
		require.NoError(t, err)
		require.Equal(t, coin, read)
	})
}

func TestCoinsReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var coins sdk.Coins
		for _, d := range rapid.SliceOfDistinct(denom(), rapid.ID[string]).Draw(t, "denoms") {
			coins = append(coins, sdk.NewCoin(d, math.NewInt(rapid.Int64Range(1, 1<<62).Draw(t, "amount"))))
		}
		parts := make([]string, len(coins))
		for i, coin := range coins {
			parts[i] = coin.String()
		}
		space := rapid.SampledFrom([]string{"", " "}).Draw(t, "space")
		got, err := amounts.ParseCoins(strings.Join(parts, space+","+space))
		require.NoError(t, err)
		require.Equal(t, coins.Sort().String(), got.String())
		require.NoError(t, got.Validate())
	})
}

// What is accepted is the only spelling of its value, and the SDK reads it alike.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"0", "1", "10000uusdc", "0100000", "0x10", "0b1", "0o7", "1_000", "+1", "-1", " 1", "1 ", "1e3", "1.0", "٣", "１",
		"0x10uusdc", "0uusdc", strings.Repeat("9", 78), strings.Repeat("1", 77) + "uusdc", "1,2", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := amounts.Parse(s); err == nil {
			require.Equal(t, s, a.String())
			sdkReads, ok := math.NewIntFromString(s)
			require.True(t, ok)
			require.Equal(t, a, sdkReads)
		} else {
			require.ErrorIs(t, err, amounts.ErrInvalid)
		}
		if coin, err := amounts.ParseCoin(s); err == nil {
			require.Equal(t, s, coin.String())
			require.NoError(t, coin.Validate())
		} else {
			require.ErrorIs(t, err, amounts.ErrInvalid)
		}
		if coins, err := amounts.ParseCoins(s); err == nil {
			require.NoError(t, coins.Validate())
			again, err := amounts.ParseCoins(coins.String())
			require.NoError(t, err)
			require.Equal(t, coins, again)
		}
	})
}

func TestEachRefusalSaysWhatToWrite(t *testing.T) {
	huge := new(big.Int).Lsh(big.NewInt(1), 256).String()
	for text, remedy := range map[string]string{
		"":                         "such as 10000",
		"0100000":                  "write 100000",
		"000":                      "write 0",
		"0x10":                     "without a prefix",
		"0B11":                     "without a prefix",
		"0o17":                     "without a prefix",
		"1_000":                    "without separators",
		"1'000":                    "without separators",
		"-5":                       "without a sign",
		"+5":                       "without a sign",
		"1.5":                      "without a fraction",
		" 5":                       "without spaces",
		"5 ":                       "without spaces",
		"5\n":                      "without spaces",
		"1 000":                    "without spaces",
		"1\u00a0000":               "without spaces",
		"1e3":                      "digits 0 to 9",
		"५":                        "digits 0 to 9",
		"5uusdc":                   "digits 0 to 9",
		huge:                       "at most 2^256-1",
		strings.Repeat("7", 79):    "at most 2^256-1",
		strings.Repeat("7", 1<<20): "at most 2^256-1",
	} {
		_, err := amounts.Parse(text)
		require.ErrorIs(t, err, amounts.ErrInvalid, "%.100q", text)
		require.ErrorContains(t, err, remedy)
		require.ErrorContains(t, err, strconv.Quote(text[:min(len(text), 100)])[:min(len(text), 100)]) // names the text
		require.Less(t, len(err.Error()), 300)
	}
	for text, remedy := range map[string]string{
		"":                "such as 10000uusdc",
		"1000":            "such as 10000uusdc",
		"uusdc":           "such as 10000uusdc",
		"5uusdc,6ustem":   "such as 10000uusdc",
		"5u":              "such as 10000uusdc",
		"0100000uusdc":    "write 100000uusdc",
		"00uusdc":         "write 0uusdc",
		"0x10uusdc":       "without a prefix",
		"0b1uusdc":        "without a prefix",
		"0o7uusdc":        "without a prefix",
		"1_000uusdc":      "without separators",
		"-5uusdc":         "without a sign",
		"+5uusdc":         "without a sign",
		"0.9uusdc":        "without a fraction",
		"5 uusdc":         "without spaces",
		" 5uusdc":         "without spaces",
		"5uusdc ":         "without spaces",
		huge + "uusdc":    "at most 2^256-1",
		"1" + huge + "uu": "such as 10000uusdc",
	} {
		_, err := amounts.ParseCoin(text)
		require.ErrorIs(t, err, amounts.ErrInvalid, text)
		require.ErrorContains(t, err, remedy)
	}
	for text, remedy := range map[string]string{
		"5uusdc,6uusdc":         "write uusdc once",
		"5uusdc,":               "such as 10000uusdc",
		"1.5uusdc":              "without a fraction",
		"0uusdc":                "leave out 0uusdc",
		"5ustem,0100000uusdc":   "write 100000uusdc",
		"5ustem,7uusdc,6ustem":  "write ustem once",
		"5ustem;7uusdc":         "such as 10000uusdc",
		"5ustem, 1_000 uusdc":   "without separators",
		"5ustem,7uusdc,0uother": "leave out 0uother",
	} {
		_, err := amounts.ParseCoins(text)
		require.ErrorIs(t, err, amounts.ErrInvalid, text)
		require.ErrorContains(t, err, remedy)
	}
}

func TestDigitsOfADenomAreNotOfTheAmount(t *testing.T) {
	for _, apart := range [][2]string{{"1", "0uusdc"}, {"", "5uusdc"}, {"1", ""}, {"5u", "usdc"}, {"010", "uusdc"}} {
		_, err := amounts.Coin(apart[0], apart[1])
		require.ErrorIs(t, err, amounts.ErrInvalid, "%q", apart)
	}
}

func TestZeroIsAnAmount(t *testing.T) {
	a, err := amounts.Parse("0")
	require.NoError(t, err)
	require.True(t, a.IsZero())
	coin, err := amounts.ParseCoin("0band") // no binary number
	require.NoError(t, err)
	require.Equal(t, "0band", coin.String())
	coins, err := amounts.ParseCoins(" ")
	require.NoError(t, err)
	require.Empty(t, coins)
}

func TestTheBoundOfWhatEnters(t *testing.T) {
	require.Equal(t, "340282366920938463463374607431768211455", amounts.Max().String())
	require.NoError(t, amounts.CheckMax(amounts.Max()))
	err := amounts.CheckMax(amounts.Max().AddRaw(1))
	require.ErrorIs(t, err, amounts.ErrTooLarge)
	require.ErrorContains(t, err, "340282366920938463463374607431768211456")
	require.ErrorContains(t, err, "write at most 340282366920938463463374607431768211455")
}
