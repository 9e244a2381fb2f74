package client

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Result is a transaction in a block.
type Result struct {
	// Hash is in capital hex digits.
	Hash string
	// Height and Time of its block; 0: it is in none yet.
	Height int64
	Time   time.Time
	// GasWanted was paid for, GasUsed was used.
	GasWanted, GasUsed int64
	// Fee that was paid.
	Fee sdk.Coins
	// Events of its messages and of its fee.
	Events []abci.Event

	responses []*codectypes.Any
}

// Response reads the answer to the message at index i.
func (r Result) Response(i int, into proto.Message) error { return respond(r.responses, i, into) }

// Responses are the answers to all messages, packed.
func (r Result) Responses() []*codectypes.Any { return r.responses }

func respond(responses []*codectypes.Any, i int, into proto.Message) error {
	if i < 0 || i >= len(responses) {
		return fmt.Errorf("the chain gave no answer to message %d", i)
	}
	return proto.Unmarshal(responses[i].Value, into)
}

// HashOf is the hash of a transaction's bytes, as a node writes it.
func HashOf(raw []byte) string { return hashText(sha256.Sum256(raw)) }

func hashText(hash [32]byte) string { return fmt.Sprintf("%X", hash) }

// resultOf reads what a block did with a transaction; a *TxError where that failed.
func resultOf(hash string, fee sdk.Coins, s sighting) (Result, error) {
	r := Result{
		Hash: hash, Height: s.height, Time: s.time, Fee: fee,
		GasWanted: s.result.GasWanted, GasUsed: s.result.GasUsed, Events: s.result.Events,
	}
	if s.result.Code != 0 {
		refused := newTxError(Executed, s.result.Codespace, s.result.Code, s.result.Log)
		refused.Hash, refused.Height = hash, s.height
		return r, refused
	}
	var data sdk.TxMsgData
	if err := data.Unmarshal(s.result.Data); err != nil {
		return r, fmt.Errorf("read the answer to transaction %s: %w", hash, err)
	}
	var err error
	r.responses, err = unwrapped(data.MsgResponses)
	return r, err
}

// Find looks for a transaction by its hash in the blocks from a height on to the newest,
// without an index. Not found: Height 0 and no error. One that failed is a *TxError. It reads
// each block, so give it a height near.
func (c *Client) Find(ctx context.Context, hash string, from int64) (Result, error) {
	newest, _, err := c.Latest(ctx)
	if err != nil {
		return Result{}, err
	}
	for height := max(from, 1); height <= newest; height++ {
		b, err := c.block(ctx, height)
		if err != nil {
			return Result{}, err
		}
		for i, raw := range b.txs {
			if !strings.EqualFold(HashOf(raw), hash) {
				continue
			}
			results, err := c.results(ctx, b)
			if err != nil {
				return Result{}, err
			}
			tx, err := c.Encoding.TxConfig.TxDecoder()(raw)
			if err != nil {
				return Result{}, fmt.Errorf("transaction %s: %w", hash, err)
			}
			var fee sdk.Coins
			if paid, ok := tx.(sdk.FeeTx); ok {
				fee = paid.GetFee()
			}
			return resultOf(strings.ToUpper(hash), fee, sighting{height: b.height, time: b.time, result: results[i]})
		}
	}
	return Result{Hash: strings.ToUpper(hash)}, nil
}

// Seen says which of these hashes are of transactions in the blocks from a height on to the newest, also
// of those that failed.
func (c *Client) Seen(ctx context.Context, hashes []string, from int64) (map[string]bool, error) {
	newest, _, err := c.Latest(ctx)
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(hashes))
	for _, hash := range hashes {
		there[hash] = false
	}
	for height := max(from, 1); height <= newest; height++ {
		b, err := c.block(ctx, height)
		if err != nil {
			return nil, err
		}
		for _, raw := range b.txs {
			if _, asked := there[HashOf(raw)]; asked {
				there[HashOf(raw)] = true
			}
		}
	}
	return there, nil
}
