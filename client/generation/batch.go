package generation

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/durably"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// leavesEach is how many leaves an output has: its content's, then its statement's.
	leavesEach = 2
	// ending is that of a kept batch's file.
	ending = ".batch"
)

// ErrChanged says that a manifest, or a file that it names, is not what a batch was made of.
var ErrChanged = errors.New("not what the batch was made of")

// Batch is what proves the outputs of a manifest by one anchor, with the manifest itself. Save it before the
// anchor is sent. Whoever has the seed can show what the anchor holds, and cannot use it for themselves.
type Batch struct {
	ChainID string `json:"chain_id"`
	Account string `json:"account"`
	// Agent is that of all statements; zero: none.
	Agent agenttypes.AgentID   `json:"agent,omitzero"`
	Root  registrytypes.Digest `json:"root"`
	// Total is the number of leaves: two an output.
	Total uint64 `json:"total"`
	// Seed gives leaf i the salt HMAC-SHA256(seed, i), i as 8 bytes, big-endian.
	Seed registrytypes.Salt `json:"seed"`
	// Files is how many outputs have no sha256 in the manifest: their files are needed too.
	Files uint64 `json:"files,omitempty"`
	// Manifest is where it was, for people.
	Manifest       string               `json:"manifest"`
	ManifestSHA256 registrytypes.Digest `json:"manifest_sha256"`
	Created        time.Time            `json:"created"`
}

// Salt of a leaf.
func (b Batch) Salt(index uint64) registrytypes.Salt {
	mac := hmac.New(sha256.New, b.Seed[:])
	mac.Write(binary.BigEndian.AppendUint64(nil, index))
	return registrytypes.Salt(mac.Sum(nil))
}

// Message anchors it.
func (b Batch) Message() *registrytypes.MsgAnchor {
	return &registrytypes.MsgAnchor{Account: b.Account, Root: b.Root, Total: b.Total}
}

// Outputs is how many it has.
func (b Batch) Outputs() uint64 { return b.Total / leavesEach }

// NewBatch makes a batch of a manifest with a fresh seed. account is the address in both forms. done is told
// how many lines are done since the last time, by several goroutines at once; nil: nobody is.
func NewBatch(
	ctx context.Context, chainID, account string, address sdk.AccAddress, agent agenttypes.AgentID, m Manifest, done func(int64),
) (Batch, error) {
	b := Batch{
		ChainID: chainID, Account: account, Agent: agent, Total: m.Outputs * leavesEach,
		Manifest: m.Path, ManifestSHA256: m.SHA256, Created: time.Now().UTC(),
	}
	if _, err := rand.Read(b.Seed[:]); err != nil {
		return b, fmt.Errorf("draw a seed: %w", err)
	}
	opened, err := b.build(ctx, address, m, nil, done)
	if err != nil {
		return b, err
	}
	b.Root, b.Files = opened.tree.Root(), opened.Files
	return b, nil
}

// All outputs are wanted.
func All(registrytypes.WorkID) bool { return true }

// One output is wanted.
func One(wanted registrytypes.WorkID) func(registrytypes.WorkID) bool {
	return func(work registrytypes.WorkID) bool { return work == wanted }
}

// Open builds a batch again from its manifest, to prove those of its works that are wanted; nil: none. wanted is
// asked by several goroutines at once. It fails with ErrChanged for
// another manifest, and where the file of a line that has no sha256 was changed.
func (b Batch) Open(
	ctx context.Context, address sdk.AccAddress, m Manifest, wanted func(registrytypes.WorkID) bool, done func(int64),
) (*Opened, error) {
	if m.SHA256 != b.ManifestSHA256 || m.Outputs != b.Outputs() {
		return nil, fmt.Errorf("%s is %w (%s): it was changed, or is another one", m.Path, ErrChanged, b.Root)
	}
	opened, err := b.build(ctx, address, m, wanted, done)
	if err != nil {
		return nil, err
	}
	if root := opened.tree.Root(); root != b.Root {
		return nil, fmt.Errorf("%s leads to another root than %s, and is %w: a file that it names was changed, or the kept seed", m.Path,
			b.Root, ErrChanged)
	}
	return opened, nil
}

// Opened is a batch whose tree is there.
type Opened struct {
	Batch
	tree  *anchor.Tree
	found map[registrytypes.WorkID]Member
}

// Member is an output of a batch.
type Member struct {
	Statement
	Line Line
	// SHA256 of the content.
	SHA256 registrytypes.Digest
	// Content and Stated prove by the anchor since when the account knew the content, and stated this.
	Content, Stated registrytypes.AnchorProof
}

// Member is the output that is a work, of those that were wanted.
func (o *Opened) Member(work registrytypes.WorkID) (Member, bool) {
	m, found := o.found[work]
	return m, found
}

// Contents are the proofs of the contents of those that were wanted.
func (o *Opened) Contents() map[registrytypes.Digest]registrytypes.AnchorProof {
	proofs := make(map[registrytypes.Digest]registrytypes.AnchorProof, len(o.found))
	for _, m := range o.found {
		proofs[m.SHA256] = m.Content
	}
	return proofs
}

// Found are all members that were wanted and are there.
func (o *Opened) Found() int { return len(o.found) }

// File is where a batch is kept in a folder.
func (b Batch) File(dir string) string { return filepath.Join(dir, b.Root.String()+ending) }

// Keep writes a batch into a folder, for its owner's eyes only, and returns the file. It is on disk then.
func Keep(dir string, b Batch) (string, error) {
	bz, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("keep the batch's seed: %w", err)
	}
	path := b.File(dir)
	if err := durably.Write(path, bz); err != nil {
		return "", fmt.Errorf("keep the batch's seed in %s: %w", path, err)
	}
	return path, nil
}

// Kept returns the batches of a chain, empty: of all, that are kept in a folder, the oldest first.
func Kept(dir, chainID string) ([]Batch, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var batches []Batch
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ending {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		bz, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var b Batch
		if err := json.Unmarshal(bz, &b); err != nil {
			return nil, fmt.Errorf("%s is no kept batch: %w; move it away to go on", path, err)
		}
		if chainID == "" || b.ChainID == chainID {
			batches = append(batches, b)
		}
	}
	slices.SortStableFunc(batches, func(a, b Batch) int { return a.Created.Compare(b.Created) })
	return batches, nil
}
