package hostile

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

// bytesCodec sends and reads bytes as they are.
type bytesCodec struct{}

func (bytesCodec) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (bytesCodec) Unmarshal(data []byte, v any) error { *v.(*[]byte) = data; return nil }
func (bytesCodec) Name() string                       { return "proto" }

// call sends bytes to a method and returns the code.
func (v *victim) call(ctx context.Context, method string, request []byte, opts ...grpc.CallOption) string {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	var answer []byte
	err := v.conn.Invoke(ctx, method, &request, &answer, append(opts, grpc.ForceCodec(bytesCodec{}))...)
	return status.Code(err).String()
}

func (v *victim) askGRPC(ctx context.Context) error {
	for {
		_, err := banktypes.NewQueryClient(v.conn).Params(ctx, &banktypes.QueryParamsRequest{})
		if err == nil || status.Code(err).String() != "ResourceExhausted" {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// listMethods are all queries that this program knows.
func (v *victim) listMethods() (methods []string) {
	files, err := proto.MergedRegistry()
	require.NoError(v, err)
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			if service.Name() == "Msg" {
				continue
			}
			for j := range service.Methods().Len() {
				if m := service.Methods().Get(j); !m.IsStreamingServer() {
					methods = append(methods, "/"+string(service.FullName())+"/"+string(m.Name()))
				}
			}
		}
		return true
	})
	require.Greater(v, len(methods), 100)
	slices.Sort(methods)
	return methods
}

// grpcAttacks are those on gRPC.
func (v *victim) grpcAttacks() []attack {
	codes := []string{
		"OK", "InvalidArgument", "ResourceExhausted", "NotFound", "Unimplemented", "Internal", "Unknown", "Unavailable",
		"FailedPrecondition", "OutOfRange",
	}
	bank := "/cosmos.bank.v1beta1.Query/"
	return []attack{
		{"gRPC: broken protobuf", func(ctx context.Context, n int) string {
			return v.call(ctx, v.methods[n%len(v.methods)], broken(n))
		}, codes},
		{"gRPC: oversized messages", func(ctx context.Context, _ int) string {
			return v.call(ctx, bank+"AllBalances", make([]byte,
				24<<20))
		}, []string{"ResourceExhausted", "Unavailable"}},
		{"gRPC: just within the limit", func(ctx context.Context, n int) string {
			request := protowire.AppendBytes([]byte{0x0a}, make([]byte, 2_000_000)) // one text, below what is read
			return v.call(ctx, v.methods[n%len(v.methods)], request)
		}, []string{"ResourceExhausted", "InvalidArgument", "Unavailable", "Unimplemented", "OK", "Unknown"}}, // OK: reflection reads nothing
		{"gRPC: simulations", func(ctx context.Context, n int) string {
			tx := slices.Concat([]byte{0x12, 0xff, 0xff, 0x1f}, make([]byte, 0x7ffff)) // 512 KiB of no transaction
			return v.call(ctx, "/cosmos.tx.v1beta1.Service/Simulate", tx)
		}, codes},
		{"gRPC: much metadata", func(ctx context.Context, n int) string {
			return v.call(metadata.AppendToOutgoingContext(ctx, "x-a", strings.Repeat("a", 2<<20)), bank+"Params", nil)
		}, []string{"ResourceExhausted", "Internal", "Unavailable", "Unknown", "OK"}},
		{"gRPC: odd heights", func(ctx context.Context, n int) string {
			height := []string{"-1", "99999999999", "x", "1"}[n%4]
			return v.call(metadata.AppendToOutgoingContext(ctx, "x-cosmos-block-height", height), bank+"TotalSupply", nil)
		}, codes},
		{"gRPC: streams that never end", v.streams, []string{"held", "Unavailable", "ResourceExhausted", "Unimplemented"}},
		{"gRPC: no HTTP/2", func(ctx context.Context, _ int) string {
			return raw(ctx, v.node.GRPC, text("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
		}, noMore},
		{"gRPC: empty frames", func(ctx context.Context, _ int) string {
			return raw(ctx, v.node.GRPC, func(c net.Conn) error {
				if err := text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")(c); err != nil {
					return err
				}
				return text(strings.Repeat("\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678", 20_000))(c)
			})
		}, noMore},
	}
}

// broken is bytes, of which some are nearly a message.
func broken(n int) []byte {
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	bz := make([]byte, rng.IntN(200))
	for i := range bz {
		bz[i] = byte(rng.Uint32())
	}
	switch n % 3 {
	case 0:
		return append([]byte{0x0a, byte(len(bz))}, bz...) // field 1: any text
	case 1: // pagination of any numbers, where that is field 1 to 3
		return []byte{byte(8*(1+rng.IntN(3)) + 2), 11, 0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}
	}
	return bz
}

// streams opens many and sends on them without an end.
func (v *victim) streams(ctx context.Context, _ int) string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	long := strings.Repeat("a", 1000)
	for range 100 {
		stream, err := reflection.NewServerReflectionClient(v.conn).ServerReflectionInfo(ctx)
		if err != nil {
			return status.Code(err).String()
		}
		for range 20 {
			ask := &reflection.ServerReflectionRequest{Host: long} //nolint:staticcheck // SA1019: the SDK serves this version alone
			if stream.Send(ask) != nil {
				break
			}
		}
	}
	<-ctx.Done()
	return "held"
}

// rpcAttacks are those on CometBFT's RPC.
func (v *victim) rpcAttacks() []attack {
	post := func(ctx context.Context, body string) string {
		return v.do(ctx, http.MethodPost, "http://"+v.node.RPC, strings.NewReader(body), "Content-Type", "application/json")
	}
	ask := func(method string, params any) string {
		raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
		if err != nil {
			panic(err)
		}
		return string(raw)
	}
	all := []string{"200", "500", "400", "413", "closed", "404"}
	return []attack{
		{"RPC: endless bodies", func(ctx context.Context, _ int) string {
			return v.do(ctx, http.MethodPost, "http://"+v.node.RPC, struct{ zeros }{}, "Content-Type", "application/json")
		}, append([]string{"500"}, noMore...)},
		{"RPC: deep JSON", func(ctx context.Context, _ int) string { return post(ctx, deep(100_000)) }, all},
		{"RPC: batches", func(ctx context.Context, _ int) string {
			return post(ctx, "["+strings.Repeat(ask("status", map[string]any{})+",", 500)+ask("health", map[string]any{})+"]")
		}, all},
		{"RPC: broadcasts of nonsense", func(ctx context.Context, n int) string {
			method := []string{"broadcast_tx_sync", "broadcast_tx_async", "broadcast_tx_commit", "check_tx"}[n%4]
			return post(ctx, ask(method, map[string]any{"tx": base64.StdEncoding.EncodeToString(broken(n))}))
		}, all},
		{"RPC: large broadcasts", func(ctx context.Context, _ int) string {
			return post(ctx, ask("broadcast_tx_sync", map[string]any{"tx": base64.StdEncoding.EncodeToString(make([]byte, 700<<10))}))
		}, all},
		{"RPC: searches", func(ctx context.Context, n int) string {
			query := []string{
				"tx.height>0", "message.action EXISTS", strings.Repeat("a.b='c' AND ", 2000) + "a.b='c'",
				"tx.height>=-1 AND tx.height<1e400", "'", "a.b>" + strings.Repeat("9", 5000),
			}[n%6]
			return post(ctx, ask([]string{"tx_search", "block_search"}[n/6%2], map[string]any{
				"query": query, "per_page": "100000",
				"page": "99999999", "prove": true,
			}))
		}, all},
		{"RPC: odd questions", func(ctx context.Context, n int) string {
			questions := []string{
				ask("abci_query", map[string]any{"path": "/store/bank/subspace", "data": "00", "prove": true}), ask("abci_query",
					map[string]any{"path": strings.Repeat("/a", 9000)}),
				ask("abci_query", map[string]any{"path": "/app/simulate", "data": strings.Repeat("ff", 5000)}), ask("block",
					map[string]any{"height": "-5"}),
				ask("blockchain", map[string]any{"minHeight": "-99", "maxHeight": "99999999999"}), ask("validators",
					map[string]any{"page": "9999", "per_page": "-1"}),
				ask("genesis_chunked", map[string]any{"chunk": 99999}), ask("dial_peers",
					map[string]any{"peers": []string{"a@b:1"}}), ask("unsafe_flush_mempool", nil),
				ask("header_by_hash", map[string]any{"hash": "AA"}), ask("broadcast_evidence",
					map[string]any{"evidence": map[string]any{"type": "x"}}), `{"jsonrpc":"2.0"}`, "[]", "null",
			}
			return post(ctx, questions[n%len(questions)])
		}, all},
		{"RPC: subscriptions", v.subscriptions, []string{"held", "closed", "refused"}},
		{"RPC: many connections", func(ctx context.Context, _ int) string { return v.crowd(ctx, v.node.RPC) }, []string{"held", "closed"}},
		{"RPC: slow bodies", func(ctx context.Context, _ int) string {
			return slowly(ctx, v.node.RPC, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
		}, append([]string{"408"}, all...)},
	}
}

// subscriptions asks for events by a websocket, as often as the node lets one, and reads none.
func (v *victim) subscriptions(ctx context.Context, n int) string {
	c, res, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+v.node.RPC+"/websocket", nil)
	if err != nil {
		if res != nil {
			return "refused"
		}
		return "closed"
	}
	defer c.Close()
	for i := range 50 {
		query := fmt.Sprintf("tm.event='NewBlock' AND block.height>%d", n*100+i)
		question := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"subscribe","params":{"query":%q}}`, i, query)
		if c.WriteMessage(websocket.TextMessage, []byte(question)) != nil {
			return "closed"
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
	return "held"
}
