package spelling

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// JSON checks a message of that name in JSON, those packed inside it included, by
// the rule for encoded ones. Decimals have a fraction there, which is read in
// decimal digits. It fails with ErrSpelling. It takes JSON that decodes: what does
// not is passed over.
func (c *Checker) JSON(name protoreflect.FullName, raw []byte) error {
	whole := &field{name: name, packed: name == anyName}
	if !whole.packed {
		if whole.message = c.named(name); whole.message == nil {
			return nil
		}
	}
	return c.value(json.NewDecoder(bytes.NewReader(raw)), whole)
}

// value checks what comes next, the value of a field or one of several. It reads
// token by token: a genesis does not fit into memory twice.
func (c *Checker) value(d *json.Decoder, f *field) error {
	token, err := d.Token()
	if err != nil {
		return nil // the decoder has refused it
	}
	switch token := token.(type) {
	case json.Delim:
		switch {
		case token == '[':
			for d.More() {
				if err := c.value(d, f); err != nil {
					return err
				}
			}
			_, _ = d.Token()
		case f.packed:
			return c.packedJSON(d)
		default:
			return c.members(d, f)
		}
	case string:
		if f.isNumber() && !plain(token) && !(f.decimal && fraction(token)) {
			return misspelled(f, token)
		}
	}
	return nil
}

func (f *field) isNumber() bool { return !f.packed && f.message == nil }

// members checks the rest of an object: a message's fields, or a map's values.
func (c *Checker) members(d *json.Decoder, f *field) error {
	for d.More() {
		key, err := d.Token()
		name, isText := key.(string)
		if err != nil || !isText {
			return nil
		}
		member := f.message.called(name)
		if f.entries {
			// To the values of a map, which the definition keeps as messages of
			// key and value.
			member = f.message[mapValue]
		}
		if member == nil {
			var other json.RawMessage
			if d.Decode(&other) != nil {
				return nil
			}
			continue
		}
		if err := c.value(d, member); err != nil {
			return err
		}
	}
	_, _ = d.Token()
	return nil
}

// mapValue is the number of the value in an entry of a map.
const mapValue = 2

// packedJSON checks the rest of an Any, an object whose member @type names the
// message of the others. It need not come first.
func (c *Checker) packedJSON(d *json.Decoder) error {
	members := make(map[string]json.RawMessage)
	for d.More() {
		key, err := d.Token()
		name, isText := key.(string)
		if err != nil || !isText {
			return nil
		}
		var member json.RawMessage
		if d.Decode(&member) != nil {
			return nil
		}
		members[name] = member
	}
	_, _ = d.Token()
	var url string
	if json.Unmarshal(members["@type"], &url) != nil {
		return nil
	}
	message := c.named(typeNamed(url))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		f := message.called(name)
		if f == nil {
			continue
		}
		if err := c.value(json.NewDecoder(bytes.NewReader(members[name])), f); err != nil {
			return err
		}
	}
	return nil
}

// called is the field that a member of a JSON object is, nil for one that holds
// no number.
func (s shape) called(name string) *field {
	for _, f := range s {
		if f.json == name || string(f.name.Name()) == name {
			return f
		}
	}
	return nil
}

// fraction is the one spelling of a decimal in JSON, such as 0.5 and -12.000.
func fraction(text string) bool {
	whole, part, found := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return whole != "" && plain(whole) && found && part != "" && allDigits(part)
}
