package app_test

import (
	"fmt"
	"testing"
	"time"

	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
)

// What is under way between chains when a state is exported arrives, comes back and is counted after it is imported.
func TestWhatIsUnderWayIsExported(t *testing.T) {
	home, away := connected(t)
	alice, fan := home.Account("alice"), away.Account("fan")
	out := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 1_000_000), alice.String(), ""))
	require.True(t, away.Carry(out.Events)[0].Success())
	for _, denom := range []string{voucher, app.LocalDenom} {
		limit := ratelimittypes.NewMsgAddRateLimit(denom, home.Channel, math.NewInt(25), math.NewInt(25), 24)
		limit.Signer = authority
		vote(t, home.Chain, limit)
	}
	inStep(home, away)
	send := func(denom, to, memo string) []channeltypes.Packet {
		return home.Sent(home.MustDeliver(alice, home.TransferMsg(alice, sdk.NewInt64Coin(denom, 5000), to, memo)).Events)
	}
	waiting := append(send(voucher, fan.String(), ""), send(app.LocalDenom, fan.String(), "")...)
	home.RequireSameExport()
	// A forward over a second channel, of which no answer has come.
	first, there := *home, *away
	home.Open(transfertypes.PortID, transfertypes.PortID, transfertypes.V1, channeltypes.UNORDERED)
	second := home.Channel
	inStep(home, away)
	out = away.MustDeliver(fan, there.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 7000), alice.String(),
		fmt.Sprintf(`{"forward":{"receiver":"nobody","port":"transfer","channel":"%s","retries":3,"timeout":"1h"}}`, second)))
	packet := away.Sent(out.Events)[0]
	forwarded := home.Sent(home.MustDeliver(home.Relayer, home.RecvMsg(packet)).Events)
	require.Len(t, forwarded, 1)
	home.RequireSameExport()
	home.RequireInvariants()
	// Late packets go back, and what was forwarded is tried again or comes back; nothing is lost on the way.
	require.Len(t, waiting, 2)
	home.Channel, away.Channel = first.Channel, there.Channel
	away.Advance(3 * time.Hour)
	inStep(home, away)
	before := home.Balance(alice, voucher)
	for _, p := range waiting {
		home.TimeOut(p)
	}
	require.Equal(t, before.AddAmount(math.NewInt(5000)), home.Balance(alice, voucher))
	res := home.TimeOut(forwarded[0])
	require.Len(t, home.Sent(res.Events), 1, "tried again")
	home.RequireInvariants()
	home.RequireSameExport()
	require.Empty(t, home.App.Keepers.Bank.GetAllBalances(home.Ctx(), ibcpay.Address()))
}
