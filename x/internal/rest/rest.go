// Package rest reads the parameters of REST requests into messages whose ids are
// types. grpc-gateway reads strings and numbers only; scripts/protogen.sh makes
// its generated code call this package.
package rest

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/golang/protobuf/proto" //nolint:staticcheck // SA1019: gogoproto's structs have these tags, and no reflection of the new kind
	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/utilities"
)

// Path reads a path parameter into a field: a *string, or an id that reads its
// own text. It fails as the id does.
func Path(field any, value string) error {
	switch field := field.(type) {
	case *string:
		*field = value
		return nil
	case encoding.TextUnmarshaler:
		return plain(field.UnmarshalText([]byte(value)))
	}
	return fmt.Errorf("%T cannot be a path parameter", field)
}

// plain keeps an error's words. The SDK's errors add their source line where
// generated code formats them.
func plain(err error) error {
	if err == nil {
		return nil
	}
	return plainError{err}
}

type plainError struct{ err error }

func (e plainError) Error() string { return e.err.Error() }
func (e plainError) Unwrap() error { return e.err }

// Query reads query parameters into a request: ids and enums, by name or number,
// here, all else by grpc-gateway. What the filter names comes from the path and is
// passed over. It fails, naming the parameter, when the request has no such field
// or the field does not take the value: a misspelt question is not answered.
func Query(request proto.Message, parameters url.Values, filter *utilities.DoubleArray) error {
	for name, values := range parameters {
		path := strings.Split(name, ".")
		if filter.HasCommonPrefix(path) {
			continue
		}
		if err := set(request, name, path, values, filter); err != nil {
			return fmt.Errorf("%s: %w", name, plain(err))
		}
	}
	return nil
}

func set(request proto.Message, name string, path, values []string, filter *utilities.DoubleArray) error {
	field, properties, err := fieldAt(reflect.ValueOf(request).Elem(), path)
	if err != nil {
		return err
	}
	isList := field.Kind() == reflect.Slice && field.Type().Elem().Kind() != reflect.Uint8
	switch {
	case !isList && len(values) != 1:
		return fmt.Errorf("given %d times, give it once", len(values))
	case isList && readsText(field.Type().Elem()):
		ids := reflect.MakeSlice(field.Type(), len(values), len(values))
		for i, value := range values {
			if err := Path(ids.Index(i).Addr().Interface(), value); err != nil {
				return err
			}
		}
		field.Set(ids)
		return nil
	case readsText(field.Type()):
		return Path(field.Addr().Interface(), values[0])
	case properties.Enum != "":
		if values, err = numbers(properties.Enum, values); err != nil {
			return err
		}
	}
	err = runtime.PopulateQueryParameters(request, url.Values{name: values}, filter)
	if wrong := new(strconv.NumError); errors.As(err, &wrong) {
		return fmt.Errorf("%q cannot be its value: %w", wrong.Num, wrong.Err)
	}
	return err
}

// numbers writes values of an enum as their numbers.
func numbers(enum string, values []string) ([]string, error) {
	byName := gogoproto.EnumValueMap(enum)
	out := make([]string, len(values))
	for i, value := range values {
		number, known := byName[value]
		if !known {
			parsed, err := strconv.ParseInt(value, 10, 32)
			number = int32(parsed)
			if err != nil || !slices.Contains(slices.Collect(maps.Values(byName)), number) {
				names := slices.SortedFunc(maps.Keys(byName), func(a, b string) int { return int(byName[a] - byName[b]) })
				return nil, fmt.Errorf("%q is none of %s", value, strings.Join(names, ", "))
			}
		}
		out[i] = strconv.Itoa(int(number))
	}
	return out, nil
}

// fieldAt follows a path of field names, as the definition or JSON writes them,
// into messages within messages, which it makes where they are not there.
//
//nolint:staticcheck // SA1019: as above
func fieldAt(message reflect.Value, path []string) (field reflect.Value, properties *proto.Properties, err error) {
	for _, name := range path {
		if message.Kind() == reflect.Pointer {
			if message.IsNil() {
				message.Set(reflect.New(message.Type().Elem()))
			}
			message = message.Elem()
		}
		if message.Kind() != reflect.Struct || message.Type() == reflect.TypeFor[time.Time]() {
			return reflect.Value{}, nil, errors.New("there is no such parameter: it has no fields")
		}
		all := proto.GetProperties(message.Type()).Prop //nolint:staticcheck // SA1019: as above
		//nolint:staticcheck // SA1019: as above
		at := slices.IndexFunc(all, func(p *proto.Properties) bool {
			return p.OrigName != "" && (name == p.OrigName || name == p.JSONName)
		})
		if at < 0 {
			var names []string
			for _, p := range all {
				if p.OrigName != "" {
					names = append(names, p.OrigName)
				}
			}
			return reflect.Value{}, nil, fmt.Errorf("there is no such parameter; the names here are %s", strings.Join(names, ", "))
		}
		properties = all[at]
		message = message.FieldByName(properties.Name)
	}
	return message, properties, nil
}

// readsText says whether a field is of a type of ours that reads its own text. A
// time does too, and is left to grpc-gateway.
func readsText(field reflect.Type) bool {
	return field != reflect.TypeFor[time.Time]() &&
		reflect.PointerTo(field).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
