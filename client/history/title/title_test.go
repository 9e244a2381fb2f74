package title_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/p2p"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/history/title"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	work  = registrytypes.WorkID{1}
	other = registrytypes.WorkID{2}
	start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

func at(height int64) time.Time { return start.Add(time.Duration(height) * time.Minute) }

// fake is a node with a block a minute up to block 50, each with two transactions.
type fake struct {
	kept int64
	txs  map[int64][]*abci.ExecTxResult
	self map[int64][]abci.Event
}

func (f fake) Status(context.Context) (*coretypes.ResultStatus, error) {
	return &coretypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Network: "fake-1"}, SyncInfo: coretypes.SyncInfo{EarliestBlockHeight: f.kept},
	}, nil
}

func (fake) ABCIInfo(context.Context) (*coretypes.ResultABCIInfo, error) {
	return &coretypes.ResultABCIInfo{Response: abci.ResponseInfo{LastBlockHeight: 50}}, nil
}

func (fake) header(height int64) cmttypes.Header {
	h := cmttypes.Header{Height: height, Time: at(height)}
	if height > 1 {
		h.LastBlockID = cmttypes.BlockID{Hash: []byte{1}}
	}
	return h
}

func (f fake) Commit(_ context.Context, height *int64) (*coretypes.ResultCommit, error) {
	h := f.header(*height)
	return &coretypes.ResultCommit{SignedHeader: cmttypes.SignedHeader{Header: &h}}, nil
}

func tx(height int64, n int) cmttypes.Tx { return cmttypes.Tx(fmt.Sprint(height, n)) }

func (f fake) Block(_ context.Context, height *int64) (*coretypes.ResultBlock, error) {
	data := cmttypes.Data{Txs: cmttypes.Txs{tx(*height, 0), tx(*height, 1)}}
	return &coretypes.ResultBlock{Block: &cmttypes.Block{Header: f.header(*height), Data: data}}, nil
}

func (f fake) BlockResults(_ context.Context, height *int64) (*coretypes.ResultBlockResults, error) {
	return &coretypes.ResultBlockResults{Height: *height, TxsResults: f.txs[*height], FinalizeBlockEvents: f.self[*height]}, nil
}

// event is a typed event as a node has it.
func event(kind string, of registrytypes.WorkID, owner string) abci.Event {
	text := func(s string) string {
		raw, _ := json.Marshal(s)
		return string(raw)
	}
	return abci.Event{Type: "stemma.registry.v1." + kind, Attributes: []abci.EventAttribute{
		{Key: "work", Value: text(of.String())}, {Key: "owner", Value: text(owner)},
	}}
}

func result(code uint32, events ...abci.Event) *abci.ExecTxResult {
	return &abci.ExecTxResult{Code: code, Events: events}
}

func TestTransactionsOfOwnersAreFoundByTheirTime(t *testing.T) {
	node := fake{kept: 1, txs: map[int64][]*abci.ExecTxResult{
		7: {result(0, event("EventWorkRegistered", other, "alice")), result(0, event("EventWorkRegistered", work, "alice"))},
		// One that failed changed nothing, and offering is no transfer.
		20: {
			result(5, event("EventWorkTransferred", work, "bob")),
			result(0, event("EventTransferOffered", work, "alice"), event("EventWorkTransferred", work, "bob")),
		},
		40: {result(0), result(0)},
	}, self: map[int64][]abci.Event{33: {event("EventWorkTransferred", work, "carol")}}}
	locate := func(node fake) ([]title.Tenure, int) {
		span, err := blocks.Open(t.Context(), node)
		require.NoError(t, err)
		owners := []title.Tenure{
			{Number: 0, Owner: "alice", Since: at(7)},
			{Number: 1, Owner: "bob", Since: at(20)},
			{Number: 2, Owner: "carol", Since: at(33)},
			{Number: 3, Owner: "dave", Since: at(40)},
			{Number: 4, Owner: "erin", Since: at(41).Add(time.Second)},
		}
		missing, err := title.Locate(t.Context(), span, work, owners)
		require.NoError(t, err)
		return owners, missing
	}
	hash := func(height int64, n int) string { return strings.ToUpper(fmt.Sprintf("%x", tx(height, n).Hash())) }

	owners, missing := locate(node)
	require.Equal(t, 2, missing, "what no event tells, and what is of no block's time")
	require.Equal(t, []string{hash(7, 1), hash(20, 1), "", "", ""},
		[]string{owners[0].Tx, owners[1].Tx, owners[2].Tx, owners[3].Tx, owners[4].Tx})
	require.Equal(t, int64(33), owners[2].Height, "a block does some by itself")
	require.Zero(t, owners[3].Height)

	node.kept = 21
	owners, missing = locate(node)
	require.Equal(t, 4, missing)
	require.Zero(t, owners[1].Height)
	require.Equal(t, int64(33), owners[2].Height)
}
