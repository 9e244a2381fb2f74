package history

import (
	"encoding/json"

	abci "github.com/cometbft/cometbft/abci/types"
)

// MsgIndex is the attribute that says which message of a transaction an event is
// of. What comes before the messages, such as the fee, has none.
const MsgIndex = "msg_index"

// Value returns an attribute of an event, "" where there is none. Typed events
// have their texts as JSON, with quotes; other events as they are.
func Value(event abci.Event, key string) string {
	for _, attribute := range event.Attributes {
		if attribute.Key != key {
			continue
		}
		var text string
		if len(attribute.Value) > 1 && attribute.Value[0] == '"' && json.Unmarshal([]byte(attribute.Value), &text) == nil {
			return text
		}
		return attribute.Value
	}
	return ""
}
