package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cast"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const (
	// badProposer has this test binary run a node that proposes what its home's file says.
	badProposer  = "bad proposer"
	proposalFile = "proposal.json"
)

// bad is the app of a validator who proposes what it likes, and accepts it.
type bad struct {
	*app.App
	home string
}

func newBadProposer() *cobra.Command {
	root := newRootCmd(nil)
	for _, cmd := range root.Commands() {
		if cmd.Name() == "start" {
			root.RemoveCommand(cmd)
		}
	}
	create := func(logger log.Logger, db dbm.DB, options servertypes.AppOptions) servertypes.Application {
		return bad{newApp(logger, db, options).(*app.App), cast.ToString(options.Get(flags.FlagHome))}
	}
	root.AddCommand(server.StartCmdWithOptions(create, app.DefaultHome(), startOptions()))
	return root
}

func (b bad) PrepareProposal(req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	raw, err := os.ReadFile(filepath.Join(b.home, proposalFile))
	if err != nil {
		return b.App.PrepareProposal(req) // not bad yet
	}
	var txs [][]byte
	if err := json.Unmarshal(raw, &txs); err != nil {
		return nil, err
	}
	return &abci.ResponsePrepareProposal{Txs: txs}, nil
}

func (b bad) ProcessProposal(*abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

func (b bad) proposes(t *testing.T, txs ...[]byte) {
	t.Helper()
	raw, err := json.Marshal(txs)
	require.NoError(t, err)
	file := filepath.Join(b.home, proposalFile)
	require.NoError(t, os.WriteFile(file+".new", raw, 0o600))
	require.NoError(t, os.Rename(file+".new", file))
}

// TestAProposerOfInvalidTransactions is one of four validators. What follows from a block's
// bytes and the committed state the others refuse, and the chain goes on; a block of
// transactions that nobody can pay they take: it holds its gas for nothing, counts for the
// price, and the next block is another's.
func TestAProposerOfInvalidTransactions(t *testing.T) {
	if testing.Short() {
		t.Skip("starts four nodes")
	}
	const validators = 4
	n := victims(t, localnet.Options{Nodes: validators})
	n.Nodes[0].Env = []string{asNode + "=" + badProposer}
	var nodes []*victim
	for _, node := range n.Nodes {
		require.NoError(t, node.Start())
		nodes = append(nodes, victimOf(t, node))
	}
	attacker, honest := bad{home: nodes[0].home}, nodes[1]
	status := nodes[0].awaitStatus()
	his := status.ValidatorInfo.Address
	proposed := func(height int64) bool {
		block, err := honest.rpc.Block(context.Background(), &height)
		require.NoError(t, err)
		return bytes.Equal(block.Block.ProposerAddress, his)
	}
	const turns = 2 * validators
	at := honest.await(turns)
	count := 0
	for height := int64(1); height <= at; height++ {
		if proposed(height) {
			count++
		}
	}
	require.NotZero(t, count, "he has his turn")

	attacker.proposes(t, []byte{1, 2, 3})
	from := honest.await(at+2) + 1 // one may be on its way
	at = honest.await(from + turns)
	for height := from; height <= at; height++ {
		require.False(t, proposed(height), "block %d does not decode", height)
	}

	price := honest.price(t)
	var unpayable [][]byte
	for i := range 10 {
		seed := sha256.Sum256(fmt.Appendf(nil, "nobody %d", i))
		nobody := &sender{key: secp256k1.GenPrivKeyFromSecret(seed[:])}
		nobody.address = sdk.AccAddress(nobody.key.PubKey().Address())
		unpayable = append(unpayable, honest.made(t, nobody, tenth, price, 1_000_000, nil, sends(nobody, recipient(), 1)))
	}
	attacker.proposes(t, unpayable...)
	at = honest.await(at + turns + 2)
	held := 0
	for height := from; height <= at; height++ {
		if !proposed(height) {
			continue
		}
		res, err := honest.rpc.BlockResults(context.Background(), &height)
		require.NoError(t, err)
		require.Len(t, res.TxsResults, len(unpayable))
		for _, tx := range res.TxsResults {
			require.NotZero(t, tx.Code)
			_, paid := feeOf(tx.Events)
			require.False(t, paid)
			require.EqualValues(t, tenth, tx.GasWanted)
		}
		held++
	}
	require.NotZero(t, held)
	require.LessOrEqual(t, held, int(at-from)/validators+1, "his own blocks, no others")
	t.Logf("of %d blocks he held %d for nothing", at-from+1, held)
	for _, v := range nodes {
		require.False(t, v.node.Gone(), "all nodes go on")
	}
}

// awaitStatus waits until the node answers.
func (v *victim) awaitStatus() (status *coretypes.ResultStatus) {
	v.t.Helper()
	require.Eventually(v.t, func() bool {
		var err error
		status, err = v.rpc.Status(context.Background())
		return err == nil
	}, patience, 20*time.Millisecond)
	return status
}
