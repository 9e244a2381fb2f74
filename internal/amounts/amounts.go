// Package amounts reads amounts and coins for the whole tree: commands, files,
// queries, events and scripts. An amount is written in one way only, as decimal
// digits: the parsers of the SDK take 0100000 for the octal 32,768, drop
// fractions, and read 0x10 and 1_000.
package amounts

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// MaxBits is the size of the largest amount that may enter the chain. Totals
// over a lifetime have 256 bits: no sum of 2^128 such amounts overflows them.
const MaxBits = 128

// maxDigits is the length of 2^256-1, the largest amount there is.
const maxDigits = 78

var (
	// ErrInvalid says that a text is not an amount, or not a coin.
	ErrInvalid = errors.New("is not an amount")
	// ErrTooLarge says that an amount is above what may enter the chain.
	ErrTooLarge = errors.New("is more than may enter the chain")
)

// Max is the largest amount that may enter the chain with a payment, a fee of a
// grant, a deposit or a transfer from another chain: 2^128-1. What leaves it may
// be larger.
func Max() math.Int {
	one := big.NewInt(1)
	return math.NewIntFromBigInt(new(big.Int).Sub(new(big.Int).Lsh(one, MaxBits), one))
}

// CheckMax fails with ErrTooLarge for an amount above Max.
func CheckMax(a math.Int) error {
	if a.BigIntMut().BitLen() > MaxBits {
		return fmt.Errorf("%s %w: write at most %s", a, ErrTooLarge, Max())
	}
	return nil
}

// Parse reads an amount of whole units, "10000": the digits 0 to 9, no zero in
// front, at most 2^256-1. Nothing else is one: no sign, fraction, prefix,
// separator or space. It fails with ErrInvalid.
func Parse(s string) (math.Int, error) {
	number, rest := split(s)
	if number == "" || rest != "" {
		return math.Int{}, invalid(s, remedy(s, rest, "write whole units in the digits 0 to 9, such as 10000"))
	}
	return parse(number, "")
}

// ParseCoin reads an amount with its denom, "10000uusdc", as sdk.Coin writes it.
// It fails with ErrInvalid.
func ParseCoin(s string) (sdk.Coin, error) {
	number, denom := split(s)
	if number == "" || based.MatchString(s) || sdk.ValidateDenom(denom) != nil {
		return sdk.Coin{}, invalid(s, remedy(s, denom, "write whole units with their denom, such as 10000uusdc"))
	}
	a, err := parse(number, denom)
	if err != nil {
		return sdk.Coin{}, err
	}
	return sdk.Coin{Denom: denom, Amount: a}, nil
}

// Coin is the coin of an amount and a denom that were written apart. It fails
// with ErrInvalid.
func Coin(number, denom string) (sdk.Coin, error) {
	a, err := Parse(number)
	if err != nil {
		return sdk.Coin{}, err
	}
	if err := sdk.ValidateDenom(denom); err != nil {
		return sdk.Coin{}, invalid(number+denom, fmt.Sprintf("write the denom of a coin, such as uusdc, not %q", denom))
	}
	return sdk.Coin{Denom: denom, Amount: a}, nil
}

// ParseCoins reads coins parted by commas, in any order and with spaces about the
// commas, each more than zero and each denom once. An empty text has none. It
// fails with ErrInvalid.
func ParseCoins(s string) (sdk.Coins, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var coins sdk.Coins
	for part := range strings.SplitSeq(s, ",") {
		coin, err := ParseCoin(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		if coin.IsZero() {
			return nil, invalid(s, "leave out "+coin.String())
		}
		if slices.ContainsFunc(coins, func(other sdk.Coin) bool { return other.Denom == coin.Denom }) {
			return nil, invalid(s, fmt.Sprintf("write %s once", coin.Denom))
		}
		coins = append(coins, coin)
	}
	return coins.Sort(), nil
}

// based is a number in another base: what is meant by 0x10uusdc is no denom x10uusdc.
var based = regexp.MustCompile(`^0([xX][0-9a-fA-F]|[bB][01]|[oO][0-7])`)

// split parts the digits in front from the rest.
func split(s string) (digits, rest string) {
	n := len(s) - len(strings.TrimLeft(s, "0123456789"))
	return s[:n], s[n:]
}

// parse reads digits; the denom behind them, if any, is for the error alone.
func parse(number, denom string) (math.Int, error) {
	if len(number) > 1 && number[0] == '0' {
		// The last digit stays: 000 is 0.
		last := len(number) - 1
		plain := strings.TrimLeft(number[:last], "0") + number[last:]
		return math.Int{}, invalid(number+denom, "leave out the zeros in front, write "+plain+denom)
	}
	if len(number) <= maxDigits {
		// Digits alone always parse.
		value, _ := new(big.Int).SetString(number, 10)
		if value.BitLen() <= math.MaxBitLen {
			return math.NewIntFromBigInt(value), nil
		}
	}
	return math.Int{}, invalid(number+denom, "write at most 2^256-1, which has 78 digits")
}

// remedy says what to write in place of s, from the first character that is no
// digit: rest begins with it.
func remedy(s, rest, otherwise string) string {
	switch {
	case based.MatchString(s):
		return "write decimal digits without a prefix"
	case strings.HasPrefix(rest, "-"), strings.HasPrefix(rest, "+"):
		return "write it without a sign"
	case strings.HasPrefix(rest, "_"), strings.HasPrefix(rest, "'"):
		return "write the digits without separators"
	case strings.HasPrefix(rest, "."):
		return "write whole units of the smallest unit, without a fraction"
	case strings.TrimSpace(rest) != rest:
		return "write it without spaces"
	}
	return otherwise
}

// shown is how much of a text an error repeats, in bytes.
const shown = 100

func invalid(s, remedy string) error {
	if len(s) > shown {
		s = s[:shown] + "..."
	}
	return fmt.Errorf("%q %w: %s", s, ErrInvalid, remedy)
}
