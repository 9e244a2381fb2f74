package strangers_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/strangers"
)

var mutants = flag.Int("mutants", 300, "how many mutants of each message are read")

// TestMutatedMessages reads messages that the chain took with some bytes changed, left out, doubled or taken from another, and with
// fields at the ends of what they can be: without the counters of coverage, which cost twenty times as much as the reading.
func TestMutatedMessages(t *testing.T) {
	e, err := encoding.New()
	require.NoError(t, err)
	urls, sample := messages(e), samples(t)
	rng := rand.New(rand.NewPCG(1, 2))
	valid := 0
	for _, url := range urls {
		kind := kindOf(t, url)
		for i := range *mutants {
			raw := sample[url]
			if i%2 == 0 {
				raw = mutated(rng, raw, sample[urls[rng.IntN(len(urls))]])
			} else {
				msg := dynamicpb.NewMessage(kind)
				require.NoError(t, protov2.Unmarshal(raw, msg))
				for range 1 + rng.IntN(3) {
					refield(rng, msg)
				}
				raw = marshalled(t, msg)
			}
			if len(raw) > strangers.MaxInput {
				continue
			}
			strangers.Bounded(t, len(raw), func() {
				if readMessage(t, e, url, raw) {
					valid++
				}
			})
		}
	}
	t.Logf("%d mutants, of which %d pass the checks", *mutants*len(urls), valid)
	require.Greater(t, valid, len(urls))
}

func kindOf(t *testing.T, url string) protoreflect.MessageDescriptor {
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	found, err := files.FindDescriptorByName(protoreflect.FullName(url[1:]))
	require.NoError(t, err)
	return found.(protoreflect.MessageDescriptor)
}

// mutated is a message with one to four changes of bytes.
func mutated(rng *rand.Rand, raw, other []byte) []byte {
	raw = slices.Clone(raw)
	for range 1 + rng.IntN(4) {
		if len(raw) == 0 {
			return other
		}
		at := rng.IntN(len(raw))
		to := at + rng.IntN(min(len(raw)-at, 40)) + 1
		switch rng.IntN(6) {
		case 0:
			raw[at] ^= 1 << rng.IntN(8)
		case 1:
			raw[at] = byte(rng.Uint32())
		case 2:
			raw = slices.Delete(raw, at, to)
		case 3:
			raw = slices.Insert(raw, at, slices.Clone(raw[at:to])...)
		case 4:
			from := rng.IntN(len(other) + 1)
			raw = slices.Insert(raw, at, other[from:min(len(other), from+30)]...)
		case 5:
			raw = slices.Insert(raw, at, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}[rng.IntN(9):]...)
		}
	}
	return raw
}

// refield changes one field of a message, or of one in it.
func refield(rng *rand.Rand, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	if fields.Len() == 0 || m.Descriptor().FullName() == "google.protobuf.Any" {
		return
	}
	field := fields.Get(rng.IntN(fields.Len()))
	switch {
	case field.IsList():
		list := m.Mutable(field).List()
		switch n := list.Len(); {
		case n == 0 && field.Kind() == protoreflect.MessageKind:
			list.AppendMutable()
		case n == 0:
			list.Append(edge(rng, field))
		case field.Kind() == protoreflect.MessageKind && rng.IntN(2) == 0:
			refield(rng, list.Get(rng.IntN(n)).Message())
		case rng.IntN(3) == 0:
			list.Truncate(n - 1)
		default: // one of them twice, or far too often
			one := list.Get(rng.IntN(n))
			for range []int{1, 1, 70, 600}[rng.IntN(4)] {
				list.Append(one)
			}
		}
	case field.Kind() == protoreflect.MessageKind:
		if rng.IntN(4) == 0 {
			m.Clear(field)
			return
		}
		refield(rng, m.Mutable(field).Message())
	default:
		m.Set(field, edge(rng, field))
	}
}

// edge is a value at the end of what a field can be, or in the middle.
func edge(rng *rand.Rand, field protoreflect.FieldDescriptor) protoreflect.Value {
	number := []uint64{0, 1, 2, 1_000_000, 1_000_001, 1<<31 - 1, 1<<32 - 1, 1<<63 - 1, 1<<64 - 1, rng.Uint64N(1000)}[rng.IntN(10)]
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString([]string{
			"", "0", "-1", "1", "00", "340282366920938463463374607431768211456", "a", strings.Repeat("é", 300), strings.Repeat("9",
				90), "https://example.org/\u202e",
			"stem", "\x00", value(field, rng.IntN(3)).String(),
		}[rng.IntN(13)])
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(make([]byte, []int{0, 1, 20, 32, 33, 64, 5000}[rng.IntN(7)]))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(number%2 == 0)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(number % 300))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(number))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(number)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(number))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(number))
	}
	return field.Default()
}
