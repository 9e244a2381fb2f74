package rights

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/cosmos/gogoproto/jsonpb"
	"github.com/cosmos/gogoproto/proto"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/sheet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// The columns of a list of items.
const (
	workColumn        = "work"
	sha256Column      = "sha256"
	contributorColumn = "contributor"
	termsColumn       = "terms"
	proofColumn       = "proof"
)

// maxProofFile is the most bytes of a file with the proof of an item.
const maxProofFile = 64 << 10

// ListOptions are how a list is read.
type ListOptions struct {
	sheet.Options
	// Work of rows that name an item and no work; empty: each has to.
	Work string
	// Open opens the file that a row names as its proof.
	Open func(path string) (io.ReadCloser, error)
}

// ReadList reads a table whose rows name items of works with manifests: by the columns work, sha256 and contributor, an account or a
// work, with the terms that the item was given under in terms, where the manifest has some; or by proof, a file with the proof of an
// item. A row with neither contributor nor proof names a work or a content, as in a manifest. Other columns are kept, and those of a
// report dropped. All bad rows are named, up to a bound.
func ReadList(r io.Reader, name string, options ListOptions) (Manifest, error) {
	options.MaxRows = MaxRows
	table, err := sheet.Read(r, name, options.Options)
	if err != nil {
		return Manifest{}, err
	}
	if len(table.Rows) == 0 {
		return Manifest{}, fmt.Errorf("%s is empty: write a table with the columns work, sha256 and contributor, or proof", name)
	}
	list := &listing{options: options, reading: &reading{name: name}}
	if list.places, err = table.Places(workColumn, sha256Column, contributorColumn, termsColumn, proofColumn); err != nil {
		return Manifest{}, err
	}
	_, contributors := list.places[contributorColumn]
	if _, proofs := list.places[proofColumn]; !contributors && !proofs {
		return Manifest{}, fmt.Errorf("%s has neither a column contributor nor one named proof: write work, sha256 and contributor of each "+
			"item, or the name of a file with its proof", name)
	}
	list.keepColumns(table.Rows[0].Cells)
	return list.rows(table, list.row)
}

// listing is a list as far as it was read.
type listing struct {
	*reading
	options ListOptions
	places  map[string]int
}

func (l *listing) row(record sheet.Row) {
	row, err := l.read(record)
	if err != nil {
		l.bad = append(l.bad, fmt.Errorf("%s line %d: %w", l.name, record.Line, err))
		return
	}
	row.Line, row.Cells = record.Line, l.kept(record)
	l.Rows = append(l.Rows, row)
}

// read reads what a row asks.
func (l *listing) read(record sheet.Row) (row Row, err error) {
	cell := func(column string) string {
		if place, known := l.places[column]; known {
			return strings.TrimSpace(record.Cells[place])
		}
		return ""
	}
	work, sum, contributor, proof := cell(workColumn), cell(sha256Column), cell(contributorColumn), cell(proofColumn)
	if contributor == "" && proof == "" {
		return row, row.readWhole(work, sum, cell(termsColumn))
	}
	if proof != "" {
		if row.Proof, err = l.proof(proof); err != nil {
			return row, err
		}
		if row.Proof.Work.IsZero() {
			if row.Proof.Work, err = workProved(orElse(work, l.options.Work)); err != nil {
				return row, err
			}
		}
		row.Subject = row.Proof.Work.String()
		row.Item = licensetypes.Item{Sha256: row.Proof.Item.Sha256, Contributor: row.Proof.Contributor}
	}
	for _, part := range []struct {
		text, name string
		needed     bool
		read       func(text string) (differs bool, err error)
	}{
		{orElse(work, l.otherwise(row)), workColumn, row.Subject == "", row.readWork},
		{sum, sha256Column, proof == "", row.readContent},
		{contributor, contributorColumn, proof == "", row.readContributor},
		{cell(termsColumn), termsColumn, false, row.readTerms},
	} {
		if part.text == "" {
			if part.needed {
				return row, fmt.Errorf("names an item and no %s", part.name)
			}
			continue
		}
		differs, err := part.read(part.text)
		if err != nil {
			return row, fmt.Errorf("%s: %w", part.name, err)
		}
		if differs {
			return row, fmt.Errorf("%s: %s is not what %s proves", part.name, part.text, proof)
		}
	}
	return row, nil
}

// workProved is the work that a proof which names none is of.
func workProved(text string) (registrytypes.WorkID, error) {
	if text == "" {
		return registrytypes.WorkID{}, errors.New("names an item and no work: its proof names a manifest alone")
	}
	id, err := registrytypes.ParseWorkID(text)
	if err != nil {
		return id, fmt.Errorf("work: %w", err)
	}
	return id, nil
}

// otherwise is the work of a row that names none.
func (l *listing) otherwise(row Row) string {
	if row.Subject != "" {
		return ""
	}
	return l.options.Work
}

// readWhole reads a row that names no item. One with a work and a content could mean an item, which an answer about the work would hide.
func (r *Row) readWhole(work, sum, terms string) (err error) {
	if r.Subject, err = parseSubject(orElse(work, sum)); err != nil {
		return err
	}
	switch {
	case terms != "":
		return errors.New("has terms and no contributor: terms are those that an item was given under")
	case work != "" && sum != "":
		return errors.New("has a work and a sha256 and no contributor: write who contributed the item, or leave one of the two out")
	}
	return nil
}

// The next four read a cell into the row; differs: the row has something else there, by its proof.

func (r *Row) readWork(text string) (differs bool, err error) {
	id, err := registrytypes.ParseWorkID(text)
	differs = r.Subject != "" && r.Subject != id.String()
	if r.Subject = id.String(); r.Proof != nil {
		r.Proof.Work = id
	}
	return differs, err
}

func (r *Row) readContent(text string) (differs bool, err error) {
	sum, err := digest.Parse(text)
	differs = r.Proof != nil && r.Item.Sha256 != sum
	r.Item.Sha256 = sum
	return differs, err
}

func (r *Row) readContributor(text string) (differs bool, err error) {
	c, err := ParseContributor(text)
	differs = r.Proof != nil && r.Item.Contributor != c
	r.Item.Contributor = c
	return differs, err
}

func (r *Row) readTerms(text string) (differs bool, err error) {
	r.Item.Terms, err = licensetypes.ParseTerms(text)
	return r.Proof != nil && r.Item.Terms != licensetypes.TermsID(r.Proof.Item.TermsSha256), err
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// ParseContributor reads who contributed an item: an account or a work.
func ParseContributor(text string) (c registrytypes.Contributor, err error) {
	if strings.HasPrefix(text, registrytypes.WorkPrefix+"1") {
		c.Work, err = registrytypes.ParseWorkID(text)
		return c, err
	}
	c.Account = text
	pure, err := c.Pure()
	if err != nil {
		return c, fmt.Errorf("neither an account nor a work (work1...): %w", err)
	}
	return registrytypes.NewContributor(pure), nil
}

// ItemProof proves that the manifest of a version of a work has an item. A file has it as JSON: work, version, contributor and item;
// or as client/dataset writes it, with what its manifest is made of in place of work and version.
type ItemProof struct {
	Work    registrytypes.WorkID
	Version uint32
	// Manifest is the digest of the manifest where the file has no version: that of the work which has it is meant.
	Manifest    registrytypes.Digest
	Contributor registrytypes.Contributor
	Item        registrytypes.ItemProof
}

// MarshalJSON writes the proof as the chain's REST interface would: its two messages in protobuf's JSON.
func (p *ItemProof) MarshalJSON() ([]byte, error) {
	var raw [2]bytes.Buffer
	for i, m := range []proto.Message{&p.Contributor, &p.Item} {
		if err := (&jsonpb.Marshaler{OrigName: true}).Marshal(&raw[i], m); err != nil {
			return nil, err
		}
	}
	return json.Marshal(rawProof{Work: p.Work, Version: p.Version, Contributor: raw[0].Bytes(), Item: raw[1].Bytes()})
}

// UnmarshalJSON reads it. Numbers may be written as such.
func (p *ItemProof) UnmarshalJSON(text []byte) error {
	var raw rawProof
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if raw.Format != "" {
		return p.ofManifest(text)
	}
	*p = ItemProof{Work: raw.Work, Version: raw.Version}
	for name, part := range map[string]struct {
		raw  json.RawMessage
		into proto.Message
	}{"contributor": {raw.Contributor, &p.Contributor}, "item": {raw.Item, &p.Item}} {
		if len(part.raw) == 0 {
			return fmt.Errorf("it has no %s", name)
		}
		if err := (&jsonpb.Unmarshaler{AllowUnknownFields: true}).Unmarshal(bytes.NewReader(part.raw), part.into); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// ofManifest reads a proof that names its manifest, and checks that it leads there.
func (p *ItemProof) ofManifest(text []byte) error {
	file, err := dataset.ReadProof(text)
	if err != nil {
		return err
	}
	if file.Item == nil {
		return errors.New("it proves a contributor's part")
	}
	item, err := file.Item.Verify(file.Manifest)
	if err != nil {
		return err
	}
	*p = ItemProof{
		Manifest: registrytypes.NewRoots(file.Manifest).Digest(), Contributor: registrytypes.NewContributor(item.Contributor),
		Item: registrytypes.NewItemProof(item, file.Item.Index, file.Item.Path),
	}
	return nil
}

// rawProof is a proof as a file has it.
type rawProof struct {
	Format      string               `json:"format,omitempty"`
	Work        registrytypes.WorkID `json:"work"`
	Version     uint32               `json:"version"`
	Contributor json.RawMessage      `json:"contributor"`
	Item        json.RawMessage      `json:"item"`
}

// ReadItemProof reads a file with the proof of an item.
func ReadItemProof(r io.Reader) (*ItemProof, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxProofFile+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxProofFile {
		return nil, fmt.Errorf("more than %d bytes: it is no proof of an item", maxProofFile)
	}
	p := new(ItemProof)
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, fmt.Errorf("no proof of an item: %w", err)
	}
	if (p.Work.IsZero() || p.Version == 0) && p.Manifest.IsZero() {
		return nil, errors.New("no proof of an item: work and version say what it is of")
	}
	if err := p.Item.Validate(p.Contributor); err != nil {
		return nil, fmt.Errorf("no proof of an item: %w", err)
	}
	return p, nil
}

// proof reads the file that a row names.
func (l *listing) proof(path string) (*ItemProof, error) {
	if l.options.Open == nil {
		return nil, errors.New("names a proof, and no files are read here")
	}
	f, err := l.options.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := ReadItemProof(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return p, nil
}
