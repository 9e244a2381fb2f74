package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// conformsTo is the version of Croissant that we write, https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html.
const conformsTo = "http://mlcommons.org/croissant/1.1"

// maxCroissant is the most bytes of metadata that are read.
const maxCroissant = 16 << 20

// Media types of the files that Croissant names.
const (
	mediaLines    = "application/jsonlines"
	mediaParquet  = "application/vnd.apache.parquet"
	mediaManifest = "application/octet-stream"
)

// mediaOf are the forms that media types stand for.
var mediaOf = map[string]string{
	mediaLines: FormLines, "application/jsonl": FormLines, "application/x-jsonlines": FormLines, "application/x-ndjson": FormLines,
	"application/ndjson": FormLines, mediaParquet: FormParquet, "application/x-parquet": FormParquet, "application/parquet": FormParquet,
	"text/csv": FormCSV, "text/tab-separated-values": FormTSV,
}

// oneOrMany reads what JSON-LD writes as a value or a list of them.
type oneOrMany[T any] []T

// UnmarshalJSON reads both.
func (l *oneOrMany[T]) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return json.Unmarshal(raw, (*[]T)(l))
	}
	*l = make([]T, 1)
	return json.Unmarshal(raw, &(*l)[0])
}

// reference names another part, as {"@id": ...} or as its name.
type reference string

// UnmarshalJSON reads both.
func (r *reference) UnmarshalJSON(raw []byte) error {
	var object struct {
		ID string `json:"@id"`
	}
	if json.Unmarshal(raw, (*string)(r)) == nil {
		return nil
	}
	err := json.Unmarshal(raw, &object)
	*r = reference(object.ID)
	return err
}

// croissant is what we read of Croissant's metadata.
type croissant struct {
	ConformsTo   oneOrMany[string]        `json:"conformsTo"`
	Conforms     oneOrMany[string]        `json:"dct:conformsTo"`
	Distribution oneOrMany[croissantFile] `json:"distribution"`
	RecordSets   oneOrMany[recordSet]     `json:"recordSet"`
}

type croissantFile struct {
	Type   string `json:"@type"`
	ID     string `json:"@id"`
	Name   string `json:"name"`
	URL    string `json:"contentUrl"`
	Format string `json:"encodingFormat"`
	SHA256 string `json:"sha256"`
	In     any    `json:"containedIn"`
}

type recordSet struct {
	ID     string                    `json:"@id"`
	Name   string                    `json:"name"`
	Fields oneOrMany[croissantField] `json:"field"`
}

type croissantField struct {
	ID     string `json:"@id"`
	Name   string `json:"name"`
	Source struct {
		File      reference `json:"fileObject"`
		Files     reference `json:"fileSet"`
		Transform any       `json:"transform"`
		Format    any       `json:"format"`
		Extract   struct {
			Column string `json:"column"`
		} `json:"extract"`
	} `json:"source"`
}

// column is which of ours a field is: by its name, or the end of its id.
func (f croissantField) column() int {
	for _, name := range []string{f.Name, f.ID[strings.LastIndexByte(f.ID, '/')+1:]} {
		if i := slices.Index(Columns, name); i >= 0 {
			return i
		}
	}
	return -1
}

func (s recordSet) called() string {
	if s.ID != "" {
		return s.ID
	}
	return s.Name
}

// readCroissant finds the file that has the items, checks it, and opens it.
func readCroissant(ctx context.Context, at string, o Options) (*Opened, error) {
	raw, err := readAtMost(at, maxCroissant)
	if err != nil {
		return nil, err
	}
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w: %s", at, ErrForm, fmt.Sprintf(format, args...))
	}
	var c croissant
	if err := json.Unmarshal(bytes.TrimPrefix(raw, byteOrderMark), &c); err != nil {
		return nil, wrong("it is no Croissant metadata: %s", err)
	}
	if !slices.ContainsFunc(append(c.ConformsTo, c.Conforms...), func(to string) bool {
		return strings.Contains(to, "mlcommons.org/croissant/1.")
	}) {
		return nil, wrong("it does not conform to Croissant 1 (conformsTo %s)", conformsTo)
	}
	set, byName, err := itemsSet(c, o.Whose != nil)
	if err != nil {
		return nil, wrong("%s", err)
	}
	of, err := sourceOf(set)
	if err != nil {
		return nil, wrong("record set %q: %s", set.called(), err)
	}
	i := slices.IndexFunc(c.Distribution, func(f croissantFile) bool { return f.ID == of || f.ID == "" && f.Name == of })
	if i < 0 {
		return nil, wrong("record set %q reads %q, which distribution does not name", set.called(), of)
	}
	file, form, err := besideCroissant(at, c.Distribution[i])
	if err != nil {
		return nil, wrong("distribution %q: %s", of, err)
	}
	want, err := digest.Parse(c.Distribution[i].SHA256)
	if err != nil {
		return nil, wrong("distribution %q, sha256: %s", of, err)
	}
	sum, err := register.SumFile(ctx, file)
	if err != nil {
		return nil, err
	}
	if sum.Digest != want {
		return nil, wrong("distribution %q: the SHA-256 of %s is %x, not %x", of, file, sum.Digest, want)
	}
	return openFile(file, form, o.Whose, byName)
}

// itemsSet is the record set whose fields name what an item has, and their columns in the file.
func itemsSet(c croissant, whose bool) (set recordSet, byName map[string]int, err error) {
	found := 0
	for _, s := range c.RecordSets {
		names := map[string]int{}
		var there [columns]bool
		for _, f := range s.Fields {
			if column := f.column(); column >= 0 {
				name := f.Source.Extract.Column
				names[name], there[column] = column, true
			}
		}
		if there[colSha256] && (there[colContributor] || whose) {
			set, byName = s, names
			found++
		}
	}
	switch found {
	case 0:
		return set, nil, errors.New("no record set has the fields sha256 and contributor")
	case 1:
		return set, byName, nil
	}
	return set, nil, fmt.Errorf("%d record sets have the fields sha256 and contributor: leave one", found)
}

// sourceOf is the file that all fields of a record set are read from.
func sourceOf(set recordSet) (of string, err error) {
	var there [columns]bool
	reads := map[string]string{}
	for _, f := range set.Fields {
		if f.column() < 0 {
			continue
		}
		name, s := Columns[f.column()], f.Source
		switch {
		case s.Files != "":
			return "", fmt.Errorf("field %s is read from a set of files, %q: name one file", name, s.Files)
		case s.File == "":
			return "", fmt.Errorf("field %s names no fileObject", name)
		case s.Transform != nil || s.Format != nil:
			return "", fmt.Errorf("field %s is transformed on its way, which can't be done here", name)
		case s.Extract.Column == "":
			return "", fmt.Errorf("field %s names no column of its file", name)
		case there[f.column()]:
			return "", fmt.Errorf("field %s is there twice", name)
		case reads[s.Extract.Column] != "":
			return "", fmt.Errorf("fields %s and %s are both read from column %q", reads[s.Extract.Column], name, s.Extract.Column)
		case of != "" && of != string(s.File):
			return "", fmt.Errorf("field %s is read from %q, others from %q: name one file", name, s.File, of)
		}
		of, there[f.column()], reads[s.Extract.Column] = string(s.File), true, name
	}
	return of, nil
}

// besideCroissant is where a file is that lies beside the metadata or below.
func besideCroissant(at string, f croissantFile) (file, form string, err error) {
	form = mediaOf[strings.TrimSpace(strings.Split(f.Format, ";")[0])]
	name, err := url.PathUnescape(f.URL)
	switch {
	case strings.HasSuffix(f.Type, "FileSet"), f.In != nil:
		return "", "", errors.New("it is a set of files, or in an archive: name one file beside the metadata")
	case form == "":
		return "", "", fmt.Errorf("encodingFormat %q can't be read: %s, %s, text/csv and text/tab-separated-values can", f.Format, mediaLines,
			mediaParquet)
	case f.SHA256 == "":
		return "", "", errors.New("it has no sha256, by which it is checked")
	case err != nil || name == "" || strings.Contains(name, "://"):
		return "", "", fmt.Errorf("contentUrl %q is no file beside the metadata: fetch it, and name it by its path", f.URL)
	case !filepath.IsLocal(filepath.FromSlash(name)):
		return "", "", fmt.Errorf("contentUrl %q does not lie beside the metadata or below", f.URL)
	}
	return filepath.Join(filepath.Dir(at), filepath.FromSlash(name)), form, nil
}

func readAtMost(at string, most int64) ([]byte, error) {
	f, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(raw)) > most {
		err = fmt.Errorf("%s: %w: it has more than %d MiB", at, ErrForm, most>>20)
	}
	return raw, err
}

// Card is what Croissant metadata say of a dataset, beside what its manifest does.
type Card struct {
	Name, Description, License, URL string
}

// CardFile is a file of a dataset.
type CardFile struct {
	// Path from the metadata, with slashes.
	Path   string
	Form   string
	SHA256 [32]byte
	Size   int64
}

// object is JSON whose members stay in order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members that are not empty.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	separator := byte('{')
	for _, m := range o {
		if m.value == "" {
			continue
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out.WriteByte(separator)
		fmt.Fprintf(&out, "%s:%s", strconv.Quote(m.name), value)
		separator = ','
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// context is that of Croissant 1.1 for the terms that we use.
func contextOfCroissant() object {
	o := object{
		{"@language", "en"},
		{"@vocab", "https://schema.org/"},
		{"sc", "https://schema.org/"},
		{"cr", "http://mlcommons.org/croissant/"},
		{"dct", "http://purl.org/dc/terms/"},
		{"conformsTo", "dct:conformsTo"},
		{"dataType", object{{"@id", "cr:dataType"}, {"@type", "@vocab"}}},
	}
	for _, term := range []string{"column", "extract", "field", "fileObject", "recordSet", "source"} {
		o = append(o, member{term, "cr:" + term})
	}
	return o
}

// about says what the columns are.
var about = []struct{ dataType, text string }{
	{"sc:Text", "SHA-256 of the item's content, in hex digits."},
	{"sc:Text", "The account or the work that the item's part goes to."},
	{"sc:Integer", "How much the item weighs in its contributor's part; 1 where none is given."},
	{"sc:Text", "Id of the licence terms that the contributor gave the item under; none: those of the dataset."},
	{"sc:Text", "SHA-256 of the text of the contributor's consent, in hex digits."},
	{"sc:DateTime", "When the item was taken in."},
}

// Croissant writes metadata of a dataset: of its manifest, and of a file of JSON Lines or Parquet that has the same items.
func Croissant(out io.Writer, card Card, m manifest.Manifest, itself, items CardFile) error {
	kinds := map[string]string{FormManifest: mediaManifest, FormLines: mediaLines, FormParquet: mediaParquet}
	file := func(f CardFile, description string) object {
		return object{
			{"@type", "cr:FileObject"},
			{"@id", f.Path},
			{"name", path.Base(f.Path)},
			{"description", description},
			{"contentUrl", (&url.URL{Path: f.Path}).EscapedPath()},
			{"contentSize", fmt.Sprintf("%d B", f.Size)},
			{"encodingFormat", kinds[f.Form]},
			{"sha256", fmt.Sprintf("%x", f.SHA256)},
		}
	}
	var fields []object
	for i, column := range Columns {
		fields = append(fields, object{
			{"@type", "cr:Field"},
			{"@id", "items/" + column},
			{"name", column},
			{"description", about[i].text},
			{"dataType", about[i].dataType},
			{"source", object{
				{"fileObject", object{{"@id", items.Path}}},
				{"extract", object{{"column", column}}},
			}},
		})
	}
	text, err := json.MarshalIndent(object{
		{"@context", contextOfCroissant()},
		{"@type", "sc:Dataset"},
		{"conformsTo", conformsTo},
		{"name", card.Name},
		{"description", card.Description},
		{"license", card.License},
		{"url", card.URL},
		{"identifier", fmt.Sprintf("sha256:%x", m.Digest())},
		{"size", fmt.Sprintf("%d items of %d contributors", m.ItemCount, m.Contributors.Leaves)},
		{"distribution", []object{
			file(itself, "The manifest that the dataset's digest on the chain stands for, in binary rows."),
			file(items, "The items of the manifest."),
		}},
		{"recordSet", []object{{
			{"@type", "cr:RecordSet"},
			{"@id", "items"},
			{"name", "items"},
			{"description", "The items, in the order of the manifest."},
			{"field", fields},
		}}},
	}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n", text)
	return err
}
