package iscc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
)

func TestOneSpelling(t *testing.T) {
	for _, text := range []string{
		"ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY", "iscc:kacypxw445ftynj3cysxhafjma2huwulunrfe3blhrscxyh2m5aegqy",
		"KACYPXW445FTYNJ3-CYSXHAFJMA2HUWUL-UNRFE3BLHRSCXYH2-M5AEGQY", " ISCC: KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY",
	} {
		code, err := iscc.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, "ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY", code.String())
		require.Equal(t, iscc.TypeComposite, code.Main)
		require.Equal(t, iscc.SubText, code.Sub)
		require.Equal(t, 256, code.Bits())
	}
	for _, text := range []string{
		"", "ISCC:", "ISCC:AA", "ISCC:KACYPXW445FTYNJ3", "ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQZ",
		"ISCC:0ACYPXW4", "isbn:AAAT4EBWK27737D2", "ISCC:AAAT4EBWK27737D2AA", "ISCC:777777777777777777", "fcc010001657fe7cafe9791bb",
	} {
		_, err := iscc.Parse(text)
		require.ErrorIs(t, err, iscc.ErrInvalidCode, text)
	}
	require.Empty(t, iscc.Code{}.String())
}

// What the chain stores is what Parse gives back, and nothing else is taken.
func TestParseAgreesWithTheChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(ISCC:|iscc:|)[A-P][A-Z2-7]{7,60}`).Draw(t, "code")
		requireAgreement(t, text)
	})
	rapid.Check(t, func(t *rapid.T) { requireAgreement(t, code(t).String()) })
}

func requireAgreement(t require.TestingT, text string) {
	_, spelled, refused := fingerprint.Normalize("iscc", text)
	code, err := iscc.Parse(text)
	require.Equal(t, refused == nil, err == nil, text)
	if err == nil {
		require.Equal(t, spelled, code.String())
	}
}

// code is any unit or composite.
func code(t *rapid.T) iscc.Code {
	bits := func(least int) int { return 32 * rapid.IntRange(least/32, 8).Draw(t, "words") }
	unit := func(main iscc.MainType, sub iscc.SubType, least int) iscc.Code {
		made, err := iscc.NewUnit(main, sub, rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"), bits(least))
		require.NoError(t, err)
		return made
	}
	sub := iscc.SubType(rapid.IntRange(0, 4).Draw(t, "sub"))
	if rapid.Bool().Draw(t, "unit") {
		return unit(rapid.SampledFrom([]iscc.MainType{
			iscc.TypeMeta, iscc.TypeSemantic, iscc.TypeContent, iscc.TypeData, iscc.TypeInstance,
		}).Draw(t, "main"), sub, 32)
	}
	units := []iscc.Code{unit(iscc.TypeData, 0, 128), unit(iscc.TypeInstance, 0, 128)}
	if rapid.Bool().Draw(t, "wide") {
		made, err := iscc.ComposeWide(units[0], units[1])
		require.NoError(t, err)
		return made
	}
	for _, main := range []iscc.MainType{iscc.TypeMeta, iscc.TypeSemantic, iscc.TypeContent} {
		if !rapid.Bool().Draw(t, main.String()) {
			continue
		}
		kind := sub
		if main == iscc.TypeMeta {
			kind = 0
		}
		units = append(units, unit(main, kind, 64))
	}
	made, err := iscc.Compose(rapid.Permutation(units).Draw(t, "units")...)
	require.NoError(t, err)
	return made
}

func TestACompositeIsPartedIntoItsUnits(t *testing.T) {
	code := parse(t, "ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY")[0]
	units, err := iscc.Decompose(code)
	require.NoError(t, err)
	var texts []string
	for _, u := range units {
		texts = append(texts, u.Name()+" "+u.String())
	}
	require.Equal(t, []string{
		"Meta-Code ISCC:AAAYPXW445FTYNJ3", "Text-Code ISCC:EAARMJLTQCUWAND2",
		"Data-Code ISCC:GAAVVC5DMJJGYKZ4", "Instance-Code ISCC:IAAWIK7A7JTUAQ2D",
	}, texts)
	rapid.Check(t, func(t *rapid.T) {
		made := code2(t)
		units, err := iscc.Decompose(made)
		require.NoError(t, err)
		again, err := iscc.Compose(units...)
		if made.Sub == iscc.SubWide {
			again, err = iscc.ComposeWide(units[0], units[1])
		}
		require.NoError(t, err)
		require.Equal(t, made, again)
	})
}

// code2 is any composite.
func code2(t *rapid.T) iscc.Code {
	return rapid.Custom(code).Filter(func(c iscc.Code) bool { return c.Main == iscc.TypeComposite }).Draw(t, "composite")
}

// No official vector is wide: the form is that of iscc-core (gen_iscc_code_v0 with wide, iscc_decompose).
func TestWide(t *testing.T) {
	units := parse(t, "GADV3R6QKBQKRN3BRFFQK3ZNW2FFIVEJDB6HTUFFC4UG7NWWVQV7GWY", "IADSDH3Y5DYHSX6KZPKP7K7BCVAZ3RGHUNXG5DWAGLLYMPQ27FNKF2I")
	wide, err := iscc.ComposeWide(units[0], units[1])
	require.NoError(t, err)
	require.Equal(t, 256, wide.Bits())
	require.True(t, strings.HasPrefix(wide.String(), "ISCC:K4"))
	parts, err := iscc.Decompose(wide)
	require.NoError(t, err)
	for i, part := range parts {
		short, err := units[i].Short(128)
		require.NoError(t, err)
		require.Equal(t, short, part)
	}
	_, err = iscc.ComposeWide(units[1], units[0])
	require.ErrorIs(t, err, iscc.ErrCannotCompose)
}

func TestWhatMakesNoComposite(t *testing.T) {
	u := func(main iscc.MainType, sub iscc.SubType, bits int) iscc.Code {
		made, err := iscc.NewUnit(main, sub, make([]byte, 32), bits)
		require.NoError(t, err)
		return made
	}
	data, instance, text := u(iscc.TypeData, 0, 64), u(iscc.TypeInstance, 0, 64), u(iscc.TypeContent, iscc.SubText, 64)
	for _, units := range [][]iscc.Code{
		nil,
		{data},
		{instance, text},
		{data, instance, data},
		{data, u(iscc.TypeInstance, 0, 32)},
		{data, instance, text, text},
		{data, instance, text, u(iscc.TypeSemantic, iscc.SubImage, 64)},
		{data, instance, {}},
	} {
		_, err := iscc.Compose(units...)
		require.ErrorIs(t, err, iscc.ErrCannotCompose)
	}
	_, err := iscc.ComposeWide(data, instance)
	require.ErrorIs(t, err, iscc.ErrCannotCompose)
	for _, bits := range []int{0, 16, 63, 288, -32} {
		_, err := iscc.NewUnit(iscc.TypeData, 0, make([]byte, 64), bits)
		require.ErrorIs(t, err, iscc.ErrInvalidBits)
	}
	for _, main := range []iscc.MainType{iscc.TypeComposite, iscc.TypeID, 8} {
		_, err := iscc.NewUnit(main, 0, make([]byte, 32), 64)
		require.ErrorIs(t, err, iscc.ErrInvalidCode)
	}
}

func TestDistance(t *testing.T) {
	codes := parse(t, "EIAUKMOUIOYZCKA5", "EIAU2XRWOT4AKMTZ", "EEC453X23MWGUEZQC3SG7UJMY65HQYFQDJMO4CAL5A", "KUAAQICFKJYKY4KUMQV6B6THIBBUG")
	differ, of, err := iscc.Distance(codes[0], codes[1])
	require.NoError(t, err)
	require.Equal(t, []int{28, 64}, []int{differ, of})
	same, err := iscc.Similarity(codes[0], codes[0])
	require.NoError(t, err)
	require.InDelta(t, 1.0, same, 0)
	short, err := codes[2].Short(64)
	require.NoError(t, err)
	differ, of, err = iscc.Distance(short, codes[2])
	require.NoError(t, err)
	require.Equal(t, []int{0, 64}, []int{differ, of})
	for _, pair := range [][2]iscc.Code{{codes[0], codes[2]}, {codes[3], codes[3]}, {}} {
		_, _, err := iscc.Distance(pair[0], pair[1])
		require.ErrorIs(t, err, iscc.ErrNotComparable)
	}
}
