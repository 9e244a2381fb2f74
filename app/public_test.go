package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// docs/mainnet.md says what a public network begins with, and says it rightly.
func TestThePublicGenesisIsAsDocumented(t *testing.T) {
	c := chain.New(t)
	state := c.App.PublicGenesis()
	consensus, err := json.Marshal(app.ConsensusParams().ToProto())
	require.NoError(t, err)
	state["consensus"] = fmt.Appendf(nil, `{"params":%s}`, consensus)
	text, err := os.ReadFile("../docs/mainnet.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)`\\.`([a-z_.]+)` \\| `([^`]*)` \\|").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(rows), 30)
	for _, row := range rows {
		var value any
		require.NoError(t, json.Unmarshal(state[row[1]], &value), row[1])
		params, ok := value.(map[string]any)["params"]
		require.True(t, ok, row[1])
		for _, name := range strings.Split(row[2], ".") {
			next, there := params.(map[string]any)[name]
			require.True(t, there, "%s has no %s", row[1], row[2])
			params = next
		}
		require.Equal(t, row[3], plainly(params), "%s.%s", row[1], row[2])
	}
}

// plainly writes a value of a genesis as the table has it.
func plainly(value any) string {
	switch v := value.(type) {
	case []any:
		var each []string
		for _, item := range v {
			if coin, ok := item.(map[string]any); ok {
				item = fmt.Sprint(coin["amount"], coin["denom"])
			}
			each = append(each, fmt.Sprint(item))
		}
		return strings.Join(each, ", ")
	case float64:
		return fmt.Sprintf("%.0f", v)
	case string:
		if strings.Contains(v, ".") {
			return strings.TrimRight(strings.TrimRight(v, "0"), ".")
		}
		return v
	}
	return fmt.Sprint(value)
}

// No vote changes how the staking denom is written, so the genesis of a public network has to say it.
func TestThePublicGenesisSaysHowItsCoinIsWritten(t *testing.T) {
	c := chain.New(t)
	var bank banktypes.GenesisState
	c.App.Encoding().Codec.MustUnmarshalJSON(c.App.PublicGenesis()[banktypes.ModuleName], &bank)
	require.Len(t, bank.DenomMetadata, 1)
	stem := bank.DenomMetadata[0]
	require.Equal(t, []any{"ustem", "STEM", uint32(6)}, []any{stem.Base, stem.Symbol, stem.DenomUnits[1].Exponent})
	require.NoError(t, bank.Validate())
}
