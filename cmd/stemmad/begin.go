package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"

	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

// checkStart refuses to start from a genesis other than the one that the node began with,
// or than its operator expects (empty: any), and from the placeholder that init makes. It
// writes nothing: CometBFT keeps the first genesis that it sees, without a look at the
// file from then on.
func checkStart(cfg *cmtcfg.Config, expected string) error {
	file := cfg.GenesisFile()
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(raw); expected != "" && !strings.EqualFold(expected, hex.EncodeToString(sum[:])) {
		return &ending.Ended{
			Code: ending.Genesis,
			Why: fmt.Sprintf("%s has the SHA-256 %x, --%s asks for %s",
				file, sum, flagGenesisHash, strings.ToLower(expected)),
			Remedy: "get the network's genesis again, or the right hash",
		}
	}
	genesis, err := genutiltypes.AppGenesisFromFile(file)
	if err != nil {
		return fmt.Errorf("genesis %s: %w", file, err)
	}
	doc, err := genesis.ToGenesisDoc()
	if err == nil {
		err = doc.ValidateAndComplete()
	}
	if err != nil {
		return fmt.Errorf("genesis %s: %w", file, err)
	}
	first, blocks, err := begun(cfg)
	if err != nil {
		return err
	}
	if first == nil {
		return checkPlaceholder(file, doc)
	}
	return sameGenesis(file, doc, first, blocks)
}

// begun is the genesis with which the node began and how many blocks it has; nil when it
// has not begun. It makes no files.
func begun(cfg *cmtcfg.Config) (*cmttypes.GenesisDoc, int64, error) {
	if _, err := os.Stat(filepath.Join(cfg.DBDir(), "state.db")); errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	states, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "state", Config: cfg})
	if err != nil {
		return nil, 0, fmt.Errorf("open the data in %s (does another process run this node?): %w", cfg.DBDir(), err)
	}
	defer states.Close()
	raw, err := states.Get([]byte("genesisDoc"))
	if err != nil || len(raw) == 0 {
		return nil, 0, err
	}
	var first cmttypes.GenesisDoc
	if err := cmtjson.Unmarshal(raw, &first); err != nil {
		return nil, 0, fmt.Errorf("the genesis in %s: %w", cfg.DBDir(), err)
	}
	height, err := heightIn(cfg)
	return &first, height, err
}

// heightIn is the height of the last block that a stopped node has, whatever else is lost; 0: none. It makes no files.
func heightIn(cfg *cmtcfg.Config) (int64, error) {
	if _, err := os.Stat(filepath.Join(cfg.DBDir(), "blockstore.db")); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	blocks, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "blockstore", Config: cfg})
	if err != nil {
		return 0, fmt.Errorf("open the blocks in %s (does another process run this node?): %w", cfg.DBDir(), err)
	}
	defer blocks.Close()
	return store.NewBlockStore(blocks).Height(), nil
}

// checkPlaceholder refuses a genesis in which nobody can make a block.
func checkPlaceholder(file string, doc *cmttypes.GenesisDoc) error {
	var state struct {
		Genutil struct {
			GenTxs []json.RawMessage `json:"gen_txs"`
		} `json:"genutil"`
		Staking struct {
			Validators []json.RawMessage `json:"validators"`
		} `json:"staking"`
	}
	if err := json.Unmarshal(doc.AppState, &state); err != nil {
		return fmt.Errorf("genesis %s: app_state: %w", file, err)
	}
	if len(doc.Validators)+len(state.Genutil.GenTxs)+len(state.Staking.Validators) > 0 {
		return nil
	}
	return &ending.Ended{
		Code: ending.Genesis, Why: file + " has no validator; it is the placeholder that `stemmad init` makes",
		Remedy: "replace it with the network's genesis, or add validators with `stemmad genesis gentx` " +
			"and `collect-gentxs`",
	}
}

func sameGenesis(file string, doc, first *cmttypes.GenesisDoc, blocks int64) error {
	same, err := writtenAlike(doc, first)
	if err != nil || same { // as on each start: to sort a large one takes a while
		return err
	}
	now, err := joining.Hash(doc)
	if err != nil {
		return fmt.Errorf("genesis %s: %w", file, err)
	}
	then, err := joining.Hash(first)
	if err != nil {
		return err
	}
	if now == then {
		return nil
	}
	remedy := "put back the genesis with which it began, or, to join another chain, give `stemmad reset`: " +
		"it deletes the blocks and the state and keeps the keys and what the validator has signed"
	if blocks == 0 {
		remedy = "it has no block yet, so give `stemmad reset`, which keeps the keys and what the validator " +
			"has signed, and start again"
	}
	return &ending.Ended{
		Code: ending.Genesis,
		Why: fmt.Sprintf("the node began with the genesis of %s with the hash %s, and %s is that of %s with the hash %s",
			first.ChainID, then, file, doc.ChainID, now),
		Remedy: remedy,
	}
}

// writtenAlike says whether two are the same without a look at the order of names in their states.
func writtenAlike(a, b *cmttypes.GenesisDoc) (bool, error) {
	var left, right bytes.Buffer
	if err := errors.Join(json.Compact(&left, a.AppState), json.Compact(&right, b.AppState)); err != nil {
		return false, err
	}
	if !bytes.Equal(left.Bytes(), right.Bytes()) {
		return false, nil
	}
	one, other := *a, *b
	one.AppState, other.AppState = nil, nil
	of, err := joining.Canonical(&one)
	if err != nil {
		return false, err
	}
	than, err := joining.Canonical(&other)
	return bytes.Equal(of, than), err
}
