package register

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/internal/durably"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// folder is the place of anchors below the home folder.
const folder = "anchors"

// Anchor is what an account needs to reveal an anchor: the salts and contents of the leaves,
// in their order. Save it before it is sent, so that an interruption loses nothing. Whoever has
// it can show which contents the anchor holds, but cannot use it for themselves. The tree is
// built again from its leaves.
type Anchor struct {
	ChainID string               `json:"chain_id"`
	Account string               `json:"account"`
	Root    registrytypes.Digest `json:"root"`
	Created time.Time            `json:"created"`
	Leaves  []Leaf               `json:"leaves"`
}

// Leaf is a content and its salt. Path is only for people.
type Leaf struct {
	Path   string               `json:"path"`
	SHA256 registrytypes.Digest `json:"sha256"`
	Salt   registrytypes.Salt   `json:"salt"`
}

// Content is a file to anchor.
type Content struct {
	Path   string
	Digest registrytypes.Digest
}

// NewAnchor makes an anchor of contents with fresh random salts. account is the
// address in both forms.
func NewAnchor(chainID, account string, address []byte, contents []Content, now time.Time) (Anchor, error) {
	a := Anchor{ChainID: chainID, Account: account, Created: now.UTC(), Leaves: make([]Leaf, len(contents))}
	for i, content := range contents {
		var salt registrytypes.Salt
		if _, err := rand.Read(salt[:]); err != nil {
			return Anchor{}, fmt.Errorf("draw a salt: %w", err)
		}
		a.Leaves[i] = Leaf{Path: content.Path, SHA256: content.Digest, Salt: salt}
	}
	root, _, err := a.build(address)
	if err != nil {
		return Anchor{}, err
	}
	a.Root = root
	return a, nil
}

// Total is the number of leaves.
func (a Anchor) Total() uint64 { return uint64(len(a.Leaves)) }

// Proofs returns the proof of each content by its digest. It fails when
// the leaves don't lead to the root: then the file was changed.
func (a Anchor) Proofs(address []byte) (map[registrytypes.Digest]registrytypes.AnchorProof, error) {
	root, proofs, err := a.build(address)
	if err != nil {
		return nil, err
	}
	if root != a.Root {
		return nil, fmt.Errorf("the kept leaves of anchor %s lead to another root: its file was changed or belongs to another account", a.Root)
	}
	byDigest := make(map[registrytypes.Digest]registrytypes.AnchorProof, len(proofs))
	for i, p := range proofs {
		byDigest[a.Leaves[i].SHA256] = registrytypes.NewAnchorProof(a.Root, a.Leaves[i].Salt, p)
	}
	return byDigest, nil
}

func (a Anchor) build(address []byte) ([32]byte, []anchor.Proof, error) {
	leaves := make([][32]byte, len(a.Leaves))
	for i, leaf := range a.Leaves {
		leaves[i] = anchor.Leaf(a.ChainID, address, leaf.Salt, leaf.SHA256)
	}
	return anchor.Build(leaves)
}

// Store is the folder of kept anchors.
type Store struct{ dir string }

// OpenStore returns the store below a home folder. Nothing is written yet.
func OpenStore(home string) Store { return Store{dir: filepath.Join(home, folder)} }

// Save writes an anchor, for its owner's eyes only, and returns the file.
func (s Store) Save(a Anchor) (string, error) {
	bz, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return "", fmt.Errorf("keep the anchor's salts: %w", err)
	}
	path := filepath.Join(s.dir, a.Root.String()+".json")
	// On disk before the root is sent: without the salts it proves nothing.
	if err := durably.Write(path, bz); err != nil {
		return "", fmt.Errorf("keep the anchor's salts in %s: %w", path, err)
	}
	return path, nil
}

// Load returns an account's kept anchors on a chain, oldest first. A file that
// cannot be read is an error that names it.
func (s Store) Load(chainID, account string) ([]Anchor, error) {
	all, err := s.All(chainID)
	return slices.DeleteFunc(all, func(a Anchor) bool { return a.Account != account }), err
}

// All returns the kept anchors of all accounts on a chain, as Load does.
func (s Store) All(chainID string) ([]Anchor, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var anchors []Anchor
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") || filepath.Ext(entry.Name()) != ".json" {
			continue
		}
		path := filepath.Join(s.dir, entry.Name())
		bz, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var a Anchor
		if err := json.Unmarshal(bz, &a); err != nil {
			return nil, fmt.Errorf("%s is no kept anchor: %w; move it away to go on", path, err)
		}
		if a.ChainID == chainID {
			anchors = append(anchors, a)
		}
	}
	sort.SliceStable(anchors, func(i, j int) bool { return anchors[i].Created.Before(anchors[j].Created) })
	return anchors, nil
}

// Dir is the folder.
func (s Store) Dir() string { return s.dir }
