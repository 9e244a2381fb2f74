// Package rest reads the parameters of REST requests into messages whose ids are
// types. grpc-gateway reads strings and numbers only; scripts/protogen.sh makes
// its generated code call this package.
package rest

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

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
		return field.UnmarshalText([]byte(value))
	}
	return fmt.Errorf("%T cannot be a path parameter", field)
}

// Query reads query parameters into a request: ids here, all else by
// grpc-gateway. What the filter names comes from the path and is passed over. It
// fails when a field does not take its value, naming the parameter.
func Query(request proto.Message, parameters url.Values, filter *utilities.DoubleArray) error {
	others := make(url.Values, len(parameters))
	for name, values := range parameters {
		path := strings.Split(name, ".")
		if filter.HasCommonPrefix(path) {
			continue
		}
		isID, err := setID(reflect.ValueOf(request).Elem(), path, values)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !isID {
			others[name] = values
		}
	}
	return runtime.PopulateQueryParameters(request, others, filter)
}

// setID reads values into the field that a path leads to, when it is an id or a
// list of ids; false: it is neither.
func setID(message reflect.Value, path, values []string) (isID bool, err error) {
	field, ok := fieldAt(message, path)
	switch {
	case !ok:
		return false, nil
	case field.Kind() == reflect.Slice && readsText(field.Type().Elem()):
		ids := reflect.MakeSlice(field.Type(), len(values), len(values))
		for i, value := range values {
			if err := Path(ids.Index(i).Addr().Interface(), value); err != nil {
				return true, err
			}
		}
		field.Set(ids)
		return true, nil
	case !readsText(field.Type()):
		return false, nil
	case len(values) != 1:
		return true, fmt.Errorf("given %d times, give it once", len(values))
	}
	return true, Path(field.Addr().Interface(), values[0])
}

// fieldAt follows a path of field names, as the definition or JSON writes them,
// into messages within messages; false: it leads to no field of a message that
// is there.
func fieldAt(message reflect.Value, path []string) (field reflect.Value, ok bool) {
	for _, name := range path {
		message = reflect.Indirect(message)
		if message.Kind() != reflect.Struct {
			return reflect.Value{}, false
		}
		properties := proto.GetProperties(message.Type()) //nolint:staticcheck // SA1019: as above
		//nolint:staticcheck // SA1019: as above
		at := slices.IndexFunc(properties.Prop, func(p *proto.Properties) bool {
			return name == p.OrigName || name == p.JSONName
		})
		if at < 0 {
			return reflect.Value{}, false
		}
		message = message.FieldByName(properties.Prop[at].Name)
	}
	return message, true
}

// readsText says whether a field is of a type of ours that reads its own text. A
// time does too, and is left to grpc-gateway.
func readsText(field reflect.Type) bool {
	return field != reflect.TypeFor[time.Time]() &&
		reflect.PointerTo(field).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
