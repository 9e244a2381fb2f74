package gather_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	ics23 "github.com/cosmos/ics23/go"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
)

// faulty is a node that answers what it is told to.
type faulty struct {
	row        *ics23.CommitmentProof
	header     *cmttypes.Header
	commit     *cmttypes.Commit
	validators []*cmttypes.Validator
	block      *cmttypes.Block
	results    []*abci.ExecTxResult
	asked      int
}

func (f *faulty) ABCIQueryWithOptions(
	_ context.Context, _ string, _ cmtbytes.HexBytes, o rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	row, err := f.row.Marshal()
	if err != nil {
		return nil, err
	}
	path := &ics23.CommitmentProof{Proof: &ics23.CommitmentProof_Exist{Exist: &ics23.ExistenceProof{Key: []byte("store")}}}
	store, err := path.Marshal()
	ops := &cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{{Data: row}, {Data: store}}}
	return &coretypes.ResultABCIQuery{Response: abci.ResponseQuery{Height: o.Height, ProofOps: ops}}, err
}

func (f *faulty) Status(context.Context) (*coretypes.ResultStatus, error) {
	return &coretypes.ResultStatus{SyncInfo: coretypes.SyncInfo{LatestBlockHeight: 9}}, nil
}

func (f *faulty) Commit(context.Context, *int64) (*coretypes.ResultCommit, error) {
	return &coretypes.ResultCommit{SignedHeader: cmttypes.SignedHeader{Header: f.header, Commit: f.commit}}, nil
}

func (f *faulty) Validators(context.Context, *int64, *int, *int) (*coretypes.ResultValidators, error) {
	f.asked++
	return &coretypes.ResultValidators{Validators: f.validators, Total: 1 << 30}, nil
}

func (f *faulty) Block(context.Context, *int64) (*coretypes.ResultBlock, error) {
	return &coretypes.ResultBlock{Block: f.block}, nil
}

func (f *faulty) BlockResults(context.Context, *int64) (*coretypes.ResultBlockResults, error) {
	return &coretypes.ResultBlockResults{TxsResults: f.results}, nil
}

func there(key string) *ics23.CommitmentProof {
	return &ics23.CommitmentProof{Proof: &ics23.CommitmentProof_Exist{Exist: &ics23.ExistenceProof{Key: []byte(key)}}}
}

func between(left, right string) *ics23.CommitmentProof {
	none := &ics23.NonExistenceProof{Left: &ics23.ExistenceProof{Key: []byte(left)}, Right: &ics23.ExistenceProof{Key: []byte(right)}}
	return &ics23.CommitmentProof{Proof: &ics23.CommitmentProof_Nonexist{Nonexist: none}}
}

// A node that answers another row than it was asked for stops no walk from coming to its end.
func TestANodeThatAnswersAnotherRow(t *testing.T) {
	for name, row := range map[string]*ics23.CommitmentProof{
		"another row": there("a"), "rows before": between("a", "b"), "rows behind": between("x", "y"), "nothing": {},
	} {
		rows, err := gather.NewState(context.Background(), &faulty{row: row}, 5).Rows("store")
		require.NoError(t, err)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _, err := rows.Get([]byte("m"))
			require.Error(t, err, name)
			_, _, err = rows.First([]byte("m"), []byte("n"))
			require.Error(t, err, name)
			_, _, err = rows.Last([]byte("m"), []byte("n"))
			require.Error(t, err, name)
		}()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatal("it does not come to its end: ", name)
		}
	}
}

func header(height int64) *cmttypes.Header {
	hash := func() []byte { return make([]byte, sha256.Size) }
	return &cmttypes.Header{
		ChainID: "chain", Height: height, Time: time.Unix(1_800_000_000+height, 0).UTC(), LastCommitHash: hash(), DataHash: hash(),
		ValidatorsHash: hash(), NextValidatorsHash: hash(), ConsensusHash: hash(), AppHash: hash(), LastResultsHash: hash(),
		EvidenceHash: hash(), ProposerAddress: make([]byte, 20),
	}
}

// What a node leaves out, or tells without end, is an error.
func TestANodeThatLeavesThingsOut(t *testing.T) {
	ctx := context.Background()
	_, err := gather.Maker{Node: &faulty{}}.Latest(ctx)
	require.ErrorContains(t, err, "not complete")
	_, err = gather.Maker{Node: &faulty{header: header(3)}}.Latest(ctx)
	require.ErrorContains(t, err, "answered header 3")

	for name, node := range map[string]*faulty{
		"no block": {}, "no result": {block: &cmttypes.Block{Data: cmttypes.Data{Txs: cmttypes.Txs{{1}}}}, results: []*abci.ExecTxResult{nil}},
	} {
		_, err = gather.Maker{Node: node}.Deed(ctx, 5, cmttypes.Tx{1}.Hash(), gather.Options{})
		require.ErrorContains(t, err, "not whole", name)
	}

	// From header 9 by signatures to a header 12 of the proof.
	old := &proof.Proof{Trusted: header(12), ChainID: "chain"}
	trust := proof.TrustIn(header(9))
	for name, node := range map[string]*faulty{
		"no validator": {validators: []*cmttypes.Validator{nil}}, "no end": {validators: make([]*cmttypes.Validator, 100)},
		"more than there are": {validators: some(100)},
	} {
		node.header = header(9)
		_, err = gather.Maker{Node: node}.Refresh(ctx, old, &trust)
		require.ErrorContains(t, err, "no set of at most", name)
		require.Less(t, node.asked, 100)
	}
}

func some(n int) []*cmttypes.Validator {
	list := make([]*cmttypes.Validator, n)
	for i := range list {
		list[i] = &cmttypes.Validator{VotingPower: 1}
	}
	return list
}
