package pages

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

const (
	// rpcPath is where a wallet in the page reaches the node: pages may ask no other host.
	rpcPath = "/rpc"
	// maxCall and maxReply bound a question to the node and its answer, in bytes.
	maxCall, maxReply = 256 << 10, 4 << 20
)

// queried are the beginnings of the paths that abci_query is passed on for. A node answers by it what it
// answers by gRPC, the search of all transactions (GetTxsEvent) among it, which callable leaves out.
var queried = []string{
	"/stemma.", "/store/", "/cosmos.auth.v1beta1.Query/", "/cosmos.bank.v1beta1.Query/", "/cosmos.base.node.v1beta1.Service/",
	"/cosmos.feegrant.v1beta1.Query/", "/cosmos.tx.v1beta1.Service/Simulate",
}

// callable are the node's methods that signing and sending take. None of them costs much or
// tells anything of the node's own.
var callable = []string{
	"abci_query", "block", "block_results", "blockchain", "broadcast_tx_sync", "commit", "header", "health", "status", "tx",
}

// rpcCall is a question in JSON-RPC 2.0.
type rpcCall struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params,omitempty"`
}

// call passes one question to the node (JSON-RPC 2.0). It has to be named JSON: a page of another site can send that only
// after a browser has asked whether it may (CORS), which this server does not allow.
func (s *Site) call(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "the content type has to be application/json", http.StatusUnsupportedMediaType)
		return
	}
	raw, err := io.ReadAll(r.Body)
	var asked rpcCall
	if err != nil || json.Unmarshal(raw, &asked) != nil || len(asked.ID) == 0 {
		http.Error(w, "one question in JSON-RPC 2.0 is needed", http.StatusBadRequest)
		return
	}
	if !slices.Contains(callable, asked.Method) {
		http.Error(w, "this method is not passed on", http.StatusForbidden)
		return
	}
	if asked.Method == "abci_query" && !asked.readQuery() {
		http.Error(w, "this query is not passed on", http.StatusForbidden)
		return
	}
	// What was checked is what is passed on, however the reader wrote it.
	if raw, err = json.Marshal(asked); err != nil {
		http.Error(w, "the question can't be passed on", http.StatusBadRequest)
		return
	}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, s.RPC, bytes.NewReader(raw))
	if err != nil {
		http.Error(w, "the node can't be asked", http.StatusInternalServerError)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := s.caller.Do(req)
	if err != nil {
		s.Log.Error("node's RPC", "error", err)
		http.Error(w, "the node does not answer", http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(answer.Body, maxReply+1))
	if err != nil || len(reply) > maxReply {
		http.Error(w, "the node's answer can't be passed on", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(reply)
}

// readQuery says whether a query is passed on, and writes its parameters anew: a name may stand twice in what
// a reader wrote.
func (c *rpcCall) readQuery() bool {
	var named map[string]json.RawMessage
	var list []json.RawMessage
	var path string
	switch {
	case json.Unmarshal(c.Params, &named) == nil && json.Unmarshal(named["path"], &path) == nil:
	case json.Unmarshal(c.Params, &list) == nil && len(list) > 0 && json.Unmarshal(list[0], &path) == nil:
	default:
		return false
	}
	var err error
	if named != nil {
		c.Params, err = json.Marshal(named)
	} else {
		c.Params, err = json.Marshal(list)
	}
	return err == nil && slices.ContainsFunc(queried, func(begin string) bool { return strings.HasPrefix(path, begin) })
}
