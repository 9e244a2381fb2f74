package types

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// NewRoots writes what a manifest commits to as a message carries it.
func NewRoots(m manifest.Manifest) Roots {
	return Roots{
		Items: m.Items, ItemCount: m.ItemCount,
		Contributors: m.Contributors.Hash, ContributorCount: m.Contributors.Leaves, Weight: m.Contributors.Sum,
	}
}

// Pure is what x/registry/manifest knows it as.
func (r Roots) Pure() manifest.Manifest {
	return manifest.Manifest{
		Items: r.Items, ItemCount: r.ItemCount,
		Contributors: sumtree.Root{Node: sumtree.Node{Sum: r.Weight, Hash: r.Contributors}, Leaves: r.ContributorCount},
	}
}

// Digest is that of the manifest: the content of the work that it makes.
func (r Roots) Digest() Digest { return r.Pure().Digest() }

// Validate fails with ErrInvalidManifest, or ErrInvalidDigest for a root that is not given.
func (r Roots) Validate() error {
	if err := r.Items.GivenRoot("items"); err != nil {
		return err
	}
	if err := r.Contributors.GivenRoot("contributors"); err != nil {
		return err
	}
	if err := r.Pure().Validate(); err != nil {
		return errorsmod.Wrap(ErrInvalidManifest, err.Error())
	}
	return nil
}

// Row is how the store keeps it.
func (r Roots) Row() Manifest {
	return Manifest{
		Items: DigestBytes{Digest: r.Items}, ItemCount: r.ItemCount,
		Contributors: DigestBytes{Digest: r.Contributors}, ContributorCount: r.ContributorCount, Weight: r.Weight,
	}
}

// Roots is what the row says.
func (m Manifest) Roots() Roots {
	return Roots{
		Items: m.Items.Digest, ItemCount: m.ItemCount,
		Contributors: m.Contributors.Digest, ContributorCount: m.ContributorCount, Weight: m.Weight,
	}
}

// MaxContributorKey is the length of the longest key of a contributor in bytes.
const MaxContributorKey = 33

// NewContributor writes a contributor as a message carries it.
func NewContributor(c manifest.Contributor) Contributor {
	if c.Kind == manifest.Work {
		return Contributor{Work: WorkID(c.ID)}
	}
	return Contributor{Account: sdk.AccAddress(c.ID).String()}
}

// Text is the account or the id of the work.
func (c Contributor) Text() string {
	if c.Account != "" {
		return c.Account
	}
	return c.Work.String()
}

// Pure is what x/registry/manifest knows it as. It fails with ErrInvalidManifest.
func (c Contributor) Pure() (manifest.Contributor, error) {
	if (c.Account == "") == c.Work.IsZero() {
		return manifest.Contributor{}, errorsmod.Wrap(ErrInvalidManifest, "a contributor is an account or a work: give one of the two")
	}
	if c.Account == "" {
		return manifest.Contributor{Kind: manifest.Work, ID: c.Work[:]}, nil
	}
	account, err := parseAccount("contributor.account", c.Account)
	if err == nil && len(account) != 20 && len(account) != 32 {
		err = errorsmod.Wrapf(ErrInvalidManifest, "contributor.account has %d bytes; those of accounts that can sign or receive have 20 or 32",
			len(account))
	}
	return manifest.Contributor{Kind: manifest.Account, ID: account}, err
}

// Key is by what a row names the contributor: its kind in one byte, and its id. It fails with ErrInvalidManifest.
func (c Contributor) Key() ([]byte, error) {
	pure, err := c.Pure()
	return append([]byte{byte(pure.Kind)}, pure.ID...), err
}

// ContributorOf reads a contributor's key. It fails with ErrInvalidManifest.
func ContributorOf(key []byte) (Contributor, error) {
	if len(key) == 0 {
		return Contributor{}, errorsmod.Wrap(ErrInvalidManifest, "a contributor without a key")
	}
	c := manifest.Contributor{Kind: manifest.Kind(key[0]), ID: key[1:]}
	if err := (manifest.Item{Contributor: c, Weight: 1}).Validate(); err != nil {
		return Contributor{}, errorsmod.Wrap(ErrInvalidManifest, err.Error())
	}
	return NewContributor(c), nil
}

// NewContributorProof writes a proof as a message carries it.
func NewContributorProof(c manifest.Contributor, weight uint64, proof sumtree.Proof) ContributorProof {
	p := ContributorProof{Contributor: NewContributor(c), Weight: weight, Index: proof.Index, Path: make([]SumNode, len(proof.Path))}
	for i, node := range proof.Path {
		p.Path[i] = SumNode{Sum: node.Sum, Hash: node.Hash}
	}
	return p
}

// Validate checks a proof's shape. It fails with ErrInvalidManifest.
func (p ContributorProof) Validate() error {
	if _, err := p.Contributor.Pure(); err != nil {
		return err
	}
	if len(p.Path) > sumtree.MaxPath || p.Weight == 0 {
		return errorsmod.Wrapf(ErrInvalidManifest, "a path of %d nodes and a weight of %d: a path has at most %d, a weight is 1 or more",
			len(p.Path), p.Weight, sumtree.MaxPath)
	}
	return nil
}

// Verify returns the contributor's part of the whole by a manifest. It fails with ErrInvalidManifest.
func (p ContributorProof) Verify(r Roots) (sumtree.Interval, error) {
	c, err := p.Contributor.Pure()
	if err != nil {
		return sumtree.Interval{}, err
	}
	proof := sumtree.Proof{Index: p.Index, Path: make([]sumtree.Node, len(p.Path))}
	for i, node := range p.Path {
		proof.Path[i] = sumtree.Node{Sum: node.Sum, Hash: node.Hash}
	}
	leaf, err := c.Leaf(p.Weight)
	if err != nil {
		return sumtree.Interval{}, errorsmod.Wrap(ErrInvalidManifest, err.Error())
	}
	interval, err := proof.Verify(r.Pure().Contributors, leaf)
	if err != nil {
		return sumtree.Interval{}, errorsmod.Wrap(ErrInvalidManifest, err.Error())
	}
	return interval, nil
}

// NewItemProof writes a proof as a message carries it.
func NewItemProof(item manifest.Item, index uint64, path []rfc6962.Hash) ItemProof {
	p := ItemProof{
		Sha256: item.Sha256, Weight: item.Weight, TermsSha256: item.Terms, Consent: item.Consent, Time: item.Time, Index: index,
	}
	p.Path = make([]Digest, len(path))
	for i, hash := range path {
		p.Path[i] = Digest(hash)
	}
	return p
}

// Item is what the proof is of, with who contributed it. It fails with ErrInvalidManifest.
func (p ItemProof) Item(contributor Contributor) (manifest.Item, error) {
	c, err := contributor.Pure()
	if err != nil {
		return manifest.Item{}, err
	}
	item := manifest.Item{
		Sha256: p.Sha256, Contributor: c, Weight: p.Weight, Terms: p.TermsSha256, Consent: p.Consent, Time: p.Time,
	}
	if err := item.Validate(); err != nil {
		return item, errorsmod.Wrap(ErrInvalidManifest, err.Error())
	}
	return item, nil
}

// Validate checks a proof's shape. It fails with ErrInvalidManifest or ErrInvalidDigest.
func (p ItemProof) Validate(contributor Contributor) error {
	if err := p.Sha256.Given("sha256"); err != nil {
		return err
	}
	if len(p.Path) > sumtree.MaxPath {
		return errorsmod.Wrapf(ErrInvalidManifest, "path has %d hashes, at most %d are possible", len(p.Path), sumtree.MaxPath)
	}
	_, err := p.Item(contributor)
	return err
}

// Verify checks that a manifest has the item, from the contributor. It fails with ErrInvalidManifest.
func (p ItemProof) Verify(r Roots, contributor Contributor) error {
	item, err := p.Item(contributor)
	if err != nil {
		return err
	}
	path := make([]rfc6962.Hash, len(p.Path))
	for i, hash := range p.Path {
		path[i] = rfc6962.Hash(hash)
	}
	row, err := item.Append(nil)
	if err == nil {
		err = r.Pure().HasRow(row, p.Index, path)
	}
	if err != nil {
		return errorsmod.Wrap(ErrInvalidManifest, err.Error())
	}
	return nil
}

// withdrawalDomain separates digests of lists of withdrawals from all other hashes of this chain.
const withdrawalDomain = "stemma/withdrawals/v1"

// With is the list with one more withdrawal, which is told the digest of it.
func (l WithdrawalList) With(w *Withdrawal) WithdrawalList {
	data := append([]byte(withdrawalDomain), l.Sha256[:]...)
	data = append(append(data, byte(len(w.Contributor))), w.Contributor...)
	data = binary.BigEndian.AppendUint64(append(data, w.Sha256.Digest[:]...), nanos(w.At))
	w.ListSha256.Digest = sha256.Sum256(data)
	return WithdrawalList{Count: l.Count + 1, Sha256: w.ListSha256.Digest}
}

// ValidateWithdrawals checks the withdrawals of a work: in order of time, each once. It fails with ErrInvalidGenesis.
func ValidateWithdrawals(list []Withdrawal) error {
	seen := make(map[string]bool, len(list))
	for i, w := range list {
		if _, err := ContributorOf(w.Contributor); err != nil {
			return errorsmod.Wrapf(ErrInvalidGenesis, "withdrawals[%d]: %s", i, err)
		}
		if !w.ListSha256.IsZero() {
			return errorsmod.Wrapf(ErrInvalidGenesis, "withdrawals[%d]: list_sha256 is computed: leave it out", i)
		}
		if !validTime(w.At) || i > 0 && w.At.Before(list[i-1].At) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "withdrawals[%d] has time %s, out of order", i, w.At)
		}
		key := string(append(slices.Clone(w.Contributor), w.Sha256.Digest[:]...))
		if seen[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "withdrawals[%d] is there twice", i)
		}
		seen[key] = true
	}
	return nil
}

// ValidateManifests checks the manifests of a work, oldest first: the first came with it and is its content, each later one came with
// a version, and the last is in force. It fails with ErrInvalidGenesis.
func (w Work) ValidateManifests(manifests []GenesisManifest) error {
	last := uint32(0)
	for i, m := range manifests {
		if err := m.Manifest.Roots().Validate(); err != nil {
			return errorsmod.Wrapf(ErrInvalidGenesis, "manifests[%d]: %s", i, err)
		}
		if i == 0 && (m.Version != 1 || m.Manifest.Roots().Digest() != w.Sha256.Digest) {
			return errorsmod.Wrap(ErrInvalidGenesis, "manifests[0] came with version 1, and the work's sha256 is the digest of it")
		}
		if m.Version <= last || m.Version > w.Version {
			return errorsmod.Wrapf(ErrInvalidGenesis, "manifests[%d] came with version %d, behind %d and of %d", i, m.Version, last, w.Version)
		}
		last = m.Version
	}
	if w.ManifestVersion != last {
		return errorsmod.Wrapf(ErrInvalidGenesis, "manifest_version is %d, the last of the manifests has %d", w.ManifestVersion, last)
	}
	return nil
}

// validateProofs checks what a message proves.
func (m *MsgWithdrawItems) validateProofs() error {
	if (m.All == nil) == (len(m.Items) == 0) || len(m.Items) > MaxWithdrawnItems {
		return errorsmod.Wrapf(ErrInvalidMessage, "items has %d entries: give 1 to %d, or all and no items", len(m.Items), MaxWithdrawnItems)
	}
	if m.All != nil {
		if m.All.Contributor != m.Contributor {
			return errorsmod.Wrap(ErrInvalidMessage, "all is of another contributor than the message")
		}
		return errorsmod.Wrap(m.All.Validate(), "all")
	}
	first := make(map[Digest]int, len(m.Items))
	for i, item := range m.Items {
		if err := item.Validate(m.Contributor); err != nil {
			return errorsmod.Wrapf(err, "items[%d]", i)
		}
		if j, twice := first[item.Sha256]; twice {
			return errorsmod.Wrapf(ErrInvalidMessage, "items[%d] has the same content as items[%d]: withdraw it once", i, j)
		}
		first[item.Sha256] = i
	}
	return nil
}

// Validate checks a question about items. It fails with ErrInvalidManifest or ErrInvalidDigest, which names the item.
func (r *QueryItemStatusRequest) Validate() error {
	if len(r.Items) == 0 || len(r.Items) > MaxItemsAsked {
		return errorsmod.Wrapf(ErrInvalidManifest, "items has %d entries, a question takes 1 to %d", len(r.Items), MaxItemsAsked)
	}
	for i, item := range r.Items {
		if err := item.Sha256.Given(fmt.Sprintf("items[%d].sha256", i)); err != nil {
			return err
		}
		if _, err := item.Contributor.Pure(); err != nil {
			return errorsmod.Wrapf(err, "items[%d]", i)
		}
	}
	return nil
}
