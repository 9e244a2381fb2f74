package strangers_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	cosmosproto "github.com/cosmos/cosmos-proto"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/codec/unknownproto"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/strangers"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// messages are the type URLs of all messages of our modules, in order.
func messages(e encoding.Encoding) (urls []string) {
	for _, url := range e.InterfaceRegistry.ListImplementations(sdk.MsgInterfaceProtoName) {
		if strings.HasPrefix(url, "/stemma.") {
			urls = append(urls, url)
		}
	}
	slices.Sort(urls)
	return urls
}

// FuzzMessage reads bytes as a message of any type, as a node does: whatever they are, nothing panics, and what its checks let through is
// the same after it is written and read again, on the wire and as JSON.
func FuzzMessage(f *testing.F) {
	e, err := encoding.New()
	require.NoError(f, err)
	urls, sample := messages(e), samples(f)
	for i, url := range urls {
		f.Add(uint16(i), []byte{})
		f.Add(uint16(i), sample[url])
		for _, many := range []int{1, 2} {
			bz, err := protov2.MarshalOptions{Deterministic: true}.Marshal(filled(f, url, many))
			require.NoError(f, err)
			f.Add(uint16(i), bz)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint16, raw []byte) {
		if len(raw) > strangers.MaxInput {
			return
		}
		url := urls[int(kind)%len(urls)]
		strangers.Bounded(t, len(raw), func() { readMessage(t, e, url, raw) })
	})
}

// samples are messages that a chain took, of each type, by the simulation:
//
//	go test ./app -run TestSimulationOfAllMessages -args -sim.messages.sample=$PWD/testutil/strangers/testdata/messages.json
func samples(tb testing.TB) (all map[string][]byte) {
	raw, err := os.ReadFile("testdata/messages.json")
	require.NoError(tb, err)
	require.NoError(tb, json.Unmarshal(raw, &all))
	return all
}

// TestEachMessageHasASample that passes its checks, so that fuzzing begins behind them.
func TestEachMessageHasASample(t *testing.T) {
	e, err := encoding.New()
	require.NoError(t, err)
	sample := samples(t)
	for _, url := range messages(e) {
		msg, err := e.InterfaceRegistry.Resolve(url)
		require.NoError(t, err)
		require.NotEmpty(t, sample[url], "%s has no sample: see samples", url)
		require.NoError(t, e.Codec.Unmarshal(sample[url], msg), url)
		require.NoError(t, codectypes.UnpackInterfaces(msg, e.InterfaceRegistry), url)
		require.NoError(t, msg.(sdk.HasValidateBasic).ValidateBasic(), url)
	}
}

func readMessage(t *testing.T, e encoding.Encoding, url string, raw []byte) {
	decode := func(raw []byte) (sdk.Msg, error) {
		msg, err := e.InterfaceRegistry.Resolve(url)
		require.NoError(t, err)
		if err := unknownproto.RejectUnknownFieldsStrict(raw, msg, e.InterfaceRegistry); err != nil {
			return nil, err
		}
		if err := e.Codec.Unmarshal(raw, msg); err != nil {
			return nil, err
		}
		return msg, codectypes.UnpackInterfaces(msg, e.InterfaceRegistry)
	}
	msg, err := decode(raw)
	if err != nil {
		return
	}
	checked, ok := msg.(sdk.HasValidateBasic)
	require.True(t, ok, "%s has no ValidateBasic", url)
	if checked.ValidateBasic() != nil {
		return
	}
	wire, err := proto.Marshal(msg)
	require.NoError(t, err)
	again, err := decode(wire)
	require.NoError(t, err)
	require.NoError(t, again.(sdk.HasValidateBasic).ValidateBasic())
	text, err := e.Codec.MarshalJSON(again)
	require.NoError(t, err)
	spelled, err := e.InterfaceRegistry.Resolve(url)
	require.NoError(t, err)
	require.NoError(t, e.Codec.UnmarshalJSON(text, spelled), "%s", text)
	rewritten, err := proto.Marshal(spelled)
	require.NoError(t, err)
	require.Equal(t, wire, rewritten, "%s", text)
}

// filled is a message with text where its fields take some: ids, addresses and digests by their scalars, and as many entries in each list.
func filled(tb testing.TB, url string, many int) *dynamicpb.Message {
	files, err := proto.MergedRegistry()
	require.NoError(tb, err)
	found, err := files.FindDescriptorByName(protoreflect.FullName(url[1:]))
	require.NoError(tb, err)
	msg := dynamicpb.NewMessage(found.(protoreflect.MessageDescriptor))
	fill(msg, many, 0)
	return msg
}

func fill(m protoreflect.Message, many, depth int) {
	switch m.Descriptor().FullName() {
	case "google.protobuf.Any":
		return
	case "google.protobuf.Timestamp", "google.protobuf.Duration":
		m.Set(m.Descriptor().Fields().ByName("seconds"), protoreflect.ValueOfInt64(1_800_000_000>>depth))
		return
	}
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		message := field.Kind() == protoreflect.MessageKind
		switch {
		case depth > 4 && message:
		case field.IsList():
			list := m.Mutable(field).List()
			for n := range many {
				if message {
					fill(list.AppendMutable().Message(), many, depth+1)
				} else {
					list.Append(value(field, n))
				}
			}
		case message:
			fill(m.Mutable(field).Message(), many, depth+1)
		default:
			m.Set(field, value(field, 0))
		}
	}
}

func value(field protoreflect.FieldDescriptor, n int) protoreflect.Value {
	byte20, byte32 := [20]byte{byte(n + 1)}, [32]byte{byte(n + 1)}
	switch field.Kind() {
	case protoreflect.StringKind:
		scalar, _ := protov2.GetExtension(field.Options(), cosmosproto.E_Scalar).(string)
		texts := map[string]string{
			"cosmos.AddressString": sdk.AccAddress(byte20[:]).String(), "cosmos.Int": "12345", "stemma.AgentID": agenttypes.AgentID(byte20).String(),
			"stemma.AttestationID": agenttypes.AttestationID(byte32[:20]).String(), "stemma.Digest": registrytypes.Digest(byte32).String(),
			"stemma.DisputeID": disputetypes.DisputeID(byte20).String(), "stemma.GrantID": licensetypes.GrantID(byte20).String(),
			"stemma.PaymentChannelID": royaltytypes.PaymentChannelID(byte20).String(), "stemma.Salt": registrytypes.Salt(byte32).String(),
			"stemma.TermsID": licensetypes.TermsID(byte32).String(), "stemma.WorkID": registrytypes.WorkID(byte20).String(),
		}
		if text := texts[scalar]; text != "" {
			return protoreflect.ValueOfString(text)
		}
		switch name := string(field.Name()); {
		case strings.Contains(name, "uri"):
			return protoreflect.ValueOfString("https://example.org/a")
		case strings.Contains(name, "denom"):
			return protoreflect.ValueOfString([]string{"uone", "utwo"}[n%2])
		case name == "amount":
			return protoreflect.ValueOfString("17")
		}
		return protoreflect.ValueOfString([]string{"text", "word"}[n%2])
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(append([]byte{2}, byte32[:]...))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(n + 1))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(uint64(n + 1))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(n + 1))
	}
	return field.Default()
}
