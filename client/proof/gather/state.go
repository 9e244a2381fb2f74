package gather

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	ics23 "github.com/cosmos/ics23/go"

	"github.com/stemma-chain/stemma/client/proof/replay"
	"github.com/stemma-chain/stemma/client/proof/rows"
)

// MaxRows is the most rows that are asked for a proof.
const MaxRows = 4096

// ErrTooMany says that a proof would show more rows than MaxRows.
var ErrTooMany = errors.New("too many rows for a proof")

// ErrPruned says that a node has not the state, or the blocks, of a height any more, or not yet.
var ErrPruned = errors.New("the node does not have that height")

// Querier is what reads rows of a node's state; CometBFT's RPC client is one.
type Querier interface {
	ABCIQueryWithOptions(
		ctx context.Context, path string, data cmtbytes.HexBytes, opts rpcclient.ABCIQueryOptions,
	) (*coretypes.ResultABCIQuery, error)
}

// State reads rows of a node's state at one height, and keeps the proof of each.
type State struct {
	ctx    context.Context
	node   Querier
	height int64
	stores map[string]*storeRows
	left   int
}

var _ replay.State = (*State)(nil)

// NewState reads the state after the block of a height.
func NewState(ctx context.Context, node Querier, height int64) *State {
	return &State{ctx: ctx, node: node, height: height, stores: map[string]*storeRows{}, left: MaxRows}
}

// Rows implements replay.State.
func (s *State) Rows(name string) (replay.Rows, error) {
	of := s.stores[name]
	if of == nil {
		of = &storeRows{state: s, name: name, known: map[string]*ics23.CommitmentProof{}}
		s.stores[name] = of
	}
	return of, nil
}

// Proof is the proof of all rows that were read: in client/proof/stores.
func (s *State) Proof() ([]byte, error) {
	shown, paths := map[string][]byte{}, map[string]*ics23.ExistenceProof{}
	for name, of := range s.stores {
		if of.path == nil {
			continue // opened, and nothing was read
		}
		raw, err := Rows(of.proofs)
		if err != nil {
			return nil, fmt.Errorf("store %s: %w", name, err)
		}
		shown[name], paths[name] = raw, of.path
	}
	return Stores(shown, paths)
}

// storeRows are the rows of one store that were read.
type storeRows struct {
	state *State
	name  string
	// path leads from the store to the app hash.
	path   *ics23.ExistenceProof
	proofs []*ics23.ExistenceProof
	// known are the node's answers by key.
	known map[string]*ics23.CommitmentProof
}

// at asks for what stands at a key: the row, or those beside it.
func (s *storeRows) at(key []byte) (row *rows.Row, before, behind *ics23.ExistenceProof, err error) {
	proof, err := s.ask(key)
	if err != nil {
		return nil, nil, nil, err
	}
	if there := proof.GetExist(); there != nil {
		return &rows.Row{Key: there.Key, Value: there.Value}, nil, nil, nil
	}
	none := proof.GetNonexist()
	if none == nil {
		return nil, nil, nil, errPath
	}
	return nil, none.Left, none.Right, nil
}

func (s *storeRows) ask(key []byte) (*ics23.CommitmentProof, error) {
	if known := s.known[string(key)]; known != nil {
		return known, nil
	}
	if s.state.left--; s.state.left < 0 {
		return nil, fmt.Errorf("%w: more than %d", ErrTooMany, MaxRows)
	}
	res, err := s.state.node.ABCIQueryWithOptions(s.state.ctx, "/store/"+s.name+"/key", key,
		rpcclient.ABCIQueryOptions{Height: s.state.height, Prove: true})
	if err != nil {
		return nil, err
	}
	if answer := res.Response; answer.Code != 0 || answer.ProofOps == nil || answer.Height != s.state.height {
		return nil, fmt.Errorf("%w: state after block %d: %s", ErrPruned, s.state.height, answer.Log)
	}
	ops := res.Response.ProofOps.Ops
	if len(ops) != 2 {
		return nil, errPath
	}
	proof, path := &ics23.CommitmentProof{}, &ics23.CommitmentProof{}
	if err := errors.Join(proof.Unmarshal(ops[0].Data), path.Unmarshal(ops[1].Data)); err != nil {
		return nil, err
	}
	if !answers(proof, key) {
		return nil, fmt.Errorf("the node was asked for row %x of store %s and answered another: ask another node", key, s.name)
	}
	if s.path = path.GetExist(); s.path == nil {
		return nil, errStorePath
	}
	s.known[string(key)] = proof
	for _, p := range []*ics23.ExistenceProof{proof.GetExist(), proof.GetNonexist().GetLeft(), proof.GetNonexist().GetRight()} {
		if p != nil {
			s.proofs = append(s.proofs, p)
		}
	}
	return proof, nil
}

// answers says whether a proof is of a key: of its row, or of those beside it. Else walks would not come to an end.
func answers(proof *ics23.CommitmentProof, key []byte) bool {
	if there := proof.GetExist(); there != nil {
		return bytes.Equal(there.Key, key)
	}
	none := proof.GetNonexist()
	return none != nil && (none.Left == nil || bytes.Compare(none.Left.Key, key) < 0) &&
		(none.Right == nil || bytes.Compare(none.Right.Key, key) > 0)
}

// Get implements replay.Rows.
func (s *storeRows) Get(key []byte) ([]byte, bool, error) {
	row, _, _, err := s.at(key)
	if err != nil || row == nil {
		return nil, false, err
	}
	return row.Value, true, nil
}

// First implements replay.Rows.
func (s *storeRows) First(start, end []byte) (rows.Row, bool, error) {
	row, _, behind, err := s.at(start)
	switch {
	case err != nil:
		return rows.Row{}, false, err
	case row != nil:
		return *row, end == nil || bytes.Compare(row.Key, end) < 0, nil
	case behind == nil || end != nil && bytes.Compare(behind.Key, end) >= 0:
		return rows.Row{}, false, nil
	}
	return rows.Row{Key: behind.Key, Value: behind.Value}, true, nil
}

// Last implements replay.Rows. A node tells what stands before a key only of one that is absent, so one is asked that comes
// right before the end, and on from there.
func (s *storeRows) Last(start, end []byte) (rows.Row, bool, error) {
	below := bytes.Repeat([]byte{0xff}, pastAll)
	if n := len(end); n > 0 {
		below = append(bytes.Clone(end[:n-1]), end[n-1]-1)
		if end[n-1] == 0 {
			below = below[:n-1]
		} else {
			below = append(below, bytes.Repeat([]byte{0xff}, pastAll)...)
		}
	}
	var last rows.Row
	for {
		if end != nil && bytes.Compare(below, end) >= 0 {
			_, _, _, err := s.at(end) // what stands behind the last row shows that it is the last
			return last, last.Key != nil && bytes.Compare(last.Key, start) >= 0, err
		}
		row, before, behind, err := s.at(below)
		switch {
		case err != nil:
			return rows.Row{}, false, err
		case row != nil:
			last, below = *row, append(bytes.Clone(row.Key), 0)
			continue
		case before != nil:
			last = rows.Row{Key: before.Key, Value: before.Value}
		}
		if behind == nil || end != nil && bytes.Compare(behind.Key, end) >= 0 {
			return last, last.Key != nil && bytes.Compare(last.Key, start) >= 0, nil
		}
		below = behind.Key
	}
}

// pastAll is more bytes than keys have behind what they have in common.
const pastAll = 128
