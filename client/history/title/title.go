// Package title tells who owned a work when, and by which transaction. The owners are part of
// the chain's state, so every node knows all of them; the transactions are in the blocks, of
// which a node may have thrown the older ones away.
package title

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/history/blocks"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	registered  = proto.MessageName(&registrytypes.EventWorkRegistered{})
	transferred = proto.MessageName(&registrytypes.EventWorkTransferred{})
)

// Tenure is a time for which an account has owned a work.
type Tenure struct {
	// Number of transfers before: 0 for the registrant.
	Number uint32 `json:"number"`
	Owner  string `json:"owner"`
	// Since is the block time of the registration, or of the transfer.
	Since time.Time `json:"since"`
	// Until is when the next owner took it; unset: the account owns it now.
	Until *time.Time `json:"until,omitempty"`
	// Height of the block in which it began; 0: not known.
	Height int64 `json:"height,omitempty"`
	// Tx is the hash of the transaction in which it began, in upper-case hex; empty: not known,
	// or the block did it by itself, as for a proposal that passed.
	Tx string `json:"tx,omitempty"`
}

// Of lists the owners that a work has had, the registrant first, without blocks and
// transactions.
func Of(ctx context.Context, registry registrytypes.QueryClient, work registrytypes.WorkID) ([]Tenure, error) {
	owners, err := client.All(client.Rows(ctx,
		func(ctx context.Context, page *query.PageRequest) ([]registrytypes.Owner, *query.PageResponse, error) {
			res, err := registry.Owners(ctx, &registrytypes.QueryOwnersRequest{Work: work, Pagination: page})
			return res.GetOwners(), res.GetPagination(), err
		}), 0)
	if err != nil {
		return nil, err
	}
	chain := make([]Tenure, len(owners))
	for i, o := range owners {
		chain[i] = Tenure{Number: o.Number, Owner: o.Owner, Since: o.Since}
		if i > 0 {
			chain[i-1].Until = &chain[i].Since
		}
	}
	return chain, nil
}

// Locate finds the blocks and transactions in which tenures of a work began, in the blocks that
// a node has, and returns for how many it did not: they began before those blocks, or on an
// earlier chain that this one was started from.
func Locate(ctx context.Context, span blocks.Span, work registrytypes.WorkID, chain []Tenure) (missing int, err error) {
	for i := range chain {
		err := chain[i].locate(ctx, span, work)
		switch {
		case errors.Is(err, blocks.ErrNotKept), errors.Is(err, blocks.ErrOutside):
			missing++
		case err != nil:
			return missing, err
		case chain[i].Height == 0:
			missing++
		}
	}
	return missing, nil
}

func (t *Tenure) locate(ctx context.Context, span blocks.Span, work registrytypes.WorkID) error {
	height, err := span.At(ctx, t.Since)
	if err != nil {
		return err
	}
	results, err := span.Results(ctx, height)
	if err != nil {
		return err
	}
	for i, tx := range results.Txs {
		if tx.Code != abci.CodeTypeOK || !t.began(tx.Events, work) {
			continue
		}
		hashes, _, err := span.Hashes(ctx, height)
		if err != nil {
			return err
		}
		if i >= len(hashes) {
			return fmt.Errorf("block %d has more results than transactions", height)
		}
		t.Height, t.Tx = height, strings.ToUpper(hex.EncodeToString(hashes[i]))
		return nil
	}
	if t.began(results.Events, work) {
		t.Height = height
	}
	return nil
}

// began says whether the tenure began with one of these events.
func (t *Tenure) began(events []abci.Event, work registrytypes.WorkID) bool {
	kind := transferred
	if t.Number == 0 {
		kind = registered
	}
	for _, event := range events {
		if event.Type == kind && history.Value(event, "work") == work.String() && history.Value(event, "owner") == t.Owner {
			return true
		}
	}
	return false
}
