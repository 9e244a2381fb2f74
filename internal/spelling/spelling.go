// Package spelling checks how numbers are written in the bytes of a transaction,
// and in the JSON of transactions and of genesis.
//
// Protobuf carries the amounts of all modules as text, and math.Int reads that
// text as Go reads a literal: 0100000 is 32,768, 0x10 is 16, 1_000 is 1,000. What
// was signed and shown is the text, so a transaction has to write a number as the
// chain would.
package spelling

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

var (
	// ErrSpelling says that a number is not written as the chain writes it.
	ErrSpelling = errors.New("is not a number in decimal digits")
	// ErrTwice says that a field of one message comes twice. The decoder merges the
	// two: the message that counts is in neither of them, and nobody checked it.
	ErrTwice = errors.New("comes twice")
)

// Descriptors finds the definition of a message by its name.
type Descriptors interface {
	FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error)
}

// Checker checks encoded messages. It can be used by several goroutines.
type Checker struct {
	descriptors Descriptors
	mu          sync.RWMutex
	shapes      map[protoreflect.FullName]shape
}

// shape is what matters of a message: the fields that hold numbers, and those
// that hold messages.
type shape map[protowire.Number]*field

type field struct {
	name    protoreflect.FullName
	json    string // what the field may be called in JSON beside its name
	message shape  // of a field that holds messages
	packed  bool   // the message is a google.protobuf.Any
	many    bool   // a list or a map: coming again is another entry
	entries bool   // a map
	decimal bool   // a number that JSON writes with a fraction
}

// NewChecker makes a checker of messages whose definitions are found there.
func NewChecker(descriptors Descriptors) *Checker {
	return &Checker{descriptors: descriptors, shapes: make(map[protoreflect.FullName]shape)}
}

// Tx checks an encoded transaction, its fee and all of its messages, those inside
// others included. It fails with ErrSpelling or ErrTwice, naming field, text and
// remedy. It takes bytes that decode: what does not is passed over.
func (c *Checker) Tx(raw []byte) error {
	for len(raw) > 0 {
		number, kind, value, rest := next(raw)
		raw = rest
		if kind != protowire.BytesType {
			continue
		}
		var err error
		switch number { // of cosmos.tx.v1beta1.TxRaw
		case 1:
			err = c.Message("cosmos.tx.v1beta1.TxBody", value)
		case 2:
			err = c.Message("cosmos.tx.v1beta1.AuthInfo", value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Message checks one encoded message of that name. A message that nobody defined
// is passed over: nothing decodes it.
func (c *Checker) Message(name protoreflect.FullName, raw []byte) error {
	return c.check(c.named(name), raw)
}

// named is the shape of a message, nil of one that nobody defined: the decoder
// refuses it, or keeps it as bytes.
func (c *Checker) named(name protoreflect.FullName) shape {
	c.mu.RLock()
	known, ok := c.shapes[name]
	c.mu.RUnlock()
	if ok {
		return known
	}
	found, err := c.descriptors.FindDescriptorByName(name)
	message, isMessage := found.(protoreflect.MessageDescriptor)
	if err != nil || !isMessage {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shapeOf(message)
}

// check goes through a message once. It nests as deep as the decoder did before.
func (c *Checker) check(s shape, raw []byte) error {
	var few [8]*field // most messages have fewer fields of one message
	seen := few[:0]
	for len(raw) > 0 {
		number, kind, value, rest := next(raw)
		raw = rest
		f, matters := s[number]
		if !matters || kind != protowire.BytesType {
			continue
		}
		if f.holdsOne() {
			if slices.Contains(seen, f) {
				return twice(f)
			}
			seen = append(seen, f)
		}
		var err error
		switch {
		case f.packed:
			err = c.packed(value)
		case f.message != nil:
			err = c.check(f.message, value)
		case !plain(string(value)):
			err = misspelled(f, string(value))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// holdsOne says whether the field is one message, which the decoder would merge
// with another in its place.
func (f *field) holdsOne() bool {
	return !f.many && (f.packed || f.message != nil)
}

func twice(f *field) error {
	return fmt.Errorf("%s %w: write it once", f.name, ErrTwice)
}

func misspelled(f *field, text string) error {
	return fmt.Errorf("%.100q in %s %w: write 1000 rather than 01000, 0x3e8 or 1_000", text, f.name, ErrSpelling)
}

// packed checks the message inside an Any. Of its two fields the last one counts,
// as for the decoder; the Any itself comes once.
func (c *Checker) packed(raw []byte) error {
	var url, message []byte
	for len(raw) > 0 {
		number, kind, value, rest := next(raw)
		raw = rest
		if kind == protowire.BytesType && number == 1 {
			url = value
		} else if kind == protowire.BytesType && number == 2 {
			message = value
		}
	}
	return c.Message(typeNamed(string(url)), message)
}

// typeNamed is the name of the message that an Any's URL stands for.
func typeNamed(url string) protoreflect.FullName {
	return protoreflect.FullName(url[strings.LastIndexByte(url, '/')+1:])
}

// next parts the first field from the rest; after bytes that are no field there
// is no rest.
func next(raw []byte) (number protowire.Number, kind protowire.Type, value, rest []byte) {
	number, kind, tag := protowire.ConsumeTag(raw)
	if tag < 0 {
		return 0, 0, nil, nil
	}
	if kind == protowire.BytesType {
		value, size := protowire.ConsumeBytes(raw[tag:])
		if size < 0 {
			return 0, 0, nil, nil
		}
		return number, kind, value, raw[tag+size:]
	}
	size := protowire.ConsumeFieldValue(number, kind, raw[tag:])
	if size < 0 {
		return 0, 0, nil, nil
	}
	return number, kind, nil, raw[tag+size:]
}

// plain is the one spelling of a whole number; nothing at all is an unset one.
func plain(text string) bool {
	if text == "" {
		return true
	}
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || digits[0] == '0' && len(text) > 1 {
		return false
	}
	return allDigits(digits)
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// shapeOf remembers a shape before its fields, as messages can hold themselves.
func (c *Checker) shapeOf(message protoreflect.MessageDescriptor) shape {
	if known, ok := c.shapes[message.FullName()]; ok {
		return known
	}
	s := make(shape)
	c.shapes[message.FullName()] = s
	for i := range message.Fields().Len() {
		f := message.Fields().Get(i)
		kept := &field{
			name: f.FullName(), json: f.JSONName(),
			many: f.Cardinality() == protoreflect.Repeated, entries: f.IsMap(),
		}
		goType := numberType(f)
		switch {
		case f.Message() != nil && f.Message().FullName() == anyName:
			kept.packed = true
		case f.Message() != nil:
			kept.message = c.shapeOf(f.Message())
		case goType != "":
			kept.decimal = goType == decimalType
		default:
			continue
		}
		s[f.Number()] = kept
	}
	return s
}

const (
	anyName = "google.protobuf.Any"
	// customType is gogoproto's option that names the Go type of a field.
	customType  = 65003
	decimalType = "cosmossdk.io/math.LegacyDec"
)

// IsNumber says whether a field is read by one of the SDK's integers or decimals,
// all of which take text as Go's big.Int does.
func IsNumber(f protoreflect.FieldDescriptor) bool { return numberType(f) != "" }

// numberType is the SDK's integer or decimal that reads a field, empty for others.
func numberType(f protoreflect.FieldDescriptor) string {
	if f.Kind() != protoreflect.StringKind && f.Kind() != protoreflect.BytesKind {
		return ""
	}
	// From the bytes: whether an option was parsed depends on what is linked.
	options, err := proto.Marshal(f.Options())
	if err != nil {
		return ""
	}
	for len(options) > 0 {
		number, _, value, rest := next(options)
		if number == customType {
			switch string(value) {
			case "cosmossdk.io/math.Int", "cosmossdk.io/math.Uint", decimalType:
				return string(value)
			}
		}
		options = rest
	}
	return ""
}
