package types

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// Keys of the stages of a work in a denom, and of an account's balance in one.
var (
	StageKey   = collections.PairKeyCodec(registrytypes.WorkIDKey, collections.StringKey)
	BalanceKey = collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey)
)

// itemHead is round 8, stage 1, inverted generation 4 and work 20 bytes.
const itemHead = 8 + 1 + 4 + 20

// ItemKey encodes an item of the sweep's queue so that byte order is the order
// of flow.Item.Compare: round | stage | newest generation first | work | denom.
var ItemKey collcodec.KeyCodec[flow.Item] = itemKey{}

type itemKey struct{}

func (itemKey) Encode(buffer []byte, i flow.Item) (int, error) {
	if len(i.Pot.Work) != 20 {
		return 0, fmt.Errorf("%w: work of %d bytes in the queue", collections.ErrEncoding, len(i.Pot.Work))
	}
	binary.BigEndian.PutUint64(buffer, i.Round)
	buffer[8] = byte(i.Kind)
	binary.BigEndian.PutUint32(buffer[9:], ^i.Generation)
	copy(buffer[13:], i.Pot.Work)
	return itemHead + copy(buffer[itemHead:], i.Pot.Denom), nil
}

func (itemKey) Decode(buffer []byte) (int, flow.Item, error) {
	if len(buffer) < itemHead {
		return 0, flow.Item{}, fmt.Errorf("%w: queue key of %d bytes", collections.ErrEncoding, len(buffer))
	}
	return len(buffer), flow.Item{
		Round:      binary.BigEndian.Uint64(buffer),
		Kind:       flow.Kind(buffer[8]),
		Generation: ^binary.BigEndian.Uint32(buffer[9:]),
		Pot:        flow.Pot{Work: flow.Work(buffer[13:itemHead]), Denom: string(buffer[itemHead:])},
	}, nil
}

func (itemKey) Size(i flow.Item) int { return itemHead + len(i.Pot.Denom) }

func (itemKey) EncodeJSON(i flow.Item) ([]byte, error) { return json.Marshal(i) }

func (itemKey) DecodeJSON(b []byte) (i flow.Item, err error) {
	err = json.Unmarshal(b, &i)
	return i, err
}

func (itemKey) Stringify(i flow.Item) string {
	return fmt.Sprintf("round %d stage %d of %s in %s", i.Round, i.Kind, WorkIDOf(i.Pot.Work), i.Pot.Denom)
}

func (itemKey) KeyType() string { return "stemma/royalty/item" }

// EncodeNonTerminal is not possible: the denom runs to the end of the key.
func (itemKey) EncodeNonTerminal([]byte, flow.Item) (int, error) {
	return 0, fmt.Errorf("%w: a queue item ends its key", collections.ErrEncoding)
}

func (itemKey) DecodeNonTerminal([]byte) (int, flow.Item, error) {
	return 0, flow.Item{}, fmt.Errorf("%w: a queue item ends its key", collections.ErrEncoding)
}

func (k itemKey) SizeNonTerminal(i flow.Item) int { return k.Size(i) }
