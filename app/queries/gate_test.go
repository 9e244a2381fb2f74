package queries_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app/queries"
)

// router keeps the service that is registered.
type router struct{ service *grpc.ServiceDesc }

func (r *router) RegisterService(service *grpc.ServiceDesc, _ any) { r.service = service }

// bounded is a method with these bounds in front.
func bounded(s queries.Settings, service, method string, handler grpc.MethodHandler) func(context.Context) error {
	r := &router{}
	queries.New(s).Around(r).RegisterService(&grpc.ServiceDesc{
		ServiceName: service, Methods: []grpc.MethodDesc{{MethodName: method, Handler: handler}},
	}, nil)
	return func(ctx context.Context) error {
		_, err := r.service.Methods[0].Handler(nil, ctx, func(any) error { return nil }, nil)
		return err
	}
}

// crowd asks so many times at once and counts who was answered and refused, and how many
// ran at once.
func crowd(t *testing.T, s queries.Settings, service, method string, askers int, each time.Duration) (answered, refused, most int64) {
	t.Helper()
	var running, peak, done, full atomic.Int64
	ask := bounded(s, service, method, func(any, context.Context, func(any) error, grpc.UnaryServerInterceptor) (any, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for was := peak.Load(); now > was && !peak.CompareAndSwap(was, now); was = peak.Load() {
		}
		time.Sleep(each)
		return nil, nil
	})
	var all sync.WaitGroup
	for range askers {
		all.Go(func() {
			switch err := ask(context.Background()); status.Code(err) {
			case codes.OK:
				done.Add(1)
			case codes.ResourceExhausted:
				full.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	return done.Load(), full.Load(), peak.Load()
}

func TestSoManyQueriesAtOnce(t *testing.T) {
	s := queries.DefaultSettings()
	s.AtOnce, s.SimulationsAtOnce = 3, 1

	answered, refused, most := crowd(t, s, "a.Query", "Get", 27, 10*time.Millisecond)
	require.EqualValues(t, 27, answered, "three run, eight times as many wait")
	require.Zero(t, refused)
	require.EqualValues(t, 3, most)

	answered, refused, most = crowd(t, s, "cosmos.tx.v1beta1.Service", "Simulate", 20, 20*time.Millisecond)
	require.EqualValues(t, 1, most)
	require.EqualValues(t, 20, answered+refused)
	require.GreaterOrEqual(t, refused, int64(11), "more than wait are refused at once")

	s.Wait = 30 * time.Millisecond
	answered, refused, _ = crowd(t, s, "a.Query", "Get", 6, 200*time.Millisecond)
	require.EqualValues(t, 3, answered)
	require.EqualValues(t, 3, refused, "who waits longer than that is refused")

	answered, _, most = crowd(t, s, "cosmos.tx.v1beta1.Service", "BroadcastTx", 40, 20*time.Millisecond)
	require.EqualValues(t, 40, answered, "a broadcast is no query")
	require.Greater(t, most, int64(3))
}

func TestWhoGoesAwayWaitsNoLonger(t *testing.T) {
	s := queries.DefaultSettings()
	s.AtOnce = 1
	in, out := make(chan struct{}), make(chan struct{})
	ask := bounded(s, "a.Query", "Get", func(any, context.Context, func(any) error, grpc.UnaryServerInterceptor) (any, error) {
		close(in)
		<-out
		return nil, nil
	})
	go func() { _ = ask(context.Background()) }()
	<-in
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	require.Equal(t, codes.Canceled, status.Code(ask(gone)))
	close(out)
}

// A request is refused by its bytes, before it is decoded.
func TestAQueryHasABoundedSize(t *testing.T) {
	s := queries.DefaultSettings()
	s.MaxBytes = 100
	r := &router{}
	queries.New(s).Around(r).RegisterService(&grpc.ServiceDesc{ServiceName: "a.Query", Methods: []grpc.MethodDesc{{
		MethodName: "Get", Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			request := new(banktypes.QueryBalanceRequest)
			return request, decode(request)
		},
	}}}, nil)
	for size, want := range map[int]codes.Code{90: codes.OK, 99: codes.ResourceExhausted} {
		raw, err := (&banktypes.QueryBalanceRequest{Address: string(make([]byte, size))}).Marshal()
		require.NoError(t, err)
		_, err = r.service.Methods[0].Handler(nil, context.Background(), func(request any) error {
			return request.(interface{ Unmarshal([]byte) error }).Unmarshal(raw)
		}, nil)
		require.Equal(t, want, status.Code(err))
		if want != codes.OK {
			require.ErrorContains(t, err, "queries.max-bytes in app.toml")
		}
	}
}

// What the SDK refuses without a code of gRPC's is the asker's fault where it says so, and not the node's.
func TestRefusalsHaveCodes(t *testing.T) {
	errBroken := errors.New("broken")
	for _, c := range []struct {
		service, method string
		err             error
		want            codes.Code
	}{
		{"a.Query", "Get", nil, codes.OK},
		{"a.Query", "Get", sdkerrors.ErrInvalidHeight.Wrap("in the future"), codes.OutOfRange},
		{"a.Query", "Get", sdkerrors.ErrInvalidRequest.Wrap("negative"), codes.InvalidArgument},
		{"a.Query", "Get", sdkerrors.ErrOutOfGas.Wrap("too dear"), codes.ResourceExhausted},
		{"a.Query", "Get", status.Error(codes.NotFound, "no such"), codes.NotFound},
		{"a.Query", "Get", errBroken, codes.Unknown},
		{"cosmos.tx.v1beta1.Service", "GetTxsEvent", status.Error(codes.Internal, "page 7 of 1"), codes.InvalidArgument},
	} {
		ask := bounded(queries.DefaultSettings(), c.service, c.method,
			func(any, context.Context, func(any) error, grpc.UnaryServerInterceptor) (any, error) {
				return nil, c.err
			})
		err := ask(context.Background())
		require.Equal(t, c.want, status.Code(err), "%v", c.err)
		if c.err != nil {
			require.Equal(t, status.Convert(c.err).Message(), status.Convert(err).Message())
		}
	}
}

// Bytes that are no message are the asker's fault too.
func TestAQueryThatIsNone(t *testing.T) {
	r := &router{}
	queries.New(queries.DefaultSettings()).Around(r).RegisterService(&grpc.ServiceDesc{ServiceName: "a.Query", Methods: []grpc.MethodDesc{{
		MethodName: "Get", Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			request := new(banktypes.QueryBalanceRequest)
			return request, decode(request)
		},
	}}}, nil)
	_, err := r.service.Methods[0].Handler(nil, context.Background(), func(request any) error {
		return request.(interface{ Unmarshal([]byte) error }).Unmarshal([]byte{0x0a, 0xff})
	}, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, "cosmos.bank.v1beta1.QueryBalanceRequest")
}

func TestSettings(t *testing.T) {
	got, err := queries.ReadSettings(simtestutil.AppOptionsMap{})
	require.NoError(t, err)
	require.Equal(t, queries.DefaultSettings(), got, "a file without the section has the bounds too")
	got, err = queries.ReadSettings(simtestutil.AppOptionsMap{
		queries.FlagAtOnce: "7", queries.FlagMaxBytes: 8, queries.FlagSimulationsAtOnce: 9,
		queries.FlagSimulationMaxBytes: 10, queries.FlagSimulationMaxGas: 11, queries.FlagWait: "12s",
	})
	require.NoError(t, err)
	require.Equal(t, queries.Settings{
		AtOnce: 7, MaxBytes: 8, SimulationsAtOnce: 9, SimulationMaxBytes: 10, SimulationMaxGas: 11, Wait: 12 * time.Second,
	}, got)
	for _, wrong := range []any{0, -1, "many"} {
		_, err = queries.ReadSettings(simtestutil.AppOptionsMap{queries.FlagAtOnce: wrong})
		require.ErrorContains(t, err, "queries.at-once is")
	}
}
