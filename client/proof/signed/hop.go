package signed

import (
	"bytes"
	"errors"
	"fmt"

	cmttypes "github.com/cometbft/cometbft/types"
)

// ErrNotSigned says that signatures do not show that a header follows from a trusted one.
var ErrNotSigned = errors.New("the validators' signatures do not show it")

// Hop is a header that follows from a trusted one by signatures.
type Hop struct {
	// From is the set that the trusted header names as its next one, Set the header's own.
	From, Set Set
	Header    *cmttypes.Header
	Commit    Commit
}

// Check checks that a header follows from a trusted one, as CometBFT's light client does: over two thirds of its own set signed
// it, and these are over a third of the set that the trusted header names as the next one; right behind it both are
// the same. It fails with ErrNotSigned.
func (h Hop) Check(trusted *cmttypes.Header) error {
	if err := h.Follows(trusted); err != nil {
		return err
	}
	if place, ok := h.Commit.valid(h.Set, h.Header); !ok {
		return fmt.Errorf("%w: signature %d of header %d is not its validator's", ErrNotSigned, place, h.Header.Height)
	}
	return nil
}

// Skips says whether the next hop would do without this one, from the header before it: then this one is not needed.
func (h Hop) Skips(next Hop, trusted *cmttypes.Header) bool {
	next.From = h.From
	return next.Follows(trusted) == nil
}

// Follows is Check, without whether the signatures are right.
func (h Hop) Follows(trusted *cmttypes.Header) error {
	to := h.Header
	switch {
	case to.Height <= trusted.Height || !to.Time.After(trusted.Time):
		return fmt.Errorf("%w: header %d does not come after header %d", ErrNotSigned, to.Height, trusted.Height)
	case !bytes.Equal(h.From.Hash(), trusted.NextValidatorsHash):
		return fmt.Errorf("%w: header %d names another next set of validators", ErrNotSigned, trusted.Height)
	case !bytes.Equal(h.Set.Hash(), to.ValidatorsHash):
		return fmt.Errorf("%w: header %d names another set of validators", ErrNotSigned, to.Height)
	case to.Height == trusted.Height+1 && !h.Set.Equal(h.From):
		return fmt.Errorf("%w: header %d has not the validators that header %d names as the next", ErrNotSigned, to.Height, trusted.Height)
	}
	known, power := h.From.byKey(), int64(0)
	for _, s := range h.Commit.Signatures {
		power += known[string(h.Set[s.Place].PubKey.Bytes())]
	}
	if all := h.From.power(); power <= all/3 {
		return fmt.Errorf("%w: of the validators of header %d those with %d of %d power signed header %d, not over a third",
			ErrNotSigned, trusted.Height, power, all, to.Height)
	}
	return nil
}
