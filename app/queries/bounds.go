package queries

import (
	"context"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"
	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/baseapp"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Bounds hold the queries of a node to its settings.
type Bounds struct {
	settings             Settings
	queries, simulations *gate
}

// New makes the bounds of one node.
func New(s Settings) *Bounds {
	return &Bounds{
		settings:    s,
		queries:     newGate("queries", FlagAtOnce, s.AtOnce, s.Wait),
		simulations: newGate("simulations", FlagSimulationsAtOnce, s.SimulationsAtOnce, s.Wait),
	}
}

// Use is how much is asked of a kind of query.
type Use struct {
	// Of says which: queries or simulations.
	Of string
	// Running now, of so many that may, and refused since the node began.
	Running, Max int
	Refused      uint64
}

// Uses are those of all kinds.
func (b *Bounds) Uses() (all []Use) {
	for _, g := range []*gate{b.queries, b.simulations} {
		all = append(all, Use{g.what, len(g.places), cap(g.places), g.refused.Load()})
	}
	return all
}

// The methods that decode whole transactions, at up to sixty bytes of memory for one of
// theirs.
var heavy = map[string]bool{
	simulate:                                   true,
	"/cosmos.tx.v1beta1.Service/TxDecode":      true,
	"/cosmos.tx.v1beta1.Service/TxDecodeAmino": true,
	"/cosmos.tx.v1beta1.Service/TxEncode":      true,
	"/cosmos.tx.v1beta1.Service/TxEncodeAmino": true,
	search: true,
	"/cosmos.tx.v1beta1.Service/GetBlockWithTxs": true,
}

const (
	simulate = "/cosmos.tx.v1beta1.Service/Simulate"
	search   = "/cosmos.tx.v1beta1.Service/GetTxsEvent"
	// broadcast is no query: CometBFT's pool bounds it, and it waits for blocks.
	broadcast = "/cosmos.tx.v1beta1.Service/BroadcastTx"
)

// Around registers services whose every method is bounded. The registrar is the app's
// router, from which both gRPC and ABCI take the handlers.
func (b *Bounds) Around(router gogogrpc.Server) gogogrpc.Server { return registrar{router, b} }

type registrar struct {
	gogogrpc.Server
	bounds *Bounds
}

// RegisterService implements gogogrpc.Server.
func (r registrar) RegisterService(service *grpc.ServiceDesc, handler any) {
	bounded := *service
	bounded.Methods = make([]grpc.MethodDesc, len(service.Methods))
	for i, method := range service.Methods {
		bounded.Methods[i] = grpc.MethodDesc{
			MethodName: method.MethodName,
			Handler:    r.bounds.around("/"+service.ServiceName+"/"+method.MethodName, method.Handler),
		}
	}
	r.Server.RegisterService(&bounded, handler)
}

func (b *Bounds) around(path string, handler grpc.MethodHandler) grpc.MethodHandler {
	if path == broadcast {
		return handler
	}
	g := b.queries
	if heavy[path] {
		g = b.simulations
	}
	return func(
		srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor,
	) (any, error) {
		leave, err := g.enter(ctx) // before it is decoded, which takes the memory
		if err != nil {
			return nil, err
		}
		defer leave()
		var unread error // gRPC gives what a decoder returns a code of its own
		res, err := handler(srv, ctx, func(request any) error {
			if message, ok := request.(proto.Message); ok {
				request = sized{message, b.settings.MaxBytes, &unread}
			}
			return decode(request)
		}, interceptor)
		if unread != nil {
			return nil, unread
		}
		return res, coded(path, err)
	}
}

// sized is a request that refuses to be decoded from too many bytes.
type sized struct {
	proto.Message
	most   int
	unread *error
}

// Unmarshal implements what the codec asks of a message.
func (s sized) Unmarshal(raw []byte) error {
	err := checkSize(len(raw), s.most)
	if err == nil {
		if err = proto.Unmarshal(raw, s.Message); err == nil {
			return nil
		}
		err = status.Errorf(codes.InvalidArgument, "the query is no %s: %v", proto.MessageName(s.Message), err)
	}
	*s.unread = err
	return err
}

// UnpackInterfaces implements codectypes.UnpackInterfacesMessage.
func (s sized) UnpackInterfaces(unpacker codectypes.AnyUnpacker) error {
	return codectypes.UnpackInterfaces(s.Message, unpacker)
}

// coded gives a refusal of the SDK's that gRPC would call Unknown, and REST 500, as if the node were broken, the code
// that says whose fault it is.
func coded(path string, err error) error {
	code := status.Code(err)
	switch {
	case path == search && (code == codes.Unknown || code == codes.Internal):
		// That there is no such page, or that it can't read what is searched, the node's search says in words only.
		code = codes.InvalidArgument
	case code != codes.Unknown:
		return err
	case errors.Is(err, sdkerrors.ErrInvalidHeight): // it may come
		code = codes.OutOfRange
	case errors.Is(err, sdkerrors.ErrInvalidRequest), errors.Is(err, sdkerrors.ErrInvalidAddress):
		code = codes.InvalidArgument
	case errors.Is(err, sdkerrors.ErrOutOfGas):
		code = codes.ResourceExhausted
	}
	return status.Error(code, status.Convert(err).Message())
}

func checkSize(size, most int) error {
	if size <= most {
		return nil
	}
	return status.Errorf(codes.ResourceExhausted, "the query has %d bytes, this node takes %d: "+
		"ask in smaller parts, or its operator for more (%s in app.toml)", size, most, FlagMaxBytes)
}

// CheckABCI refuses an abci_query that no handler bounds: by prefix, which reads a whole
// store, and the old way to simulate. Rows of a store by key stay, for proofs.
func (b *Bounds) CheckABCI(req *abci.RequestQuery) error {
	if size := len(req.Data) + len(req.Path); size > b.settings.MaxBytes {
		return sdkerrors.ErrInvalidRequest.Wrap(checkSize(size, b.settings.MaxBytes).Error())
	}
	path := baseapp.SplitABCIQueryPath(req.Path)
	switch {
	case len(path) == 0:
	case path[0] == baseapp.QueryPathStore && (len(path) != 3 || path[2] != "key"):
		return sdkerrors.ErrUnknownRequest.Wrapf("%q: a store is read by key, as /store/NAME/key; "+
			"lists have a query of their module, with pages", req.Path)
	case path[0] == baseapp.QueryPathApp && len(path) > 1 && path[1] == "simulate":
		return sdkerrors.ErrUnknownRequest.Wrapf("%q is closed: simulate by %s", req.Path, simulate)
	}
	return nil
}
