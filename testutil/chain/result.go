package chain

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Block is what a block did. Events are those of the block's hooks; those of
// its transactions are in their results.
type Block struct {
	Height  int64
	AppHash []byte
	Events  []abci.Event
	Txs     []Result
}

// RequireOK stops the test unless every transaction succeeded.
func (b Block) RequireOK(t testing.TB) {
	t.Helper()
	for i, tx := range b.Txs {
		require.NoError(t, tx.Err(), "transaction %d of block %d", i, b.Height)
	}
}

// Result is what a transaction did.
type Result struct{ *abci.ExecTxResult }

// Err is nil for success; otherwise it matches the registered error by
// errors.Is.
func (r Result) Err() error {
	if r.Code == abci.CodeTypeOK {
		return nil
	}
	return errorsmod.ABCIError(r.Codespace, r.Code, r.Log)
}

// Response decodes the response to the message at index i.
func (r Result) Response(t testing.TB, i int, into proto.Message) {
	t.Helper()
	require.NoError(t, r.Err())
	var data sdk.TxMsgData
	require.NoError(t, proto.Unmarshal(r.Data, &data))
	require.Less(t, i, len(data.MsgResponses))
	require.NoError(t, proto.Unmarshal(data.MsgResponses[i].Value, into))
}

// Typed returns the typed events of kind T, in order.
func Typed[T proto.Message](t testing.TB, events []abci.Event) []T {
	t.Helper()
	var zero T
	name := proto.MessageName(zero)
	var found []T
	for _, event := range events {
		if event.Type != name {
			continue
		}
		parsed, err := sdk.ParseTypedEvent(withoutMode(event))
		require.NoError(t, err)
		found = append(found, parsed.(T))
	}
	return found
}

// withoutMode drops the attributes that baseapp adds to the events of messages
// and block hooks: the typed event's own decoder refuses them.
func withoutMode(event abci.Event) abci.Event {
	kept := event
	kept.Attributes = nil
	for _, attribute := range event.Attributes {
		if attribute.Key != "mode" && attribute.Key != "msg_index" {
			kept.Attributes = append(kept.Attributes, attribute)
		}
	}
	return kept
}
