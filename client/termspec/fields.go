package termspec

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/termspec"
)

type terms = termspec.Terms

// fields are all keys, in the order of the template: the rows of the one table, but
// for what only the chain sets. How a value is read and written follows from what it
// is.
var fields = slices.DeleteFunc(slices.Clone(termspec.Fields()), func(f termspec.Field) bool { return f.Internal })

func fieldByName(name string) (termspec.Field, bool) {
	f, known := termspec.FieldByName(name)
	return f, known && !f.Internal
}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// read reads the value of a field.
func read(f termspec.Field, t *terms, n *yaml.Node) error {
	switch to := f.Of(t).(type) {
	case *string:
		return readText(n, to)
	case termspec.Account:
		return readText(n, to)
	case termspec.Licence:
		err := readText(n, to)
		*to = termspec.CanonicalSPDX(*to)
		return err
	case *bool:
		return readFlag(n, to)
	case *uint64:
		return readCount(n, to)
	case termspec.Number:
		return readNumber(n, to)
	case termspec.Several:
		return readSeveral(n, to)
	case termspec.Rate:
		return readRate(n, to)
	case termspec.Choice:
		return readEnum(to.Enum, n, to.Value)
	case *sdk.Coins:
		return readCoins(n, to)
	case **sdk.Coin:
		return readOneCoin(n, to)
	case **time.Duration:
		return readDuration(n, to)
	case *[]string:
		return readWords(n, to, f.Word)
	case *[]termspec.Action:
		return readUses(n, to)
	}
	return fmt.Errorf("is of a kind that this program cannot read")
}

// write gives the value of a field as YAML; empty: it is not set.
func write(f termspec.Field, t terms) string {
	if !f.IsSet(t) {
		return ""
	}
	switch v := f.Of(&t).(type) {
	case *string:
		return quote(*v)
	case termspec.Licence:
		return quote(*v)
	case termspec.Account:
		return quote(*v)
	case *bool:
		return "true"
	case *uint64:
		return fmt.Sprint(*v)
	case termspec.Number:
		return fmt.Sprint(*v)
	case termspec.Several:
		return writeSeveral(*v)
	case termspec.Rate:
		return strings.ReplaceAll(rates.Percent(*v), " ", "")
	case termspec.Choice:
		return v.Enum.Name(*v.Value)
	case *sdk.Coins:
		return writeList(*v, func(c sdk.Coin) string { return quote(c.String()) })
	case **sdk.Coin:
		return quote((*v).String())
	case **time.Duration:
		return writeDuration(**v)
	case *[]string:
		return writeList(*v, word)
	case *[]termspec.Action:
		return writeList(*v, func(a termspec.Action) string { return termspec.ActionEnum.Name(int32(a)) })
	}
	return ""
}

// writeSeveral writes how many derivatives a grant serves, as readSeveral reads it.
func writeSeveral(n uint32) string {
	if n == termspec.UnlimitedDerivatives {
		return unlimited
	}
	return fmt.Sprint(n)
}

// quote writes a text so that YAML reads just it. JSON's quotes are YAML's too.
func quote(s string) string {
	// A string can always be marshalled.
	bz, _ := json.Marshal(s)
	return string(bz)
}

// word quotes only what YAML could take for something else.
func word(w string) string {
	if strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || w == "NO" {
		return quote(w)
	}
	return w
}

func writeList[T any](list []T, one func(T) string) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = one(v)
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// writeDuration uses the largest unit that divides it.
func writeDuration(d time.Duration) string {
	for _, unit := range []byte("dhm") {
		if d%units[unit] == 0 {
			return fmt.Sprintf("%d%c", d/units[unit], unit)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}
