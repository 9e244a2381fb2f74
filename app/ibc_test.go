package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/relay"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func validators(name string) chain.Validators {
	set := []chain.Validator{chain.NamedValidator(name+"1", 10), chain.NamedValidator(name+"2", 10), chain.NamedValidator(name+"3", 10)}
	return func(int64) []chain.Validator { return set }
}

// accepting has the chain accept payments in a denom.
func accepting(denom string) chain.Option {
	return chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var royalty royaltytypes.GenesisState
		cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
		royalty.Params.Denoms = append(royalty.Params.Denoms, royaltytypes.AcceptedDenom{
			Denom: denom, MinPayment: math.OneInt(), MinFlow: math.OneInt(), MinPayout: math.OneInt(),
		})
		slices.SortFunc(royalty.Params.Denoms, func(a, b royaltytypes.AcceptedDenom) int { return strings.Compare(a.Denom, b.Denom) })
		state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
	})
}

// A stablecoin arrives from another chain and pays a remix with its ancestors, in one transfer.
func TestATransferPaysAWork(t *testing.T) {
	voucher := transfertypes.NewDenom("uusdc", transfertypes.NewHop(transfertypes.PortID, "channel-0")).IBCDenom()
	here := chain.New(t, chain.Signed(validators("here")), accepting(voucher))
	there := chain.New(t, chain.Signed(validators("there")))
	home, away := relay.Connect(t, here, there)
	alice, fan := home.Account("alice"), away.Account("fan")
	work := home.Register("song", alice)
	res := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin("uusdc", 1_000_000), ibcpay.Address().String(),
		fmt.Sprintf(`{"stemma":{"pay":"%s"}}`, work)))
	acks := away.Carry(res.Events)
	require.Len(t, acks, 1)
	require.True(t, acks[0].Success(), acks[0])
}
