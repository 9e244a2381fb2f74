package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/internal/amounts"
)

const (
	flagAbove = "above"
	flagEvery = "every"
	flagLook  = "look"
	flagOnce  = "once"
)

func redeemCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "redeem",
		Short: "Have the vouchers that services keep paid to the works, before a payment channel can close",
		Long: `Redeem looks at a folder of vouchers, which the portal or a paywall fills, and has them redeemed: at once those of
payment channels that their payer has asked to close, others once they add as much as --above, or have waited for
--every. The money goes to the works; the key pays the fees of the transactions, and needs no more than that. It is a
process of its own, so that what faces the web holds no key.

Run it all the time, or with --once more often than that: a payment channel closes after its delay, and what is not
redeemed then is lost to the works.`,
		Example: `  stemma-portal redeem --from service --keyring-backend test --above 5000000uusdc
  stemma-portal redeem --once --from service`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          runRedeem,
	}
	f := cmd.Flags()
	f.String(flagGRPC, "localhost:9090", "the node's gRPC")
	f.String(flagVouchers, "vouchers", "folder of the newest vouchers")
	f.String(flagFrom, "", "key that pays the fees")
	f.String(flagKeyringDir, "", "folder of the keyring (default: ~/.stemmad)")
	f.String(flagKeyring, keyring.BackendOS, "where keys are kept, as for stemmad: os, file, test")
	f.StringSlice(flagAbove, nil, "redeem what adds at least so much, such as 5000000uusdc; one coin a denom")
	f.Duration(flagEvery, 24*time.Hour, "redeem everything else that adds something so long after it was first seen")
	f.Duration(flagLook, time.Minute, "pause between two looks: well below the portal's --"+flagCloseDelay)
	f.Bool(flagOnce, false, "redeem everything that adds something, once, and end")
	f.String(flagLogFormat, "text", "text or json")
	return cmd
}

func runRedeem(cmd *cobra.Command, _ []string) error {
	encoding.Configure()
	f := cmd.Flags()
	if err := fromEnvironment(f); err != nil {
		return settingError{err}
	}
	text := func(name string) string { s, _ := f.GetString(name); return s }
	log, err := logger(text(flagLogFormat))
	if err != nil {
		return settingError{err}
	}
	var policy paychannel.Policy
	policy.Every, _ = f.GetDuration(flagEvery)
	policy.Look, _ = f.GetDuration(flagLook)
	above, _ := f.GetStringSlice(flagAbove)
	for _, s := range above {
		coin, err := amounts.ParseCoin(s)
		if err != nil {
			return settingError{fmt.Errorf("--%s: %w", flagAbove, err)}
		}
		policy.Above = policy.Above.Add(coin)
	}
	c, err := client.Dial(text(flagGRPC))
	if err != nil {
		return fmt.Errorf("the node's gRPC %s: %w", text(flagGRPC), err)
	}
	defer c.Close()
	if text(flagFrom) == "" {
		return settingError{fmt.Errorf("say whose key pays the fees: --%s", flagFrom)}
	}
	dir, err := keyringIn(text(flagKeyringDir))
	if err != nil {
		return settingError{err}
	}
	signer, err := signerOf(c, text(flagKeyring), dir, text(flagFrom), cmd.InOrStdin())
	if err != nil {
		return err
	}
	told := func(done paychannel.Redemption, err error) {
		for _, result := range done.Results {
			log.Info("redeemed", "paid", done.Paid.String(), "transaction", result.Hash, "height", result.Height)
		}
		for _, skipped := range done.Skipped {
			log.Warn("passed over", "payment_channel", skipped.PaymentChannel.String(), "reason", skipped.Reason.String())
		}
		if err != nil {
			log.Error("redeem", "error", err)
		}
	}
	policy.All, _ = f.GetBool(flagOnce)
	if _, err := os.Stat(text(flagVouchers)); errors.Is(err, fs.ErrNotExist) {
		// A service makes it with its first voucher; a name that is mistyped would lose the works their money.
		log.Warn("there is no such folder yet: is it the --"+flagVouchers+" of the service?", "vouchers", text(flagVouchers))
	}
	r := &paychannel.Redeemer{
		Sender: c.Sender(signer, client.Options{}), Store: paychannel.OpenStore(text(flagVouchers)), Policy: policy, Told: told,
	}
	if policy.All {
		done, err := r.Once(cmd.Context())
		told(done, nil)
		if err == nil && len(done.Results)+len(done.Skipped) == 0 {
			log.Info("nothing is to be redeemed", "vouchers", text(flagVouchers))
		}
		return err
	}
	return r.Run(cmd.Context())
}
