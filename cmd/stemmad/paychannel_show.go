package main

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxShownPaymentChannels bounds what list prints.
const maxShownPaymentChannels = 1000

func paymentChannelShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show PAYCHANNEL",
		Short:   "Show a payment channel, what is left in it and whom it pays",
		Long:    `Show prints a payment channel's deposit, what was redeemed of it, who may close it and when, and its payees with their shares.`,
		Example: `  stemmad paychannel show paych1...`,
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().Int(flagRows, defaultRows, "most rows of the table of payees; 0: all")
	return asking(cmd, showPaymentChannel)
}

func showPaymentChannel(ctx context.Context, conn *connect.Conn, args []string) error {
	id, err := royaltytypes.ParsePaymentChannelID(args[0])
	if err != nil {
		return err
	}
	res, err := conn.Royalty().PaymentChannel(ctx, &royaltytypes.QueryPaymentChannelRequest{
		PaymentChannel: id, Pagination: &query.PageRequest{Limit: royaltytypes.MaxPaymentChannelPayees},
	})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, res)
	}
	names, c := conn.KeyNames(), res.PaymentChannel
	closing := "nobody asked for it; " + c.CloseDelay.String() + " after its payer does"
	if c.ClosesAt != nil {
		closing = "from " + table.OptionalTime(c.ClosesAt) + " on"
	}
	pending := ""
	if c.PendingFrom > 0 {
		pending = fmt.Sprintf("%d of %d payees have their part of the last voucher; redeem it again for the others",
			c.PendingFrom, len(res.Payees))
	}
	receiver := "nobody"
	if c.Receiver != "" {
		receiver = accountName(c.Receiver, names)
	}
	conn.Say("%s", c.Id)
	u := conn.Units()
	err = table.Fields(conn.Out(), "payer", accountName(c.Payer, names), "deposit", u.Coin(c.Deposit), "redeemed", u.Coin(c.Redeemed),
		"still to promise", u.Coin(c.Deposit.Sub(c.Redeemed)), "pending", pending, "key", hex.EncodeToString(c.Key),
		"closes", closing, "at once by", receiver)
	if err != nil {
		return err
	}
	return printPaymentChannelPayees(ctx, conn, res.Payees)
}

func printPaymentChannelPayees(ctx context.Context, conn *connect.Conn, payees []royaltytypes.PaymentChannelPayee) error {
	rows, _ := conn.Flags().GetInt(flagRows)
	titles := map[registrytypes.WorkID]string{}
	tab := table.New("pays", "work", ">share")
	for _, p := range payees {
		if rows > 0 && tab.Len() == rows {
			break
		}
		title, err := titleOf(ctx, conn, titles, p.Work)
		if err != nil {
			return err
		}
		tab.Row(table.Short(title), p.Work.String(), rates.Percent(p.Weight))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if rest := len(payees) - tab.Len(); rest > 0 {
		conn.Say("and %d more (--%s 0 shows all)", rest, flagRows)
	}
	return nil
}

func paymentChannelListCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [ACCOUNT|KEY]",
		Short:   "List the open payment channels of a payer",
		Long:    `List prints the open payment channels of a payer, with what was deposited and redeemed.`,
		Example: `  stemmad paychannel list fan`,
		Args:    cobra.MaximumNArgs(1),
	}
	cmd.Flags().String(flags.FlagFrom, "", "key to show when none is named (default: your only key)")
	return asking(cmd, listPaymentChannels)
}

func listPaymentChannels(ctx context.Context, conn *connect.Conn, args []string) error {
	var payer sdk.AccAddress
	var err error
	if len(args) == 1 {
		payer, err = conn.Account(args[0])
	} else {
		_, payer, err = conn.Signer()
	}
	if err != nil {
		return err
	}
	res, err := conn.Royalty().PaymentChannels(ctx, &royaltytypes.QueryPaymentChannelsRequest{
		Payer: payer.String(), Pagination: &query.PageRequest{Limit: maxShownPaymentChannels},
	})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, res)
	}
	if len(res.PaymentChannels) == 0 {
		conn.Say("%s has no open payment channel.", accountName(payer.String(), conn.KeyNames()))
		return nil
	}
	tab := table.New("payment channel", ">deposit", ">redeemed", "closes")
	for _, c := range res.PaymentChannels {
		tab.Row(c.Id.String(), conn.Units().Coin(c.Deposit), conn.Units().Coin(c.Redeemed), table.OptionalTime(c.ClosesAt))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(res.Pagination.GetNextKey()) > 0 {
		conn.Say("and more: `stemmad query royalty payment-channels` pages through all")
	}
	return nil
}

// printRaw prints an answer of the chain for programs.
func printRaw(conn *connect.Conn, answer proto.Message) error {
	raw, err := conn.Raw(answer)
	if err != nil {
		return err
	}
	return conn.PrintJSON(raw)
}

func coinText(coin *sdk.Coin) string {
	if coin == nil {
		return ""
	}
	return coin.String()
}
