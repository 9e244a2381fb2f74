package main

import (
	"fmt"
	"os"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	authcli "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
)

// notOver finds the SDK's refusal of a signature, for which it has no error of its own.
var notOver = regexp.MustCompile(`^couldn't verify signature for address`)

// multiSignCmd is the SDK's command, which writes a transaction that no chain takes where signatures are missing, and does not say what
// a signature was made over where it does not fit.
func multiSignCmd() *cobra.Command {
	cmd := authcli.GetMultiSignCommand()
	combine := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := enoughSigned(cmd, args[1], args[2:]); err != nil {
			return err
		}
		err := combine(cmd, args)
		if err != nil && notOver.MatchString(err.Error()) {
			return fmt.Errorf("%w: it was made for another file, account number, sequence or chain than this command is given, "+
				"or without --multisig", err)
		}
		return err
	}
	return cmd
}

// enoughSigned is an error where fewer of the account's members have signed than it asks for.
func enoughSigned(cmd *cobra.Command, name string, files []string) error {
	if only, _ := cmd.Flags().GetBool("signature-only"); only {
		return nil // others may add theirs
	}
	if err := cmd.Flags().Set(flags.FlagFrom, name); err != nil {
		return err
	}
	ctx, err := client.GetClientTxContext(cmd)
	if err != nil {
		return err
	}
	record, err := ctx.Keyring.Key(name)
	if err != nil {
		return err
	}
	key, err := record.GetPubKey()
	if err != nil {
		return err
	}
	account, ok := key.(*multisig.LegacyAminoPubKey)
	if !ok {
		return fmt.Errorf("%s is the key of one: what it signs needs no other signature (stemmad tx sign)", name)
	}
	signed := map[string]bool{}
	for _, file := range files {
		written, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		signatures, err := ctx.TxConfig.UnmarshalSignatureJSON(written)
		if err != nil {
			return fmt.Errorf("%s holds no signature as stemmad tx sign --multisig writes it: %w", file, err)
		}
		for _, s := range signatures {
			signed[s.PubKey.String()] = true
		}
	}
	if len(signed) < int(account.Threshold) {
		return fmt.Errorf("%s needs the signatures of %d, and these files have those of %d", name, account.Threshold, len(signed))
	}
	return nil
}
