package termspec_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/testutil/gen"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
)

// TestEveryFieldHasARow, in which no column is left out and which points to the field.
func TestEveryFieldHasARow(t *testing.T) {
	message := reflect.TypeFor[types.Terms]()
	require.Len(t, termspec.Fields(), message.NumField())
	for i := range message.NumField() {
		tag := message.Field(i).Tag.Get("json")
		name := strings.Split(tag, ",")[0]
		f, known := termspec.FieldByName(name)
		require.True(t, known, "%s has no row in the table: add it to x/license/termspec/table.go", name)

		row := reflect.ValueOf(f)
		for column := range row.NumField() {
			// Empty where there is nothing of the kind.
			if slices.Contains([]string{"Word", "Restricts", "Demands", "Internal", "Samples"}, row.Type().Field(column).Name) {
				continue
			}
			if f.Internal && row.Type().Field(column).Name == "Tried" {
				continue
			}
			require.False(t, row.Field(column).IsZero(), "%s has no %s: say it, or that there is nothing to say", name,
				row.Type().Field(column).Name)
		}
		for _, format := range []string{f.Export.RSL, f.Export.Robots, f.Export.TDMRep, f.Export.Schema} {
			require.NotEmpty(t, format, name)
		}
		require.True(t, unicode.IsUpper(rune(f.Help[0])), "%s: the help is a sentence", name)

		var terms types.Terms
		to := reflect.ValueOf(f.Of(&terms))
		if choice, ok := to.Interface().(termspec.Choice); ok {
			to = reflect.ValueOf(choice.Value)
			require.NotEmpty(t, choice.Enum.Names, name)
		}
		require.Equal(t, reflect.ValueOf(&terms).Elem().Field(i).Addr().Pointer(), to.Pointer(), "%s points to another field", name)
		require.False(t, f.IsSet(terms), name)
		if _, list := f.Of(&terms).(*[]string); list {
			require.NotNil(t, f.Word, name)
			require.NotEmpty(t, f.Samples, name)
		}
	}
}

// Every kind of demand comes from a field, and what a field says it demands or
// shapes changes the demands of some terms. That items are apart is no demand: it follows
// from roles and kinds, whatever the terms. What items ask for beside follows from grants.
func TestEveryDemandComesFromAField(t *testing.T) {
	var from []rules.Kind
	for _, f := range termspec.Fields() {
		from = append(from, f.Demands...)
	}
	for kind := range types.ConstraintKind_name {
		if kind != 0 && !slices.Contains([]rules.Kind{rules.ItemsApart, rules.ItemByGrant, rules.Withheld}, rules.Kind(kind)) {
			require.Contains(t, from, rules.Kind(kind))
		}
	}
}

// unread are the fields that no decision hangs on.
var unread = []string{"uri", "blanked_sha256"}

// TestEveryFieldIsSeen by the rules, but those: other values give another view.
func TestEveryFieldIsSeen(t *testing.T) {
	for _, f := range termspec.Fields() {
		rapid.Check(t, func(t *rapid.T) {
			var a, b types.Terms
			gen.Field(t, f, &a)
			gen.Field(t, f, &b)
			other := a.ID() != b.ID() && !slices.Contains(unread, f.Name)
			require.Equal(t, other, a.Rules() != b.Rules(), f.Name)
		})
	}
}

// Countries are seen as a set too, by which terms are compared fast.
func TestTerritoriesAreSeenAsASet(t *testing.T) {
	view := types.Terms{Territories: []string{"DE", "FR"}}.Rules()
	require.Equal(t, rules.PlacesOf("DE,FR"), view.Places)
	require.NotEqual(t, rules.Places{}, view.Places)
}

// A field that says it restricts others is refused beside no_further_restrictions, and
// one that a known licence leaves no choice about is refused beside its name.
func TestWhatRestrictsOthers(t *testing.T) {
	for _, f := range termspec.Fields() {
		rapid.Check(t, func(t *rapid.T) {
			terms := types.Terms{Spdx: "LicenseRef-A", Derivatives: types.DERIVATIVES_ALLOWED, NoFurtherRestrictions: true}
			gen.Field(t, f, &terms)
			if f.Restricts && f.IsSet(terms) {
				require.ErrorIs(t, terms.Validate(), types.ErrInvalidTerms, f.Name)
			}
		})
	}
}
