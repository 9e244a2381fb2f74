// Package events writes the typed events of all modules. What it writes is what
// sdk.TypedEventToEvent returns, which goes through JSON and back: that takes
// longer than the flush of a stage, and a fifth of a derivation.
package events

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Emit adds an event to those of the transaction or the block.
func Emit(ctx context.Context, event proto.Message) error {
	encoded, err := Encode(event)
	if err != nil {
		return err
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(encoded)
	return nil
}

// Encode returns an event with an attribute for each field, in order of name:
// its value as JSON, zero values included. It fails for a kind of field that no
// event of ours has (oneof, map, Any) and for a value that cannot be written.
func Encode(event proto.Message) (sdk.Event, error) {
	v := reflect.ValueOf(event)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return sdk.Event{}, fmt.Errorf("event %T is not a message", event)
	}
	p, err := planOf(event, v.Type().Elem())
	if err != nil {
		return sdk.Event{}, err
	}
	attributes := make([]abci.EventAttribute, len(p.fields))
	var buffer [128]byte
	for i, f := range p.fields {
		value, err := f.write(buffer[:0], v.Elem().Field(f.index))
		if err != nil {
			return sdk.Event{}, fmt.Errorf("event %s, field %s: %w", p.name, f.name, err)
		}
		attributes[i] = abci.EventAttribute{Key: f.name, Value: string(value)}
	}
	return sdk.Event{Type: p.name, Attributes: attributes}, nil
}

// plan is how events of one type are written, found once.
type plan struct {
	name   string
	fields []field
}

var plans sync.Map // reflect.Type -> *plan

func planOf(event proto.Message, t reflect.Type) (*plan, error) {
	if known, ok := plans.Load(t); ok {
		return known.(*plan), nil
	}
	fields, err := fieldsOf(t)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", proto.MessageName(event), err)
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	p := &plan{name: proto.MessageName(event), fields: fields}
	plans.Store(t, p)
	return p, nil
}
