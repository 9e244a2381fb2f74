package termspec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/termspec"
)

// ambiguousRate is the highest rate in ppm that, written as a bare number, more
// probably means percent.
const ambiguousRate = 100

// elementError is wrong with one element of a list, in a line of its own.
type elementError struct {
	line int
	err  error
}

func (e *elementError) Error() string { return e.err.Error() }
func (e *elementError) Unwrap() error { return e.err }

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// scalar returns a single value as it is written: NO is Norway, not false.
func scalar(n *yaml.Node, want string) (string, error) {
	switch {
	case n.Kind == yaml.AliasNode:
		return "", errors.New("uses an alias: write the value out")
	case n.Kind != yaml.ScalarNode || isNull(n):
		return "", fmt.Errorf("must be %s", want)
	case !strings.HasPrefix(n.ShortTag(), "!!"):
		return "", fmt.Errorf("has the tag %s, which means nothing here: remove it", n.ShortTag())
	}
	return strings.TrimSpace(n.Value), nil
}

func readText(n *yaml.Node, to *string) (err error) {
	*to, err = scalar(n, "one text")
	return err
}

func readFlag(n *yaml.Node, to *bool) error {
	s, err := scalar(n, "true or false")
	if err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "true", "yes":
		*to = true
	case "false", "no":
		*to = false
	default:
		return fmt.Errorf("must be true or false, not %q", s)
	}
	return nil
}

func readCount(n *yaml.Node, to *uint64) error {
	s, err := scalar(n, "a whole number")
	if err != nil {
		return err
	}
	if *to, err = strconv.ParseUint(s, 10, 64); err != nil {
		return fmt.Errorf("must be a whole number, not %q", s)
	}
	return nil
}

func readNumber(n *yaml.Node, to *uint32) error {
	s, err := scalar(n, "a whole number")
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return fmt.Errorf("must be a whole number up to %d, not %q", termspec.MaxUsesPerGrant, s)
	}
	*to = uint32(number)
	return nil
}

// unlimited is the word for no limit.
const unlimited = "unlimited"

// readSeveral reads how many derivatives a grant serves. One is what is said by leaving
// it out; programs write 0 for that, so 0 is not taken for no limit.
func readSeveral(n *yaml.Node, to *uint32) error {
	s, err := scalar(n, "a whole number, or "+unlimited)
	if err != nil {
		return err
	}
	if strings.EqualFold(s, unlimited) {
		*to = termspec.UnlimitedDerivatives
		return nil
	}
	number, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return fmt.Errorf("must be a whole number, or %s, not %q", unlimited, s)
	}
	if *to = uint32(number); number == 1 {
		*to = 0
	}
	return nil
}

// readRate reads "5%" or, as programs write it, parts per million. A small bare
// number is refused: 5 would be 0.0005 %.
func readRate(n *yaml.Node, to *uint32) error {
	s, err := scalar(n, "a percentage, such as 5%")
	if err != nil {
		return err
	}
	ppm, err := rates.Parse(s)
	if err != nil {
		return err
	}
	if !strings.Contains(s, "%") && ppm > 0 && ppm <= ambiguousRate {
		return fmt.Errorf("of %s would be parts per million: write %s%%, or %s if you mean it", s, s,
			strings.ReplaceAll(rates.Percent(ppm), " ", ""))
	}
	*to = ppm
	return nil
}

// units of a duration. Months and years have no fixed length.
var units = map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second}

func readDuration(n *yaml.Node, to **time.Duration) error {
	s, err := scalar(n, "a length of time, such as 365d")
	if err != nil {
		return err
	}
	d, err := parseDuration(s)
	if err != nil {
		return err
	}
	*to = &d
	return nil
}

// parseDuration reads whole numbers with units: 365d, 1d12h, 31536000s.
func parseDuration(s string) (time.Duration, error) {
	fail := fmt.Errorf("%q is no length of time: write weeks, days, hours, minutes or seconds, such as 365d or 36h", s)
	var sum time.Duration
	rest := s
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits == len(rest) {
			return 0, fail
		}
		number, err := strconv.ParseInt(rest[:digits], 10, 64)
		unit, known := units[rest[digits]]
		if err != nil || !known {
			return 0, fail
		}
		if number > int64(termspec.MaxDuration/unit) {
			return 0, fmt.Errorf("%q is too long: a grant lasts at most %d days; leave it out for no end", s,
				termspec.MaxDuration/units['d'])
		}
		sum += time.Duration(number) * unit
		rest = rest[digits+1:]
	}
	if sum == 0 {
		return 0, fmt.Errorf("%q is no time at all: leave it out for no end", s)
	}
	return sum, nil
}

// readCoin reads 5000000uusdc or {denom: uusdc, amount: 5000000}.
func readCoin(n *yaml.Node) (sdk.Coin, error) {
	if n.Kind == yaml.MappingNode {
		parts := map[string]string{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			_, twice := parts[key]
			if (key != "denom" && key != "amount") || twice {
				return sdk.Coin{}, fmt.Errorf("has a coin with %q: write one denom and one amount, or 5000000uusdc in short", key)
			}
			value, err := scalar(n.Content[i+1], "5000000uusdc")
			if err != nil {
				return sdk.Coin{}, err
			}
			parts[key] = value
		}
		return amounts.Coin(parts["amount"], parts["denom"])
	}
	text, err := scalar(n, "an amount, such as 5000000uusdc")
	if err != nil {
		return sdk.Coin{}, err
	}
	return amounts.ParseCoin(text)
}

func readOneCoin(n *yaml.Node, to **sdk.Coin) error {
	coin, err := readCoin(n)
	if err != nil {
		return err
	}
	*to = &coin
	return nil
}

// readCoins reads alternatives: a list, or one amount.
func readCoins(n *yaml.Node, to *sdk.Coins) error {
	seen := map[string]bool{}
	var coins sdk.Coins
	add := func(coin sdk.Coin) error {
		if seen[coin.Denom] {
			return fmt.Errorf("has %s twice: give one price a denom", coin.Denom)
		}
		seen[coin.Denom] = true
		coins = append(coins, coin)
		return nil
	}
	err := each(n, true, func(element *yaml.Node) error {
		if element.Kind == yaml.ScalarNode && element == n && strings.Contains(n.Value, ",") {
			several, err := amounts.ParseCoins(n.Value)
			coins = several
			return err
		}
		coin, err := readCoin(element)
		if err != nil {
			return err
		}
		return add(coin)
	})
	if len(coins) > 0 {
		*to = coins.Sort()
	}
	return err
}

// readWords reads a list of words, each checked, and sorts them.
func readWords(n *yaml.Node, to *[]string, check func(string) error) error {
	var words []string
	err := each(n, false, func(element *yaml.Node) error {
		s, err := scalar(element, "a list of words")
		if err != nil {
			return err
		}
		if slices.Contains(words, s) {
			return fmt.Errorf("has %q twice: remove one", s)
		}
		words = append(words, s)
		return check(s)
	})
	slices.Sort(words)
	*to = words
	return err
}

func readUses(n *yaml.Node, to *[]termspec.Action) error {
	var uses []termspec.Action
	err := each(n, false, func(element *yaml.Node) error {
		s, err := scalar(element, "a list of uses")
		if err != nil {
			return err
		}
		value, err := parse(termspec.ActionEnum, s)
		if err != nil {
			return err
		}
		use := termspec.Action(value)
		if slices.Contains(uses, use) {
			return fmt.Errorf("has %q twice: remove one", s)
		}
		uses = append(uses, use)
		return nil
	})
	slices.Sort(uses)
	*to = uses
	return err
}

// each visits the elements of a list, or the only one where lone allows that.
func each(n *yaml.Node, lone bool, visit func(*yaml.Node) error) error {
	switch {
	case n.Kind == yaml.SequenceNode:
	case lone && n.Kind != yaml.AliasNode:
		return visit(n)
	default:
		return fmt.Errorf("must be a list, such as [%s]", strings.TrimSpace(n.Value))
	}
	for _, element := range n.Content {
		if err := visit(element); err != nil {
			return &elementError{line: element.Line, err: err}
		}
	}
	return nil
}
