package encoding

import (
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/internal/spelling"
)

// spelledDecoder refuses a transaction that writes a number otherwise than in
// plain decimal digits: the SDK would read another number than was signed (ADR 0015).
func spelledDecoder(decode sdk.TxDecoder, checker *spelling.Checker) sdk.TxDecoder {
	return func(raw []byte) (sdk.Tx, error) {
		tx, err := decode(raw)
		if err != nil {
			return nil, err
		}
		if err := checker.Tx(raw); err != nil {
			return nil, sdkerrors.ErrTxDecode.Wrap(err.Error())
		}
		return tx, nil
	}
}

// spelledCodec holds the JSON of messages to the same rule. All of it comes this
// way: each module's part of a genesis, the files of transactions, and the
// messages in a proposal's file.
type spelledCodec struct {
	*codec.ProtoCodec
	checker *spelling.Checker
}

// UnmarshalJSON is that of codec.JSONCodec.
//
//nolint:govet // stdmethods takes it for json.Unmarshaler's, as it would the SDK's own
func (c spelledCodec) UnmarshalJSON(raw []byte, into proto.Message) error {
	if err := c.ProtoCodec.UnmarshalJSON(raw, into); err != nil {
		return err
	}
	return c.checker.JSON(protoreflect.FullName(proto.MessageName(into)), raw)
}

func (c spelledCodec) MustUnmarshalJSON(raw []byte, into proto.Message) {
	if err := c.UnmarshalJSON(raw, into); err != nil {
		panic(err) // as the SDK's codec does
	}
}

func (c spelledCodec) UnmarshalInterfaceJSON(raw []byte, into any) error {
	if err := c.ProtoCodec.UnmarshalInterfaceJSON(raw, into); err != nil {
		return err
	}
	return c.checker.JSON("google.protobuf.Any", raw)
}
