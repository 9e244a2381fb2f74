package strangers_test

import (
	"bytes"
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
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdktx "github.com/cosmos/cosmos-sdk/types/tx"

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
		f.Add(uint16(i), sample[url])
		bz, err := protov2.MarshalOptions{Deterministic: true}.Marshal(filled(f, url, 2))
		require.NoError(f, err)
		f.Add(uint16(i), bz)
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

// readMessage says whether bytes are a message that passes its checks.
func readMessage(t *testing.T, e encoding.Encoding, url string, raw []byte) (valid bool) {
	decode := func(raw []byte) (sdk.Msg, error) {
		tx, err := e.TxConfig.TxDecoder()(transaction(t, url, raw))
		if err != nil {
			return nil, err
		}
		return tx.GetMsgs()[0], nil
	}
	msg, err := decode(raw)
	if err != nil {
		return false
	}
	checked, ok := msg.(sdk.HasValidateBasic)
	require.True(t, ok, "%s has no ValidateBasic", url)
	if checked.ValidateBasic() != nil {
		return false
	}
	if act, ok := msg.(*agenttypes.MsgAct); ok { // what it carries is checked when it is executed
		inner, err := sdktx.GetMsgs(act.Messages, "act")
		require.NoError(t, err)
		for _, m := range inner {
			if m, ok := m.(sdk.HasValidateBasic); ok && m.ValidateBasic() != nil {
				return false
			}
		}
	}
	wire, err := proto.Marshal(msg)
	require.NoError(t, err)
	again, err := decode(wire)
	require.NoError(t, err)
	require.NoError(t, again.(sdk.HasValidateBasic).ValidateBasic())
	text, err := e.Codec.MarshalJSON(again)
	require.NoError(t, err)
	if strings.Contains(string(text), "\ufffd") || strings.Contains(string(text), `\ufffd`) {
		return true // a text that is no UTF-8: see TestWhatIsNoUTF8
	}
	spelled, err := e.InterfaceRegistry.Resolve(url)
	require.NoError(t, err)
	require.NoError(t, e.Codec.UnmarshalJSON(text, spelled), "%s", text)
	rewritten, err := proto.Marshal(spelled)
	require.NoError(t, err)
	require.Equal(t, wire, rewritten, "%s", text)
	return true
}

// TestWhatIsNoUTF8 puts a byte that is no UTF-8 into each text of each sample. What passes all the same is compared with what the chain
// has, and never stored: a state with such a text would not come back from its export.
func TestWhatIsNoUTF8(t *testing.T) {
	e, err := encoding.New()
	require.NoError(t, err)
	sample := samples(t)
	var passed []string
	for _, url := range messages(e) {
		kind := kindOf(t, url)
		for _, original := range [][]byte{sample[url], marshalled(t, filled(t, url, 1))} {
			msg := dynamicpb.NewMessage(kind)
			require.NoError(t, protov2.Unmarshal(original, msg))
			texts(msg, string(msg.Descriptor().FullName()), func(name, text string, set func(string)) {
				set(text[:len(text)/2] + "~~~~" + text[len(text)/2:])
				raw := bytes.ReplaceAll(marshalled(t, msg), []byte("~~~~"), []byte("a\xacaa"))
				set(text)
				tx, err := e.TxConfig.TxDecoder()(transaction(t, url, raw))
				if err == nil && tx.GetMsgs()[0].(sdk.HasValidateBasic).ValidateBasic() == nil && !slices.Contains(passed, name) {
					passed = append(passed, name)
				}
			})
		}
	}
	slices.Sort(passed)
	require.Equal(t, comparedLater, passed)
}

func marshalled(t *testing.T, m protov2.Message) []byte {
	raw, err := protov2.MarshalOptions{Deterministic: true}.Marshal(m)
	require.NoError(t, err)
	return raw
}

// texts visits all texts of a message that it has.
func texts(m protoreflect.Message, name string, visit func(name, text string, set func(string))) {
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := name + "." + string(field.Name())
		switch {
		case field.IsList() && field.Kind() == protoreflect.MessageKind:
			for i := range v.List().Len() {
				texts(v.List().Get(i).Message(), at, visit)
			}
		case field.IsList() && field.Kind() == protoreflect.StringKind:
			for i := range v.List().Len() {
				visit(at, v.List().Get(i).String(), func(s string) { v.List().Set(i, protoreflect.ValueOfString(s)) })
			}
		case field.Kind() == protoreflect.MessageKind && !field.IsList():
			texts(v.Message(), at, visit)
		case field.Kind() == protoreflect.StringKind:
			visit(at, v.String(), func(s string) { m.Set(field, protoreflect.ValueOfString(s)) })
		}
		return true
	})
}

// comparedLater are the texts that the checks of a message leave to its keeper: types of messages that the catalogue knows, what a ruling
// that is upheld gives (Redress.ValidateRuling), and the authority.
var comparedLater = []string{
	"stemma.agent.v1.MsgSetLimit.limit.messages", "stemma.dispute.v1.MsgRule.redress.past.denom",
	"stemma.dispute.v1.MsgRule.redress.payee.account", "stemma.dispute.v1.MsgRule.redress.restitution.amount.denom",
	"stemma.dispute.v1.MsgRule.redress.restitution.debtor", "stemma.dispute.v1.MsgRule.redress.transfer_to",
	"stemma.lineage.v1.MsgUpdateParams.authority", "stemma.registry.v1.MsgUpdateParams.authority",
}

// transaction has a message alone.
func transaction(t *testing.T, url string, raw []byte) []byte {
	body, err := proto.Marshal(&sdktx.TxBody{Messages: []*codectypes.Any{{TypeUrl: url, Value: raw}}})
	require.NoError(t, err)
	auth, err := proto.Marshal(&sdktx.AuthInfo{Fee: &sdktx.Fee{}})
	require.NoError(t, err)
	tx, err := proto.Marshal(&sdktx.TxRaw{BodyBytes: body, AuthInfoBytes: auth})
	require.NoError(t, err)
	return tx
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
