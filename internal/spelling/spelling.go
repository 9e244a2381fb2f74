// Package spelling checks how numbers are written in the bytes of a transaction.
//
// Protobuf carries the amounts of all modules as text, and math.Int reads that
// text as Go reads a literal: 0100000 is 32,768, 0x10 is 16, 1_000 is 1,000. What
// was signed and shown is the text, so a transaction has to write a number as the
// chain would.
package spelling

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ErrSpelling says that a number is not written as the chain writes it.
var ErrSpelling = errors.New("is not a number in decimal digits")

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
type shape map[protowire.Number]field

type field struct {
	name    protoreflect.FullName
	message shape // of a field that holds messages
	packed  bool  // the message is a google.protobuf.Any
}

// NewChecker makes a checker of messages whose definitions are found there.
func NewChecker(descriptors Descriptors) *Checker {
	return &Checker{descriptors: descriptors, shapes: make(map[protoreflect.FullName]shape)}
}

// Tx checks an encoded transaction, its fee and all of its messages, those inside
// others included. It fails with ErrSpelling, naming field, text and remedy. It
// takes bytes that decode: what does not is passed over.
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
	c.mu.RLock()
	known, ok := c.shapes[name]
	c.mu.RUnlock()
	if !ok {
		found, err := c.descriptors.FindDescriptorByName(name)
		message, isMessage := found.(protoreflect.MessageDescriptor)
		if err != nil || !isMessage {
			return nil // the decoder refuses it, or keeps it as bytes
		}
		c.mu.Lock()
		known = c.shapeOf(message)
		c.mu.Unlock()
	}
	return c.check(known, raw)
}

// check goes through a message once. It nests as deep as the decoder did before.
func (c *Checker) check(s shape, raw []byte) error {
	for len(raw) > 0 {
		number, kind, value, rest := next(raw)
		raw = rest
		f, matters := s[number]
		if !matters || kind != protowire.BytesType {
			continue
		}
		var err error
		switch {
		case f.packed:
			err = c.packed(value)
		case f.message != nil:
			err = c.check(f.message, value)
		case !plain(value):
			err = fmt.Errorf("%.100q in %s %w: write 1000 rather than 01000, 0x3e8 or 1_000", value, f.name, ErrSpelling)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// packed checks the message inside an Any. Of a field that comes twice the last
// one counts, as for the decoder.
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
	name := string(url)
	return c.Message(protoreflect.FullName(name[strings.LastIndexByte(name, '/')+1:]), message)
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
func plain(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	digits := text
	if digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || digits[0] == '0' && len(text) > 1 {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
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
		switch {
		case f.Message() != nil && f.Message().FullName() == "google.protobuf.Any":
			s[f.Number()] = field{name: f.FullName(), packed: true}
		case f.Message() != nil:
			s[f.Number()] = field{name: f.FullName(), message: c.shapeOf(f.Message())}
		case IsNumber(f):
			s[f.Number()] = field{name: f.FullName()}
		}
	}
	return s
}

// customType is gogoproto's option that names the Go type of a field.
const customType = 65003

// IsNumber says whether a field is read by one of the SDK's integers or decimals,
// all of which take text as Go's big.Int does.
func IsNumber(f protoreflect.FieldDescriptor) bool {
	if f.Kind() != protoreflect.StringKind && f.Kind() != protoreflect.BytesKind {
		return false
	}
	// From the bytes: whether an option was parsed depends on what is linked.
	options, err := proto.Marshal(f.Options())
	if err != nil {
		return false
	}
	for len(options) > 0 {
		number, _, value, rest := next(options)
		if number == customType {
			switch string(value) {
			case "cosmossdk.io/math.Int", "cosmossdk.io/math.Uint", "cosmossdk.io/math.LegacyDec":
				return true
			}
		}
		options = rest
	}
	return false
}
