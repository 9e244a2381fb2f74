package main

import (
	"context"

	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/client/v2/autocli/flag"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// typedAccount is the kind of arguments and flags that take an address or the name of a key.
// The SDK's own looks for a key when a flag is read, before the command has its keys, and
// speaks of bech32 where there is none of the name.
type typedAccount struct {
	addresses connect.Addresses
	prefix    string
}

// NewValue is an argument that was not given yet.
func (k typedAccount) NewValue(ctx *context.Context, _ *flag.Builder) flag.Value {
	return &accountValue{kind: k, ctx: ctx}
}

// DefaultValue is none.
func (k typedAccount) DefaultValue() string { return "" }

type accountValue struct {
	kind typedAccount
	// ctx is set to the command's once that runs.
	ctx  *context.Context
	text string
	// read: text is an address.
	read bool
}

// Set reads an argument. A flag is set before there are keys, and read when it is used.
func (v *accountValue) Set(text string) error {
	v.text, v.read = text, false
	if keys := keysOf(v.ctx); keys != nil {
		return v.resolve(keys)
	}
	_, err := v.kind.addresses.StringToBytes(text)
	v.read = err == nil
	return nil
}

func (v *accountValue) resolve(keys keyring.Keyring) error {
	address, err := connect.ReadAddress(keys, v.kind.addresses, v.kind.prefix, v.text)
	if err != nil {
		return err
	}
	v.text, err = v.kind.addresses.BytesToString(address)
	v.read = err == nil
	return err
}

func (v *accountValue) Get(protoreflect.Value) (protoreflect.Value, error) {
	if v.text != "" && !v.read {
		if err := v.resolve(keysOf(v.ctx)); err != nil {
			return protoreflect.Value{}, err
		}
	}
	return protoreflect.ValueOfString(v.text), nil
}

func (v *accountValue) String() string { return v.text }
func (v *accountValue) Type() string   { return "address or key name" }

// keysOf are the keys of a command that runs; nil: it does not yet.
func keysOf(ctx *context.Context) keyring.Keyring {
	if ctx == nil || *ctx == nil {
		return nil
	}
	if of, ok := (*ctx).Value(client.ClientContextKey).(*client.Context); ok {
		return of.Keyring
	}
	return nil
}
