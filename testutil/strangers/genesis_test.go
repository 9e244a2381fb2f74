package strangers_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/history/statement"
	"github.com/stemma-chain/stemma/testutil/strangers"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type genesis interface {
	proto.Message
	Validate() error
}

// modules make an empty genesis of each of our modules.
var modules = []func() genesis{
	func() genesis { return new(agenttypes.GenesisState) }, func() genesis { return new(disputetypes.GenesisState) },
	func() genesis { return new(feemarkettypes.GenesisState) }, func() genesis { return new(headerstypes.GenesisState) },
	func() genesis { return new(licensetypes.GenesisState) }, func() genesis { return new(lineagetypes.GenesisState) },
	func() genesis { return new(registrytypes.GenesisState) }, func() genesis { return new(royaltytypes.GenesisState) },
}

// FuzzGenesis reads a file as the genesis of a module, by JSON and as a row of bytes: nothing panics, and what passes is the same after
// it is written and read again.
func FuzzGenesis(f *testing.F) {
	e, err := encoding.New()
	require.NoError(f, err)
	for i, make := range modules {
		f.Add(uint8(i), false, []byte("{}"))
		url := "/" + proto.MessageName(make())
		for many := range 3 {
			wire, err := proto.Marshal(filled(f, url, many))
			require.NoError(f, err)
			f.Add(uint8(i), true, wire)
			state := make()
			if proto.Unmarshal(wire, state) == nil {
				text, err := e.Codec.MarshalJSON(state)
				require.NoError(f, err)
				f.Add(uint8(i), false, text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, module uint8, wire bool, raw []byte) {
		if len(raw) > strangers.MaxInput {
			return
		}
		make := modules[int(module)%len(modules)]
		strangers.Bounded(t, len(raw), func() {
			state := make()
			read := e.Codec.UnmarshalJSON
			if wire {
				read = proto.Unmarshal
			}
			if read(raw, state) != nil || state.Validate() != nil {
				return
			}
			text, err := e.Codec.MarshalJSON(state)
			require.NoError(t, err)
			again := make()
			require.NoError(t, e.Codec.UnmarshalJSON(text, again))
			require.NoError(t, again.Validate())
			rewritten, err := e.Codec.MarshalJSON(again)
			require.NoError(t, err)
			require.JSONEq(t, string(text), string(rewritten))
		})
	})
}

// FuzzEvents reads what a node says that blocks did.
func FuzzEvents(f *testing.F) {
	account := "stemma1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqjuzwc0"
	f.Add("coin_spent", "spender", account, "amount", "17uone")
	f.Add("transfer", "recipient", account, "amount", "17uone,5utwo")
	f.Add("stemma.royalty.v1.EventPaid", "work", `"work1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqx0l0gc"`, "amount", `"17"`)
	f.Add("stemma.royalty.v1.EventPaidOut", "account", `"`+account+`"`, "amount", `{"denom":"uone","amount":"1"}`)
	f.Add("tx", "fee", "1uone", "msg_index", "0")
	f.Fuzz(func(t *testing.T, kind, key, value, second, other string) {
		if len(kind)+len(key)+len(value)+len(second)+len(other) > strangers.MaxInput {
			return
		}
		event := abci.Event{Type: kind, Attributes: []abci.EventAttribute{{Key: key, Value: value}, {Key: second, Value: other}}}
		indexed := abci.Event{Type: kind, Attributes: append([]abci.EventAttribute{{Key: "msg_index", Value: "0"}}, event.Attributes...)}
		events := []abci.Event{event, indexed, event}
		strangers.Bounded(t, len(kind)+len(key)+len(value)+len(second)+len(other), func() {
			_ = history.Value(event, key)
			_, _ = history.Payments(events)
			_ = history.Refusals(events)
			lines := statement.NewReader(account, "uone", []string{account})
			_, _ = lines.Lines(blocks.Results{Height: 1, Events: events, Txs: []*abci.ExecTxResult{{Events: events}, {Code: 5, Events: events}}})
		})
	})
}
