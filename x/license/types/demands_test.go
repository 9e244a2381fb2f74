package types_test

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestPackedDemandsComeBack(t *testing.T) {
	want := types.Demands{
		Version: 7,
		Constraints: []types.Constraint{
			{Kind: types.CONSTRAINT_NONCOMMERCIAL, Source: registrytypes.WorkIDBytes{WorkID: song}},
			{Kind: types.CONSTRAINT_SHARE_ALIKE, Terms: types.TermsIDBytes{TermsID: someTerms}},
			{Kind: types.CONSTRAINT_SHARE_ALIKE, Terms: types.TermsIDBytes{TermsID: someTerms}, Contained: true},
			{Kind: types.CONSTRAINT_ITEMS_APART, Source: registrytypes.WorkIDBytes{WorkID: song}},
			{Kind: types.CONSTRAINT_EXPIRES, Grant: types.GrantIDBytes{GrantID: grant}},
			{Kind: types.CONSTRAINT_EXPIRES, Pass: registrytypes.DigestBytes{Digest: registrytypes.Digest{7}}, Contained: true},
			{Kind: types.CONSTRAINT_SHARE_ALIKE_ANY, TermsSet: registrytypes.DigestBytes{Digest: registrytypes.Digest{7}}},
			{Kind: types.CONSTRAINT_ATTRIBUTION, Terms: types.TermsIDBytes{TermsID: someTerms}, WorkVersion: 1 << 30},
			{Kind: types.CONSTRAINT_PAID_USES, Terms: types.TermsIDBytes{TermsID: someTerms}, PriceVersion: 1 << 30},
			{Kind: types.CONSTRAINT_ITEM_BY_GRANT, Terms: types.TermsIDBytes{TermsID: someTerms}, Contained: true},
			{Kind: types.CONSTRAINT_WITHHELD, Terms: types.TermsIDBytes{TermsID: someTerms}, Until: math.MaxUint32, Contained: true},
		},
		Waiting: []types.DeclarationRef{{Work: song, Number: 1}, {Work: song, Number: 1 << 20}},
	}
	got, err := types.UnpackDemands(want.Pack())
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.False(t, got.IsEmpty())
	require.True(t, types.Demands{}.IsEmpty())
}

func FuzzUnpackDemands(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 5))
	f.Add(append([]byte{0, 0, 0, 1, 2}, make([]byte, 48+53)...))
	f.Add(append([]byte{0, 0, 0, 1, 0}, bytes.Repeat([]byte{3}, 106)...))
	f.Fuzz(func(t *testing.T, packed []byte) {
		d, err := types.UnpackDemands(packed)
		if err != nil {
			require.ErrorIs(t, err, collections.ErrEncoding)
			return
		}
		require.True(t, bytes.Equal(packed, d.Pack()))
	})
}

// Merging is associative and commutative, and bounded.
func TestMergingConstraints(t *testing.T) {
	denied := func(id types.TermsID) (rules.Actions, error) { return rules.Actions(id[0]) << 1, nil }
	merge := func(t *rapid.T, lists ...[]types.Constraint) ([]types.Constraint, types.ConstraintKind) {
		merged, over, err := types.MergeConstraints(slices.Concat(lists...), denied)
		require.NoError(t, err)
		return append([]types.Constraint{}, merged...), over
	}
	some := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) types.Constraint {
		c := types.Constraint{Kind: types.ConstraintKind(rapid.IntRange(1, 13).Draw(t, "kind"))}
		c.Source.WorkID[0] = rapid.ByteRange(0, 40).Draw(t, "source")
		switch c.Kind {
		case types.CONSTRAINT_ITEMS_APART:
			return c
		case types.CONSTRAINT_EXPIRES:
			if rapid.Bool().Draw(t, "pass") {
				c.Pass.Digest[0] = rapid.ByteRange(1, 20).Draw(t, "id")
			} else {
				c.Grant.GrantID[0] = rapid.ByteRange(0, 20).Draw(t, "grant")
			}
		case types.CONSTRAINT_SHARE_ALIKE_ANY:
			c.TermsSet.Digest[0] = rapid.ByteRange(0, 20).Draw(t, "set")
		case types.CONSTRAINT_ATTRIBUTION:
			c.WorkVersion = rapid.Uint32Range(1, 9).Draw(t, "version")
			fallthrough
		default:
			c.Terms.TermsID[0] = rapid.ByteRange(0, 20).Draw(t, "terms")
		}
		c.Contained = rapid.Bool().Draw(t, "contained")
		switch version := rapid.Uint32Range(1, 3); c.Kind {
		case types.CONSTRAINT_ATTRIBUTION:
			c.WorkVersion = version.Draw(t, "version")
		case types.CONSTRAINT_PAID_USES:
			c.PriceVersion = version.Draw(t, "version")
		case types.CONSTRAINT_WITHHELD:
			c.Until = version.Draw(t, "until")
		}
		return c
	}), 0, 60)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := some.Draw(t, "a"), some.Draw(t, "b"), some.Draw(t, "c")
		all, over := merge(t, a, b, c)
		turned, _ := merge(t, c, b, a)
		require.Equal(t, all, turned)
		again, _ := merge(t, all)
		require.Equal(t, all, again)
		left, overLeft := merge(t, a, b)
		right, overRight := merge(t, b, c)
		if overLeft == 0 && overRight == 0 {
			one, _ := merge(t, left, c)
			other, _ := merge(t, a, right)
			require.Equal(t, all, one)
			require.Equal(t, all, other)
		}
		for _, one := range all { // of several versions the newest
			for _, given := range slices.Concat(a, b, c) {
				if given.Compare(one) == 0 {
					require.LessOrEqual(t, given.PriceVersion, one.PriceVersion)
					require.LessOrEqual(t, given.WorkVersion, one.WorkVersion)
					require.LessOrEqual(t, given.Until, one.Until)
				}
			}
		}
		number := map[types.ConstraintKind]int{}
		for _, one := range all {
			bare := one
			bare.Contained, bare.WorkVersion, bare.Until = false, 0, 0
			plain := func(o types.Constraint) bool {
				o.WorkVersion, o.Until = 0, 0
				return o == bare
			}
			stands := slices.ContainsFunc(slices.Concat(a, b, c), plain)
			require.False(t, one.Contained && stands && one.Kind != types.CONSTRAINT_ITEM_BY_GRANT &&
				one.Kind != types.CONSTRAINT_WITHHELD, "what stands unmarked is not contained")
			number[one.Kind]++
			require.LessOrEqual(t, number[one.Kind], one.Kind.Max())
		}
		if over != 0 {
			require.Equal(t, over.Max(), number[over], "what is over its bound is listed up to it, and refused")
		}
	})
}

// However many items a collection holds, what the work itself was made from is kept, and
// credit by the lowest ids, due either way.
func TestABoundKeepsWhatIsNotContained(t *testing.T) {
	of := func(kind types.ConstraintKind, source byte, contained bool) types.Constraint {
		c := types.Constraint{Kind: kind, Contained: contained}
		c.Source.WorkID[0] = source
		return c
	}
	var all []types.Constraint
	for i := range byte(40) {
		all = append(all, of(types.CONSTRAINT_NONCOMMERCIAL, i, true), of(types.CONSTRAINT_ATTRIBUTION, i, true))
	}
	all = append(all, of(types.CONSTRAINT_NONCOMMERCIAL, 200, false), of(types.CONSTRAINT_ATTRIBUTION, 3, false),
		of(types.CONSTRAINT_ATTRIBUTION, 200, false))
	merged, over, err := types.MergeConstraints(all, nil)
	require.NoError(t, err)
	require.Zero(t, over)
	require.Len(t, merged, types.MaxConstraints+types.MaxAttributions)
	require.Equal(t, of(types.CONSTRAINT_NONCOMMERCIAL, 200, false), merged[0])
	require.Equal(t, of(types.CONSTRAINT_NONCOMMERCIAL, 0, true), merged[1])
	for i, c := range merged[types.MaxConstraints:] {
		require.Equal(t, of(types.CONSTRAINT_ATTRIBUTION, byte(i), i != 3), c)
	}
}

// Of items by grants one more than an answer lists is kept, whatever their number.
func TestMoreItemsByGrantThanAreListed(t *testing.T) {
	var all []types.Constraint
	for i := range byte(30) {
		c := types.Constraint{Kind: types.CONSTRAINT_ITEM_BY_GRANT, Contained: true}
		c.Source.WorkID[0] = 30 - i
		all = append(all, c)
	}
	merged, over, err := types.MergeConstraints(all, nil)
	require.NoError(t, err)
	require.Zero(t, over)
	require.Len(t, merged, rules.MaxItemGrants+1)
	require.EqualValues(t, 1, merged[0].Source.WorkID[0])
}

// A grant of a dataset's item is asked for less than one of a collection's.
func TestItemsOfCollectionsAndDatasets(t *testing.T) {
	gathered := types.Constraint{Kind: types.CONSTRAINT_ITEM_BY_GRANT}
	contained := gathered
	contained.Contained = true
	merged, _, err := types.MergeConstraints([]types.Constraint{gathered, contained, gathered}, nil)
	require.NoError(t, err)
	require.Equal(t, []types.Constraint{contained}, merged)
	require.True(t, gathered.Covered(contained))
	require.True(t, contained.Covered(contained))
	require.False(t, contained.Covered(gathered))
}

// What is withheld under the same terms ends last, of a collection too.
func TestWhatIsWithheld(t *testing.T) {
	of := func(terms byte, until uint32, contained bool) types.Constraint {
		c := types.Constraint{Kind: types.CONSTRAINT_WITHHELD, Until: until, Contained: contained}
		c.Terms.TermsID[0] = terms
		return c
	}
	merged, _, err := types.MergeConstraints([]types.Constraint{of(1, 7, true), of(1, 5, false), of(2, 3, true), of(2, 9, true)}, nil)
	require.NoError(t, err)
	require.Equal(t, []types.Constraint{of(1, 5, false), of(1, 7, true), of(2, 9, true)}, merged)
	require.True(t, of(1, 5, true).Covered(of(1, 7, false)))
	require.False(t, of(1, 7, true).Covered(of(1, 5, false)))
	require.False(t, of(1, 5, false).Covered(of(1, 5, true)))
	require.False(t, of(1, 5, false).Covered(of(2, 5, false)))

	end := time.Unix(5, 0).UTC()
	require.False(t, of(1, 5, false).Ended(end.Add(-1)))
	require.True(t, of(1, 5, false).Ended(end))
	require.False(t, of(1, math.MaxUint32, false).Ended(types.MaxTime), "never")
	require.False(t, types.Constraint{Kind: types.CONSTRAINT_USES}.Ended(end), "which has no end")
	require.Equal(t, &end, of(1, 5, false).Named().ExpiresAt)
	require.Nil(t, of(1, math.MaxUint32, false).Named().ExpiresAt)

	half, far := time.Unix(5, 1), time.Unix(math.MaxUint32, 0)
	require.EqualValues(t, 6, types.NewExclusion(someTerms, &half).Until)
	require.EqualValues(t, 5, types.NewExclusion(someTerms, &end).Until)
	require.EqualValues(t, math.MaxUint32, types.NewExclusion(someTerms, &far).Until)
	require.EqualValues(t, math.MaxUint32, types.NewExclusion(someTerms, nil).Until)

	alone, shared := types.Terms{Exclusivity: types.EXCLUSIVITY_SOLE}, types.Terms{}
	require.NoError(t, of(1, 5, true).CheckBeside(alone))
	for _, bad := range []struct {
		c     types.Constraint
		terms types.Terms
	}{
		{of(1, 5, true), shared},
		{of(1, 0, true), alone},
		{types.Constraint{Kind: types.CONSTRAINT_USES, Until: 5}, alone},
		{types.Constraint{Kind: types.CONSTRAINT_ITEM_BY_GRANT}, shared},
	} {
		require.ErrorIs(t, bad.c.CheckBeside(bad.terms), types.ErrInvalidGenesis)
	}
	require.NoError(t, types.Constraint{Kind: types.CONSTRAINT_ITEM_BY_GRANT}.CheckBeside(types.Terms{Derivatives: types.DERIVATIVES_ALLOWED}))
}

// Exclusions are in order, each terms once with the later end.
func TestExclusions(t *testing.T) {
	of := func(terms byte, until uint32) types.Exclusion {
		e := types.Exclusion{Until: until}
		e.Terms.TermsID[0] = terms
		return e
	}
	sorted := types.SortExclusions([]types.Exclusion{of(2, 3), of(1, 4), of(2, 9), of(1, 2)})
	require.Equal(t, []types.Exclusion{of(1, 4), of(2, 9)}, sorted)
	require.NoError(t, types.CheckExclusions(sorted))
	require.NoError(t, types.CheckExclusions(nil))
	many := make([]types.Exclusion, types.MaxExclusives+1)
	for i := range many {
		many[i] = of(byte(i+1), 1)
	}
	require.NoError(t, types.CheckExclusions(many[1:]))
	for _, bad := range [][]types.Exclusion{{of(1, 0)}, {of(0, 1)}, {of(2, 1), of(1, 1)}, {of(1, 1), of(1, 2)}, many} {
		require.ErrorIs(t, types.CheckExclusions(bad), types.ErrInvalidGenesis)
	}
}

func TestWhatStandsCovers(t *testing.T) {
	all := types.Constraint{Kind: types.CONSTRAINT_USES}
	item := all
	item.Contained = true
	require.True(t, item.Covered(all))
	require.True(t, item.Covered(item))
	require.True(t, all.Covered(all))
	require.False(t, all.Covered(item))
	for kind := range types.ConstraintKind_name {
		limits := types.Constraint{Kind: types.ConstraintKind(kind)}.Limits()
		require.Equal(t, kind != int32(types.CONSTRAINT_ATTRIBUTION) && kind != int32(types.CONSTRAINT_ITEMS_APART), limits)
	}
}
