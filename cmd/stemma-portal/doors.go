package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/bots"
)

const (
	flagOrigin     = "origin"
	flagTill       = "till"
	flagVouchers   = "vouchers"
	flagTokenKey   = "token-key"
	flagBotKeys    = "bot-keys"
	flagBotHosts   = "bot-hosts"
	flagReceiver   = "receiver"
	flagCloseDelay = "min-close-delay"
)

// addDoorFlags adds what says how machines pay.
func addDoorFlags(f *pflag.FlagSet, origin string) {
	f.String(flagOrigin, "", origin)
	f.String(flagTill, "till.db", "file of what was paid: keep it, whoever has paid gets the thing by it")
	f.String(flagVouchers, "vouchers", "folder of the newest vouchers: they are money until they are redeemed (stemma-portal redeem)")
	f.String(flagTokenKey, "", "key that signs licence tokens, made where there is none; it can hold no money (default: token-key.json beside the till)")
	f.String(flagBotKeys, "", "file of keys (JWKs with their agent) by which signed requests are told from others, and logged (Web Bot Auth)")
	f.StringSlice(flagBotHosts, nil, "hosts whose directories of such keys are fetched, every hour (default: nothing is fetched)")
	f.String(flagReceiver, "", "the service's account, which payment channels have to name (default: no vouchers are taken)")
	f.Duration(flagCloseDelay, time.Hour, "the least time that a payment channel leaves for redeeming once its payer asks to close it")
}

// doorsOf reads the flags; nil: no address is given, and so nothing is sold.
func doorsOf(f *pflag.FlagSet) (*portal.Doors, error) {
	encoding.Configure()
	text := func(name string) string { s, _ := f.GetString(name); return s }
	if text(flagOrigin) == "" {
		for _, name := range []string{flagTill, flagVouchers, flagTokenKey, flagBotKeys, flagBotHosts, flagReceiver, flagCloseDelay} {
			if f.Changed(name) {
				return nil, fmt.Errorf("--%s goes with --%s, the address that payments are bound to", name, flagOrigin)
			}
		}
		return nil, nil
	}
	d := &portal.Doors{Origin: text(flagOrigin), Till: text(flagTill), Vouchers: text(flagVouchers), TokenKey: text(flagTokenKey)}
	if d.TokenKey == "" {
		d.TokenKey = filepath.Join(filepath.Dir(d.Till), "token-key.json")
	}
	if err := botsOf(f, d); err != nil {
		return nil, err
	}
	d.MinCloseDelay, _ = f.GetDuration(flagCloseDelay)
	if d.MinCloseDelay < time.Minute {
		return nil, fmt.Errorf("--%s is at least a minute, which the chain asks for too", flagCloseDelay)
	}
	if account := text(flagReceiver); account != "" {
		var err error
		if d.Receiver, err = sdk.AccAddressFromBech32(account); err != nil {
			return nil, fmt.Errorf("--%s: %w", flagReceiver, errors.Join(errors.New("it is no account"), err))
		}
	}
	return d, nil
}

// botsOf reads the flags about signed requests.
func botsOf(f *pflag.FlagSet, d *portal.Doors) error {
	if path, _ := f.GetString(flagBotKeys); path != "" {
		raw, err := os.ReadFile(path)
		if err == nil {
			d.BotKeys, err = bots.ReadKeys(raw)
		}
		if err != nil {
			return fmt.Errorf("--%s %s: %w", flagBotKeys, path, err)
		}
	}
	d.BotHosts, _ = f.GetStringSlice(flagBotHosts)
	if _, err := bots.NewDirectories(d.BotHosts, nil); err != nil {
		return fmt.Errorf("--%s: %w", flagBotHosts, err)
	}
	return nil
}
