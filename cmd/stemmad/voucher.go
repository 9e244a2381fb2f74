package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/internal/amounts"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

const (
	flagExpires = "expires"
	flagOffline = "offline"
)

func voucherCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "voucher",
		Short: "Sign, check and redeem vouchers of payment channels",
		Long: `Voucher has what is done with vouchers. Each says how much a payment channel is to have paid
in all, so the newest replaces all others: keep only that one.`,
		Example: `  stemmad voucher check v.json`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(voucherSignCmd(), voucherCheckCmd(), voucherRedeemCmd())
	return cmd
}

func voucherSignCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sign PAYCHANNEL TOTAL",
		Short: "Promise a payment channel's payees a total, off the chain",
		Long: `Sign writes a voucher to the standard output. TOTAL is all that the payment channel is to have
paid, in whole units of its denom, in place of every earlier voucher. No node is asked
when --chain-id or the settings name the chain.`,
		Example: `  stemmad voucher sign paych1... 1500 --key fan --expires 30d > v.json`,
		Args:    cobra.ExactArgs(2),
	}
	f := cmd.Flags()
	f.String(flagKey, "", "key of yours that signs (default: your only key)")
	f.String(flagExpires, "", "last moment it is good: 2027-01-31, 2027-01-31T12:00:00Z or 30d (default: no end)")
	f.String(flags.FlagChainID, "", "chain id (default: the node's)")
	return asking(cmd, signVoucher)
}

func signVoucher(_ context.Context, conn *connect.Conn, args []string) error {
	channel, err := royaltytypes.ParsePaymentChannelID(args[0])
	if err != nil {
		return err
	}
	total, err := amounts.Parse(args[1])
	if err != nil {
		return fmt.Errorf("the total, in units of the payment channel's denom: %w", err)
	}
	var expires time.Time
	if s := conn.Flags().Text(flagExpires); s != "" {
		if expires, err = table.ParseUntil(s, time.Now()); err != nil {
			return fmt.Errorf("--%s: %w", flagExpires, err)
		}
	}
	chainID, err := conn.Network()
	if err != nil {
		return err
	}
	v, err := voucher.New(chainID, channel, total, expires)
	if err != nil {
		return err
	}
	name := conn.Flags().Text(flagKey)
	if name == "" {
		if name, _, err = conn.Signer(); err != nil {
			return err
		}
	}
	if v, err = v.Sign(func(bz []byte) ([]byte, error) {
		signature, _, err := conn.Keyring.Sign(name, bz, signing.SignMode_SIGN_MODE_DIRECT)
		return signature, err
	}); err != nil {
		return fmt.Errorf("sign with %s: %w", name, err)
	}
	return conn.PrintJSON(v)
}

func voucherCheckCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Say what vouchers are worth, or why nothing",
		Long: `Check looks at the newest voucher of each payment channel in the files ("-" is the standard
input): its signature, its end, when its payment channel closes, and what redeeming it
would pay now. With --key it
checks signatures with that key when no node answers, or with --offline always. It
exits with 1 when any voucher pays nothing.`,
		Example: `  stemmad voucher check v.json
  stemmad voucher check v.json --key 029abe70... --offline`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().String(flagKey, "", "key that should have signed: a key of yours or 66 hex digits")
	cmd.Flags().Bool(flagOffline, false, "ask no node")
	return asking(cmd, checkVouchers)
}

func checkVouchers(ctx context.Context, conn *connect.Conn, args []string) error {
	list, err := paychannel.ReadFiles(conn.In(), args)
	if err != nil {
		return err
	}
	findings, err := examine(ctx, conn, list)
	if err != nil {
		return err
	}
	findings, older := paychannel.Newest(findings)
	bad := 0
	for _, f := range findings {
		if f.Problem != "" {
			bad++
		}
	}
	if err := printFindings(conn, findings, older); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("vouchers that pay nothing: %d of %d", bad, len(findings))
	}
	return nil
}

// examine checks vouchers against their payment channels or, where no node answers, with
// the key given.
func examine(ctx context.Context, conn *connect.Conn, list []voucher.Voucher) ([]paychannel.Finding, error) {
	var key []byte
	var err error
	if name := conn.Flags().Text(flagKey); name != "" {
		if key, err = publicKey(conn, name); err != nil {
			return nil, err
		}
	}
	offline := conn.Flags().Is(flagOffline)
	if offline && key == nil {
		return nil, fmt.Errorf("--%s needs the --%s that should have signed", flagOffline, flagKey)
	}
	if !offline {
		findings, err := examineOnline(ctx, conn, list)
		if err == nil || !errors.Is(err, paychannel.ErrUnreachable) || key == nil {
			return findings, err
		}
		conn.Note("No node answered: only signatures and ends are checked.")
	}
	now := time.Now()
	findings := make([]paychannel.Finding, len(list))
	for i, v := range list {
		findings[i] = paychannel.CheckSignature(v, key, now)
	}
	return findings, nil
}

func examineOnline(ctx context.Context, conn *connect.Conn, list []voucher.Voucher) ([]paychannel.Finding, error) {
	// What is configured may not be what answers, and vouchers are bound to one.
	conn.ChainID = ""
	chainID, err := conn.Network()
	if err != nil {
		return nil, errors.Join(paychannel.ErrUnreachable, err)
	}
	return paychannel.Check(ctx, conn.Royalty(), chainID, list, time.Now())
}

// closing says when a voucher's payment channel closes: what is not redeemed by then goes
// back to its payer.
func closing(f paychannel.Finding) string {
	switch {
	case f.ClosesAt != nil:
		return table.Time(*f.ClosesAt)
	case f.CloseDelay > 0:
		return (time.Duration(f.CloseDelay) * time.Second).String() + " after its payer asks"
	}
	return "unknown"
}

func printFindings(conn *connect.Conn, findings []paychannel.Finding, older int) error {
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Vouchers []paychannel.Finding `json:"vouchers"`
			Older    int                  `json:"older_left_out,omitempty"`
		}{findings, older})
	}
	tab := table.New("payment channel", ">total", "good until", "channel closes", ">pays now")
	for _, f := range findings {
		until := "no end"
		if f.Voucher.Expires > 0 {
			until = table.Time(time.Unix(f.Voucher.Expires, 0))
		}
		pays := "unknown"
		switch {
		case f.Problem != "":
			pays = "nothing"
		case f.Pays != nil:
			pays = f.Pays.String()
		}
		tab.Row(f.Voucher.PaymentChannel.String(), f.Voucher.Total.String(), until, closing(f), pays)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	for _, f := range findings {
		if f.Problem != "" {
			conn.Say("%s: %s", f.Voucher.PaymentChannel, table.Clean(f.Problem))
		}
	}
	if older > 0 {
		conn.Say("Other vouchers of the same payment channels, left out: %d", older)
	}
	return nil
}
