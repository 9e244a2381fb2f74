package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"
)

const (
	// poll is the pause between two questions about the same thing.
	poll = 50 * time.Millisecond
	// batch is how many transactions go into one request: CometBFT's default
	// limit.
	batch = 10
)

// RPC speaks CometBFT's JSON-RPC over connections that are kept alive. It knows
// just what the load needs, so that the client takes little of the processor.
type RPC struct {
	url  string
	http *http.Client
}

func newRPC(address string, connections int) *RPC {
	return &RPC{url: "http://" + address, http: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: connections},
		Timeout:   time.Minute,
	}}
}

type rpcRequest struct {
	Version string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

type rpcError struct {
	Message string `json:"message"`
	Data    string `json:"data"`
}

func (e *rpcError) Error() string { return strings.TrimSpace(e.Message + " " + e.Data) }

type rpcAnswer[T any] struct {
	Result T         `json:"result"`
	Error  *rpcError `json:"error"`
}

func (r *RPC) post(ctx context.Context, body, answer any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := r.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if raw, err = io.ReadAll(response.Body); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("answer of %s, status %s: %w", r.url, response.Status, err)
	}
	return nil
}

// call asks one question.
func call[T any](ctx context.Context, r *RPC, method string, params any) (T, error) {
	var answer rpcAnswer[T]
	err := r.post(ctx, rpcRequest{Version: "2.0", ID: 1, Method: method, Params: params}, &answer)
	if err == nil && answer.Error != nil {
		err = fmt.Errorf("%s: %w", method, answer.Error)
	}
	return answer.Result, err
}

// Checked is what the node's mempool says to a transaction.
type Checked struct {
	Code      uint32 `json:"code"`
	Codespace string `json:"codespace"`
	Log       string `json:"log"`
}

// Broadcast hands over up to a batch of transactions in one request and waits
// until each was checked. A full mempool is in the transaction's error.
func (r *RPC) Broadcast(ctx context.Context, txs []*Tx) ([]rpcAnswer[Checked], error) {
	requests := make([]rpcRequest, len(txs))
	for i, tx := range txs {
		requests[i] = rpcRequest{Version: "2.0", ID: i + 1, Method: "broadcast_tx_sync", Params: struct {
			Tx []byte `json:"tx"`
		}{tx.raw}}
	}
	var answers []rpcAnswer[Checked]
	if len(txs) == 1 { // CometBFT answers a batch of one without a list
		answers = make([]rpcAnswer[Checked], 1)
		return answers, r.post(ctx, requests[0], &answers[0])
	}
	if err := r.post(ctx, requests, &answers); err != nil {
		return nil, err
	}
	if len(answers) != len(txs) {
		return nil, fmt.Errorf("%d answers to %d transactions", len(answers), len(txs))
	}
	return answers, nil
}

// Height is the height of the newest block.
func (r *RPC) Height(ctx context.Context) (int64, error) {
	status, err := call[struct {
		Sync struct {
			Height int64 `json:"latest_block_height,string"`
		} `json:"sync_info"`
	}](ctx, r, "status", struct{}{})
	return status.Sync.Height, err
}

// RawBlock is a block's time and transactions. A block's time is when the
// validators voted for the one before.
type RawBlock struct {
	Block struct {
		Header struct {
			Time time.Time `json:"time"`
		} `json:"header"`
		Data struct {
			Txs [][]byte `json:"txs"`
		} `json:"data"`
	} `json:"block"`
}

// Block is the block at a height.
func (r *RPC) Block(ctx context.Context, height int64) (RawBlock, error) {
	return call[RawBlock](ctx, r, "block", map[string]string{"height": strconv.FormatInt(height, 10)})
}

// TxResult is how a transaction in a block ended.
type TxResult struct {
	Code      uint32 `json:"code"`
	Codespace string `json:"codespace"`
	Log       string `json:"log"`
	GasWanted int64  `json:"gas_wanted,string"`
	GasUsed   int64  `json:"gas_used,string"`
}

// Results are those of a block's transactions, in order.
func (r *RPC) Results(ctx context.Context, height int64) ([]TxResult, error) {
	answer, err := call[struct {
		Results []TxResult `json:"txs_results"`
	}](ctx, r, "block_results", map[string]string{"height": strconv.FormatInt(height, 10)})
	return answer.Results, err
}

// StateAfter is the hash of the state after a block, as the node itself has computed it.
func (r *RPC) StateAfter(ctx context.Context, height int64) (string, error) {
	answer, err := call[struct {
		AppHash string `json:"app_hash"`
	}](ctx, r, "block_results", map[string]string{"height": strconv.FormatInt(height, 10)})
	return answer.AppHash, err
}

// MaxGas is the most gas that the transactions of a block may declare, as the
// genesis has it.
func (r *RPC) MaxGas(ctx context.Context) (int64, error) {
	answer, err := call[struct {
		Params struct {
			Block struct {
				MaxGas int64 `json:"max_gas,string"`
			} `json:"block"`
		} `json:"consensus_params"`
	}](ctx, r, "consensus_params", map[string]string{"height": "1"})
	return answer.Params.Block.MaxGas, err
}

// Query asks the application, by the path of a gRPC method.
func (r *RPC) Query(ctx context.Context, path string, request, response proto.Message) error {
	raw, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	answer, err := call[struct {
		Response struct {
			Code  uint32 `json:"code"`
			Log   string `json:"log"`
			Value string `json:"value"`
		} `json:"response"`
	}](ctx, r, "abci_query", map[string]string{"path": path, "data": hex.EncodeToString(raw)})
	if err != nil {
		return err
	}
	if answer.Response.Code != 0 {
		return fmt.Errorf("%s: %s", path, answer.Response.Log)
	}
	if raw, err = base64.StdEncoding.DecodeString(answer.Response.Value); err != nil {
		return err
	}
	return proto.Unmarshal(raw, response)
}
