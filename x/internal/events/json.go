package events

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"
)

// write appends a value as JSON, in the form of protobuf's JSON mapping.
type write func(to []byte, v reflect.Value) ([]byte, error)

type field struct {
	name  string
	index int
	write write
}

var (
	stringer      = reflect.TypeFor[fmt.Stringer]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	message       = reflect.TypeFor[proto.Message]()
)

// fieldsOf are those of a generated message, in order of declaration.
func fieldsOf(t reflect.Type) ([]field, error) {
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("protobuf")
		if tag == "" {
			if f.Tag.Get("protobuf_oneof") != "" {
				return nil, fmt.Errorf("field %s is a oneof, which events do not have", f.Name)
			}
			continue
		}
		var p proto.Properties
		p.Parse(tag)
		w, err := writerOf(f.Type, p.Enum != "")
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", p.OrigName, err)
		}
		fields = append(fields, field{p.OrigName, i, w})
	}
	return fields, nil
}

func writerOf(t reflect.Type, enum bool) (write, error) {
	switch kind := t.Kind(); {
	case kind == reflect.Pointer:
		return pointer(t, enum)
	case kind == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return list(t, enum)
	case t == reflect.TypeFor[time.Time]():
		return timestamp, nil
	case t == reflect.TypeFor[time.Duration]():
		return duration, nil
	case enum && t.Implements(stringer):
		return enumeration, nil
	case t.Implements(jsonMarshaler), kind == reflect.Slice:
		return marshaled, nil
	case t.Implements(textMarshaler):
		return textual, nil
	case kind == reflect.String:
		return text, nil
	case kind == reflect.Bool:
		return func(to []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(to, v.Bool()), nil }, nil
	case kind == reflect.Int32:
		return func(to []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(to, v.Int(), 10), nil }, nil
	case kind == reflect.Uint32:
		return func(to []byte, v reflect.Value) ([]byte, error) { return strconv.AppendUint(to, v.Uint(), 10), nil }, nil
	case kind == reflect.Int64:
		return func(to []byte, v reflect.Value) ([]byte, error) {
			return append(strconv.AppendInt(append(to, '"'), v.Int(), 10), '"'), nil
		}, nil
	case kind == reflect.Uint64:
		return func(to []byte, v reflect.Value) ([]byte, error) {
			return append(strconv.AppendUint(append(to, '"'), v.Uint(), 10), '"'), nil
		}, nil
	case kind == reflect.Struct && reflect.PointerTo(t).Implements(message):
		return object(t)
	}
	return nil, fmt.Errorf("%s has no form in events: give it one in x/internal/events", t)
}

func pointer(t reflect.Type, enum bool) (write, error) {
	of, err := writerOf(t.Elem(), enum)
	return func(to []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(to, "null"...), nil
		}
		return of(to, v.Elem())
	}, err
}

func list(t reflect.Type, enum bool) (write, error) {
	each, err := writerOf(t.Elem(), enum)
	return func(to []byte, v reflect.Value) ([]byte, error) {
		to = append(to, '[')
		for i := range v.Len() {
			if i > 0 {
				to = append(to, ',')
			}
			var err error
			if to, err = each(to, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(to, ']'), nil
	}, err
}

func object(t reflect.Type) (write, error) {
	if _, known := reflect.New(t).Interface().(interface{ XXX_WellKnownType() string }); known {
		return nil, fmt.Errorf("%s has no form in events: use the standard type of Go", t)
	}
	fields, err := fieldsOf(t)
	return func(to []byte, v reflect.Value) ([]byte, error) {
		to = append(to, '{')
		for i, f := range fields {
			if i > 0 {
				to = append(to, ',')
			}
			to = append(append(append(to, '"'), f.name...), `":`...)
			var err error
			if to, err = f.write(to, v.Field(f.index)); err != nil {
				return nil, fmt.Errorf("%s: %w", f.name, err)
			}
		}
		return append(to, '}'), nil
	}, err
}

// text quotes a string.
func text(to []byte, v reflect.Value) ([]byte, error) {
	if s := v.String(); plain(s) {
		return append(append(append(to, '"'), s...), '"'), nil
	}
	return marshaled(to, v)
}

// textual quotes what a type has as its text, ids among them.
func textual(to []byte, v reflect.Value) ([]byte, error) {
	if s, err := v.Interface().(encoding.TextMarshaler).MarshalText(); err != nil || plain(s) {
		return append(append(append(to, '"'), s...), '"'), err
	}
	return marshaled(to, v)
}

// plain says that nothing needs escaping, as in ids, denoms, amounts and names
// of this chain.
func plain[Text string | []byte](s Text) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || strings.IndexByte(`"\<>&`, c) >= 0 {
			return false
		}
	}
	return true
}

// enumeration writes the name of a value, and the number of one without a name.
func enumeration(to []byte, v reflect.Value) ([]byte, error) {
	name := v.Interface().(fmt.Stringer).String()
	if name == strconv.FormatInt(v.Int(), 10) {
		return append(to, name...), nil
	}
	return append(append(append(to, '"'), name...), '"'), nil
}

// timestamp writes RFC 3339 in UTC with 0, 3, 6 or 9 digits of a second.
func timestamp(to []byte, v reflect.Value) ([]byte, error) {
	t := v.Interface().(time.Time).UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, fmt.Errorf("time %s is before the year 1 or after 9999", t)
	}
	s := t.Format("2006-01-02T15:04:05.000000000")
	for _, zeros := range []string{"000", "000", ".000"} {
		s = strings.TrimSuffix(s, zeros)
	}
	return append(append(append(to, '"'), s...), `Z"`...), nil
}

// duration writes seconds with 0, 3, 6 or 9 digits after the point.
func duration(to []byte, v reflect.Value) ([]byte, error) {
	d, sign := v.Int(), ""
	seconds, nanos := d/int64(time.Second), d%int64(time.Second)
	if d < 0 {
		sign, seconds, nanos = "-", -seconds, -nanos
	}
	s := fmt.Sprintf("%s%d.%09d", sign, seconds, nanos)
	for _, zeros := range []string{"000", "000", ".000"} {
		s = strings.TrimSuffix(s, zeros)
	}
	return append(append(append(to, '"'), s...), `s"`...), nil
}

// marshaled writes a value whose type says itself how.
func marshaled(to []byte, v reflect.Value) ([]byte, error) {
	b, err := json.Marshal(v.Interface())
	return append(to, b...), err
}
