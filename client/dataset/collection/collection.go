// Package collection makes manifests whose items are registered works: an album, a sprite sheet, a franchise. Each work is its own
// contributor, so what it collects is a payment to it, of which its holders and sources get theirs.
package collection

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	// ErrTwice says that a work is to be a member twice.
	ErrTwice = errors.New("it is a member already")
	// ErrNoMember says that a work is none.
	ErrNoMember = errors.New("it is no member")
	// ErrNotCollection says that a manifest has items that are no works, one for each contributor.
	ErrNotCollection = errors.New("not a collection of works")
)

// Member is a work of a collection.
type Member struct {
	Work registrytypes.WorkID `json:"work"`
	// Sha256 of its content.
	Sha256 registrytypes.Digest `json:"sha256"`
	// Weight of it, from 1.
	Weight uint64 `json:"weight,string"`
}

// Collection is its members, in the order in which they came.
type Collection struct {
	Members []Member
	at      map[registrytypes.WorkID]int
}

// Add adds a work. It fails with ErrTwice.
func (c *Collection) Add(m Member) error {
	if c.at == nil {
		c.at = map[registrytypes.WorkID]int{}
	}
	if _, twice := c.at[m.Work]; twice {
		return fmt.Errorf("%s: %w", m.Work, ErrTwice)
	}
	c.at[m.Work] = len(c.Members)
	c.Members = append(c.Members, m)
	return nil
}

// Remove takes a work out. It fails with ErrNoMember.
func (c *Collection) Remove(work registrytypes.WorkID) error {
	at, member := c.at[work]
	if !member {
		return fmt.Errorf("%s: %w", work, ErrNoMember)
	}
	c.Members = slices.Delete(c.Members, at, at+1)
	delete(c.at, work)
	for other, place := range c.at {
		if place > at {
			c.at[other]--
		}
	}
	return nil
}

// Reweigh gives a member another weight. It fails with ErrNoMember.
func (c *Collection) Reweigh(work registrytypes.WorkID, weight uint64) error {
	at, member := c.at[work]
	if !member {
		return fmt.Errorf("%s: %w", work, ErrNoMember)
	}
	c.Members[at].Weight = weight
	return nil
}

// Has says whether a work is a member.
func (c *Collection) Has(work registrytypes.WorkID) bool { _, member := c.at[work]; return member }

// Append writes the manifest behind dst. It fails with manifest.ErrRow, for a weight of 0.
func (c *Collection) Append(dst []byte) ([]byte, error) {
	dst = append(dst, dataset.Magic...)
	for _, m := range c.Members {
		row, err := manifest.Item{
			Sha256: m.Sha256, Contributor: manifest.Contributor{Kind: manifest.Work, ID: m.Work[:]}, Weight: m.Weight,
		}.Append(nil)
		if err != nil {
			return dst, fmt.Errorf("%s: %w", m.Work, err)
		}
		dst = append(dst, row...)
	}
	return dst, nil
}

// Read reads the members of a manifest that is one of a collection. It fails with ErrNotCollection.
func Read(ctx context.Context, opened *dataset.Opened) (*Collection, error) {
	c, none := &Collection{}, manifest.Item{}
	err := opened.EachItem(ctx, func(index uint64, item manifest.Item) error {
		if item.Kind != manifest.Work || item.Terms != none.Terms || item.Consent != none.Consent || item.Time != 0 {
			return fmt.Errorf("item %d has an account for its contributor, or terms, a consent or a time of its own: %w", index, ErrNotCollection)
		}
		err := c.Add(Member{Work: registrytypes.WorkID(item.ID), Sha256: item.Sha256, Weight: item.Weight})
		if errors.Is(err, ErrTwice) {
			return fmt.Errorf("item %d is of a work that another item is of: %w", index, ErrNotCollection)
		}
		return err
	})
	return c, err
}
