// Package content reads what a file tells of itself: its ISCC, by which others like it are found, and its Content Credentials (C2PA), by
// which it is found after it lost them. Nothing of it is a judgement: whoever wrote a file wrote its credentials too, and a signer
// answers for them.
package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Schemes of fingerprints that a file has by itself.
const (
	// ISCC is the file's ISCC-CODE.
	ISCC = "iscc"
	// C2PA is what names a manifest: sha256: and the hash of the manifest store, or the label of the active manifest.
	C2PA = "c2pa"
	// Binding is sha256: and the hash of the file as it is without its manifest store: a copy that lost its credentials is found by it.
	Binding = "c2pa-binding"
)

// Options say what is read. The zero value reads all, and trusts no signer.
type Options struct {
	// Title of the work, of which the ISCC has a code, and MediaType if it is known.
	Title, MediaType string
	// NoISCC leaves out the ISCC: to make it the whole file is read, and a picture decoded.
	NoISCC bool
	// Trust says whose signatures are trusted; nil: nobody's.
	Trust *c2pa.Trust
}

// Content is what a file tells of itself.
type Content struct {
	Path   string
	Sha256 registrytypes.Digest
	// ISCC of the file; its Code is zero where none was asked for.
	ISCC iscc.Result
	// Plain is the SHA-256 of the file as it is without its manifest store; zero where that can't be said of its format.
	Plain registrytypes.Digest
	// Credentials are its Content Credentials; nil: it has none.
	Credentials *Credentials
	// Unread is why credentials that it has can't be read; nil: they can, or there are none.
	Unread error
}

// Credentials are what a manifest store says, and what became of checking it.
type Credentials struct {
	// Store is the manifest store, and Sha256 its hash.
	Store  []byte
	Sha256 registrytypes.Digest
	// Beside is the file beside it that has the store; empty: it is in the file.
	Beside string
	Report c2pa.Report
}

// Active is the manifest that speaks for the file.
func (c *Credentials) Active() c2pa.Manifest {
	m, _ := c.Report.Manifest(c.Report.Active)
	return m
}

// ErrFolder says that what was named is no file.
var ErrFolder = errors.New("is a folder")

// Read reads a file. It fails where that can't be read (a folder with ErrFolder), or ctx ends; what is wrong with its credentials is in
// the result.
func Read(ctx context.Context, path string, o Options) (Content, error) {
	f, err := os.Open(path)
	if err != nil {
		return Content{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Content{}, err
	}
	if info.IsDir() {
		return Content{}, fmt.Errorf("%s %w: name its files", path, ErrFolder)
	}
	c := Content{Path: path}
	if !o.NoISCC && info.Size() > 0 {
		if c.ISCC, err = iscc.OfFile(ctx, f, info.Size(), iscc.Options{Title: o.Title, MediaType: o.MediaType}); err != nil {
			return Content{}, fmt.Errorf("%s: %w", path, err)
		}
		c.Sha256 = c.ISCC.SHA256
	}
	a, err := asset.Open(f, info.Size(), path)
	if err != nil {
		return Content{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := c.readCredentials(a, path, o); err != nil {
		return Content{}, err
	}
	if c.Sha256.IsZero() {
		whole, err := a.HashData("sha256", nil)
		if err != nil {
			return Content{}, fmt.Errorf("%s: %w", path, err)
		}
		c.Sha256 = registrytypes.Digest(whole)
	}
	switch plain, err := a.Stripped("sha256"); {
	case err == nil:
		c.Plain = registrytypes.Digest(plain)
	case !errors.Is(err, asset.ErrUnsupported):
		return Content{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, ctx.Err()
}

// readCredentials reads the store that is in the file, else the one beside it.
func (c *Content) readCredentials(a *asset.File, path string, o Options) error {
	store, err := a.Store()
	beside := ""
	if errors.Is(err, asset.ErrNoStore) {
		if store, beside, err = readBeside(path); store == nil && err == nil {
			return nil
		}
	}
	if err == nil {
		var report c2pa.Report
		if report, err = c2pa.Check(store, fileOf(a, beside), c2pa.Options{Trust: o.Trust}); err == nil {
			if beside != "" && isOthers(path, beside, report) {
				return nil
			}
			c.Credentials = &Credentials{Store: store, Sha256: sha256.Sum256(store), Beside: beside, Report: report}
			return nil
		}
	}
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return err
	}
	c.Unread = err
	return nil
}

// isOthers says whether a store beside a file is another file's: photo.c2pa lies beside photo.jpg and photo.dng, and is not bound to
// this one.
func isOthers(path, beside string, r c2pa.Report) bool {
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	if beside != stem+".c2pa" || beside == path+".c2pa" || !slices.ContainsFunc(r.Failures(), func(s c2pa.Status) bool {
		return s.Code == c2pa.DataHashMismatch || s.Code == c2pa.BoxesHashMismatch || s.Code == c2pa.BMFFHashMismatch
	}) {
		return false
	}
	list, err := os.ReadDir(filepath.Dir(path))
	return err == nil && slices.ContainsFunc(list, func(e fs.DirEntry) bool {
		name := e.Name()
		return e.Type().IsRegular() && name != filepath.Base(path) && name != filepath.Base(beside) &&
			strings.TrimSuffix(name, filepath.Ext(name)) == filepath.Base(stem)
	})
}

// fileOf is what a store is bound to: one that lies beside the file leaves nothing out.
func fileOf(a *asset.File, beside string) c2pa.File {
	if beside == "" {
		return a
	}
	return whole{a}
}

// whole is a file whose store is not in it.
type whole struct{ *asset.File }

func (whole) StoreRanges() []asset.Range { return nil }

// besides are the names of a store beside a file: photo.jpg.c2pa, or photo.c2pa.
func besides(path string) []string {
	return slices.Compact([]string{path + ".c2pa", strings.TrimSuffix(path, filepath.Ext(path)) + ".c2pa"})
}

// readBeside reads the store beside a file. Only a plain file is one: a folder of that name has nothing to do with it, and a pipe or a
// device may have no end.
func readBeside(path string) (store []byte, name string, err error) {
	for _, name := range besides(path) {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) || name == path || err == nil && !info.Mode().IsRegular() {
			continue
		}
		if err != nil {
			return nil, name, err
		}
		if info.Size() > asset.MaxStore {
			return nil, name, fmt.Errorf("%s: %w", name, asset.ErrTooLarge)
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, name, err
		}
		defer f.Close()
		store, err := io.ReadAll(io.LimitReader(f, asset.MaxStore+1))
		if err == nil && len(store) > asset.MaxStore {
			err = fmt.Errorf("%s: %w", name, asset.ErrTooLarge)
		}
		return store, name, err
	}
	return nil, "", nil
}

// Fingerprints are those that a work of the file is registered with: its ISCC, and hash and label of its credentials with the hash of
// the file without them. Those of credentials that do not hold are left out: they would lead from a file that was changed to what it was
// made from.
func (c Content) Fingerprints() (all []registrytypes.Fingerprint) {
	if !c.ISCC.Code.IsZero() {
		all = append(all, registrytypes.Fingerprint{Scheme: ISCC, Value: c.ISCC.Code.String()})
	}
	if c.Credentials == nil || c.Credentials.Report.State == c2pa.Invalid {
		return all
	}
	all = append(all, registrytypes.Fingerprint{Scheme: C2PA, Value: "sha256:" + c.Credentials.Sha256.String()})
	if label, known := Label(c.Credentials.Report.Active); known {
		all = append(all, registrytypes.Fingerprint{Scheme: C2PA, Value: label})
	}
	if c.Credentials.Beside == "" && !c.Plain.IsZero() {
		all = append(all, registrytypes.Fingerprint{Scheme: Binding, Value: "sha256:" + c.Plain.String()})
	}
	return all
}

// Marks are fingerprints by which a work is looked for that has this file, another copy of it, or its credentials: as those that it
// would be registered with, and what a copy of it that has, or lost, its credentials would be.
func (c Content) Marks() []registrytypes.Fingerprint {
	marks := c.Fingerprints()
	plain := c.Plain
	if plain.IsZero() {
		plain = c.Sha256
	}
	binding := registrytypes.Fingerprint{Scheme: Binding, Value: "sha256:" + plain.String()}
	if !slices.Contains(marks, binding) {
		marks = append(marks, binding)
	}
	if plain != c.Sha256 {
		marks = append(marks, registrytypes.Fingerprint{Scheme: registrytypes.SchemeSHA256, Value: plain.String()})
	}
	return marks
}

// SourceType is IPTC's digital source type that the credentials state, by its short name; empty: they state none that is known, or do
// not hold.
func (c Content) SourceType() string {
	if c.Credentials == nil || c.Credentials.Report.State == c2pa.Invalid {
		return ""
	}
	for _, m := range c.Credentials.ofContent() {
		// One that the chain does not know is left out.
		if name, err := describe.ParseSourceType(m.DigitalSourceType()); err == nil && name != "" {
			return name
		}
	}
	return ""
}

// aLabel is the part of a manifest's label that the chain takes: what older programs write before it says who made them.
var aLabel = regexp.MustCompile(`(?i)urn:(c2pa|uuid):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[!-~]{1,64})?$`)

// Label is a manifest's label as the chain keeps it; known is false for one that is no label of C2PA.
func Label(label string) (kept string, known bool) {
	_, kept, err := fingerprint.Normalize(C2PA, aLabel.FindString(label))
	return kept, err == nil
}

// Left says which units the ISCC has not, and why, a line each.
func (c Content) Left() (lines []string) {
	for _, left := range c.ISCC.Left {
		if left.Main == iscc.TypeContent {
			lines = append(lines, fmt.Sprintf("its ISCC says nothing of what people see or hear: %v", left.Why))
		}
	}
	return lines
}

// hexOf is a hash as fingerprints have it.
func hexOf(algorithm string, hash []byte) string { return algorithm + ":" + hex.EncodeToString(hash) }
