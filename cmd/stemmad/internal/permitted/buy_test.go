package permitted_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestBuyingTakesTheCheapest(t *testing.T) {
	asks := obtainable(t, "commercial-use", "1uusdc")
	asks.NeedsApproval = true
	dear, cheap := obtainable(t, "commercial-remix-5", "5ustem,9000uusdc"), obtainable(t, "commercial-remix-10", "4000uusdc")
	c := &chain{answer: map[string]licensetypes.Rights{"": needed(asks, dear, cheap)}}

	_, err := c.find(ask())
	require.ErrorIs(t, err, permitted.ErrRefused)
	require.ErrorContains(t, err, "song ("+source.String()+
		") needs a grant to be adapted: add --buy --max-fee 5ustem, or `stemmad acquire "+source.String())
	require.ErrorContains(t, err, "5ustem or 9000uusdc")
	require.ErrorContains(t, err, "the owner has to approve first")

	req := ask()
	most := sdk.NewInt64Coin("uusdc", 10_000)
	req.Buy, req.MaxFee = true, &most
	choice, err := c.find(req)
	require.NoError(t, err)
	require.Equal(t, "4000uusdc", choice.Buy.Price.String())
	require.Equal(t, "a grant ("+choice.Permission+") under commercial-remix-10, bought for 4000uusdc, 10 % of gross revenue, "+
		"for one derivative", choice.How)
	require.Equal(t, cheap.Terms, choice.Buy.Message.Terms)
	require.Equal(t, uint32(100_000), choice.Buy.Message.MaxRate)
	require.Equal(t, remix, choice.Buy.Message.Derivative)
	require.Equal(t, licensetypes.NewGrantID(source, cheap.Terms, bob, choice.Buy.Message.Serial).String(), choice.Permission)
	require.NoError(t, choice.Buy.Message.ValidateBasic())

	most = sdk.NewInt64Coin("ustem", 5)
	choice, err = c.find(req)
	require.NoError(t, err)
	require.Equal(t, dear.Terms, choice.Buy.Message.Terms, "the only one with a price in that denom")
}

func TestWhatCannotBeBoughtIsExplained(t *testing.T) {
	asks := obtainable(t, "commercial-use", "1uusdc")
	asks.NeedsApproval = true
	c := &chain{answer: map[string]licensetypes.Rights{"": needed(asks, obtainable(t, "commercial-remix-10", "4000uusdc"))}}
	req := ask()
	req.Buy = true
	_, err := c.find(req)
	require.ErrorIs(t, err, permitted.ErrRefused)
	require.ErrorContains(t, err, "for a price that was not agreed to: add --max-fee 4000uusdc\n")
	require.NotContains(t, err.Error(), "none can be bought")
	require.ErrorContains(t, err, "commercial-remix-10: costs 4000uusdc; say how much you pay with --max-fee")
	require.ErrorContains(t, err, "commercial-use: its owner has to approve you first, with `stemmad approve "+
		source.String()+" commercial-use --licensee ACCOUNT`")

	low := sdk.NewInt64Coin("uusdc", 100)
	req.MaxFee = &low
	_, err = c.find(req)
	require.ErrorContains(t, err, "costs 4000uusdc, --max-fee is 100uusdc")

	c.answer[""] = needed(asks)
	req.Buy = false
	_, err = c.find(req)
	require.ErrorContains(t, err, "needs a grant to be adapted: its owner has to approve you first")

	c.answer[""] = needed(obtainable(t, "commercial-remix-5", ""))
	req.Buy, req.MaxFee = true, nil
	choice, err := c.find(req)
	require.NoError(t, err)
	require.Nil(t, choice.Buy.Price)
	require.Contains(t, choice.How, "bought free of charge")
}

// What a source of the source asks is no permission to cite: it is bought beside, all or
// nothing, and without --buy the commands that buy it are named with their prices.
func TestWhatSourcesOfASourceAskIsBoughtBeside(t *testing.T) {
	own := obtainable(t, "commercial-remix-10", "4000uusdc")
	grandparent := registrytypes.WorkID{7}
	asked := obtainable(t, "commercial-use", "9uusdc")
	asked.Work = grandparent
	pass := asked
	pass.UsesOf, pass.Price = source, sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))
	req := ask()
	acquire := "`stemmad acquire " + grandparent.String() + " commercial-use "
	for want, offers := range map[string][]licensetypes.Obtainable{
		"add --buy --max-fee 4005uusdc, which buys all of it at once; else its sources are to be paid first, with " + acquire +
			"--uses-of " + source.String() + " --max-fee 5uusdc`, then it, with --buy and --max-fee": {own, asked, pass},
		"paid first, with " + acquire + "--max-fee 9uusdc`:\n": {asked},
	} {
		c := &chain{answer: map[string]licensetypes.Rights{"": needed(offers...)}}
		_, err := c.find(req)
		require.ErrorIs(t, err, permitted.ErrRefused)
		require.ErrorContains(t, err, want)
	}
	c := &chain{answer: map[string]licensetypes.Rights{"": needed(own, asked, pass)}}
	most := sdk.NewInt64Coin("uusdc", 4_004)
	req.Buy, req.MaxFee = true, &most
	_, err := c.find(req)
	require.ErrorContains(t, err, "nothing was bought:\n  - all of it together costs 4005uusdc, --max-fee is 4004uusdc")
	most.Amount = most.Amount.AddRaw(1)
	choice, err := c.find(req)
	require.NoError(t, err)
	require.Equal(t, own.Terms, choice.Buy.Message.Terms)
	require.Len(t, choice.Beside, 1)
	require.Equal(t, grandparent, choice.Beside[0].Message.Work)
	require.Equal(t, "5uusdc", choice.Beside[0].Message.MaxFee.String())
	require.NoError(t, choice.Beside[0].Message.ValidateBasic())
	require.Contains(t, choice.How, "; beside it a pass of "+grandparent.String())
	require.Contains(t, choice.How, "in all 4005uusdc, all or nothing")

	asked.NeedsApproval = true
	c = &chain{answer: map[string]licensetypes.Rights{"": needed(own, asked)}}
	_, err = c.find(req)
	require.ErrorContains(t, err, "first, with `stemmad approve "+grandparent.String()+" commercial-use", "money is not enough")
}
