package events_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	gogotypes "github.com/cosmos/gogoproto/types"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	_ "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ours lists the event types of all modules.
func ours(t *testing.T) []reflect.Type {
	var found []reflect.Type
	proto.HybridResolver.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(file.Package()), "stemma.") {
			return true
		}
		for i := range file.Messages().Len() {
			m := file.Messages().Get(i)
			if strings.HasPrefix(string(m.Name()), "Event") {
				found = append(found, proto.MessageType(string(m.FullName())))
			}
		}
		return true
	})
	require.Greater(t, len(found), 30)
	return found
}

// TestEveryEventIsATypedEvent: clients cannot tell the difference.
func TestEveryEventIsATypedEvent(t *testing.T) {
	for _, kind := range ours(t) {
		t.Run(kind.Elem().Name(), rapid.MakeCheck(func(t *rapid.T) {
			event := reflect.New(kind.Elem())
			if rapid.IntRange(0, 9).Draw(t, "all zero") > 0 {
				fill(t, event.Elem())
			}
			requireTyped(t, event.Interface().(proto.Message))
		}))
	}
}

func requireTyped(t require.TestingT, event proto.Message) {
	want, err := sdk.TypedEventToEvent(event)
	require.NoError(t, err)
	got, err := events.Encode(event)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = sdk.ParseTypedEvent(abci.Event(got))
	require.NoError(t, err)
}

// fill sets all fields of a message that the wire has.
func fill(t *rapid.T, v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		seconds := rapid.Int64Range(-62_135_596_800, 253_402_300_799).Draw(t, "seconds")
		parts := rapid.SampledFrom([]int64{0, 1, 1_000, 1_000_000, 999_999_999}).Draw(t, "parts")
		*x = time.Unix(seconds, parts)
		return
	case *time.Duration:
		*x = time.Duration(rapid.Int64().Draw(t, "duration"))
		if rapid.Bool().Draw(t, "round") {
			*x = x.Truncate(time.Millisecond)
		}
		return
	case *math.Int:
		*x = math.NewIntFromUint64(rapid.Uint64().Draw(t, "amount")).MulRaw(1_000_000)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int32: // enums, known and unknown
		v.SetInt(int64(rapid.Int32Range(-1, 12).Draw(t, "number")))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "number"))
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(rapid.Uint64Range(0, 1<<v.Type().Bits()-1).Draw(t, "number"))
	case reflect.Uint64:
		v.SetUint(rapid.Uint64().Draw(t, "number"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 3).Draw(t, "length"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		require.Failf(t, "no rule", "%s", v.Type())
	}
}

func TestEmit(t *testing.T) {
	ctx := sdk.Context{}.WithEventManager(sdk.NewEventManager())
	event := &royaltytypes.EventSettleRequested{}
	require.NoError(t, events.Emit(ctx, event))
	want, err := sdk.TypedEventToEvent(event)
	require.NoError(t, err)
	require.Equal(t, sdk.Events{want}, ctx.EventManager().Events())

	late := &registrytypes.EventAnchorProved{ClaimedSince: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}
	require.ErrorContains(t, events.Emit(ctx, late), "claimed_since")
	require.Len(t, ctx.EventManager().Events(), 1)
}

// TestWhatNoEventHasIsRefused: it must not be written in a form that clients
// cannot read.
func TestWhatNoEventHasIsRefused(t *testing.T) {
	var none *royaltytypes.EventPaid
	for name, event := range map[string]proto.Message{
		"nothing": nil, "nil": none, "a well-known type": &withTime{}, "a map": &withMap{}, "a oneof": &withOneof{},
	} {
		_, err := events.Encode(event)
		require.Error(t, err, name)
	}
}

type foreign struct{}

func (*foreign) Reset()         {}
func (*foreign) String() string { return "" }
func (*foreign) ProtoMessage()  {}

type withTime struct {
	foreign
	Time *gogotypes.Timestamp `protobuf:"bytes,1,opt,name=time,proto3"`
}

type withMap struct {
	foreign
	Pairs map[string]string `protobuf:"bytes,1,rep,name=pairs,proto3"`
}

type withOneof struct {
	foreign
	Either any `protobuf_oneof:"either"`
}

func BenchmarkEncode(b *testing.B) {
	work := registrytypes.WorkID{1, 2, 3}
	id := work.String()
	derived := &lineagetypes.EventDerived{Work: work, Sources: make([]lineagetypes.Source, 3)}
	for i := range derived.Sources {
		derived.Sources[i] = lineagetypes.Source{Work: work, Role: lineagetypes.ROLE_PARENT_OF, Permission: id}
	}
	for name, event := range map[string]proto.Message{
		"paid":    &royaltytypes.EventPaid{Payer: id, Work: work, Denom: "uusdc", Amount: "1000000", Epoch: 3},
		"derived": derived,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := events.Encode(event)
				require.NoError(b, err)
			}
		})
		b.Run(name+"/typed", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := sdk.TypedEventToEvent(event)
				require.NoError(b, err)
			}
		})
	}
}
