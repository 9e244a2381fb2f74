package mcp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/portal/mcp"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// What each use costs besides a grant is quoted before the grant is bought.
func TestAQuoteSaysWhatUsesCostBesidesTheGrant(t *testing.T) {
	c := newChain(t, 200*time.Millisecond)
	owner := c.alice.Address().String()
	both := licensetypes.Terms{
		Spdx: "LicenseRef-both", CommercialUse: true, GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1)), AiInput: licensetypes.PERMISSION_PAID,
		UsePrice: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000_000)), Uses: []licensetypes.Action{licensetypes.ACTION_AI_INPUT},
	}
	c.send(c.alice, &licensetypes.MsgPublishTerms{Author: owner, Terms: both}, &licensetypes.MsgOffer{Owner: owner, Work: c.song, Terms: both.ID()})
	server, err := mcp.New(t.Context(), c.config(nil))
	require.NoError(t, err)
	got := open(t, server).ok("quote", args{"work": c.song.String(), "use": "ai-input", "commercial": true, "terms": both.ID().String()})
	require.Equal(t, "needs_grant", got["verdict"])
	require.Equal(t, "1", got["to_buy"].(args)["total"].([]any)[0].(args)["amount"])
	require.Equal(t, "1000000", got["per_use"].([]any)[0].(args)["amount"])
}
