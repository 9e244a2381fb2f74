package vectors

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/cosmos/cosmos-sdk/x/tx/signing/aminojson"

	_ "github.com/stemma-chain/stemma/x/feemarket/types"
	_ "github.com/stemma-chain/stemma/x/license/types"
	_ "github.com/stemma-chain/stemma/x/lineage/types"
	_ "github.com/stemma-chain/stemma/x/registry/types"
	_ "github.com/stemma-chain/stemma/x/royalty/types"
)

// message is one that an account can sign: how it goes over the wire and the amino JSON
// that the chain has signed.
type message struct {
	TypeURL string `json:"type_url"`
	// Filled says which fields are set: all, none, or all with what can be empty empty.
	Filled string `json:"filled"`
	// Value is the message as protobuf.
	Value []byte `json:"value"`
	// Amino is its part of what is signed, {"type": ..., "value": ...}, to the byte.
	Amino string `json:"amino"`
}

func makeMessages(t *testing.T) any {
	// the definitions linked with each other, as the chain has them
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	encoder := aminojson.NewEncoder(aminojson.EncoderOptions{FileResolver: files})
	var all []message
	for _, d := range signed(files) {
		for _, filled := range []string{"all", "none", "empty"} {
			m := dynamicpb.NewMessage(d)
			switch filled {
			case "all":
				fill(t, m, false)
			case "empty":
				fill(t, m, true)
			}
			v := message{TypeURL: "/" + string(d.FullName()), Filled: filled}
			v.Value, err = (protov2.MarshalOptions{Deterministic: true}).Marshal(m)
			require.NoError(t, err, v.TypeURL)
			amino, err := encoder.Marshal(m)
			require.NoError(t, err, v.TypeURL)
			v.Amino = string(amino)
			all = append(all, v)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// signed lists the requests of all Msg services of this chain's modules, by name.
func signed(files *protoregistry.Files) []protoreflect.MessageDescriptor {
	var found []protoreflect.MessageDescriptor
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		service := file.Services().ByName("Msg")
		if service == nil || !strings.HasPrefix(string(file.Package()), "stemma.") {
			return true
		}
		for i := range service.Methods().Len() {
			found = append(found, service.Methods().Get(i).Input())
		}
		return true
	})
	slices.SortFunc(found, func(a, b protoreflect.MessageDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	return found
}

// fill sets the fields of a message; with empty, those that are messages or lists
// of them, to ones without content. What can be any message is a payment.
func fill(t *testing.T, m protoreflect.Message, empty bool) {
	switch m.Descriptor().FullName() {
	case "google.protobuf.Any":
		pack(t, m, empty)
		return
	case "google.protobuf.Timestamp", "google.protobuf.Duration":
		if !empty {
			m.Set(m.Descriptor().Fields().ByName("seconds"), protoreflect.ValueOfInt64(1_767_225_600))
			m.Set(m.Descriptor().Fields().ByName("nanos"), protoreflect.ValueOfInt32(120_034_000))
		}
		return
	}
	for i := range m.Descriptor().Fields().Len() {
		f := m.Descriptor().Fields().Get(i)
		isMessage := f.Kind() == protoreflect.MessageKind
		switch {
		case f.IsList():
			list := m.Mutable(f).List()
			for n := range 2 {
				switch {
				case isMessage:
					fill(t, list.AppendMutable().Message(), empty)
				case !empty:
					list.Append(value(f, n))
				}
			}
		case isMessage:
			fill(t, m.Mutable(f).Message(), empty)
		case !empty:
			m.Set(f, value(f, 0))
		}
	}
}

// pack puts a payment, filled likewise, into a message that can be any.
func pack(t *testing.T, into protoreflect.Message, empty bool) {
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	found, err := files.FindDescriptorByName("stemma.royalty.v1.MsgPay")
	require.NoError(t, err)
	pay := dynamicpb.NewMessage(found.(protoreflect.MessageDescriptor))
	fill(t, pay, empty)
	bz, err := protov2.MarshalOptions{Deterministic: true}.Marshal(pay)
	require.NoError(t, err)
	fields := into.Descriptor().Fields()
	into.Set(fields.ByName("type_url"), protoreflect.ValueOfString("/"+string(found.FullName())))
	into.Set(fields.ByName("value"), protoreflect.ValueOfBytes(bz))
}

// value is one that every encoder has to get right: no zero, numbers that need
// all bits, text that needs escaping.
func value(f protoreflect.FieldDescriptor, n int) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(fmt.Sprintf(`%s %d <a> & "b" \ é 作`, f.Name(), n))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0, 0xff, byte(n)})
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(f.Enum().Values().Len() - 1 - n))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(1<<32 - 1)
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(1<<64 - 1)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(-1 << 63)
	}
	panic(fmt.Sprintf("%s is of a kind that no message had so far: give it a value here, and see client/ts/src/json.ts", f.FullName()))
}
