package exchange

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

// endless is a table with a cell that goes on for so many bytes.
type endless struct {
	head string
	cell int64
	at   int64
}

func (e *endless) Read(p []byte) (n int, err error) {
	if e.at < int64(len(e.head)) {
		n = copy(p, e.head[e.at:])
		e.at += int64(n)
		return n, nil
	}
	if e.at >= int64(len(e.head))+e.cell {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'a'
	}
	e.at += int64(len(p))
	return len(p), nil
}

func (e *endless) Seek(offset int64, _ int) (int64, error) {
	e.at = offset
	return offset, nil
}

// A cell or a line that does not end is refused before it fills the memory.
func TestATableWithoutEnd(t *testing.T) {
	for name, head := range map[string]string{
		"a line":       "sha256,contributor\n",
		"a quote":      "sha256,contributor\n\"",
		"its header":   "",
		"many columns": "sha256,contributor\n" + strings.Repeat(",", 4<<20),
	} {
		t.Run(name, func(t *testing.T) {
			file := &endless{head: head, cell: 64 << 20}
			_, err := readTable(t, file)
			require.ErrorIs(t, err, ErrForm)
			require.Less(t, file.at, int64(8<<20))
		})
	}
}

func readTable(t *testing.T, file io.ReadSeeker) (n int, err error) {
	t.Helper()
	table, err := Table(file, "t.csv", "id", ',', nil)
	if err != nil {
		return 0, err
	}
	for err == nil {
		b, failed := table.Next(t.Context(), 4096)
		n, err = n+b.Items, failed
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// Where a table's rows are long and many, each is within bounds.
func TestATableOfLongRows(t *testing.T) {
	row := strings.Repeat("ab", 32) + "," + account1 + "," + strings.Repeat(" ", 100) + "\n"
	byName := columnsByName()
	text := "sha256,contributor,note\n" + strings.Repeat(row, 100_000)
	table, err := newTable(strings.NewReader(text), "t.csv", "id", ',', nil, byName, false)
	require.NoError(t, err)
	n := 0
	for {
		b, err := table.Next(t.Context(), 4096)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		n += b.Items
	}
	require.Equal(t, 100_000, n)
}

// Two columns that stand for one of ours are refused in each form, not the last one taken.
func TestAColumnThatIsThereTwice(t *testing.T) {
	type row struct {
		Sha256      string `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
		Paid        int64  `parquet:"paid"`
		Weight      int64  `parquet:"weight"`
	}
	byName := columnsByName()
	byName["paid"] = colWeight
	var out bytes.Buffer
	w := parquet.NewGenericWriter[row](&out)
	_, err := w.Write([]row{{hex.EncodeToString(bytes.Repeat([]byte{7}, 32)), account1, 1, 1000}})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	rows, err := newParquet(bytes.NewReader(out.Bytes()), int64(out.Len()), "t.parquet", "id", nil, byName, false)
	if err == nil {
		_, err = rows.Next(t.Context(), 10)
	}
	require.ErrorContains(t, err, "twice")
}

// A small file that unpacks to far more is refused before it is unpacked.
func TestAParquetBomb(t *testing.T) {
	type row struct {
		Sha256      string `parquet:"sha256,zstd"`
		Contributor string `parquet:"contributor,zstd"`
		Note        string `parquet:"note,zstd"`
	}
	byName := columnsByName()
	sum := hex.EncodeToString(bytes.Repeat([]byte{7}, 32))
	for name, bomb := range map[string]row{
		"in a column of ours": {sum, strings.Repeat("a", 256<<20), ""},
		"in another":          {sum, account1, strings.Repeat("a", 256<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			w := parquet.NewGenericWriter[row](&out, parquet.SkipPageBounds("contributor"), parquet.SkipPageBounds("note"))
			_, err := w.Write([]row{bomb})
			require.NoError(t, err)
			require.NoError(t, w.Close())
			t.Logf("%d bytes", out.Len())
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			rows, err := newParquet(bytes.NewReader(out.Bytes()), int64(out.Len()), "t.parquet", "id", nil, byName, false)
			if err == nil {
				_, err = rows.Next(t.Context(), 10)
			}
			runtime.ReadMemStats(&after)
			if strings.Contains(name, "ours") {
				require.ErrorIs(t, err, ErrForm)
				require.ErrorContains(t, err, "unpacks to")
			} else {
				require.NoError(t, err)
			}
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
		})
	}
}

// A damaged page of LZ4 would be unpacked into twice the memory again and again by the library that reads it.
func TestPagesOfLZ4AreNotRead(t *testing.T) {
	type row struct {
		Sha256      string `parquet:"sha256,plain,lz4"`
		Contributor string `parquet:"contributor,plain,lz4"`
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[row](&out)
	_, err := w.Write([]row{{strings.Repeat("ab", 32), account1}})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	rows, err := Parquet(bytes.NewReader(out.Bytes()), int64(out.Len()), "t.parquet", "id", nil)
	require.NoError(t, err)
	_, err = rows.Next(t.Context(), 10)
	require.ErrorIs(t, err, ErrForm)
	require.ErrorContains(t, err, "LZ4")
}

// 32 signs of a text are no digest: in a table, in JSON and in Parquet alike. An MD5 has as many.
func TestATextOf32SignsIsNoDigest(t *testing.T) {
	type text struct {
		Sha256      string `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
	}
	type raw struct {
		Sha256      []byte `parquet:"sha256"`
		Contributor string `parquet:"contributor"`
	}
	next := func(file []byte, err error) error {
		require.NoError(t, err)
		rows, err := Parquet(bytes.NewReader(file), int64(len(file)), "t.parquet", "id", nil)
		require.NoError(t, err)
		_, err = rows.Next(t.Context(), 10)
		return err
	}
	md5, plain := "d41d8cd98f00b204e9800998ecf8427e", "twenty bytes and twelve more yes"
	for _, sum := range []string{md5, plain} {
		_, err := readTable(t, strings.NewReader("sha256,contributor\n"+sum+","+account1+"\n"))
		require.ErrorIs(t, err, ErrField)
		require.ErrorIs(t, next(parquetOf([]text{{sum, account1}})), ErrField)
	}
	require.ErrorIs(t, next(parquetOf([]raw{{[]byte(md5), account1}})), ErrField)
	require.NoError(t, next(parquetOf([]raw{{bytes.Repeat([]byte{0xa7}, 32), account1}})))
}

func parquetOf[T any](rows []T) ([]byte, error) {
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out)
	if _, err := w.Write(rows); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// Lines without items, or long ones, take no more memory the more there are.
func TestManyLinesWithoutItems(t *testing.T) {
	long := `{"sha256":"` + digest1 + `","contributor":"` + account1 + `","note":"` + strings.Repeat("a", 60_000) + `"}` + "\n"
	for name, c := range map[string]struct {
		line  string
		count int
		items int
	}{
		"empty": {"\n", 32 << 20, 0}, "blank": {strings.Repeat(" ", 1023) + "\n", 32 << 10, 0}, "long": {long, 1000, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			last := `{"sha256":"` + digest1 + `","contributor":"` + account1 + `"}` + "\n"
			file := io.NewSectionReader(&repeated{c.line, last, c.count}, 0, int64(len(c.line)*c.count+len(last)))
			lines := newLines(file, "t.jsonl", "id", nil, columnsByName(), false)
			n := 0
			for {
				b, err := lines.Next(t.Context(), 1<<20)
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err)
				raw, err := b.Append(nil)
				require.NoError(t, err)
				n += b.Items
				require.NotEmpty(t, raw)
				if text, _ := lines.free.Get().(*[]byte); text != nil {
					require.Less(t, cap(*text), 8<<20)
					lines.free.Put(text)
				}
			}
			require.Equal(t, c.items+1, n)
			require.Equal(t, int64(c.count+1), lines.number)
		})
	}
}

// repeated is a line so many times, then a last one.
type repeated struct {
	line, last string
	count      int
}

func (r *repeated) ReadAt(p []byte, at int64) (n int, err error) {
	whole := int64(len(r.line) * r.count)
	for n < len(p) && at+int64(n) < whole+int64(len(r.last)) {
		if pos := at + int64(n); pos >= whole {
			n += copy(p[n:], r.last[pos-whole:])
		} else {
			n += copy(p[n:], r.line[pos%int64(len(r.line)):])
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
