package index

import (
	"context"
	"errors"
	"fmt"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Older is a work that is older than the first block, as the node has it now.
type Older struct {
	Claim registrytypes.Claim
	// Sources are what it had been made from by then; those that are not registered are passed over.
	Sources []lineagetypes.Link
	// Offers are those that it has now.
	Offers []licensetypes.OpenOffer
}

// Seed takes in works that are older than the first block: those of an export, or of before a snapshot. It
// is for an index without blocks; what it has is passed over. What else happened before is not in
// the index, nor whether a declaration of sources still waits for somebody.
func (x *Index) Seed(ctx context.Context, works []Older) error {
	return x.write(ctx, func(b *batch) error {
		if b.Height != 0 {
			return fmt.Errorf("older works come before the first block, and %d is there: %w", b.Height, ErrNotNext)
		}
		for _, w := range works {
			if err := b.seed(w.Claim); err != nil {
				return fmt.Errorf("take in %s: %w", w.Claim.Id, err)
			}
			for _, l := range w.Sources {
				if err := b.seedEdge(w.Claim.Id, l); err != nil {
					return fmt.Errorf("take in a source of %s: %w", w.Claim.Id, err)
				}
			}
			for _, o := range w.Offers {
				if err := b.seedOffer(w.Claim.Id, o); err != nil {
					return fmt.Errorf("take in an offer of %s: %w", w.Claim.Id, err)
				}
			}
		}
		return nil
	})
}

// Unseed takes out what Seed took in. It is for an index without blocks: the node may by now keep other blocks than when
// seeding was broken off, so that what happened to a work in between would come with no block, or its registration with one.
func (x *Index) Unseed(ctx context.Context) error {
	return x.write(ctx, func(b *batch) error {
		if b.Height != 0 {
			return fmt.Errorf("older works come before the first block, and %d is there: %w", b.Height, ErrNotNext)
		}
		if b.subjects == 0 {
			return nil
		}
		terms := `INSERT INTO terms (terms) VALUES ('delete-all')`
		if x.db.postgres {
			terms = `DELETE FROM terms`
		}
		for _, text := range []string{
			terms, `DELETE FROM texts`, `DELETE FROM tags`, `DELETE FROM codes`, `DELETE FROM edges`, `DELETE FROM works`, `DELETE FROM offers`,
			`DELETE FROM licences`, `DELETE FROM endpoints`, `DELETE FROM agents`, `DELETE FROM subjects`,
		} {
			if _, err := b.exec(text); err != nil {
				return err
			}
		}
		x.forget()
		b.state, b.erased = state{}, true
		return nil
	})
}

// Seeded says whether the index has works that are older than its first block.
func (x *Index) Seeded(ctx context.Context) (bool, error) {
	// They are taken in before all others, and nothing that is indexed registered them.
	found, err := x.ids(ctx, `SELECT id FROM works WHERE id = 1 AND place = 0`)
	return len(found) > 0, err
}

func (b *batch) seed(c registrytypes.Claim) error {
	work, _, err := b.ID(c.Id.String())
	if err != nil {
		return err
	}
	owner, ok, err := b.ID(c.Owner)
	if err != nil || !ok {
		return errors.Join(err, fmt.Errorf("%q owns it, which is no account", c.Owner))
	}
	var known int64
	if found, err := b.one([]any{&known}, `SELECT id FROM works WHERE subject = ?`, work); err != nil || found {
		return err
	}
	flags := int64(flagTerms)
	if !c.AnchorRoot.IsZero() {
		flags |= flagAnchored
	}
	if c.Contested {
		flags |= flagContested
	}
	b.Works++
	since := nanoseconds(c.ClaimedSince.Time)
	rank := since
	if c.PlacedAt != nil {
		rank = nanoseconds(c.PlacedAt.Time)
	}
	b.newWorks.add(b.Works, int64(work), int64(owner), c.Sha256[:], tagOf(c.Sha256[:]), int64(c.Details.Kind),
		int64(c.Status), int64(c.Version),
		flags, int64(0), nanoseconds(c.RegisteredAt), since, rank, int64(0))
	if err := b.flushTable(b.newWorks); err != nil {
		return err
	}
	return b.addText(b.Works, c.Details.Kind, textOf(c.Details))
}

func (b *batch) seedEdge(derivative registrytypes.WorkID, l lineagetypes.Link) error {
	if l.External != nil {
		return nil
	}
	work, _, err := b.ID(derivative.String())
	if err != nil {
		return err
	}
	source, ok, err := b.ID(l.Source.String())
	if err != nil || !ok {
		return errors.Join(err, fmt.Errorf("%q is no work", l.Source.String()))
	}
	later := int64(0)
	if l.AddedLater {
		later = 1
	}
	n, err := b.exec(`INSERT INTO edges VALUES (?, ?, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING`,
		int64(work), int64(source), int64(l.Role), int64(l.Weight), later)
	b.Derivations += n
	return err
}
