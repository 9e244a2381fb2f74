// Package gen draws valid values for property tests.
package gen

import (
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Terms draws valid terms, presets among them. Every field is set now and then.
func Terms() *rapid.Generator[licensetypes.Terms] {
	return rapid.Custom(func(t *rapid.T) licensetypes.Terms {
		if rapid.IntRange(0, 9).Draw(t, "preset") == 0 {
			terms := rapid.SampledFrom(licensetypes.Presets()).Draw(t, "which").Terms
			if terms.GivenToAll() && rapid.Bool().Draw(t, "answers") {
				// What a known licence leaves open.
				terms.AiTraining, terms.Search = licensetypes.PERMISSION_ALLOW, licensetypes.PERMISSION_ALLOW
				terms.Transferable = rapid.Bool().Draw(t, "transferable")
			}
			return terms
		}
		return ownTerms(t)
	}).Filter(func(terms licensetypes.Terms) bool { return terms.Validate() == nil })
}

// ownTerms draws each field of the table by what it is, then drops what does not go
// together.
func ownTerms(t *rapid.T) licensetypes.Terms {
	var terms licensetypes.Terms
	for _, f := range termspec.Fields() {
		if f.Name == "spdx" || !f.Internal && rapid.Bool().Draw(t, f.Name+" set") {
			Field(t, f, &terms)
		}
	}
	if len(terms.Uses) > 0 { // else hardly any would go with the other fields
		terms.Uses = uses(t, terms)
	}
	for again := true; again; {
		again = false
		for _, r := range termspec.Relations() {
			if r.Broken(terms) != "" {
				clearField(r.Yields, &terms)
				again = true
			}
		}
	}
	return terms
}

// Field draws a value of one field, valid by itself.
func Field(t *rapid.T, f termspec.Field, terms *licensetypes.Terms) {
	switch to := f.Of(terms).(type) {
	case termspec.Licence:
		*to = rapid.SampledFrom(f.Samples).Draw(t, f.Name)
	case *string:
		*to = rapid.SampledFrom(f.Samples).Draw(t, f.Name)
	case termspec.Account:
		*to = sdk.AccAddress(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, f.Name)).String()
	case *bool:
		*to = rapid.Bool().Draw(t, f.Name)
	case *uint64:
		*to = rapid.Uint64Min(1).Draw(t, f.Name)
	case termspec.Number:
		*to = rapid.Uint32Range(1, termspec.MaxUsesPerGrant).Draw(t, f.Name)
	case termspec.Several:
		*to = rapid.SampledFrom([]uint32{2, 5, licensetypes.UnlimitedDerivatives}).Draw(t, f.Name)
	case termspec.Rate:
		*to = rapid.Uint32Range(1, licensetypes.MaxRate).Draw(t, f.Name)
	case termspec.Choice:
		*to.Value = int32(rapid.IntRange(to.Enum.First, len(to.Enum.Names)-1).Draw(t, f.Name))
	case *sdk.Coins:
		*to = Prices(t, f.Name)
	case **sdk.Coin:
		*to = &Prices(t, f.Name)[0]
	case **time.Duration:
		most := int64(licensetypes.MaxDuration / time.Second)
		d := time.Duration(rapid.Int64Range(1, most).Draw(t, f.Name)) * time.Second
		*to = &d
	case *[]string:
		*to = sample(t, f.Name, f.Samples)
	case *[]licensetypes.Action:
		*to = sample(t, f.Name, []licensetypes.Action{1, 2, 3, 4, 5, 6, 7})
	default:
		panic(f.Name + " is of a kind that can't be drawn")
	}
}

// clearField takes the value of a field away.
func clearField(name string, terms *licensetypes.Terms) {
	f, known := termspec.FieldByName(name)
	if !known {
		panic("no field " + name)
	}
	var none licensetypes.Terms
	value := reflect.ValueOf(f.Of(terms))
	if choice, ok := value.Interface().(termspec.Choice); ok {
		*choice.Value = 0
		return
	}
	value.Elem().Set(reflect.ValueOf(f.Of(&none)).Elem())
}

// uses draws what the terms are about: whatever they permit by another field has
// to be listed, and what they exclude can't be.
func uses(t *rapid.T, terms licensetypes.Terms) []licensetypes.Action {
	derives := terms.Derivatives != licensetypes.DERIVATIVES_NONE
	var list []licensetypes.Action
	for number := 1; number < len(licensetypes.Action_name); number++ {
		action := licensetypes.Action(number)
		said, open := licensetypes.PERMISSION_UNSET, true
		switch action {
		case licensetypes.ACTION_ADAPT:
			said = licensetypes.PERMISSION_DENY
			if derives {
				said = licensetypes.PERMISSION_ALLOW
			}
		case licensetypes.ACTION_TRAIN_AI:
			said, open = terms.AiTraining, derives
		case licensetypes.ACTION_AI_INPUT:
			said, open = terms.AiInput, derives
		case licensetypes.ACTION_SEARCH:
			said = terms.Search
		}
		unsaid := said == licensetypes.PERMISSION_UNSET
		if (!unsaid && said != licensetypes.PERMISSION_DENY) || (unsaid && open && rapid.Bool().Draw(t, action.String())) {
			list = append(list, action)
		}
	}
	return list
}

// Prices draws one or two coins, sorted.
func Prices(t *rapid.T, label string) sdk.Coins {
	prices := sdk.Coins{sdk.NewInt64Coin("ustem", rapid.Int64Range(1, 1<<60).Draw(t, label))}
	if rapid.Bool().Draw(t, label+", alternative") {
		prices = prices.Add(sdk.NewInt64Coin("uusdc", rapid.Int64Range(1, 1<<60).Draw(t, label)))
	}
	return prices
}

// sample draws some of the choices, at least one, in their order.
func sample[T comparable](t *rapid.T, label string, choices []T) []T {
	drawn := rapid.SliceOfNDistinct(rapid.SampledFrom(choices), 1, len(choices), rapid.ID).Draw(t, label)
	var list []T
	for _, c := range choices {
		if slices.Contains(drawn, c) {
			list = append(list, c)
		}
	}
	return list
}
