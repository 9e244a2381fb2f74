package asset_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// document is a PDF that is being written.
type document struct {
	bytes.Buffer
	places map[int]int
	last   int // where the last cross-references are
}

func newDocument() *document {
	d := &document{places: map[int]int{}}
	d.WriteString("%PDF-1.7\n%\xe2\xe3\n")
	return d
}

func (d *document) object(number int, content string) {
	d.places[number] = d.Len()
	fmt.Fprintf(d, "%d 0 obj\n%s\nendobj\n", number, content)
}

func (d *document) stream(number int, dict string, content []byte) {
	d.object(number, fmt.Sprintf("<<%s/Length %d>>stream\r\n%s\nendstream", dict, len(content), content))
}

// table ends a version of the document with a table of all objects since the last.
func (d *document) table() {
	at := d.Len()
	d.WriteString("xref\n")
	for number, place := range d.places {
		fmt.Fprintf(d, "%d 1\n%010d 00000 n\r\n", number, place)
	}
	fmt.Fprintf(d, "trailer\n<</Root 1 0 R /Size 99%s>>\nstartxref\n%d\n%%%%EOF\n", d.previous(), at)
	d.last, d.places = at, map[int]int{}
}

func (d *document) previous() string {
	if d.last == 0 {
		return ""
	}
	return fmt.Sprintf("/Prev %d", d.last)
}

func flate(content []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write(content)
	w.Close()
	return out.Bytes()
}

// compressed ends a version of the document with a stream of cross-references; objects that are given lie in an object stream, number 90.
func (d *document) compressed(predictor bool, objects map[int]string) {
	var index, content string
	inside := map[int]int{}
	for number, one := range objects {
		inside[number] = len(inside)
		index += fmt.Sprintf("%d %d ", number, len(content))
		content += one + " "
	}
	d.stream(90, fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode", len(objects), len(index)), flate([]byte(index+content)))
	at := d.Len()
	d.places[91] = at
	var rows, list []byte
	above := make([]byte, 5)
	add := func(number int, row ...byte) {
		list = fmt.Appendf(list, "%d 1 ", number)
		if predictor {
			rows = append(rows, 2)
			for i := range row {
				rows = append(rows, row[i]-above[i])
			}
			above = row
			return
		}
		rows = append(rows, row...)
	}
	for number, place := range d.places {
		add(number, 1, byte(place>>16), byte(place>>8), byte(place), 0)
	}
	for number, i := range inside {
		add(number, 2, 0, 0, 90, byte(i))
	}
	parms := ""
	if predictor {
		parms = "/DecodeParms<</Predictor 12/Columns 5>>"
	}
	parms = fmt.Sprintf("/Type/XRef/W[1 3 1]/Index[%s]/Size 99/Root 1 0 R%s/Filter/FlateDecode%s", list, d.previous(), parms)
	d.stream(91, parms, flate(rows))
	fmt.Fprintf(d, "startxref\n%d\n%%%%EOF\n", at)
	d.last, d.places = at, map[int]int{}
}

const (
	catalog = "<</Type/Catalog/AF[9 0 R 3 0 R]/Pages 8 0 R>>"
	filed   = "<</AFRelationship/C2PA_Manifest/Desc(a \\) b (c))/F<feff>/EF<</F 4 0 R>>>>"
)

func TestStoresOfPDF(t *testing.T) {
	manifests := store(500, 1)
	for name, build := range map[string]func(d *document){
		"table": func(d *document) {
			d.object(1, catalog)
			d.object(3, filed)
			d.stream(4, "/Subtype/application#2fc2pa", manifests)
			d.table()
		},
		"length apart": func(d *document) {
			d.object(1, "<</AF 7 0 R>>")
			d.object(7, "[3 0 R]")
			d.object(5, fmt.Sprint(len(manifests)))
			d.object(3, "<</AFRelationship/C2PA#5fManifest/EF 6 0 R>>")
			d.object(6, "<</UF 4 0 R>>")
			d.object(4, fmt.Sprintf("<</Length 5 0 R/Filter[/Crypt]>> %% a comment\nstream\n%s\nendstream", manifests))
			d.table()
		},
		"compressed": func(d *document) {
			d.stream(4, "", manifests)
			d.compressed(false, map[int]string{1: catalog, 3: filed})
		},
		"predicted": func(d *document) {
			d.stream(4, "", manifests)
			d.compressed(true, map[int]string{1: catalog, 3: filed, 8: "<</Kids[]>>"})
		},
		"updated, without the store": func(d *document) {
			d.object(1, catalog)
			d.object(3, filed)
			d.stream(4, "", manifests)
			d.table()
			d.object(1, "<</Type/Catalog/AF[3 0 R]/Lang(en)>>")
			d.compressed(true, map[int]string{8: "null"})
		},
	} {
		d := newDocument()
		build(d)
		f := open(t, d.Bytes())
		require.Equal(t, asset.PDF, f.Format())
		got, err := f.Store()
		require.NoError(t, err, name)
		require.Equal(t, manifests, got, name)
		require.Len(t, f.StoreRanges(), 1, name)
		at := f.StoreRanges()[0]
		require.Equal(t, manifests, d.Bytes()[at.Start:at.Start+at.Length], name)
		require.ErrorIs(t, f.Strip(&bytes.Buffer{}), asset.ErrUnsupported)
	}
}

func TestUpdatesOfAPDFAddManifests(t *testing.T) {
	id := append([]byte("c2pa"), 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71)
	described := box("jumd", id, []byte{3}, []byte("c2pa\x00"))
	first, second := box("free", []byte("first")), box("free", []byte("second"))
	d := newDocument()
	d.object(1, catalog)
	d.object(3, filed)
	d.stream(4, "", box("jumb", described, first))
	d.table()
	d.object(1, "<</Type/Catalog/AF[6 0 R 3 0 R]>>")
	d.object(6, "<</AFRelationship/C2PA_Manifest/EF<</F 7 0 R>>>>")
	d.stream(7, "", box("jumb", described, second))
	d.table()
	f := open(t, d.Bytes())
	got, err := f.Store()
	require.NoError(t, err)
	require.Equal(t, box("jumb", described, first, second), got)
	require.Len(t, f.StoreRanges(), 2)
}

func TestPDFsWithoutAStoreThatCanBeRead(t *testing.T) {
	for name, objects := range map[string]map[int]string{
		"itself":      {1: "1 0 R"},
		"around":      {1: "<</AF 2 0 R>>", 2: "3 0 R", 3: "2 0 R"},
		"deep":        {1: "<</AF " + string(bytes.Repeat([]byte("["), 1000)) + ">>"},
		"open":        {1: "<</AF[(((("},
		"no relation": {1: "<</AF[3 0 R]>>", 3: "<</EF<</F 4 0 R>>>>", 4: "<</Length 4>>stream\nabcd\nendstream"},
		"filtered":    {1: "<</AF[3 0 R]>>", 3: filed, 4: "<</Length 4/Filter/FlateDecode>>stream\nabcd\nendstream"},
		"too long":    {1: "<</AF[3 0 R]>>", 3: filed, 4: "<</Length 99999>>stream\nabcd\nendstream"},
		"own length":  {1: "<</AF[3 0 R]>>", 3: filed, 4: "<</Length 4 0 R>>stream\nabcd\nendstream"},
	} {
		d := newDocument()
		for number, content := range objects {
			d.object(number, content)
		}
		d.table()
		_, err := open(t, d.Bytes()).Store()
		require.ErrorIs(t, err, asset.ErrNoStore, name)
	}
	d := newDocument()
	d.object(1, catalog)
	d.object(3, filed)
	d.stream(4, "", []byte("no store at all"))
	d.table()
	_, err := open(t, d.Bytes()).Store()
	require.ErrorIs(t, err, asset.ErrMalformed)
	_, err = open(t, []byte("%PDF-1.7")).Store()
	require.ErrorIs(t, err, asset.ErrNoStore)
}

func TestPDFsThatWereChanged(t *testing.T) {
	d := newDocument()
	d.stream(4, "", store(100, 1))
	d.compressed(true, map[int]string{1: catalog, 3: filed})
	rapid.Check(t, func(t *rapid.T) {
		changed := bytes.Clone(d.Bytes())
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			changed[rapid.IntRange(0, len(changed)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "to")
		}
		_, _ = open(t, changed).Store()
	})
}
