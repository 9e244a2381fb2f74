package x402

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/stemma-chain/stemma/internal/durably"
)

// Book keeps payments on disk that were shown and not answered, so that the same ones are shown again, also by another
// process. One process at a time pays for a resource.
type Book struct{ dir string }

// OpenBook is the book in a folder. Nothing is written yet.
func OpenBook(dir string) *Book { return &Book{dir} }

const bookExtension = ".payment"

// open is a payment that was shown for an address.
type open struct {
	URL     string  `json:"url"`
	Payment Payment `json:"payment"`
}

// file is where a payment for an address is kept.
func (b *Book) file(url string) string {
	name := sha256.Sum256([]byte(url))
	return filepath.Join(b.dir, hex.EncodeToString(name[:])+bookExtension)
}

// Keep keeps a payment; it is on disk when Keep returns. It fails with ErrOpen where another one for the address is open, as of another
// process: to keep this one would lose that.
func (b *Book) Keep(url string, p Payment) error {
	if b == nil {
		return nil
	}
	switch before, err := b.Find(url); {
	case err != nil:
		return err
	case before != nil && Encode(before) != Encode(p):
		return fmt.Errorf("%w; another payment for %s is open", ErrOpen, url)
	}
	raw, err := json.Marshal(open{url, p})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	return durably.Write(b.file(url), raw)
}

// Find is the payment for an address that nobody has answered; nil: there is none.
func (b *Book) Find(url string) (*Payment, error) {
	if b == nil {
		return nil, nil
	}
	raw, err := os.ReadFile(b.file(url))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var kept open
	if err := json.Unmarshal(raw, &kept); err != nil {
		return nil, errors.Join(errors.New(b.file(url)+" is no payment"), err)
	}
	return &kept.Payment, nil
}

// Forget forgets the payment for an address: it is known what became of it.
func (b *Book) Forget(url string) error {
	if b == nil {
		return nil
	}
	if err := os.Remove(b.file(url)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Open are the addresses of payments that nobody has answered.
func (b *Book) Open() (urls []string, err error) {
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), bookExtension) {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(b.dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		var kept open
		if err := json.Unmarshal(raw, &kept); err != nil {
			return nil, err
		}
		urls = append(urls, kept.URL)
	}
	return urls, err
}
