package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// shownDenoms bounds the denoms that balance prints.
const shownDenoms = 200

func balanceCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "balance [ACCOUNT|KEY]",
		Short: "Show an account's money: in hand, and royalties waiting to be paid out",
		Long: `Balance prints what an account has, and what it has earned but not yet been paid
out, and what it owes by rulings of disputes. Royalties are paid out by themselves once they
exceed a minimum; "stemmad tx royalty withdraw" takes any amount at any time.`,
		Example: `  stemmad balance alice
  stemmad balance --output json`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().String(flags.FlagFrom, "", "key to show when none is named (default: your only key)")
	return asking(cmd, balance)
}

func balance(ctx context.Context, conn *connect.Conn, args []string) error {
	var account sdk.AccAddress
	var err error
	if len(args) == 1 {
		account, err = conn.Account(args[0])
	} else {
		_, account, err = conn.Signer()
	}
	if err != nil {
		return err
	}
	page := &query.PageRequest{Limit: shownDenoms}
	hand, err := banktypes.NewQueryClient(conn).AllBalances(ctx,
		&banktypes.QueryAllBalancesRequest{Address: account.String(), Pagination: page})
	if err != nil {
		return err
	}
	waiting, err := conn.Royalty().Balances(ctx, &royaltytypes.QueryBalancesRequest{Account: account.String(), Pagination: page})
	if err != nil {
		return err
	}
	owes, err := conn.Royalty().Arrears(ctx, &royaltytypes.QueryArrearsRequest{Debtor: account.String(), Pagination: page})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Account string    `json:"account"`
			InHand  sdk.Coins `json:"in_hand"`
			Waiting sdk.Coins `json:"waiting"`
			Owes    []arrear  `json:"owes"`
		}{account.String(), hand.Balances, waiting.Balances, arrearsIn(owes)})
	}
	conn.Say("%s", accountName(account.String(), conn.KeyNames()))
	tab := table.New("denom", ">in hand", ">royalties waiting")
	u := conn.Units()
	waits := sdk.NewCoins(waiting.Balances...)
	for _, coin := range hand.Balances.Add(waits...) {
		in := func(coins sdk.Coins) string { return u.Coin(sdk.NewCoin(coin.Denom, coins.AmountOf(coin.Denom))) }
		tab.Row(coin.Denom, in(hand.Balances), in(waits))
	}
	if tab.Len() == 0 {
		conn.Say("has nothing yet")
	} else if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	for _, d := range arrearsIn(owes) {
		conn.Say("owes %s to the holders of %s by a ruling: royalties go there first", u.Coin(d.Left), d.Work)
	}
	return nil
}

// arrear is what an account owes the holders of a work for the past, by a ruling.
type arrear struct {
	Work registrytypes.WorkID `json:"work"`
	Left sdk.Coin             `json:"left"`
}

func arrearsIn(res *royaltytypes.QueryArrearsResponse) []arrear {
	list := []arrear{}
	for _, a := range res.Arrears {
		list = append(list, arrear{a.Creditor, sdk.NewCoin(a.Denom, a.Left)})
	}
	return list
}
