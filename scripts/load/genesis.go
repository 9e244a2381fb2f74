package main

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// withBlockGas changes the most gas of a block in a genesis.
func withBlockGas(genesis []byte, gas int64) ([]byte, error) {
	fields := []string{"consensus", "params", "block"}
	layers := make([]map[string]json.RawMessage, len(fields)+1)
	raw := json.RawMessage(genesis)
	for i := range layers {
		if err := json.Unmarshal(raw, &layers[i]); err != nil {
			return nil, fmt.Errorf("genesis: %w", err)
		}
		if i < len(fields) {
			raw = layers[i][fields[i]]
		}
	}
	raw = json.RawMessage(strconv.Quote(strconv.FormatInt(gas, 10)))
	key := "max_gas"
	for i := len(fields); i >= 0; i-- {
		layers[i][key] = raw
		var err error
		if raw, err = json.Marshal(layers[i]); err != nil {
			return nil, err
		}
		if i > 0 {
			key = fields[i-1]
		}
	}
	return raw, nil
}
