package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// drawItem is any item that the forms can write.
func drawItem(t *rapid.T) manifest.Item {
	bytesOf := func(n int, label string) []byte {
		raw := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, label)
		raw[0] |= 1
		return raw
	}
	item := manifest.Item{Sha256: [32]byte(bytesOf(32, "sha256")), Weight: 1}
	item.Kind, item.ID = manifest.Account, bytesOf(rapid.SampledFrom([]int{20, 32}).Draw(t, "length"), "account")
	if rapid.Bool().Draw(t, "work") {
		item.Kind, item.ID = manifest.Work, bytesOf(20, "id")
	}
	if rapid.Bool().Draw(t, "weighs") {
		item.Weight = rapid.SampledFrom([]uint64{2, 1 << 53, 1<<53 + 1, math.MaxUint64, 10}).Draw(t, "weight")
	}
	if rapid.Bool().Draw(t, "terms") {
		copy(item.Terms[:], bytesOf(32, "terms id"))
	}
	if rapid.Bool().Draw(t, "consents") {
		item.Consent = [32]byte(bytesOf(32, "consent"))
	}
	if rapid.Bool().Draw(t, "timed") {
		item.Time = rapid.SampledFrom([]int64{1, 1700000000, 253402300799, 253402300800, math.MaxInt64 / 1000}).Draw(t, "time")
	}
	return item
}

// rowsOf is all that a source gives, in batches of so many.
func rowsOf(source dataset.Source, most int) (raw []byte, marks map[string]int, err error) {
	marks = map[string]int{}
	for {
		b, err := source.Next(context.Background(), most)
		if errors.Is(err, io.EOF) {
			return raw, marks, nil
		}
		if err == nil {
			raw, err = b.Append(raw)
		}
		if err != nil {
			return raw, marks, err
		}
		marks[b.Mark] = len(raw)
	}
}

func rowsOfItems(t require.TestingT, items []manifest.Item) (raw []byte) {
	var err error
	for _, item := range items {
		raw, err = item.Append(raw)
		require.NoError(t, err)
	}
	return raw
}

// forms write items and read them.
var forms = map[string]struct {
	write func(io.Writer) Writer
	read  func(raw []byte) (dataset.Resumable, error)
}{
	"JSON Lines": {NewLines, func(raw []byte) (dataset.Resumable, error) {
		return Lines(bytes.NewReader(raw), "items.jsonl", "", nil), nil
	}},
	"Parquet": {NewParquet, func(raw []byte) (dataset.Resumable, error) {
		return Parquet(bytes.NewReader(raw), int64(len(raw)), "items.parquet", "", nil)
	}},
}

// What is written in a form is read again as it was, also from any mark on.
func TestFormsGiveBackWhatTheyTook(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				items := rapid.SliceOfN(rapid.Custom(drawItem), 1, 50).Draw(t, "items")
				var out bytes.Buffer
				w := form.write(&out)
				for _, item := range items {
					require.NoError(t, w.Write(item))
				}
				require.NoError(t, w.Close())
				want := rowsOfItems(t, items)
				source, err := form.read(out.Bytes())
				require.NoError(t, err)
				raw, marks, err := rowsOf(source, rapid.IntRange(1, 60).Draw(t, "at once"))
				require.NoError(t, err)
				require.Equal(t, want, raw)
				marks[""] = 0
				for mark, at := range marks {
					require.NoError(t, source.Seek(context.Background(), mark))
					raw, _, err := rowsOf(source, 7)
					require.NoError(t, err)
					require.True(t, bytes.Equal(want[at:], raw), mark)
				}
			})
		})
	}
}

const (
	digest1 = "975ef1e907978ee92463ef7e460093b510eebc5c5e92156a1af7d8421f936266"
	digest2 = "2fa1f7bd25c28578c90053b0c9936b3fbc3934ff7366ec9ea453a49357afb416"
)

var (
	account1 = dataset.ContributorText(manifest.Contributor{Kind: manifest.Account, ID: []byte("twenty bytes of one.")})
	account2 = dataset.ContributorText(manifest.Contributor{Kind: manifest.Account, ID: []byte("thirty-two bytes of another one.")})
	work1    = dataset.ContributorText(manifest.Contributor{Kind: manifest.Work, ID: []byte("a work, twenty bytes")})
)

func TestLinesAreReadAsProgramsWriteThem(t *testing.T) {
	plain := `{"sha256":"` + digest1 + `","contributor":"` + account1 + `","weight":3,"time":1767225600}` + "\n"
	want, _, err := rowsOf(Lines(strings.NewReader(plain), "", "", nil), 10)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"byte order mark":   "\xef\xbb\xbf" + plain,
		"no end":            strings.TrimSpace(plain),
		"empty lines":       "\n  \r\n" + plain + "\n\n",
		"CRLF":              strings.ReplaceAll(plain, "\n", "\r\n"),
		"blanks":            strings.NewReplacer(":", " :\t", ",", " , ", "{", " { ", "}", " } ").Replace(plain),
		"other order":       `{"time":1767225600.0,"weight":"3","contributor":"` + account1 + `","sha256":"` + digest1 + `"}`,
		"capitals":          strings.ReplaceAll(plain, digest1, "sha256:"+strings.ToUpper(digest1)),
		"nulls":             strings.ReplaceAll(plain, `"weight"`, `"terms":null,"consent":"","weight"`),
		"escapes":           strings.ReplaceAll(plain, "sha256", `sh\u0061256`),
		"a time in words":   strings.ReplaceAll(plain, "1767225600", `"2026-01-01T00:00:00Z"`),
		"a time in a zone":  strings.ReplaceAll(plain, "1767225600", `"2026-01-01T01:00:00.75+01:00"`),
		"a number as float": strings.ReplaceAll(plain, ":3,", ":3.0,"),
	} {
		raw, _, err := rowsOf(Lines(strings.NewReader(text), "items.jsonl", "", nil), 10)
		require.NoError(t, err, name)
		require.Equal(t, want, raw, name)
	}
	// Who else is named by nobody.
	whose, err := dataset.ParseContributor(account1)
	require.NoError(t, err)
	raw, _, err := rowsOf(Lines(strings.NewReader(strings.ReplaceAll(plain, `"contributor":"`+account1+`",`, "")), "", "", &whose), 10)
	require.NoError(t, err)
	require.Equal(t, want, raw)
}

func TestWhatIsWrongInALineIsNamed(t *testing.T) {
	good := `{"sha256":"` + digest1 + `","contributor":"` + work1 + `"}`
	for name, c := range map[string]struct {
		line, want string
		is         error
	}{
		"no object":        {`[1]`, "items.jsonl line 3: it can't be read: it is no JSON object", ErrForm},
		"cut short":        {good[:40], "line 3, sha256: it can't be read: a text does not end", ErrForm},
		"two":              {good + good, "line 3: it can't be read: something follows the object", ErrForm},
		"a comma too many": {strings.Replace(good, "}", ",}", 1), "line 3: it can't be read: a comma stands before }", ErrForm},
		"no colon":         {strings.Replace(good, ":", " ", 1), "line 3, sha256: it can't be read: no : follows it", ErrForm},
		"no comma":         {strings.Replace(good, ",", " ", 1), "line 3, sha256: it can't be read: neither , nor } follows", ErrForm},
		"too long":         {strings.Repeat(" ", maxLine+1), "line 3: it can't be read: it has more than 65536 bytes", ErrForm},
		"an unknown member": {
			strings.Replace(good, "{", `{"licence":"x",`, 1),
			"line 3, licence: it can't be read: there is no such member; there are [sha256 contributor",
			ErrForm,
		},
		"twice": {
			strings.Replace(good, "{", `{"sha256":"`+digest2+`",`, 1), "line 3, sha256: invalid value: it is there twice",
			ErrField,
		},
		"no digest":          {strings.Replace(good, digest1, "", 1), "line 3, sha256: invalid value: it is missing", ErrField},
		"a digest cut short": {strings.Replace(good, digest1, digest1[:63], 1), "line 3, sha256: invalid value: ", ErrField},
		"a digest of zeros":  {strings.Replace(good, digest1, strings.Repeat("0", 64), 1), "line 3, sha256: invalid value: ", ErrField},
		"no contributor":     {`{"sha256":"` + digest1 + `"}`, "line 3, contributor: invalid value: it is missing", ErrField},
		"a name": {
			strings.Replace(good, work1, "alice", 1), `line 3, contributor: invalid value: "alice" is no account and no work`,
			ErrField,
		},
		"a mistyped work": {
			strings.Replace(good, work1, work1[:len(work1)-1]+"a", 1), "line 3, contributor: invalid value: no account and no work: ",
			ErrField,
		},
		"an agent": {strings.Replace(good, work1, "agent1xyz", 1), "line 3, contributor: invalid value", ErrField},
		"a weight of 0": {
			strings.Replace(good, "}", `,"weight":0}`, 1), "line 3, weight: invalid row: a weight of 0",
			manifest.ErrRow,
		},
		"a negative weight": {
			strings.Replace(good, "}", `,"weight":-1}`, 1), `line 3, weight: invalid value: "-1" is no whole number`,
			ErrField,
		},
		"a part of a weight": {
			strings.Replace(good, "}", `,"weight":1.5}`, 1), `line 3, weight: invalid value: "1.5" is no whole number`,
			ErrField,
		},
		"a weight with zeros":  {strings.Replace(good, "}", `,"weight":"010"}`, 1), "leave out the zeros in front", ErrField},
		"a weight with a plus": {strings.Replace(good, "}", `,"weight":"+10"}`, 1), "is no whole number", ErrField},
		"too much weight": {
			strings.Replace(good, "}", `,"weight":18446744073709551616}`, 1), "18446744073709551616 is 2^64 or more",
			ErrField,
		},
		"a weight by powers": {strings.Replace(good, "}", `,"weight":1e3}`, 1), `"1e3" is no whole number`, ErrField},
		"a switch": {
			strings.Replace(good, "}", `,"weight":true}`, 1), "line 3, weight: invalid value: it takes a text or a number",
			ErrField,
		},
		"a list": {
			strings.Replace(good, "}", `,"terms":["x"]}`, 1), "line 3, terms: invalid value: it takes a text or a number",
			ErrField,
		},
		"other terms": {strings.Replace(good, "}", `,"terms":"cc-by-4.0"}`, 1), "line 3, terms: invalid value: ", ErrField},
		"no consent": {
			strings.Replace(good, "}", `,"consent":"yes"}`, 1), `line 3, consent: invalid value: "yes" is no SHA-256`,
			ErrField,
		},
		"no time": {
			strings.Replace(good, "}", `,"time":"yesterday"}`, 1), `line 3, time: invalid value: "yesterday" is no time`,
			ErrField,
		},
		"a time without zone": {strings.Replace(good, "}", `,"time":"2026-01-01T00:00:00"}`, 1), "is no time", ErrField},
		"the time 0":          {strings.Replace(good, "}", `,"time":0}`, 1), "it is not after the beginning of 1970", ErrField},
		"a time before": {
			strings.Replace(good, "}", `,"time":"1969-12-31T23:59:59Z"}`, 1), "it is not after the beginning of 1970",
			ErrField,
		},
		"a time after all": {strings.Replace(good, "}", `,"time":9223372036854775808}`, 1), "is no time", ErrField},
	} {
		_, _, err := rowsOf(Lines(strings.NewReader("\n"+good+"\n"+c.line+"\n"+good), "items.jsonl", "", nil), 10)
		require.ErrorIs(t, err, c.is, name)
		require.ErrorContains(t, err, c.want, name)
		var at *Error
		require.ErrorAs(t, err, &at, name)
		require.Equal(t, int64(3), at.Number, name)
	}
}

func TestRowsHoldTheTermsOfAnItem(t *testing.T) {
	var id termspec.TermsID
	id[5] = 1
	line := `{"sha256":"` + digest1 + `","contributor":"` + work1 + `","terms":"` + id.String() + `"}` + "\n"
	raw, _, err := rowsOf(Lines(strings.NewReader(line), "", "", nil), 10)
	require.NoError(t, err)
	item, err := manifest.ReadItem(raw)
	require.NoError(t, err)
	var out bytes.Buffer
	w := NewLines(&out)
	require.NoError(t, w.Write(item))
	require.NoError(t, w.Close())
	require.Equal(t, line, out.String())
}

// A build goes on in any page of any group of rows.
func TestParquetIsReadFromAnyRowOn(t *testing.T) {
	var out bytes.Buffer
	w := NewParquet(&out)
	const rows = groupRows + 30_000
	var want []byte
	var err error
	for i := range rows {
		item := many(i)
		item.Time = int64(i)
		require.NoError(t, w.Write(item))
		want, err = item.Append(want)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	source, err := Parquet(bytes.NewReader(out.Bytes()), int64(out.Len()), "items.parquet", "", nil)
	require.NoError(t, err)
	raw, marks, err := rowsOf(source, 4096)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, raw))
	tried := 0
	for mark, at := range marks {
		if tried++; tried > 12 {
			break
		}
		require.NoError(t, source.Seek(context.Background(), mark))
		raw, _, err := rowsOf(source, 4000)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want[at:], raw), mark)
	}
}

func TestWhatIsNoParquet(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"empty": {nil, "items.parquet: it can't be read"},
		"text":  {[]byte("PAR1 and no more PAR1"), "items.parquet: it can't be read"},
	} {
		_, err := Parquet(bytes.NewReader(c.raw), int64(len(c.raw)), "items.parquet", "", nil)
		require.ErrorIs(t, err, ErrForm, name)
		require.ErrorContains(t, err, c.want, name)
	}
	var out bytes.Buffer
	w := NewParquet(&out)
	whose, err := dataset.ParseContributor(account2)
	require.NoError(t, err)
	for i := range 3000 {
		require.NoError(t, w.Write(manifest.Item{Sha256: [32]byte{1, byte(i), byte(i >> 8)}, Contributor: whose, Weight: 1}))
	}
	require.NoError(t, w.Close())
	// Whatever bytes are wrong: an error or other rows, and no panic.
	for i := 0; i < out.Len(); i += 97 {
		raw := bytes.Clone(out.Bytes())
		raw[i] ^= 0xff
		if source, err := Parquet(bytes.NewReader(raw), int64(len(raw)), "items.parquet", "", nil); err == nil {
			_, _, _ = rowsOf(source, 1000)
		}
	}
}

// write is a file in a folder of the test.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
