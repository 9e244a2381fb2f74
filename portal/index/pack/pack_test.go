package pack_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index/pack"
)

// numbers knows all texts that begin with work1 as ids.
type numbers struct {
	ids, words []string
}

func number(list *[]string, text string) uint64 {
	for i, known := range *list {
		if known == text {
			return uint64(i + 1)
		}
	}
	*list = append(*list, text)
	return uint64(len(*list))
}

func (n *numbers) ID(text string) (uint64, bool, error) {
	if !strings.HasPrefix(text, "work1") {
		return 0, false, nil
	}
	return number(&n.ids, text), true, nil
}

func (n *numbers) Word(text string) (uint64, error) { return number(&n.words, text), nil }

type texts struct{ *numbers }

func at(list []string, n uint64) (string, error) {
	if n == 0 || n > uint64(len(list)) {
		return "", fmt.Errorf("no number %d", n)
	}
	return list[n-1], nil
}

func (t texts) ID(n uint64) (string, error)   { return at(t.ids, n) }
func (t texts) Word(n uint64) (string, error) { return at(t.words, n) }

const sum = "f7fbba6e0636f890e56fbbf3283e524c6fa3204ae298382d624741d0dc663832"

var samples = []string{
	``, `null`, `0`, `""`, `"work1abc"`, `"KIND_IMAGE"`, `"` + sum + `"`, `"` + strings.ToUpper(sum) + `"`, `12`, `"12"`,
	`[{"work":"work1abc","external":null,"role":"ROLE_PARENT_OF","weight":0,"permission":"terms1x+terms1y"},` +
		`{"work":"work1def","external":null,"role":"ROLE_CITES","weight":250000,"permission":""}]`,
	`"quote \" and \\"`, `"open`, `"open \`, `not json at all`, `{"Odd Key":1,"x":"a:b"}`, `"_"`, `"A_B":"C_D"`,
	`[0,0,1,true,false,null,[],{}]`, `,`, `"a":`, "\x00\xff",
}

func TestValuesComeOutAsTheyWentIn(t *testing.T) {
	var n numbers
	var packed []byte
	for range 2 {
		packed = nil
		for _, value := range samples {
			var err error
			packed, err = pack.Append(packed, "key", value, &n)
			require.NoError(t, err)
		}
	}
	rest := packed
	for _, value := range samples {
		var got string
		var err error
		got, rest, err = pack.Next(rest, texts{&n})
		require.NoError(t, err)
		require.Equal(t, value, got)
	}
	require.Empty(t, rest)
	ids := map[uint64]string{}
	require.NoError(t, pack.IDs(packed, ids))
	require.Equal(t, map[uint64]string{1: "", 2: ""}, ids)
	for i := range packed { // cut anywhere, it is a failure or a shorter list, and no panic
		_ = pack.IDs(packed[:i], ids)
		for rest := packed[:i]; len(rest) > 0; {
			var err error
			if _, rest, err = pack.Next(rest, texts{&n}); err != nil {
				break
			}
		}
	}
}

func TestASourceTakesFewBytes(t *testing.T) {
	var n numbers
	packed, err := pack.Append(nil, "sources", samples[10], &n)
	require.NoError(t, err)
	require.LessOrEqual(t, len(packed), 45) // 15 of them the permission that is no id of its own
}

func TestTextThatCanBeTakenBackIsLeftOut(t *testing.T) {
	for key, value := range map[string][2]string{
		"uri":     {`"https://example.org/a"`, `""`},
		"value":   {`"10.1000/182"`, `""`},
		"sources": {`[{"external":{"sha256":"","uri":"https://example.org/\"b"},"x":"uri"}]`, `[{"external":{"sha256":"","uri":""},"x":"uri"}]`},
		"notices": {`[{"scheme":"url","value":"example.org","works":["work1abc"]}]`, `[{"scheme":"url","value":"","works":["work1abc"]}]`},
	} {
		var n numbers
		packed, err := pack.Append(nil, key, value[0], &n)
		require.NoError(t, err)
		got, _, err := pack.Next(packed, texts{&n})
		require.NoError(t, err)
		require.Equal(t, value[1], got)
		require.NotContains(t, string(packed)+strings.Join(n.words, ""), "example")
	}
}

func FuzzPack(f *testing.F) {
	for _, value := range samples {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.Contains(value, `"uri":`) || strings.Contains(value, `"value":`) {
			return
		}
		var n numbers
		packed, err := pack.Append(nil, "key", value, &n)
		require.NoError(t, err)
		got, rest, err := pack.Next(packed, texts{&n})
		require.NoError(t, err)
		require.Equal(t, value, got)
		require.Empty(t, rest)
		_, _, _ = pack.Next([]byte(value), texts{&n})
	})
}
