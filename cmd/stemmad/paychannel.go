package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	flagPay        = "pay"
	flagPayees     = "payees"
	flagPerUse     = "per-use"
	flagKey        = "key"
	flagReceiver   = "receiver"
	flagCloseDelay = "close-delay"
	// defaultCloseDelay gives those who are paid a day to redeem.
	defaultCloseDelay = 24 * time.Hour
)

func paymentChannelCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "paychannel",
		Short: "Deposit money once and pay works by vouchers, off the chain",
		Long: `Paychannel opens, shows and closes payment channels: a deposit from which vouchers pay up
to 1,000 works by fixed shares. A service signs a voucher for each answer it gives,
"stemmad voucher sign"; whoever is paid redeems the newest one.`,
		Example: `  stemmad paychannel list`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(paymentChannelOpenCmd(), paymentChannelTopUpCmd(), paymentChannelCloseCmd(), paymentChannelShowCmd(),
		paymentChannelListCmd())
	return cmd
}

func paymentChannelOpenCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "open DEPOSIT --pay WORK|FILE=SHARE,... | --payees FILE.csv | --per-use WORK|FILE,...",
		Short: "Deposit money that vouchers are paid from",
		Long: `Open deposits money and fixes whom it pays: works with their shares, which sum to
100 %; without any share all get the same. A table has the columns work,share.

With --per-use the works are those that a service answers from, each of which is paid per use,
or whose sources are: the chain is asked what each use costs, and the shares follow from the prices.
Add the price of an answer that is named to the total of the vouchers with each answer.

Vouchers are signed by your own key unless --key names another: a key of yours or 66
hex digits, an agent's for example. Of a file that several have claimed, the earliest
claim is paid, and named before you sign, unless it is under dispute; any other you
name by its work id. What is not redeemed goes back to you when the
payment channel is closed: by you, one --close-delay after you asked for it, or at once by
the --receiver, if there is one.`,
		Example: `  stemmad paychannel open '1.00 USDC' --pay song.wav=60%,remix.wav=40% --from fan
  stemmad paychannel open '1.00 USDC' --payees works.csv --key agent --close-delay 168h --from fan
  stemmad paychannel open '1.00 USDC' --per-use song.wav,remix.wav --commercial --from fan`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.String(flagPay, "", "works with their shares, such as song.wav=60%,work1...=40%")
	addEncodingFlag(cmd)
	f.String(flagPayees, "", "table of works with their shares, in place of --pay")
	f.String(flagPerUse, "", "works that a service answers from, in place of --pay: their prices per use make the shares")
	f.Bool(flagCommercial, false, "with --per-use: the answers are for money")
	f.String(flagKey, "", "key that signs vouchers: a key of yours or 66 hex digits (default: the signer's)")
	f.String(flagReceiver, "", "account that may close the payment channel at once")
	f.Duration(flagCloseDelay, defaultCloseDelay, "how long you wait for the rest, 1m to 2160h")
	return sending(cmd, openPaymentChannel)
}

func openPaymentChannel(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	deposit, err := conn.Coin(args[0])
	if err != nil {
		return err
	}
	payees, answer, choices, err := paymentChannelPayees(ctx, conn, sender, deposit.Denom)
	if err != nil {
		return err
	}
	name := conn.Flags().Text(flagKey)
	if name == "" {
		name = sender.Name
	}
	key, err := publicKey(conn, name)
	if err != nil {
		return err
	}
	open, err := conn.Royalty().PaymentChannels(ctx, &royaltytypes.QueryPaymentChannelsRequest{Payer: sender.Account()})
	if err != nil {
		return err
	}
	delay, err := conn.Flags().GetDuration(flagCloseDelay)
	if err != nil {
		return err
	}
	price := ""
	if answer.IsValid() {
		price = answer.String()
	}
	msg := &royaltytypes.MsgOpenPaymentChannel{
		Payer: sender.Account(), Serial: open.NextSerial, Deposit: deposit, Payees: payees, Key: key, CloseDelay: delay,
	}
	if receiver := conn.Flags().Text(flagReceiver); receiver != "" {
		account, err := conn.Account(receiver)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagReceiver, err)
		}
		msg.Receiver = account.String()
	}
	id := royaltytypes.NewPaymentChannelID(sender.Address, msg.Serial)
	what := fmt.Sprintf("Deposit %s in a payment channel that pays %s.%s", conn.Units().Exact(deposit), count(len(payees), "work"), choices)
	sent, err := sender.Send(ctx, what, msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			PaymentChannel string      `json:"payment_channel"`
			Deposit        string      `json:"deposit"`
			Key            string      `json:"key"`
			PricePerUse    string      `json:"price_per_use,omitempty"`
			Tx             send.Result `json:"tx"`
		}{id.String(), deposit.String(), hex.EncodeToString(key), price, sent})
	}
	conn.Say("%s %s with %s for %s: %s", sent.Did("Opened", "Would open"), id, conn.Units().Coin(deposit), count(len(payees), "work"), sent)
	if answer.IsValid() {
		conn.Say("An answer from all of them costs %s: add it to the total of the voucher with each.", conn.Units().Exact(answer))
	}
	conn.Say("Sign vouchers with `stemmad voucher sign %s TOTAL --key %s`.", id, name)
	return nil
}

// paymentChannelPayees reads --pay, --payees or --per-use and finds the works. choices says of several
// claims to a content which was taken, a line each. answer is what one use of all costs, with --per-use.
func paymentChannelPayees(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, denom string,
) (lines []royaltytypes.PaymentChannelPayee, answer sdk.Coin, choices string, err error) {
	payees, err := readPayees(conn)
	if err != nil {
		return nil, answer, "", err
	}
	names := conn.KeyNames()
	for _, p := range payees {
		work, err := target.EarliestSafe(ctx, conn.Registry(), p.Argument)
		if err != nil {
			return nil, answer, "", err
		}
		if choice := work.Choice(names); choice != "" {
			choices += fmt.Sprintf("\n  %s is %s%s", p.Argument, work.Id, choice)
		}
		lines = append(lines, royaltytypes.PaymentChannelPayee{Work: work.Id, Weight: p.Weight})
	}
	if conn.Flags().Text(flagPerUse) == "" {
		return lines, answer, choices, nil
	}
	tariff, err := perUseTariff(ctx, conn, sender, lines, denom)
	return tariff.Payees, tariff.Price, choices, err
}

// readPayees reads the one flag that says whom the payment channel pays.
func readPayees(conn *connect.Conn) ([]paychannel.Payee, error) {
	given := map[string]string{}
	for _, flag := range []string{flagPay, flagPayees, flagPerUse} {
		if text := conn.Flags().Text(flag); text != "" {
			given[flag] = text
		}
	}
	if len(given) != 1 {
		return nil, fmt.Errorf("say whom the payment channel pays, with one of --%s, --%s and --%s", flagPay, flagPayees, flagPerUse)
	}
	name := given[flagPayees]
	if name == "" {
		return paychannel.ParsePayees(given[flagPay] + given[flagPerUse])
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return paychannel.ReadPayees(f, name, tableOptions(conn, name, 0))
}

// perUseTariff asks what a use of each work as AI input costs.
func perUseTariff(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, works []royaltytypes.PaymentChannelPayee, denom string,
) (paychannel.Tariff, error) {
	ask := &licensetypes.QueryCheckRightsBatchRequest{
		Use:      licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT, Commercial: conn.Flags().Is(flagCommercial)},
		Licensee: sender.Account(), Brief: true,
	}
	for _, w := range works {
		ask.Works = append(ask.Works, w.Work.String())
	}
	answers, err := conn.License().CheckRightsBatch(ctx, ask)
	if err != nil {
		return paychannel.Tariff{}, err
	}
	for i, answer := range answers.Rights {
		var exit exitError
		switch {
		case errors.As(verdictError(answer.Verdict), &exit):
			return paychannel.Tariff{}, exitError{code: exit.code, err: notPerUse(works[i].Work, answer.Verdict, ask)}
		case !paysPerUse(answer):
			conn.Note("%s asks nothing for each use, and is left out.", works[i].Work)
		}
	}
	return paychannel.NewTariff(answers.Rights, denom)
}

// notPerUse is why a work that may not be used at a price per use stands in no payment channel for uses.
func notPerUse(work registrytypes.WorkID, v licensetypes.Verdict, ask *licensetypes.QueryCheckRightsBatchRequest) error {
	commercially := ""
	if ask.Use.Commercial {
		commercially = " --" + flagCommercial
	}
	return fmt.Errorf("%s: %s, and a payment channel pays for no use of it; `stemmad clear %s --use ai-input%s --as %s` "+
		"says why, and what is on offer", work, words.Headline(v), work, commercially, ask.Licensee)
}

// paysPerUse says whether something is to be paid with each use.
func paysPerUse(answer licensetypes.Rights) bool {
	return slices.ContainsFunc(answer.Obligations, func(o licensetypes.Obligation) bool {
		return o.Kind == licensetypes.OBLIGATION_PAY_PER_USE
	})
}

// publicKey reads a compressed secp256k1 key: 66 hex digits, or a key of the
// keyring.
func publicKey(conn *connect.Conn, s string) ([]byte, error) {
	if bz, err := hex.DecodeString(s); err == nil && len(bz) == royaltytypes.KeySize {
		return bz, nil
	}
	record, err := conn.Keyring.Key(s)
	if err != nil {
		return nil, fmt.Errorf("--%s: %q is neither a key of yours nor a public key of %d hex digits", flagKey, s, 2*royaltytypes.KeySize)
	}
	key, err := record.GetPubKey()
	if err != nil {
		return nil, err
	}
	if len(key.Bytes()) != royaltytypes.KeySize {
		return nil, fmt.Errorf("--%s: %s is no single secp256k1 key: vouchers need one", flagKey, s)
	}
	return key.Bytes(), nil
}

func paymentChannelTopUpCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:     "top-up PAYCHANNEL AMOUNT",
		Short:   "Add to a payment channel's deposit",
		Long:    `Top-up adds to the deposit of a payment channel of yours, until you have asked to close it.`,
		Example: `  stemmad paychannel top-up paych1... '0.50 USDC' --from fan`,
		Args:    cobra.ExactArgs(2),
	}, topUpPaymentChannel)
}

func topUpPaymentChannel(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	id, err := royaltytypes.ParsePaymentChannelID(args[0])
	if err != nil {
		return err
	}
	amount, err := conn.Coin(args[1])
	if err != nil {
		return err
	}
	sent, err := sender.Send(ctx, fmt.Sprintf("Add %s to %s.", conn.Units().Exact(amount), id),
		&royaltytypes.MsgTopUpPaymentChannel{Payer: sender.Account(), PaymentChannel: id, Amount: amount})
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			PaymentChannel string      `json:"payment_channel"`
			Amount         string      `json:"amount"`
			Tx             send.Result `json:"tx"`
		}{args[0], amount.String(), sent})
	}
	conn.Say("%s %s to %s: %s", sent.Did("Added", "Would add"), conn.Units().Coin(amount), args[0], sent)
	return nil
}

func paymentChannelCloseCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "close PAYCHANNEL",
		Short: "Get back what is left in a payment channel, or give it back as its receiver",
		Long: `Close ends a payment channel, and what was not redeemed goes back to its payer. The receiver
closes at once. The payer asks for it first; after the payment channel's delay, in which
vouchers are still good, anybody can close it with the same command.`,
		Example: `  stemmad paychannel close paych1... --from fan`,
		Args:    cobra.ExactArgs(1),
	}, closePaymentChannel)
}

func closePaymentChannel(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	id, err := royaltytypes.ParsePaymentChannelID(args[0])
	if err != nil {
		return err
	}
	msg := &royaltytypes.MsgClosePaymentChannel{Sender: sender.Account(), PaymentChannel: id}
	sent, err := sender.Send(ctx, fmt.Sprintf("Close %s.", id), msg)
	if err != nil {
		return err
	}
	var response royaltytypes.MsgClosePaymentChannelResponse
	if sent.Height > 0 || sent.DryRun {
		if err := sent.Response(0, &response); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			PaymentChannel string      `json:"payment_channel"`
			Refund         string      `json:"refund,omitempty"`
			ClosesAt       *time.Time  `json:"closes_at,omitempty"`
			Tx             send.Result `json:"tx"`
		}{args[0], coinText(response.Refund), response.ClosesAt, sent})
	}
	switch {
	case response.ClosesAt != nil:
		conn.Say("%s can be closed from %s on; until then vouchers are redeemed: %s", args[0], table.OptionalTime(response.ClosesAt), sent)
	case response.Refund != nil:
		conn.Say("%s %s; %s went back to its payer: %s", sent.Did("Closed", "Would close"), args[0], conn.Units().Coin(*response.Refund), sent)
	default:
		conn.Say("Closing %s: %s", args[0], sent)
	}
	return nil
}
