package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cometbft/cometbft/light"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/portal/index"
)

const (
	// maxClockDrift is how far ahead of this machine's clock a header may be.
	maxClockDrift = 10 * time.Second
	// validatorsPerPage and maxPages bound a set of validators to 10,000.
	validatorsPerPage, maxPages = 100, 100
)

// verifier is a light client: it goes from a trusted header to later ones by the signatures of
// validators. It skips as far as a third of the trusted set still signs.
type verifier struct {
	node    Node
	chainID string
	period  time.Duration
	trusted *cmttypes.LightBlock
}

// root finds the trust root: a header that is given and newer than what was checked, else the last
// block of the index if it was checked, else the node's newest header where that is allowed.
func (f *Follower) root(ctx context.Context) error {
	if f.verifier != nil {
		return nil
	}
	checked := f.cursor.Checked != 0 && f.cursor.Checked == f.cursor.Height && len(f.cursor.Hash) == 32
	switch {
	case f.trust != nil && f.trust.Height > f.cursor.Height, f.trust != nil && !checked:
		// A given root above the index is met on the way.
	case checked:
		f.trust = &proof.Trust{Height: f.cursor.Height, Hash: [32]byte(f.cursor.Hash)}
	case f.trust == nil && f.o.TrustFirstUse:
		height := f.span.Last.Height
		commit, err := f.node.Commit(ctx, &height)
		if err != nil {
			return fmt.Errorf("ask the node for a header to trust: %w", err)
		}
		if commit == nil || commit.Header == nil {
			return fmt.Errorf("ask the node for a header to trust: its answer has none: %w", ErrLying)
		}
		root := proof.TrustIn(commit.Header)
		f.trust = &root
	}
	if f.trust == nil || f.trust.Height > f.cursor.Height {
		return nil
	}
	return f.begin(ctx)
}

// begin starts the light client at the trust root, which the index has reached.
func (f *Follower) begin(ctx context.Context) error {
	v := &verifier{node: f.node, chainID: f.span.ChainID, period: f.o.TrustingPeriod}
	block, err := v.fetch(ctx, f.trust.Height)
	if err != nil {
		return err
	}
	if !bytes.Equal(block.Hash(), f.trust.Hash[:]) {
		return f.otherRoot(block.Hash())
	}
	v.trusted = block
	f.verifier = v
	f.show()
	return nil
}

func (f *Follower) otherRoot(hash []byte) error {
	return fmt.Errorf(
		"the trust root is %s, this node's block %d has hash %X: %w; if the root is right, delete the index and name another node",
		f.trust, f.trust.Height, hash, ErrLying)
}

// vouch marks blocks that the trust root vouches for, or fails. Each follows from the one before it
// by its hash, so it is enough to check the last.
func (f *Follower) vouch(ctx context.Context, batch []index.Block) error {
	if f.trust == nil || len(batch) == 0 {
		return nil
	}
	if f.verifier == nil {
		for i := range batch {
			if batch[i].Height != f.trust.Height {
				continue
			}
			if !bytes.Equal(batch[i].Hash, f.trust.Hash[:]) {
				return f.otherRoot(batch[i].Hash)
			}
			batch[i].Checked = true
		}
		if batch[len(batch)-1].Height < f.trust.Height {
			return nil
		}
		if err := f.begin(ctx); err != nil {
			return err
		}
	}
	last := &batch[len(batch)-1]
	hash, err := f.verifier.verify(ctx, last.Height)
	if err != nil {
		return err
	}
	if !bytes.Equal(hash, last.Hash) {
		return fmt.Errorf("block %d: its header has hash %X, validators signed %X: %w; name another node",
			last.Height, last.Hash, hash, ErrLying)
	}
	last.Checked = true
	return nil
}

// verify returns the hash of the header of a height that validators signed.
func (v *verifier) verify(ctx context.Context, height int64) ([]byte, error) {
	if height == v.trusted.Height {
		return v.trusted.Hash(), nil
	}
	if height < v.trusted.Height {
		return nil, fmt.Errorf("block %d is below the trusted %d", height, v.trusted.Height)
	}
	var ahead []*cmttypes.LightBlock // the nearest last
	for target := height; v.trusted.Height < height; {
		if len(ahead) == 0 || ahead[len(ahead)-1].Height > target {
			block, err := v.fetch(ctx, target)
			if err != nil {
				return nil, err
			}
			ahead = append(ahead, block)
		}
		next := ahead[len(ahead)-1]
		err := light.Verify(v.trusted.SignedHeader, v.trusted.ValidatorSet, next.SignedHeader, next.ValidatorSet,
			v.period, time.Now(), maxClockDrift, light.DefaultTrustLevel)
		var changed light.ErrNewValSetCantBeTrusted
		var expired light.ErrOldHeaderExpired
		switch {
		case err == nil:
			v.trusted, ahead = next, ahead[:len(ahead)-1]
			target = height
			if len(ahead) > 0 {
				target = ahead[len(ahead)-1].Height
			}
		case errors.As(err, &changed) && next.Height > v.trusted.Height+1:
			target = (v.trusted.Height + next.Height) / 2 // too many validators are new: go by smaller steps
		case errors.As(err, &expired):
			return nil, fmt.Errorf("%w: its trusted header %d is older than the trusting period: %w; give a newer HEIGHT:HASH",
				ErrUnfit, v.trusted.Height, err)
		default:
			return nil, fmt.Errorf("block %d: %w: %w; name another node", next.Height, ErrLying, err)
		}
	}
	return v.trusted.Hash(), nil
}

// fetch reads a header with its commit and its validators, which belong together.
func (v *verifier) fetch(ctx context.Context, height int64) (*cmttypes.LightBlock, error) {
	commit, err := v.node.Commit(ctx, &height)
	if err != nil {
		return nil, fmt.Errorf("ask the node for the signatures of block %d: %w", height, err)
	}
	var all []*cmttypes.Validator
	per := validatorsPerPage
	for page := 1; page <= maxPages; page++ {
		answer, err := v.node.Validators(ctx, &height, &page, &per)
		if err != nil {
			return nil, fmt.Errorf("ask the node for the validators of block %d: %w", height, err)
		}
		all = append(all, answer.Validators...)
		if len(answer.Validators) == 0 || len(all) >= answer.Total {
			break
		}
	}
	if commit == nil || slices.Contains(all, nil) {
		return nil, fmt.Errorf("block %d: its signatures or validators are not whole: %w", height, ErrLying)
	}
	set, err := cmttypes.ValidatorSetFromExistingValidators(all)
	if err != nil {
		return nil, fmt.Errorf("block %d: its validators: %w: %w", height, ErrLying, err)
	}
	block := &cmttypes.LightBlock{SignedHeader: &commit.SignedHeader, ValidatorSet: set}
	if err := block.ValidateBasic(v.chainID); err != nil || block.Height != height {
		return nil, fmt.Errorf("block %d: its header, signatures and validators do not belong together: %w: %v", height, ErrLying, err)
	}
	return block, nil
}
