package credentials

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/internal/durably"
)

// MaxStore is the size in bytes of the largest manifest store that is kept.
const MaxStore = 4 << 20

var (
	// ErrNoStore says that something is no manifest store.
	ErrNoStore = errors.New("no C2PA manifest store")
	// ErrFull says that no more is kept.
	ErrFull = errors.New("the portal keeps no more manifest stores")
	// ErrNotKept says that a manifest store is not here.
	ErrNotKept = errors.New("not kept here")
)

// Store is a folder of manifest stores, by the SHA-256 of each. One process writes to it.
type Store struct {
	dir  string
	most int64

	mu   sync.RWMutex
	size int64
	kept map[string]kept // by digest
	// labelled are the digests of stores whose active manifest has a label, the one that was kept first in front.
	labelled map[string][]string
}

// kept is what is remembered of a manifest store: its size, and the label of its active manifest.
type kept struct {
	size  int64
	label string
}

// ending of the files' names.
const ending = ".c2pa"

// OpenStore opens a folder, which is made if it is not there, and reads what is in it. A file that is not what its name says is removed. It
// takes at most so many bytes.
func OpenStore(dir string, most int64) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	durably.Clear(dir)
	s := &Store{dir: dir, most: most, kept: map[string]kept{}, labelled: map[string][]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []fs.FileInfo
	for _, e := range entries {
		digest, is := strings.CutSuffix(e.Name(), ending)
		if raw, err := hex.DecodeString(digest); !is || err != nil || len(raw) != sha256.Size || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		found = append(found, info)
	}
	slices.SortStableFunc(found, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range found {
		digest := strings.TrimSuffix(info.Name(), ending)
		raw, err := read(filepath.Join(dir, info.Name()), digest)
		if err != nil && !errors.Is(err, ErrNotKept) {
			return nil, err
		}
		active, wrong := ActiveManifest(raw)
		if err != nil || wrong != nil {
			if err := os.Remove(filepath.Join(dir, info.Name())); err != nil {
				return nil, err
			}
			continue
		}
		s.remember(digest, kept{int64(len(raw)), active.Label()})
	}
	return s, nil
}

func (s *Store) remember(digest string, k kept) {
	s.kept[digest] = k
	s.labelled[spelled(k.label)] = append(s.labelled[spelled(k.label)], digest)
	s.size += k.size
}

func (s *Store) forget(digest string) {
	k := s.kept[digest]
	delete(s.kept, digest)
	s.size -= k.size
	label := spelled(k.label)
	rest := slices.DeleteFunc(slices.Clone(s.labelled[label]), func(d string) bool { return d == digest })
	if s.labelled[label] = rest; len(rest) == 0 {
		delete(s.labelled, label)
	}
}

// spelled is a label as works name it: of one that older programs wrote the part that is a URN. What works can't name stays as it is.
func spelled(label string) string {
	if kept, known := content.Label(label); known {
		return kept
	}
	return label
}

func (s *Store) path(digest string) string { return filepath.Join(s.dir, digest+ending) }

// Digest is what a manifest store is kept, and registered, by: its SHA-256 in hex.
func Digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Put keeps a manifest store. It fails with ErrNoStore and ErrFull.
func (s *Store) Put(raw []byte) error {
	active, err := ActiveManifest(raw)
	if err != nil {
		return err
	}
	digest := Digest(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, is := s.kept[digest]; is {
		if _, err := read(s.path(digest), digest); !errors.Is(err, ErrNotKept) {
			return err
		}
		s.forget(digest) // somebody changed the file: it is written anew
	}
	if s.size+int64(len(raw)) > s.most {
		return fmt.Errorf("%w: %d bytes of %d are taken", ErrFull, s.size, s.most)
	}
	if err := durably.Write(s.path(digest), raw); err != nil {
		return err
	}
	s.remember(digest, kept{int64(len(raw)), active.Label()})
	return nil
}

// Has says whether a manifest store is kept.
func (s *Store) Has(digest string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, is := s.kept[digest]
	return is
}

// Label is that of a kept store's active manifest; empty: the store is not kept.
func (s *Store) Label(digest string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.kept[digest].label
}

// Labelled lists the digests of kept stores whose active manifest has a label, as it is or as works name it, the one that was kept first
// in front.
func (s *Store) Labelled(label string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.labelled[spelled(label)])
}

// Get reads a manifest store. It fails with ErrNotKept, also for one that is no more what was kept.
func (s *Store) Get(digest string) ([]byte, error) {
	if !s.Has(digest) {
		return nil, fmt.Errorf("sha256:%s: %w", digest, ErrNotKept)
	}
	return read(s.path(digest), digest)
}

// read reads a file by the hash of what it has to be. It fails with ErrNotKept where it is not that.
func read(path, digest string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && Digest(raw) != digest {
		return nil, fmt.Errorf("sha256:%s: %w", digest, ErrNotKept)
	}
	return raw, err
}

// Drop removes a manifest store.
func (s *Store) Drop(digest string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, is := s.kept[digest]; !is {
		return nil
	}
	if err := os.Remove(s.path(digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.forget(digest)
	return nil
}

// Kept lists the digests of all that is kept.
func (s *Store) Kept() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]string, 0, len(s.kept))
	for digest := range s.kept {
		all = append(all, digest)
	}
	return all
}

// ActiveManifest returns the active manifest of a manifest store, which is its last (C2PA 2.2, "Locating the active manifest"). It fails
// with ErrNoStore.
func ActiveManifest(store []byte) (jumbf.Box, error) {
	boxes, err := jumbf.Parse(store)
	if err != nil {
		return jumbf.Box{}, fmt.Errorf("%w: %w", ErrNoStore, err)
	}
	if len(boxes) != 1 || boxes[0].ID() != jumbf.IDOf("c2pa") || len(boxes[0].Boxes) == 0 {
		return jumbf.Box{}, fmt.Errorf("%w: it is not one box of manifests", ErrNoStore)
	}
	active := boxes[0].Boxes[len(boxes[0].Boxes)-1]
	if id := active.ID(); id != jumbf.IDOf("c2ma") && id != jumbf.IDOf("c2um") || active.Label() == "" {
		return jumbf.Box{}, fmt.Errorf("%w: its last box is no manifest", ErrNoStore)
	}
	return active, nil
}

// Alone is a manifest store with the active manifest of another, and no other manifest.
func Alone(active jumbf.Box) []byte {
	return jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf("c2pa"), Requestable: true, Label: "c2pa"}, active.Raw)
}
