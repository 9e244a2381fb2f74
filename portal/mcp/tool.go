package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	protocol "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/words"
)

// asks are the hints of a tool that reads: what it answers others wrote.
var asks = &protocol.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: ptr(true), DestructiveHint: ptr(false)}

// pays are those of a tool that spends: what it pays does not come back, and repeated it pays nothing more.
var pays = &protocol.ToolAnnotations{IdempotentHint: true, OpenWorldHint: ptr(true), DestructiveHint: ptr(true)}

func ptr[T any](v T) *T { return &v }

// add offers a tool. An error of run is the client's to read, as a result that says so.
func add[In, Out any](
	s *Server, name, title, description string, hints *protocol.ToolAnnotations, run func(context.Context, In) (Out, error),
) {
	with := *hints
	with.Title = title
	tool := &protocol.Tool{
		Name: name, Title: title, Description: description, Annotations: &with,
		InputSchema: inputOf[In](), OutputSchema: outputOf[Out](),
	}
	protocol.AddTool(s.protocol, tool, func(ctx context.Context, _ *protocol.CallToolRequest, in In) (*protocol.CallToolResult, any, error) {
		ctx, cancel := context.WithTimeout(ctx, s.config.Within)
		defer cancel()
		out, err := turn(ctx, s, in, run)
		if err == nil {
			return nil, out, nil
		}
		s.config.Log.Debug("refused", "tool", name, "error", err)
		// The answer is looked for although the call's own time may be over.
		return &protocol.CallToolResult{IsError: true}, map[string]any{"refused": s.asRefusal(context.WithoutCancel(ctx), err)}, nil
	})
}

// structured gives what a tool's schema refuses, which reaches no tool, the form of all refusals.
func structured(next protocol.MethodHandler) protocol.MethodHandler {
	return func(ctx context.Context, method string, req protocol.Request) (protocol.Result, error) {
		answer, err := next(ctx, method, req)
		result, is := answer.(*protocol.CallToolResult)
		if err != nil || !is || result == nil || !result.IsError || result.StructuredContent != nil {
			return answer, err
		}
		r := own(ErrArgument)
		for _, content := range result.Content {
			if text, is := content.(*protocol.TextContent); is { // it quotes the call alone
				r.Sentence = words.Capital(said(ErrArgument.Error()+": "+client.Tidy(text.Text)).Untrusted) + "."
			}
		}
		raw, err := json.Marshal(map[string]any{"refused": r})
		if err != nil {
			return nil, err
		}
		result.StructuredContent, result.Content = json.RawMessage(raw), []protocol.Content{&protocol.TextContent{Text: string(raw)}}
		return result, nil
	}
}

// turn waits for a place and runs a tool. A tool that fails beyond its errors ends no server.
func turn[In, Out any](ctx context.Context, s *Server, in In, run func(context.Context, In) (Out, error)) (out Out, err error) {
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	case <-ctx.Done():
		return out, fmt.Errorf("%w: it has too much to do: %w", ErrNode, ctx.Err())
	}
	defer func() {
		if recovered := recover(); recovered != nil {
			err = fmt.Errorf("%w: %v", ErrInternal, recovered)
		}
	}()
	return run(ctx, in)
}

// inputOf is the schema of a tool's arguments, with the bounds of texts and lists.
func inputOf[In any]() *jsonschema.Schema {
	schema, err := jsonschema.For[In](nil)
	if err != nil {
		panic(err) // a struct of this package
	}
	bound(schema)
	return schema
}

func bound(schema *jsonschema.Schema) {
	if schema == nil {
		return
	}
	for _, kind := range append(schema.Types, schema.Type) {
		switch {
		case kind == "string" && schema.MaxLength == nil:
			schema.MaxLength = ptr(maxText)
		case kind == "array" && schema.MaxItems == nil:
			schema.MaxItems = ptr(maxList)
		}
	}
	bound(schema.Items)
	for name, property := range schema.Properties {
		if name == "works" {
			property.MaxItems = ptr(maxReported)
		}
		bound(property)
	}
}

// shared are types that answers have in many places: schemas name them, and say them once.
var shared = []reflect.Type{
	reflect.TypeFor[Amount](), reflect.TypeFor[Text](), reflect.TypeFor[Work](), reflect.TypeFor[Reason](), reflect.TypeFor[Offer](),
	reflect.TypeFor[Payee](), reflect.TypeFor[Left](), reflect.TypeFor[Budget](),
}

// outputOf is the schema of what a tool answers: that, or why it refuses.
func outputOf[Out any]() json.RawMessage {
	schema := schemaOf(reflect.TypeFor[Out](), nil)
	schema.Properties["refused"] = schemaOf(reflect.TypeFor[Refused](), nil)
	schema.PropertyOrder = append(schema.PropertyOrder, "refused")
	schema.AnyOf = []*jsonschema.Schema{{Required: schema.Required}, {Required: []string{"refused"}}}
	schema.Required, schema.Defs = nil, map[string]*jsonschema.Schema{}
	for _, kind := range shared {
		schema.Defs[kind.Name()] = schemaOf(kind, kind)
	}
	unused(schema)
	raw, err := json.Marshal(schema)
	if err != nil {
		panic(fmt.Errorf("schema of %s: %w", reflect.TypeFor[Out](), err))
	}
	return raw
}

// schemaOf is the schema of a type, with names for the shared ones but itself.
func schemaOf(kind, itself reflect.Type) *jsonschema.Schema {
	names := map[reflect.Type]*jsonschema.Schema{}
	for _, one := range shared {
		if one != itself {
			names[one] = &jsonschema.Schema{Ref: "#/$defs/" + one.Name()}
		}
	}
	schema, err := jsonschema.ForType(kind, &jsonschema.ForOptions{TypeSchemas: names})
	if err != nil {
		panic(fmt.Errorf("schema of %s: %w", kind, err)) // a struct of this package
	}
	neverNull(schema)
	return schema
}

// neverNull takes away that a name may stand for null: what is not there is left out.
func neverNull(schema *jsonschema.Schema) {
	if schema == nil {
		return
	}
	if schema.Ref != "" {
		schema.Types = nil
	}
	neverNull(schema.Items)
	neverNull(schema.AdditionalProperties)
	for _, property := range schema.Properties {
		neverNull(property)
	}
}

// unused drops the definitions that nothing names.
func unused(schema *jsonschema.Schema) {
	for again := true; again; {
		again = false
		raw, err := json.Marshal(schema)
		if err != nil {
			panic(err)
		}
		for name := range schema.Defs {
			if !strings.Contains(string(raw), `"#/$defs/`+name+`"`) {
				delete(schema.Defs, name)
				again = true
			}
		}
	}
}
